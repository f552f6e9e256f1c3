package store_test

import (
	"io/fs"
	"testing"
	"testing/fstest"

	"causeway/internal/database"
	"causeway/internal/store"
	"causeway/internal/store/storetest"
)

// A database whose 00281 made an index that 00342 makes comes out as every other.
func TestAnIndexThatIsThereStandsInNoWay(t *testing.T) {
	t.Parallel()
	const index = "create index meeting_follows_conversation on meeting_follows (tenant, conversation);"
	for name, there := range map[string]bool{"as written": false, "with the index": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Databases(t, nil, func(t *testing.T, db *database.DB) {
				if err := db.Migrate(t.Context(), before(t, "00342")); err != nil {
					t.Fatal(err)
				}
				run := func(statement string) error {
					return db.Tx(t.Context(), func(tx *database.Tx) error {
						_, err := tx.ExecContext(t.Context(), statement)
						return err
					})
				}
				if there {
					if err := run(index); err != nil {
						t.Fatal(err)
					}
				}
				if err := db.Migrate(t.Context(), store.Migrations()); err != nil {
					t.Fatal(err)
				}
				if err := run(index); err == nil {
					t.Error("the index is not there")
				}
			})
		})
	}
}

// before are the migrations before one.
func before(t *testing.T, number string) fs.FS {
	t.Helper()
	all, err := fs.Glob(store.Migrations(), "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	some := fstest.MapFS{}
	for _, name := range all {
		text, err := fs.ReadFile(store.Migrations(), name)
		if err != nil {
			t.Fatal(err)
		}
		if name < number {
			some[name] = &fstest.MapFile{Data: text}
		}
	}
	return some
}

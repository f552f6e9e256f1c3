package keyring_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"causeway/internal/database"
	"causeway/internal/keyring"
	"causeway/internal/store/storetest"
)

// TestT81_SecretsAtRest: the bytes of the database and of its write-ahead log show no token and no secret, and two persons' ciphertexts that were
// swapped open for neither.
func TestT81_SecretsAtRest(t *testing.T) {
	t.Parallel()
	for engine, raw := range map[string]func(*testing.T) (*database.DB, func() []byte){"sqlite": onSQLite, "postgres": onPostgreSQL} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			db, bytesOnDisk := raw(t)
			box := keyring.Generate().For("zoom grants")
			tokens := map[string]string{"ana": "zoom-refresh-" + rand.Text(), "ben": "zoom-refresh-" + rand.Text()}
			control := "in the clear " + rand.Text() // proves that the search would find
			err := db.Tx(t.Context(), func(tx *database.Tx) error {
				const insert = "insert into grants (person, sealed, note) values ($1, $2, $3)"
				for person, token := range tokens {
					if _, err := tx.ExecContext(t.Context(), insert, person, box.Seal([]byte(token), place(person)), control); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}

			disk := bytesOnDisk()
			if !bytes.Contains(disk, []byte(control)) {
				t.Fatal("the search does not find what was stored in the clear")
			}
			for person, token := range tokens {
				for form, needle := range map[string]string{
					"clear": token, "base64": base64.RawStdEncoding.EncodeToString([]byte(token))[:20], "hex": hex.EncodeToString([]byte(token)),
				} {
					if bytes.Contains(disk, []byte(needle)) {
						t.Errorf("the token of %s is on disk (%s)", person, form)
					}
				}
				if plain, err := open(t, db, box, person); err != nil || string(plain) != token {
					t.Errorf("%s: %q, %v", person, plain, err)
				}
			}

			swap(t, db)
			for person := range tokens {
				if plain, err := open(t, db, box, person); !errors.Is(err, keyring.ErrAltered) || plain != nil {
					t.Errorf("after the swap %s opened %q, %v; want ErrAltered", person, plain, err)
				}
			}
		})
	}
}

func place(person string) keyring.AAD {
	return keyring.AAD{Table: "grants", Column: "sealed", Tenant: "t1", Row: person}
}

func grants(ctx context.Context, db *database.DB) error {
	return db.Tx(ctx, func(tx *database.Tx) error {
		_, err := tx.ExecContext(ctx, "create table grants (person text not null primary key, sealed bytea not null, note text not null)")
		return err
	})
}

func open(t *testing.T, db *database.DB, box *keyring.Box, person string) ([]byte, error) {
	t.Helper()
	var sealed []byte
	if err := db.Read().QueryRowContext(t.Context(), "select sealed from grants where person = $1", person).Scan(&sealed); err != nil {
		t.Fatal(err)
	}
	return box.Open(sealed, place(person))
}

// swap is what someone with the database in hands may do.
func swap(t *testing.T, db *database.DB) {
	t.Helper()
	err := db.Tx(t.Context(), func(tx *database.Tx) error {
		var ana, ben []byte
		both := "select a.sealed, b.sealed from grants as a, grants as b where a.person = 'ana' and b.person = 'ben'"
		if err := tx.QueryRowContext(t.Context(), both).Scan(&ana, &ben); err != nil {
			return err
		}
		const update = "update grants set sealed = $1 where person = $2"
		_, first := tx.ExecContext(t.Context(), update, ben, "ana")
		_, second := tx.ExecContext(t.Context(), update, ana, "ben")
		return errors.Join(first, second)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// onSQLite returns a database and what reads all of its files.
func onSQLite(t *testing.T) (*database.DB, func() []byte) {
	t.Helper()
	dsn := storetest.SQLite(t)
	return storetest.Open(t, dsn, grants), func() []byte {
		names, err := filepath.Glob(dsn[len("sqlite:"):] + "*")
		if err != nil || len(names) < 3 { // database, -wal, -shm, lock
			t.Fatalf("files: %v, %v", names, err)
		}
		var all []byte
		for _, name := range names {
			content, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, content...)
		}
		return all
	}
}

// onPostgreSQL returns a database and what reads the files of its table and the log written since.
func onPostgreSQL(t *testing.T) (*database.DB, func() []byte) {
	t.Helper()
	ctx := t.Context()
	db := storetest.Open(t, storetest.PostgreSQL(t), grants)
	var begin string
	if err := db.Read().QueryRowContext(ctx, "select pg_current_wal_lsn()::text").Scan(&begin); err != nil {
		t.Fatal(err)
	}
	return db, func() []byte {
		if _, err := db.Writer().ExecContext(ctx, "checkpoint"); err != nil {
			t.Fatal(err)
		}
		rows, err := db.Read().QueryContext(ctx, `select pg_read_binary_file(pg_relation_filepath('grants'))
			union all select pg_read_binary_file('pg_wal/' || name) from pg_ls_waldir()
			where name between pg_walfile_name($1::pg_lsn) and pg_walfile_name(pg_current_wal_lsn())`, begin)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = rows.Close() }()
		var all []byte
		files := 0
		for ; rows.Next(); files++ {
			var content []byte
			if err := rows.Scan(&content); err != nil {
				t.Fatal(err)
			}
			all = append(all, content...)
		}
		if err := rows.Err(); err != nil || files < 2 {
			t.Fatalf("%d files, %v; want the table and the log", files, err)
		}
		return all
	}
}

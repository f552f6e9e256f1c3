package storetest

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"causeway/internal/database"
	"causeway/internal/jobs"
	"causeway/internal/store"
)

// Stores runs test on both engines, each on a new database with all tables of the product and its queue, which does not run.
func Stores(t *testing.T, test func(t *testing.T, back store.Backend)) {
	t.Helper()
	for engine, dsn := range map[database.Engine]func(testing.TB) string{database.SQLite: SQLiteTables, database.PostgreSQL: PostgreSQL} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			test(t, Backend(t, Open(t, dsn(t), Tables)))
		})
	}
}

// SQLiteTables is the address of a new SQLite file that has all tables already: migrating each test's own takes longer than most tests do.
func SQLiteTables(t testing.TB) string {
	t.Helper()
	file, err := migrated()
	if err != nil {
		t.Fatal(err)
	}
	dsn := SQLite(t)
	if err := os.WriteFile(strings.TrimPrefix(dsn, "sqlite:"), file, 0o600); err != nil {
		t.Fatal(err)
	}
	return dsn
}

// migrated is the file of a database with all tables and nothing in them.
var migrated = sync.OnceValues(func() (file []byte, err error) {
	dir, err := os.MkdirTemp("", "causeway-tables-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "causeway.db")
	db, err := database.Open(context.Background(), "sqlite:"+path)
	if err != nil {
		return nil, err
	}
	err = Tables(context.Background(), db)
	if closed := db.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return nil, err
	}
	return os.ReadFile(path) // #nosec G304 -- our own
})

// Tables makes all tables of the product and its queue.
func Tables(ctx context.Context, db *database.DB) error {
	if err := db.Migrate(ctx, store.Migrations()); err != nil {
		return err
	}
	queue, err := jobs.New(db, jobs.Options{})
	if err != nil {
		return err
	}
	return queue.Migrate(ctx)
}

// Backend makes the backend of a database that has the tables.
func Backend(t testing.TB, db *database.DB) store.Backend {
	t.Helper()
	queue, err := jobs.New(db, jobs.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return store.Backend{DB: db, Jobs: queue}
}

// Jobs lists what waits in the queue of one kind and tenant, oldest first.
func Jobs(t testing.TB, back store.Backend, kind, tenant string) []jobs.Job {
	t.Helper()
	infos, err := back.Jobs.List(t.Context(), jobs.Filter{Kind: kind, Tenant: tenant})
	if err != nil {
		t.Fatal(err)
	}
	found := make([]jobs.Job, len(infos))
	for i, info := range infos {
		found[len(infos)-1-i] = info.Job
	}
	return found
}

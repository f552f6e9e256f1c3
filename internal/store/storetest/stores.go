package storetest

import (
	"context"
	"testing"

	"causeway/internal/database"
	"causeway/internal/jobs"
	"causeway/internal/store"
)

// Stores runs test on both engines, each on a new database with all tables of the product and its queue, which does not run.
func Stores(t *testing.T, test func(t *testing.T, back store.Backend)) {
	t.Helper()
	Databases(t, Tables, func(t *testing.T, db *database.DB) { test(t, Backend(t, db)) })
}

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

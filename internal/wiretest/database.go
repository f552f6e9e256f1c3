package wiretest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"causeway/internal/database"
	"causeway/internal/store"
	"causeway/internal/store/storetest"
)

// emptied is a SQLite file with all tables and nothing in them: making the tables takes longer than most tests.
var emptied = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "wiretest")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file, ctx := filepath.Join(dir, "empty.db"), context.Background()
	db, err := database.Open(ctx, "sqlite:"+file)
	if err != nil {
		return nil, err
	}
	if err := storetest.Tables(ctx, db); err != nil {
		return nil, err
	}
	if err := db.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
})

// SQLite is an empty database of one test, for what is not about databases. What is runs on both: storetest.Stores.
func SQLite(t testing.TB) store.Backend {
	t.Helper()
	content, err := emptied()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "causeway.db")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return storetest.Backend(t, storetest.Open(t, "sqlite:"+file, nil))
}

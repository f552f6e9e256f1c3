package wiretest

import (
	"testing"

	"causeway/internal/store"
	"causeway/internal/store/storetest"
)

// SQLite is an empty database of one test, for what is not about databases. What is runs on both: storetest.Stores.
func SQLite(t testing.TB) store.Backend {
	t.Helper()
	return storetest.Backend(t, storetest.Open(t, storetest.SQLiteTables(t), nil))
}

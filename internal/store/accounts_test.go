package store_test

import (
	"testing"

	"causeway/internal/store/storetest"
)

func TestIntents(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, storetest.Intents)
}

func TestGrants(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, storetest.Grants)
}

func TestLeases(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, storetest.Leases)
}

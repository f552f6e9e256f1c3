package store_test

import (
	"testing"

	"causeway/internal/store"
	"causeway/internal/store/storetest"
)

func TestPolicy(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, func(t *testing.T, back store.Backend) { storetest.Policy(t, store.Policy{Backend: back}) })
}

package store_test

import (
	"testing"

	"causeway/internal/store/storetest"
)

func TestT78_TenantsReadNothingOfEachOther(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, storetest.Tenants)
}

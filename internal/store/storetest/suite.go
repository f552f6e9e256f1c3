package storetest

import (
	"slices"
	"sync"
	"testing"
	"time"

	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/store"
)

// Queued lists the jobs of a kind in the queue, the oldest first.
func Queued(t testing.TB, b store.Backend, kind string) []jobs.Info {
	t.Helper()
	found, err := b.Jobs.List(t.Context(), jobs.Filter{Kind: kind, Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(found)
	return found
}

// noon is the time of the suites.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

const (
	tenant  entra.TenantID = "b28f4b5c-1d2e-4f3a-8b9c-0d1e2f3a4b5c"
	another entra.TenantID = "0c1d2e3f-1111-4222-8333-444455556666"
)

func person(id string) entra.Person { return entra.Person{Tenant: tenant, ID: entra.ObjectID(id)} }

// must stops the test at an error.
func must[T any](t testing.TB) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// ok stops the test at an error.
func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// atOnce runs work n times at the same moment and counts how often it answered true.
func atOnce(t testing.TB, n int, work func(i int) (bool, error)) int {
	t.Helper()
	var group sync.WaitGroup
	start, results := make(chan struct{}), make([]bool, n)
	for i := range n {
		group.Go(func() {
			<-start
			won, err := work(i)
			if err != nil {
				t.Error(err)
			}
			results[i] = won
		})
	}
	close(start)
	group.Wait()
	count := 0
	for _, won := range results {
		if won {
			count++
		}
	}
	return count
}

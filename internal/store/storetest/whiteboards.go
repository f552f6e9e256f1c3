package storetest

import (
	"fmt"
	"testing"
	"time"

	"causeway/internal/store"
	"causeway/internal/whiteboards"
)

// Whiteboards holds an implementation of whiteboards.Storage against what the package says of it.
func Whiteboards(t *testing.T, b store.Backend) {
	s, ctx := store.Whiteboards{Backend: b}, t.Context()
	share := func(id string, at time.Time) whiteboards.Share {
		return whiteboards.Share{ID: id, Board: "board", By: person("ana"), Conversation: "19:launch@thread.v2", At: at}
	}
	save := func(one whiteboards.Share, want bool) {
		t.Helper()
		if got := must[bool](t)(s.SaveShare(ctx, one, one.At.Add(-time.Minute))); got != want {
			t.Errorf("%s is new: %t", one.ID, got)
		}
	}
	save(share("one", noon), true)
	save(share("two", noon.Add(time.Second)), false)
	other := share("three", noon)
	other.Conversation = "19:other@thread.v2"
	save(other, true)
	other = share("four", noon)
	other.By = person("ben")
	save(other, true)
	save(share("five", noon.Add(2*time.Minute)), true)
	ok(t, s.DropShare(ctx, tenant, "five"))
	save(share("six", noon.Add(2*time.Minute+time.Second)), true)
	new := atOnce(t, 4, func(i int) (bool, error) {
		one := share(fmt.Sprint("at once ", i), noon.Add(time.Hour))
		return s.SaveShare(ctx, one, noon.Add(59*time.Minute))
	})
	if new != 1 {
		t.Errorf("%d of four at the same moment are new", new)
	}
	ok(t, s.Erase(ctx, person("ben"), noon.Add(-time.Second)))
	other = share("four again", noon.Add(time.Second))
	other.By = person("ben")
	save(other, false)
	ok(t, s.Erase(ctx, person("ben"), noon))
	save(other, true)
	ok(t, s.Forget(ctx, noon.Add(2*time.Hour)))
	save(share("seven", noon.Add(time.Hour)), true)
}

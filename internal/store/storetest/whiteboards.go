package storetest

import (
	"fmt"
	"testing"
	"time"

	"causeway/internal/entra"
	"causeway/internal/notifications"
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
	notices(t, b)
}

// notices holds what people are told of boards.
func notices(t *testing.T, b store.Backend) {
	t.Helper()
	s, ctx := store.Whiteboards{Backend: b}, t.Context()
	messages := store.Notifications{Backend: b}
	save := func(id, to string, kind notifications.Kind, mark string, by entra.Person, want bool) {
		t.Helper()
		n := whiteboards.Notice{ID: id, Kind: kind, To: person(to), Mark: mark, Board: "board", By: by.ID, At: noon, Link: "https://zoom.example/wb/doc/" + id}
		m := notifications.Message{ID: "message " + id, To: n.To, Kind: kind, Subject: id, State: notifications.Queued, Due: noon}
		if got := must[bool](t)(s.SaveNotice(ctx, n, m)); got != want {
			t.Errorf("notice %s is new: %t", id, got)
		}
		if want {
			if got := must[whiteboards.Notice](t)(s.Notice(ctx, tenant, id)); got != n {
				t.Errorf("stored is %+v, not %+v", got, n)
			}
		}
		if about := must[[]notifications.Message](t)(messages.About(ctx, tenant, id)); len(about) == 1 != want {
			t.Errorf("notice %s has %d messages", id, len(about))
		}
	}
	ana, ben := person("ana"), person("ben")
	save("1", "ana", notifications.BoardShared, "board", ben, true)
	save("2", "ana", notifications.BoardShared, "board", ben, false)
	save("3", "ben", notifications.BoardShared, "board", ana, true)
	save("4", "ana", notifications.BoardMention, "board", entra.Person{}, true)
	gone := func(want string) {
		t.Helper()
		left := ""
		for _, id := range []string{"1", "3", "4"} {
			_, err := s.Notice(ctx, tenant, id)
			if about := must[[]notifications.Message](t)(messages.About(ctx, tenant, id)); len(about) == 1 != (err == nil) {
				t.Errorf("notice %s: %v, with %d messages", id, err, len(about))
			}
			if err == nil {
				left += id
			}
		}
		if left != want {
			t.Errorf("left are %s, not %s", left, want)
		}
	}
	ok(t, s.Erase(ctx, ben, noon.Add(-time.Second)))
	gone("134")
	ok(t, s.Erase(ctx, ben, noon))
	gone("4")
	ok(t, s.Forget(ctx, noon.Add(time.Second)))
	gone("")
}

package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"causeway/internal/chats"
	"causeway/internal/meetings"
	"causeway/internal/problem"
	"causeway/internal/store"
)

// Typed holds an implementation of meetings.Storage against what the package says of what was typed into a form.
func Typed(t *testing.T, b store.Backend) {
	s, ctx := store.Meetings{Backend: b}, t.Context()
	typed := func(id, who string) meetings.Typed {
		return meetings.Typed{
			ID: id, Person: person(who), Place: chats.Place{Tenant: tenant, Conversation: "19:launch@thread.v2", Kind: chats.Group},
			Input: meetings.Input{Topic: "Of " + who, Invitees: []meetings.Guest{}, Rooms: []meetings.Guest{}}, Expires: noon.Add(time.Hour),
		}
	}
	gone := func(what, id, who string, at time.Time) {
		t.Helper()
		if got, err := s.LastTyped(ctx, person(who), id, at); !problem.Is(err, problem.NotFound) {
			t.Errorf("%s: %+v, %v", what, got, err)
		}
	}
	gone("none", "a", "ana", noon)
	for _, id := range []string{"a", "b"} {
		ok(t, s.KeepTyped(ctx, typed(id, "ana")))
	}
	ok(t, s.KeepTyped(ctx, typed("c", "ben")))
	gone("what was typed before", "a", "ana", noon)
	gone("somebody else's", "c", "ana", noon)
	gone("what is over", "b", "ana", noon.Add(time.Hour))
	if diff := cmp.Diff(typed("b", "ana"), must[meetings.Typed](t)(s.LastTyped(ctx, person("ana"), "b", noon))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	must[int](t)(s.Erase(ctx, person("ana"), noon, 10))
	gone("what was erased", "b", "ana", noon)
	must[meetings.Typed](t)(s.LastTyped(ctx, person("ben"), "c", noon))
	ok(t, s.DropTyped(ctx, noon.Add(time.Hour-time.Second)))
	must[meetings.Typed](t)(s.LastTyped(ctx, person("ben"), "c", noon))
	ok(t, s.DropTyped(ctx, noon.Add(time.Hour)))
	gone("what is over and dropped", "c", "ben", noon)
}

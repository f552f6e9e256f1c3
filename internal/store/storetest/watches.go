package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"causeway/internal/calendar"
	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/meetings"
	"causeway/internal/problem"
	"causeway/internal/store"
)

func pull(p entra.Person) jobs.Job {
	return jobs.Job{Kind: calendar.PullJob, Tenant: string(p.Tenant), Subject: string(p.ID)}
}

// Watches holds an implementation of calendar.Watches against what the package says of it.
func Watches(t *testing.T, b store.Backend) {
	s, ctx, ana := store.Calendar{Backend: b}, t.Context(), person("ana")
	if _, err := s.Watch(ctx, ana); !problem.Is(err, problem.NotFound) {
		t.Errorf("nobody's watch: %v", err)
	}
	for range 2 {
		ok(t, s.Begin(ctx, calendar.Watch{Person: ana, Secret: []byte("sealed"), Due: noon}, pull(ana)))
	}
	w := must[calendar.Watch](t)(s.Watch(ctx, ana))
	if w.Asked == 0 || w.Taken != 0 || string(w.Secret) != "sealed" || !w.Due.Equal(noon) || len(w.Cursor) != 0 {
		t.Errorf("a new watch is %+v", w)
	}
	asked := func(want int) {
		t.Helper()
		if got := Queued(t, b, calendar.PullJob); len(got) != want {
			t.Fatalf("%d readings are asked for, want %d", len(got), want)
		}
	}
	asked(1)
	ok(t, s.Ask(ctx, ana, pull(ana), calendar.Care{})) // one is asked for that has not begun
	asked(1)
	w.Begun, w.Due = noon, noon.Add(time.Hour)
	ok(t, s.Take(ctx, w))
	if due := must[[]entra.Person](t)(s.DueWatches(ctx, noon.Add(time.Minute), 10)); len(due) != 0 {
		t.Errorf("%v are due too early", due)
	}
	if due := must[[]entra.Person](t)(s.DueWatches(ctx, noon.Add(time.Hour), 10)); len(due) != 1 || due[0] != ana {
		t.Errorf("%v are due", due)
	}
	won := atOnce(t, 4, func(int) (bool, error) { return true, s.Ask(ctx, ana, pull(ana), calendar.Care{}) })
	if asked(2); won != 4 {
		t.Error("not everybody could ask")
	}
	if due := must[[]entra.Person](t)(s.DueWatches(ctx, noon.Add(2*time.Hour), 10)); len(due) != 0 {
		t.Errorf("%v are due although a reading is about to begin", due)
	}
	w = must[calendar.Watch](t)(s.Watch(ctx, ana))
	w.Subscription, w.Expires, w.Cursor, w.Window, w.Until = "sub-1", noon.AddDate(0, 0, 6), []byte("link"), noon.AddDate(0, 0, 1), noon.AddDate(0, 0, 60)
	if !must[bool](t)(s.SaveWatch(ctx, w, []string{"m1", "m2", "m1"})) {
		t.Fatal("a watch is not stored")
	}
	if must[bool](t)(s.SaveWatch(ctx, w, []string{"m3"})) {
		t.Error("a watch was stored over one that came in between")
	}
	if got := Queued(t, b, meetings.ReconcileJob); len(got) != 2 {
		t.Errorf("%d meetings are looked at, want 2", len(got))
	}
	w.Version++
	if diff := cmp.Diff(w, must[calendar.Watch](t)(s.WatchBy(ctx, "sub-1"))); diff != "" {
		t.Errorf("watch (-want +got)\n%s", diff)
	}
	for _, unknown := range []string{"", "sub-2"} {
		if _, err := s.WatchBy(ctx, unknown); !problem.Is(err, problem.NotFound) {
			t.Errorf("subscription %q: %v", unknown, err)
		}
	}
	ok(t, s.Ask(ctx, ana, pull(ana), calendar.Care{Anew: true, Renew: true, Lapsed: true}))
	w = must[calendar.Watch](t)(s.Watch(ctx, ana))
	if asked(2); w.Subscription != "" || !w.Window.IsZero() || !w.Expires.IsZero() || len(w.Cursor) == 0 {
		t.Errorf("after it has lapsed: %+v", w)
	}
	ok(t, s.End(ctx, ana))
	ok(t, s.Begin(ctx, calendar.Watch{Person: ana, Secret: []byte("sealed"), Due: noon}, pull(ana)))
	asked(3) // it begins under a number that no reading before had
	if _, err := s.Watch(ctx, entra.Person{Tenant: another, ID: ana.ID}); !problem.Is(err, problem.NotFound) {
		t.Errorf("another tenant's: %v", err)
	}
}

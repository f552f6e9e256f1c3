package live_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"causeway/internal/entra"
	"causeway/internal/live"
	"causeway/internal/store/storetest"
)

const patience = 20 * time.Second

func open(t *testing.T, h *live.Hub, p entra.Person) *live.Stream {
	t.Helper()
	s, err := h.Open(p, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// told waits until a stream rings and answers what it was told.
func told(t *testing.T, s *live.Stream) []live.Kind {
	t.Helper()
	select {
	case <-s.Rung():
		return s.Take()
	case <-time.After(patience):
		t.Fatal("nothing was told")
		return nil
	}
}

func silent(t *testing.T, what string, s *live.Stream) {
	t.Helper()
	if heard := s.Take(); len(heard) > 0 {
		t.Errorf("%s was told %v", what, heard)
	}
}

// The same object id in another tenant is somebody else.
func TestT78_OnlyWhoIsMeantIsTold(t *testing.T) {
	t.Parallel()
	h := live.New(live.Options{})
	ana, ben := storetest.NewPerson("one"), storetest.NewPerson("one")
	twin := entra.Person{Tenant: "two", ID: ana.ID}
	first, second, other, elsewhere := open(t, h, ana), open(t, h, ana), open(t, h, ben), open(t, h, twin)
	h.Changed(t.Context(), live.Meetings, ana)
	h.Changed(t.Context(), live.Account, ana)
	h.Changed(t.Context(), live.Meetings, ana)
	for _, s := range []*live.Stream{first, second} {
		if got := told(t, s); !slices.Equal(got, []live.Kind{live.Meetings, live.Account}) {
			t.Errorf("Ana was told %v", got)
		}
	}
	silent(t, "Ben", other)
	silent(t, "Ana's twin in another tenant", elsewhere)
	tab, err := h.Open(ben, "19:launch@thread.v2")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tab.Close)
	h.ChangedIn(t.Context(), live.Meetings, live.Conversation{Tenant: "one", ID: "19:launch@thread.v2"}, live.Conversation{Tenant: "one", ID: "19:other@thread.v2"})
	if got := told(t, tab); !slices.Equal(got, []live.Kind{live.Meetings}) {
		t.Errorf("the tab of the conversation was told %v", got)
	}
	h.ChangedIn(t.Context(), live.Meetings, live.Conversation{Tenant: "two", ID: "19:launch@thread.v2"})
	silent(t, "the tab of another tenant's conversation", tab)
	h.Changed(t.Context(), live.Policy, entra.Person{Tenant: "two"})
	if got := told(t, elsewhere); !slices.Equal(got, []live.Kind{live.Policy}) {
		t.Errorf("the other tenant was told %v", got)
	}
	silent(t, "Ana", first)
	silent(t, "Ben", other)
}

func TestStreamsAreBounded(t *testing.T) {
	t.Parallel()
	h := live.New(live.Options{Most: 8})
	ana := storetest.NewPerson("one")
	var all []*live.Stream
	for range 6 {
		all = append(all, open(t, h, ana))
	}
	if _, err := h.Open(ana, ""); !errors.Is(err, live.ErrTooMany) {
		t.Errorf("the seventh of one person: %v", err)
	}
	open(t, h, storetest.NewPerson("one"))
	open(t, h, storetest.NewPerson("two"))
	if _, err := h.Open(storetest.NewPerson("two"), ""); !errors.Is(err, live.ErrTooMany) {
		t.Errorf("the ninth of all: %v", err)
	}
	all[0].Close()
	all[0].Close()
	open(t, h, ana)
	h.End()
	for _, s := range all[1:] {
		select {
		case <-s.Ended():
		default:
			t.Error("a stream goes on after the end")
		}
	}
	if _, err := h.Open(storetest.NewPerson("three"), ""); !errors.Is(err, live.ErrTooMany) {
		t.Errorf("after the end: %v", err)
	}
}

// Processes on one PostgreSQL hear of each other's changes, of however many people at once.
func TestProcessesTellEachOther(t *testing.T) {
	t.Parallel()
	dsn := storetest.PostgreSQL(t)
	process := func() (h *live.Hub, run func()) {
		db := storetest.Open(t, dsn, nil)
		h = live.New(live.Options{Pool: db.Pool()})
		return h, func() {
			ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
			done := make(chan struct{})
			go func() { defer close(done); h.Run(ctx) }()
			t.Cleanup(func() { cancel(); <-done })
		}
	}
	here, runHere := process()
	there, runThere := process()
	runHere()
	var people []entra.Person
	for i := range 200 {
		people = append(people, entra.Person{Tenant: "b28f4b5c-1d2e-4f3a-8b9c-0d1e2f3a4b5c", ID: entra.ObjectID(fmt.Sprintf("b28f4b5c-1d2e-4f3a-8b9c-%012d", i))})
	}
	last := open(t, there, people[199])
	runThere()
	listening := told(t, last) // it hears from now on, and says so
	if len(listening) != 3 {
		t.Fatalf("began with %v", listening)
	}
	stranger := open(t, there, storetest.NewPerson("two"))
	here.Changed(t.Context(), live.Meetings, people...)
	if got := told(t, last); !slices.Equal(got, []live.Kind{live.Meetings}) {
		t.Errorf("the other process was told %v", got)
	}
	tab, err := there.Open(people[0], "19:launch@thread.v2")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tab.Close)
	here.ChangedIn(t.Context(), live.Meetings, live.Conversation{Tenant: people[0].Tenant, ID: "19:launch@thread.v2"})
	if got := told(t, tab); !slices.Equal(got, []live.Kind{live.Meetings}) {
		t.Errorf("the tab of the conversation, in the other process, was told %v", got)
	}
	here.Changed(t.Context(), live.Policy, entra.Person{Tenant: people[0].Tenant})
	if got := told(t, last); !slices.Equal(got, []live.Kind{live.Policy}) {
		t.Errorf("the other process was told %v", got)
	}
	silent(t, "a stranger", stranger)
}

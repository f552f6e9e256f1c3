package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"causeway/internal/accounts"
	"causeway/internal/calendar"
	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/meetings"
	"causeway/internal/store"
)

// Copies holds an implementation of meetings.CopyStorage against what the package says of it.
func Copies(t *testing.T, b store.Backend) {
	s, ctx := store.Meetings{Backend: b}, t.Context()
	m := made(wish("meeting", "nonce"))
	must[bool](t)(s.Save(ctx, m, sealed()))
	if got := must[meetings.Copies](t)(s.Copies(ctx, tenant, m.ID)); got.Version != 0 || got.Zoom.Agreed != nil {
		t.Errorf("of a new meeting is known %+v", got)
	}
	shape := meetings.Shape{
		Topic: "Launch", Start: noon, Duration: time.Hour, Zone: "Europe/Paris", Repeat: &meetings.Recurrence{Pattern: meetings.Daily, Interval: 1, Times: 3},
		Exceptions: []meetings.Exception{{Original: noon, Start: noon.Add(time.Hour), Duration: time.Hour}},
	}
	c := meetings.Copies{
		Zoom: meetings.Copy{Agreed: &shape}, Event: meetings.Copy{Of: "AAMk1", Writing: &shape}, Adopted: true,
		Notes: []meetings.Note{{Kind: meetings.RoomDeclined, Text: "Lighthouse", At: noon}},
	}
	if won := atOnce(t, 4, func(int) (bool, error) { return s.SaveCopies(ctx, tenant, m.ID, c) }); won != 1 {
		t.Errorf("%d of four that wrote at once believe to be the one", won)
	}
	c.Version = 1
	if diff := cmp.Diff(c, must[meetings.Copies](t)(s.Copies(ctx, tenant, m.ID))); diff != "" {
		t.Errorf("copies (-want +got)\n%s", diff)
	}
	merges(t, s, m, c)
	looks(t, s, m)
}

// merges stores a draft and what is known together, or neither.
func merges(t *testing.T, s store.Meetings, m meetings.Meeting, c meetings.Copies) {
	t.Helper()
	ctx := t.Context()
	follow := func(revision int64) []jobs.Job {
		return []jobs.Job{{Kind: meetings.CardJob, Tenant: string(tenant), Subject: m.ID, Revision: revision}}
	}
	m.Draft.Topic = "Renamed"
	stale := c
	stale.Version = 0
	if _, err := s.Merge(ctx, m, stale, false, follow); !errors.Is(err, meetings.ErrStale) {
		t.Errorf("with copies that are old: %v", err)
	}
	other := m
	other.Edition = 7
	if _, err := s.Merge(ctx, other, c, false, follow); !errors.Is(err, meetings.ErrStale) {
		t.Errorf("with a meeting that is old: %v", err)
	}
	if got := must[meetings.Copies](t)(s.Copies(ctx, tenant, m.ID)); got.Version != 1 {
		t.Errorf("half of it was stored: %+v", got)
	}
	revision := must[int64](t)(s.Merge(ctx, m, c, true, follow))
	stored, _, err := s.Meeting(ctx, tenant, m.ID)
	if err != nil || stored.Draft.Topic != "Renamed" || stored.Revision != revision || stored.Edition != m.Edition+1 {
		t.Errorf("stored %+v, %v", stored, err)
	}
	if n := len(Queued(t, s.Backend, meetings.ReconcileJob)); n != 1 {
		t.Errorf("%d looks are asked for, want 1", n)
	}
}

// looks asks once until a look has begun.
func looks(t *testing.T, s store.Meetings, m meetings.Meeting) {
	t.Helper()
	ctx := t.Context()
	ok(t, s.Look(ctx, tenant, m.ID))
	c := must[meetings.Copies](t)(s.Copies(ctx, tenant, m.ID))
	if n := len(Queued(t, s.Backend, meetings.ReconcileJob)); n != 1 || c.Asked != 1 || c.Taken != 0 {
		t.Errorf("%d looks are asked for: %+v", n, c)
	}
	ok(t, s.TakeLook(ctx, tenant, m.ID, c))
	ok(t, s.Look(ctx, tenant, m.ID, "never seen", m.ID))
	c = must[meetings.Copies](t)(s.Copies(ctx, tenant, m.ID))
	if n := len(Queued(t, s.Backend, meetings.ReconcileJob)); n != 3 || c.Asked != 2 || c.Taken != 1 {
		t.Errorf("%d looks were asked for: %+v", n, c)
	}
}

// Lists holds an implementation of meetings.ListStorage against what the package says of it.
func Lists(t *testing.T, b store.Backend) {
	s, ctx := store.Meetings{Backend: b}, t.Context()
	m := made(wish("meeting", "nonce"))
	must[bool](t)(s.Save(ctx, m, sealed()))
	due := func(at time.Time, want int) {
		t.Helper()
		ok(t, s.DueLists(ctx, at, at.Add(time.Minute), 10))
		if got := Queued(t, b, meetings.ListJob); len(got) != want {
			t.Fatalf("%d looks at lists are asked for, want %d", len(got), want)
		}
	}
	due(m.Created, 0)
	due(m.Created.Add(5*time.Minute), 1) // who has made a meeting is attended to
	due(m.Created.Add(5*time.Minute), 1)
	due(m.Created.Add(6*time.Minute), 2)
	ok(t, s.Attend(ctx, m.Organizer, noon.Add(24*time.Hour))) // later than it is due: nothing changes
	ok(t, s.Attend(ctx, person("ben"), m.Created))
	due(m.Created.Add(8*time.Minute), 4)
	ok(t, s.Unattend(ctx, person("ben")))
	due(m.Created.Add(10*time.Minute), 5)
	ok(t, s.Attend(ctx, person("cho"), m.Created))
	for range 2 {
		ok(t, s.DueList(ctx, person("cho"), m.Created.Add(12*time.Minute), m.Created.Add(20*time.Minute)))
	}
	due(m.Created, 6) // nobody else's list, and his once
	ok(t, s.Unattend(ctx, person("cho")))

	if !must[bool](t)(s.Whole(ctx, m.Organizer, noon, noon.Add(-time.Hour))) || must[bool](t)(s.Whole(ctx, m.Organizer, noon, noon.Add(-time.Hour))) {
		t.Error("every series is looked at once in a time")
	}
	ok(t, s.SaveListed(ctx, tenant, map[string]string{m.ID: "print"}, []string{m.ID}))
	listed := must[[]meetings.Listed](t)(s.Listed(ctx, m.Organizer))
	want := []meetings.Listed{{
		Meeting: m.ID, Zoom: m.Zoom, Active: true, Entry: m.Entry, Created: m.Created, Ends: m.Draft.End().UTC(), Print: "print",
	}}
	if diff := cmp.Diff(want, listed); diff != "" {
		t.Errorf("listed (-want +got)\n%s", diff)
	}
	if n := len(Queued(t, b, meetings.ReconcileJob)); n != 1 {
		t.Errorf("%d looks are asked for, want 1", n)
	}
	kept(t, b, m)
}

// kept are the meetings to come that have an event.
func kept(t *testing.T, b store.Backend, m meetings.Meeting) {
	t.Helper()
	s, ctx := store.Calendar{Backend: b}, t.Context()
	list := func(p entra.Person, at time.Time) []calendar.Kept {
		return must[[]calendar.Kept](t)(s.Kept(ctx, p, at))
	}
	if got := list(m.Organizer, m.Created); len(got) != 0 {
		t.Errorf("without an event is kept %v", got)
	}
	must[bool](t)(s.SaveRecord(ctx, calendar.Record{Tenant: tenant, Meeting: m.ID, State: calendar.Done, EventID: "AAMk1", Revision: 1}, 0))
	want := []calendar.Kept{{Meeting: m.ID, EventID: "AAMk1", Zoom: m.Zoom.String(), Ends: m.Draft.End().UTC()}}
	if diff := cmp.Diff(want, list(m.Organizer, m.Created)); diff != "" {
		t.Errorf("kept (-want +got)\n%s", diff)
	}
	if got := list(m.Organizer, m.Draft.End()); len(got) != 0 {
		t.Errorf("what is over is kept: %v", got)
	}
}

// Linked holds meetings.CopyStorage against what the package says of who has connected Zoom.
func Linked(t *testing.T, b store.Backend) {
	s, grants, ctx := store.Meetings{Backend: b}, store.Accounts{Backend: b}, t.Context()
	connect := func(p entra.Person, provider accounts.Provider) {
		i := newIntent(p, accounts.Completed, NewID())
		ok(t, grants.AddIntent(ctx, i))
		ok(t, grants.Activate(ctx, i, []accounts.Grant{newGrant(p, provider, NewID())}, nil))
	}
	for _, name := range []string{"a", "b", "c"} {
		connect(person(name), accounts.Zoom)
	}
	connect(person("d"), accounts.Microsoft)
	connect(entra.Person{Tenant: another, ID: "e"}, accounts.Zoom)
	m := made(wish("meeting", "nonce"))
	must[bool](t)(s.Save(ctx, m, sealed()))
	ok(t, s.SaveRoster(ctx, m, []meetings.Invitee{{Person: person("c"), Name: "Cho"}}, nil, follow("test.calendar")))
	for limit, want := range map[int][]entra.Person{2: {person("c"), person("a")}, 9: {person("c"), person("a"), person("b")}} {
		if diff := cmp.Diff(want, must[[]entra.Person](t)(s.Linked(ctx, tenant, m.ID, limit))); diff != "" {
			t.Errorf("linked (-want +got)\n%s", diff)
		}
	}
}

package storetest

import (
	"testing"
	"time"

	"causeway/internal/meetings"
	"causeway/internal/notifications"
	"causeway/internal/problem"
	"causeway/internal/store"
)

// Forgotten holds an implementation of meetings.Storage against what the package says of meetings that have long been over.
func Forgotten(t *testing.T, b store.Backend) {
	s, ctx := store.Meetings{Backend: b}, t.Context()
	end := noon.Add(time.Hour + 30*time.Minute)
	keep := func(id string, change func(*meetings.Meeting)) {
		r := wish(id, "nonce-"+id)
		must[meetings.Reserved](t)(first(s.Reserve(ctx, r)))
		m := made(r)
		m.Roster = true
		change(&m)
		must[bool](t)(s.Save(ctx, m, sealed()))
		ok(t, s.SaveRoster(ctx, m, []meetings.Invitee{{Person: person("ben"), Name: "Ben"}}, []notifications.Message{message("told-"+id, "ben", id)}, follow("test.roster")))
	}
	keep("old", func(*meetings.Meeting) {})
	keep("series", func(m *meetings.Meeting) {
		m.Zoom, m.Draft.Repeat = 91234567891, &meetings.Recurrence{Pattern: meetings.Daily, Interval: 1, Times: 3}
	})
	keep("untimed", func(m *meetings.Meeting) { m.Zoom, m.Draft.Start = 91234567892, time.Time{} })
	must[meetings.Reserved](t)(first(s.Reserve(ctx, wish("nothing", "nonce-nothing"))))

	there := func(id string) bool {
		t.Helper()
		_, _, err := s.Meeting(ctx, tenant, id)
		if err != nil && !problem.Is(err, problem.NotFound) {
			t.Fatal(err)
		}
		return err == nil
	}
	if n := must[int](t)(s.Forget(ctx, end, 10)); n != 0 || !there("old") {
		t.Errorf("%d meetings forgotten that had not ended before", n)
	}
	if n := must[int](t)(s.Forget(ctx, end.Add(time.Second), 10)); n != 1 || there("old") || !there("series") || !there("untimed") {
		t.Errorf("%d meetings forgotten", n)
	}
	if left := must[[]meetings.Invitee](t)(s.Invitees(ctx, tenant, "old")); len(left) != 0 {
		t.Errorf("who was invited is still known: %v", left)
	}
	if told := must[[]notifications.Message](t)(store.Notifications{Backend: b}.About(ctx, tenant, "old")); len(told) != 0 {
		t.Errorf("who was told is still known: %v", told)
	}
	for id, want := range map[string]bool{"old": false, "nothing": false, "series": true} {
		if _, err := s.Reservation(ctx, tenant, id); (err == nil) != want {
			t.Errorf("the wish for %s: %v", id, err)
		}
	}
	if n := must[int](t)(s.Forget(ctx, end.Add(72*time.Hour), 10)); n != 1 || there("series") || !there("untimed") {
		t.Errorf("%d meetings forgotten after the last occurrence of a series", n)
	}
	// Whoever removed the app has nothing here any more that was made until then.
	keep("of ana", func(m *meetings.Meeting) { m.Zoom, m.Created = 91234567893, noon })
	keep("of ana, later", func(m *meetings.Meeting) { m.Zoom, m.Created = 91234567894, noon.Add(time.Hour) })
	must[int](t)(s.Erase(ctx, person("ben"), noon.Add(time.Minute), 10))
	if !there("of ana") {
		t.Error("another person's was erased")
	}
	for must[int](t)(s.Erase(ctx, person("ana"), noon.Add(time.Minute), 1)) == 1 {
	}
	if there("of ana") || there("untimed") || !there("of ana, later") {
		t.Error("not what was made until then was erased")
	}
	if left := must[[]meetings.Invitee](t)(s.Invitees(ctx, tenant, "of ana")); len(left) != 0 {
		t.Errorf("who was invited to it is still known: %v", left)
	}
}

// first drops the second of three answers.
func first(r meetings.Reserved, _ bool, err error) (meetings.Reserved, error) { return r, err }

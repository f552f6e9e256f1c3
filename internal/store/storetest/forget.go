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
		change(&m)
		must[bool](t)(s.Save(ctx, m, sealed()))
		reminder := message("reminded-"+id, "ben", id+"/1790000000")
		reminder.Kind = notifications.Starting
		ok(t, s.SaveRoster(ctx, m, []meetings.Invitee{{Person: person("ben"), Name: "Ben"}}, []notifications.Message{message("told-"+id, "ben", id), reminder}, follow("test.roster")))
	}
	keep("old", func(*meetings.Meeting) {})
	keep("series", func(m *meetings.Meeting) {
		m.Zoom, m.Draft.Repeat = 91234567891, &meetings.Recurrence{Pattern: meetings.Daily, Interval: 1, Times: 3}
	})
	keep("untimed", func(m *meetings.Meeting) { m.Zoom, m.Draft.Start = 91234567892, time.Time{} })
	refuse := func(id string) {
		failed := message("failed-"+id, "ana", id)
		failed.Kind = notifications.ScheduleFailed
		r := must[meetings.Reserved](t)(first(s.Reserve(ctx, wish(id, "nonce-"+id))))
		r.State = meetings.Refused
		must[bool](t)(s.Refuse(ctx, r, []notifications.Message{failed}))
	}
	refuse("nothing")

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
	told := func(subject string, want int) {
		t.Helper()
		if told := must[[]notifications.Message](t)(store.Notifications{Backend: b}.About(ctx, tenant, subject)); len(told) != want {
			t.Errorf("of %s are known: %v", subject, told)
		}
	}
	told("old", 0)
	told("old/1790000000", 0)
	told("nothing", 0)
	told("series", 1)
	told("series/1790000000", 1)
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
	refuse("in vain")
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
	told("of ana", 0)
	told("of ana/1790000000", 0)
	told("in vain", 0)
	told("of ana, later/1790000000", 1)
	oldMessages(t, b, "of ana, later")
	if left := must[[]meetings.Invitee](t)(s.Invitees(ctx, tenant, "of ana")); len(left) != 0 {
		t.Errorf("who was invited to it is still known: %v", left)
	}
}

// first drops the second of three answers.
func first(r meetings.Reserved, _ bool, err error) (meetings.Reserved, error) { return r, err }

// oldMessages holds that what was told long ago is forgotten, but for what is about a meeting that is kept, and that nothing is while it waits.
func oldMessages(t *testing.T, b store.Backend, kept string) {
	t.Helper()
	s, messages, ctx := store.Meetings{Backend: b}, store.Notifications{Backend: b}, t.Context()
	add := func(id, subject string, kind notifications.Kind, due time.Time, final bool) {
		t.Helper()
		m := message(id, "cho", subject)
		m.Kind, m.Due = kind, due
		ok(t, messages.Queue(ctx, []notifications.Message{m}))
		if m.State = notifications.Sent; final {
			ok(t, messages.Settle(ctx, m, notifications.Queued))
		}
	}
	past := noon.Add(-time.Hour)
	add("agenda", "2026-08-01", notifications.Agenda, past, true)
	add("relink", "person/1", notifications.Relink, past, true)
	add("young", "person/2", notifications.Relink, noon, true)
	add("waits", "person/3", notifications.Relink, past, false)
	add("orphan", "gone/1", notifications.Starting, past, true)
	add("reminder", kept+"/1", notifications.Starting, past, true)
	add("invited", kept, notifications.Invited, past, true)
	if n := must[int](t)(s.ForgetMessages(ctx, noon, 3)); n != 3 {
		t.Errorf("%d messages are forgotten at once, not 3", n)
	}
	if n := must[int](t)(s.ForgetMessages(ctx, noon, 3)); n != 1 {
		t.Errorf("%d messages are left to be forgotten, not 1", n)
	}
	for id, want := range map[string]bool{"agenda": false, "relink": false, "young": true, "waits": true, "orphan": false, "reminder": false, "invited": true} {
		if _, err := messages.Message(ctx, tenant, id); (err == nil) != want {
			t.Errorf("the message %s: %v", id, err)
		}
	}
}

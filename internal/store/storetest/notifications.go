package storetest

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"causeway/internal/chats"
	"causeway/internal/jobs"
	"causeway/internal/notifications"
	"causeway/internal/problem"
	"causeway/internal/store"
	"causeway/internal/teams"
)

// message is one about a subject, that may go at noon.
func message(id, to, subject string) notifications.Message {
	return notifications.Message{
		ID: id, To: person(to), User: teams.UserID("29:" + to), Kind: notifications.Invited, Subject: subject,
		Via:   chats.Place{Tenant: tenant, Conversation: "19:launch@thread.v2", Kind: chats.Group, ServiceURL: "https://smba.trafficmanager.net/emea/"},
		State: notifications.Queued, Revision: 2, Due: noon,
	}
}

// told makes the job that ends a subject.
func told(m notifications.Message) []jobs.Job {
	return []jobs.Job{{Kind: "test.told", Tenant: string(m.To.Tenant), Subject: m.Subject}}
}

func lease(holder string, now time.Time) notifications.Lease {
	return notifications.Lease{Tenant: tenant, Holder: holder, Now: now, Until: now.Add(20 * time.Second)}
}

// Notifications holds an implementation of notifications.Storage against what the package says of it.
func Notifications(t *testing.T, b store.Backend) {
	s, ctx := store.Notifications{Backend: b}, t.Context()
	first, second := message("m1", "ana", "meeting"), message("m2", "ben", "meeting")
	second.Due = noon.Add(time.Minute)
	twin := first
	twin.ID = "m1-again"
	ok(t, s.Queue(ctx, []notifications.Message{first, second, twin}, jobs.Job{Kind: "test.pump", Tenant: string(tenant)}))
	if diff := cmp.Diff([]notifications.Message{first, second}, must[[]notifications.Message](t)(s.About(ctx, tenant, "meeting"))); diff != "" {
		t.Errorf("about the meeting (-want +got)\n%s", diff)
	}
	if _, err := s.Message(ctx, tenant, twin.ID); !problem.Is(err, problem.NotFound) {
		t.Errorf("a second message of the same kind: %v, want NotFound", err)
	}
	if _, err := s.Message(ctx, another, first.ID); !problem.Is(err, problem.NotFound) {
		t.Errorf("another tenant's look: %v, want NotFound", err)
	}
	if len(Queued(t, b, "test.pump")) != 1 {
		t.Error("no job was stored with the messages")
	}

	due, next, err := s.Due(ctx, tenant, noon, 10)
	if ok(t, err); len(due) != 1 || due[0].ID != "m1" || !next.IsZero() {
		t.Errorf("due at noon: %v, next %v; want the first alone", due, next)
	}
	if due, next, _ := s.Due(ctx, tenant, noon.Add(-time.Hour), 10); len(due) != 0 || !next.Equal(noon) {
		t.Errorf("due before noon: %v, next %v; want none, and noon", due, next)
	}
}

// NotificationsBegun proves: a message is begun once, by who has the lease, as it was read, and its outcome stays.
func NotificationsBegun(t *testing.T, b store.Backend) {
	s, ctx := store.Notifications{Backend: b}, t.Context()
	find := func(id string) notifications.Message {
		t.Helper()
		return must[notifications.Message](t)(s.Message(ctx, tenant, id))
	}
	first, second := message("m1", "ana", "meeting"), message("m2", "ben", "meeting")
	ok(t, s.Queue(ctx, []notifications.Message{first, second}))
	if must[bool](t)(s.Begin(ctx, first, "one", noon)) {
		t.Error("a message was begun without the lease")
	}
	if !must[bool](t)(s.Lease(ctx, lease("one", noon), told)) || !must[bool](t)(s.Lease(ctx, lease("one", noon.Add(time.Second)), told)) {
		t.Error("the lease is not given, or not renewed")
	}
	if must[bool](t)(s.Lease(ctx, lease("two", noon.Add(2*time.Second)), told)) {
		t.Error("a lease was given away while its holder lives")
	}
	if must[bool](t)(s.Begin(ctx, first, "two", noon)) {
		t.Error("a message was begun by who has no lease")
	}
	if !must[bool](t)(s.Renew(ctx, first, 3)) || must[bool](t)(s.Begin(ctx, first, "one", noon)) {
		t.Error("what was read before it was renewed was begun")
	}
	if first = find("m1"); first.Revision != 3 {
		t.Errorf("renewed to revision %d", first.Revision)
	}
	if begun := atOnce(t, 4, func(int) (bool, error) { return s.Begin(ctx, first, "one", noon) }); begun != 1 {
		t.Errorf("one message was begun %d times", begun)
	}
	if find("m1").State != notifications.Sending || must[bool](t)(s.Renew(ctx, first, 4)) {
		t.Error("it is not marked as being sent")
	}

	late := find("m1")
	late.State = notifications.Queued
	ok(t, s.Settle(ctx, late, notifications.Queued, told(late)...)) // by somebody who read it before it was begun
	if find("m1").State != notifications.Sending {
		t.Error("what is being sent was put back")
	}
	sent := find("m1")
	sent.State, sent.Chat, sent.Activity, sent.Attempts, sent.Updated = notifications.Sent, "a:1ana", "1700", 1, noon
	ok(t, s.Settle(ctx, sent, notifications.Sending, told(sent)...))
	if diff := cmp.Diff(sent, find("m1")); diff != "" {
		t.Errorf("settled (-want +got)\n%s", diff)
	}
	if len(Queued(t, b, "test.told")) != 0 {
		t.Error("the subject was ended although a message waits")
	}
	ok(t, s.Settle(ctx, late, notifications.Sending, told(late)...))
	if find("m1").State != notifications.Sent {
		t.Error("what was sent was queued again")
	}

	ok(t, s.Release(ctx, tenant, "two"))
	if must[bool](t)(s.Lease(ctx, lease("two", noon.Add(3*time.Second)), told)) {
		t.Error("somebody gave away a lease that is another's")
	}
	ok(t, s.Release(ctx, tenant, "one"))
	if !must[bool](t)(s.Lease(ctx, lease("two", noon.Add(3*time.Second)), told)) {
		t.Error("a lease that was given back is not free")
	}
}

// NotificationsTakeover proves: a holder dies in the middle; what it was sending stays unknown, once, and is told of.
func NotificationsTakeover(t *testing.T, b store.Backend) {
	s, ctx := store.Notifications{Backend: b}, t.Context()
	alone, first, second := message("m1", "ana", "alone"), message("m2", "ben", "both"), message("m3", "cho", "both")
	ok(t, s.Queue(ctx, []notifications.Message{alone, first, second}))
	must[bool](t)(s.Lease(ctx, lease("dead", noon), told))
	for _, m := range []notifications.Message{alone, first} {
		if !must[bool](t)(s.Begin(ctx, m, "dead", noon)) {
			t.Fatal("not begun")
		}
	}
	later := noon.Add(21 * time.Second)
	won := atOnce(t, 4, func(i int) (bool, error) { return s.Lease(ctx, lease("heir"+strconv.Itoa(i), later), told) })
	if won != 1 {
		t.Fatalf("%d took the lease over", won)
	}
	for _, id := range []string{"m1", "m2"} {
		if m := must[notifications.Message](t)(s.Message(ctx, tenant, id)); m.State != notifications.Unknown || m.Reason != "interrupted" {
			t.Errorf("%s is %s (%s), want unknown", id, m.State, m.Reason)
		}
	}
	if must[bool](t)(s.Begin(ctx, second, "dead", later)) {
		t.Error("the dead one goes on")
	}
	queued := Queued(t, b, "test.told")
	if len(queued) != 1 || queued[0].Subject != "alone" {
		t.Errorf("ended: %v, want the subject of which nothing waits", queued)
	}
	// It was not dead but slow, and knows better.
	alone.State, alone.Updated = notifications.Sent, later
	ok(t, s.Settle(ctx, alone, notifications.Sending, told(alone)...))
	if m := must[notifications.Message](t)(s.Message(ctx, tenant, "m1")); m.State != notifications.Sent {
		t.Errorf("the outcome that came after all is lost: %s", m.State)
	}
}

// NotificationsLast proves: whoever settles the last message about a subject ends it, however many settle at once.
func NotificationsLast(t *testing.T, b store.Backend) {
	s, ctx := store.Notifications{Backend: b}, t.Context()
	const rounds, people = 8, 4
	for round := range rounds {
		subject := "meeting" + strconv.Itoa(round)
		var all []notifications.Message
		for i := range people {
			all = append(all, message(subject+"/"+strconv.Itoa(i), "p"+strconv.Itoa(i), subject))
		}
		ok(t, s.Queue(ctx, all))
		atOnce(t, people, func(i int) (bool, error) {
			m := all[i]
			m.State, m.Reason = notifications.Dropped, "forbidden"
			return true, s.Settle(ctx, m, notifications.Queued, told(m)...)
		})
		if found := must[[]jobs.Info](t)(b.Jobs.List(ctx, jobs.Filter{Kind: "test.told", Subject: subject})); len(found) != 1 {
			t.Fatalf("round %d: the subject was ended %d times", round, len(found))
		}
	}
}

// NotificationsMissed holds which messages are listed as not delivered, and that nobody else dismisses them.
func NotificationsMissed(t *testing.T, b store.Backend) {
	s, ctx := store.Notifications{Backend: b}, t.Context()
	for i, state := range []notifications.State{notifications.Sent, notifications.Unknown, notifications.Failed, notifications.Dropped, notifications.Unknown, notifications.Queued} {
		m := message(fmt.Sprint("missed ", i), "ana", fmt.Sprint("meeting ", i))
		ok(t, s.Queue(ctx, []notifications.Message{m}))
		m.State, m.Updated = state, noon.Add(time.Duration(i)*time.Minute)
		if state != notifications.Queued {
			ok(t, s.Settle(ctx, m, notifications.Queued))
		}
	}
	list := func(who string, since time.Time, limit int, want string) {
		t.Helper()
		got := ""
		for _, m := range must[[]notifications.Message](t)(s.Missed(ctx, person(who), since, limit)) {
			got += strings.TrimPrefix(m.ID, "missed ")
		}
		if got != want {
			t.Errorf("%s missed %q, want %q", who, got, want)
		}
	}
	list("ana", noon, 9, "421")
	list("ana", noon, 2, "42")
	list("ana", noon.Add(2*time.Minute), 9, "42")
	list("ben", noon, 9, "")
	for _, c := range []struct {
		who, id string
		want    bool
	}{{"ben", "missed 2", false}, {"ana", "missed 0", false}, {"ana", "missed 2", true}, {"ana", "missed 2", true}, {"ana", "none", false}} {
		if got := must[bool](t)(s.Dismiss(ctx, person(c.who), c.id)); got != c.want {
			t.Errorf("%s dismisses %s: %t", c.who, c.id, got)
		}
	}
	list("ana", noon, 9, "41")
}

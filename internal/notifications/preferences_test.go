package notifications_test

import (
	"testing"

	"causeway/internal/notifications"
	"causeway/internal/preferences"
	"causeway/internal/store"
	"causeway/internal/store/storetest"
	"causeway/internal/wiretest"
)

// Who does not want to be told is not, from the moment at which the message would go; the other kinds are delivered all the same.
func TestOnlyWhatAPersonWantsIsDelivered(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, func(t *testing.T, back store.Backend) {
		p := stage(t, back)
		p.Notifications.Handle(notifications.Scheduled, say)
		p.Notifications.Handle(notifications.ScheduleFailed, say)
		queue(t, p, "m1", "ana", "ben") // queued before Ana changes her mind
		for _, kind := range []notifications.Kind{notifications.Scheduled, notifications.ScheduleFailed} {
			m := find(t, p, "m1/ana")
			m.ID, m.Kind = "m1/"+string(kind), kind
			if err := p.Notifications.Send(t.Context(), m); err != nil {
				t.Fatal(err)
			}
		}
		if err := p.Prefer(wiretest.Person("ana"), preferences.Preferences{Scheduled: true}); err != nil {
			t.Fatal(err)
		}
		pump(t, p)
		for id, want := range map[string]notifications.State{
			"m1/ana": notifications.Dropped, "m1/ben": notifications.Sent, "m1/scheduled": notifications.Sent, "m1/schedule_failed": notifications.Sent,
		} {
			m := find(t, p, id)
			if m.State != want || m.State == notifications.Dropped && m.Reason != "unwanted" {
				t.Errorf("%s is %s (%s), want %s", id, m.State, m.Reason, want)
			}
		}
		if n := len(p.Connector.Calls(send)); n != 3 {
			t.Errorf("%d messages were sent, want 3", n)
		}
		if err := p.Prefer(wiretest.Person("ana"), preferences.Preferences{Invited: true}); err != nil {
			t.Fatal(err)
		}
		queue(t, p, "m2", "ana")
		m := find(t, p, "m1/scheduled")
		m.ID, m.Subject, m.State, m.Activity = "m2/scheduled", "m2", notifications.Queued, ""
		if err := p.Notifications.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		pump(t, p)
		if a, b := find(t, p, "m2/ana").State, find(t, p, "m2/scheduled").State; a != notifications.Sent || b != notifications.Dropped {
			t.Errorf("after changing her mind: invited %s, scheduled %s", a, b)
		}
	})
}

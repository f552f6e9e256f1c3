package app_test

import (
	"net/http"
	"testing"
	"time"

	"causeway/internal/notifications"
	"causeway/internal/sandbox/world"
)

// At the hour that somebody has chosen, the bot tells what the day brings, and nothing of a day that brings nothing.
func TestWhatTheDayBrings(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana := g.person("ana")
	ana.link()
	ana.say("bot", "hello")
	to := func(at time.Time) { g.advance(at.Sub(g.world.World.Clock.Now())) }
	now := g.world.World.Clock.Now().In(london(t))
	to(time.Date(now.Year(), now.Month(), now.Day()+1, 20, 0, 0, 0, london(t))) // whenever the test runs, the day's hour is over
	chosen := object{"language": "", "invited": true, "scheduled": true, "agenda": 8, "zone": "Asia/Tokyo", "pmi": false, "reminder": 15, "sync": false}
	g.want("choosing", g.api("ana", http.MethodPut, "/api/settings", chosen, nil), http.StatusOK)
	wrong := object{"language": "", "invited": true, "scheduled": true, "agenda": 24, "zone": "Nowhere/AtAll", "pmi": false, "reminder": 15, "sync": false}
	g.want("choosing what there is not", g.api("ana", http.MethodPut, "/api/settings", wrong, nil), http.StatusBadRequest)

	day := time.Date(now.Year(), now.Month(), now.Day()+9, 0, 0, 0, 0, london(t))
	ana.schedule("launch", "Review of the day", fields{"date": day.Format(time.DateOnly), "time": "15:00"}).is("message")
	g.idle()
	told := func() int {
		return g.stored("notifications where kind = '" + string(notifications.Agenda) + "' and state = 'sent'")
	}
	waits := "notifications where kind = '" + string(notifications.Agenda) + "' and "
	g.fault(world.Fault{Side: world.Zoom, Route: "GET /v2/users/me/meetings", Status: http.StatusServiceUnavailable})
	to(day.Add(-16*time.Hour + time.Second)) // eight in the morning in London, which Teams tells, the day before
	g.until("a day of which Zoom tells nothing is not taken for empty", func() bool { return g.stored(waits+"state = 'queued' and attempts > 0") == 1 })
	g.world.World.Faults.Clear()
	g.advance(time.Minute)
	g.until("that day is looked at", func() bool { return g.stored(waits+"state = 'dropped'") == 1 })
	to(day.Add(8*time.Hour - time.Minute))
	g.idle()
	if n := told(); n != 0 {
		t.Errorf("%d messages before the hour", n)
	}
	to(day.Add(8*time.Hour + time.Minute))
	g.until("she is told", func() bool { return told() == 1 })
	ana.shows("bot", "1 meeting today", "Review of the day", "Join in Zoom", "Start as host")
}

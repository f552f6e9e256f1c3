package app_test

import (
	"slices"
	"testing"
	"time"

	"causeway/internal/policy"
)

// Two-way sync: what was made in Zoom's portal comes into the calendar of whoever wants it, and leaves it again.
func TestTwoWaySync(t *testing.T) {
	t.Parallel()
	c := truth(t, policy.TwoWaySync)
	c.settle()
	press := slices.IndexFunc(c.portal(), func(m portalMeeting) bool { return m.Topic == "Press rehearsal" })
	number := c.portal()[press].ID
	if e := c.event(number); e.ID != "" {
		t.Errorf("who does not want it has %+v in the calendar", e)
	}
	c.mark()
	c.sync()
	c.schedule(c.draft("Ours"))
	c.settle()
	c.converged()
	if e := c.event(number); e.Subject != "Press rehearsal" {
		t.Errorf("who wants it has %+v in the calendar", e)
	}
	c.portalDo("PATCH", number, "", map[string]any{"topic": "Dress rehearsal", "duration": 75})
	c.portalDo("POST", "", "", map[string]any{
		"topic": "Standup", "type": 8, "start_time": wire(c.draft("").Start), "duration": 15, "timezone": "Europe/London",
		"recurrence": map[string]any{"type": 1, "repeat_interval": 1, "end_times": 5},
	})
	c.settle()
	c.converged()
	c.portalDo("DELETE", number, "", nil)
	c.settle()
	c.converged()
	if e := c.event(number); e.ID != "" {
		t.Errorf("what was deleted at Zoom stands in the calendar: %+v", e)
	}
	if n := len(c.rows("event.created")); n != 3 {
		t.Errorf("%d events were made, want 3", n)
	}
}

// Zoom's own sync, or a person, has put the meeting into the calendar: there are never two.
func TestAnEventThatIsThereIsLeftAlone(t *testing.T) {
	t.Parallel()
	c := truth(t, policy.TwoWaySync)
	m := c.portal()[slices.IndexFunc(c.portal(), func(m portalMeeting) bool { return m.Topic == "Press rehearsal" })]
	there := map[string]any{
		"subject": "Press rehearsal", "start": m.Start, "end": m.Start.Add(45 * time.Minute), "location": c.world.ZoomURL() + m.JoinPath,
	}
	c.call("POST", "/people/ana/calendar", there, nil)
	c.sync()
	c.schedule(c.draft("Ours"))
	c.settle()
	count := func() (n int) {
		for _, e := range c.events(c.handle) {
			if numberOf(e) == m.ID {
				n++
			}
		}
		return n
	}
	if n := count(); n != 1 {
		t.Errorf("there are %d events of the meeting", n)
	}
	// It comes later than ours: ours goes.
	at := c.draft("").Start.Add(50 * time.Hour)
	c.portalDo("POST", "", "", map[string]any{"topic": "Late", "type": 2, "start_time": wire(at), "duration": 30, "timezone": "Europe/London"})
	c.settle()
	m = c.portal()[slices.IndexFunc(c.portal(), func(m portalMeeting) bool { return m.Topic == "Late" })]
	if n := count(); n != 1 {
		t.Fatalf("there are %d events of the meeting", n)
	}
	there["subject"], there["start"], there["end"], there["location"] = "Late", at, at.Add(30*time.Minute), c.world.ZoomURL()+m.JoinPath
	c.call("POST", "/people/ana/calendar", there, nil)
	c.settle()
	c.portalDo("PATCH", m.ID, "", map[string]any{"topic": "Later"})
	c.settle()
	if n := count(); n != 1 {
		t.Errorf("there are %d events of the meeting", n)
	}
}

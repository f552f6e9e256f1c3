package app_test

import (
	"slices"
	"testing"
	"time"

	"causeway/internal/policy"
)

// rehearsal is a meeting that was made in Zoom's portal, of which Ana wants to have an entry.
func rehearsal(t *testing.T) (*copies, portalMeeting) {
	t.Helper()
	c := truth(t, policy.TwoWaySync)
	m := c.portal()[slices.IndexFunc(c.portal(), func(m portalMeeting) bool { return m.Topic == "Press rehearsal" })]
	c.sync()
	return c, m
}

// own are the events that Ana organises and that lead to a meeting.
func (c *copies) own(number string) (ids []string) {
	c.t.Helper()
	for _, e := range c.events(c.handle) {
		if numberOf(e) == number && e.Organizer.Address == "ana.duarte@meridian.example" {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

// Anybody who knows a meeting's number can write it into an invitation. The organiser's own entry is neither kept away nor taken away.
func TestAnInvitationFromOthersTakesNoEntryAway(t *testing.T) {
	t.Parallel()
	for name, location := range map[string]string{
		"a link to elsewhere": "https://evil.example/j/", "no link": "Win a prize at /j/", "the join link": "https://zoom.example/j/",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, m := rehearsal(t)
			if name == "the join link" {
				location = c.world.ZoomURL() + "/j/"
			}
			prize := map[string]any{
				"subject": "Win a prize", "start": m.Start, "end": m.Start.Add(45 * time.Minute), "location": location + m.ID, "attendees": []string{"ana"},
			}
			c.call("POST", "/people/ben/calendar", prize, nil)
			c.schedule(c.draft("Ours"))
			c.settle()
			before := c.own(m.ID)
			if len(before) != 1 {
				t.Fatalf("an invitation that was there first leaves %d events of her own", len(before))
			}
			c.call("POST", "/people/ben/calendar", prize, nil)
			c.settle()
			c.portalDo("PATCH", m.ID, "", map[string]any{"topic": "Dress rehearsal"})
			c.settle()
			if after := c.own(m.ID); !slices.Equal(before, after) {
				t.Errorf("her events were %v and are %v", before, after)
			}
			if n := len(c.rows("event.deleted")) + len(c.rows("event.cancelled")); n != 0 {
				t.Errorf("%d events were taken away", n)
			}
		})
	}
}

// An event of hers stands in for the entry only as long as it is there, and never for one to which she has invited somebody.
func TestAnEventOfHerOwnStandsInForTheEntry(t *testing.T) {
	t.Parallel()
	c, m := rehearsal(t)
	there := map[string]any{"subject": "Mine", "start": m.Start, "end": m.Start.Add(45 * time.Minute), "location": c.world.ZoomURL() + m.JoinPath}
	c.call("POST", "/people/ana/calendar", there, nil)
	c.schedule(c.draft("Ours"))
	c.settle()
	if e := c.event(m.ID); len(c.own(m.ID)) != 1 || e.Subject != "Mine" {
		t.Fatalf("there are %d events, the first %q", len(c.own(m.ID)), e.Subject)
	}
	c.outlook("DELETE", c.event(m.ID), nil)
	c.settle()
	e := c.event(m.ID)
	if e.Subject != "Press rehearsal" {
		t.Fatalf("after hers was deleted, there is %+v", e)
	}
	c.outlook("PATCH", e, map[string]any{"attendees": []string{"chloe"}})
	c.call("POST", "/people/ana/calendar", there, nil)
	c.settle()
	c.portalDo("PATCH", m.ID, "", map[string]any{"topic": "Dress rehearsal"})
	c.settle()
	if !slices.Contains(c.own(m.ID), e.ID) {
		t.Error("the entry to which Chloe is invited was deleted")
	}
}

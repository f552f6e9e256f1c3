package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"causeway/internal/app"
	"causeway/internal/meetings"
	"causeway/internal/sandbox/world"
)

// A colleague has taken a meeting over at Zoom, where its organiser does not find it any more: nobody gets a cancellation of what takes
// place, the organiser is told, and when it is the organiser's again, all is as before.
func TestAMeetingThatAColleagueTookOverIsNotCancelled(t *testing.T) {
	t.Parallel()
	c := truth(t)
	c.person("ben").link()
	c.who, c.handle = c.identity("ben"), "ben"
	d := c.draft("Launch")
	d.Invitees = []meetings.Guest{{Name: "Chloé Martin", Address: "chloe.martin@meridian.example"}}
	m := c.schedule(d)
	number := m.Zoom.String()
	c.settle()
	c.converged()
	c.mark()
	take := func(address string) {
		t.Helper()
		c.call("PATCH", "/zoom/people/ana/meetings/"+number, map[string]any{"schedule_for": address}, nil)
		c.settle()
	}
	take("ana.duarte@meridian.example")
	if got := c.stored(number); got.State != meetings.Active {
		t.Errorf("the meeting is %s", got.State)
	}
	for _, who := range []string{"ben", "chloe"} {
		c.handle = who
		if e := c.event(number); e.ID == "" {
			t.Errorf("%s has no event any more", who)
		}
	}
	c.handle = "ben"
	if n := len(c.rows("event.cancelled")) + len(c.rows("event.deleted")); n != 0 {
		t.Errorf("%d events were taken away", n)
	}
	if said := c.notes(number); !strings.Contains(said, "Somebody else hosts it") {
		t.Errorf("the organiser is told %q", said)
	}
	take("ben.okafor@meridian.example")
	c.converged()
	if said := c.notes(number); said != "" {
		t.Errorf("the organiser is still told %q", said)
	}
	c.portalDo("DELETE", number, "", nil)
	c.settle()
	c.converged()
	if e := c.event(number); e.ID != "" {
		t.Errorf("the event of a deleted meeting stands: %+v", e)
	}
}

// One who has taken a meeting over and is not connected cannot be asked for it: who hosts it is known from what Zoom tells.
func TestAMeetingThatAStrangerTookOverIsNotCancelled(t *testing.T) {
	t.Parallel()
	c := truth(t)
	c.person("ben").link()
	c.who, c.handle = c.identity("ben"), "ben"
	number := c.schedule(c.draft("Launch")).Zoom.String()
	c.settle()
	c.call("DELETE", "/zoom/people/ana/app", nil, nil)
	c.await("event.sent", 1)
	c.settle()
	z, ana := c.zoomHook(), c.world.World.Seed.Person("ana")
	operation := "single"
	tell := func(event string) {
		t.Helper()
		body := strings.Replace(z.news(event, number, z.now()), "x1yC", ana.ZoomID, 1)
		if event == "meeting.deleted" {
			body = strings.Replace(body, `"operator_id"`, `"operation":"`+operation+`","operator_id"`, 1)
			body = strings.Replace(body, `"uuid"`, `"type":8,"uuid"`, 1)
		}
		if got := z.post(body, z.now()).StatusCode; got != http.StatusOK {
			t.Fatalf("answered by %d", got)
		}
		c.settle()
	}
	c.call("PATCH", "/zoom/people/ana/meetings/"+number, map[string]any{"schedule_for": "ana.duarte@meridian.example"}, nil)
	tell("meeting.updated")
	if got := c.stored(number); got.State != meetings.Active || c.event(number).ID == "" {
		t.Errorf("the meeting is %s, its event %+v", got.State, c.event(number))
	}
	if said := c.notes(number); !strings.Contains(said, "Somebody else hosts it") {
		t.Errorf("the organiser is told %q", said)
	}
	tell("meeting.deleted") // one occurrence of it
	if got := c.stored(number); got.State != meetings.Active || c.event(number).ID == "" {
		t.Errorf("with an occurrence deleted, the meeting is %s, its event %+v", got.State, c.event(number))
	}
	operation = "all"
	c.advance(time.Minute)
	c.call("DELETE", "/zoom/people/ana/meetings/"+number, nil, nil)
	tell("meeting.deleted")
	if e := c.event(number); e.ID != "" {
		t.Errorf("the event of a deleted meeting stands: %+v", e)
	}
}

// What is told of a meeting's hosts comes late, and in any order: its organiser has had it back before it was deleted.
func TestADeletedMeetingThatCameBackFromAColleagueIsGone(t *testing.T) {
	t.Parallel()
	for name, late := range map[string]bool{"in order": false, "the colleague named last": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := truth(t)
			z, organiser, colleague := c.zoomHook(), c.world.World.Seed.Person("ana").ZoomID, c.world.World.Seed.Person("ben").ZoomID
			number := c.schedule(c.draft("Launch")).Zoom.String()
			c.settle()
			tell := func(event, host string, at time.Time) {
				t.Helper()
				body := strings.Replace(z.news(event, number, at), "x1yC", host, 1)
				if got := z.post(strings.Replace(body, `"operator_id"`, `"operation":"all","operator_id"`, 1), z.now()).StatusCode; got != http.StatusOK {
					t.Fatalf("answered by %d", got)
				}
				c.until("the event is worked", func() bool {
					n, err := app.Count(t.Context(), c.products[0].App, "select count(*) from river_job where kind = 'events.zoom' and state <> 'completed'")
					return n == 0 && err == nil
				})
			}
			begun := z.now()
			c.advance(3 * time.Second)
			c.call("PUT", "/knobs", map[string]any{"zoom": map[string]any{"loseEvents": true}}, nil)
			c.portalDo("DELETE", number, "", nil)
			c.fault(world.Fault{Side: world.Zoom, Route: "GET /v2/meetings/*", Status: http.StatusServiceUnavailable, Count: 100})
			if !late {
				tell("meeting.updated", colleague, begun)
			}
			tell("meeting.updated", organiser, begun.Add(time.Second))
			tell("meeting.deleted", organiser, begun.Add(2*time.Second))
			if late {
				tell("meeting.updated", colleague, begun)
			}
			c.calm()
			c.settle()
			if e := c.event(number); e.ID != "" {
				t.Errorf("the event of a deleted meeting stands: %+v", e)
			}
		})
	}
}

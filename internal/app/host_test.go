package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"causeway/internal/meetings"
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

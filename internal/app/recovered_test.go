package app_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"causeway/internal/app"
	"causeway/internal/meetings"
	"causeway/internal/policy"
	"causeway/internal/sandbox/microsoftsim"
	"causeway/internal/sandbox/zoomsim"
	"causeway/internal/zoom"
)

// zoomKnobs turns what the emulated Zoom does; what is left out is off.
func (s *stage) zoomKnobs(knobs map[string]bool) {
	s.t.Helper()
	s.call("PUT", "/knobs", map[string]any{"zoom": knobs}, nil)
}

// fromTrash recovers or erases what somebody has deleted at Zoom.
func (s *stage) fromTrash(handle, number, act string) {
	s.t.Helper()
	s.call("POST", "/zoom/people/"+handle+"/trash/"+number+"/"+act, nil, nil)
}

// A meeting that was deleted in Zoom's portal and is recovered there is what it was: one event with the same people, and the same card and
// messages that say so. Deleted for good, nothing more happens to it.
func TestADeletedMeetingIsRecovered(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana, chloe := g.person("ana"), g.person("chloe")
	ana.link()
	ana.schedule("launch", "Launch", fields{"date": g.world.World.Clock.Now().AddDate(0, 0, 2).Format(time.DateOnly)}).is("message")
	g.idle()
	number, tab := g.numbered("Launch"), g.visit("ana")
	line, _ := tab.list(9)
	key := about(line, "Launch")[0].Key
	erased := func() {
		t.Helper()
		g.mark()
		g.call("DELETE", "/zoom/people/ana/meetings/"+number, nil, nil)
		ana.shows("launch", "Cancelled: Launch")
		g.expect(effects{})
		for _, who := range []string{"ana", "ben", "chloe"} {
			if n := len(g.person(who).events("Launch")); n != 0 {
				t.Errorf("%s has %d events of a deleted meeting", who, n)
			}
		}
		if n := g.mails("cancellation"); n != 4 {
			t.Errorf("%d mails tell of the deletion, want 4", n)
		}
		ana.find("bot", "Cancelled: Launch")
	}
	for range 2 { // as often as somebody does it
		erased()
		g.mark()
		g.fromTrash("ana", number, "recover")
		ana.shows("launch", "Launch", "-Cancelled", "In everyone's calendar", "4 people invited by")
		g.expect(effects{Events: 1, Mails: 4})
		if n := len(g.rows("meeting.deleted")) + len(g.rows("message.deleted")); n != 0 {
			t.Errorf("%d things were deleted", n)
		}
		for _, who := range []string{"ana", "ben", "chloe"} {
			if n := len(g.person(who).events("Launch")); n != 1 {
				t.Errorf("%s has %d events of the recovered meeting", who, n)
			}
		}
		if text := ana.last("bot").text(); strings.Contains(text, "Cancelled") {
			t.Errorf("the organiser reads %s", text)
		}
		if text := chloe.last("bot").text(); strings.Contains(text, "Cancelled") || !strings.Contains(text, "Launch") {
			t.Errorf("who is invited reads %s", text)
		}
		if list, _ := tab.list(9); len(about(list, "Launch")) != 1 || about(list, "Launch")[0].Key != key || about(list, "Launch")[0].Calendar != "in" {
			t.Errorf("the tab lists %+v", list)
		}
		if got := tab.detail(key); got.Cancelled || !got.Can.Change || len(got.Problems) != 0 {
			t.Errorf("its page: %+v", got)
		}
	}
	erased()
	g.mark()
	g.fromTrash("ana", number, "erase")
	g.await("event.sent", 1)
	g.expect(effects{})
	if n := len(g.rows("event.updated")) + len(g.rows("event.cancelled")) + len(g.rows("message.updated")) + len(g.rows("mail.delivered")); n != 0 {
		t.Errorf("%d things changed when it was deleted for good", n)
	}
	ana.find("launch", "Cancelled: Launch")
}

// However a meeting was cancelled, and whether Zoom tells of it or not: whoever recovers it at Zoom has it back everywhere.
func TestWhatWasCancelledIsRecovered(t *testing.T) {
	t.Parallel()
	cancel := map[string]func(c *copies, m meetings.Meeting){
		"in the portal": func(c *copies, m meetings.Meeting) { c.portalDo("DELETE", m.Zoom.String(), "", nil) },
		"in Teams": func(c *copies, m meetings.Meeting) {
			if _, err := c.products[0].Meetings().End(c.t.Context(), c.visitor(), m.ID, meetings.Edit{Comment: "No room."}); err != nil {
				c.t.Fatal(err)
			}
		},
		"in Outlook": func(c *copies, m meetings.Meeting) {
			c.outlook("DELETE", c.event(m.Zoom.String()), map[string]any{"scope": "all"})
		},
	}
	for how, do := range cancel {
		for told, knobs := range map[string]map[string]bool{"": {}, ", untold": {"loseEvents": true}, ", told twice": {"twinEvents": true}} {
			t.Run(how+told, func(t *testing.T) {
				t.Parallel()
				c := truth(t, policy.OutlookEdits)
				once, series := c.schedule(c.draft("Once")), c.schedule(c.weekly("Series"))
				c.settle()
				c.zoomKnobs(knobs)
				for _, m := range []meetings.Meeting{once, series} {
					do(c, m)
					c.settle()
					if got := c.stored(m.Zoom.String()); got.State == meetings.Active || c.event(m.Zoom.String()).ID != "" || c.atZoom(m.Zoom.String()).ID != "" {
						t.Fatalf("%s is %s", m.Draft.Topic, got.State)
					}
					c.fromTrash("ana", m.Zoom.String(), "recover")
					c.settle()
					got := c.stored(m.Zoom.String())
					if got.State != meetings.Active || got.Draft.Comment != "" || c.atZoom(m.Zoom.String()).ID == "" || c.event(m.Zoom.String()).ID == "" {
						t.Errorf("recovered, %s is %s (%q), at Zoom %t, its event %+v", m.Draft.Topic, got.State, got.Draft.Comment, c.atZoom(m.Zoom.String()).ID != "", c.event(m.Zoom.String()))
					}
					c.converged()
				}
				// It is followed as before: what is changed now is changed everywhere.
				c.portalDo("PATCH", series.Zoom.String(), "", map[string]any{"topic": "Series, again"})
				c.settle()
				c.outlook("PATCH", c.event(once.Zoom.String()), map[string]any{"subject": "Once more"})
				c.settle()
				c.converged()
				if a, b := c.stored(series.Zoom.String()).Draft.Topic, c.stored(once.Zoom.String()).Draft.Topic; a != "Series, again" || b != "Once more" {
					t.Errorf("they are called %q and %q", a, b)
				}
			})
		}
	}
}

// What is recovered and changed before anybody looks is as it is now.
func TestARecoveredMeetingIsAsItIsNow(t *testing.T) {
	t.Parallel()
	c := truth(t)
	number := c.schedule(c.draft("Launch")).Zoom.String()
	c.portalDo("DELETE", number, "", nil)
	c.settle()
	c.zoomKnobs(map[string]bool{"loseEvents": true})
	c.fromTrash("ana", number, "recover")
	c.portalDo("PATCH", number, "", map[string]any{"topic": "Launch, later", "start_time": wire(c.draft("").Start.AddDate(0, 0, 3))})
	c.settle()
	c.converged()
	if e := c.event(number); e.Subject != "Launch, later" {
		t.Errorf("the event: %+v", e)
	}
}

// News that comes in the wrong order takes nothing away from anybody: of what was deleted and is back, and of what was cancelled here and
// is back before anybody saw that it was gone.
func TestNewsOfARecoveredMeetingComesInAnyOrder(t *testing.T) {
	t.Parallel()
	c := truth(t)
	m := c.schedule(c.draft("Launch"))
	number := m.Zoom.String()
	c.settle()
	c.mark()
	c.zoomKnobs(map[string]bool{"holdEvents": true})
	c.portalDo("DELETE", number, "", nil)
	c.fromTrash("ana", number, "recover")
	c.zoomKnobs(map[string]bool{})
	c.await("event.sent", 2)
	c.settle()
	c.converged()
	if got := c.stored(number); got.State != meetings.Active || len(c.rows("event.cancelled")) != 0 || c.mails("cancellation") != 0 {
		t.Errorf("the meeting is %s, %d events were taken away", got.State, len(c.rows("event.cancelled")))
	}
	c.mark()
	c.zoomKnobs(map[string]bool{"holdEvents": true})
	if _, err := c.products[0].Meetings().Cancel(t.Context(), c.who, m.ID); err != nil {
		t.Fatal(err)
	}
	c.idle()
	c.fromTrash("ana", number, "recover")
	c.zoomKnobs(map[string]bool{})
	c.await("event.sent", 2)
	c.settle()
	c.converged()
	if got := c.stored(number); got.State != meetings.Active || len(c.rows("meeting.deleted")) != 1 {
		t.Errorf("the meeting is %s, deleted %d times at Zoom", got.State, len(c.rows("meeting.deleted")))
	}
}

// A meeting that Zoom does not delete was not brought back: cancelled it stays.
func TestWhatZoomKeepsStaysCancelled(t *testing.T) {
	t.Parallel()
	c := truth(t, policy.OutlookEdits)
	d := c.draft("Launch")
	d.PMI = true
	number := c.schedule(d).Zoom.String()
	c.settle()
	c.zoomKnobs(map[string]bool{"personalStays": true})
	c.mark()
	event := slices.DeleteFunc(c.events("ana"), func(e microsoftsim.CalendarEvent) bool { return e.Subject != "Launch" })[0]
	c.outlook("DELETE", event, map[string]any{"scope": "all"})
	c.settle()
	c.portalDo("PATCH", number, "", map[string]any{"topic": "Launch, still"})
	c.settle()
	if got := c.stored(number); got.State == meetings.Active || len(c.rows("event.created")) != 0 {
		t.Errorf("the meeting is %s, with %d new events", got.State, len(c.rows("event.created")))
	}
}

// One that is over when it is recovered is history: nobody is invited to it, and it is left at Zoom.
func TestWhatIsOverIsNotRecovered(t *testing.T) {
	t.Parallel()
	c := truth(t)
	number := c.schedule(c.draft("Launch")).Zoom.String()
	c.portalDo("DELETE", number, "", nil)
	c.settle()
	c.advance(3 * 24 * time.Hour)
	c.mark()
	c.fromTrash("ana", number, "recover")
	c.await("event.sent", 1)
	c.settle()
	if got := c.stored(number); got.State == meetings.Active || len(c.rows("event.created"))+len(c.rows("meeting.deleted")) != 0 {
		t.Errorf("the meeting is %s", got.State)
		c.ledger()
	}
}

// A summary that its host edits at Zoom says on cards and in the tab what it says there; deleted for good, it has left them for ever.
func TestASummaryIsEditedAtZoom(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana, ben := g.person("ana"), g.person("ben")
	ana.link()
	ana.schedule("launch", "Launch").is("message")
	g.idle()
	g.hold(g.numbered("Launch"))
	g.advance(time.Minute)
	ben.shows("launch", "Summary by Zoom", "Key takeaways")
	var list struct{ Meetings []listed }
	g.want("the list", g.api("ana", http.MethodGet, "/api/meetings?q=Launch", nil, &list), http.StatusOK)
	key := about(list.Meetings, "Launch")[0].Key
	recap := func() string {
		t.Helper()
		return g.api("ana", http.MethodGet, "/api/meetings/"+key, nil, nil).body
	}
	g.mark()
	g.call("PUT", "/zoom/remains/"+g.remains().ID+"/summary", map[string]string{"text": "## Decided\n- We ship on Monday\n"}, nil)
	for _, who := range []person{ana, ben} {
		who.shows("launch", "Summary by Zoom", "Decided", "• We ship on Monday", "-Key takeaways")
	}
	ana.shows("bot", "We ship on Monday", "-Key takeaways")
	if got := recap(); !strings.Contains(got, "We ship on Monday") || strings.Contains(got, "Key takeaways") {
		t.Errorf("the page shows %s", got)
	}
	act := func(act string) { g.call("POST", "/zoom/remains/"+g.remains().ID+"/"+act, nil, nil) }
	act("withdraw")
	ben.shows("launch", "Watch the recording", "-Summary", "-Monday")
	act("erase")
	g.await("event.sent", 3)
	g.later(4 * 24 * time.Hour) // as long as Zoom is asked what remains
	for _, text := range []string{ana.last("launch").text(), ana.last("bot").text(), recap()} {
		if strings.Contains(text, "Monday") || strings.Contains(text, "Summary by Zoom") {
			t.Errorf("the deleted summary is in %s", text)
		}
	}
	if n, err := app.Count(t.Context(), g.products[0].App, "select count(*) from meeting_sessions where length(remains) > 0"); err != nil || n != 1 {
		t.Errorf("%d sessions have remains, want that with the recording: %v", n, err)
	}
	if n := len(g.rows("message.posted")); n != 0 {
		t.Errorf("%d messages were posted", n)
	}
}

// There is nothing that Causeway listens for and the emulated Zoom cannot tell. All of it is as Zoom describes it, which every stage checks.
func TestTheEmulatedZoomTellsAllThatIsListenedFor(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	ana := s.person("ana")
	ana.link()
	ana.schedule("launch", "Launch").is("message")
	number := s.numbered("Launch")
	s.call("PATCH", "/zoom/people/ana/meetings/"+number, map[string]any{"topic": "Launch day"}, nil)
	join := func(who string) {
		t.Helper()
		s.call("POST", "/zoom/meetings/"+number+"/join", map[string]string{"as": who}, nil)
	}
	join("ben")
	join("ana")
	s.hold(number)
	s.advance(time.Minute)
	id := s.remains().ID
	s.call("PUT", "/zoom/remains/"+id+"/summary", map[string]string{"text": "Short."}, nil)
	for _, act := range []string{"trash", "recover", "delete", "withdraw", "restore", "erase"} {
		s.call("POST", "/zoom/remains/"+id+"/"+act, nil, nil)
	}
	for _, act := range []string{"recover", "erase"} {
		s.call("DELETE", "/zoom/people/ana/meetings/"+number, nil, nil)
		s.fromTrash("ana", number, act)
	}
	s.shareAtZoom("ana", "Retrospective", "ben", 2)
	var asked struct{ Endpoints []zoomsim.Endpoint }
	s.call("POST", "/zoom/challenge", nil, &asked)
	if len(asked.Endpoints) != 2 || !asked.Endpoints[0].Valid || !asked.Endpoints[1].Valid {
		t.Errorf("challenged: %+v", asked)
	}
	s.call("DELETE", "/zoom/people/ana/app", nil, nil)
	told := func() (all []string) {
		for _, r := range s.rows("event.sent") {
			all = append(all, r.Detail["event"].(string))
		}
		return all
	}
	for _, event := range slices.Concat(zoom.Events(), zoom.AdminEvents(), []string{zoom.EventDeauthorized}) {
		s.until(event+" is told", func() bool { return slices.Contains(told(), event) })
	}
	s.idle()
}

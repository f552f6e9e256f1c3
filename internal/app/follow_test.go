package app_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"causeway/internal/i18n"
	"causeway/internal/meetings"
	"causeway/internal/policy"
	"causeway/internal/sandbox/world"
)

func TestChangesAtZoomFollow(t *testing.T) {
	t.Parallel()
	c := truth(t)
	m := c.schedule(c.draft("Launch"))
	number := m.Zoom.String()
	c.converged()
	at := m.Draft.Start.Add(26 * time.Hour).UTC()
	c.portalDo("PATCH", number, "", map[string]any{"topic": "Lift-off", "start_time": at.Format("2006-01-02T15:04:05Z"), "duration": 45})
	c.settle()
	c.converged()
	if e := c.event(number); e.Subject != "Lift-off" || !e.Start.Equal(at) {
		t.Errorf("the event is %+v", e)
	}
	c.portalDo("DELETE", number, "", nil)
	c.settle()
	c.converged()
	if e := c.event(number); e.ID != "" {
		t.Errorf("the event of a deleted meeting stands: %+v", e)
	}
}

func TestChangesInOutlookFollow(t *testing.T) {
	t.Parallel()
	c := truth(t, policy.OutlookEdits)
	m := c.schedule(c.draft("Launch"))
	number := m.Zoom.String()
	c.settle()
	at := m.Draft.Start.Add(3 * time.Hour)
	c.outlook("PATCH", c.event(number), map[string]any{"subject": "Lift-off", "start": at, "end": at.Add(time.Hour)})
	c.settle()
	c.converged()
	if z := c.atZoom(number); z.Topic != "Lift-off" || z.Duration != 60 || !z.Start.Equal(at) {
		t.Errorf("Zoom has %+v", z)
	}
	c.outlook("DELETE", c.event(number), nil)
	c.settle()
	c.converged()
	if z := c.atZoom(number); z.ID != "" {
		t.Errorf("Zoom still has %+v", z)
	}
}

// Somebody deletes an event before anybody has looked at it: it was there all the same, and Zoom follows.
func TestAnEventThatIsDeletedBeforeItIsLookedAt(t *testing.T) {
	t.Parallel()
	c := truth(t, policy.OutlookEdits)
	m := c.schedule(c.draft("Launch"))
	number := m.Zoom.String()
	c.settle()
	if err := c.products[0].Unseen(t.Context(), c.who.Tenant, m.ID); err != nil {
		t.Fatal(err)
	}
	c.outlook("DELETE", c.event(number), nil)
	c.settle()
	c.converged()
	if z := c.atZoom(number); z.ID != "" {
		t.Errorf("Zoom still has %+v", z)
	}
}

func TestOccurrencesFollow(t *testing.T) {
	t.Parallel()
	c := truth(t, policy.OutlookEdits)
	m := c.schedule(c.weekly("Weekly"))
	number := m.Zoom.String()
	c.settle()
	c.converged()
	z := c.atZoom(number)
	moved := z.Occurrences[1].Start.Add(2 * time.Hour)
	c.portalDo("PATCH", number, z.Occurrences[1].ID, map[string]any{"start_time": moved.Format("2006-01-02T15:04:05Z"), "duration": 30})
	c.portalDo("DELETE", number, z.Occurrences[2].ID, nil)
	c.settle()
	c.converged()
	for _, e := range c.events(c.handle) {
		if numberOf(e) == number && e.Original != nil && e.Original.Equal(z.Occurrences[3].Start) {
			c.outlook("PATCH", e, map[string]any{"start": e.Start.Add(time.Hour), "end": e.Start.Add(2 * time.Hour)})
		}
		if numberOf(e) == number && e.Original != nil && e.Original.Equal(z.Occurrences[4].Start) {
			c.outlook("DELETE", e, nil)
		}
	}
	c.settle()
	c.converged()
	c.mark()
	c.settle()
	c.settle()
	if n := len(c.rows("meeting.updated")) + len(c.rows("occurrence.updated")) + len(c.rows("event.updated")); n != 0 {
		text, _ := json.Marshal(c.rows(""))
		t.Errorf("%d changes although nobody changed anything: %s", n, text)
	}
}

// What the organiser does to the event, and the meeting does not need, stays.
func TestWhatIsTheOrganisersStays(t *testing.T) {
	t.Parallel()
	c := truth(t, policy.OutlookEdits)
	m := c.schedule(c.draft("Launch"))
	number := m.Zoom.String()
	c.settle()
	c.outlook("PATCH", c.event(number), map[string]any{"showAs": "free", "attendees": []string{"ben", "chloe"}, "rooms": []string{"lighthouse"}})
	c.settle()
	d := c.stored(number).Draft
	d.Topic, d.Invitees = "Renamed", append(d.Invitees, meetings.Guest{Name: "Dev Patel", Address: "dev.patel@meridian.example"})
	if _, err := c.products[0].Meetings().Change(t.Context(), c.who, m.ID, d); err != nil {
		t.Fatal(err)
	}
	c.settle()
	c.converged()
	e := c.event(number)
	var addresses []string
	for _, a := range e.Attendees {
		addresses = append(addresses, a.Address)
	}
	for _, want := range []string{"ben.okafor@", "chloe", "lighthouse@", "dev.patel@"} {
		if !strings.Contains(strings.Join(addresses, " "), want) {
			t.Errorf("%s is not among %v", want, addresses)
		}
	}
	if e.Subject != "Renamed" || e.ShowAs != "free" {
		t.Errorf("the event is %+v", e)
	}
}

// What Zoom cannot hold is put back in Outlook, and the organiser is told; so is a room that does not come.
func TestWhatZoomCannotHoldIsPutBack(t *testing.T) {
	t.Parallel()
	c := truth(t, policy.OutlookEdits)
	d := c.draft("Launch")
	d.Rooms = []meetings.Guest{{Name: "Lighthouse", Address: "lighthouse@meridian.example"}}
	number := c.schedule(d).Zoom.String()
	c.settle()
	e := c.event(number)
	c.outlook("PATCH", e, map[string]any{"subject": strings.Repeat("long ", 45), "start": e.Start, "end": e.Start.Add(30 * time.Hour)})
	c.settle()
	c.converged()
	if e := c.event(number); e.Subject != "Launch" || e.End.Sub(e.Start) != 30*time.Minute {
		t.Errorf("the event is %q for %s", e.Subject, e.End.Sub(e.Start))
	}
	said := c.notes(number)
	for _, want := range []string{"name that the meeting was given in Outlook", "time that the meeting was given in Outlook"} {
		if !strings.Contains(said, want) {
			t.Errorf("the organiser is told %q, want %q", said, want)
		}
	}
	// The steering committee has the room tomorrow at nine, in Berlin.
	day := c.world.World.Clock.Now().In(location(t, "Europe/Berlin")).AddDate(0, 0, 1)
	for _, taken := range c.events("lighthouse") {
		if taken.Subject == "Steering committee" || taken.Mine {
			day = taken.Start
		}
	}
	c.outlook("PATCH", c.event(number), map[string]any{"start": day, "end": day.Add(time.Hour)})
	c.settle()
	c.converged()
	if said := c.notes(number); !strings.Contains(said, "Lighthouse has declined") {
		t.Errorf("the organiser is told %q", said)
	}
}

// Zoom has no meetings of whole days: an occurrence or a series that is made to last them gets its hours back, once, and the organiser is told.
func TestWholeDaysInOutlookArePutBack(t *testing.T) {
	t.Parallel()
	c := truth(t, policy.OutlookEdits)
	d := c.weekly("Weekly")
	d.Start = d.Start.AddDate(0, 0, 7) // the midnight before it is to come, too
	m := c.schedule(d)
	number := m.Zoom.String()
	c.settle()
	for scope, say := range map[string]string{"one": "An occurrence that was changed in Outlook", "all": "time that the meeting was given in Outlook"} {
		c.outlook("PATCH", c.event(number), map[string]any{"allDay": true, "scope": scope})
		if !c.event(number).AllDay {
			t.Fatalf("%s: the event does not last all day", scope)
		}
		c.mark()
		c.settle()
		c.converged()
		for _, e := range c.events(c.handle) {
			if numberOf(e) == number && (e.AllDay || e.End.Sub(e.Start) != 30*time.Minute || e.Start.In(d.Start.Location()).Hour() != 10) {
				t.Errorf("%s: an event from %s to %s, all day %t", scope, e.Start, e.End, e.AllDay)
			}
		}
		if said := c.notes(number); !strings.Contains(said, say) {
			t.Errorf("%s: the organiser is told %q, want %q", scope, said, say)
		}
		c.settle()
		if n := len(c.rows("event.updated")) + len(c.rows("meeting.updated")) + len(c.rows("occurrence.updated")); n != 1 {
			t.Errorf("%s: put back by %d changes", scope, n)
		}
	}
}

// notes are what the organiser is told of the calendar entry.
func (c *copies) notes(number string) string {
	c.t.Helper()
	texts, err := i18n.Load()
	if err != nil {
		c.t.Fatal(err)
	}
	notes, err := c.products[0].Meetings().Notes(c.t.Context(), texts.For("en"), c.stored(number))
	if err != nil {
		c.t.Fatal(err)
	}
	return strings.Join(notes, "\n")
}

// Where the administrator has not let Outlook have a say, Graph is not even asked.
func TestOutlookHasNoSayUnlessItIsLet(t *testing.T) {
	t.Parallel()
	c := truth(t)
	number := c.schedule(c.draft("Launch")).Zoom.String()
	c.settle()
	c.mark()
	at := c.event(number).Start.Add(time.Hour)
	c.outlook("PATCH", c.event(number), map[string]any{"start": at, "end": at.Add(time.Hour)})
	c.settle()
	if z := c.atZoom(number); z.Start.Equal(at) {
		t.Error("Zoom has followed")
	}
	for _, r := range c.rows("api.called") {
		if r.Side == world.Microsoft {
			t.Errorf("Graph was called: %v", r)
		}
	}
}

// A series that is followed in one chat has a card for each meeting there. Who is in another chat into which the host brings it reads its page all the same.
func TestWhoIsInALaterConversationReadsThePage(t *testing.T) {
	t.Parallel()
	f := follow(t)
	f.person("ana").approveJIT("design", "schedule")
	f.follow("ana", f.made.Key, "launch", true)
	for n := range 4 {
		f.to(f.made.Start.AddDate(0, 0, 7*n).Add(-4 * time.Minute))
		f.until("card "+strconv.Itoa(n+1), f.says(n+1, "Weekly"))
	}
	f.visit("ana").do("POST", "/meetings/"+f.made.Key+"/share", object{"conversation": f.conversation("design")}, nil)
	f.idle()
	here := f.visit("hana").ask("GET", "/conversations/"+escaped(f.conversation("design"))+"/meetings", nil, nil)
	if !strings.Contains(here.body, f.made.Key) {
		t.Fatalf("it is not listed: %s", here.body)
	}
	if got := f.visit("hana").ask("GET", "/meetings/"+f.made.Key, nil, nil); got.status != http.StatusOK {
		t.Errorf("its page: %d %s", got.status, got.body)
	}
}

// What Teams refused to post was brought nowhere.
func TestARefusedShareOpensNothing(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana := g.person("ana")
	ana.link()
	ana.approveJIT("design", "schedule")
	made := g.visit("ana").planned(object{"topic": "Confidential"})
	g.fault(world.Fault{Side: world.Microsoft, Route: "POST /connector/emea/v3/conversations/{conversation}/activities", Status: 403, Body: []byte(`{"error":{"code":"ForbiddenOperationException","message":"no"}}`), Count: 5})
	got := g.visit("ana").ask("POST", "/meetings/"+made.Key+"/share", object{"conversation": g.conversation("design")}, nil)
	if got.status == http.StatusOK {
		t.Fatal("it was shared")
	}
	g.calm()
	g.idle()
	if got := g.visit("hana").ask("GET", "/meetings/"+made.Key, nil, nil); got.status != http.StatusNotFound {
		t.Errorf("its page, for somebody in the chat: %d %s", got.status, got.body)
	}
}

// Where its host is not any more, the rest of a series is not brought: neither as a share nor by being followed there.
func TestTheRestIsNotBroughtWhereTheHostIsNot(t *testing.T) {
	t.Parallel()
	f := follow(t)
	f.follow("dev", f.made.Key, "launch", true)
	f.idle()
	f.advance(time.Minute)
	f.fault(world.Fault{
		ID: "left", Side: world.Microsoft, Route: "GET /connector/emea/v3/conversations/" + f.conversation("launch") + "/members/{member}", Status: 404,
		Body: []byte(`{"error":{"code":"MemberNotFoundInConversation","message":"Member not found in conversation."}}`),
	})
	tab, second := f.visit("ana"), f.made.Start.AddDate(0, 0, 7)
	in := tab.detail(f.made.Key, second).OccurrenceInput
	in["topic"], in["time"] = "Only for others", "15:00"
	var rest told
	tab.do("PATCH", "/meetings/"+f.made.Key, object{"input": in, "scope": "following", "original": second, "nonce": "the-rest-of-it"}, &rest)
	f.idle()
	if got := f.followedIn("ana", rest.Key); len(got) != 0 {
		t.Errorf("the rest is followed in %v", got)
	}
	f.calm()
	got := f.visit("dev").ask("GET", "/conversations/"+escaped(f.conversation("launch"))+"/meetings", nil, nil)
	if got.status != http.StatusOK || strings.Contains(got.body, "Only for others") {
		t.Errorf("Dev reads %d %s", got.status, got.body)
	}
}

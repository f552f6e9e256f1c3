package app_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"causeway/internal/sandbox/world"
)

// lookups counts the calls of Graph for people and for rooms that the emulator saw.
func (s *stage) lookups() (people, rooms int) {
	for _, x := range s.world.World.Traffic.List(0, 0) {
		switch {
		case strings.Contains(x.URL, "/me/people"), strings.Contains(x.URL, "/users?"), strings.Contains(x.URL, "/me/contacts"):
			people++
		case strings.Contains(x.URL, "/places/"):
			rooms++
		}
	}
	return people, rooms
}

// The four cases of A7 and A8, after everybody's consent at Microsoft: what the administrator has not switched on is not called once,
// and the members of the chat are always offered.
func TestA9_FourCasesByTheTraffic(t *testing.T) {
	t.Parallel()
	for _, withPeople := range []bool{false, true} {
		for _, withRooms := range []bool{false, true} {
			t.Run(fmt.Sprintf("people %t, rooms %t", withPeople, withRooms), func(t *testing.T) {
				t.Parallel()
				g := beginGuarded(t)
				g.person("ana").link()
				g.person("ana").schedule("launch", "Brings Causeway in")
				g.call("POST", "/microsoft/consent", object{"granted": true, "scopes": []string{
					"People.Read", "Contacts.Read", "User.ReadBasic.All", "Place.Read.All",
				}}, nil)
				for grant, on := range map[string]bool{"contacts": withPeople, "rooms": withRooms} {
					if on {
						g.setPolicy(grant, "on")
						g.until(grant+" are switched on", func() bool { return g.self("ana").Features[grant] })
					}
				}
				g.lookUp(withPeople, withRooms)
			})
		}
	}
}

// membersOf is where the members of a conversation are asked for.
func (g *guarded) membersOf(chat, words string) string {
	return "/api/conversations/" + url.PathEscape(g.conversation(chat)) + "/members?q=" + url.QueryEscape(words)
}

// lookUp looks for people and rooms as Ana, and compares answers and calls with what is switched on.
func (g *guarded) lookUp(withPeople, withRooms bool) {
	g.t.Helper()
	state := map[bool]string{true: "granted", false: "off"}
	var people struct {
		State  string
		People []struct{ Name, Address, Kind string }
	}
	var rooms struct {
		State string
		Rooms []struct {
			Name, Address, Building string
			Capacity                int
			Free                    *bool
		}
	}
	tomorrow := g.world.World.Clock.Now().AddDate(0, 0, 1).Truncate(time.Hour)
	during := "&from=" + tomorrow.Format(time.RFC3339) + "&to=" + tomorrow.Add(time.Hour).Format(time.RFC3339)
	g.want("people", g.api("ana", http.MethodGet, "/api/people?q=ben", nil, &people), http.StatusOK)
	g.want("rooms", g.api("ana", http.MethodGet, "/api/rooms?capacity=10"+during, nil, &rooms), http.StatusOK)
	ofPeople, ofRooms := g.lookups()
	if people.State != state[withPeople] || len(people.People) > 0 != withPeople || ofPeople > 0 != withPeople {
		g.t.Errorf("people: %+v with %d calls", people, ofPeople)
	}
	if rooms.State != state[withRooms] || len(rooms.Rooms) > 0 != withRooms || ofRooms > 0 != withRooms {
		g.t.Errorf("rooms: %+v with %d calls", rooms, ofRooms)
	}
	if withPeople && people.People[0].Address != "ben.okafor@meridian.example" {
		g.t.Errorf("found %+v", people.People)
	}
	if withRooms && (rooms.Rooms[0].Capacity < 10 || rooms.Rooms[0].Free == nil) {
		g.t.Errorf("rooms %+v", rooms.Rooms)
	}
	// The members of the chat are offered in each of the cases, to who is in it, and without one such call.
	var here struct {
		Members []struct{ ID, Name, Address string }
	}
	for words, want := range map[string]string{"": "Ben Okafor, Chloé Martin, Dev Patel, Eli Novak", "chloe MAR": "Chloé Martin", "dev.patel@": "Dev Patel", "nobody": ""} {
		g.want("members", g.api("ana", http.MethodGet, g.membersOf("launch", words), nil, &here), http.StatusOK)
		var names []string
		for _, m := range here.Members {
			names = append(names, m.Name)
			if m.ID == "" || !strings.Contains(m.Address, "@meridian.example") {
				g.t.Errorf("a member: %+v", m)
			}
		}
		if got := strings.Join(names, ", "); got != want {
			g.t.Errorf("members by %q: %s, want %s", words, got, want)
		}
	}
	if got := g.api("jo", http.MethodGet, g.membersOf("launch", ""), nil, nil); got.status != http.StatusForbidden || strings.Contains(got.body, "Ben") {
		g.t.Errorf("members for somebody who is not in it: %d %s", got.status, got.body)
	}
	if people, rooms := g.lookups(); people != ofPeople || rooms != ofRooms {
		g.t.Errorf("%d and %d calls after members were looked for, %d and %d before", people, rooms, ofPeople, ofRooms)
	}
	me := g.self("ana")
	if me.Grants.Contacts != state[withPeople] || me.Grants.Rooms != state[withRooms] {
		g.t.Errorf("grants %+v", me.Grants)
	}
}

// Free times come from Outlook by the grant of the calendar, with nothing switched on; when Outlook is slow, it is not waited for, and what is
// missing is said.
func TestFreeTimesInTheTab(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	g.person("ana").link()
	now := g.world.World.Clock.Now().UTC().Truncate(24 * time.Hour)
	wish := object{
		"addresses": []string{"ben.okafor@meridian.example", "lighthouse@meridian.example"}, "from": now.AddDate(0, 0, 1), "to": now.AddDate(0, 0, 8),
		"zone": "Europe/London", "minutes": 30,
	}
	var found struct {
		People    []struct{ Address, View string }
		Proposals []struct{ Start, End time.Time }
		Overlaps  []struct{ Topic string }
		Notes     []string
		Everybody bool
	}
	g.want("free times", g.api("ana", http.MethodPost, "/api/availability", wish, &found), http.StatusOK)
	if len(found.People) != 2 || len(found.People[0].View) != 7*48 || len(found.Proposals) != 5 || len(found.Notes) != 0 || !found.Everybody {
		t.Errorf("found %+v", found)
	}
	g.fault(world.Fault{ID: "slow", Side: world.Microsoft, Route: "POST /graph/v1.0/me/calendar/getSchedule", Delay: world.Duration(time.Minute)})
	found.People, found.Proposals = nil, nil
	g.want("a slow Outlook", g.api("ana", http.MethodPost, "/api/availability", wish, &found), http.StatusOK)
	if len(found.People)+len(found.Proposals) > 0 || len(found.Notes) != 1 || found.Everybody {
		t.Errorf("slow: %+v", found)
	}
	g.calm()
	wish["zone"] = "Mars/Olympus"
	g.advance(5 * time.Minute) // nothing is remembered
	asked := g.called("zoom") + g.called("graph")
	if got := g.api("ana", http.MethodPost, "/api/availability", wish, nil); got.status != http.StatusBadRequest || !strings.Contains(got.body, `"body.zone"`) {
		t.Errorf("another planet: %d %s", got.status, got.body)
	}
	if n := g.called("zoom") + g.called("graph") - asked; n != 0 {
		t.Errorf("for another planet Zoom and Outlook were asked %d times", n)
	}
}

// In the tab of a conversation everyone who is in it is looked at who is invited, for somebody who is in it; and of whom nothing is known is said.
func TestFreeTimesOfAConversation(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	g.person("ana").link()
	g.person("jo").link()
	g.person("ana").schedule("launch", "Brings Causeway in")
	g.idle()
	now := g.world.World.Clock.Now().UTC().Truncate(24 * time.Hour)
	wish := object{
		"addresses": []string{"BEN.okafor@meridian.example"}, "from": now.AddDate(0, 0, 1), "to": now.AddDate(0, 0, 2), "zone": "Europe/London", "minutes": 30,
		"everyone": true, "conversation": g.conversation("launch"),
	}
	var found struct {
		People    []struct{ Name, Address, View string }
		Notes     []string
		Everybody bool
		Unseen    int
	}
	g.want("free times", g.api("ana", http.MethodPost, "/api/availability", wish, &found), http.StatusOK)
	var seen []string
	for _, p := range found.People {
		seen = append(seen, p.Name+" "+strings.ToLower(p.Address))
	}
	slices.Sort(seen)
	want := []string{"Ben Okafor ben.okafor@meridian.example", "Chloé Martin chloe.martin@meridian.example", "Dev Patel dev.patel@meridian.example"}
	for _, one := range want {
		if !slices.Contains(seen, one) {
			t.Errorf("%s is not among %v", one, seen)
		}
	}
	if len(found.People)+found.Unseen != 4 || // Ben, who is named besides, once
		found.Everybody != (found.Unseen == 0) {
		t.Errorf("found %+v", found)
	}
	// Who was invited from there stays invited when the meeting is changed, and its own time stands in nobody's way.
	made := g.visit("ana").here("launch").Upcoming[0]
	delete(wish, "everyone")
	delete(wish, "conversation")
	wish["meeting"], wish["from"], wish["to"] = made.Key, made.Start, made.Start.Add(30*time.Minute)
	g.want("free times of a change", g.api("ana", http.MethodPost, "/api/availability", wish, &found), http.StatusOK)
	if len(found.People)+found.Unseen != 4 || len(found.People) < 3 || slices.ContainsFunc(found.People, func(p struct{ Name, Address, View string }) bool { return p.View != "0" }) {
		t.Errorf("of a change: %+v", found)
	}
	wish["everyone"], wish["conversation"] = true, g.conversation("launch")
	delete(wish, "meeting")
	if got := g.api("jo", http.MethodPost, "/api/availability", wish, nil); got.status != http.StatusForbidden || strings.Contains(got.body, "chloe") {
		t.Errorf("somebody who is not in it: %d %s", got.status, got.body)
	}
}

// What somebody has every week takes its time in each week: it is shown as busy, and not proposed. One that was moved takes the new time alone.
func TestABusySeriesIsNotTakenAsFree(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	g.person("ana").link()
	now := g.world.World.Clock.Now().In(london(t))
	first := time.Date(now.Year(), now.Month(), now.Day()+1, 10, 0, 0, 0, london(t))
	for first.Weekday() != time.Wednesday {
		first = first.AddDate(0, 0, 1)
	}
	var made booked
	g.call("POST", "/people/ben/calendar", object{
		"subject": "Every week", "start": first, "end": first.Add(time.Hour), "zone": "Europe/London",
		"recurrence": object{
			"pattern": object{"type": "weekly", "interval": 1, "daysOfWeek": []string{"wednesday"}},
			"range":   object{"type": "numbered", "startDate": first.Format(time.DateOnly), "numberOfOccurrences": 6, "recurrenceTimeZone": "Europe/London"},
		},
	}, &made)
	// view is what Ben's time from nine to one looks like, by half hours, in a week.
	view := func(week int, propose func(start, end time.Time)) string {
		t.Helper()
		nine := first.AddDate(0, 0, 7*week).Add(-time.Hour)
		var found struct {
			People    []struct{ View string }
			Proposals []struct{ Start, End time.Time }
		}
		wish := object{
			"addresses": []string{"ben.okafor@meridian.example"}, "from": nine, "to": nine.Add(4 * time.Hour), "zone": "Europe/London", "minutes": 30,
		}
		g.want("free times", g.api("ana", http.MethodPost, "/api/availability", wish, &found), http.StatusOK)
		for _, p := range found.Proposals {
			propose(p.Start, p.End)
		}
		if len(found.People) != 1 {
			t.Fatalf("found %+v", found)
		}
		return found.People[0].View
	}
	for week := 2; week < 6; week++ {
		busy := first.AddDate(0, 0, 7*week)
		got := view(week, func(start, end time.Time) {
			if start.Before(busy.Add(time.Hour)) && end.After(busy) {
				t.Errorf("week %d: %v is proposed", week, start)
			}
		})
		if got[2:4] != "22" {
			t.Errorf("week %d: %s, want him busy from ten to eleven", week, got)
		}
	}
	if got := view(6, func(time.Time, time.Time) {}); got[2:4] != "00" {
		t.Errorf("after the last one: %s", got)
	}

	var all struct{ Events []booked }
	third := first.AddDate(0, 0, 14)
	g.call("GET", "/people/ben/calendar?from="+url.QueryEscape(third.Format(time.RFC3339))+"&to="+url.QueryEscape(third.Add(time.Hour).Format(time.RFC3339)), nil, &all)
	at := slices.IndexFunc(all.Events, func(e booked) bool { return e.Subject == "Every week" })
	if at < 0 {
		t.Fatalf("his calendar has %+v", all.Events)
	}
	g.call("PATCH", "/people/ben/calendar/"+all.Events[at].ID, object{"start": third.Add(2 * time.Hour), "end": third.Add(3 * time.Hour), "scope": "one"}, nil)
	if got := view(2, func(time.Time, time.Time) {}); got[2:4] != "00" || got[6:8] != "22" {
		t.Errorf("one that was moved to noon: %s", got)
	}
}

// Equipment is not looked up. Its address, typed where rooms are, is booked as rooms are; among the invited it is invited as people are.
func TestA8_EquipmentIsBookedByItsAddress(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	g.person("ana").link()
	g.visit("ana").planned(object{
		"topic": "With a projector", "rooms": []object{{"address": "projector@meridian.example"}}, "invitees": []object{{"address": "screen@meridian.example"}},
	})
	g.idle()
	var got struct{ Events []booked }
	g.call("GET", "/people/ana/calendar", nil, &got)
	types := map[string]string{}
	for _, e := range got.Events {
		for _, a := range e.Attendees {
			if e.Subject == "With a projector" {
				types[a.Address] = a.Type
			}
		}
	}
	if types["projector@meridian.example"] != "resource" || types["screen@meridian.example"] != "required" {
		t.Errorf("invited are %v", types)
	}
}

// What somebody hosts at Zoom alone takes their time as what stands in the calendar does, and a series is looked at for its first weeks.
func TestC25_WhatOneHasAtZoomAndLaterInASeries(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	g.person("ana").link()
	ana := g.visit("ana")
	list, _ := ana.list(12)
	press := about(list, "Press rehearsal")[0] // at Zoom alone
	at := press.Start.In(london(t))
	type answer struct {
		Overlaps, Clashes []struct{ Topic string }
		Proposals         []struct{ Start, End time.Time }
		Checked           int
		Notes             []string
	}
	has := func(what []struct{ Topic string }) bool {
		return slices.ContainsFunc(what, func(o struct{ Topic string }) bool { return o.Topic == "Press rehearsal" })
	}
	wish := func(day time.Time) object {
		midnight := time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, london(t))
		return object{"addresses": []string{}, "from": midnight, "to": midnight.AddDate(0, 0, 1), "zone": "Europe/London", "minutes": 30}
	}
	var found answer
	ana.do("POST", "/availability", wish(at), &found)
	if !has(found.Overlaps) || found.Checked != 0 || len(found.Clashes) != 0 || len(found.Notes) != 0 {
		t.Errorf("on its day: %+v", found)
	}
	for _, p := range found.Proposals {
		if p.Start.Before(press.End) && p.End.After(press.Start) {
			t.Errorf("%v is proposed, when the rehearsal is", p.Start)
		}
	}
	own := wish(at)
	own["meeting"] = press.Key
	found = answer{}
	if ana.do("POST", "/availability", own, &found); has(found.Overlaps) {
		t.Errorf("the meeting itself: %+v", found)
	}
	before := at.AddDate(0, 0, -2)
	series := wish(before)
	series["series"] = object{
		"date": before.Format(time.DateOnly), "time": at.Format("15:04"), "duration": "30", "zone": "Europe/London", "repeat": "daily", "interval": "1",
		"ends": "times", "times": "40",
	}
	found = answer{}
	ana.do("POST", "/availability", series, &found)
	if has(found.Overlaps) || !has(found.Clashes) || found.Checked != 12 {
		t.Errorf("a series that begins two days before: %+v", found)
	}
	series["series"].(object)["times"] = "2" // which is over by then
	found = answer{}
	if ana.do("POST", "/availability", series, &found); has(found.Clashes) || found.Checked != 2 {
		t.Errorf("a series that is over before: %+v", found)
	}
	g.fault(world.Fault{ID: "away", Side: world.Zoom, Route: "GET /v2/users/me/meetings", Status: 503})
	g.advance(time.Minute)
	found = answer{}
	if ana.do("POST", "/availability", wish(at), &found); len(found.Notes) != 1 || !strings.Contains(found.Notes[0], "Zoom did not answer") {
		t.Errorf("without Zoom: %+v", found)
	}
}

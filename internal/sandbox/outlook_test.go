package sandbox_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

// event is the first entry of a calendar with a subject, nil when there is none.
func (s *stage) event(person, subject string) object {
	s.t.Helper()
	all := s.events(person, subject)
	if len(all) == 0 {
		return nil
	}
	return all[0]
}

func (s *stage) events(person, subject string) (found []object) {
	s.t.Helper()
	_, answer := s.call("GET", "/people/"+person+"/calendar", nil)
	list, _ := answer["events"].([]any)
	for _, e := range list {
		if o, _ := e.(object); o["subject"] == subject {
			found = append(found, o)
		}
	}
	return found
}

func response(e object, address string) string {
	list, _ := e["attendees"].([]any)
	for _, a := range list {
		if o, _ := a.(object); o["address"] == address {
			return fmt.Sprint(o["response"])
		}
	}
	return "not invited"
}

func TestPeopleKeepTheirCalendars(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.ok("POST", "/people/ana/calendar", object{
		"subject": "Plan", "start": "2026-12-01T10:00:00Z", "end": "2026-12-01T11:00:00Z", "attendees": []string{"ben", "someone@nordlys.example"}, "rooms": []string{"harbour-view"}, "body": "Bring ideas.",
	})
	plan := s.event("ana", "Plan")
	path := "/people/ana/calendar/" + url.PathEscape(fmt.Sprint(plan["id"]))
	if plan["mine"] != true || plan["zone"] != "Europe/London" || plan["location"] != "Harbour View" || response(plan, "harbour.view@meridian.example") != "accepted" || response(plan, "someone@nordlys.example") != "none" {
		t.Errorf("%v", plan)
	}
	invitation := s.event("ben", "Plan")
	ben := "/people/ben/calendar/" + url.PathEscape(fmt.Sprint(invitation["id"]))
	if invitation["mine"] != false || invitation["response"] != "notResponded" || invitation["showAs"] != "tentative" {
		t.Errorf("%v", invitation)
	}
	s.ok("POST", ben+"/respond", object{"answer": "accept"})
	if got := response(s.event("ana", "Plan"), "ben.okafor@meridian.example"); got != "accepted" || s.event("ben", "Plan")["showAs"] != "busy" {
		t.Errorf("Ben's answer is %s", got)
	}
	s.ok("PATCH", path, object{"subject": "Plan B", "start": "2026-12-02T15:00:00Z"})
	moved := s.event("ben", "Plan B")
	if moved["start"] != "2026-12-02T15:00:00Z" || moved["end"] != "2026-12-02T16:00:00Z" || moved["response"] != "notResponded" || len(s.events("harbour-view", "Plan B")) != 1 {
		t.Errorf("%v", moved)
	}
	s.refused(403, "PATCH", ben, object{"subject": "Mine now"})
	s.refused(403, "POST", path+"/respond", object{"answer": "accept"})
	s.refused(404, "DELETE", "/people/ana/calendar/none", nil)
	s.refused(404, "POST", "/people/gus/calendar", object{"subject": "x", "start": "2026-12-01T10:00:00Z", "end": "2026-12-01T11:00:00Z"})
	s.refused(404, "PATCH", path, object{"rooms": []string{"quay-4"}})
	s.refused(404, "PATCH", path, object{"attendees": []string{"nobody"}})
	s.refused(400, "PATCH", path, object{"zone": "Mars/Olympus"})
	s.refused(400, "POST", "/people/ana/calendar", object{"subject": "x"})
	s.ok("POST", ben+"/respond", object{"answer": "decline"})
	if s.event("ben", "Plan B") != nil || response(s.event("ana", "Plan B"), "ben.okafor@meridian.example") != "declined" {
		t.Error("it is still in Ben's calendar")
	}
	s.ok("PATCH", path, object{"attendees": []string{"dev"}, "allDay": true, "private": true})
	if day := s.event("dev", "Plan B"); day["allDay"] != true || day["start"] != "2026-12-02T00:00:00Z" || day["end"] != "2026-12-03T00:00:00Z" || day["private"] != true ||
		response(day, "harbour.view@meridian.example") == "not invited" {
		t.Errorf("%v", day)
	}
	s.ok("DELETE", path, nil)
	if s.event("ana", "Plan B") != nil || s.event("dev", "Plan B") != nil {
		t.Error("it is still there")
	}
}

func TestSeriesAreEditedInPartAndWhole(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.ok("POST", "/people/ana/calendar", object{
		"subject": "Sync", "start": "2026-12-01T10:00:00Z", "end": "2026-12-01T11:00:00Z", "attendees": []string{"ben"}, "rooms": []string{"atelier"}, "teams": true,
		"recurrence": object{
			"pattern": object{"type": "weekly", "interval": 1, "daysOfWeek": []string{"tuesday"}}, "range": object{"type": "numbered", "startDate": "2026-12-01", "numberOfOccurrences": 4},
		},
	})
	at := func(person string) (list []string) {
		for _, e := range s.events(person, "Sync") {
			start, err := time.Parse(time.RFC3339, fmt.Sprint(e["start"]))
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, start.Format("02T15"))
		}
		return list
	}
	same := func(want string) {
		t.Helper()
		for _, person := range []string{"ana", "ben"} {
			if got := strings.Join(at(person), " "); got != want {
				t.Errorf("%s: %s, want %s", person, got, want)
			}
		}
	}
	path := func(n int) string {
		return "/people/ana/calendar/" + url.PathEscape(fmt.Sprint(s.events("ana", "Sync")[n]["id"]))
	}
	same("01T10 08T10 15T10 22T10")
	s.ok("PATCH", path(1), object{"start": "2026-12-09T14:00:00Z", "scope": "one"})
	same("01T10 09T14 15T10 22T10")
	if e := s.events("ben", "Sync")[1]; e["original"] != "2026-12-08T10:00:00Z" || e["seriesId"] == nil || e["isTeams"] != true {
		t.Errorf("%v", e)
	}
	s.ok("DELETE", path(3), nil)
	same("01T10 09T14 15T10")
	ben := "/people/ben/calendar/" + url.PathEscape(fmt.Sprint(s.events("ben", "Sync")[2]["id"]))
	s.ok("POST", ben+"/respond", object{"answer": "decline"})
	if ana := s.events("ana", "Sync")[2]; response(ana, "ben.okafor@meridian.example") != "declined" || len(at("ben")) != 2 {
		t.Errorf("Ana's %v, Ben %v", ana, at("ben"))
	}
	s.ok("PATCH", path(0), object{"start": "2026-12-03T12:00:00Z", "scope": "all"})
	same("03T12 10T12 17T12 24T12")
	ben = "/people/ben/calendar/" + url.PathEscape(fmt.Sprint(s.events("ben", "Sync")[2]["id"]))
	s.ok("POST", ben+"/respond", object{"answer": "tentative", "scope": "all"})
	if got := response(s.events("ana", "Sync")[0], "ben.okafor@meridian.example"); got != "tentativelyAccepted" {
		t.Errorf("Ben's answer is %s", got)
	}
	if got := response(s.events("ana", "Sync")[3], "atelier@meridian.example"); got != "accepted" || len(s.events("atelier", "Sync")) != 4 {
		t.Errorf("the room's answer is %s", got)
	}
	s.ok("DELETE", path(2)+"?scope=all", nil)
	same("")
}

func TestSinglePermissionsAreGrantedAndWithdrawn(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.ok("POST", "/microsoft/consent", object{"granted": true, "scopes": []string{"People.Read", "Place.Read.All"}})
	s.ok("POST", "/microsoft/consent", object{"granted": false, "scopes": []string{"People.Read"}})
	s.refused(400, "POST", "/microsoft/consent", object{"granted": true, "scopes": []string{"Everything"}})
	if rooms, _ := s.ok("GET", "/rooms", nil)["rooms"].([]any); len(rooms) != 6 {
		t.Errorf("%v", rooms)
	}
	if subscriptions, _ := s.ok("GET", "/microsoft/subscriptions", nil)["subscriptions"].([]any); len(subscriptions) != 0 {
		t.Errorf("%v", subscriptions)
	}
	s.refused(404, "POST", "/microsoft/subscriptions/none/lifecycle", object{"event": "missed"})
}

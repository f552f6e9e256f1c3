package microsoftsim_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"causeway/internal/contract"
)

// through puts Microsoft's own description between the test and the emulator.
func (s *stage) through(c *contract.Checker, api contract.API, strip string) *stage {
	s.t.Helper()
	target, err := url.Parse(s.url)
	if err != nil {
		s.t.Fatal(err)
	}
	proxy := httptest.NewServer(c.Proxy(api, target, strip))
	s.t.Cleanup(proxy.Close)
	copied := *s
	copied.url = proxy.URL
	return &copied
}

func TestKeepsToMicrosoftsDescriptions(t *testing.T) {
	t.Parallel()
	checker, err := contract.ForTest(t)
	if err != nil {
		t.Fatal(err)
	}
	s := newStage(t)
	s.installed("ana", "launch", "apollo-dev")
	s.connectorCalls(s.through(checker, contract.Connector, "/connector/emea"))
	s.graphCalls(s.through(checker, contract.Graph, "/graph"))
	for _, f := range checker.Faults() {
		t.Error(f)
	}
	if n := len(checker.Checked()); n < 31 {
		t.Errorf("only %d operations were checked: %v", n, checker.Checked())
	}
}

func (s *stage) connectorCalls(checked *stage) {
	token, conversation := s.botToken(), s.conversation("ana", "launch")
	channel, _ := url.PathUnescape(s.conversation("ana", "apollo-dev"))
	call := func(method, path string, body any) answered { return checked.connectorWith(token, method, path, body) }
	for path, want := range map[string]int{"/members": 200, "/pagedmembers": 200, "/members/" + url.PathEscape(s.person("ben").TeamsID): 200, "/members/nobody": 404} {
		if a := call("GET", "/v3/conversations/"+conversation+path, nil); a.status != want {
			s.t.Errorf("%s: %d", path, a.status)
		}
	}
	sent := call("POST", "/v3/conversations/"+conversation+"/activities", cardMessage(card([]any{textBlock("x")})))
	id := fmt.Sprint(sent.body["id"])
	call("POST", "/v3/conversations/"+conversation+"/activities/"+id, message("reply"))
	call("PUT", "/v3/conversations/"+conversation+"/activities/"+id, message("new"))
	call("DELETE", "/v3/conversations/"+conversation+"/activities/"+id, nil)
	call("POST", "/v3/conversations", s.personalWith(s.person("ben").TeamsID))
	call("POST", "/v3/conversations", object{"isGroup": true, "channelData": object{"channel": object{"id": channel}}, "activity": message("root")})
	call("POST", "/v3/conversations/19:none@thread.v2/activities", message("x"))
}

func (s *stage) graphCalls(checked *stage) {
	token := s.graphToken("ana")
	call := func(method, path string, body any) answered { return checked.graphWith(token, method, path, body) }
	made := call("POST", "/me/events", meeting("ben", "chloe"))
	id := url.PathEscape(fmt.Sprint(made.body["id"]))
	call("POST", "/me/events", meeting("ben", "chloe")) // the same transaction
	call("GET", "/me", nil)
	call("GET", "/me/mailboxSettings", nil)
	call("GET", "/me/events?"+url.Values{"$filter": {filterFor("91234567890")}, "$expand": {"singleValueExtendedProperties($filter=id eq '" + tag + "')"}}.Encode(), nil)
	call("GET", "/me/calendarView?startDateTime=2026-01-01T00:00:00Z&endDateTime=2036-01-01T00:00:00Z&$top=2", nil)
	call("GET", "/me/events/"+id, nil)
	call("PATCH", "/me/events/"+id, object{"subject": "Another"})
	call("POST", "/me/events/"+id+"/accept", object{"SendResponse": true}) // which organisers cannot
	theirs := s.graphToken("ben")
	invited := checked.graphWith(theirs, "GET", "/me/events?"+url.Values{"$filter": {"iCalUId eq '" + fmt.Sprint(made.body["iCalUId"]) + "'"}}.Encode(), nil)
	for _, action := range []string{"accept", "tentativelyAccept", "decline", "accept"} { // the last one finds nothing any more
		checked.graphWith(theirs, "POST", "/me/events/"+url.PathEscape(fmt.Sprint(invited.at("value", 0, "id")))+"/"+action, object{"SendResponse": true})
	}
	call("POST", "/me/events/"+id+"/cancel", object{"Comment": "Off"})
	call("GET", "/me/events/"+id, nil)
	s.calendarCalls(call)
	second := meeting("ben")
	second["transactionId"] = "another"
	call("DELETE", "/me/events/"+url.PathEscape(fmt.Sprint(call("POST", "/me/events", second).body["id"])), nil)
}

// calendarCalls are what the product asks of series, changes, subscriptions, people and rooms.
func (s *stage) calendarCalls(call func(method, path string, body any) answered) {
	if err := s.GrantScopes("", true, []string{"People.Read", "Contacts.Read", "User.ReadBasic.All", "Place.Read.All", "Calendars.Read.Shared"}); err != nil {
		s.t.Fatal(err)
	}
	s.bot.page("/graph/notify", echo)
	series := url.PathEscape(fmt.Sprint(call("POST", "/me/events", weekly(4, "ben", "atelier@meridian.example")).body["id"]))
	all := "startDateTime=2026-01-01T00:00:00Z&endDateTime=2036-01-01T00:00:00Z"
	instances := call("GET", "/me/events/"+series+"/instances?"+all, nil)
	call("PATCH", "/me/events/"+url.PathEscape(fmt.Sprint(instances.at("value", 1, "id"))), object{"subject": "Another"})
	call("GET", "/me/events/"+series, nil)
	changes := call("GET", "/me/calendarView/delta?"+all, nil)
	if link, err := url.Parse(fmt.Sprint(changes.body["@odata.nextLink"])); err == nil {
		call("GET", "/me/calendarView/delta?"+link.RawQuery, nil)
	}
	call("DELETE", "/me/events/"+url.PathEscape(fmt.Sprint(instances.at("value", 2, "id"))), nil)
	call("GET", "/me/calendarView/delta?$deltatoken=nonsense", nil)
	at := func(hour string) object {
		return object{"dateTime": "2026-12-01T" + hour + ":00:00", "timeZone": "UTC"}
	}
	call("POST", "/me/calendar/getSchedule", object{
		"Schedules": []string{"ben.okafor@meridian.example", "harbour.view@meridian.example", "nobody@meridian.example"}, "StartTime": at("08"), "EndTime": at("18"),
	})
	call("POST", "/me/findMeetingTimes", object{"meetingDuration": "PT30M", "timeConstraint": object{"timeSlots": []any{object{"start": at("08"), "end": at("18")}}}})
	call("GET", "/me/people?$search=%22ben%22", nil)
	call("GET", "/users?$search=%22displayName:ben%22", nil) // without the header
	call("GET", "/me/contacts", nil)
	call("GET", "/places/microsoft.graph.room?$top=2", nil)
	made := call("POST", "/subscriptions", s.watch())
	path := "/subscriptions/" + fmt.Sprint(made.body["id"])
	call("GET", "/subscriptions", nil)
	call("GET", path, nil)
	call("PATCH", path, object{"expirationDateTime": s.world.Clock.Now().Add(time.Hour).Format(time.RFC3339)})
	call("POST", path+"/reauthorize", nil)
	call("DELETE", path, nil)
	call("DELETE", path, nil)
}

// TestScopesAreMicrosofts holds the emulator's table of permissions against Microsoft's.
func TestScopesAreMicrosofts(t *testing.T) {
	t.Parallel()
	specs := os.Getenv("SPECS_DIR")
	if specs == "" {
		specs = filepath.Join("..", "..", "..", "..", "shared", "specs")
	}
	raw, err := os.ReadFile(filepath.Join(specs, "microsoft", "graph", "permissions-by-path.json"))
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("Microsoft's list of permissions is absent")
	}
	var list struct {
		Paths map[string]map[string]map[string][]string `json:"paths"`
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	s := newStage(t)
	for route, ours := range s.Scopes() {
		method, path, _ := strings.Cut(route, " ")
		path = strings.ToLower(strings.ReplaceAll(strings.TrimSuffix(path, "/timeZone"), "{event}", "{id}"))
		path = unlisted(path)
		if strings.Contains(route, " /subscriptions") {
			method = "GET"
		}
		theirs := list.Paths[path][method]["DelegatedWork"]
		if strings.Contains(path, "/messages") { // which the list lacks: microsoft-graph-docs, user-list-messages.md and message-get.md
			theirs = []string{"Mail.ReadBasic*", "Mail.Read", "Mail.ReadWrite"}
		}
		if len(theirs) == 0 {
			t.Errorf("%s is not in Microsoft's list", route)
			continue
		}
		for _, scope := range theirs {
			name := strings.TrimSuffix(scope, "*")
			if strings.HasSuffix(scope, "*") && !slices.Contains(ours, name) {
				t.Errorf("%s lacks %s, the least privileged", route, name)
			}
		}
		for _, scope := range ours {
			// That Calendars.ReadWrite reads too is left out of the list for single events.
			if scope != "Calendars.ReadWrite" && !slices.Contains(theirs, scope) && !slices.Contains(theirs, scope+"*") {
				t.Errorf("%s allows %s", route, scope)
			}
		}
	}
}

// unlisted is the path whose permissions are also those of a path that is not in the list: the occurrences of a series are events, and
// who subscribes to events needs what reading their changes needs.
func unlisted(path string) string {
	switch {
	case path == "/me/calendarview":
		return "/users/{id}/calendarview"
	case strings.HasSuffix(path, "/tentativelyaccept"), strings.HasSuffix(path, "/decline"):
		return "/me/events/{id}/accept"
	case strings.HasSuffix(path, "/instances"):
		return strings.TrimSuffix(path, "/{id}/instances")
	case strings.HasPrefix(path, "/subscriptions"):
		return "/me/calendarview/delta"
	}
	return path
}

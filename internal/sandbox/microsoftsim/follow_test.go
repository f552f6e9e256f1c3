package microsoftsim_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"causeway/internal/sandbox/microsoftsim"
	"causeway/internal/sandbox/world"
)

// follow reads all pages of changes: what is there, what is removed, and the link for the next time.
func (s *stage) follow(token, path string) (changed, removed []any, link string) {
	s.t.Helper()
	for range 50 {
		a := s.graphWith(token, "GET", path, nil, `IdType="ImmutableId"`, "odata.maxpagesize=3")
		values, ok := a.body["value"].([]any)
		if !ok {
			s.t.Fatalf("%d %s", a.status, a.text)
		}
		for _, e := range values {
			if at(e, "@removed") != nil {
				removed = append(removed, at(e, "id"))
			} else {
				changed = append(changed, e)
			}
		}
		if link, _ = a.body["@odata.deltaLink"].(string); link != "" {
			return changed, removed, strings.TrimPrefix(link, s.url+"/graph/v1.0")
		}
		next, _ := a.body["@odata.nextLink"].(string)
		path = strings.TrimPrefix(next, s.url+"/graph/v1.0")
	}
	s.t.Fatal("no end")
	return nil, nil, ""
}

func TestDeltaTellsWhatHasChanged(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	token := s.graphToken("ana")
	series := s.graphWith(token, "POST", "/me/events", weekly(4, "ben"), `IdType="ImmutableId"`)
	single := s.graphWith(token, "POST", "/me/events", meeting("ben"), `IdType="ImmutableId"`)
	window := "/me/calendarView/delta?startDateTime=2026-12-01T00:00:00Z&endDateTime=2026-12-20T00:00:00Z"
	changed, _, link := s.follow(token, window)
	kinds := map[string]int{}
	for _, e := range changed {
		kinds[fmt.Sprint(at(e, "type"))]++
		if at(e, "type") == "occurrence" && (at(e, "subject") != nil || at(e, "seriesMasterId") != series.body["id"]) {
			t.Errorf("%v", e)
		}
	}
	if kinds["seriesMaster"] < 1 || kinds["occurrence"] < 3 || kinds["singleInstance"] < 1 {
		t.Errorf("kinds %v", kinds)
	}
	if changed, removed, _ := s.follow(token, link); len(changed)+len(removed) != 0 {
		t.Errorf("nothing happened: %v %v", changed, removed)
	}
	instances := s.graphWith(token, "GET", eventPath(series.body["id"])+"/instances?"+always, nil, `IdType="ImmutableId"`)
	s.graphWith(token, "PATCH", eventPath(instances.at("value", 1, "id")), object{"subject": "Special"})
	s.graphWith(token, "DELETE", eventPath(instances.at("value", 2, "id")), nil)
	later := object{"start": object{"dateTime": "2026-12-24T09:00:00", "timeZone": "UTC"}, "end": object{"dateTime": "2026-12-24T10:00:00", "timeZone": "UTC"}}
	s.graphWith(token, "PATCH", eventPath(single.body["id"]), later)
	changed, removed, next := s.follow(token, link)
	if len(changed) != 2 || at(changed[0], "type") != "seriesMaster" || at(changed[1], "subject") != "Special" || at(changed[1], "type") != "exception" {
		t.Errorf("changed %v", changed)
	}
	want := []any{instances.at("value", 2, "id"), single.body["id"]}
	if len(removed) != 2 || !slices.Contains(removed, want[0]) || !slices.Contains(removed, want[1]) {
		t.Errorf("removed %v, want %v", removed, want)
	}
	s.SetKnobs(microsoftsim.Knobs{ForgetDeltas: true})
	s.graphWith(token, "GET", next, nil).problem(t, 410, "syncStateNotFound")
	s.SetKnobs(microsoftsim.Knobs{})
	s.graphWith(s.graphToken("ben"), "GET", next, nil).problem(t, 410, "syncStateNotFound")
	s.graphWith(token, "GET", window+"&$filter=x", nil).problem(t, 400, "ErrorInvalidUrlQuery")
	s.graphWith(token, "GET", "/me/calendarView/delta", nil).problem(t, 400, "ErrorInvalidParameter")
	if err := s.world.Clock.Advance(8 * 24 * time.Hour); err != nil {
		t.Fatal(err)
	}
	s.graphWith(s.graphToken("ana"), "GET", next, nil).problem(t, 410, "syncStateNotFound")
}

// heard are the notifications that a product got, by the kind of change or event.
type heard struct {
	notices chan object
	status  chan int // of the next answers; 202 when empty
}

func (s *stage) listens() *heard {
	h := &heard{notices: make(chan object, 100), status: make(chan int, 100)}
	s.bot.page("/graph/notify", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("validationToken") {
			echo(w, r)
			return
		}
		raw, _ := io.ReadAll(r.Body)
		var said object
		_ = json.Unmarshal(raw, &said)
		select {
		case status := <-h.status:
			w.WriteHeader(status)
		default:
			w.WriteHeader(http.StatusAccepted)
		}
		h.notices <- at(said, "value", 0).(object)
	})
	return h
}

func (h *heard) next(t *testing.T) object {
	t.Helper()
	select {
	case n := <-h.notices:
		return n
	case <-t.Context().Done():
		t.Fatal("nothing was heard")
	}
	return nil
}

func TestAWatchedCalendarTellsOfItsChanges(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	h, token := s.listens(), s.graphToken("ana")
	sub := s.graphWith(token, "POST", "/subscriptions", s.watch(), `IdType="ImmutableId"`)
	if sub.status != 201 || sub.body["clientState"] != "s3cret" || sub.body["id"] == nil {
		t.Fatalf("%d %s", sub.status, sub.text)
	}
	made := s.graphWith(token, "POST", "/me/events", meeting(), `IdType="ImmutableId"`)
	n := h.next(t)
	if n["changeType"] != "created" || n["clientState"] != "s3cret" || n["subscriptionId"] != sub.body["id"] || at(n, "resourceData", "id") != made.body["id"] ||
		n["tenantId"] != s.tenant() || n["resource"] != "Users/"+s.person("ana").ID+"/Events/"+made.body["id"].(string) {
		t.Errorf("%v", n)
	}
	s.graphWith(token, "PATCH", eventPath(made.body["id"]), object{"subject": "Moved"})
	if n := h.next(t); n["changeType"] != "updated" {
		t.Errorf("%v", n)
	}
	// What is not taken comes again, by the clock of the world.
	h.status <- 500
	s.graphWith(token, "DELETE", eventPath(made.body["id"]), nil)
	first := h.next(t)
	if _, err := s.world.Ledger.Wait(t.Context(), world.Filter{Effect: "notification.sent"}, 3); err != nil {
		t.Fatal(err)
	}
	if err := s.world.Clock.Advance(time.Minute); err != nil {
		t.Fatal(err)
	}
	if again := h.next(t); first["changeType"] != "deleted" || again["changeType"] != "deleted" {
		t.Errorf("%v, then %v", first, again)
	}
	// Another's meeting that Ana is invited to is a change of her calendar, and nobody hears of Ben's.
	s.graphWith(s.graphToken("ben"), "POST", "/me/events", meeting("ana"))
	if n := h.next(t); n["changeType"] != "created" {
		t.Errorf("%v", n)
	}
	s.graphWith(token, "DELETE", "/subscriptions/"+sub.body["id"].(string), nil)
	s.graphWith(token, "POST", "/me/events", meeting())
	s.Close()
	if len(h.notices) != 0 {
		t.Errorf("heard %v", <-h.notices)
	}
}

func TestSubscriptionsLiveAndEnd(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	h, token := s.listens(), s.graphToken("ana")
	sub := s.graphWith(token, "POST", "/subscriptions", s.watch()).body["id"].(string)
	lifecycle := func(event string) {
		t.Helper()
		if err := s.Lifecycle(sub, event); err != nil {
			t.Fatal(err)
		}
		if n := h.next(t); n["lifecycleEvent"] != event || n["clientState"] != "s3cret" || n["subscriptionId"] != sub || n["changeType"] != nil {
			t.Errorf("%v", n)
		}
	}
	lifecycle("missed")
	lifecycle("reauthorizationRequired")
	s.graphWith(token, "POST", "/me/events", meeting())
	if w := s.Watched(); len(w) != 1 || !w[0].Withheld || w[0].Person != "ana" || len(h.notices) != 0 {
		t.Errorf("%v", w)
	}
	if a := s.graphWith(token, "POST", "/subscriptions/"+sub+"/reauthorize", nil); a.status != 204 || s.Watched()[0].Withheld {
		t.Errorf("%d %s", a.status, a.text)
	}
	lifecycle("subscriptionRemoved")
	s.graphWith(token, "GET", "/subscriptions/"+sub, nil).problem(t, 404, "ResourceNotFound")
	refusedWith(t, s.Lifecycle(sub, "missed"), "not_found", "no subscription")

	short := s.watch()
	short["expirationDateTime"] = s.world.Clock.Now().Add(time.Minute).Format(time.RFC3339)
	made := s.graphWith(token, "POST", "/subscriptions", short)
	refusedWith(t, s.Lifecycle(made.body["id"].(string), "x"), "invalid", "missed")
	until, err := time.Parse(time.RFC3339, made.body["expirationDateTime"].(string))
	if err != nil || until.Sub(s.world.Clock.Now()) < 44*time.Minute {
		t.Errorf("until %v, %v", until, err)
	}
	if err := s.world.Clock.Advance(46 * time.Minute); err != nil {
		t.Fatal(err)
	}
	if len(s.Watched()) != 0 {
		t.Error("it has not ended")
	}
	s.graphWith(token, "PATCH", "/subscriptions/"+made.body["id"].(string), short).problem(t, 404, "ResourceNotFound")
}

func TestSubscriptionsThatGraphRefuses(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	token := s.graphToken("ana")
	s.bot.page("/graph/notify", echo)
	s.bot.page("/html", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, r.URL.Query().Get("validationToken"))
	})
	for name, c := range map[string]struct {
		field string
		value any
		code  string
	}{
		"nobody there":    {"notificationUrl", s.bot.URL + "/nowhere", "ValidationError"},
		"no plain text":   {"lifecycleNotificationUrl", s.bot.URL + "/html", "ValidationError"},
		"elsewhere":       {"notificationUrl", "https://causeway.example/graph/notify", "InvalidRequest"},
		"unknown change":  {"changeType", "moved", "InvalidRequest"},
		"another's":       {"resource", "users/" + s.person("ben").ID + "/events", "ExtensionError"},
		"too long":        {"expirationDateTime", s.world.Clock.Now().Add(8 * 24 * time.Hour).Format(time.RFC3339), "InvalidRequest"},
		"over":            {"expirationDateTime", s.world.Clock.Now().Add(-time.Hour).Format(time.RFC3339), "InvalidRequest"},
		"a long secret":   {"clientState", strings.Repeat("x", 129), "InvalidRequest"},
		"no expiration":   {"expirationDateTime", nil, "InvalidRequest"},
		"not even a time": {"expirationDateTime", "soon", "BadRequest"},
	} {
		body := s.watch()
		body[c.field] = c.value
		if a := s.graphWith(token, "POST", "/subscriptions", body); a.status != 400 || a.at("error", "code") != c.code {
			t.Errorf("%s: %d %s", name, a.status, a.text)
		}
	}
	if len(s.Watched()) != 0 {
		t.Error("something is watched")
	}
}

func TestPeopleAndRoomsAreFound(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	token := s.graphToken("ana")
	s.graphWith(token, "GET", "/me/people", nil).problem(t, 403, "Authorization_RequestDenied")
	s.graphWith(token, "GET", "/places/microsoft.graph.room", nil).problem(t, 403, "Authorization_RequestDenied")
	if err := s.GrantScopes("", true, []string{"People.Read", "Contacts.Read", "User.ReadBasic.All", "Place.Read.All", "Calendars.Read.Shared"}); err != nil {
		t.Fatal(err)
	}
	token = s.graphToken("ana")
	names := func(a answered) (list []string) {
		values, _ := a.body["value"].([]any)
		for _, v := range values {
			list = append(list, fmt.Sprint(at(v, "displayName")))
		}
		return list
	}
	if got := names(s.graphWith(token, "GET", "/me/people?$top=3", nil)); len(got) != 3 || got[0] != "Ben Okafor" {
		t.Errorf("%v", got)
	}
	if got := names(s.graphWith(token, "GET", "/me/people?$search=%22mar%22", nil)); !slices.Equal(got, []string{"Chloé Martin"}) {
		t.Errorf("%v", got)
	}
	search := "/users?" + url.Values{"$search": {`"displayName:ok" OR "mail:dev"`}, "$count": {"true"}, "$select": {"displayName,mail"}}.Encode()
	s.graphWith(token, "GET", search, nil).problem(t, 400, "Request_UnsupportedQuery")
	eventual := http.Header{"Authorization": {"Bearer " + token}, "Consistencylevel": {"eventual"}}
	got := s.do("GET", "/graph/v1.0"+search, eventual, "")
	if list := names(got); !slices.Contains(list, "Ben Okafor") || !slices.Contains(list, "Dev Patel") || got.body["@odata.count"] == nil || got.at("value", 0, "jobTitle") != nil {
		t.Errorf("%s", got.text)
	}
	filter := "/me/contacts?" + url.Values{"$filter": {"startswith(displayName,'O''B') or startswith(surname,'O''B')"}}.Encode()
	if got := names(s.graphWith(token, "GET", filter, nil)); !slices.Equal(got, []string{"Quinn O'Brien"}) {
		t.Errorf("%v", got)
	}
	s.graphWith(token, "GET", "/me/contacts?$search=x", nil).problem(t, 400, "ErrorInvalidUrlQuery")
	rooms := s.graphWith(token, "GET", "/places/microsoft.graph.room?$top=3", nil)
	next, _ := rooms.body["@odata.nextLink"].(string)
	all := append(names(rooms), names(s.graphWith(token, "GET", strings.TrimPrefix(next, s.url+"/graph/v1.0"), nil))...)
	if len(all) != 5 || rooms.at("value", 0, "capacity") != 4.0 || rooms.at("value", 0, "emailAddress") != "dock.12@meridian.example" {
		t.Errorf("%v of %s", all, rooms.text)
	}
	s.graphWith(token, "GET", "/places/microsoft.graph.room?$top=101", nil).problem(t, 400, "BadRequest")
}

func TestWhoIsTakenAndWhenEverybodyIsFree(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	if err := s.GrantScopes("meridian", true, []string{"Calendars.Read.Shared"}); err != nil {
		t.Fatal(err)
	}
	token := s.graphToken("ana")
	o := func(hour int) object { // on a Tuesday on which nobody of the seed has anything
		return object{"dateTime": fmt.Sprintf("2033-03-08T%02d:00:00", hour), "timeZone": "UTC"}
	}
	series := weekly(3, "ben", "harbour.view@meridian.example")
	series["start"], series["end"] = object{"dateTime": "2033-03-01T10:00:00", "timeZone": "Europe/Paris"}, object{"dateTime": "2033-03-01T10:30:00", "timeZone": "Europe/Paris"}
	series["recurrence"].(object)["range"].(object)["startDate"] = "2033-03-01"
	s.graphWith(token, "POST", "/me/events", series)
	secretly := meeting("ben")
	secretly["sensitivity"], secretly["transactionId"] = "private", "p"
	secretly["start"], secretly["end"] = o(11), object{"dateTime": "2033-03-08T11:30:00", "timeZone": "UTC"}
	s.graphWith(token, "POST", "/me/events", secretly)
	ask := object{"schedules": []string{"ana.duarte@meridian.example", "ben.okafor@meridian.example", "harbour.view@meridian.example", "gus.moreau@meridian.example"}, "startTime": o(8), "endTime": o(12), "availabilityViewInterval": "30"}
	a := s.graphWith(token, "POST", "/me/calendar/getSchedule", ask)
	views := fmt.Sprintf("%s %s %s", a.at("value", 0, "availabilityView"), a.at("value", 1, "availabilityView"), a.at("value", 2, "availabilityView"))
	if views != "00200020 00100010 00200000" || a.at("value", 3, "error", "responseCode") != "ErrorMailRecipientNotFound" {
		t.Errorf("%s: %s", views, a.text)
	}
	if a.at("value", 0, "scheduleItems", 1, "isPrivate") != true || a.at("value", 0, "scheduleItems", 1, "subject") != nil || a.at("value", 0, "scheduleItems", 0, "subject") != "Weekly sync" {
		t.Errorf("%s", a.text)
	}
	ask["endTime"] = o(7)
	s.graphWith(token, "POST", "/me/calendar/getSchedule", ask).problem(t, 400, "ErrorInvalidTimeInterval")
	wish := object{
		"attendees": meeting("ben")["attendees"], "meetingDuration": "PT1H", "maxCandidates": 3,
		"timeConstraint": object{"activityDomain": "work", "timeSlots": []any{object{"start": o(7), "end": o(13)}}},
	}
	times := s.graphWith(token, "POST", "/me/findMeetingTimes", wish)
	first := fmt.Sprint(times.at("meetingTimeSuggestions", 0, "meetingTimeSlot", "start", "dateTime"))
	if !strings.HasPrefix(first, "2033-03-08T08:00") || times.at("meetingTimeSuggestions", 0, "confidence") != 100.0 || len(times.body["meetingTimeSuggestions"].([]any)) != 3 {
		t.Errorf("%s", times.text)
	}
}

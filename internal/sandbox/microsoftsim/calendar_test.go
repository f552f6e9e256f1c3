package microsoftsim_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"causeway/internal/sandbox/microsoftsim"
)

// weekly is a series on Tuesdays at ten in Paris.
func weekly(times int, attendees ...string) object {
	e := meeting(attendees...)
	e["recurrence"] = object{
		"pattern": object{"type": "weekly", "interval": 1, "daysOfWeek": []string{"tuesday"}},
		"range":   object{"type": "numbered", "startDate": "2026-12-01", "numberOfOccurrences": times, "recurrenceTimeZone": "Romance Standard Time"},
	}
	delete(e, "transactionId")
	return e
}

// echo is a product that wants notifications.
func echo(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain")
	if token := r.URL.Query().Get("validationToken"); token != "" {
		_, _ = io.WriteString(w, token)
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

func (s *stage) watch() object {
	return object{
		"resource": "/me/events", "changeType": "created,updated,deleted", "notificationUrl": s.bot.URL + "/graph/notify", "clientState": "s3cret",
		"lifecycleNotificationUrl": s.bot.URL + "/graph/notify", "expirationDateTime": s.world.Clock.Now().Add(6 * 24 * time.Hour).Format(time.RFC3339),
	}
}

const always = "startDateTime=2026-11-01T00:00:00Z&endDateTime=2027-06-01T00:00:00Z"

func eventPath(id any) string { return "/me/events/" + url.PathEscape(fmt.Sprint(id)) }

// starts are the beginnings of the events of an answer with a subject.
func (a answered) starts(subject string) []string {
	list := []string{}
	values, _ := a.body["value"].([]any)
	for _, e := range values {
		if at(e, "subject") == subject {
			list = append(list, strings.TrimSuffix(at(e, "start", "dateTime").(string), ":00.0000000"))
		}
	}
	return list
}

func TestSeriesStandInTheCalendarAsTheirOccurrences(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	token := s.graphToken("ana")
	made := s.graphWith(token, "POST", "/me/events", weekly(20, "ben"), `IdType="ImmutableId"`)
	if made.status != 201 || made.body["type"] != "seriesMaster" || made.at("recurrence", "range", "numberOfOccurrences") != 20.0 {
		t.Fatalf("%d %s", made.status, made.text)
	}
	view := s.graphWith(token, "GET", "/me/calendarView?"+always+"&$top=100", nil, `IdType="ImmutableId"`)
	starts := view.starts("Weekly sync")
	if len(starts) != 20 || starts[0] != "2026-12-01T09:00" || starts[17] != "2027-03-30T08:00" { // summer time in Paris
		t.Errorf("starts %v", starts)
	}
	first := view.body["value"].([]any)[slices.IndexFunc(view.body["value"].([]any), func(e any) bool { return at(e, "subject") == "Weekly sync" })]
	if at(first, "type") != "occurrence" || at(first, "seriesMasterId") != made.body["id"] || at(first, "originalStart") != "2026-12-01T09:00:00Z" ||
		at(first, "recurrence") != nil || at(first, "iCalUId") == made.body["iCalUId"] || !strings.Contains(at(first, "iCalUId").(string), "07EA0C01") {
		t.Errorf("%v", first)
	}
	if got := s.graphWith(token, "GET", eventPath(at(first, "id")), nil, `IdType="ImmutableId"`); got.body["id"] != at(first, "id") {
		t.Errorf("%s", got.text)
	}
	if all := s.graphWith(token, "GET", "/me/events?$top=100", nil); len(all.starts("Weekly sync")) != 1 {
		t.Errorf("listed as %v", all.starts("Weekly sync"))
	}
	instances := s.graphWith(token, "GET", eventPath(made.body["id"])+"/instances?startDateTime=2026-12-08T00:00:00Z&endDateTime=2026-12-22T00:00:00Z", nil)
	if got := instances.starts("Weekly sync"); !slices.Equal(got, []string{"2026-12-08T09:00", "2026-12-15T09:00"}) {
		t.Errorf("instances %v", got)
	}
	if ben := s.entries("ben", "Weekly sync"); len(ben) != 20 || ben[0].SeriesID == "" || ben[0].Mine || ben[0].ShowAs != "tentative" {
		t.Errorf("Ben has %d", len(ben))
	}
	if len(s.rows("mail.delivered")) != 1 {
		t.Errorf("mails %v", s.rows("mail.delivered"))
	}
}

func TestPatternsOfSeries(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		pattern object
		want    []string
	}{
		"daily":           {object{"type": "daily", "interval": 3}, []string{"12-01", "12-04", "12-07"}},
		"two days a week": {object{"type": "weekly", "interval": 2, "daysOfWeek": []string{"tuesday", "sunday"}, "firstDayOfWeek": "monday"}, []string{"12-01", "12-06", "12-15"}},
		"from Sunday":     {object{"type": "weekly", "interval": 2, "daysOfWeek": []string{"tuesday", "sunday"}}, []string{"12-01", "12-13", "12-15"}},
		"the 31st":        {object{"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 31}, []string{"12-31", "01-31", "02-28"}},
		"last Friday":     {object{"type": "relativeMonthly", "interval": 2, "daysOfWeek": []string{"friday"}, "index": "last"}, []string{"12-25", "02-26", "04-30"}},
		"first weekday":   {object{"type": "relativeMonthly", "interval": 1, "daysOfWeek": []string{"monday", "tuesday", "wednesday", "thursday", "friday"}, "index": "first"}, []string{"12-01", "01-01", "02-01"}},
		"every year":      {object{"type": "absoluteYearly", "interval": 1, "dayOfMonth": 29, "month": 2}, []string{"02-28", "02-29", "02-28"}},
		"Thanksgiving":    {object{"type": "relativeYearly", "interval": 1, "daysOfWeek": []string{"thursday"}, "index": "fourth", "month": 11}, []string{"11-25", "11-23", "11-22"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			body := weekly(3)
			body["recurrence"].(object)["pattern"] = c.pattern
			token := s.graphToken("ana")
			if a := s.graphWith(token, "POST", "/me/events", body); a.status != 201 {
				t.Fatalf("%s", a.text)
			}
			view := s.graphWith(token, "GET", "/me/calendarView?startDateTime=2026-11-30T00:00:00Z&endDateTime=2032-01-01T00:00:00Z&$top=100", nil)
			got := []string{}
			for _, start := range view.starts("Weekly sync") {
				got = append(got, start[5:10])
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}

func TestSeriesThatExchangeRefuses(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	token := s.graphToken("ana")
	for name, change := range map[string]func(pattern, span object){
		"no day":         func(p, _ object) { delete(p, "daysOfWeek") },
		"unknown day":    func(p, _ object) { p["daysOfWeek"] = []string{"Zeusday"} },
		"unknown type":   func(p, _ object) { p["type"] = "hourly" },
		"interval 0":     func(p, _ object) { p["interval"] = 0 },
		"day of month 0": func(p, _ object) { p["type"] = "absoluteMonthly" },
		"no month":       func(p, _ object) { p["type"] = "relativeYearly" },
		"other start":    func(_, r object) { r["startDate"] = "2026-12-02" },
		"no start":       func(_, r object) { delete(r, "startDate") },
		"end before":     func(_, r object) { r["type"], r["endDate"] = "endDate", "2026-11-01" },
		"never":          func(_, r object) { r["numberOfOccurrences"] = 0 },
		"unknown zone":   func(_, r object) { r["recurrenceTimeZone"] = "Mars/Olympus" },
	} {
		body := weekly(3)
		change(body["recurrence"].(object)["pattern"].(object), body["recurrence"].(object)["range"].(object))
		if a := s.graphWith(token, "POST", "/me/events", body); a.status != 400 {
			t.Errorf("%s: %d %s", name, a.status, a.text)
		}
	}
}

func TestOneOccurrenceIsChangedAndCancelled(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	token := s.graphToken("ana")
	made := s.graphWith(token, "POST", "/me/events", weekly(5, "ben", "chloe"))
	instances := s.graphWith(token, "GET", eventPath(made.body["id"])+"/instances?"+always, nil)
	path := func(n int) string { return eventPath(instances.at("value", n, "id")) }
	moved := object{"start": object{"dateTime": "2026-12-09T14:00:00", "timeZone": "UTC"}, "end": object{"dateTime": "2026-12-09T15:00:00", "timeZone": "UTC"}}
	changed := s.graphWith(token, "PATCH", path(1), moved)
	if changed.status != 200 || changed.body["type"] != "exception" || changed.body["originalStart"] != "2026-12-08T09:00:00Z" || changed.body["id"] != instances.at("value", 1, "id") {
		t.Fatalf("%d %s", changed.status, changed.text)
	}
	if a := s.graphWith(token, "POST", path(2)+"/cancel", object{"comment": "Off"}); a.status != 202 {
		t.Errorf("%d %s", a.status, a.text)
	}
	s.graphWith(token, "GET", path(2), nil).problem(t, 404, "ErrorItemNotFound")
	want := []string{"2026-12-01T09:00", "2026-12-09T14:00", "2026-12-22T09:00", "2026-12-29T09:00"}
	times := func(person string) (list []string) {
		for _, e := range s.entries(person, "Weekly sync") {
			list = append(list, e.Start.Format("2006-01-02T15:04"))
		}
		return list
	}
	for _, person := range []string{"ana", "ben", "chloe"} {
		if got := times(person); !slices.Equal(got, want) {
			t.Errorf("%s: %v", person, got)
		}
	}
	if got := len(s.rows("mail.delivered")); got != 6 {
		t.Errorf("%d mails: %v", got, s.rows("mail.delivered"))
	}
	crossing := object{"start": object{"dateTime": "2026-12-23T14:00:00", "timeZone": "UTC"}, "end": object{"dateTime": "2026-12-23T15:00:00", "timeZone": "UTC"}}
	s.graphWith(token, "PATCH", path(1), crossing).problem(t, 400, "ErrorOccurrenceCrossingBoundary")
	s.graphWith(token, "PATCH", path(3), object{"recurrence": nil}).problem(t, 400, "ErrorInvalidRequest")
	// A new subject is that of all occurrences; they stay where they are.
	s.graphWith(token, "PATCH", eventPath(made.body["id"]), object{"subject": "Sync"})
	if got := s.entries("ben", "Sync"); len(got) != 4 || got[1].Start.Format("15:04") != "14:00" {
		t.Errorf("renamed %v", got)
	}
	// Another time is that of all occurrences too: what was different is forgotten.
	s.graphWith(token, "PATCH", eventPath(made.body["id"]), object{"start": object{"dateTime": "2026-12-01T15:00:00", "timeZone": "UTC"}, "end": object{"dateTime": "2026-12-01T16:00:00", "timeZone": "UTC"}})
	if got := s.entries("ben", "Sync"); len(got) != 5 || got[2].Start.Format("15:04") != "15:00" {
		t.Errorf("moved %v", got)
	}
	// Fewer occurrences leave the others as they were.
	s.graphWith(token, "PATCH", path(1), object{"subject": "Special"})
	span := weekly(2)["recurrence"].(object)
	s.graphWith(token, "PATCH", eventPath(made.body["id"]), object{"recurrence": span})
	if len(s.entries("chloe", "Sync")) != 1 || len(s.entries("chloe", "Special")) != 1 {
		t.Errorf("shortened %v", s.entries("chloe", "Sync"))
	}
	// With its last occurrence the series is gone.
	s.graphWith(token, "DELETE", path(1), nil)
	s.graphWith(token, "DELETE", path(0), nil)
	s.graphWith(token, "GET", eventPath(made.body["id"]), nil).problem(t, 404, "ErrorItemNotFound")
	again := s.graphWith(token, "POST", "/me/events", weekly(2, "ben"))
	if a := s.graphWith(token, "DELETE", eventPath(again.body["id"]), nil); a.status != 204 || len(s.entries("ben", "Weekly sync"))+len(s.entries("ana", "Weekly sync")) != 0 {
		t.Errorf("%d %v", a.status, s.entries("ben", "Weekly sync"))
	}
}

// A series that gets other times while its first occurrence is longer gets the times that were asked for.
func TestASeriesIsMovedWhoseFirstOccurrenceWas(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	token := s.graphToken("ana")
	made := s.graphWith(token, "POST", "/me/events", weekly(3))
	first := s.graphWith(token, "GET", eventPath(made.body["id"])+"/instances?"+always, nil).at("value", 0, "id")
	at := func(from, to string) object {
		return object{"start": object{"dateTime": "2026-12-01T" + from, "timeZone": "UTC"}, "end": object{"dateTime": "2026-12-01T" + to, "timeZone": "UTC"}}
	}
	s.graphWith(token, "PATCH", eventPath(first), at("09:15:00", "10:00:00"))
	moved := s.graphWith(token, "PATCH", eventPath(made.body["id"]), at("09:15:00", "09:45:00"))
	if got := s.entries("ana", "Weekly sync"); moved.at("end", "dateTime") != "2026-12-01T09:45:00.0000000" || got[0].End.Format("15:04") != "09:45" {
		t.Errorf("%s, first %v", moved.text, got[0])
	}
}

func TestSomebodyIsInvitedToOneOccurrenceAlone(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	token := s.graphToken("ana")
	made := s.graphWith(token, "POST", "/me/events", weekly(3, "ben"))
	instances := s.graphWith(token, "GET", eventPath(made.body["id"])+"/instances?"+always, nil)
	path := eventPath(instances.at("value", 1, "id"))
	s.graphWith(token, "PATCH", path, object{"attendees": meeting("dev")["attendees"]})
	if dev, ben := s.entries("dev", "Weekly sync"), s.entries("ben", "Weekly sync"); len(dev) != 1 || dev[0].Start.Day() != 8 || dev[0].SeriesID != "" || len(ben) != 2 {
		t.Errorf("Dev has %v, Ben %v", dev, ben)
	}
	s.graphWith(token, "PATCH", path, object{"subject": "With Dev"})
	if dev, ben := s.entries("dev", "With Dev"), s.entries("ben", "Weekly sync"); len(dev) != 1 || len(ben) != 2 {
		t.Errorf("Dev has %v, Ben %v", dev, ben)
	}
	s.graphWith(token, "DELETE", path, nil)
	if dev := s.entries("dev", "With Dev"); len(dev) != 0 {
		t.Errorf("Dev has %v", dev)
	}
}

func TestRoomsAcceptWhatTheyAreFreeFor(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	token := s.graphToken("ana")
	answer := func(id any) any {
		return s.graphWith(token, "GET", eventPath(id), nil).at("attendees", 0, "status", "response")
	}
	first := s.graphWith(token, "POST", "/me/events", weekly(3, "harbour.view@meridian.example"))
	body := meeting("harbour.view@meridian.example")
	second := s.graphWith(s.graphToken("ben"), "POST", "/me/events", body)
	if got := answer(first.body["id"]); got != "accepted" {
		t.Errorf("the first is %v", got)
	}
	if got := second.at("attendees", 0, "status", "response"); got != "declined" || len(s.entries("harbour-view", "Weekly sync")) != 3 {
		t.Errorf("the second is %v, the room has %v", got, s.entries("harbour-view", "Weekly sync"))
	}
	if mail, _ := s.Mail("ben"); mail[0].Kind != "response" || mail[0].Subject != "Declined: Weekly sync" || mail[0].From.Address != "harbour.view@meridian.example" {
		t.Errorf("%+v", mail[0])
	}
	if rows := s.rows("room.answered"); len(rows) != 2 || rows[1].Detail["answer"] != "declined" {
		t.Errorf("%v", rows)
	}
	// One occurrence goes to a time at which the room is taken by another.
	other := meeting("harbour.view@meridian.example")
	other["start"], other["end"], other["transactionId"] = object{"dateTime": "2026-12-09T09:00:00", "timeZone": "UTC"}, object{"dateTime": "2026-12-09T10:00:00", "timeZone": "UTC"}, "x"
	s.graphWith(s.graphToken("ben"), "POST", "/me/events", other)
	instances := s.graphWith(token, "GET", eventPath(first.body["id"])+"/instances?"+always, nil)
	s.graphWith(token, "PATCH", eventPath(instances.at("value", 1, "id")), object{"start": other["start"], "end": other["end"]})
	instances = s.graphWith(token, "GET", eventPath(first.body["id"])+"/instances?"+always, nil)
	got := fmt.Sprintf("%s %s", instances.at("value", 0, "attendees", 0, "status", "response"), instances.at("value", 1, "attendees", 0, "status", "response"))
	if room, _ := s.Calendar("harbour-view", time.Date(2026, 12, 9, 0, 0, 0, 0, time.UTC), time.Date(2026, 12, 10, 0, 0, 0, 0, time.UTC)); got != "accepted declined" || len(room) != 1 {
		t.Errorf("%s, the room has %v", got, room)
	}
	// Back at its own time the room has it again.
	s.graphWith(token, "PATCH", eventPath(instances.at("value", 1, "id")), object{"start": object{"dateTime": "2026-12-08T09:00:00", "timeZone": "UTC"}, "end": object{"dateTime": "2026-12-08T09:30:00", "timeZone": "UTC"}})
	if room := s.entries("harbour-view", "Weekly sync"); len(room) != 4 {
		t.Errorf("the room has %v", room)
	}
}

func TestGraphMayIgnoreWhatIsPreferred(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	token := s.graphToken("ana")
	s.SetKnobs(microsoftsim.Knobs{IgnorePrefer: true})
	body := weekly(3)
	body["start"].(object)["timeZone"], body["end"].(object)["timeZone"] = "Europe/Paris", "Europe/Paris"
	a := s.graphWith(token, "POST", "/me/events", body, `IdType="ImmutableId"`, `outlook.timezone="Asia/Tokyo"`)
	if a.at("start", "dateTime") != "2026-12-01T09:00:00.0000000" || a.at("start", "timeZone") != "UTC" || a.body["originalStartTimeZone"] != "Romance Standard Time" ||
		a.header.Get("Preference-Applied") != "" || !strings.HasPrefix(fmt.Sprint(a.body["id"]), "AAkA") {
		t.Errorf("%s", a.text)
	}
}

package graph_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"causeway/internal/graph"
)

func TestDeltaFollowsACalendar(t *testing.T) {
	t.Parallel()
	s := newServer(t,
		answer{status: 200, body: `{"@odata.nextLink":"{server}/me/calendarView/delta?$skiptoken=s1","value":[` + made + `]}`},
		answer{status: 200, body: `{"@odata.deltaLink":"{server}/me/calendarView/delta?$deltatoken=d1","value":[
			{"id":"AAkB","type":"occurrence","seriesMasterId":"AAkA","start":{"dateTime":"2026-12-01T09:00:00.0000000","timeZone":"UTC"},"end":{"dateTime":"2026-12-01T09:30:00.0000000","timeZone":"UTC"}}]}`},
		answer{status: 200, body: `{"@odata.deltaLink":"{server}/me/calendarView/delta?$deltatoken=d2","value":[{"id":"AAkB","@removed":{"reason":"deleted"}}]}`},
	)
	from := time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
	first, err := s.client().CalendarDelta(t.Context(), from, from.AddDate(0, 1, 0))
	if err != nil || len(first.Changed) != 2 || first.Changed[1].SeriesMasterID != "AAkA" || first.Changed[0].ID != eventID || first.Removed != nil || !strings.HasSuffix(first.Link, "d1") {
		t.Fatalf("%+v, %v", first, err)
	}
	then, err := s.client().CalendarDeltaSince(t.Context(), first.Link)
	if err != nil || then.Changed != nil || len(then.Removed) != 1 || then.Removed[0] != "AAkB" || !strings.HasSuffix(then.Link, "d2") {
		t.Errorf("%+v, %v", then, err)
	}
	calls := s.all()
	if calls[0].query["startDateTime"][0] != "2026-11-30T00:00:00Z" || calls[1].query["$skiptoken"][0] != "s1" || calls[2].query["$deltatoken"][0] != "d1" ||
		calls[0].prefer != `IdType="ImmutableId", odata.maxpagesize=50` || calls[0].query["$top"] != nil {
		t.Errorf("asked %+v", calls)
	}
}

func TestDeltaSaysWhenAllMustBeReadAnew(t *testing.T) {
	t.Parallel()
	for _, gone := range []answer{refused(410, "syncStateNotFound"), refused(410, "fullSyncRequired"), refused(400, "SyncStateNotFound"), refused(410, "")} {
		s := newServer(t, gone)
		if d, err := s.client().CalendarDeltaSince(t.Context(), s.URL+"/graph/v1.0/me/calendarView/delta?$deltatoken=d1"); !errors.Is(err, graph.ErrResync) || errors.Is(err, graph.ErrNotFound) || d.Link != "" {
			t.Errorf("%s: %v", gone.body, err)
		}
	}
	s := newServer(t, answer{status: 200, body: `{"value":[]}`})
	if _, err := s.client().CalendarDeltaSince(t.Context(), "https://evil.test/graph/v1.0/me"); !errors.Is(err, graph.ErrResync) || len(s.all()) != 0 {
		t.Errorf("another's link: %v", err)
	}
	if _, err := s.client().CalendarDelta(t.Context(), time.Now(), time.Now()); !errors.Is(err, graph.ErrUnavailable) {
		t.Errorf("no link: %v", err)
	}
}

func TestSeriesAreWrittenAndTheirInstancesRead(t *testing.T) {
	t.Parallel()
	master := strings.Replace(strings.Replace(made, `"type":"singleInstance"`, `"type":"seriesMaster"`, 1), `"isAllDay"`, `"sensitivity":"private","recurrence":{
		"pattern":{"type":"weekly","interval":1,"month":0,"dayOfMonth":0,"daysOfWeek":["tuesday"],"firstDayOfWeek":"sunday","index":"first"},
		"range":{"type":"numbered","startDate":"2026-12-01","endDate":"0001-01-01","recurrenceTimeZone":"Romance Standard Time","numberOfOccurrences":8}},"isAllDay"`, 1)
	s := newServer(t, answer{status: 201, body: master})
	event := weekly(t)
	event.Sensitivity = "private"
	event.Attendees = []graph.Attendee{graph.RoomAttendee("Dock 12", "dock12@meridian.example")}
	event.Recurrence = &graph.Recurrence{
		Pattern: graph.Pattern{Type: "weekly", Interval: 1, DaysOfWeek: []string{"tuesday"}},
		Range:   graph.Range{Type: "numbered", StartDate: "2026-12-01", Occurrences: 8, Zone: graph.ZoneFor("Europe/Oslo")},
	}
	got, err := s.client().CreateEvent(t.Context(), event)
	if err != nil || got.Type != "seriesMaster" || got.Sensitivity != "private" || got.Recurrence == nil || got.Recurrence.Range.Occurrences != 8 {
		t.Fatalf("%+v, %v", got, err)
	}
	body, _ := decoded(t, s.only(t).body).(map[string]any)
	want := decoded(t, `{"pattern":{"type":"weekly","interval":1,"daysOfWeek":["tuesday"]},
		"range":{"type":"numbered","startDate":"2026-12-01","numberOfOccurrences":8,"recurrenceTimeZone":"W. Europe Standard Time"}}`)
	if diff := cmp.Diff(want, body["recurrence"]); diff != "" || body["sensitivity"] != "private" {
		t.Error(diff)
	}
	if diff := cmp.Diff(decoded(t, `[{"type":"resource","emailAddress":{"name":"Dock 12","address":"dock12@meridian.example"}}]`), body["attendees"]); diff != "" {
		t.Error(diff)
	}
	s = newServer(t, answer{status: 200, body: `{"value":[{"id":"AAkB","type":"exception","seriesMasterId":"` + eventID + `","originalStart":"2026-12-08T09:00:00Z","isCancelled":false}]}`})
	from := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	instances, err := s.client().Instances(t.Context(), eventID, from, from.AddDate(0, 1, 0))
	if err != nil || len(instances) != 1 || !instances[0].OriginalStart.Equal(from.AddDate(0, 0, 7).Add(9*time.Hour)) {
		t.Errorf("%+v, %v", instances, err)
	}
	if call := s.only(t); !strings.HasSuffix(call.path, "/instances") || call.query["endDateTime"][0] != "2027-01-01T00:00:00Z" {
		t.Errorf("asked %+v", call)
	}
}

package graph_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"causeway/internal/graph"
)

const made = `{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users('x')/events/$entity","@odata.etag":"W/\"ZlnW4RIAV06KYYwlrfNZvQAAKGWwbw==\"",
	"id":"` + eventID + `","createdDateTime":"2026-11-23T09:00:00.1234567Z","changeKey":"ZlnW4RIAV06KYYwlrfNZvQAAKGWwbw==","categories":[],
	"transactionId":"7E163156-7762-4BEB-A1C6-729EA81755A7","originalStartTimeZone":"Romance Standard Time","originalEndTimeZone":"Romance Standard Time",
	"iCalUId":"040000008200E00074C5B7101A82E00800000000","reminderMinutesBeforeStart":10,"isReminderOn":true,"subject":"Weekly sync","bodyPreview":"Join Zoom Meeting",
	"isAllDay":false,"isCancelled":false,"isOrganizer":true,"type":"singleInstance","seriesMasterId":null,"showAs":"busy","isOnlineMeeting":false,"onlineMeeting":null,
	"onlineMeetingProvider":"unknown","webLink":"https://outlook.office365.com/owa/?itemid=AAk","allowNewTimeProposals":false,
	"responseStatus":{"response":"organizer","time":"0001-01-01T00:00:00Z"},"body":{"contentType":"html","content":"<html></html>"},
	"start":{"dateTime":"2026-12-01T09:00:00.0000000","timeZone":"UTC"},"end":{"dateTime":"2026-12-01T09:30:00.0000000","timeZone":"UTC"},
	"location":{"displayName":"https://zoom.us/j/91234567890","locationUri":"https://zoom.us/j/91234567890","locationType":"default","uniqueIdType":"unknown"},
	"attendees":[{"type":"required","status":{"response":"none","time":"0001-01-01T00:00:00Z"},"emailAddress":{"name":"Ben Okafor","address":"ben@meridian.example"}}],
	"organizer":{"emailAddress":{"name":"Ana Duarte","address":"ana@meridian.example"}}}`

func weekly(t *testing.T) graph.Event {
	t.Helper()
	start := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	never, reminder := false, 10
	return graph.Event{
		Subject: "Weekly <sync> & more", Body: &graph.Body{ContentType: "HTML", Content: "<p>Join</p>"},
		Start: graph.In(start, "Europe/Paris"), End: graph.In(start.Add(30*time.Minute), "Europe/Paris"),
		Location:        &graph.Location{DisplayName: "https://zoom.us/j/91234567890", LocationURI: "https://zoom.us/j/91234567890", LocationType: "default"},
		Attendees:       []graph.Attendee{graph.RequiredAttendee("Ben Okafor", "ben@meridian.example"), graph.RequiredAttendee("", "chloe@meridian.example")},
		IsOnlineMeeting: &never, AllowNewTimeProposals: &never, ReminderMinutes: &reminder, ShowAs: "busy",
		Properties:    []graph.ExtendedProperty{{ID: property, Value: "91234567890"}},
		TransactionID: "7E163156-7762-4BEB-A1C6-729EA81755A7",
	}
}

func TestCreateEventWritesWhatGraphTakes(t *testing.T) {
	t.Parallel()
	s := newServer(t, answer{status: 201, body: made})
	event := weekly(t)
	event.ID, event.ICalUID, event.WebLink, event.IsOrganizer = "not", "to be", "written", true
	got, err := s.client().CreateEvent(t.Context(), event)
	if err != nil {
		t.Fatal(err)
	}
	call := s.only(t)
	if call.method != "POST" || call.path != "/me/events" || call.token != "token-1" || call.prefer != `IdType="ImmutableId"` {
		t.Errorf("request %+v", call)
	}
	want := `{"subject":"Weekly <sync> & more","body":{"contentType":"HTML","content":"<p>Join</p>"},
		"start":{"dateTime":"2026-12-01T10:00:00","timeZone":"Europe/Paris"},"end":{"dateTime":"2026-12-01T10:30:00","timeZone":"Europe/Paris"},
		"location":{"displayName":"https://zoom.us/j/91234567890","locationUri":"https://zoom.us/j/91234567890","locationType":"default"},
		"attendees":[{"emailAddress":{"name":"Ben Okafor","address":"ben@meridian.example"},"type":"required"},{"emailAddress":{"address":"chloe@meridian.example"},"type":"required"}],
		"isOnlineMeeting":false,"allowNewTimeProposals":false,"reminderMinutesBeforeStart":10,"showAs":"busy",
		"singleValueExtendedProperties":[{"id":"` + property + `","value":"91234567890"}],"transactionId":"7E163156-7762-4BEB-A1C6-729EA81755A7"}`
	if diff := cmp.Diff(decoded(t, want), decoded(t, call.body)); diff != "" {
		t.Error(diff)
	}
	if strings.Contains(call.body, `\u003c`) {
		t.Error("angle brackets are escaped")
	}
	start, err := got.Start.Time()
	if err != nil || !start.Equal(time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)) {
		t.Errorf("start %v, %v", start, err)
	}
	if got.ID != eventID || !got.IsOrganizer || got.Organizer.EmailAddress.Address != "ana@meridian.example" || got.Attendees[0].Status.Response != "none" ||
		got.OnlineMeeting != nil || got.ICalUID == "" || got.Type != "singleInstance" {
		t.Errorf("event %+v", got)
	}
}

func decoded(t *testing.T, text string) any {
	t.Helper()
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return value
}

func TestARepeatedTransactionNamesTheEventThatExists(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer answer
		want   string
	}{
		"400": {answer{status: 400, body: `{"error":{"code":"ErrorDuplicateTransactionId","message":"Your request can't be completed. The TransactionId specified in the request has already been used to create a different event.","@event.existingEventId":"` + eventID + `"}}`}, eventID},
		"409": {refused(409, "ErrorDuplicateTransactionId"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, test.answer)
			_, err := s.client().CreateEvent(t.Context(), weekly(t))
			var duplicate *graph.DuplicateError
			if !errors.As(err, &duplicate) || duplicate.EventID != test.want || !errors.Is(err, graph.ErrConflict) || errors.Is(err, graph.ErrInvalid) {
				t.Errorf("error %v", err)
			}
			if !strings.HasPrefix(err.Error(), "graph: POST /me/events: status "+name+" ErrorDuplicateTransactionId") {
				t.Errorf("text %q", err)
			}
		})
	}
	s := newServer(t, refused(409, "ErrorIrresolvableConflict"))
	_, err := s.client().CreateEvent(t.Context(), weekly(t))
	var duplicate *graph.DuplicateError
	if errors.As(err, &duplicate) || !errors.Is(err, graph.ErrConflict) {
		t.Errorf("another conflict: %v", err)
	}
}

func TestEventsAreReadChangedCancelledAndDeleted(t *testing.T) {
	t.Parallel()
	path := "/me/events/AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A%2FQ8cAAA=="
	for name, test := range map[string]struct {
		answer answer
		act    func(c *graph.Client) error
		method string
		path   string
		body   string
	}{
		"read": {answer{status: 200, body: made}, func(c *graph.Client) error {
			found, err := c.Event(t.Context(), eventID)
			if found.ID != eventID {
				t.Error("another event")
			}
			return err
		}, "GET", path, ""},
		"change": {answer{status: 200, body: made}, func(c *graph.Client) error {
			_, err := c.UpdateEvent(t.Context(), eventID, graph.Event{ID: "x", Subject: "New", TransactionID: "y"})
			return err
		}, "PATCH", path, `{"subject":"New"}`},
		"take everybody out": {answer{status: 200, body: made}, func(c *graph.Client) error {
			_, err := c.UpdateEvent(t.Context(), eventID, graph.Event{Attendees: []graph.Attendee{}})
			return err
		}, "PATCH", path, `{"attendees":[]}`},
		"cancel": {answer{status: 202}, func(c *graph.Client) error {
			return c.CancelEvent(t.Context(), eventID, "Not <today>")
		}, "POST", path + "/cancel", `{"Comment":"Not <today>"}`},
		"accept": {answer{status: 202}, func(c *graph.Client) error {
			return c.Answer(t.Context(), eventID, graph.Accept)
		}, "POST", path + "/accept", `{"SendResponse":true}`},
		"answer maybe": {answer{status: 202}, func(c *graph.Client) error {
			return c.Answer(t.Context(), eventID, graph.TentativelyAccept)
		}, "POST", path + "/tentativelyAccept", `{"SendResponse":true}`},
		"decline": {answer{status: 202}, func(c *graph.Client) error {
			return c.Answer(t.Context(), eventID, graph.Decline)
		}, "POST", path + "/decline", `{"SendResponse":true}`},
		"delete": {answer{status: 204}, func(c *graph.Client) error {
			return c.DeleteEvent(t.Context(), eventID)
		}, "DELETE", path, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, test.answer)
			if err := test.act(s.client()); err != nil {
				t.Fatal(err)
			}
			call := s.only(t)
			if call.method != test.method || call.path != test.path || strings.TrimSpace(call.body) != test.body || call.prefer != `IdType="ImmutableId"` {
				t.Errorf("request %+v", call)
			}
		})
	}
}

func TestAnEventIDLeadsNowhereElse(t *testing.T) {
	t.Parallel()
	s := newServer(t, answer{status: 200, body: made})
	c := s.client()
	for _, id := range []string{"", ".", "..", "..."} {
		_, reading := c.Event(t.Context(), id)
		_, changing := c.UpdateEvent(t.Context(), id, graph.Event{})
		for _, err := range []error{reading, changing, c.CancelEvent(t.Context(), id, ""), c.DeleteEvent(t.Context(), id), c.Answer(t.Context(), id, graph.Accept)} {
			if !errors.Is(err, graph.ErrInvalid) {
				t.Errorf("%q: %v", id, err)
			}
		}
	}
	if len(s.all()) != 0 {
		t.Fatalf("requests %v", s.all())
	}
	if _, err := c.Event(t.Context(), "../../users/ben?x=1#y"); err != nil {
		t.Fatal(err)
	}
	if call := s.only(t); call.path != "/me/events/..%2F..%2Fusers%2Fben%3Fx=1%23y" || len(call.query) != 0 {
		t.Errorf("request %+v", call)
	}
}

func TestEventsOfLooksUpAnICalUId(t *testing.T) {
	t.Parallel()
	s := newServer(t, answer{status: 200, body: `{"value":[` + made + `]}`})
	found, err := s.client().EventsOf(t.Context(), "04'0")
	if err != nil || len(found) != 1 || found[0].ID != eventID {
		t.Fatalf("%+v, %v", found, err)
	}
	if call := s.only(t); call.path != "/me/events" || strings.Join(call.query["$filter"], "") != "iCalUId eq '04''0'" {
		t.Errorf("request %+v", call)
	}
	if found, err := s.client().EventsOf(t.Context(), ""); err != nil || len(found) != 0 || len(s.all()) != 1 {
		t.Errorf("without one: %v, %v", found, err)
	}
}

func TestFindEventsLooksUpAnExtendedProperty(t *testing.T) {
	t.Parallel()
	tagged := strings.Replace(made, `"id":`, `"singleValueExtendedProperties":[{"id":"String {6D1F6A7E-5D0C-4A53-9A0D-2F2F0C7F3B11} Name CausewayZoomMeeting","value":"9'1"}],"id":`, 1)
	s := newServer(t,
		answer{status: 200, body: `{"@odata.context":"x","@odata.nextLink":"{server}/me/events?$skip=50","value":[` + tagged + `]}`},
		answer{status: 200, body: `{"value":[` + made + `]}`})
	found, err := s.client().FindEvents(t.Context(), property, "9'1")
	if err != nil || len(found) != 2 || found[0].Property(property) != "9'1" || found[1].Property(property) != "" {
		t.Fatalf("%+v, %v", found, err)
	}
	calls := s.all()
	want := map[string][]string{
		"$filter": {"singleValueExtendedProperties/any(ep:ep/id eq '" + property + "' and ep/value eq '9''1')"},
		"$expand": {"singleValueExtendedProperties($filter=id eq '" + property + "')"}, "$top": {"50"},
	}
	if diff := cmp.Diff(want, calls[0].query); diff != "" || calls[0].path != "/me/events" {
		t.Errorf("%s%s", calls[0].path, diff)
	}
	none, err := newServer(t, answer{status: 200, body: `{"value":[]}`}).client().FindEvents(t.Context(), property, "1")
	if err != nil || len(none) != 0 {
		t.Errorf("%v, %v", none, err)
	}
}

func TestCalendarViewHandsOutPageAfterPage(t *testing.T) {
	t.Parallel()
	teams := strings.NewReplacer(`"onlineMeeting":null`, `"onlineMeeting":{"joinUrl":"https://teams.microsoft.com/l/meetup-join/x"}`,
		`"unknown","webLink"`, `"teamsForBusiness","webLink"`, `"2026-12-01T09:00:00.0000000","timeZone":"UTC"`, `"2026-12-01T10:00:00.0000000","timeZone":"Romance Standard Time"`).Replace(made)
	s := newServer(t,
		answer{status: 200, body: `{"@odata.nextLink":"{server}/me/calendarView?startDateTime=2026-12-01T00%3a00%3a00Z&endDateTime=2026-12-08T00%3a00%3a00Z&$top=2&$skip=2","value":[` + teams + `,` + made + `]}`},
		answer{status: 200, body: `{"value":[` + made + `]}`})
	from := time.Date(2026, 12, 1, 1, 0, 0, 0, time.FixedZone("", 3600))
	var sizes []int
	err := s.client().CalendarView(t.Context(), graph.View{From: from, To: from.AddDate(0, 0, 7), Zone: "Europe/Paris", Property: property, PageSize: 2}, func(page []graph.Event) error {
		sizes = append(sizes, len(page))
		if len(page) == 2 {
			if page[0].OnlineMeeting.JoinURL == "" || page[0].OnlineMeetingProvider != "teamsForBusiness" {
				t.Errorf("event %+v", page[0])
			}
			if start, err := page[0].Start.Time(); err != nil || !start.Equal(time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)) {
				t.Errorf("start %v, %v", start, err)
			}
		}
		return nil
	})
	if err != nil || fmt.Sprint(sizes) != "[2 1]" {
		t.Fatalf("%v, %v", sizes, err)
	}
	calls := s.all()
	want := map[string][]string{
		"startDateTime": {"2026-12-01T00:00:00Z"}, "endDateTime": {"2026-12-08T00:00:00Z"}, "$orderby": {"start/dateTime"}, "$top": {"2"},
		"$expand": {"singleValueExtendedProperties($filter=id eq '" + property + "')"},
		"$select": {"id,type,seriesMasterId,originalStart,subject,bodyPreview,start,end,originalStartTimeZone,isAllDay,isCancelled,isOrganizer," +
			"organizer,attendees,location,onlineMeeting,sensitivity,showAs,responseStatus"},
	}
	if diff := cmp.Diff(want, calls[0].query); diff != "" {
		t.Error(diff)
	}
	if calls[1].query["$skip"][0] != "2" {
		t.Errorf("second page %v", calls[1].query)
	}
	for _, call := range calls {
		if call.path != "/me/calendarView" || call.prefer != `IdType="ImmutableId", outlook.timezone="Europe/Paris"` || call.token != "token-1" {
			t.Errorf("request %+v", call)
		}
	}
}

func TestCalendarViewHasDefaultsAndEnds(t *testing.T) {
	t.Parallel()
	s := newServer(t, answer{status: 200, body: `{"value":[` + made + `],"@odata.nextLink":"{server}/me/calendarView?$skip=1"}`})
	stop := errors.New("enough")
	view := graph.View{From: time.Unix(0, 0), To: time.Unix(1, 0)}
	if err := s.client().CalendarView(t.Context(), view, func([]graph.Event) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("error %v", err)
	}
	call := s.only(t)
	if call.query["$top"][0] != "50" || call.query["$expand"] != nil || call.prefer != `IdType="ImmutableId"` {
		t.Errorf("request %+v", call)
	}
	// The same next page again and again.
	pages := 0
	err := s.client().CalendarView(t.Context(), view, func([]graph.Event) error { pages++; return nil })
	if !errors.Is(err, graph.ErrUnavailable) || pages != 2 {
		t.Errorf("%d pages, %v", pages, err)
	}
}

func TestTheNextPageIsGraphs(t *testing.T) {
	t.Parallel()
	for _, next := range []string{"https://evil.test/graph/v1.0/me/events", "{server}evil/me/events", "/me/events", "file:///etc/passwd"} {
		s := newServer(t, answer{status: 200, body: `{"value":[],"@odata.nextLink":"` + next + `"}`})
		if _, err := s.client().FindEvents(t.Context(), property, "1"); !errors.Is(err, graph.ErrUnavailable) {
			t.Errorf("%s: %v", next, err)
		}
		s.only(t)
	}
}

func TestPagesDoNotGoOnForEver(t *testing.T) {
	t.Parallel()
	answers := make([]answer, 300)
	for i := range answers {
		answers[i] = answer{status: 200, body: fmt.Sprintf(`{"value":[],"@odata.nextLink":"{server}/me/events?$skip=%d"}`, i)}
	}
	s := newServer(t, answers...)
	if _, err := s.client().FindEvents(t.Context(), property, "1"); !errors.Is(err, graph.ErrUnavailable) || len(s.all()) != 200 {
		t.Errorf("%v after %d requests", err, len(s.all()))
	}
}

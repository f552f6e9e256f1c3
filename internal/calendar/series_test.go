package calendar

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"causeway/internal/graph"
	"causeway/internal/zoom"
)

func TestSeriesSurvivesOutlook(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := Series{Pattern: rapid.SampledFrom([]string{daily, weekly, monthly}).Draw(t, "pattern"), Interval: rapid.IntRange(1, 10).Draw(t, "interval")}
		if s.Times = rapid.IntRange(0, 60).Draw(t, "times"); s.Times == 0 {
			s.Until = "2027-03-31"
		}
		day := rapid.IntRange(0, 6)
		switch {
		case s.Pattern == weekly:
			for _, d := range rapid.SliceOfNDistinct(day, 1, 7, rapid.ID).Draw(t, "days") {
				s.Weekdays = append(s.Weekdays, time.Weekday(d))
			}
			slices.Sort(s.Weekdays)
		case s.Pattern == monthly && rapid.Bool().Draw(t, "by week"):
			s.Week, s.Weekday = rapid.SampledFrom([]int{-1, 1, 2, 3, 4}).Draw(t, "week"), time.Weekday(day.Draw(t, "weekday"))
		case s.Pattern == monthly:
			s.MonthDay = rapid.IntRange(1, 31).Draw(t, "month day")
		}
		back, said := seriesOf(*s.recurrence(time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC), "Europe/Paris"))
		if !said || !back.equal(&s) {
			t.Fatalf("%+v comes back as %+v, %t", s, back, said)
		}
	})
}

func TestSeriesThatNobodyElseUnderstands(t *testing.T) {
	t.Parallel()
	ends := graph.Range{Type: numbered, Occurrences: 3}
	for name, r := range map[string]graph.Recurrence{
		"yearly":           {Pattern: graph.Pattern{Type: "absoluteYearly", Interval: 1, DayOfMonth: 3, Month: 4}, Range: ends},
		"without end":      {Pattern: graph.Pattern{Type: daily, Interval: 1}, Range: graph.Range{Type: "noEnd"}},
		"two days a month": {Pattern: graph.Pattern{Type: relativeMonthly, Interval: 1, DaysOfWeek: []string{"monday", "tuesday"}, Index: "first"}, Range: ends},
		"weeks from Monday": {
			Pattern: graph.Pattern{Type: weekly, Interval: 2, DaysOfWeek: []string{"sunday", "monday"}, FirstDayOfWeek: "monday"}, Range: ends,
		},
	} {
		if s, said := seriesOf(r); said {
			t.Errorf("%s is read as %+v", name, s)
		}
	}
}

func TestZonesOfEvents(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ written, expected, want string }{
		{"Romance Standard Time", "Europe/Madrid", "Europe/Madrid"},
		{"Romance Standard Time", "America/New_York", "Europe/Paris"},
		{"Europe/Paris", "Europe/Madrid", "Europe/Madrid"},
		{"", "Asia/Kolkata", "Asia/Kolkata"},
		{"Customized Time Zone", "Asia/Kolkata", "Asia/Kolkata"},
		{"tzone://Microsoft/Custom", "UTC", "UTC"},
		{"Eastern Standard Time", "UTC", "America/New_York"},
	} {
		if got := zoneOf(graph.Event{OriginalStartTimeZone: row.written}, row.expected); got != row.want {
			t.Errorf("%q, where %q was expected, is %q, want %q", row.written, row.expected, got, row.want)
		}
	}
}

// A whole day is one of the zone, although Graph writes it in UTC: on the days on which clocks change it has 23 or 25 hours.
func TestWholeDays(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		zone, day string
		hours     int
	}{
		{"Europe/Paris", "2026-11-23", 24},
		{"Europe/Paris", "2027-03-28", 23},
		{"Europe/Paris", "2026-10-25", 25},
		{"America/Santiago", "2026-09-05", 24},
		{"America/Santiago", "2026-09-06", 23}, // it begins at one o'clock
	} {
		day := row.day
		where, err := time.LoadLocation(row.zone)
		if err != nil {
			t.Fatal(err)
		}
		from, _ := time.Parse(time.DateOnly, day)
		e := graph.Event{
			IsAllDay: new(true), Start: graph.DateTime{DateTime: day + "T00:00:00.0000000", TimeZone: "UTC"},
			End: graph.DateTime{DateTime: from.AddDate(0, 0, 1).Format(time.DateOnly) + "T00:00:00.0000000", TimeZone: "UTC"},
		}
		start, duration, err := span(e, row.zone)
		if err != nil || duration != time.Duration(row.hours)*time.Hour || start.In(where).Format(time.DateOnly) != day {
			t.Errorf("%s begins at %s and has %s, %v", day, start, duration, err)
		}
	}
}

func TestEventsThatLeadToAMeeting(t *testing.T) {
	t.Parallel()
	known, err := zoom.NewLinks("https://zoom.us", "https://*.zoom.us")
	if err != nil {
		t.Fatal(err)
	}
	s := &Service{c: Config{JoinLink: known.Meeting}}
	const number = "91234567890"
	for _, leads := range []graph.Event{
		{Location: &graph.Location{DisplayName: "https://acme.zoom.us/j/91234567890?pwd=x"}},
		{BodyPreview: "Join: https://zoom.us/j/91234567890"},
		{Body: &graph.Body{Content: `<a href="https://zoom.us/j/91234567890?pwd=x&amp;tk=1">`}},
		{OnlineMeeting: &graph.Online{JoinURL: "https://zoom.us/j/91234567890"}},
		{Location: &graph.Location{LocationURI: "https://zoom.us/j/91234567890"}},
	} {
		if s.leadsTo(leads, number) {
			t.Errorf("%+v is another's", leads)
		}
		if leads.IsOrganizer = true; !s.leadsTo(leads, number) {
			t.Errorf("%+v leads to the meeting", leads)
		}
	}
	for _, text := range []string{
		"", "https://zoom.us/j/912345678901", "91234567890", "https://zoom.us/j/9123456789", "/j/91234567890", "https://evil.example/j/91234567890",
		"https://zoom.us.evil.example/j/91234567890", "https://evil.example/?https://zoom.us/j/91234567890",
	} {
		if s.leadsTo(graph.Event{IsOrganizer: true, BodyPreview: text}, number) {
			t.Errorf("%q leads elsewhere", text)
		}
	}
}

// An event that somebody else organises is never taken for the entry, even if it bears the property.
func TestAnothersEventIsNotFound(t *testing.T) {
	t.Parallel()
	there := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, there) }))
	t.Cleanup(server.Close)
	client := graph.New(graph.Config{URL: server.URL, HTTP: server.Client()}).Client(func(context.Context, string) (string, error) { return "token", nil })
	for want, events := range map[string]string{
		"": `{"id":"theirs"}`, "mine": `{"id":"theirs","isOrganizer":false},{"id":"mine","isOrganizer":true}`,
	} {
		there = `{"value":[` + events + `]}`
		if got, err := find(t.Context(), client, "91234567890"); got != want || err != nil {
			t.Errorf("%s: %q, %v", events, got, err)
		}
	}
}

// Who was invited in Outlook stays, who was ours and is not any more goes.
func TestAttendeesOfTwo(t *testing.T) {
	t.Parallel()
	a := func(addresses ...string) (all []graph.Attendee) {
		for _, address := range addresses {
			all = append(all, graph.RequiredAttendee("", address))
		}
		return all
	}
	got := attendees(a("Ben@example.com", "cho@example.com", "eve@example.com"), a("ben@example.com", "dev@example.com"), []string{"ben@example.com", "cho@example.com"})
	if diff := cmp.Diff(a("ben@example.com", "dev@example.com", "eve@example.com"), got); diff != "" {
		t.Error(diff)
	}
}

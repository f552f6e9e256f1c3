package directory_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"causeway/internal/directory"
	"causeway/internal/policy"
	"causeway/internal/problem"
	"causeway/internal/wiretest"
)

func graphTime(t time.Time) object {
	return object{"dateTime": t.UTC().Format("2006-01-02T15:04:05.0000000"), "timeZone": "UTC"}
}

// wish is a meeting of an hour on the next day, 8:00 to 18:00 in Paris.
func wish() directory.Wish {
	morning := time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC)
	return directory.Wish{
		Addresses: []string{"ben@meridian.example", "gone@meridian.example"}, From: morning, To: morning.Add(10 * time.Hour), Zone: "Europe/Paris", Duration: time.Hour,
	}
}

func (s *stage) availability(w directory.Wish) directory.Availability {
	s.t.Helper()
	a, err := s.dir.Availability(s.t.Context(), wiretest.Person("ana"), w)
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

// busyDay lets Ben be taken until 11:00 and from 13:30 in Paris, and Ana from 11:30 to 12:00.
func (s *stage) busyDay() {
	morning := wish().From
	entry := func(topic, showAs string, from, to time.Duration, more object) object {
		e := object{"id": topic, "subject": topic, "showAs": showAs, "start": graphTime(morning.Add(from)), "end": graphTime(morning.Add(to))}
		for name, value := range more {
			e[name] = value
		}
		return e
	}
	s.Graph.List("schedules", object{"scheduleId": "ben@meridian.example", "availabilityView": "22222100000222222222"},
		object{"scheduleId": "gone@meridian.example", "error": object{"responseCode": "ErrorMailRecipientNotFound"}})
	s.Graph.List("view", entry("Coffee", "busy", 210*time.Minute, 240*time.Minute, nil), entry("Holiday of others", "free", 0, 10*time.Hour, nil),
		entry("Declined", "tentative", 240*time.Minute, 360*time.Minute, object{"responseStatus": object{"response": "declined"}}),
		entry("Off", "busy", 240*time.Minute, 360*time.Minute, object{"isCancelled": true}))
}

func TestFreeTimes(t *testing.T) {
	t.Parallel()
	s := begin(t, time.Minute)
	s.busyDay()
	a := s.availability(wish())
	if want := []directory.View{{Address: "ben@meridian.example", View: "22222100000222222222"}}; !slices.Equal(a.People, want) {
		t.Errorf("people %v", a.People)
	}
	if len(a.Overlaps) != 1 || a.Overlaps[0].Topic != "Coffee" || !a.Overlaps[0].Start.Equal(wish().From.Add(210*time.Minute)) {
		t.Errorf("overlaps %+v", a.Overlaps)
	}
	// Ben is free from 11:00 to 13:30, and Ana has coffee from 11:30: 12:00 to 13:30 is left.
	from := wish().From.Add(4 * time.Hour)
	want := []directory.Span{{Start: from, End: from.Add(time.Hour)}, {Start: from.Add(30 * time.Minute), End: from.Add(90 * time.Minute)}}
	if !slices.Equal(a.Proposals, want) || a.Note != "" {
		t.Errorf("proposals %v, note %q", a.Proposals, a.Note)
	}
	if n := len(s.Graph.Calls(proposes)); n > 0 {
		t.Errorf("Outlook was asked %d times without permission", n)
	}
}

// What a meeting takes itself stands in the way of no change of it: neither its entry nor the time of those it has invited.
func TestAMeetingIsNotInItsOwnWay(t *testing.T) {
	t.Parallel()
	s := begin(t, time.Minute)
	s.Entra.Allow("Calendars.Read.Shared")
	s.Link("ana", true)
	morning := wish().From
	entry := func(id, series string, from time.Duration) object {
		return object{"id": id, "seriesMasterId": series, "subject": id, "showAs": "busy", "start": graphTime(morning.Add(from)), "end": graphTime(morning.Add(from + time.Hour))}
	}
	s.Graph.List("schedules", object{"scheduleId": "Hall@meridian.example", "availabilityView": "00220000222222222222"},
		object{"scheduleId": "ben@meridian.example", "availabilityView": "22002222222222222222"})
	s.Graph.List("view", entry("series-1", "series", time.Hour), entry("Lunch", "", 5*time.Hour))
	w := wish()
	w.Addresses = []string{"hall@meridian.example", "ben@meridian.example"}
	w.Own = directory.Own{Event: "series", Addresses: []string{"hall@meridian.example"}, Spans: []directory.Span{
		{Start: morning.Add(-24 * time.Hour), End: morning.Add(-23 * time.Hour)}, {Start: morning.Add(time.Hour), End: morning.Add(2 * time.Hour)},
	}}
	a := s.availability(w)
	if want := []directory.View{{Address: "Hall@meridian.example", View: "00000000222222222222"}, {Address: "ben@meridian.example", View: "22002222222222222222"}}; !slices.Equal(a.People, want) {
		t.Errorf("people %v", a.People)
	}
	if len(a.Overlaps) != 1 || a.Overlaps[0].Topic != "Lunch" {
		t.Errorf("overlaps %+v", a.Overlaps)
	}
	if want := []directory.Span{{Start: morning.Add(time.Hour), End: morning.Add(2 * time.Hour)}}; !slices.Equal(a.Proposals, want) {
		t.Errorf("proposals %v", a.Proposals)
	}
}

// Proposals lie in the working days of the zone, and not in the past.
func TestProposalsAreAtWorkingHours(t *testing.T) {
	t.Parallel()
	s := begin(t, time.Minute)
	friday := time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)
	a := s.availability(directory.Wish{From: friday, To: friday.Add(4 * 24 * time.Hour), Zone: "America/New_York", Duration: 9 * time.Hour})
	first, monday := time.Date(2026, 11, 27, 13, 0, 0, 0, time.UTC), time.Date(2026, 11, 30, 13, 0, 0, 0, time.UTC)
	var starts []time.Time
	for _, p := range a.Proposals {
		starts = append(starts, p.Start)
	}
	if want := []time.Time{first, first.Add(30 * time.Minute), first.Add(time.Hour), monday, monday.Add(30 * time.Minute)}; !slices.Equal(starts, want) {
		t.Errorf("from %v, want %v", starts, want)
	}
	today := s.availability(directory.Wish{From: wiretest.Noon.Add(-4 * time.Hour), To: wiretest.Noon.Add(time.Hour), Zone: "UTC", Duration: 30 * time.Minute})
	if len(today.Proposals) != 2 || !today.Proposals[0].Start.Equal(wiretest.Noon) {
		t.Errorf("today %v", today.Proposals)
	}
	if n := len(s.Graph.Calls(schedule)); n > 0 {
		t.Errorf("nobody's time was asked for %d times", n)
	}
}

// Where Microsoft lets us ask, Outlook proposes.
func TestOutlookProposes(t *testing.T) {
	t.Parallel()
	s := begin(t, time.Minute)
	s.Entra.Allow("Calendars.Read.Shared")
	s.Link("ben", true)
	at := wish().From.Add(2 * time.Hour)
	s.Graph.List("proposals", object{"confidence": 100.0, "meetingTimeSlot": object{"start": graphTime(at), "end": graphTime(at.Add(time.Hour))}})
	a, err := s.dir.Availability(t.Context(), wiretest.Person("ben"), wish())
	if err != nil || len(a.Proposals) != 1 || !a.Proposals[0].Start.Equal(at) || len(s.Graph.Calls(proposes)) != 1 {
		t.Errorf("proposals %v, %v", a.Proposals, err)
	}
	besides := wish() // what Outlook does not know of
	besides.Busy = []directory.Entry{{Span: directory.Span{Start: at.Add(30 * time.Minute), End: at.Add(90 * time.Minute)}, Topic: "At Zoom"}}
	besides.Busy = append(besides.Busy, besides.Busy[0])
	besides.Later = []directory.Span{{Start: at.Add(time.Hour), End: at.Add(2 * time.Hour)}, {Start: at.AddDate(0, 0, 1), End: at.AddDate(0, 0, 1).Add(time.Hour)}}
	a, err = s.dir.Availability(t.Context(), wiretest.Person("ben"), besides)
	if err != nil || len(a.Proposals) != 0 || len(a.Overlaps) != 1 || len(a.Clashes) != 1 || a.Clashes[0].Topic != "At Zoom" {
		t.Errorf("with a meeting at Zoom: %+v, %v", a, err)
	}
}

// Who has not let us into the calendar is told so; what Outlook does not say in time is said to be missing, and no time is proposed then.
func TestWhatIsNotKnownIsSaid(t *testing.T) {
	t.Parallel()
	s := begin(t, impatient)
	s.Link("ben", false)
	a, err := s.dir.Availability(t.Context(), wiretest.Person("ben"), wish())
	if err != nil || a.Note != "web.availability_no_calendar" || len(a.People)+len(a.Proposals)+len(a.Overlaps) > 0 {
		t.Errorf("without calendar: %+v, %v", a, err)
	}
	s.busyDay()
	s.Graph.Next(schedule, 1, wiretest.Hang(t))
	a = s.availability(wish())
	if a.Note != "web.availability_slow" || len(a.Overlaps) != 1 || len(a.Proposals) > 0 {
		t.Errorf("slow: %+v", a)
	}
	s.Graph.Mend()
	s.Graph.Next(view, 1, wiretest.Hang(t))
	if a = s.availability(wish()); a.Note != "web.availability_slow" || len(a.People) != 1 || len(a.Proposals) > 0 {
		t.Errorf("slow: %+v", a)
	}
}

// Where there is no mailbox, Outlook is not called slow: nothing is known of anybody, and the form says why.
func TestWithoutAMailboxOutlookIsNotSlow(t *testing.T) {
	t.Parallel()
	s := begin(t, time.Second)
	s.busyDay()
	s.Graph.NoMailbox["ana"] = true
	if a := s.availability(wish()); a.Note != "" || a.Unseen != 2 || len(a.People)+len(a.Proposals)+len(a.Overlaps) > 0 {
		t.Errorf("without a mailbox: %+v", a)
	}
	s.Graph.Next(schedule, 0, wiretest.Refuse(503, `{}`))
	if a := s.availability(wish()); a.Note != "web.availability_slow" {
		t.Errorf("without a mailbox, and out of order: %+v", a)
	}
}

// Of more than can be looked at, the first are, and it is told how many are left out, and of how many nothing is known.
func TestTheFirstOfManyAreLookedAt(t *testing.T) {
	t.Parallel()
	s := begin(t, time.Minute)
	w := wish()
	for i := range 75 {
		w.Addresses = append(w.Addresses, fmt.Sprintf("guest%d@elsewhere.example", i))
	}
	a := s.availability(w)
	if a.Beyond != 17 || a.Unseen != 77 || len(a.Proposals) == 0 {
		t.Errorf("%d beyond, %d unseen, %d proposals", a.Beyond, a.Unseen, len(a.Proposals))
	}
	var asked []string
	for _, call := range s.Graph.Calls(schedule) {
		var part struct{ Schedules []string }
		if err := json.Unmarshal([]byte(call.Body), &part); err != nil {
			t.Fatal(err)
		}
		asked = append(asked, part.Schedules...)
	}
	want := slices.Sorted(slices.Values(w.Addresses[:60]))
	if slices.Sort(asked); !slices.Equal(asked, want) {
		t.Errorf("Outlook was asked for %v", asked)
	}
	s.busyDay()
	if a = s.availability(wish()); a.Beyond != 0 || a.Unseen != 1 {
		t.Errorf("of two: %d beyond, %d unseen", a.Beyond, a.Unseen)
	}
	s.Link("ben", false)
	if a, err := s.dir.Availability(t.Context(), wiretest.Person("ben"), w); err != nil || a.Unseen != 77 {
		t.Errorf("without calendar: %+v, %v", a, err)
	}
}

func TestWishesAreChecked(t *testing.T) {
	t.Parallel()
	s := begin(t, time.Minute)
	for field, change := range map[string]func(*directory.Wish){
		"zone": func(w *directory.Wish) { w.Zone = "Mars/Olympus" }, "to": func(w *directory.Wish) { w.To = w.From },
		"minutes": func(w *directory.Wish) { w.Duration = 0 }, "addresses": func(w *directory.Wish) { w.Addresses = []string{"nobody"} },
	} {
		w := wish()
		change(&w)
		_, err := s.dir.Availability(t.Context(), wiretest.Person("ana"), w)
		var wrong *problem.Error
		if !errors.As(err, &wrong) || wrong.Kind != problem.Invalid || len(wrong.Fields) != 1 || wrong.Fields[0].Name != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	s.turn(policy.Meetings, false)
	if _, err := s.dir.Availability(t.Context(), wiretest.Person("ana"), wish()); !problem.Is(err, problem.Forbidden) {
		t.Errorf("meetings off: %v", err)
	}
	if n := len(s.Graph.Calls(schedule)) + len(s.Graph.Calls(view)); n > 1 { // one look is that of the linking
		t.Errorf("%d calls", n)
	}
}

package calendar

import (
	"slices"
	"strings"
	"time"

	"causeway/internal/graph"
)

// Series is how an entry repeats, in the wall time of its zone. It ends after Times occurrences, or on the day Until.
type Series struct {
	Pattern  string         // daily, weekly, monthly
	Interval int            // every so many days, weeks or months
	Weekdays []time.Weekday // weekly: on these days
	MonthDay int            // monthly: on this day …
	Week     int            // … or the first to fourth, or -1 the last, …
	Weekday  time.Weekday   // … of this day of the week
	Times    int
	Until    string // 2026-12-31, included
}

// Exception is an occurrence that is not as its series says.
type Exception struct {
	Original  time.Time
	Start     time.Time
	Duration  time.Duration
	Cancelled bool
	AllDay    bool   // of an event that was read: it lasts a whole day, as no meeting of Zoom's does
	Comment   string // to the attendees, of a cancellation
}

const (
	daily           = "daily"
	weekly          = "weekly"
	monthly         = "monthly"
	absoluteMonthly = "absoluteMonthly"
	relativeMonthly = "relativeMonthly"
	numbered        = "numbered"
	endDate         = "endDate"
)

func indexes() map[int]string {
	return map[int]string{1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}
}

func dayName(d time.Weekday) string { return strings.ToLower(d.String()) }

// recurrence is the series as Graph takes it. Its weeks begin on Sunday, as Zoom's do.
func (s Series) recurrence(start time.Time, zone string) *graph.Recurrence {
	where, err := time.LoadLocation(zone)
	if err != nil {
		where = time.UTC
	}
	r := graph.Recurrence{
		Pattern: graph.Pattern{Type: s.Pattern, Interval: max(s.Interval, 1)},
		Range:   graph.Range{Type: numbered, StartDate: start.In(where).Format(time.DateOnly), Occurrences: s.Times, Zone: graph.ZoneFor(zone)},
	}
	if s.Until != "" {
		r.Range.Type, r.Range.EndDate, r.Range.Occurrences = endDate, s.Until, 0
	}
	switch {
	case s.Pattern == weekly:
		for _, d := range s.Weekdays {
			r.Pattern.DaysOfWeek = append(r.Pattern.DaysOfWeek, dayName(d))
		}
		r.Pattern.FirstDayOfWeek = dayName(time.Sunday)
	case s.Pattern == monthly && s.Week != 0:
		r.Pattern.Type, r.Pattern.Index, r.Pattern.DaysOfWeek = relativeMonthly, indexes()[s.Week], []string{dayName(s.Weekday)}
	case s.Pattern == monthly:
		r.Pattern.Type, r.Pattern.DayOfMonth = absoluteMonthly, s.MonthDay
	}
	return &r
}

// seriesOf reads a recurrence; false when it says what a Series cannot.
func seriesOf(r graph.Recurrence) (*Series, bool) {
	s := Series{Pattern: r.Pattern.Type, Interval: r.Pattern.Interval}
	days := weekdays(r.Pattern.DaysOfWeek)
	switch r.Pattern.Type {
	case daily:
	case weekly:
		s.Weekdays = days
		if s.Interval > 1 && len(days) > 1 && r.Pattern.FirstDayOfWeek != "" && r.Pattern.FirstDayOfWeek != dayName(time.Sunday) {
			return nil, false // its weeks are others than Zoom's
		}
	case absoluteMonthly:
		s.Pattern, s.MonthDay = monthly, r.Pattern.DayOfMonth
	case relativeMonthly:
		s.Pattern = monthly
		for week, name := range indexes() {
			if name == r.Pattern.Index {
				s.Week = week
			}
		}
		if len(days) != 1 || s.Week == 0 {
			return nil, false
		}
		s.Weekday = days[0]
	default:
		return nil, false
	}
	switch r.Range.Type {
	case numbered:
		s.Times = r.Range.Occurrences
	case endDate:
		s.Until = r.Range.EndDate
	default:
		return nil, false
	}
	return &s, true
}

func weekdays(names []string) (days []time.Weekday) {
	for day := time.Sunday; day <= time.Saturday; day++ {
		if slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(name, dayName(day)) }) {
			days = append(days, day)
		}
	}
	return days
}

func (s *Series) equal(other *Series) bool {
	if s == nil || other == nil {
		return s == other
	}
	a, b := *s, *other
	same := slices.Equal(a.Weekdays, b.Weekdays)
	a.Weekdays, b.Weekdays = nil, nil
	return same && a.Pattern == b.Pattern && max(a.Interval, 1) == max(b.Interval, 1) && a.MonthDay == b.MonthDay && a.Week == b.Week &&
		(a.Week == 0 || a.Weekday == b.Weekday) && a.Times == b.Times && a.Until == b.Until
}

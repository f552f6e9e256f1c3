package calendar

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"time"

	"causeway/internal/graph"
)

// Series is how an entry repeats, in the wall time of its zone. It ends after Times occurrences, or with the day Until.
type Series struct {
	Pattern  string // daily, weekly, monthly
	Interval int
	Weekdays []time.Weekday // weekly
	MonthDay int            // monthly: on this day
	Week     int            // monthly, instead of MonthDay: the first to fourth, or -1 the last, …
	Weekday  time.Weekday   // … of this day of the week
	Times    int
	Until    string // 2026-12-31
}

// Exception is an occurrence that is not as its series says.
type Exception struct {
	Original  time.Time
	Start     time.Time
	Duration  time.Duration
	Cancelled bool
	Comment   string // to the attendees, of a cancellation
}

// recurrence is how an entry repeats in Graph's words; nil when it does not. Weeks begin on Sunday, as Zoom's do.
func recurrence(e Entry) *graph.Recurrence {
	if e.Repeat == nil {
		return nil
	}
	s := e.Repeat
	r := &graph.Recurrence{
		Pattern: graph.Pattern{Type: s.Pattern, Interval: max(s.Interval, 1)},
		Range:   graph.Range{Type: "numbered", Occurrences: s.Times, Zone: graph.ZoneFor(e.Zone)},
	}
	switch {
	case s.Pattern == "weekly":
		r.Pattern.FirstDayOfWeek = "sunday"
		for _, day := range s.Weekdays {
			r.Pattern.DaysOfWeek = append(r.Pattern.DaysOfWeek, weekday(day))
		}
	case s.Pattern == "monthly" && s.Week != 0:
		r.Pattern.Type, r.Pattern.DaysOfWeek = "relativeMonthly", []string{weekday(s.Weekday)}
		r.Pattern.Index = map[int]string{1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}[s.Week]
	case s.Pattern == "monthly":
		r.Pattern.Type, r.Pattern.DayOfMonth = "absoluteMonthly", s.MonthDay
	}
	zone, err := time.LoadLocation(e.Zone)
	if err != nil {
		zone = time.UTC
	}
	r.Range.StartDate = e.Start.In(zone).Format(time.DateOnly)
	if s.Until != "" {
		r.Range.Type, r.Range.EndDate, r.Range.Occurrences = "endDate", s.Until, 0
	}
	return r
}

func weekday(day time.Weekday) string { return strings.ToLower(day.String()) }

// sameSeries compares two recurrences, as far as Graph gives back what was written.
func sameSeries(there, wanted *graph.Recurrence) bool {
	if there == nil || wanted == nil {
		return there == wanted
	}
	a, b := *there, *wanted
	a.Range.Zone, b.Range.Zone = "", ""
	a.Pattern.FirstDayOfWeek, b.Pattern.FirstDayOfWeek = "", ""
	a.Pattern.Month, a.Pattern.DaysOfWeek = 0, slices.Sorted(slices.Values(a.Pattern.DaysOfWeek))
	b.Pattern.DaysOfWeek = slices.Sorted(slices.Values(b.Pattern.DaysOfWeek))
	if b.Pattern.Index == "" {
		a.Pattern.Index = "" // Graph writes "first" where it does not count
	}
	if b.Range.Type == "numbered" {
		a.Range.EndDate = "" // Graph writes 0001-01-01
	}
	return reflect.DeepEqual(a, b)
}

// except makes the occurrences of a series be as the exceptions say.
func (s *Service) except(ctx context.Context, client *graph.Client, e Entry, id string) error {
	if e.Repeat == nil || len(e.Exceptions) == 0 {
		return nil
	}
	from, to := e.Exceptions[0].Original, e.Exceptions[0].Original
	for _, x := range e.Exceptions {
		for _, t := range []time.Time{x.Original, x.Start} {
			if t.Before(from) {
				from = t
			}
			if t.After(to) {
				to = t
			}
		}
	}
	instances, err := client.Instances(ctx, id, from.AddDate(0, 0, -1), to.AddDate(0, 0, 2))
	if err != nil {
		return err
	}
	for _, x := range e.Exceptions {
		i := slices.IndexFunc(instances, func(i graph.Event) bool { return i.OriginalStart.Equal(x.Original) })
		if i < 0 {
			continue // it is cancelled already
		}
		if err := s.exception(ctx, client, e, x, instances[i]); err != nil && !errors.Is(err, graph.ErrNotFound) {
			return err
		}
	}
	return nil
}

func (s *Service) exception(ctx context.Context, client *graph.Client, e Entry, x Exception, there graph.Event) error {
	if x.Cancelled {
		return client.CancelEvent(ctx, there.ID, x.Comment)
	}
	start, end := graph.In(x.Start.UTC(), e.Zone), graph.In(x.Start.UTC().Add(x.Duration), e.Zone)
	if sameTime(there.Start, start) && sameTime(there.End, end) {
		return nil
	}
	_, err := client.UpdateEvent(ctx, there.ID, graph.Event{Start: start, End: end})
	return err
}

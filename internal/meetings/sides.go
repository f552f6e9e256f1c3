package meetings

import (
	"slices"
	"strconv"
	"time"

	"causeway/internal/calendar"
	"causeway/internal/zoom"
)

// shapeAtZoom is Zoom's meeting as a shape. What Zoom does not tell is as it was in last.
func shapeAtZoom(z zoom.Meeting, last Shape, now time.Time) Shape {
	s := Shape{Topic: z.Topic, Start: minute(z.Start), Duration: z.Duration, Zone: z.Zone}
	if z.Recurrence != nil {
		s.Repeat = repeatOf(*z.Recurrence, location(z.Zone))
	}
	if s.Start.IsZero() && (s.Repeat == nil || s.Repeat.tidy(last.Start.In(location(last.Zone))).equal(last.Repeat)) {
		s.Start = last.Start
	}
	if z.Type == zoom.RecurringNoTime { // it takes place whenever somebody comes; ours keeps its times
		s.Start, s.Duration, s.Zone, s.Repeat, s.Exceptions = last.Start, last.Duration, last.Zone, last.Repeat, last.Exceptions
		return s.tidy()
	}
	if s.Repeat == nil {
		return s.tidy()
	}
	told, named := namedByZoom(z.Occurrences, s.occurrences())
	if !named {
		s.Exceptions = exceptionsOf(Draft{Start: s.Start, Duration: s.Duration, Zone: s.Zone, Repeat: s.Repeat}, z.Occurrences)
		return s.tidy()
	}
	var horizon time.Time
	for _, o := range told {
		if o.Original.After(horizon) {
			horizon = o.Original
		}
	}
	s.Exceptions = s.unlike(told, last, now, horizon)
	return s.tidy()
}

// namedByZoom are Zoom's occurrences by their original start, which is what Zoom names them by: milliseconds since 1970. UNVERIFIED, so
// it is held against the series; false when it is not so.
func namedByZoom(told []zoom.Occurrence, series []Occurrence) ([]Occurrence, bool) {
	all := make([]Occurrence, 0, len(told))
	for _, z := range told {
		ms, err := strconv.ParseInt(string(z.ID), 10, 64)
		original := time.UnixMilli(ms).UTC()
		if err != nil || !slices.ContainsFunc(series, func(o Occurrence) bool { return o.Original.Equal(original) }) {
			return nil, false
		}
		all = append(all, Occurrence{Original: original, Start: z.Start, Duration: z.Duration, Cancelled: z.Status == zoom.OccurrenceDeleted})
	}
	return all, true
}

// shapeOfEvent is an event as a shape. What cannot be said in one is as it was in last.
func shapeOfEvent(h calendar.Held, last Shape, now time.Time) Shape {
	if h.Gone {
		last.Gone = true
		return last
	}
	s := Shape{Topic: h.Subject, Start: h.Start, Duration: h.Duration, Zone: h.Zone}
	if h.Repeat == nil {
		return s.tidy()
	}
	s.Repeat = &Recurrence{
		Pattern: Pattern(h.Repeat.Pattern), Interval: h.Repeat.Interval, Weekdays: h.Repeat.Weekdays, MonthDay: h.Repeat.MonthDay,
		Week: h.Repeat.Week, Weekday: h.Repeat.Weekday, Times: h.Repeat.Times, Until: h.Repeat.Until,
	}
	told := make([]Occurrence, 0, len(h.Occurrences))
	for _, o := range h.Occurrences {
		told = append(told, Occurrence{Original: o.Original, Start: o.Start, Duration: o.Duration, Cancelled: o.Cancelled})
	}
	s.Exceptions = s.unlike(told, last, now, time.Time{})
	return s.tidy()
}

// unlike are the occurrences that are not as the series says, by what was told of them. One that is missing was cancelled, unless it
// is over, or comes after the horizon of who tells: then nothing is known, and it is as it was.
func (s Shape) unlike(told []Occurrence, last Shape, now, horizon time.Time) []Exception {
	s.Exceptions = nil
	before := map[int64]Occurrence{}
	for _, o := range last.occurrences() {
		before[o.Original.Unix()] = o
	}
	var all []Exception
	for _, o := range s.occurrences() {
		if was, known := before[o.Original.Unix()]; known {
			o = was
		}
		at := slices.IndexFunc(told, func(t Occurrence) bool { return t.Original.Equal(o.Original) })
		switch past := over(o, now); {
		case at >= 0 && past && over(told[at], now): // history is left alone
		case at >= 0:
			o = told[at]
		case !past && (horizon.IsZero() && len(told) > 0 || !o.Original.After(horizon)):
			o.Cancelled = true
		}
		all = append(all, Exception{Original: o.Original, Start: o.Start, Duration: o.Duration, Cancelled: o.Cancelled})
	}
	return all
}

func over(o Occurrence, now time.Time) bool { return o.Start.Add(o.Duration).Before(now) }

// series is how the entry of a draft repeats.
func (d Draft) series() *calendar.Series {
	if d.Repeat == nil {
		return nil
	}
	r := d.Repeat.tidy(d.Start.In(location(d.Zone)))
	return &calendar.Series{
		Pattern: string(r.Pattern), Interval: r.Interval, Weekdays: r.Weekdays, MonthDay: r.MonthDay, Week: r.Week, Weekday: r.Weekday,
		Times: r.Times, Until: r.Until,
	}
}

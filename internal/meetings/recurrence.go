package meetings

import (
	"slices"
	"time"

	"causeway/internal/clocks"
)

// Pattern is how a series repeats.
type Pattern string

// The patterns that Zoom and Outlook share.
const (
	Daily   Pattern = "daily"
	Weekly  Pattern = "weekly"
	Monthly Pattern = "monthly"
)

// Recurrence makes a draft a series. The first occurrence is at the draft's start; all have its wall time in its zone, so that a
// series stays at ten o'clock when the clocks change. It ends after Times occurrences, or on the day Until: exactly one is set.
type Recurrence struct {
	Pattern  Pattern        `json:"pattern"`
	Interval int            `json:"interval"`           // every so many days, weeks or months; 1 is each
	Weekdays []time.Weekday `json:"weekdays,omitempty"` // Weekly: on these days
	MonthDay int            `json:"monthDay,omitempty"` // Monthly: on this day, 1 to 31; months without it are left out
	Week     int            `json:"week,omitempty"`     // Monthly, instead of MonthDay: the first to fourth, or -1 the last, …
	Weekday  time.Weekday   `json:"weekday,omitempty"`  // … of this day of the week
	Times    int            `json:"times,omitempty"`
	Until    string         `json:"until,omitempty"` // 2026-12-31, a day in the draft's zone, included
}

// loose is the recurrence without what follows from the day of the first occurrence, so that it moves with that.
func (r Recurrence) loose(first time.Time) Recurrence {
	if r.Pattern == Weekly && len(r.Weekdays) == 1 && r.Weekdays[0] == first.Weekday() {
		r.Weekdays = nil
	}
	if r.Pattern == Monthly && r.MonthDay == first.Day() {
		r.MonthDay = 0
	}
	return r
}

// Exception is an occurrence that is not as the series says. Zoom can move, stretch and cancel single occurrences; nothing else of them
// changes.
type Exception struct {
	Original  time.Time     `json:"original"` // when the series would have it start: its name
	Start     time.Time     `json:"start"`
	Duration  time.Duration `json:"duration"`
	Cancelled bool          `json:"cancelled,omitempty"`
	Comment   string        `json:"comment,omitempty"` // what those invited are told of its cancellation
}

// Guest is somebody, or a room, invited by address.
type Guest struct {
	Name    string `json:"name" required:"false"`
	Address string `json:"address"`
}

// Occurrence is one taking place of a meeting.
type Occurrence struct {
	Original  time.Time // when the series would have it start
	Start     time.Time
	Duration  time.Duration
	Cancelled bool
}

// seriesMost bounds the occurrences that are counted out: enough to tell that a series has more than Zoom takes.
const seriesMost = 400

// on is the recurrence with what it leaves to the day of the first occurrence.
func (r Recurrence) on(first time.Time) Recurrence {
	if r.Interval == 0 {
		r.Interval = 1
	}
	switch {
	case r.Pattern == Weekly && len(r.Weekdays) == 0:
		r.Weekdays = []time.Weekday{first.Weekday()}
	case r.Pattern == Weekly:
		r.Weekdays = slices.Clone(r.Weekdays)
		slices.Sort(r.Weekdays)
		r.Weekdays = slices.Compact(r.Weekdays)
	case r.Pattern == Monthly && r.Week == 0 && r.MonthDay == 0:
		r.MonthDay = first.Day()
	}
	return r
}

// Occurrences are the times at which the meeting takes place, those that were cancelled too, by their original start. A meeting
// without recurrence has one, and one without a time none.
func (d Draft) Occurrences() []Occurrence {
	if d.NoTime {
		return nil
	}
	if d.Repeat == nil {
		return []Occurrence{{Original: d.Start, Start: d.Start, Duration: d.Duration}}
	}
	zone := location(d.Zone)
	starts := d.Repeat.starts(d.Start, zone)
	all := make([]Occurrence, 0, len(starts))
	for _, start := range starts {
		o := Occurrence{Original: start.UTC(), Start: start.UTC(), Duration: d.Duration}
		if i := slices.IndexFunc(d.Exceptions, func(e Exception) bool { return e.Original.Equal(start) }); i >= 0 {
			e := d.Exceptions[i]
			o.Start, o.Duration, o.Cancelled = e.Start, e.Duration, e.Cancelled
		}
		all = append(all, o)
	}
	return all
}

// end is the last second of the last day of a series; zero when it ends by count.
func (r Recurrence) end(zone *time.Location) time.Time {
	day, err := time.Parse(time.DateOnly, r.Until)
	if err != nil {
		return time.Time{}
	}
	return clocks.At(day.AddDate(0, 0, 1), zone).Add(-time.Second)
}

// starts are the moments at which the series would have its occurrences start.
func (r Recurrence) starts(begin time.Time, zone *time.Location) []time.Time {
	first, end := clocks.Shown(begin.In(zone)), r.end(zone)
	most := seriesMost
	if r.Times > 0 {
		most = min(r.Times, seriesMost)
	}
	interval := max(r.Interval, 1)
	var all []time.Time
	add := func(shown time.Time) bool { // false: the series ends
		at := begin // which clocks may show twice
		switch {
		case shown.Before(first):
			return true
		case shown.After(first):
			at = clocks.At(shown, zone)
		}
		if len(all) >= most || !end.IsZero() && at.After(end) {
			return false
		}
		all = append(all, at)
		return true
	}
	for n := 0; n < seriesMost*31; n++ {
		var goesOn bool
		switch r.Pattern {
		case Weekly:
			goesOn = r.week(first, n*interval, add)
		case Monthly:
			goesOn = r.month(first, n*interval, add)
		default:
			goesOn = add(first.AddDate(0, 0, n*interval))
		}
		if !goesOn {
			break
		}
	}
	return all
}

// week adds the days of the n-th week of a series. Its weeks begin on Sunday, as Zoom's do.
func (r Recurrence) week(first time.Time, n int, add func(time.Time) bool) bool {
	sunday := first.AddDate(0, 0, 7*n-int(first.Weekday()))
	for day := range 7 {
		if slices.Contains(r.Weekdays, time.Weekday(day)) && !add(sunday.AddDate(0, 0, day)) {
			return false
		}
	}
	return len(r.Weekdays) > 0
}

// month adds the day of the n-th month of a series, if it has one.
func (r Recurrence) month(first time.Time, n int, add func(time.Time) bool) bool {
	month := first.AddDate(0, n, 1-first.Day())
	last := month.AddDate(0, 1, -1).Day()
	day := r.MonthDay
	if r.Week != 0 {
		day = 1 + (int(r.Weekday)-int(month.Weekday())+7)%7 + 7*(r.Week-1)
		if r.Week < 0 {
			end := month.AddDate(0, 0, last-1)
			day = last - (int(end.Weekday())-int(r.Weekday)+7)%7
		}
	}
	if day < 1 || day > last {
		return day >= 1 && n < seriesMost
	}
	return add(month.AddDate(0, 0, day-1))
}

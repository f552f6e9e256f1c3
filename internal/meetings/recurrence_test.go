package meetings_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"causeway/internal/meetings"
	"causeway/internal/wiretest"
)

// series is a draft that repeats, first at a wall time of a zone.
func series(zone, first string, r meetings.Recurrence) meetings.Draft {
	where, err := time.LoadLocation(zone)
	if err != nil {
		panic(err) // a zone that a test names
	}
	start, err := time.ParseInLocation("2006-01-02 15:04", first, where)
	if err != nil {
		panic(err) // a time that a test writes
	}
	d := draft()
	d.Start, d.Zone, d.Repeat = start, zone, &r
	return d
}

// walls are the wall times of the occurrences in the zone of the draft.
func walls(d meetings.Draft) (all []string) {
	where, _ := time.LoadLocation(d.Zone)
	for _, o := range d.Occurrences() {
		all = append(all, o.Start.In(where).Format("2006-01-02 15:04"))
	}
	return all
}

func TestASeriesKeepsItsWallTime(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		d    meetings.Draft
		want []string
	}{
		"each day, over the end of summer time": {
			series("Europe/Paris", "2027-10-30 09:00", meetings.Recurrence{Pattern: meetings.Daily, Times: 3}),
			[]string{"2027-10-30 09:00", "2027-10-31 09:00", "2027-11-01 09:00"},
		},
		"each week, over the beginning of summer time": {
			series("America/New_York", "2027-03-08 10:00", meetings.Recurrence{Pattern: meetings.Weekly, Times: 3}),
			[]string{"2027-03-08 10:00", "2027-03-15 10:00", "2027-03-22 10:00"},
		},
		"at a time that one night does not have": {
			series("Europe/Paris", "2027-03-27 02:30", meetings.Recurrence{Pattern: meetings.Daily, Times: 3}),
			[]string{"2027-03-27 02:30", "2027-03-28 03:30", "2027-03-29 02:30"},
		},
		"at a time that one night has twice": {
			series("Europe/Paris", "2027-10-30 02:30", meetings.Recurrence{Pattern: meetings.Daily, Times: 3}),
			[]string{"2027-10-30 02:30", "2027-10-31 02:30", "2027-11-01 02:30"},
		},
		"just after midnight, over the night in which the clocks go forward then": {
			series("America/Santiago", "2026-09-04 00:30", meetings.Recurrence{Pattern: meetings.Daily, Times: 4}),
			[]string{"2026-09-04 00:30", "2026-09-05 00:30", "2026-09-06 01:30", "2026-09-07 00:30"},
		},
		"each Monday just after midnight, begun on the Sunday of that night": {
			series("America/Havana", "2026-03-08 04:30", meetings.Recurrence{Pattern: meetings.Weekly, Weekdays: []time.Weekday{time.Monday}, Times: 2}),
			[]string{"2026-03-09 04:30", "2026-03-16 04:30"},
		},
		"each Sunday just after midnight": {
			series("America/Havana", "2026-03-01 00:15", meetings.Recurrence{Pattern: meetings.Weekly, Times: 3}),
			[]string{"2026-03-01 00:15", "2026-03-08 01:15", "2026-03-15 00:15"},
		},
		"each Monday just after midnight, where the Sunday before begins at one": {
			series("America/Santiago", "2026-08-31 00:30", meetings.Recurrence{Pattern: meetings.Weekly, Times: 3}),
			[]string{"2026-08-31 00:30", "2026-09-07 00:30", "2026-09-14 00:30"},
		},
		"the first Sunday of the month, just after midnight": {
			series("America/Santiago", "2026-08-02 00:30", meetings.Recurrence{Pattern: meetings.Monthly, Week: 1, Weekday: time.Sunday, Times: 3}),
			[]string{"2026-08-02 00:30", "2026-09-06 01:30", "2026-10-04 00:30"},
		},
		"up to the day before that night": {
			series("America/Santiago", "2026-09-04 23:30", meetings.Recurrence{Pattern: meetings.Daily, Until: "2026-09-05"}),
			[]string{"2026-09-04 23:30", "2026-09-05 23:30"},
		},
		"up to the day of that night": {
			series("America/Santiago", "2026-09-05 23:30", meetings.Recurrence{Pattern: meetings.Daily, Until: "2026-09-06"}),
			[]string{"2026-09-05 23:30", "2026-09-06 23:30"},
		},
		"at a time that one night in New York does not have": {
			series("America/New_York", "2026-03-07 02:30", meetings.Recurrence{Pattern: meetings.Daily, Times: 3}),
			[]string{"2026-03-07 02:30", "2026-03-08 03:30", "2026-03-09 02:30"},
		},
		"two days of every other week, begun between them": {
			series("Europe/Paris", "2026-12-01 10:00", meetings.Recurrence{
				Pattern: meetings.Weekly, Interval: 2, Weekdays: []time.Weekday{time.Wednesday, time.Monday}, Times: 4,
			}),
			[]string{"2026-12-02 10:00", "2026-12-14 10:00", "2026-12-16 10:00", "2026-12-28 10:00"},
		},
		"the last weekday of the month": {
			series("Europe/Paris", "2026-12-01 10:00", meetings.Recurrence{Pattern: meetings.Monthly, Week: -1, Weekday: time.Friday, Times: 4}),
			[]string{"2026-12-25 10:00", "2027-01-29 10:00", "2027-02-26 10:00", "2027-03-26 10:00"},
		},
		"the first weekday of the month, past in the first": {
			series("Europe/Paris", "2026-12-20 10:00", meetings.Recurrence{Pattern: meetings.Monthly, Week: 1, Weekday: time.Monday, Times: 2}),
			[]string{"2027-01-04 10:00", "2027-02-01 10:00"},
		},
		"a day that not every month has": {
			series("Europe/Paris", "2026-12-31 10:00", meetings.Recurrence{Pattern: meetings.Monthly, Times: 3}),
			[]string{"2026-12-31 10:00", "2027-01-31 10:00", "2027-03-31 10:00"},
		},
		"up to a day, which is part of it": {
			series("Pacific/Auckland", "2026-12-01 08:00", meetings.Recurrence{Pattern: meetings.Daily, Until: "2026-12-03"}),
			[]string{"2026-12-01 08:00", "2026-12-02 08:00", "2026-12-03 08:00"},
		},
		"without an end it is as long as can be counted out": {series("UTC", "2026-12-01 08:00", meetings.Recurrence{Pattern: meetings.Daily, Times: 1}), []string{"2026-12-01 08:00"}},
	} {
		if diff := cmp.Diff(row.want, walls(row.d.Clean())); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

func TestExceptionsStandInTheirPlace(t *testing.T) {
	t.Parallel()
	d := series("Europe/Paris", "2026-12-01 10:00", meetings.Recurrence{Pattern: meetings.Daily, Times: 3})
	second := d.Start.AddDate(0, 0, 1).UTC()
	d.Exceptions = []meetings.Exception{
		{Original: second, Start: second.AddDate(0, 0, 7), Duration: time.Hour}, {Original: d.Start.AddDate(0, 0, 2), Cancelled: true},
	}
	got := d.Occurrences()
	if len(got) != 3 || !got[1].Original.Equal(second) || !got[1].Start.Equal(second.AddDate(0, 0, 7)) || got[1].Duration != time.Hour || !got[2].Cancelled {
		t.Errorf("%+v", got)
	}
	if want := second.AddDate(0, 0, 7).Add(time.Hour); !d.End().Equal(want) {
		t.Errorf("ends at %s, want %s", d.End(), want)
	}
}

func TestASeriesIsHeldAgainstZoomsLimits(t *testing.T) {
	t.Parallel()
	at := "2026-12-01 10:00"
	for name, row := range map[string]struct {
		r    meetings.Recurrence
		want []string
	}{
		"60 by count":             {meetings.Recurrence{Pattern: meetings.Daily, Times: 60}, nil},
		"61 by count":             {meetings.Recurrence{Pattern: meetings.Daily, Times: 61}, []string{"times: meetings.times_range"}},
		"60 by date":              {meetings.Recurrence{Pattern: meetings.Daily, Until: "2027-01-29"}, nil},
		"61 by date":              {meetings.Recurrence{Pattern: meetings.Daily, Until: "2027-01-30"}, []string{"until: meetings.series_long"}},
		"99 days":                 {meetings.Recurrence{Pattern: meetings.Daily, Interval: 99, Times: 2}, nil},
		"100 days":                {meetings.Recurrence{Pattern: meetings.Daily, Interval: 100, Times: 2}, []string{"interval: meetings.interval_range"}},
		"50 weeks":                {meetings.Recurrence{Pattern: meetings.Weekly, Interval: 50, Times: 2}, nil},
		"51 weeks":                {meetings.Recurrence{Pattern: meetings.Weekly, Interval: 51, Times: 2}, []string{"interval: meetings.interval_range"}},
		"10 months":               {meetings.Recurrence{Pattern: meetings.Monthly, Interval: 10, Times: 2}, nil},
		"11 months":               {meetings.Recurrence{Pattern: meetings.Monthly, Interval: 11, Times: 2}, []string{"interval: meetings.interval_range"}},
		"backwards":               {meetings.Recurrence{Pattern: meetings.Daily, Interval: -1, Times: 2}, []string{"interval: meetings.interval_range"}},
		"one":                     {meetings.Recurrence{Pattern: meetings.Daily, Times: 1}, []string{"times: meetings.series_of_one"}},
		"one by date":             {meetings.Recurrence{Pattern: meetings.Daily, Until: "2026-12-01"}, []string{"until: meetings.series_of_one"}},
		"an end before the start": {meetings.Recurrence{Pattern: meetings.Daily, Until: "2026-11-30"}, []string{"until: meetings.until_early"}},
		"a day that is none":      {meetings.Recurrence{Pattern: meetings.Daily, Until: "soon"}, []string{"until: meetings.date_unknown"}},
		"no end":                  {meetings.Recurrence{Pattern: meetings.Daily}, []string{"times: meetings.end_missing"}},
		"two ends":                {meetings.Recurrence{Pattern: meetings.Daily, Times: 2, Until: "2027-01-01"}, []string{"until: meetings.end_missing"}},
		"each year":               {meetings.Recurrence{Pattern: "yearly", Times: 2}, []string{"repeat: meetings.choice_unknown"}},
		"an eighth day":           {meetings.Recurrence{Pattern: meetings.Weekly, Weekdays: []time.Weekday{1, 7}, Times: 3}, []string{"weekdays: meetings.choice_unknown"}},
		"a fifth week":            {meetings.Recurrence{Pattern: meetings.Monthly, Week: 5, Times: 3}, []string{"week: meetings.choice_unknown"}},
		"a 32nd":                  {meetings.Recurrence{Pattern: meetings.Monthly, MonthDay: 32, Times: 3}, []string{"month_day: meetings.month_day_range", "times: meetings.series_of_one"}},
		"a 31st in every month":   {meetings.Recurrence{Pattern: meetings.Monthly, MonthDay: 31, Times: 3}, []string{"month_day: meetings.month_day_missing"}},
		"a series over 15 years":  {meetings.Recurrence{Pattern: meetings.Monthly, Interval: 10, Times: 18}, []string{"times: meetings.start_far"}},
		"a 31st where there is":   {meetings.Recurrence{Pattern: meetings.Monthly, MonthDay: 31, Times: 2}, nil},
	} {
		if diff := cmp.Diff(row.want, fields(series("Europe/Paris", at, row.r).Check(wiretest.Noon))); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

// TestASeriesBeginsAtItsStart: also at the second of two times that clocks show alike.
func TestASeriesBeginsAtItsStart(t *testing.T) {
	t.Parallel()
	d := series("America/New_York", "2026-11-01 01:30", meetings.Recurrence{Pattern: meetings.Daily, Times: 2})
	d.Start = d.Start.Add(time.Hour)
	if got := d.Clean(); !got.Start.Equal(d.Start) || len(got.Occurrences()) != 2 || got.Occurrences()[1].Start.Sub(d.Start) != 24*time.Hour {
		t.Errorf("it begins at %s: %v", got.Start, walls(got))
	}
}

// byDay is a series as somebody would count it on a calendar, day by day: what the expansion is held against.
func byDay(d meetings.Draft) (all []string) {
	where, _ := time.LoadLocation(d.Zone)
	first, r := d.Start.In(where), d.Repeat
	for n := 0; len(all) < r.Times && n < 366*40; n++ {
		at := time.Date(first.Year(), first.Month(), first.Day()+n, first.Hour(), first.Minute(), 0, 0, where)
		if at.Hour() != first.Hour() || at.Minute() != first.Minute() { // which the clocks skip: as the clocks of the day before show it
			_, offset := at.AddDate(0, 0, -1).Zone()
			at = time.Date(first.Year(), first.Month(), first.Day()+n, first.Hour(), first.Minute(), -offset, 0, time.UTC).In(where)
		}
		day := time.Date(first.Year(), first.Month(), first.Day()+n, 12, 0, 0, 0, time.UTC)
		falls := false
		switch r.Pattern {
		case meetings.Daily:
			falls = n%r.Interval == 0
		case meetings.Weekly:
			falls = (n+int(first.Weekday()))/7%r.Interval == 0 && contains(r.Weekdays, day.Weekday())
		case meetings.Monthly:
			months := 12*(day.Year()-first.Year()) + int(day.Month()) - int(first.Month())
			falls = months%r.Interval == 0 && onDay(*r, day)
		}
		if falls {
			all = append(all, at.Format("2006-01-02 15:04"))
		}
	}
	return all
}

func contains(days []time.Weekday, day time.Weekday) bool {
	for _, one := range days {
		if one == day {
			return true
		}
	}
	return false
}

func onDay(r meetings.Recurrence, day time.Time) bool {
	switch {
	case r.Week == 0:
		return day.Day() == r.MonthDay
	case day.Weekday() != r.Weekday:
		return false
	case r.Week < 0:
		return day.AddDate(0, 0, 7).Month() != day.Month()
	}
	return (day.Day()-1)/7+1 == r.Week
}

func TestSeriesAreCountedAsOnACalendar(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 1))
	zones := []string{"Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia", "America/Santiago", "America/Havana", "UTC"}
	for n := range 300 {
		r := meetings.Recurrence{Pattern: meetings.Daily, Interval: 1 + random.IntN(10), Times: 2 + random.IntN(59)}
		switch random.IntN(4) {
		case 1:
			r.Pattern = meetings.Weekly
			for day := range 7 {
				if random.IntN(3) == 0 {
					r.Weekdays = append(r.Weekdays, time.Weekday(day))
				}
			}
		case 2:
			r.Pattern, r.MonthDay, r.Times = meetings.Monthly, 1+random.IntN(31), 2+random.IntN(10)
		case 3:
			r.Pattern, r.Week, r.Weekday, r.Times = meetings.Monthly, []int{-1, 1, 2, 3, 4}[random.IntN(5)], time.Weekday(random.IntN(7)), 2+random.IntN(10)
		}
		zone := zones[random.IntN(len(zones))]
		first := fmt.Sprintf("2027-%02d-%02d %02d:%02d", 1+random.IntN(12), 1+random.IntN(28), random.IntN(24), 30*random.IntN(2))
		d := series(zone, first, r).Clean()
		if diff := cmp.Diff(byDay(d), walls(d)); diff != "" {
			t.Fatalf("seed %d, series %d: %s in %s, %+v (-calendar +got)\n%s", seed, n, first, zone, *d.Repeat, diff)
		}
	}
}

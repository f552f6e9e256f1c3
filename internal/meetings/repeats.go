package meetings

import (
	"strconv"
	"strings"
	"time"

	"causeway/internal/i18n"
)

// repeats says how a series repeats and when it ends; "" of what takes place once.
func repeats(p i18n.Printer, d Draft) string {
	if d.Repeat == nil {
		return ""
	}
	r := *d.Repeat
	end := p.N("upcoming.repeats_times", r.Times)
	if day, err := time.Parse(time.DateOnly, r.Until); err == nil {
		end = p.T("upcoming.repeats_until", "Date", p.Date(day, time.UTC))
	}
	return p.T("upcoming.repeats", "Pattern", pattern(p, r), "End", end)
}

func pattern(p i18n.Printer, r Recurrence) string {
	n := max(r.Interval, 1)
	switch {
	case r.Pattern == Weekly:
		days := make([]string, 0, len(r.Weekdays))
		for _, day := range r.Weekdays {
			days = append(days, dayName(p, day))
		}
		return p.N("upcoming.repeats_weekly", n, "Days", strings.Join(days, ", "))
	case r.Pattern == Monthly && r.Week != 0:
		week := p.T("upcoming.week_" + map[int]string{-1: "last", 1: "first", 2: "second", 3: "third", 4: "fourth"}[r.Week])
		return p.N("upcoming.repeats_week", n, "Week", week, "Day", dayName(p, r.Weekday))
	case r.Pattern == Monthly:
		return p.N("upcoming.repeats_monthly", n, "Day", strconv.Itoa(r.MonthDay))
	}
	return p.N("upcoming.repeats_daily", n)
}

func dayName(p i18n.Printer, day time.Weekday) string {
	return p.T("format.weekday." + strings.ToLower(day.String()))
}

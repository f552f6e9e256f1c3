package zoomsim

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"causeway/internal/sandbox/world"
)

// Zoom's recurrence types.
const (
	daily   = 1
	weekly  = 2
	monthly = 3
)

// maxOccurrences bounds a series without an end, too.
const maxOccurrences = 60

// recurrence says how a meeting of type 8 repeats.
type recurrence struct {
	Type           int    `json:"type"`
	Interval       int    `json:"repeat_interval,omitempty"`
	WeeklyDays     string `json:"weekly_days,omitempty"` // "1,3", 1 is Sunday
	MonthlyDay     int    `json:"monthly_day,omitempty"`
	MonthlyWeek    int    `json:"monthly_week,omitempty"` // -1 is the last
	MonthlyWeekDay int    `json:"monthly_week_day,omitempty"`
	Times          int    `json:"end_times,omitempty"`
	Until          string `json:"end_date_time,omitempty"` // UTC
}

// occurrence is one meeting of a series. What is nil is as in the series.
type occurrence struct {
	ID       string         `json:"id"`
	Start    time.Time      `json:"start"`
	Duration int            `json:"duration"`
	Deleted  bool           `json:"deleted"`
	Agenda   *string        `json:"agenda,omitempty"`
	Settings map[string]any `json:"settings,omitempty"`
}

// named are a meeting's occurrences as events name them.
func (m *meeting) named() []map[string]any {
	all := []map[string]any{}
	for _, o := range m.Occurrences {
		if !o.Deleted {
			all = append(all, map[string]any{"occurrence_id": o.ID, "start_time": stamp(o.Start)})
		}
	}
	return all
}

// shown is an occurrence as Zoom shows it.
func (o *occurrence) shown() map[string]any {
	status := "available"
	if o.Deleted {
		status = "deleted"
	}
	return map[string]any{"occurrence_id": o.ID, "start_time": stamp(o.Start), "duration": o.Duration, "status": status}
}

// fault says which documented limit the recurrence breaks.
func (r *recurrence) fault() string {
	limit := map[int]int{daily: 99, weekly: 50, monthly: 10}[r.Type]
	switch {
	case limit == 0:
		return "Invalid field: type is 1, 2 or 3."
	case r.Interval < 0 || r.Interval > limit:
		return "Invalid field: repeat_interval is at most " + strconv.Itoa(limit) + "."
	case r.Times < 0 || r.Times > maxOccurrences:
		return "Invalid field: end_times is at most 60."
	case r.Times > 0 && r.Until != "":
		return "Invalid field: end_times and end_date_time exclude each other."
	case r.Type == weekly && r.WeeklyDays == "":
		return "Invalid field: weekly_days is required."
	case (r.MonthlyWeek == 0) != (r.MonthlyWeekDay == 0):
		return "Invalid field: monthly_week and monthly_week_day go together."
	case r.MonthlyDay < 0 || r.MonthlyDay > 31 || r.MonthlyWeek < -1 || r.MonthlyWeek > 4 || r.MonthlyWeekDay < 0 || r.MonthlyWeekDay > 7:
		return "Invalid field: no such day of a month."
	}
	for day := range strings.SplitSeq(r.WeeklyDays, ",") {
		if n, err := strconv.Atoi(day); r.WeeklyDays != "" && (err != nil || n < 1 || n > 7) {
			return "Invalid field: weekly_days is a list of 1 to 7."
		}
	}
	if _, err := time.Parse(time.RFC3339, r.Until); r.Until != "" && err != nil {
		return "Invalid field: end_date_time."
	}
	return ""
}

// occurrences are the meetings of a series that begins at start, in the wall clock of its zone.
func (r *recurrence) occurrences(start time.Time, duration int, zoneName string) []*occurrence {
	where, err := zone(zoneName)
	if err != nil {
		where = time.UTC
	}
	last := start.AddDate(10, 0, 0)
	if r.Until != "" {
		last, _ = time.Parse(time.RFC3339, r.Until) // fault has read it
	}
	times := r.Times
	if times == 0 {
		times = maxOccurrences
	}
	var list []*occurrence
	local := start.In(where)
	first := time.Date(local.Year(), local.Month(), local.Day(), local.Hour(), local.Minute(), local.Second(), 0, time.UTC)
	for day := range 366 * 10 {
		shown := first.AddDate(0, 0, day)
		at := world.OnClocks(shown, where)
		if len(list) == times || at.After(last) {
			break
		}
		if r.falls(first, shown, day) {
			list = append(list, &occurrence{ID: strconv.FormatInt(at.UnixMilli(), 10), Start: at.UTC(), Duration: duration})
		}
	}
	return list
}

// falls says whether the series has a meeting on a day.
func (r *recurrence) falls(first, at time.Time, day int) bool {
	interval := max(r.Interval, 1)
	switch r.Type {
	case daily:
		return day%interval == 0
	case weekly:
		week := (day + int(first.Weekday())) / 7
		return week%interval == 0 && slices.Contains(strings.Split(r.WeeklyDays, ","), weekday(at))
	default:
		months := (at.Year()-first.Year())*12 + int(at.Month()) - int(first.Month())
		return months%interval == 0 && r.onMonthDay(first, at)
	}
}

func (r *recurrence) onMonthDay(first, at time.Time) bool {
	if r.MonthlyWeek == 0 {
		day := r.MonthlyDay
		if day == 0 {
			day = first.Day()
		}
		return at.Day() == day
	}
	if int(at.Weekday())+1 != r.MonthlyWeekDay {
		return false
	}
	if r.MonthlyWeek == -1 {
		return at.AddDate(0, 0, 7).Month() != at.Month()
	}
	return (at.Day()-1)/7+1 == r.MonthlyWeek
}

// weekday is a day of the week as Zoom counts them: "1" is Sunday.
func weekday(at time.Time) string { return strconv.Itoa(int(at.Weekday()) + 1) }

// from is the series when it begins on another day: one that is held on a single day of the week moves there.
func (r *recurrence) from(day string) *recurrence {
	moved := *r
	at, err := time.Parse(time.DateOnly, day)
	if err == nil && r.Type == weekly && !strings.Contains(r.WeeklyDays, ",") {
		moved.WeeklyDays = weekday(at)
	}
	return &moved
}

// sentence says in words how the series repeats.
func (r *recurrence) sentence(times int) string {
	unit := map[int]string{daily: "day", weekly: "week", monthly: "month"}[r.Type]
	every := "Every " + unit
	if r.Interval > 1 {
		every = "Every " + strconv.Itoa(r.Interval) + " " + unit + "s"
	}
	if times == 1 {
		return every + ", once"
	}
	return every + ", " + strconv.Itoa(times) + " times"
}

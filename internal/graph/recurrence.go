package graph

// Recurrence is how a series repeats.
// https://learn.microsoft.com/graph/api/resources/patternedrecurrence
type Recurrence struct {
	Pattern Pattern `json:"pattern"`
	Range   Range   `json:"range"`
}

// Pattern says on which days. Which fields count depends on the type: daily (Interval), weekly (Interval, DaysOfWeek,
// FirstDayOfWeek), absoluteMonthly (Interval, DayOfMonth), relativeMonthly (Interval, DaysOfWeek, Index), absoluteYearly and
// relativeYearly (with Month).
// https://learn.microsoft.com/graph/api/resources/recurrencepattern
type Pattern struct {
	Type           string   `json:"type"`
	Interval       int      `json:"interval"` // every so many days, weeks, months or years
	DaysOfWeek     []string `json:"daysOfWeek,omitempty"`
	FirstDayOfWeek string   `json:"firstDayOfWeek,omitempty"` // sunday when empty; it matters when Interval is above 1
	DayOfMonth     int      `json:"dayOfMonth,omitempty"`
	Index          string   `json:"index,omitempty"` // first, second, third, fourth, last
	Month          int      `json:"month,omitempty"`
}

// Range says how long. Dates are days in Zone: "2026-12-01".
// https://learn.microsoft.com/graph/api/resources/recurrencerange
type Range struct {
	Type        string `json:"type"`      // numbered, endDate, noEnd
	StartDate   string `json:"startDate"` // the day of Event.Start
	EndDate     string `json:"endDate,omitempty"`
	Occurrences int    `json:"numberOfOccurrences,omitempty"`
	Zone        string `json:"recurrenceTimeZone,omitempty"` // a Windows or IANA name; that of Event.Start when empty
}

// ZoneFor is an IANA zone under the name by which Graph takes it, for Range.Zone.
func ZoneFor(iana string) string { return graphZone(iana) }

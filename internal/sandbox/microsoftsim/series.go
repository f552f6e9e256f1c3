package microsoftsim

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"causeway/internal/sandbox/world"
)

// recurrence is patternedRecurrence. https://learn.microsoft.com/graph/api/resources/patternedrecurrence
type recurrence struct {
	Pattern pattern         `json:"pattern"`
	Range   recurrenceRange `json:"range"`
}

type pattern struct {
	Type           string   `json:"type"`
	Interval       int      `json:"interval"`
	Month          int      `json:"month"`
	DayOfMonth     int      `json:"dayOfMonth"`
	DaysOfWeek     []string `json:"daysOfWeek,omitempty"`
	FirstDayOfWeek string   `json:"firstDayOfWeek"`
	Index          string   `json:"index"`
}

type recurrenceRange struct {
	Type                string `json:"type"`
	StartDate           string `json:"startDate"`
	EndDate             string `json:"endDate"`
	RecurrenceTimeZone  string `json:"recurrenceTimeZone"`
	NumberOfOccurrences int    `json:"numberOfOccurrences"`
}

// exception is what differs on one day of a series.
type exception struct {
	Fields    map[string]json.RawMessage `json:"fields,omitempty"` // as they were set
	Version   int                        `json:"version"`
	Modified  time.Time                  `json:"modified"`
	Replied   string                     `json:"replied,omitempty"`   // the owner's answer for this day alone
	Responses map[string]string          `json:"responses,omitempty"` // attendees' answers for this day alone, by address in small letters
}

const (
	dayFormat  = "2006-01-02"
	noDay      = "0001-01-01"
	maxDays    = 999 // occurrences of a series
	openEnd    = 400 // so many of a series without end, when nobody says up to when
	maxScanned = 20_000
)

func weekdays() []string {
	return []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}
}

func indexes() []string { return []string{"first", "second", "third", "fourth", "last"} }

func weekday(d time.Time) string { return strings.ToLower(d.Weekday().String()) }

// setRecurrence makes a series, or with null a single event of it.
func setRecurrence(e *event, raw json.RawMessage) *graphError {
	if e.series != nil {
		return badRequest("ErrorInvalidRequest", "The recurrence of an occurrence can't be changed. Change the series master.")
	}
	if string(raw) == "null" {
		e.Recurrence = nil
		return nil
	}
	r := &recurrence{}
	if refused := into(raw, r); refused != nil {
		return refused
	}
	if r.Pattern.FirstDayOfWeek == "" {
		r.Pattern.FirstDayOfWeek = "sunday"
	}
	if r.Pattern.Index == "" {
		r.Pattern.Index = "first"
	}
	if r.Range.EndDate == "" {
		r.Range.EndDate = noDay
	}
	if wrong := r.wrong(); wrong != "" {
		return badRequest("ErrorPropertyValidationFailure", "At least one property failed validation: "+wrong+".")
	}
	e.Recurrence = r
	return nil
}

// wrong names what a recurrence must not have, "" when nothing.
func (r *recurrence) wrong() string {
	p, needDays := r.Pattern, false
	switch p.Type {
	case "daily":
	case "weekly", "relativeMonthly", "relativeYearly":
		needDays = true
	case "absoluteMonthly", "absoluteYearly":
		if p.DayOfMonth < 1 || p.DayOfMonth > 31 {
			return "dayOfMonth"
		}
	default:
		return "type of the pattern"
	}
	unknown := func(day string) bool { return !slices.Contains(weekdays(), day) }
	switch {
	case p.Interval < 1 || p.Interval > 99:
		return "interval"
	case needDays && len(p.DaysOfWeek) == 0, slices.ContainsFunc(p.DaysOfWeek, unknown), unknown(p.FirstDayOfWeek):
		return "daysOfWeek"
	case !slices.Contains(indexes(), p.Index):
		return "index"
	case strings.HasSuffix(p.Type, "Yearly") && (p.Month < 1 || p.Month > 12):
		return "month"
	}
	return r.Range.wrong()
}

func (r recurrenceRange) wrong() string {
	if _, err := time.Parse(dayFormat, r.StartDate); err != nil {
		return "startDate"
	}
	if r.RecurrenceTimeZone != "" {
		if _, refused := location(r.RecurrenceTimeZone); refused != nil {
			return "recurrenceTimeZone"
		}
	}
	switch r.Type {
	case "noEnd":
	case "endDate":
		if _, err := time.Parse(dayFormat, r.EndDate); err != nil || r.EndDate < r.StartDate {
			return "endDate"
		}
	case "numbered":
		if r.NumberOfOccurrences < 1 || r.NumberOfOccurrences > maxDays {
			return "numberOfOccurrences"
		}
	default:
		return "type of the range"
	}
	return ""
}

// settle brings a new or changed series into order: it begins on the first day of its pattern, and what was different on days that
// are other days now is forgotten. before is nil for a new one.
func (e *event) settle(before *event) *graphError {
	if e.Recurrence == nil {
		e.Exceptions, e.Gone = nil, nil
		return nil
	}
	r := *e.Recurrence
	start := e.Start.At.In(e.where()).Format(dayFormat)
	if r.Range.StartDate != start {
		if before == nil || before.Recurrence == nil || before.Recurrence.Range.StartDate != r.Range.StartDate {
			return badRequest("ErrorPropertyValidationFailure", "At least one property failed validation: startDate is not the day of start.")
		}
		r.Range.StartDate = start
	}
	e.Recurrence = &r
	days := e.days(time.Time{})
	if len(days) == 0 {
		return badRequest("ErrorPropertyValidationFailure", "At least one property failed validation: the series has no occurrence.")
	}
	plain := *e
	plain.Exceptions, plain.Gone = nil, nil
	first := plain.occurrence(days[0]) // as the series has it, whatever became of the day itself
	e.Start.At, e.End.At = first.Start.At, first.End.At
	if before == nil || !before.sameTimes(e) {
		e.Exceptions, e.Gone = nil, nil
		return nil
	}
	other := func(day string) bool { return !slices.Contains(days, day) }
	maps.DeleteFunc(e.Exceptions, func(day string, _ *exception) bool { return other(day) })
	e.Gone = slices.DeleteFunc(e.Gone, other)
	return nil
}

// sameTimes says whether two versions of a series differ at most in how long they go on.
func (e *event) sameTimes(after *event) bool {
	if e.Recurrence == nil || after.Recurrence == nil || e.End.At.Sub(e.Start.At) != after.End.At.Sub(after.Start.At) {
		return false
	}
	a, b := *e.Recurrence, *after.Recurrence
	return fmt.Sprint(a.Pattern) == fmt.Sprint(b.Pattern) && a.Range.StartDate == b.Range.StartDate && e.Start.At.Equal(after.Start.At)
}

// zoneName is the zone whose wall clock a series keeps.
func (e *event) zoneName() string {
	if e.Recurrence != nil && e.Recurrence.Range.RecurrenceTimeZone != "" {
		return e.Recurrence.Range.RecurrenceTimeZone
	}
	return e.Start.Zone
}

func (e *event) where() *time.Location {
	where, _ := location(e.zoneName())
	if where == nil {
		return time.UTC
	}
	return where
}

// days are the days on which a series takes place up to a moment, cancelled ones too. A zero moment does not limit.
func (e *event) days(until time.Time) []string {
	r := e.Recurrence
	first, err := time.Parse(dayFormat, r.Range.StartDate)
	if err != nil {
		return nil
	}
	last := "9999"
	if !until.IsZero() {
		last = until.In(e.where()).Format(dayFormat)
	}
	most := maxDays
	switch {
	case r.Range.Type == "numbered":
		most = r.Range.NumberOfOccurrences
	case r.Range.Type == "endDate":
		last = min(last, r.Range.EndDate)
	case until.IsZero():
		most = openEnd
	}
	var list []string
	for n := 0; n < maxScanned && len(list) < most; n++ {
		d := first.AddDate(0, 0, n)
		day := d.Format(dayFormat)
		if day > last {
			break
		}
		if r.Pattern.on(first, d) {
			list = append(list, day)
		}
	}
	return list
}

// on says whether a series that begins with first takes place on d.
func (p pattern) on(first, d time.Time) bool {
	days := int(d.Sub(first).Hours() / 24)
	months := (d.Year()-first.Year())*12 + int(d.Month()) - int(first.Month())
	named := slices.Contains(p.DaysOfWeek, weekday(d))
	switch p.Type {
	case "daily":
		return days%p.Interval == 0
	case "weekly":
		begin := slices.Index(weekdays(), p.FirstDayOfWeek)
		into := (int(first.Weekday()) - begin + 7) % 7 // days of its week before the first
		return named && (days+into)/7%p.Interval == 0
	case "absoluteMonthly":
		return months%p.Interval == 0 && d.Day() == min(p.DayOfMonth, daysIn(d))
	case "relativeMonthly":
		return months%p.Interval == 0 && named && p.nth(d)
	case "absoluteYearly":
		return (d.Year()-first.Year())%p.Interval == 0 && int(d.Month()) == p.Month && d.Day() == min(p.DayOfMonth, daysIn(d))
	case "relativeYearly":
		return (d.Year()-first.Year())%p.Interval == 0 && int(d.Month()) == p.Month && named && p.nth(d)
	}
	return false
}

func daysIn(d time.Time) int { return time.Date(d.Year(), d.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day() }

// nth says whether d is the first, second … or last of the named weekdays of its month.
func (p pattern) nth(d time.Time) bool {
	var all []int
	for day := 1; day <= daysIn(d); day++ {
		if slices.Contains(p.DaysOfWeek, weekday(time.Date(d.Year(), d.Month(), day, 0, 0, 0, 0, time.UTC))) {
			all = append(all, day)
		}
	}
	i := slices.Index(indexes(), p.Index)
	if p.Index == "last" {
		i = len(all) - 1
	}
	return i < len(all) && all[i] == d.Day()
}

// occurrence is a series on one of its days.
func (e *event) occurrence(day string) *event {
	where := e.where()
	d, _ := time.Parse(dayFormat, day) // made by days
	hour, minute, second := e.Start.At.In(where).Clock()
	shown := time.Date(d.Year(), d.Month(), d.Day(), hour, minute, second, 0, time.UTC)
	at := world.OnClocks(shown, where)
	end := at.Add(e.End.At.Sub(e.Start.At))
	if e.AllDay {
		end = world.OnClocks(shown.AddDate(0, 0, int((e.End.At.Sub(e.Start.At)+12*time.Hour)/(24*time.Hour))), where)
	}
	single := *e
	single.Recurrence, single.Exceptions, single.Gone = nil, nil, nil
	o := single.clone()
	o.ID, o.Transaction = occurrenceID(e.ID, day), ""
	o.series, o.day, o.origin = e, day, at.UTC()
	o.Start.At, o.End.At = at.UTC(), end.UTC()
	if x := e.Exceptions[day]; x != nil {
		x.onto(o)
	}
	return o
}

// onto makes an occurrence what it is on its day.
func (x *exception) onto(o *event) {
	_ = o.apply(x.Fields) // they were accepted when they were set
	o.Version += x.Version
	o.Modified = x.Modified
	if x.Replied != "" {
		o.OwnerReplied = x.Replied
	}
	for i, a := range o.Attendees {
		if response, given := x.Responses[strings.ToLower(a.Address)]; given {
			o.Attendees[i].Response = response
		}
	}
}

// exception is what differs on a day of a series, made when nothing did.
func (e *event) exception(day string, now time.Time) *exception {
	if e.Exceptions == nil {
		e.Exceptions = map[string]*exception{}
	}
	x := e.Exceptions[day]
	if x == nil {
		x = &exception{Fields: map[string]json.RawMessage{}, Responses: map[string]string{}}
		e.Exceptions[day] = x
	}
	x.Version++
	x.Modified = now
	return x
}

// clone is a copy that shares nothing that changes.
func (e *event) clone() *event {
	c := *e
	c.Properties, c.Attendees, c.Categories, c.Gone = slices.Clone(e.Properties), slices.Clone(e.Attendees), slices.Clone(e.Categories), slices.Clone(e.Gone)
	c.Exceptions = nil
	for day, x := range e.Exceptions {
		if c.Exceptions == nil {
			c.Exceptions = map[string]*exception{}
		}
		own := *x
		own.Fields, own.Responses = maps.Clone(x.Fields), maps.Clone(x.Responses)
		c.Exceptions[day] = &own
	}
	return &c
}

// occurrences are those of a series that are not cancelled and overlap a time; zero moments do not limit.
func (e *event) occurrences(from, to time.Time) []*event {
	days := e.days(to)
	for day := range e.Exceptions {
		if !slices.Contains(days, day) { // it may have been moved to an earlier time
			days = append(days, day)
		}
	}
	var list []*event
	for _, day := range days {
		if slices.Contains(e.Gone, day) {
			continue
		}
		if o := e.occurrence(day); o.overlaps(from, to) {
			list = append(list, o)
		}
	}
	return list
}

func (e *event) overlaps(from, to time.Time) bool {
	return (from.IsZero() || e.End.At.After(from)) && (to.IsZero() || e.Start.At.Before(to))
}

// entries are what a calendar shows between two moments, by start: series as their occurrences. Zero moments do not limit.
func (b *mailbox) entries(from, to time.Time) []*event {
	var list []*event
	for _, e := range b.Events {
		switch {
		case e.Recurrence != nil:
			list = append(list, e.occurrences(from, to)...)
		case e.overlaps(from, to):
			list = append(list, e)
		}
	}
	slices.SortStableFunc(list, func(a, b *event) int { return a.Start.At.Compare(b.Start.At) })
	return list
}

// kind is the type of an event in Graph.
func (e *event) kind() string {
	switch {
	case e.series != nil && e.series.Exceptions[e.day] != nil:
		return "exception"
	case e.series != nil:
		return "occurrence"
	case e.Recurrence != nil:
		return "seriesMaster"
	}
	return "singleInstance"
}

const idEnd = "AAA="

// occurrenceID is the id of an occurrence, immutable as that of its series.
func occurrenceID(series, day string) string {
	return strings.TrimSuffix(series, idEnd) + "_" + strings.ReplaceAll(day, "-", "") + idEnd
}

// dayOf reads the day from the id of an occurrence of this series.
func (e *event) dayOf(id string) (string, bool) {
	digits, ok := strings.CutPrefix(immutable(id), strings.TrimSuffix(e.ID, idEnd)+"_")
	if !ok || e.Recurrence == nil {
		return "", false
	}
	d, err := time.Parse("20060102", strings.TrimSuffix(digits, idEnd))
	if err != nil {
		return "", false
	}
	day := d.Format(dayFormat)
	return day, !slices.Contains(e.Gone, day) && slices.Contains(e.days(d.AddDate(0, 0, 2)), day)
}

// ical is the iCalUId: each occurrence has its own, in which its day stands.
func (e *event) ical() string {
	if e.series == nil || len(e.ICal) < 40 {
		return e.ICal
	}
	return e.ICal[:32] + fmt.Sprintf("%04X%02X%02X", e.origin.Year(), int(e.origin.Month()), e.origin.Day()) + e.ICal[40:]
}

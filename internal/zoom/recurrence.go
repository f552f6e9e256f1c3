package zoom

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// RecurrenceType is how a meeting of the type RecurringMeeting repeats.
type RecurrenceType int

// The ways to repeat.
const (
	Daily   RecurrenceType = 1
	Weekly  RecurrenceType = 2
	Monthly RecurrenceType = 3
)

// MaxOccurrences is how many occurrences a series may have by count (end_times).
const MaxOccurrences = 60

// MaxInterval is the longest distance between two occurrences: 99 days, 50 weeks or 10 months; 0 for no type at all.
func (t RecurrenceType) MaxInterval() int {
	return map[RecurrenceType]int{Daily: 99, Weekly: 50, Monthly: 10}[t]
}

// Recurrence says how a meeting repeats: in the wall time of its zone, until Times occurrences have been held or until the moment
// Until, of which one is set.
type Recurrence struct {
	Type     RecurrenceType
	Interval int            // Every so many days, weeks or months; 1 when zero.
	Weekdays []time.Weekday // Weekly: on these days, at least one.
	MonthDay int            // Monthly: on this day of the month, 1 to 31.
	Week     int            // Monthly, instead of MonthDay: the first to fourth week, or -1 for the last, …
	Weekday  time.Weekday   // … and the day of it.
	Times    int            // At most MaxOccurrences.
	Until    time.Time
}

// wireRecurrence is Zoom's form, in which Sunday is 1.
type wireRecurrence struct {
	Type     RecurrenceType `json:"type"`
	Interval looseInt       `json:"repeat_interval,omitempty"`
	Weekdays string         `json:"weekly_days,omitempty"`
	MonthDay looseInt       `json:"monthly_day,omitempty"`
	Week     looseInt       `json:"monthly_week,omitempty"`
	Weekday  looseInt       `json:"monthly_week_day,omitempty"`
	Times    looseInt       `json:"end_times,omitempty"`
	Until    looseText      `json:"end_date_time,omitempty"`
}

// MarshalJSON writes Zoom's form, with nothing in it that the type has no use for: Zoom refuses some of that.
func (r Recurrence) MarshalJSON() ([]byte, error) {
	w := wireRecurrence{Type: r.Type, Interval: looseInt(max(r.Interval, 1)), Times: looseInt(r.Times), Until: looseText(zoomTime(r.Until))}
	switch {
	case r.Type == Weekly:
		var days []string
		for _, day := range r.Weekdays {
			days = append(days, strconv.Itoa(int(day)+1))
		}
		w.Weekdays = strings.Join(days, ",")
	case r.Type == Monthly && r.Week != 0:
		w.Week, w.Weekday = looseInt(r.Week), looseInt(r.Weekday)+1
	case r.Type == Monthly:
		w.MonthDay = looseInt(r.MonthDay)
	}
	return json.Marshal(w)
}

// UnmarshalJSON reads Zoom's form.
func (r *Recurrence) UnmarshalJSON(b []byte) error {
	var w wireRecurrence
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	*r = Recurrence{
		Type: w.Type, Interval: int(w.Interval), MonthDay: int(w.MonthDay), Week: int(w.Week), Times: int(w.Times), Until: instant(w.Until),
	}
	if w.Week != 0 {
		r.MonthDay, r.Weekday = 0, time.Weekday(max(w.Weekday, 1)-1)
	}
	for text := range strings.SplitSeq(w.Weekdays, ",") {
		if day, err := strconv.Atoi(strings.TrimSpace(text)); err == nil && day >= 1 && day <= 7 {
			r.Weekdays = append(r.Weekdays, time.Weekday(day-1))
		}
	}
	return nil
}

// OccurrenceID names one occurrence of a series, opaque.
type OccurrenceID string

// OccurrenceStatus tells whether an occurrence is held.
type OccurrenceStatus string

// What an occurrence can be.
const (
	OccurrenceAvailable OccurrenceStatus = "available"
	OccurrenceDeleted   OccurrenceStatus = "deleted"
)

// Occurrence is one taking place of a series.
type Occurrence struct {
	ID       OccurrenceID
	Start    time.Time // UTC
	Duration time.Duration
	Status   OccurrenceStatus
}

// UnmarshalJSON reads Zoom's form.
func (o *Occurrence) UnmarshalJSON(b []byte) error {
	var w struct {
		ID       OccurrenceID     `json:"occurrence_id"`
		Start    looseText        `json:"start_time"`
		Duration looseInt         `json:"duration"`
		Status   OccurrenceStatus `json:"status"`
	}
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	*o = Occurrence{ID: w.ID, Start: instant(w.Start), Duration: time.Duration(w.Duration) * time.Minute, Status: w.Status}
	return nil
}

// UpdateOccurrence moves one occurrence of a series, or stretches it; a zero start or duration stays. PATCH
// /meetings/{id}?occurrence_id=, scope meeting:update:meeting. A start that has passed is ignored by Zoom. Errors: those of
// UpdateMeeting; an Error with code 300 when there is no such occurrence (any more). It counts against the host's daily limit.
func (c *Client) UpdateOccurrence(ctx context.Context, id MeetingID, occurrence OccurrenceID, start time.Time, duration time.Duration) error {
	query, err := occurrence.query()
	if err != nil {
		return err
	}
	return c.do(ctx, call{
		method: http.MethodPatch, route: "/meetings/{meetingId}", path: "/meetings/" + id.String(), query: query,
		in: wireMeeting{Start: zoomTime(start), Duration: int(duration / time.Minute)},
	})
}

// DeleteOccurrence deletes one occurrence of a series without a mail from Zoom. DELETE /meetings/{id}?occurrence_id=, scope
// meeting:delete:meeting. Errors: those of DeleteMeeting; an Error with code 300 when there is no such occurrence (any more).
func (c *Client) DeleteOccurrence(ctx context.Context, id MeetingID, occurrence OccurrenceID) error {
	query, err := occurrence.query()
	if err != nil {
		return err
	}
	silence(query)
	return c.do(ctx, call{method: http.MethodDelete, route: "/meetings/{meetingId}", path: "/meetings/" + id.String(), query: query})
}

// query asks for one occurrence. An empty id is refused: without one, Zoom would change or delete the whole series.
func (o OccurrenceID) query() (url.Values, error) {
	if o == "" {
		return nil, fmt.Errorf("zoom: no id of an occurrence: %w", ErrNotFound)
	}
	return url.Values{"occurrence_id": {string(o)}}, nil
}

// silence asks a deletion to send no mail.
func silence(query url.Values) {
	query.Set("schedule_for_reminder", "false")
	query.Set("cancel_meeting_reminder", "false")
}

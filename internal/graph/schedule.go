package graph

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// Limits of getSchedule: mailboxes in one request, and the length of a step.
// https://learn.microsoft.com/graph/outlook-get-free-busy-schedule
const (
	maxSchedules = 20
	minStep      = 5 * time.Minute
	maxStep      = 24 * time.Hour
)

// Schedule is when somebody, or a room, is taken.
type Schedule struct {
	Address string
	// View has one digit per step from the beginning: 0 free, 1 tentative, 2 busy, 3 out of office, 4 working elsewhere. It
	// is empty when Problem says why nothing is known.
	View    string
	Items   []Busy
	Problem string // "ErrorMailRecipientNotFound" …
}

// Busy is one entry of a Schedule. Subject is empty for those who may not see it.
type Busy struct {
	Start, End time.Time
	Status     string // as Event.ShowAs
	Subject    string
	Private    bool
}

// Schedule returns when people and rooms are taken between two moments, which lie less than 42 days apart, in the order of
// addresses. step is between five minutes and a day. Scope Calendars.ReadBasic.
// https://learn.microsoft.com/graph/api/calendar-getschedule
func (c *Client) Schedule(ctx context.Context, addresses []string, from, to time.Time, zone string, step time.Duration) ([]Schedule, error) {
	var found []Schedule
	for len(addresses) > 0 {
		some := addresses[:min(len(addresses), maxSchedules)]
		addresses = addresses[len(some):]
		body := struct {
			Schedules []string
			StartTime DateTime
			EndTime   DateTime
			Interval  int `json:"AvailabilityViewInterval"`
		}{some, In(from, zone), In(to, zone), int(min(max(step, minStep), maxStep) / time.Minute)}
		var said page[scheduleInformation]
		err := c.do(ctx, call{
			method: http.MethodPost, route: "POST /me/calendar/getSchedule", path: "/me/calendar/getSchedule", body: body, prefer: inZone(zone), repeat: true,
		}, &said)
		if err != nil {
			return nil, err
		}
		for _, one := range said.Value {
			schedule, err := one.schedule()
			if err != nil {
				return nil, err
			}
			found = append(found, schedule)
		}
	}
	return found, nil
}

type scheduleInformation struct {
	Address string `json:"scheduleId"`
	View    string `json:"availabilityView"`
	Items   []struct {
		slot
		Status  string `json:"status"`
		Subject string `json:"subject"`
		Private bool   `json:"isPrivate"`
	} `json:"scheduleItems"`
	Error struct {
		Code string `json:"responseCode"`
	} `json:"error"`
}

func (s scheduleInformation) schedule() (Schedule, error) {
	result := Schedule{Address: s.Address, View: s.View, Problem: word(s.Error.Code)}
	for _, item := range s.Items {
		start, end, err := item.times()
		if err != nil {
			return Schedule{}, err
		}
		result.Items = append(result.Items, Busy{Start: start, End: end, Status: item.Status, Subject: item.Subject, Private: item.Private})
	}
	return result, nil
}

// slot is a time between two others.
type slot struct {
	Start DateTime `json:"start"`
	End   DateTime `json:"end"`
}

func (s slot) times() (start, end time.Time, err error) {
	if start, err = s.Start.Time(); err == nil {
		end, err = s.End.Time()
	}
	return start, end, err
}

// Wish is a meeting for which a time is looked for.
type Wish struct {
	Attendees []Attendee
	From, To  time.Time
	Zone      string // IANA name
	Duration  time.Duration
	Most      int // so many proposals; 5 when zero
}

// Proposal is a time that Outlook proposes.
type Proposal struct {
	Start, End time.Time
	Confidence float64 // per cent of those invited who can probably come
}

// MeetingTimes proposes times within working hours at which most of those invited are free, the best first. Scope
// Calendars.Read.Shared.
// https://learn.microsoft.com/graph/api/user-findmeetingtimes
func (c *Client) MeetingTimes(ctx context.Context, w Wish) ([]Proposal, error) {
	if w.Most <= 0 {
		w.Most = 5
	}
	type constraint struct {
		Domain string `json:"activityDomain"`
		Slots  []slot `json:"timeSlots"`
	}
	body := struct {
		Attendees []Attendee `json:"attendees"`
		Time      constraint `json:"timeConstraint"`
		Duration  string     `json:"meetingDuration"`
		Most      int        `json:"maxCandidates"`
	}{w.Attendees, constraint{"work", []slot{{In(w.From, w.Zone), In(w.To, w.Zone)}}}, fmt.Sprintf("PT%dM", int(w.Duration/time.Minute)), w.Most}
	var said struct {
		Suggestions []struct {
			Confidence float64 `json:"confidence"`
			Slot       slot    `json:"meetingTimeSlot"`
		} `json:"meetingTimeSuggestions"`
	}
	err := c.do(ctx, call{
		method: http.MethodPost, route: "POST /me/findMeetingTimes", path: "/me/findMeetingTimes", body: body, prefer: inZone(w.Zone), repeat: true,
	}, &said)
	if err != nil {
		return nil, err
	}
	var found []Proposal
	for _, s := range said.Suggestions {
		start, end, err := s.Slot.times()
		if err != nil {
			return nil, err
		}
		found = append(found, Proposal{start, end, s.Confidence})
	}
	return found, nil
}

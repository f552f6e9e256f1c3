package microsoftsim

import (
	"cmp"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"causeway/internal/sandbox/world"
)

const (
	maxSchedules   = 20
	maxPeriod      = 42 * 24 * time.Hour
	workFrom       = 8 * time.Hour // of a day, for everybody
	workTo         = 17 * time.Hour
	candidateEvery = 30 * time.Minute
)

// calendarOf is the handle of the mailbox behind an address, of a person or a room; "" when there is none.
func (s *Sim) calendarOf(tenant, address string) string {
	handle := ""
	if p := s.byAddress(tenant, address); p != nil {
		handle = p.Handle
	} else if r := s.world.Seed.Room(address); r != nil && r.Tenant == tenant {
		handle = r.Handle
	}
	if s.st.Mailboxes[handle] == nil {
		return ""
	}
	return handle
}

// getSchedule says who is taken when. https://learn.microsoft.com/graph/api/calendar-getschedule
func (s *Sim) getSchedule(c *graphCall) (int, any, *graphError) {
	var in struct {
		Schedules                []string
		StartTime, EndTime       json.RawMessage
		AvailabilityViewInterval json.Number
	}
	if refused := into(c.body, &in); refused != nil {
		return 0, nil, refused
	}
	from, refused := readMoment(in.StartTime)
	if refused != nil {
		return 0, nil, refused
	}
	to, refused := readMoment(in.EndTime)
	if refused != nil {
		return 0, nil, refused
	}
	minutes := 30
	if n, err := in.AvailabilityViewInterval.Int64(); err == nil {
		minutes = int(n)
	}
	switch period := to.At.Sub(from.At); {
	case len(in.Schedules) == 0:
		return 0, nil, badRequest("ErrorInvalidParameter", "The schedules parameter must name at least one mailbox.")
	case len(in.Schedules) > maxSchedules:
		return 0, nil, badRequest("ErrorInvalidParameter", "The number of schedules exceeds the limit of "+strconv.Itoa(maxSchedules)+".")
	case period <= 0 || period > maxPeriod:
		return 0, nil, badRequest("ErrorInvalidTimeInterval", "The requested time duration specified for FreeBusyViewOptions.TimeWindow is not within the allowed limits.")
	case minutes < 5 || minutes > 1440:
		return 0, nil, badRequest("ErrorInvalidParameter", "The availabilityViewInterval must be between 5 and 1440 minutes.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []object{}
	for _, address := range in.Schedules {
		list = append(list, s.schedule(c, address, from.At, to.At, time.Duration(minutes)*time.Minute))
	}
	return http.StatusOK, object{"@odata.context": s.o.BaseURL + "/graph/v1.0/$metadata#Collection(microsoft.graph.scheduleInformation)", "value": list}, nil
}

func (s *Sim) schedule(c *graphCall, address string, from, to time.Time, step time.Duration) object {
	handle := s.calendarOf(c.person.Tenant, address)
	if handle == "" {
		return object{"scheduleId": address, "error": object{
			"message": "Unable to resolve e-mail address " + address + " to an Active Directory object.", "responseCode": "ErrorMailRecipientNotFound",
		}}
	}
	zone := "UTC"
	if p := s.world.Seed.Person(handle); p != nil {
		zone = windowsZone(p.Zone)
	}
	items := []object{}
	entries := s.st.Mailboxes[handle].entries(from, to)
	for _, e := range entries {
		item := object{"status": e.taken(), "start": e.Start.shown(c.prefer), "end": e.End.shown(c.prefer), "isPrivate": e.Sensitivity == "private"}
		if !item["isPrivate"].(bool) {
			item["subject"], item["location"] = e.Subject, e.Location.Name
		}
		items = append(items, item)
	}
	return object{
		"scheduleId": address, "availabilityView": view(entries, from, to, step), "scheduleItems": items,
		"workingHours": object{
			"daysOfWeek": weekdays()[1:6], "startTime": "08:00:00.0000000", "endTime": "17:00:00.0000000", "timeZone": object{"name": zone},
		},
	}
}

// view is one digit for each step: what weighs most in it.
func view(entries []*event, from, to time.Time, step time.Duration) string {
	digits := map[string]byte{"free": '0', "tentative": '1', "busy": '2', "oof": '3', "workingElsewhere": '4'}
	weigh := func(digit byte) int { return strings.IndexByte("04123", digit) }
	var text []byte
	for at := from; at.Before(to); at = at.Add(step) {
		digit := byte('0')
		for _, e := range entries {
			if d, known := digits[e.taken()]; known && e.overlaps(at, at.Add(step)) && weigh(d) > weigh(digit) {
				digit = d
			}
		}
		text = append(text, digit)
	}
	return string(text)
}

var isoDuration = regexp.MustCompile(`^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:\d+S)?)?$`)

// wish is the body of findMeetingTimes.
type wish struct {
	Attendees []struct {
		Type         string
		EmailAddress Contact
	}
	TimeConstraint struct {
		ActivityDomain string
		TimeSlots      []struct{ Start, End json.RawMessage }
	}
	MeetingDuration           string
	MaxCandidates             int
	MinimumAttendeePercentage float64
}

func (w wish) duration() time.Duration {
	m := isoDuration.FindStringSubmatch(w.MeetingDuration)
	if m == nil {
		return 30 * time.Minute
	}
	number := func(i int) time.Duration { n, _ := strconv.Atoi(m[i]); return time.Duration(n) }
	return max(number(1)*24*time.Hour+number(2)*time.Hour+number(3)*time.Minute, time.Minute)
}

// candidate is a time at which some of those invited can come.
type candidate struct {
	from, to   time.Time
	confidence float64
	free       map[string]bool
}

// findMeetingTimes proposes times, those at which most can come first. https://learn.microsoft.com/graph/api/user-findmeetingtimes
func (s *Sim) findMeetingTimes(c *graphCall) (int, any, *graphError) {
	var w wish
	if refused := into(c.body, &w); refused != nil {
		return 0, nil, refused
	}
	if w.MaxCandidates <= 0 {
		w.MaxCandidates = 20
	}
	if w.MinimumAttendeePercentage <= 0 {
		w.MinimumAttendeePercentage = 50
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []candidate
	for _, slot := range w.TimeConstraint.TimeSlots {
		from, refused := readMoment(slot.Start)
		if refused != nil {
			return 0, nil, refused
		}
		to, refused := readMoment(slot.End)
		if refused != nil {
			return 0, nil, refused
		}
		found = append(found, s.candidates(c.person, w, from.At, to.At)...)
	}
	slices.SortStableFunc(found, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.confidence, a.confidence), a.from.Compare(b.from))
	})
	list := []object{}
	for i, one := range found[:min(len(found), w.MaxCandidates)] {
		list = append(list, one.shown(i+1, w, c.prefer))
	}
	reason := ""
	if len(list) == 0 {
		reason = "attendeesUnavailable"
	}
	return http.StatusOK, object{
		"@odata.context":         s.o.BaseURL + "/graph/v1.0/$metadata#microsoft.graph.meetingTimeSuggestionsResult",
		"emptySuggestionsReason": reason, "meetingTimeSuggestions": list,
	}, nil
}

// candidates are the times of a slot at which the organiser is free.
func (s *Sim) candidates(p *world.Person, w wish, from, to time.Time) []candidate {
	where, _ := location(p.Zone)
	duration := w.duration()
	var list []candidate
	for at := from.Truncate(candidateEvery); !at.Add(duration).After(to); at = at.Add(candidateEvery) {
		end := at.Add(duration)
		if at.Before(from) || w.TimeConstraint.ActivityDomain != "unrestricted" && !working(at.In(where), duration) || !s.free(p.Handle, at, end) {
			continue
		}
		one := candidate{from: at, to: end, free: map[string]bool{}, confidence: 100}
		comes := 1.0
		for _, a := range w.Attendees {
			handle := s.calendarOf(p.Tenant, a.EmailAddress.Address)
			if handle == "" || s.free(handle, at, end) {
				one.free[a.EmailAddress.Address] = true
				comes++
			}
		}
		one.confidence = 100 * comes / float64(1+len(w.Attendees))
		if one.confidence >= w.MinimumAttendeePercentage {
			list = append(list, one)
		}
	}
	return list
}

func working(at time.Time, duration time.Duration) bool {
	day := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, at.Location())
	since := at.Sub(day)
	return at.Weekday() != time.Saturday && at.Weekday() != time.Sunday && since >= workFrom && since+duration <= workTo
}

func (s *Sim) free(handle string, from, to time.Time) bool {
	return !slices.ContainsFunc(s.st.Mailboxes[handle].entries(from, to), func(e *event) bool { return e.taken() != "free" })
}

func (one candidate) shown(order int, w wish, p prefer) object {
	availability := []object{}
	for _, a := range w.Attendees {
		status := "busy"
		if one.free[a.EmailAddress.Address] {
			status = "free"
		}
		kind := a.Type
		if kind == "" {
			kind = "required"
		}
		availability = append(availability, object{"availability": status, "attendee": object{"type": kind, "emailAddress": object{"address": a.EmailAddress.Address}}})
	}
	return object{
		"confidence": one.confidence, "order": order, "organizerAvailability": "free", "suggestionReason": "", "locations": []object{}, "attendeeAvailability": availability,
		"meetingTimeSlot": object{"start": moment{At: one.from}.shown(p), "end": moment{At: one.to}.shown(p)},
	}
}

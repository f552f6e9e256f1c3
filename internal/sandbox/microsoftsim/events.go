package microsoftsim

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"causeway/internal/sandbox/world"
)

// fieldsOf reads the body of a request about an event.
func fieldsOf(body []byte) (map[string]json.RawMessage, *graphError) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil || fields == nil {
		return nil, badRequest("BadRequest", "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.")
	}
	return fields, nil
}

// createEvent makes an event; Exchange mails its attendees. The same transactionId again is refused and names the event.
// https://learn.microsoft.com/graph/api/user-post-events
func (s *Sim) createEvent(c *graphCall) (int, any, *graphError) {
	fields, refused := fieldsOf(c.body)
	if refused != nil {
		return 0, nil, refused
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	e, refused := s.create(c.person, fields, c.prefer)
	if refused != nil {
		return 0, nil, refused
	}
	return http.StatusCreated, s.whole(c, e), nil
}

// create makes an event in a person's calendar. The caller holds mu.
func (s *Sim) create(p *world.Person, fields map[string]json.RawMessage, as prefer) (*event, *graphError) {
	now := s.world.Clock.Now()
	utc := moment{Zone: "UTC", At: now.Truncate(30 * time.Minute).Add(30 * time.Minute)}
	e := &event{
		ID: s.world.IDs.GraphID(), ICal: uid(s.world.IDs), Owner: p.Handle, Mine: true,
		Organizer: addressOf(p), ContentType: "text", Start: utc, End: moment{Zone: "UTC", At: utc.At.Add(30 * time.Minute)}, Location: place{Type: "default"},
		ShowAs: "busy", Importance: "normal", Sensitivity: "normal", Reminder: 15, ReminderOn: true, Created: now, Modified: now, OwnerReplied: "organizer",
	}
	if refused := e.apply(fields); refused != nil {
		return nil, refused
	}
	if refused := e.settle(nil); refused != nil {
		return nil, refused
	}
	e.Version = 1
	if e.Online {
		s.addTeamsMeeting(e, p)
	}
	box := s.st.Mailboxes[p.Handle]
	for _, old := range box.Events {
		if e.Transaction != "" && old.Mine && old.Transaction == e.Transaction {
			return nil, s.duplicate(old, as)
		}
	}
	box.Events = append(box.Events, e)
	s.ledger("event.created", e.ID, p.Handle, "subject", e.Subject, "attendees", len(e.Attendees), "transactionId", e.Transaction)
	s.touched("created", e)
	s.invite(e, e.Attendees, "invitation")
	return e, nil
}

// duplicate is how Graph refuses a transactionId that was used before. Public code has seen 400 with the event's id, and 409.
func (s *Sim) duplicate(old *event, p prefer) *graphError {
	id := old.ID
	if !p.immutable {
		id = mutable(id)
	}
	e := &graphError{
		status: 400, code: "ErrorDuplicateTransactionId", message: "Your request can't be completed. An event with the same transactionId exists already.",
		extra: object{"@event.existingEventId": id},
	}
	if s.knobs.Duplicate409 {
		e.status, e.extra = 409, nil
	}
	return e
}

// whole is an event as the answer to a request about it.
func (s *Sim) whole(c *graphCall, e *event) object {
	o := s.shown(e, c.prefer, expanded(c.URL.Query()))
	o["@odata.context"] = s.o.BaseURL + "/graph/v1.0/$metadata#users('" + c.person.ID + "')/events/$entity"
	if chosen := c.URL.Query().Get("$select"); chosen != "" {
		o = pick(o, chosen+",singleValueExtendedProperties") // which is expanded, not selected
	}
	return o
}

// entry finds an event of a calendar, or an occurrence of a series, by an id of either kind. The caller holds mu.
func (s *Sim) entry(owner, id string) (*event, *graphError) {
	for _, e := range s.st.Mailboxes[owner].Events {
		if e.isID(id) {
			return e, nil
		}
		if day, ok := e.dayOf(id); ok {
			return e.occurrence(day), nil
		}
	}
	return nil, errNoItem
}

func (s *Sim) getEvent(c *graphCall) (int, any, *graphError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, refused := s.entry(c.person.Handle, c.PathValue("event"))
	if refused != nil {
		return 0, nil, refused
	}
	return http.StatusOK, s.whole(c, e), nil
}

// patchEvent changes an event. Attendees who stay are told of a change, new ones are invited, those who are gone get a cancellation.
// https://learn.microsoft.com/graph/api/event-update
func (s *Sim) patchEvent(c *graphCall) (int, any, *graphError) {
	fields, refused := fieldsOf(c.body)
	if refused != nil {
		return 0, nil, refused
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	e, refused := s.change(c.person.Handle, c.PathValue("event"), fields)
	if refused != nil {
		return 0, nil, refused
	}
	return http.StatusOK, s.whole(c, e), nil
}

// change changes an event, or one occurrence of a series, and tells the attendees. The caller holds mu.
func (s *Sim) change(owner, id string, fields map[string]json.RawMessage) (*event, *graphError) {
	e, refused := s.entry(owner, id)
	if refused != nil {
		return nil, refused
	}
	before, changed := e.clone(), e.clone()
	if refused = changed.apply(fields); refused != nil {
		return nil, refused
	}
	if e.series != nil {
		if refused = e.series.crossing(changed); refused != nil {
			return nil, refused
		}
		e = e.series.except(e.day, fields, s.world.Clock.Now())
	} else {
		if refused = changed.settle(before); refused != nil {
			return nil, refused
		}
		changed.Version, changed.Modified = e.Version+1, s.world.Clock.Now()
		*e = *changed
	}
	s.ledger("event.updated", e.ID, owner, "subject", e.Subject)
	s.touched("updated", e)
	if e.Mine {
		s.tell(e, before)
	}
	return e, nil
}

// except makes one day of a series different. Answers that were given for another time are void.
func (e *event) except(day string, fields map[string]json.RawMessage, now time.Time) *event {
	before := e.occurrence(day)
	x := e.exception(day, now)
	maps.Copy(x.Fields, fields)
	x.Responses = map[string]string{}
	moved := !e.occurrence(day).sameTime(before)
	for _, a := range before.Attendees {
		x.Responses[strings.ToLower(a.Address)] = a.Response
		if moved {
			x.Responses[strings.ToLower(a.Address)] = "none"
		}
	}
	return e.occurrence(day)
}

// crossing refuses an occurrence that has been moved to the day of another of its series, or beyond it.
func (e *event) crossing(moved *event) *graphError {
	day := func(at time.Time) string { return at.In(e.where()).Format(dayFormat) }
	for _, other := range e.occurrences(time.Time{}, moved.End.At.Add(31*24*time.Hour)) {
		if other.day == moved.day {
			continue
		}
		if day(other.Start.At) == day(moved.Start.At) || other.origin.Before(moved.origin) != other.Start.At.Before(moved.Start.At) {
			return badRequest("ErrorOccurrenceCrossingBoundary", "Modified occurrence is crossing or overlapping adjacent occurrence.")
		}
	}
	return nil
}

// tell mails what a change means to each attendee.
func (s *Sim) tell(e, before *event) {
	has := func(list []attendee, a attendee) bool {
		return slices.ContainsFunc(list, func(b attendee) bool { return strings.EqualFold(a.Address, b.Address) })
	}
	moved := !e.sameTime(before)
	var gone, stay, fresh []attendee
	for _, a := range before.Attendees {
		if !has(e.Attendees, a) {
			gone = append(gone, a)
		}
	}
	for i, a := range e.Attendees {
		if !has(before.Attendees, a) {
			fresh = append(fresh, a)
			continue
		}
		for _, b := range before.Attendees {
			if strings.EqualFold(a.Address, b.Address) && !moved {
				a.Response = b.Response
			}
		}
		if moved { // who agreed to another time has not agreed to this one
			a.Response = "none"
		}
		e.Attendees[i] = a
		stay = append(stay, a)
	}
	s.invite(e, gone, "cancellation")
	s.invite(e, fresh, "invitation")
	if e.matters(before) {
		s.invite(e, stay, "update")
	}
}

// matters says whether attendees see a difference.
func (e *event) matters(before *event) bool {
	return e.Subject != before.Subject || e.Content != before.Content || !e.Start.At.Equal(before.Start.At) || !e.End.At.Equal(before.End.At) ||
		!sameRecurrence(e.Recurrence, before.Recurrence) || e.Location != before.Location || len(e.Attendees) != len(before.Attendees)
}

// cancelEvent is for organisers: the event leaves every calendar. https://learn.microsoft.com/graph/api/event-cancel
func (s *Sim) cancelEvent(c *graphCall) (int, any, *graphError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, refused := s.entry(c.person.Handle, c.PathValue("event"))
	switch {
	case refused != nil:
		return 0, nil, refused
	case !e.Mine:
		return 0, nil, badRequest("ErrorInvalidRequest", "Your request can't be completed. You need to be an organizer to cancel a meeting.")
	}
	s.drop(e, "event.cancelled")
	return http.StatusAccepted, nil, nil
}

// answerEvent is for those invited: the answer is theirs, and the organiser's event has it at once. That SendResponse may be false is not emulated.
// https://learn.microsoft.com/graph/api/event-accept
func (s *Sim) answerEvent(answer string) func(c *graphCall) (int, any, *graphError) {
	return func(c *graphCall) (int, any, *graphError) {
		s.mu.Lock()
		defer s.mu.Unlock()
		e, refused := s.entry(c.person.Handle, c.PathValue("event"))
		switch {
		case refused != nil:
			return 0, nil, refused
		case e.Mine:
			return 0, nil, badRequest("ErrorInvalidRequest", "Your request can't be completed. You can't respond to this meeting because you're the meeting organizer.")
		}
		s.reply(c.person, e, answer)
		return http.StatusAccepted, nil, nil
	}
}

// deleteEvent also cancels when the caller organises it. https://learn.microsoft.com/graph/api/event-delete
func (s *Sim) deleteEvent(c *graphCall) (int, any, *graphError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, refused := s.entry(c.person.Handle, c.PathValue("event"))
	if refused != nil {
		return 0, nil, refused
	}
	s.drop(e, "event.deleted")
	return http.StatusNoContent, nil, nil
}

// drop takes an event, or one occurrence of a series, out of its calendar, and when its owner organises it, out of all. The last occurrence
// takes its series along. The caller holds mu.
//
// UNVERIFIED: the latter.
func (s *Sim) drop(e *event, effect string) {
	whole := e
	if e.series != nil {
		e.series.cross(e.day)
		whole = e.series
	}
	if e.series == nil || len(whole.occurrences(time.Time{}, time.Time{})) == 0 {
		box := s.st.Mailboxes[e.Owner]
		box.Events = slices.DeleteFunc(box.Events, func(x *event) bool { return x == whole })
	}
	s.ledger(effect, e.ID, e.Owner, "subject", e.Subject)
	s.touched("deleted", e)
	if e.Mine {
		s.invite(e, e.Attendees, "cancellation")
	}
}

func sameRecurrence(a, b *recurrence) bool {
	return a == b || a != nil && b != nil && fmt.Sprint(*a) == fmt.Sprint(*b)
}

var (
	anyProperty    = regexp.MustCompile(`^singleValueExtendedProperties/[Aa]ny\(\s*(\w+)\s*:\s*(\w+)/id eq '((?:[^']|'')*)' and (\w+)/value eq '((?:[^']|'')*)'\s*\)$`)
	sameICal       = regexp.MustCompile(`^iCalUId eq '((?:[^']|'')*)'$`)
	expandProperty = regexp.MustCompile(`singleValueExtendedProperties\(\$filter=\s*id eq '((?:[^']|'')*)'\s*\)`)
)

func unquoted(text string) string { return strings.ReplaceAll(text, "''", "'") }

// expanded is the extended property that events are to come with.
func expanded(q url.Values) string {
	if m := expandProperty.FindStringSubmatch(q.Get("$expand")); m != nil {
		return unquoted(m[1])
	}
	return ""
}

// listEvents lists events, all or those with a value of an extended property or with an iCalUId. No other filter is emulated.
func (s *Sim) listEvents(c *graphCall) (int, any, *graphError) {
	q := c.URL.Query()
	keep := func(*event) bool { return true }
	if filter := q.Get("$filter"); filter != "" {
		m, same := anyProperty.FindStringSubmatch(filter), sameICal.FindStringSubmatch(filter)
		if same == nil && (m == nil || m[1] != m[2] || m[1] != m[4]) {
			return 0, nil, badRequest("ErrorInvalidUrlQueryFilter", "The query filter contains one or more invalid nodes.")
		}
		keep = func(e *event) bool {
			if same != nil {
				return e.ical() == unquoted(same[1])
			}
			return slices.ContainsFunc(e.Properties, func(p property) bool {
				return strings.EqualFold(p.ID, unquoted(m[3])) && p.Value == unquoted(m[5])
			})
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []*event
	for _, e := range s.st.Mailboxes[c.person.Handle].Events {
		if keep(e) {
			found = append(found, e)
		}
	}
	return s.page(c, found)
}

// instances lists the occurrences of a series. https://learn.microsoft.com/graph/api/event-list-instances
func (s *Sim) instances(c *graphCall) (int, any, *graphError) {
	from, to, refused := period(c.URL.Query())
	if refused != nil {
		return 0, nil, refused
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	e, refused := s.entry(c.person.Handle, c.PathValue("event"))
	switch {
	case refused != nil:
		return 0, nil, refused
	case e.Recurrence == nil:
		return 0, nil, badRequest("ErrorInvalidRequest", "The expand series request can only be performed against a series master.")
	}
	return s.page(c, e.occurrences(from, to))
}

// calendarView lists what happens between two moments. https://learn.microsoft.com/graph/api/user-list-calendarview
func (s *Sim) calendarView(c *graphCall) (int, any, *graphError) {
	from, to, refused := period(c.URL.Query())
	if refused != nil {
		return 0, nil, refused
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.page(c, s.st.Mailboxes[c.person.Handle].entries(from, to))
}

// period reads startDateTime and endDateTime.
func period(q url.Values) (from, to time.Time, refused *graphError) {
	for name, limit := range map[string]*time.Time{"startDateTime": &from, "endDateTime": &to} {
		text := q.Get(name)
		if text == "" {
			return from, to, badRequest("ErrorInvalidParameter", "This request requires a time window specified by the query string parameters StartDateTime and EndDateTime.")
		}
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			at, err = time.Parse("2006-01-02T15:04:05.9999999", text)
		}
		if err != nil {
			return from, to, badRequest("ErrorInvalidParameter", "The value '"+text+"' of parameter '"+name+"' is invalid.")
		}
		*limit = at
	}
	return from, to, nil
}

// page answers one page of events of the caller, by their start. The caller holds mu.
func (s *Sim) page(c *graphCall, found []*event) (int, any, *graphError) {
	q := c.URL.Query()
	top, skip := 10, 0
	for name, value := range map[string]*int{"$top": &top, "$skip": &skip} {
		if text := q.Get(name); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil || n < 0 || name == "$top" && (n == 0 || n > 1000) {
				return 0, nil, badRequest("BadRequest", fmt.Sprintf("Invalid value '%s' for %s query option found.", text, name))
			}
			*value = n
		}
	}
	if c.prefer.pageSize > 0 && q.Get("$top") == "" {
		top = c.prefer.pageSize
	}
	slices.SortStableFunc(found, func(a, b *event) int { return a.Start.At.Compare(b.Start.At) })
	list := []object{}
	for _, e := range found[min(skip, len(found)):min(skip+top, len(found))] {
		o := s.shown(e, c.prefer, expanded(q))
		if chosen := q.Get("$select"); chosen != "" {
			o = pick(o, chosen+",singleValueExtendedProperties") // which is expanded, not selected
		}
		list = append(list, o)
	}
	answer := object{"@odata.context": s.o.BaseURL + "/graph/v1.0/$metadata#users('" + c.person.ID + "')/events", "value": list}
	if skip+top < len(found) {
		q.Set("$skip", strconv.Itoa(skip+top))
		q.Set("$top", strconv.Itoa(top))
		answer["@odata.nextLink"] = s.o.BaseURL + c.URL.Path + "?" + q.Encode()
	}
	return http.StatusOK, answer, nil
}

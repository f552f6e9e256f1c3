package microsoftsim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// createEvent makes an event; Exchange mails its attendees. The same transactionId again is refused and names the event.
// https://learn.microsoft.com/graph/api/user-post-events
func (s *Sim) createEvent(c *graphCall) (int, any, *graphError) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(c.body, &fields); err != nil || fields == nil {
		return 0, nil, badRequest("BadRequest", "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.")
	}
	now := s.world.Clock.Now()
	utc := moment{Zone: "UTC", At: now.Truncate(30 * time.Minute).Add(30 * time.Minute)}
	e := &event{
		ID: s.world.IDs.GraphID(), ICal: "040000008200E00074C5B7101A82E008" + strings.ToUpper(s.world.IDs.Hex(24)), Owner: c.person.Handle, Mine: true,
		Organizer: addressOf(c.person), ContentType: "text", Start: utc, End: moment{Zone: "UTC", At: utc.At.Add(30 * time.Minute)}, Location: place{Type: "default"},
		ShowAs: "busy", Importance: "normal", Sensitivity: "normal", Reminder: 15, ReminderOn: true, Created: now, Modified: now, OwnerReplied: "organizer",
	}
	if refused := e.apply(fields); refused != nil {
		return 0, nil, refused
	}
	e.Version = 1
	if e.Online {
		s.addTeamsMeeting(e, c.person)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	box := s.st.Mailboxes[c.person.Handle]
	for _, old := range box.Events {
		if e.Transaction != "" && old.Mine && old.Transaction == e.Transaction {
			return 0, nil, s.duplicate(old, c.prefer)
		}
	}
	box.Events = append(box.Events, e)
	s.ledger("event.created", e.ID, c.person.Handle, "subject", e.Subject, "attendees", len(e.Attendees), "transactionId", e.Transaction)
	s.invite(e, e.Attendees, "invitation")
	return http.StatusCreated, s.whole(c, e), nil
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
		o = pick(o, chosen)
	}
	return o
}

// find finds an event of the caller. The caller holds mu.
func (s *Sim) find(c *graphCall) (*event, *graphError) {
	for _, e := range s.st.Mailboxes[c.person.Handle].Events {
		if e.isID(c.PathValue("event")) {
			return e, nil
		}
	}
	return nil, errNoItem
}

func (s *Sim) getEvent(c *graphCall) (int, any, *graphError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, refused := s.find(c)
	if refused != nil {
		return 0, nil, refused
	}
	return http.StatusOK, s.whole(c, e), nil
}

// patchEvent changes an event. Attendees who stay are told of a change, new ones are invited, those who are gone get a cancellation.
// https://learn.microsoft.com/graph/api/event-update
func (s *Sim) patchEvent(c *graphCall) (int, any, *graphError) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(c.body, &fields); err != nil || fields == nil {
		return 0, nil, badRequest("BadRequest", "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	e, refused := s.find(c)
	if refused != nil {
		return 0, nil, refused
	}
	changed := *e
	changed.Properties, changed.Attendees = slices.Clone(e.Properties), slices.Clone(e.Attendees)
	if refused = changed.apply(fields); refused != nil {
		return 0, nil, refused
	}
	before := *e
	changed.Version, changed.Modified = e.Version+1, s.world.Clock.Now()
	*e = changed
	s.ledger("event.updated", e.ID, c.person.Handle, "subject", e.Subject)
	s.world.Changes.Publish("calendar:" + c.person.Handle)
	if e.Mine {
		s.tell(e, &before)
	}
	return http.StatusOK, s.whole(c, e), nil
}

// tell mails what a change means to each attendee.
func (s *Sim) tell(e, before *event) {
	has := func(list []attendee, a attendee) bool {
		return slices.ContainsFunc(list, func(b attendee) bool { return strings.EqualFold(a.Address, b.Address) })
	}
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
		stay = append(stay, a)
		for _, b := range before.Attendees {
			if strings.EqualFold(a.Address, b.Address) {
				e.Attendees[i].Response = b.Response
			}
		}
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
		e.Location != before.Location || len(e.Attendees) != len(before.Attendees)
}

// cancelEvent is for organisers: the event leaves every calendar. https://learn.microsoft.com/graph/api/event-cancel
func (s *Sim) cancelEvent(c *graphCall) (int, any, *graphError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, refused := s.find(c)
	switch {
	case refused != nil:
		return 0, nil, refused
	case !e.Mine:
		return 0, nil, badRequest("ErrorInvalidRequest", "Your request can't be completed. You need to be an organizer to cancel a meeting.")
	}
	s.remove(e)
	s.ledger("event.cancelled", e.ID, c.person.Handle, "subject", e.Subject)
	s.invite(e, e.Attendees, "cancellation")
	return http.StatusAccepted, nil, nil
}

// deleteEvent also cancels when the caller organises it. https://learn.microsoft.com/graph/api/event-delete
func (s *Sim) deleteEvent(c *graphCall) (int, any, *graphError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, refused := s.find(c)
	if refused != nil {
		return 0, nil, refused
	}
	s.remove(e)
	s.ledger("event.deleted", e.ID, c.person.Handle, "subject", e.Subject)
	if e.Mine {
		s.invite(e, e.Attendees, "cancellation")
	}
	s.world.Changes.Publish("calendar:" + c.person.Handle)
	return http.StatusNoContent, nil, nil
}

func (s *Sim) remove(e *event) {
	box := s.st.Mailboxes[e.Owner]
	box.Events = slices.DeleteFunc(box.Events, func(x *event) bool { return x == e })
}

var (
	anyProperty    = regexp.MustCompile(`^singleValueExtendedProperties/[Aa]ny\(\s*(\w+)\s*:\s*(\w+)/id eq '((?:[^']|'')*)' and (\w+)/value eq '((?:[^']|'')*)'\s*\)$`)
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

// listEvents lists events, all or those with a value of an extended property. No other filter is emulated.
func (s *Sim) listEvents(c *graphCall) (int, any, *graphError) {
	q := c.URL.Query()
	keep := func(*event) bool { return true }
	if filter := q.Get("$filter"); filter != "" {
		m := anyProperty.FindStringSubmatch(filter)
		if m == nil || m[1] != m[2] || m[1] != m[4] {
			return 0, nil, badRequest("ErrorInvalidUrlQueryFilter", "The query filter contains one or more invalid nodes.")
		}
		keep = func(e *event) bool {
			return slices.ContainsFunc(e.Properties, func(p property) bool {
				return strings.EqualFold(p.ID, unquoted(m[3])) && p.Value == unquoted(m[5])
			})
		}
	}
	return s.page(c, keep)
}

// calendarView lists what happens between two moments. https://learn.microsoft.com/graph/api/user-list-calendarview
func (s *Sim) calendarView(c *graphCall) (int, any, *graphError) {
	q := c.URL.Query()
	var limits [2]time.Time
	for i, name := range []string{"startDateTime", "endDateTime"} {
		text := q.Get(name)
		if text == "" {
			return 0, nil, badRequest("ErrorInvalidParameter", "This request requires a time window specified by the query string parameters StartDateTime and EndDateTime.")
		}
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			at, err = time.Parse("2006-01-02T15:04:05.9999999", text)
		}
		if err != nil {
			return 0, nil, badRequest("ErrorInvalidParameter", "The value '"+text+"' of parameter '"+name+"' is invalid.")
		}
		limits[i] = at
	}
	return s.page(c, func(e *event) bool { return e.Start.At.Before(limits[1]) && e.End.At.After(limits[0]) })
}

// page answers one page of the caller's events that are kept, by their start.
func (s *Sim) page(c *graphCall, keep func(*event) bool) (int, any, *graphError) {
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
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []*event
	for _, e := range s.st.Mailboxes[c.person.Handle].Events {
		if keep(e) {
			found = append(found, e)
		}
	}
	slices.SortStableFunc(found, func(a, b *event) int { return a.Start.At.Compare(b.Start.At) })
	list := []object{}
	for _, e := range found[min(skip, len(found)):min(skip+top, len(found))] {
		o := s.shown(e, c.prefer, expanded(q))
		if chosen := q.Get("$select"); chosen != "" {
			o = pick(o, chosen)
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

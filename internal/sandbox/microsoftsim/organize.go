package microsoftsim

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"causeway/internal/sandbox/world"
)

// EventInput is what somebody types into the form of an event in Outlook. In a change, what is absent stays as it is.
type EventInput struct {
	Subject   *string    `json:"subject"`
	Start     *time.Time `json:"start"`
	End       *time.Time `json:"end"`
	Zone      string     `json:"zone"` // IANA name; the person's own when empty
	AllDay    *bool      `json:"allDay"`
	Private   *bool      `json:"private"`
	ShowAs    *string    `json:"showAs"`
	Location  *string    `json:"location"`
	Body      *string    `json:"body"`      // plain text
	Attendees []string   `json:"attendees"` // handles or addresses; with Rooms they replace those invited
	Rooms     []string   `json:"rooms"`
	// Teams adds a Teams meeting to a new event.
	Teams bool `json:"teams"`
	// Recurrence is patternedRecurrence of Graph.
	Recurrence json.RawMessage `json:"recurrence"`
	// Scope of a change to an occurrence: "one" (when empty) or "all".
	Scope string `json:"scope"`
}

// MakeEvent is a person who makes an event in Outlook.
func (s *Sim) MakeEvent(person string, in EventInput) (CalendarEvent, error) {
	p, err := s.withCalendar(person)
	if err != nil {
		return CalendarEvent{}, err
	}
	if in.Start == nil || in.End == nil {
		return CalendarEvent{}, invalid("An event has a start and an end.")
	}
	if in.Zone == "" {
		in.Zone = p.Zone
	}
	fields, err := s.fields(p, in, in.Zone)
	if err != nil {
		return CalendarEvent{}, err
	}
	if in.Teams {
		fields["isOnlineMeeting"] = json.RawMessage("true")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	e, refused := s.create(p, fields, prefer{immutable: true})
	if refused != nil {
		return CalendarEvent{}, refused.refusal()
	}
	return e.onPage(), nil
}

// ChangeEvent is a person who edits, in Outlook, an event that is his.
func (s *Sim) ChangeEvent(person, id string, in EventInput) (CalendarEvent, error) {
	p, err := s.withCalendar(person)
	if err != nil {
		return CalendarEvent{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	e, err := s.scoped(p, id, in.Scope)
	if err != nil {
		return CalendarEvent{}, err
	}
	if !e.Mine {
		return CalendarEvent{}, forbidden("Only the organiser can change a meeting.")
	}
	whole := e
	if e.series != nil && in.Scope == "all" {
		whole = e.series
		if in, err = e.forSeries(in); err != nil {
			return CalendarEvent{}, err
		}
	}
	if in.Zone == "" {
		in.Zone = whole.zoneName()
	}
	fields, err := s.fields(p, whole.keep(in), in.Zone)
	if err != nil {
		return CalendarEvent{}, err
	}
	changed, refused := s.change(p.Handle, whole.ID, fields)
	if refused != nil {
		return CalendarEvent{}, refused.refusal()
	}
	return changed.onPage(), nil
}

// RemoveEvent is a person who deletes an event, or with the scope "all" the series of an occurrence. If the person organises it, it is
// cancelled for everybody; else it leaves only the person's own calendar.
func (s *Sim) RemoveEvent(person, id, scope string) error {
	p, err := s.withCalendar(person)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	e, err := s.scoped(p, id, scope)
	if err != nil {
		return err
	}
	if e.series != nil && scope == "all" {
		e = e.series
	}
	s.drop(e, "event.deleted")
	return nil
}

// Respond is a person's answer to an invitation: "accept", "decline" or "tentative", for an occurrence ("one") or its series ("all").
func (s *Sim) Respond(person, id, answer, scope string) error {
	p, err := s.withCalendar(person)
	if err != nil {
		return err
	}
	answer = map[string]string{"accept": accepted, "decline": declined, "tentative": tentatively}[answer]
	if answer == "" {
		return invalid("answer is accept, decline or tentative.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	e, err := s.scoped(p, id, scope)
	if err != nil {
		return err
	}
	if e.Mine {
		return forbidden("%s organises this meeting.", p.Name)
	}
	if e.series != nil && scope == "all" {
		e = e.series
	}
	s.reply(p, e, answer)
	return nil
}

func (s *Sim) withCalendar(person string) (*world.Person, error) {
	p, err := s.person(person)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.st.Mailboxes[p.Handle] == nil {
		return nil, notFound("%s has no calendar.", p.Name)
	}
	return p, nil
}

// scoped finds an event of a person. The caller holds mu.
func (s *Sim) scoped(p *world.Person, id, scope string) (*event, error) {
	if !slices.Contains([]string{"", "one", "all"}, scope) {
		return nil, invalid("scope is one or all.")
	}
	e, refused := s.entry(p.Handle, id)
	if refused != nil {
		return nil, notFound("There is no such event in the calendar of %s.", p.Name)
	}
	return e, nil
}

// refusal is an error of Graph in the words of the control API.
func (e *graphError) refusal() *Refusal {
	code := "invalid"
	if e.status == http.StatusNotFound {
		code = "not_found"
	}
	return &Refusal{Status: e.status, Code: code, Message: e.message}
}

// forSeries is what a change to an occurrence means for its series: it moves by as much.
func (e *event) forSeries(in EventInput) (EventInput, error) {
	if in.Start == nil {
		return in, nil
	}
	days := daysBetween(e.Start.At.In(e.series.where()), in.Start.In(e.series.where()))
	start := e.series.Start.At.Add(in.Start.Sub(e.Start.At))
	length := e.End.At.Sub(e.Start.At)
	if in.End != nil {
		length = in.End.Sub(*in.Start)
	}
	end := start.Add(length)
	in.Start, in.End = &start, &end
	if days == 0 || in.Recurrence != nil {
		return in, nil
	}
	r := *e.series.Recurrence
	switch r.Pattern.Type {
	case "daily":
	case "weekly":
		r.Pattern.DaysOfWeek = slices.Clone(r.Pattern.DaysOfWeek)
		for i, day := range r.Pattern.DaysOfWeek {
			r.Pattern.DaysOfWeek[i] = weekdays()[((slices.Index(weekdays(), day)+days)%7+7)%7]
		}
	case "absoluteMonthly":
		r.Pattern.DayOfMonth = start.In(e.series.where()).Day()
	default:
		return in, invalid("Say the recurrence too: this series cannot be moved to another day.")
	}
	r.Range.StartDate = start.In(e.series.where()).Format(dayFormat)
	if r.Range.Type == "endDate" {
		if last, err := time.Parse(dayFormat, r.Range.EndDate); err == nil {
			r.Range.EndDate = last.AddDate(0, 0, days).Format(dayFormat)
		}
	}
	raw, err := json.Marshal(r)
	in.Recurrence = raw
	return in, err
}

func daysBetween(a, b time.Time) int { return int(dayAt(b).Sub(dayAt(a)).Hours() / 24) }

// dayAt is the day of a moment in its zone, as if it were UTC.
func dayAt(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// keep fills in what belongs together: an end with a start, and those invited with the rooms.
func (e *event) keep(in EventInput) EventInput {
	if in.AllDay != nil && *in.AllDay && in.Start == nil {
		in.Start, in.End = &e.Start.At, &e.End.At
	}
	if in.Start != nil && in.AllDay == nil {
		in.AllDay = &e.AllDay
	}
	if in.Start != nil && in.End == nil {
		end := in.Start.Add(e.End.At.Sub(e.Start.At))
		in.End = &end
	}
	if (in.Attendees == nil) == (in.Rooms == nil) {
		return in
	}
	people, rooms := []string{}, []string{}
	for _, a := range e.Attendees {
		if a.Type == "resource" {
			rooms = append(rooms, a.Address)
		} else {
			people = append(people, a.Address)
		}
	}
	if in.Attendees == nil {
		in.Attendees = people
	} else {
		in.Rooms = rooms
	}
	return in
}

// fields are those of Graph's event that are typed.
func (s *Sim) fields(p *world.Person, in EventInput, zone string) (map[string]json.RawMessage, error) {
	where, refused := location(zone)
	if refused != nil {
		return nil, refused.refusal()
	}
	fields := object{}
	allDay := in.AllDay != nil && *in.AllDay
	at := func(t time.Time) object {
		t = t.In(where)
		if allDay {
			t = dayAt(t)
		}
		return object{"dateTime": t.Format(graphTime), "timeZone": zone}
	}
	if in.Start != nil {
		fields["start"] = at(*in.Start)
	}
	if in.End != nil {
		end := in.End.In(where)
		if allDay && in.Start != nil && daysBetween(in.Start.In(where), end) == 0 {
			end = world.OnClocks(dayAt(end).AddDate(0, 0, 1), where)
		}
		fields["end"] = at(end)
	}
	if in.Body != nil {
		fields["body"] = object{"contentType": "text", "content": *in.Body}
	}
	if in.Location != nil {
		fields["location"] = object{"displayName": *in.Location}
	}
	if in.Private != nil {
		fields["sensitivity"] = map[bool]string{true: "private", false: "normal"}[*in.Private]
	}
	if in.Recurrence != nil {
		fields["recurrence"] = in.Recurrence
	}
	if err := s.invited(p, in, fields); err != nil {
		return nil, err
	}
	return encoded(fields, map[string]any{"subject": in.Subject, "isAllDay": in.AllDay, "showAs": in.ShowAs})
}

// invited turns handles and addresses into attendees; the first room is the place, unless another is named.
func (s *Sim) invited(p *world.Person, in EventInput, fields object) error {
	if in.Attendees == nil && in.Rooms == nil {
		return nil
	}
	list := []object{}
	add := func(name, address, kind string) {
		list = append(list, object{"emailAddress": Contact{Name: name, Address: address}, "type": kind})
	}
	for _, ref := range in.Attendees {
		other := s.world.Seed.Person(ref)
		switch {
		case other != nil && (other.Tenant == p.Tenant || ref != other.Handle):
			add(other.Name, other.Email, "required")
		case strings.Contains(ref, "@"):
			add("", ref, "required")
		default:
			return notFound("There is nobody called %q.", ref)
		}
	}
	for i, ref := range in.Rooms {
		room := s.world.Seed.Room(ref)
		if room == nil || room.Tenant != p.Tenant {
			return notFound("There is no room %q.", ref)
		}
		add(room.Name, room.Email, "resource")
		if i == 0 && in.Location == nil {
			fields["location"] = object{"displayName": room.Name, "locationEmailAddress": room.Email, "locationType": "conferenceRoom"}
		}
	}
	fields["attendees"] = list
	return nil
}

// encoded is what Graph would be sent: of the plain values those that are there.
func encoded(fields object, plain map[string]any) (map[string]json.RawMessage, error) {
	all := map[string]json.RawMessage{}
	for name, value := range merged(fields, plain) {
		raw, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		if string(raw) != "null" || name == "recurrence" {
			all[name] = raw
		}
	}
	return all, nil
}

// reply is the answer of a person to an invitation, for an event or one occurrence of a series. What is declined leaves the calendar.
// The caller holds mu.
func (s *Sim) reply(p *world.Person, e *event, answer string) {
	switch {
	case answer == declined && e.series != nil:
		e.series.cross(e.day)
	case answer == declined:
		box := s.st.Mailboxes[p.Handle]
		box.Events = slices.DeleteFunc(box.Events, func(x *event) bool { return x == e })
	case e.series != nil:
		e.series.exception(e.day, s.world.Clock.Now()).Replied = answer
	default:
		e.OwnerReplied, e.Version = answer, e.Version+1
	}
	change := "updated"
	if answer == declined {
		change = "deleted"
	}
	s.touched(change, e)
	if original := s.originalOf(p, e); original != nil {
		s.answered(original, addressOf(p), answer)
	}
}

// originalOf is the organiser's event, or occurrence, of which an entry is a copy; nil when the organiser is elsewhere.
func (s *Sim) originalOf(p *world.Person, e *event) *event {
	organizer := s.byAddress(p.Tenant, e.Organizer.Address)
	if organizer == nil || s.st.Mailboxes[organizer.Handle] == nil {
		return nil
	}
	for _, x := range s.st.Mailboxes[organizer.Handle].Events {
		if !x.Mine {
			continue
		}
		if x.ICal == e.ICal {
			if e.series != nil {
				return x.occurrence(e.day)
			}
			return x
		}
		for day := range x.Exceptions {
			if o := x.occurrence(day); o.ical() == e.ICal {
				return o
			}
		}
	}
	return nil
}

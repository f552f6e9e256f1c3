package zoomsim

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"causeway/internal/sandbox/world"
)

// createMeeting is POST /users/me/meetings.
func (s *Sim) createMeeting(c *call) (int, any, *apiError) {
	d, refused := readDraft(c.r.Body)
	if refused != nil {
		return 0, nil, refused
	}
	host, refused := s.host(d, c.person)
	if refused == nil {
		refused = s.fill(d, host)
	}
	if refused == nil {
		refused = s.fits(d, host)
	}
	if refused != nil {
		return 0, nil, refused
	}
	m, refused := s.planned(host, d)
	if refused != nil {
		return 0, nil, refused
	}
	if refused := s.spend(c, host); refused != nil {
		return 0, nil, refused
	}
	if host != c.person {
		m.Assistant = c.person.Handle
	}
	s.state.Meetings[m.ID] = m
	s.record("meeting.created", m, c.person.Handle)
	return http.StatusCreated, s.body(c, m), nil
}

// planned is the meeting that a draft asks for, not yet there for others.
func (s *Sim) planned(p *world.Person, d *draft) (*meeting, *apiError) {
	now := s.world.Clock.Now()
	m := &meeting{
		ID: s.world.IDs.MeetingNumber(), UUID: s.world.IDs.MeetingUUID(), Host: p.Handle, Topic: "My Meeting", Type: scheduled, Duration: 60,
		Zone: p.Zone, Created: now.Truncate(time.Second), Settings: s.defaults(p), Source: fromAPI,
	}
	m.Settings["use_pmi"] = s.settings(p).PMIForScheduled && !s.settings(p).NoPersonal // where nothing else is said (OpenAPI)
	change(m, d)
	if m.Type == scheduled || m.Type == recurring || m.Type == screenShare {
		m.Start = d.start(m.Zone, now)
	}
	if m.Type == recurring && m.Recurrence == nil {
		m.Recurrence = &recurrence{Type: daily, Interval: 1, Times: 1}
	}
	if m.Topic == "" {
		m.Topic = "My Meeting"
	}
	s.setPasscode(m, d, p)
	return m, m.repeat()
}

// repeat makes the occurrences of a series anew; one without any is refused.
func (m *meeting) repeat() *apiError {
	if m.Type != recurring {
		m.Recurrence, m.Occurrences = nil, nil
		return nil
	}
	if m.Occurrences = m.Recurrence.occurrences(m.Start, m.Duration, m.Zone); len(m.Occurrences) == 0 {
		return invalid(fieldError{"recurrence", "Invalid field: the series has no occurrence."})
	}
	return nil
}

// change takes over what the draft says, the start and the passcode apart.
func change(m *meeting, d *draft) {
	set(&m.Topic, d.Topic)
	set(&m.Agenda, d.Agenda)
	set(&m.Duration, d.Duration)
	set(&m.Type, d.Type)
	set(&m.Zone, d.Timezone)
	apply(m.Settings, d.Settings)
	if d.Recurrence != nil && m.Type == recurring {
		m.Recurrence = d.Recurrence
	}
	if d.Tracking != nil {
		m.Tracking = d.Tracking
	}
	// The personal room serves types 2 and 3 only.
	if m.Type != scheduled && m.Type != recurringNoTime {
		m.Settings["use_pmi"] = m.Type == personal
	}
	m.PMI = m.Settings["use_pmi"] == true && m.Type != personal
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// setPasscode takes the given one, the personal room's, or makes one when the host's settings demand it and default_password is not
// false (OpenAPI; the seed's setting is not locked).
func (s *Sim) setPasscode(m *meeting, d *draft, p *world.Person) {
	switch {
	case m.PMI:
		m.Passcode = s.settings(p).PMIPasscode
	case d.Password != nil && *d.Password != "":
		m.Passcode = *d.Password
	case s.settings(p).RequirePasscode && (d.DefaultPassword == nil || *d.DefaultPassword):
		m.Passcode = s.newPasscode(p)
	default:
		m.Passcode = ""
	}
}

// record writes down what happened to a meeting; more are name, value pairs.
func (s *Sim) record(effect string, m *meeting, by string, more ...any) {
	detail := append([]any{"topic", m.Topic, "type", m.Type, "host", m.Host}, more...)
	if !m.Start.IsZero() {
		detail = append(detail, "start", stamp(m.Start), "duration", m.Duration, "timezone", m.Zone)
	}
	s.world.Ledger.Append(world.Zoom, effect, strconv.FormatInt(m.ID, 10), by, detail...)
	s.tell(effect, m, by)
	s.world.Changes.Publish("client")
}

// getMeeting is GET /meetings/{meetingId}, by number or UUID.
func (s *Sim) getMeeting(c *call) (int, any, *apiError) {
	m, refused := s.find(c)
	if refused != nil {
		return 0, nil, refused
	}
	b := s.body(c, m)
	if c.r.URL.Query().Get("show_previous_occurrences") != "true" && m.Occurrences != nil {
		now := s.world.Clock.Now()
		b["occurrences"] = shown(slices.DeleteFunc(slices.Clone(m.Occurrences), func(o *occurrence) bool {
			return slot{o.Start, o.Duration}.end().Before(now)
		}))
	}
	if id := c.r.URL.Query().Get("occurrence_id"); id != "" {
		o := m.occurrence(id)
		if o == nil {
			return 0, nil, fail(http.StatusNotFound, 3001, "Meeting does not exist: %s.", c.r.PathValue("meetingId"))
		}
		b["start_time"], b["duration"] = stamp(o.Start), o.Duration
		if o.Agenda != nil {
			b["agenda"] = *o.Agenda
		}
		own := maps.Clone(m.Settings)
		maps.Copy(own, o.Settings)
		b["settings"] = own
	}
	return http.StatusOK, b, nil
}

// occurrence finds one that was not deleted.
func (m *meeting) occurrence(id string) *occurrence {
	for _, o := range m.Occurrences {
		if o.ID == id && !o.Deleted {
			return o
		}
	}
	return nil
}

// one finds the occurrence that a request names; nil when it names none.
func (m *meeting) one(id string) (*occurrence, *apiError) {
	if id == "" {
		return nil, nil
	}
	o := m.occurrence(id)
	if o == nil {
		return nil, fail(http.StatusBadRequest, 300, "Invalid parameter: `occurrence_id`.")
	}
	return o, nil
}

// updateMeeting is PATCH /meetings/{meetingId}; a start that is past is ignored.
func (s *Sim) updateMeeting(c *call) (int, any, *apiError) {
	m, refused := s.find(c)
	if refused != nil {
		return 0, nil, refused
	}
	d, refused := readDraft(c.r.Body)
	if refused != nil {
		return 0, nil, refused
	}
	host := s.world.Seed.Person(m.Host)
	if deref(d.ScheduleFor) != "" {
		if host, refused = s.host(d, c.person); refused != nil {
			return 0, nil, refused
		}
	}
	o, refused := m.one(c.r.URL.Query().Get("occurrence_id"))
	if refused == nil {
		refused = s.fits(d, host)
	}
	if refused != nil {
		return 0, nil, refused
	}
	if o != nil {
		if refused := s.spend(c, host); refused != nil {
			return 0, nil, refused
		}
		s.alterOne(m, o, d, c.person.Handle)
		return http.StatusNoContent, nil, nil
	}
	altered, refused := s.altered(m, host, d)
	if refused != nil {
		return 0, nil, refused
	}
	if refused := s.spend(c, host); refused != nil {
		return 0, nil, refused
	}
	if host.Handle != m.Host && host != c.person {
		altered.Assistant = c.person.Handle
	}
	*m = *altered
	s.record("meeting.updated", m, c.person.Handle)
	return http.StatusNoContent, nil, nil
}

// altered is the meeting as a draft would have it. A change of when a series is held makes its occurrences anew.
func (s *Sim) altered(m *meeting, host *world.Person, d *draft) (*meeting, *apiError) {
	now, changed := s.world.Clock.Now(), *m
	changed.Settings, changed.Host = maps.Clone(m.Settings), host.Handle
	change(&changed, d)
	if t := d.start(changed.Zone, now); t.After(now) && changed.Type != recurringNoTime {
		changed.Start = t
	}
	if changed.Type == recurring && changed.Recurrence == nil {
		changed.Recurrence = &recurrence{Type: daily, Interval: 1, Times: 1}
	}
	if d.Password != nil || changed.PMI {
		s.setPasscode(&changed, d, host)
	}
	if d.Recurrence == nil && d.StartTime == nil && d.Duration == nil && changed.Type == m.Type {
		return &changed, nil
	}
	return &changed, changed.repeat()
}

// alterOne changes one occurrence: agenda, start, duration and these settings alone (OpenAPI).
func (s *Sim) alterOne(m *meeting, o *occurrence, d *draft, by string, more ...any) {
	now := s.world.Clock.Now()
	if d.Agenda != nil {
		o.Agenda = d.Agenda
	}
	set(&o.Duration, d.Duration)
	if t := d.start(first(deref(d.Timezone), m.Zone), now); t.After(now) {
		o.Start = t
	}
	for _, name := range []string{"host_video", "participant_video", "join_before_host", "mute_upon_entry", "waiting_room", "watermark", "auto_recording"} {
		if value, given := d.Settings[name]; given {
			if o.Settings == nil {
				o.Settings = map[string]any{}
			}
			o.Settings[name] = value
		}
	}
	s.record("occurrence.updated", m, by, append([]any{"occurrence", o.ID, "occurrenceStart", stamp(o.Start), "occurrenceDuration", o.Duration}, more...)...)
}

func deref(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// deleteMeeting is DELETE /meetings/{meetingId}.
func (s *Sim) deleteMeeting(c *call) (int, any, *apiError) {
	m, refused := s.find(c)
	if refused == nil {
		refused = s.remove(m, c.r.URL.Query().Get("occurrence_id"), c.person.Handle)
	}
	if refused != nil {
		return 0, nil, refused
	}
	return http.StatusNoContent, nil, nil
}

// remove deletes a meeting, or one occurrence of it.
func (s *Sim) remove(m *meeting, occurrence, by string, more ...any) *apiError {
	switch {
	case m.Type == personal, m.PMI && s.knobs.PersonalStays:
		return fail(http.StatusBadRequest, 3018, "Not allowed to delete PMI.")
	case m.running():
		// UNVERIFIED: of an older list of Zoom's errors.
		return fail(http.StatusBadRequest, 3002, "Sorry, you cannot delete this meeting since it's in progress.")
	}
	o, refused := m.one(occurrence)
	if refused != nil {
		return refused
	}
	if o != nil {
		o.Deleted = true
		s.record("occurrence.deleted", m, by, append([]any{"occurrence", o.ID, "occurrenceStart", stamp(o.Start)}, more...)...)
		return nil
	}
	s.discard(m)
	s.record("meeting.deleted", m, by, more...)
	return nil
}

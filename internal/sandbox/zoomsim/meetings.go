package zoomsim

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"causeway/internal/sandbox/world"
)

// createMeeting is POST /users/me/meetings.
func (s *Sim) createMeeting(c *call) (int, any, *apiError) {
	d, refused := readDraft(c)
	if refused != nil {
		return 0, nil, refused
	}
	if refused := s.spend(c); refused != nil {
		return 0, nil, refused
	}
	p, now := c.person, s.world.Clock.Now()
	m := &meeting{
		ID: s.world.IDs.MeetingNumber(), UUID: s.world.IDs.MeetingUUID(), Host: p.Handle, Topic: "My Meeting", Type: scheduled, Duration: 60,
		Zone: p.Zone, Created: now.Truncate(time.Second), Settings: defaults(p), Source: "open_api",
	}
	m.Settings["use_pmi"] = p.ZoomSettings.PMIForScheduled // where nothing else is said (OpenAPI)
	change(m, d)
	if m.Type == scheduled || m.Type == recurring || m.Type == screenShare {
		m.Start = d.start(m.Zone, now)
	}
	if m.Type == recurring {
		if m.Recurrence == nil {
			m.Recurrence = &recurrence{Type: daily, Interval: 1, Times: 1}
		}
		m.Occurrences = m.Recurrence.occurrences(m.Start, m.Duration, m.Zone)
	}
	if m.Topic == "" {
		m.Topic = "My Meeting"
	}
	s.setPasscode(m, d, p)
	s.state.Meetings[m.ID] = m
	s.record("meeting.created", m, p.Handle)
	return http.StatusCreated, s.body(c, m), nil
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
		m.Passcode = p.ZoomSettings.PMIPasscode
	case d.Password != nil && *d.Password != "":
		m.Passcode = *d.Password
	case p.ZoomSettings.RequirePasscode && (d.DefaultPassword == nil || *d.DefaultPassword):
		m.Passcode = s.newPasscode(p)
	default:
		m.Passcode = ""
	}
}

func (s *Sim) record(effect string, m *meeting, by string) {
	detail := []any{"topic", m.Topic, "type", m.Type, "host", m.Host}
	if !m.Start.IsZero() {
		detail = append(detail, "start", stamp(m.Start), "duration", m.Duration, "timezone", m.Zone)
	}
	s.world.Ledger.Append(world.Zoom, effect, strconv.FormatInt(m.ID, 10), by, detail...)
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
		b["occurrences"] = slices.DeleteFunc(slices.Clone(m.Occurrences), func(o *occurrence) bool {
			return o.Start.Add(time.Duration(o.Duration) * time.Minute).Before(now)
		})
	}
	if id := c.r.URL.Query().Get("occurrence_id"); id != "" {
		o := m.occurrence(id)
		if o == nil {
			return 0, nil, fail(http.StatusNotFound, 3001, "Meeting does not exist: %s.", c.r.PathValue("meetingId"))
		}
		b["start_time"], b["duration"] = stamp(o.Start), o.Duration
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

// updateMeeting is PATCH /meetings/{meetingId}; a start that is past is ignored.
func (s *Sim) updateMeeting(c *call) (int, any, *apiError) {
	m, refused := s.find(c)
	if refused != nil {
		return 0, nil, refused
	}
	d, refused := readDraft(c)
	if refused != nil {
		return 0, nil, refused
	}
	var one *occurrence
	if id := c.r.URL.Query().Get("occurrence_id"); id != "" {
		if one = m.occurrence(id); one == nil {
			return 0, nil, fail(http.StatusBadRequest, 300, "Invalid parameter: `occurrence_id`.")
		}
	}
	if refused := s.spend(c); refused != nil {
		return 0, nil, refused
	}
	now := s.world.Clock.Now()
	if one != nil {
		set(&m.Agenda, d.Agenda)
		set(&one.Duration, d.Duration)
		if t := d.start(first(deref(d.Timezone), m.Zone), now); t.After(now) {
			one.Start = t
		}
	} else {
		change(m, d)
		if t := d.start(m.Zone, now); t.After(now) && m.Type != recurringNoTime {
			m.Start = t
		}
		if m.Type == recurring && m.Recurrence != nil && (d.Recurrence != nil || d.StartTime != nil || d.Duration != nil) {
			m.Occurrences = m.Recurrence.occurrences(m.Start, m.Duration, m.Zone)
		}
		if d.Password != nil || m.PMI {
			s.setPasscode(m, d, c.person)
		}
	}
	s.record("meeting.updated", m, c.person.Handle)
	return http.StatusNoContent, nil, nil
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
	if refused != nil {
		return 0, nil, refused
	}
	switch {
	case m.Type == personal:
		return 0, nil, fail(http.StatusBadRequest, 3018, "Not allowed to delete PMI.")
	case m.running():
		// UNVERIFIED: of an older list of Zoom's errors.
		return 0, nil, fail(http.StatusBadRequest, 3002, "Sorry, you cannot delete this meeting since it's in progress.")
	}
	if id := c.r.URL.Query().Get("occurrence_id"); id != "" {
		o := m.occurrence(id)
		if o == nil {
			return 0, nil, fail(http.StatusBadRequest, 300, "Invalid parameter: `occurrence_id`.")
		}
		o.Deleted = true
		s.record("meeting.updated", m, c.person.Handle)
		return http.StatusNoContent, nil, nil
	}
	delete(s.state.Meetings, m.ID)
	s.record("meeting.deleted", m, c.person.Handle)
	return http.StatusNoContent, nil, nil
}

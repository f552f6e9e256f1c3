package zoomsim

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"causeway/internal/sandbox/world"
)

// ErrRefused answers an act in the portal that Zoom does not allow.
var ErrRefused = errors.New("zoom refuses")

// PortalMeeting is a meeting as its host sees it in Zoom's web portal.
type PortalMeeting struct {
	ID          string             `json:"id"`
	Topic       string             `json:"topic"`
	Agenda      string             `json:"agenda"`
	Type        int                `json:"type"`            // Zoom's: 2 scheduled, 3 recurring without a time, 8 recurring
	Start       *time.Time         `json:"start,omitempty"` // of a series that of the next occurrence
	Duration    int                `json:"duration"`        // minutes
	Zone        string             `json:"zone"`
	Passcode    string             `json:"passcode"`
	WaitingRoom bool               `json:"waitingRoom"`
	Personal    bool               `json:"personal"` // held under the personal number
	Repeats     string             `json:"repeats,omitempty"`
	Assistant   string             `json:"assistant,omitempty"` // handle of who scheduled it for the host
	Source      string             `json:"source"`              // open_api or web_portal
	JoinPath    string             `json:"joinPath"`
	Occurrences []PortalOccurrence `json:"occurrences,omitempty"`
}

// PortalOccurrence is one meeting of a series.
type PortalOccurrence struct {
	ID       string    `json:"id"`
	Start    time.Time `json:"start"`
	Duration int       `json:"duration"`
	Deleted  bool      `json:"deleted"`
}

// Portal lists what a person hosts, by time; instant meetings and the personal room are not in it.
func (s *Sim) Portal(person string) ([]PortalMeeting, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.portalUser(person)
	if err != nil {
		return nil, err
	}
	return s.hosted(p), nil
}

// PortalSchedule makes a meeting as its host does in the portal. The draft has the form of POST /users/me/meetings.
func (s *Sim) PortalSchedule(person string, draft []byte) (PortalMeeting, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.portalUser(person)
	if err != nil {
		return PortalMeeting{}, err
	}
	d, refused := readDraft(bytes.NewReader(draft))
	if refused != nil {
		return PortalMeeting{}, refused.control()
	}
	m, refused := s.portalSchedule(p, d)
	if refused != nil {
		return PortalMeeting{}, refused.control()
	}
	return s.portalMeeting(m), nil
}

// PortalChange changes a meeting, or with an id of an occurrence that alone. The draft has the form of PATCH /meetings/{meetingId}.
func (s *Sim) PortalChange(person, id, occurrence string, draft []byte) (PortalMeeting, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, m, err := s.portalFind(person, id)
	if err != nil {
		return PortalMeeting{}, err
	}
	d, refused := readDraft(bytes.NewReader(draft))
	if refused == nil {
		refused = s.portalChange(p, m, occurrence, d)
	}
	if refused != nil {
		return PortalMeeting{}, refused.control()
	}
	return s.portalMeeting(m), nil
}

// PortalDelete deletes a meeting, or with an id of an occurrence that alone.
func (s *Sim) PortalDelete(person, id, occurrence string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, m, err := s.portalFind(person, id)
	if err != nil {
		return err
	}
	if refused := s.remove(m, occurrence, p.Handle, "source", "portal"); refused != nil {
		return refused.control()
	}
	return nil
}

// PortalSettings are a person's own settings at Zoom.
func (s *Sim) PortalSettings(person string) (world.ZoomSettings, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.portalUser(person)
	if err != nil {
		return world.ZoomSettings{}, err
	}
	return *s.settings(p), nil
}

// SetPortalSettings replaces them. New meetings follow them.
func (s *Sim) SetPortalSettings(person string, z world.ZoomSettings) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.portalUser(person)
	if err != nil {
		return err
	}
	if z.PasscodeLength < 0 || z.PasscodeLength > 10 {
		return fmt.Errorf("%w: passcodes have at most 10 characters", ErrRefused)
	}
	s.saveSettings(p, z)
	return nil
}

func (s *Sim) saveSettings(p *world.Person, z world.ZoomSettings) {
	s.state.Hosts[p.Handle] = &z
	s.world.Ledger.Append(world.Zoom, "settings.updated", p.ZoomID, p.Handle, "source", "portal")
	s.world.Changes.Publish("client")
}

// control is a refusal as the control API tells it.
func (e *apiError) control() error {
	kind := ErrRefused
	if e.status == http.StatusNotFound {
		kind = ErrControl
	}
	return fmt.Errorf("%w: %s", kind, e.text())
}

// text is what a person reads of a refusal.
func (e *apiError) text() string {
	text := e.message
	for _, f := range e.fields {
		text += " " + f.Field + ": " + f.Message
	}
	return text
}

// portalUser is somebody who can sign in to the portal.
func (s *Sim) portalUser(ref string) (*world.Person, error) {
	p := s.world.Seed.Person(ref)
	if p == nil || p.ZoomID == "" || p.Disabled {
		return nil, fmt.Errorf("%w: %q has no Zoom account", ErrControl, ref)
	}
	return p, nil
}

// portalFind is a meeting that the person may manage.
func (s *Sim) portalFind(person, id string) (*world.Person, *meeting, error) {
	p, err := s.portalUser(person)
	if err != nil {
		return nil, nil, err
	}
	number, _ := strconv.ParseInt(id, 10, 64)
	m := s.state.Meetings[number]
	if m == nil || m.expired(s.world.Clock.Now()) || !s.mayManage(p, m.Host) {
		return nil, nil, fmt.Errorf("%w: %s has no meeting %q", ErrControl, p.Handle, id)
	}
	return p, m, nil
}

func (s *Sim) portalSchedule(p *world.Person, d *draft) (*meeting, *apiError) {
	host, refused := s.host(d, p)
	if refused == nil {
		refused = s.fits(d, host)
	}
	if refused != nil {
		return nil, refused
	}
	m, refused := s.planned(host, d)
	if refused != nil {
		return nil, refused
	}
	m.Source = fromPortal
	if host != p {
		m.Assistant = p.Handle
	}
	s.state.Meetings[m.ID] = m
	s.record("meeting.created", m, p.Handle, "source", "portal")
	return m, nil
}

func (s *Sim) portalChange(p *world.Person, m *meeting, occurrence string, d *draft) *apiError {
	host := s.world.Seed.Person(m.Host)
	o, refused := m.one(occurrence)
	if refused == nil && deref(d.ScheduleFor) != "" {
		host, refused = s.host(d, p)
	}
	if refused == nil {
		refused = s.fits(d, host)
	}
	if refused != nil {
		return refused
	}
	if o != nil {
		s.alterOne(m, o, d, p.Handle, "source", "portal")
		return nil
	}
	changed, refused := s.altered(m, host, d)
	if refused != nil {
		return refused
	}
	*m = *changed
	s.record("meeting.updated", m, p.Handle, "source", "portal")
	return nil
}

// hosted are a person's meetings by time; those without one come last.
func (s *Sim) hosted(p *world.Person) []PortalMeeting {
	now := s.world.Clock.Now()
	list := []PortalMeeting{}
	for _, m := range s.state.Meetings {
		if m.Host == p.Handle && m.Type != instant && m.Type != personal && !m.expired(now) && m.listed("upcoming", now) {
			list = append(list, s.portalMeeting(m))
		}
	}
	slices.SortFunc(list, func(a, b PortalMeeting) int {
		if a.Start == nil || b.Start == nil {
			return cmp.Or(cmp.Compare(count(a.Start == nil), count(b.Start == nil)), cmp.Compare(a.ID, b.ID))
		}
		return cmp.Or(a.Start.Compare(*b.Start), cmp.Compare(a.ID, b.ID))
	})
	return list
}

// count is 1 for what is so.
func count(so bool) int {
	if so {
		return 1
	}
	return 0
}

func (s *Sim) portalMeeting(m *meeting) PortalMeeting {
	shown := PortalMeeting{
		ID: strconv.FormatInt(m.ID, 10), Topic: m.Topic, Agenda: m.Agenda, Type: m.Type, Duration: m.Duration, Zone: m.Zone, Passcode: m.Passcode,
		WaitingRoom: m.Settings["waiting_room"] == true, Personal: m.PMI, Assistant: m.Assistant, Source: m.Source,
		JoinPath: s.joinURL("", s.roomNumber(m), s.passcodeInLink(m.Host, m.Passcode, true)),
	}
	if at := m.next(s.world.Clock.Now()); !at.IsZero() && m.Type != recurringNoTime {
		shown.Start = &at
	}
	if m.Recurrence != nil {
		shown.Repeats = m.Recurrence.sentence(len(m.Occurrences))
	}
	for _, o := range m.Occurrences {
		shown.Occurrences = append(shown.Occurrences, PortalOccurrence{o.ID, o.Start, o.Duration, o.Deleted})
	}
	return shown
}

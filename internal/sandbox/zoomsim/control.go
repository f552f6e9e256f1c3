package zoomsim

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"causeway/internal/sandbox/world"
)

// ErrControl answers a hook of the control API that makes no sense: an unknown meeting or person.
var ErrControl = errors.New("zoom")

// Client is what the Zoom client stand-in shows.
type Client struct {
	Meetings []ClientMeeting `json:"meetings"`
	Opened   []Opened        `json:"opened"`
}

// ClientMeeting is one meeting in the client.
type ClientMeeting struct {
	ID           string              `json:"id"`
	Topic        string              `json:"topic"`
	Host         string              `json:"host"`     // handle
	HostName     string              `json:"hostName"` //
	Type         int                 `json:"type"`
	State        string              `json:"state"` // waiting or started
	Start        *time.Time          `json:"start,omitempty"`
	Duration     int                 `json:"duration"`
	Agenda       string              `json:"agenda"`
	Source       string              `json:"source"` // open_api: made through the API
	JoinPath     string              `json:"joinPath"`
	Participants []ClientParticipant `json:"participants"`
	Recording    bool                `json:"recording,omitempty"`
	Summarising  bool                `json:"summarising,omitempty"`
}

// ClientParticipant is somebody in a meeting or waiting for it.
type ClientParticipant struct {
	Name   string `json:"name"`
	Handle string `json:"handle,omitempty"`
	Host   bool   `json:"host,omitempty"`
	State  string `json:"state"` // joined or waiting
}

// Opened is a join or start link that somebody opened in the client.
type Opened struct {
	At      time.Time `json:"at"`
	Kind    string    `json:"kind"` // join or start
	Meeting string    `json:"meeting"`
	Topic   string    `json:"topic"`
	By      string    `json:"by"` // handle or name
}

// maxOpened bounds the list of opened links.
const maxOpened = 200

func (s *Sim) opened(kind string, m *meeting, who *participant) {
	s.state.Opened = append(s.state.Opened, Opened{
		At: s.world.Clock.Now(), Kind: kind, Meeting: strconv.FormatInt(m.ID, 10), Topic: m.Topic, By: first(who.Handle, who.Name),
	})
	if over := len(s.state.Opened) - maxOpened; over > 0 {
		s.state.Opened = slices.Clone(s.state.Opened[over:])
	}
}

// Client answers all meetings that can be joined, those made last first, and the links opened.
func (s *Sim) Client() Client {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closeOverdue()
	return s.client()
}

// Meetings are Client's meetings.
func (s *Sim) Meetings() []ClientMeeting { return s.Client().Meetings }

func (s *Sim) client() Client {
	now := s.world.Clock.Now()
	var list []*meeting
	for _, m := range s.state.Meetings {
		if !m.expired(now) && (m.Type != personal || m.running()) {
			list = append(list, m)
		}
	}
	slices.SortFunc(list, func(a, b *meeting) int { return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(a.ID, b.ID)) })
	c := Client{Meetings: []ClientMeeting{}, Opened: append([]Opened{}, s.state.Opened...)}
	for _, m := range list {
		c.Meetings = append(c.Meetings, s.clientMeeting(m))
	}
	return c
}

func (s *Sim) clientMeeting(m *meeting) ClientMeeting {
	host := s.world.Seed.Person(m.Host)
	room := s.roomNumber(m)
	shown := ClientMeeting{
		ID: strconv.FormatInt(m.ID, 10), Topic: m.Topic, Host: m.Host, HostName: host.Name, Type: m.Type, State: "waiting", Duration: m.Duration,
		Agenda: m.Agenda, Source: m.Source, Participants: []ClientParticipant{}, Recording: m.Recording, Summarising: m.Summarising,
		JoinPath: s.joinURL("", room, s.passcodeInLink(m.Host, m.Passcode, true)),
	}
	if m.running() {
		shown.State = "started"
	}
	if at := m.next(s.world.Clock.Now()); !at.IsZero() {
		shown.Start = &at
	}
	for _, p := range m.Participants {
		state := "joined"
		if p.Waiting {
			state = "waiting"
		}
		shown.Participants = append(shown.Participants, ClientParticipant{Name: p.Name, Handle: p.Handle, Host: p.Host, State: state})
	}
	return shown
}

// Join lets somebody (handle, e-mail or a guest's name) join a meeting, as if he opened its link; its host starts it.
func (s *Sim) Join(id, as string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.byNumber(id)
	if m == nil {
		return fmt.Errorf("%w: no meeting %q", ErrControl, id)
	}
	if as == "" {
		return fmt.Errorf("%w: say who joins", ErrControl)
	}
	s.enter(m, s.visitor(as))
	return nil
}

// End ends a running meeting for everybody.
func (s *Sim) End(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.byNumber(id)
	if m == nil || !m.running() {
		return fmt.Errorf("%w: no meeting %q is running", ErrControl, id)
	}
	s.finish(m, m.Host, "host")
	return nil
}

// Approve is what the Zoom administrator decides about the app. Withdrawn, its tokens and API calls are refused with 4738.
func (s *Sim) Approve(approved bool, by string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state.Approved == approved {
		return
	}
	s.state.Approved = approved
	effect := "app.withdrawn"
	if approved {
		effect = "app.approved"
	}
	s.world.Ledger.Append(world.Zoom, effect, s.state.ClientID, by)
	s.world.Changes.Publish("client")
}

// Approved says whether the administrator has approved the app.
func (s *Sim) Approved() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.Approved
}

// Credentials are the app's client id, client secret and webhook secret.
func (s *Sim) Credentials() (clientID, clientSecret, webhookSecret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.ClientID, s.state.Secret, s.state.Webhook
}

// SetManifest replaces the app's manifest: later grants follow the new one.
func (s *Sim) SetManifest(raw []byte) error {
	a, err := readManifest(raw, userApp)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.app = a
	return nil
}

// Knobs are those in force.
func (s *Sim) Knobs() Knobs {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.knobs
}

// SetKnobs turns them.
func (s *Sim) SetKnobs(k Knobs) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.knobs = k
	if !k.HoldEvents {
		s.release()
	}
}

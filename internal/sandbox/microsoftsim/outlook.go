package microsoftsim

import (
	"slices"
	"strings"
	"time"
)

// CalendarEvent is an entry as a calendar shows it.
type CalendarEvent struct {
	ID        string          `json:"id"`
	Subject   string          `json:"subject"`
	Start     time.Time       `json:"start"`
	End       time.Time       `json:"end"`
	Zone      string          `json:"zone"`
	Location  string          `json:"location"`
	JoinURL   string          `json:"joinUrl"`
	Organizer Contact         `json:"organizer"`
	Attendees []EventAttendee `json:"attendees"`
	IsTeams   bool            `json:"isTeams"`
	Body      string          `json:"body"` // HTML
}

// EventAttendee is somebody invited.
type EventAttendee struct {
	Name     string `json:"name"`
	Address  string `json:"address"`
	Response string `json:"response"`
}

// Calendar is what stands in a person's calendar between two moments, by start. Zero moments do not limit.
func (s *Sim) Calendar(person string, from, to time.Time) ([]CalendarEvent, error) {
	p, err := s.person(person)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []CalendarEvent{}
	box := s.st.Mailboxes[p.Handle]
	if box == nil {
		return list, nil
	}
	for _, e := range box.Events {
		if !from.IsZero() && !e.End.At.After(from) || !to.IsZero() && !e.Start.At.Before(to) {
			continue
		}
		shown := CalendarEvent{
			ID: e.ID, Subject: e.Subject, Start: e.Start.At, End: e.End.At, Zone: e.Start.Zone, Location: e.Location.Name, Organizer: e.Organizer,
			IsTeams: e.Online, JoinURL: e.JoinURL, Body: e.Content, Attendees: []EventAttendee{},
		}
		if shown.JoinURL == "" && strings.HasPrefix(e.Location.URI, "http") {
			shown.JoinURL = e.Location.URI
		}
		for _, a := range e.Attendees {
			shown.Attendees = append(shown.Attendees, EventAttendee{Name: a.Name, Address: a.Address, Response: a.Response})
		}
		list = append(list, shown)
	}
	slices.SortStableFunc(list, func(a, b CalendarEvent) int { return a.Start.Compare(b.Start) })
	return list, nil
}

// Mail is a person's inbox, the newest first. A guest's is with his own company: what was sent there is shown.
func (s *Sim) Mail(person string) ([]*MailItem, error) {
	p, err := s.person(person)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []*MailItem{}
	if box := s.st.Mailboxes[p.Handle]; box != nil {
		list = append(list, box.Mail...)
	} else if p.Email != "" {
		list = append(list, s.st.Outside[strings.ToLower(p.Email)]...)
	}
	slices.SortStableFunc(list, func(a, b *MailItem) int { return b.At.Compare(a.At) })
	return list, nil
}

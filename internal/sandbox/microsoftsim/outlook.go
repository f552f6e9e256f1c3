package microsoftsim

import (
	"html"
	"slices"
	"strings"
	"time"
)

// CalendarEvent is an entry as a calendar shows it.
type CalendarEvent struct {
	ID        string          `json:"id"`
	SeriesID  string          `json:"seriesId,omitempty"` // of an occurrence: the series
	Original  *time.Time      `json:"original,omitempty"` // of an occurrence: where the series puts it
	Subject   string          `json:"subject"`
	Start     time.Time       `json:"start"`
	End       time.Time       `json:"end"`
	Zone      string          `json:"zone"`
	AllDay    bool            `json:"allDay"`
	Private   bool            `json:"private"`
	ShowAs    string          `json:"showAs"`
	Mine      bool            `json:"mine"`     // the person organises it
	Response  string          `json:"response"` // what the person has answered
	Location  string          `json:"location"`
	JoinURL   string          `json:"joinUrl"`
	Organizer Contact         `json:"organizer"`
	Attendees []EventAttendee `json:"attendees"`
	IsTeams   bool            `json:"isTeams"`
	Body      string          `json:"body"` // HTML
}

// EventAttendee is somebody, or a room, invited.
type EventAttendee struct {
	Name     string `json:"name"`
	Address  string `json:"address"`
	Type     string `json:"type"` // required, optional, resource
	Response string `json:"response"`
}

// Calendar is what stands in a person's calendar between two moments, by start. Zero moments do not limit. It shows a room's too.
func (s *Sim) Calendar(person string, from, to time.Time) ([]CalendarEvent, error) {
	handle := person
	if s.world.Seed.Room(person) == nil {
		p, err := s.person(person)
		if err != nil {
			return nil, err
		}
		handle = p.Handle
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []CalendarEvent{}
	if box := s.st.Mailboxes[handle]; box != nil {
		for _, e := range box.entries(from, to) {
			list = append(list, e.onPage())
		}
	}
	return list, nil
}

// onPage is an entry as a calendar shows it.
func (e *event) onPage() CalendarEvent {
	shown := CalendarEvent{
		ID: e.ID, Subject: e.Subject, Start: e.Start.At, End: e.End.At, Zone: e.Start.Zone, AllDay: e.AllDay, Private: e.Sensitivity == "private",
		ShowAs: e.taken(), Mine: e.Mine, Response: e.OwnerReplied, Location: e.Location.Name, Organizer: e.Organizer, IsTeams: e.Online,
		JoinURL: e.JoinURL, Body: e.Content, Attendees: []EventAttendee{},
	}
	if e.series != nil {
		shown.SeriesID, shown.Original = e.series.ID, &e.origin
	}
	if e.ContentType == "text" {
		shown.Body = html.EscapeString(e.Content)
	}
	if shown.JoinURL == "" && strings.HasPrefix(e.Location.URI, "http") {
		shown.JoinURL = e.Location.URI
	}
	for _, a := range e.Attendees {
		shown.Attendees = append(shown.Attendees, EventAttendee{Name: a.Name, Address: a.Address, Type: a.Type, Response: a.Response})
	}
	return shown
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

package calendar

import (
	"context"
	"errors"
	"time"

	"causeway/internal/entra"
	"causeway/internal/graph"
	"causeway/internal/problem"
)

// viewPage is how many events a page of a calendar has: the whole of most months in one call.
const viewPage = 250

// mostSeen is after how many events no further page is read: far more than anybody has, unless somebody fills the calendar.
const mostSeen = 5000

// errFull ends the reading of a calendar.
var errFull = errors.New("calendar: more events than are listed")

// Seen is an event, or one occurrence of a series, as it stands in somebody's calendar. Everything in it is people's text.
type Seen struct {
	ID        string
	Series    string    // the id of its master; "" when it takes place once
	Original  time.Time // of an occurrence: where the series puts it
	Subject   string
	Start     time.Time
	End       time.Time
	Zone      string // IANA name
	AllDay    bool   // it begins and ends with days of its zone
	Organizer bool   // it is the person's own
	Host      string // the name of whoever organises it
	Private   bool
	Meeting   string   // Zoom's number, when Causeway made the event
	Links     []string // the web addresses in it, as people wrote them
	Guests    []Invited
}

// Invited is somebody, or a room, and what they answered.
type Invited struct {
	Attendee
	Room   bool
	Answer string // accepted, tentative, declined, none
}

// View lists what stands in a person's calendar between two moments, cancelled events left out.
//
// Errors: Consent (the person has not let us into the calendar), NotFound (there is no mailbox), Unavailable.
func (s *Service) View(ctx context.Context, person entra.Person, from, to time.Time) ([]Seen, error) {
	client, err := s.c.Accounts.Graph(ctx, person)
	if err != nil {
		return nil, unseen(err)
	}
	var all []Seen
	err = client.CalendarView(ctx, graph.View{From: from, To: to, Property: MeetingProperty, Body: true, PageSize: viewPage}, func(page []graph.Event) error {
		for _, e := range page {
			if one, ok := seen(e); ok {
				all = append(all, one)
			}
		}
		if len(all) > mostSeen {
			return errFull
		}
		return nil
	})
	if errors.Is(err, errFull) {
		s.c.Logger.WarnContext(ctx, "calendar not read to its end", "events", len(all))
		err = nil
	}
	return all, unseen(err)
}

// Event reads one event of a person's calendar. Errors: as View, and NotFound.
func (s *Service) Event(ctx context.Context, person entra.Person, id string) (Seen, error) {
	client, err := s.c.Accounts.Graph(ctx, person)
	if err != nil {
		return Seen{}, unseen(err)
	}
	e, err := client.Event(ctx, id)
	if err != nil {
		return Seen{}, unseen(err)
	}
	one, ok := seen(e)
	if !ok {
		return Seen{}, problem.New(problem.NotFound, "problem.not_found")
	}
	return one, nil
}

// unseen says in our words why a calendar cannot be read.
func unseen(err error) error {
	switch {
	case err == nil:
		return nil
	case problem.Is(err, problem.Consent), problem.Is(err, problem.NotLinked), problem.Is(err, problem.SignIn), errors.Is(err, graph.ErrForbidden):
		return problem.New(problem.Consent, "problem.consent").Because(err)
	case errors.Is(err, graph.ErrNoMailbox), errors.Is(err, graph.ErrNotFound):
		return problem.New(problem.NotFound, "problem.not_found").Because(err)
	}
	return problem.New(problem.Unavailable, "problem.unavailable").Because(err)
}

// seen reads an event; false for one that is cancelled or cannot be understood.
func seen(e graph.Event) (Seen, bool) {
	zone, ok := graph.ToIANA(e.OriginalStartTimeZone)
	if !ok {
		zone = "UTC"
	}
	start, duration, err := span(e, zone)
	if err != nil || e.IsCancelled {
		return Seen{}, false
	}
	one := Seen{
		ID: e.ID, Series: e.SeriesMasterID, Original: e.OriginalStart.UTC(), Subject: e.Subject, Start: start, End: start.Add(duration), Zone: zone,
		AllDay: e.AllDay(), Organizer: e.IsOrganizer, Private: e.Sensitivity == "private" || e.Sensitivity == "confidential",
		Meeting: e.Property(MeetingProperty), Links: links(e),
	}
	if e.SeriesMasterID == "" {
		one.Original = time.Time{}
	}
	if e.Organizer != nil {
		one.Host = e.Organizer.EmailAddress.Name
	}
	for _, a := range e.Attendees {
		one.Guests = append(one.Guests, Invited{
			Attendee: Attendee{Name: a.EmailAddress.Name, Address: a.EmailAddress.Address}, Room: a.Type == "resource", Answer: answer(a.Status),
		})
	}
	return one, true
}

func answer(status *graph.Response) string {
	if status == nil {
		return "none"
	}
	switch status.Response {
	case "accepted", "declined":
		return status.Response
	case "tentativelyAccepted":
		return "tentative"
	}
	return "none"
}

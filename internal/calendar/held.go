package calendar

import (
	"context"
	"errors"
	"time"

	"causeway/internal/entra"
	"causeway/internal/graph"
)

// Held is what an event in the organiser's calendar says.
type Held struct {
	Event       string // its id
	Gone        bool   // deleted, or cancelled
	Subject     string
	Start       time.Time
	Duration    time.Duration
	Zone        string      // IANA name
	Repeat      *Series     // nil: it takes place once, or as a Series cannot say
	AllDay      bool        // it lasts whole days, as no meeting of Zoom's does
	Odd         bool        // it repeats in a way that a Series cannot say
	Occurrences []Exception // of a series: all that are in the calendar, those too that are as it says
	Declined    []string    // rooms that have declined, by name

	event     graph.Event
	instances []graph.Event // of a series
}

// Held reads the event of a meeting with a number at Zoom. Zone is the IANA name under which it was written: Exchange knows several
// names as one. One that is gone may have been replaced by another of ours, of which no record could be kept: then that is read, and
// Event names it. Errors: those of accounts.Service.Graph, and of graph.
func (s *Service) Held(ctx context.Context, organizer entra.Person, event, zoom, zone string) (Held, error) {
	client, err := s.c.Accounts.Graph(ctx, organizer)
	if err != nil {
		return Held{}, err
	}
	return s.heldOrOther(ctx, client, event, zoom, zone)
}

func (s *Service) heldOrOther(ctx context.Context, client *graph.Client, event, zoom, zone string) (Held, error) {
	h, err := s.held(ctx, client, event, zone)
	if err != nil || !h.Gone {
		return h, err
	}
	other, err := find(ctx, client, zoom)
	if err != nil || other == "" || other == event {
		return h, err
	}
	return s.held(ctx, client, other, zone)
}

func (s *Service) held(ctx context.Context, client *graph.Client, id, zone string) (Held, error) {
	e, err := client.Event(ctx, id)
	switch {
	case errors.Is(err, graph.ErrNotFound):
		return Held{Event: id, Gone: true}, nil
	case err != nil:
		return Held{}, err
	case e.IsCancelled:
		return Held{Event: id, Gone: true}, nil
	}
	h := Held{Event: id, Subject: e.Subject, Zone: zoneOf(e, zone), AllDay: e.AllDay(), Declined: declined(e), event: e}
	if h.Start, h.Duration, err = span(e, h.Zone); err != nil {
		return h, err
	}
	if e.Recurrence == nil {
		return h, nil
	}
	var said bool
	h.Repeat, said = seriesOf(*e.Recurrence)
	if h.Odd = !said; h.Odd {
		return h, nil
	}
	if err = s.readInstances(ctx, client, &h); errors.Is(err, graph.ErrNotFound) { // deleted this moment
		return Held{Event: id, Gone: true}, nil
	}
	return h, err
}

// year is how far outside of a series its moved occurrences are looked for. Graph shows five years at once.
const year = 365 * 24 * time.Hour

// readInstances reads the occurrences of a series. They are asked for generously, because a moved one may lie outside of it.
func (s *Service) readInstances(ctx context.Context, client *graph.Client, h *Held) error {
	end := h.Start.Add(4 * year)
	if day, err := time.Parse(time.DateOnly, h.Repeat.Until); err == nil && day.Add(year).Before(end) {
		end = day.Add(year)
	}
	var err error
	if h.instances, err = client.Instances(ctx, h.event.ID, h.Start.Add(-year), end); err != nil {
		return err
	}
	h.Occurrences = h.Occurrences[:0]
	for _, e := range h.instances {
		start, duration, err := span(e, h.Zone)
		if err != nil {
			return err
		}
		h.Occurrences = append(h.Occurrences, Exception{Original: original(e, start), Start: start, Duration: duration, Cancelled: e.IsCancelled, AllDay: e.AllDay()})
	}
	return nil
}

// original is when the series would have an occurrence start.
func original(e graph.Event, start time.Time) time.Time {
	if e.OriginalStart.IsZero() {
		return start
	}
	return e.OriginalStart.UTC()
}

// span is when an event starts and how long it is. A whole day is one of the zone, whatever zone Graph writes it in (UNVERIFIED).
func span(e graph.Event, zone string) (time.Time, time.Duration, error) {
	if e.AllDay() {
		e.Start.TimeZone, e.End.TimeZone = graph.ZoneFor(zone), graph.ZoneFor(zone)
	}
	start, err := e.Start.Time()
	if err != nil {
		return start, 0, err
	}
	end, err := e.End.Time()
	return start.UTC(), end.Sub(start), err
}

// zoneOf is the IANA zone of an event: the one expected, when Exchange knows both under one name.
func zoneOf(e graph.Event, expected string) string {
	name := e.OriginalStartTimeZone
	if name == "" {
		return expected
	}
	known, _ := graph.ToIANA(graph.ZoneFor(expected))
	found, ok := graph.ToIANA(name)
	if !ok || found == known {
		return expected
	}
	return found
}

// declined are the rooms that will not have the meeting.
func declined(e graph.Event) (names []string) {
	for _, a := range e.Attendees {
		if a.Type == "resource" && a.Status != nil && a.Status.Response == "declined" {
			name := a.EmailAddress.Name
			if name == "" {
				name = a.EmailAddress.Address
			}
			names = append(names, name)
		}
	}
	return names
}

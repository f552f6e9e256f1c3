package calendar

import (
	"context"
	"errors"
	"strings"

	"causeway/internal/entra"
	"causeway/internal/graph"
	"causeway/internal/problem"
)

// Answers that somebody gives to an invitation, as Seen has them.
const (
	Accepted  = "accepted"
	Tentative = "tentative"
	Declined  = "declined"
)

// Answer gives a person's answer to the invitation that went out with the entry of r, in that person's own calendar; Exchange mails the
// organiser. What stands there already is not said again. The entry is known by the organiser's: anybody can send an invitation that
// looks like it.
//
// Errors: Consent (the person has not let us into the calendar), NotFound (the invitation is not in it), Unavailable.
func (s *Service) Answer(ctx context.Context, person, organizer entra.Person, r Record, answered string) error {
	with, known := map[string]graph.Answer{Accepted: graph.Accept, Tentative: graph.TentativelyAccept, Declined: graph.Decline}[answered]
	if !known {
		return problem.New(problem.Invalid, "problem.invalid")
	}
	theirs, err := s.c.Accounts.Graph(ctx, person)
	if err != nil {
		return unseen(err)
	}
	ours, err := s.c.Accounts.Graph(ctx, organizer)
	if err != nil {
		return problem.New(problem.NotFound, "problem.not_found").Because(err)
	}
	original, err := ours.Event(ctx, r.EventID)
	if errors.Is(err, graph.ErrForbidden) { // it is not the person's own grant that is missing
		return problem.New(problem.NotFound, "problem.not_found").Because(err)
	}
	if err != nil {
		return unseen(err)
	}
	found, err := theirs.EventsOf(ctx, original.ICalUID)
	if err != nil {
		return unseen(err)
	}
	for _, e := range found {
		if e.IsOrganizer || e.IsCancelled || !sameOrganizer(e, original) {
			continue
		}
		if answer(e.ResponseStatus) == answered {
			return nil
		}
		err := theirs.Answer(ctx, e.ID, with)
		if answered == Declined && errors.Is(err, graph.ErrNotFound) { // an earlier try, whose answer was lost, has taken it out
			return nil
		}
		return unseen(err)
	}
	return problem.New(problem.NotFound, "problem.not_found")
}

// sameOrganizer tells whether two events are from one person: whoever was invited knows the iCalUId, and can send others an event with it.
func sameOrganizer(a, b graph.Event) bool {
	return a.Organizer != nil && b.Organizer != nil && strings.EqualFold(a.Organizer.EmailAddress.Address, b.Organizer.EmailAddress.Address)
}

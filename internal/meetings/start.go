package meetings

import (
	"context"
	"errors"

	"causeway/internal/entra"
	"causeway/internal/policy"
	"causeway/internal/problem"
	"causeway/internal/zoom"
)

// StartURL answers the address at which the host starts a meeting. It carries the host's sign-in and is asked from Zoom
// anew each time, shown to nobody else and stored nowhere: the caller redirects to it.
//
// Errors: NotFound (no such meeting, or not this person's: the same answer), NotLinked, Forbidden, Unavailable.
func (s *Service) StartURL(ctx context.Context, person entra.Person, meeting string) (string, error) {
	if err := s.c.Policy.Allow(ctx, person.Tenant, policy.Meetings); err != nil {
		return "", err
	}
	m, err := s.Find(ctx, person.Tenant, meeting)
	if err != nil {
		return "", err
	}
	if m.Organizer != person || m.State != Active {
		return "", problem.New(problem.NotFound, "meetings.not_yours")
	}
	client, err := s.c.Accounts.Zoom(ctx, person)
	if err != nil {
		return "", err
	}
	fresh, err := client.Meeting(ctx, m.Zoom)
	switch {
	case errors.Is(err, zoom.ErrNotFound):
		return "", problem.New(problem.NotFound, "meetings.gone").Because(err)
	case err != nil:
		return "", s.failure(ctx, m, err)
	case !s.c.Links.Start(fresh.StartURL):
		return "", problem.New(problem.Unavailable, "meetings.zoom_unavailable")
	}
	return fresh.StartURL, nil
}

package meetings

import (
	"context"
	"errors"
	"slices"

	"causeway/internal/entra"
	"causeway/internal/problem"
	"causeway/internal/zoom"
)

// colleagues is how many people are asked whether a meeting that its organiser does not find is theirs now.
const colleagues = 50

// elsewhere tells whether a meeting that its organiser does not find at Zoom stands there all the same, hosted by somebody else: Zoom
// answers who may not see a meeting as if there were none. So it counts as gone only when the organiser hosted it, as far as is known,
// and no colleague does now. One who is not connected cannot be asked.
func (s *Service) elsewhere(ctx context.Context, m Meeting, c Copy) (bool, error) {
	if m.State != Active || c.Agreed.Gone || !m.Draft.End().After(s.c.Now()) {
		return false, nil
	}
	account, err := s.c.Accounts.Account(ctx, m.Organizer)
	if err != nil {
		return false, err
	}
	if m.Draft.For != "" || c.Of != "" && c.Of != string(account.ZoomUser) {
		return true, nil
	}
	people, err := s.c.Storage.Linked(ctx, m.Organizer.Tenant, m.ID, colleagues)
	for _, p := range people {
		if p == m.Organizer || err != nil {
			continue
		}
		var theirs bool
		if theirs, err = s.finds(ctx, p, m.Zoom); theirs {
			return true, nil
		}
	}
	return false, err
}

// finds tells whether a person may manage a meeting at Zoom. Who may not ask at all does not; when Zoom does not answer, nothing is known.
func (s *Service) finds(ctx context.Context, person entra.Person, id zoom.MeetingID) (bool, error) {
	client, err := s.c.Accounts.Zoom(ctx, person)
	if err == nil {
		_, err = client.Meeting(ctx, id)
	}
	var refused *zoom.Error
	final := errors.As(err, &refused) && refused.Status < 500 && !errors.Is(err, zoom.ErrRateLimited)
	if final || problem.Is(err, problem.NotLinked) {
		return false, nil
	}
	return err == nil, err
}

// notedHost is what there is to say after a look at Zoom: whether somebody else hosts the meeting.
func (s *Service) notedHost(before []Note, lost bool) []Note {
	known := func(n Note) bool { return n.Kind == HostChanged }
	switch {
	case !lost:
		return slices.DeleteFunc(slices.Clone(before), known)
	case slices.ContainsFunc(before, known):
		return before
	}
	return append(slices.Clone(before), Note{Kind: HostChanged, At: s.c.Now()})
}

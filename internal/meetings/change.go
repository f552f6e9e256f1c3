package meetings

import (
	"context"
	"errors"

	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/notifications"
	"causeway/internal/policy"
	"causeway/internal/problem"
	"causeway/internal/zoom"
)

// feature is what policy calls meetings.
const feature = policy.Meetings

// ErrStale says that a meeting was changed by somebody else in the meantime.
var ErrStale = problem.New(problem.Conflict, "meetings.stale")

// Own answers a meeting to the person who made it. To everybody else it does not exist.
func (s *Service) Own(ctx context.Context, person entra.Person, meeting string) (Meeting, error) {
	if err := s.c.Policy.Allow(ctx, person.Tenant, feature); err != nil {
		return Meeting{}, err
	}
	m, err := s.Find(ctx, person.Tenant, meeting)
	if err != nil {
		return Meeting{}, err
	}
	if m.Organizer != person {
		return Meeting{}, problem.New(problem.NotFound, "meetings.not_yours")
	}
	return m, nil
}

// changeTries bounds how often a change begins anew because another one came first.
const changeTries = 4

// Change moves or renames a meeting: at Zoom now, in the calendar, on the card and in messages by the jobs that follow. It may be
// repeated: the last wish holds everywhere.
//
// Errors: as Own; Invalid with fields, NotLinked, Conflict (cancelled), Unavailable.
func (s *Service) Change(ctx context.Context, person entra.Person, meeting string, d Draft) (Meeting, error) {
	return s.edit(ctx, person, meeting, func(m *Meeting, client *zoom.Client) error {
		if m.State != Active {
			return problem.New(problem.Conflict, "meetings.cancelled_already")
		}
		wish := d.clean()
		wish.Now, wish.Everyone, wish.Chosen, wish.Passcode = m.Draft.Now, m.Draft.Everyone, m.Draft.Chosen, m.Draft.Passcode
		since := s.c.Now()
		if wish.Start.Equal(m.Draft.Start) {
			since = m.Draft.Start // a meeting that has begun may still be renamed
		}
		if err := wish.check(since); err != nil {
			return err
		}
		m.Draft = wish
		err := client.UpdateMeeting(ctx, m.Zoom, changed(*m))
		if errors.Is(err, zoom.ErrNotFound) {
			return problem.New(problem.NotFound, "meetings.gone").Because(err)
		}
		return err
	})
}

// Cancel ends a meeting everywhere. It may be repeated. Errors: as Own; NotLinked, Unavailable.
func (s *Service) Cancel(ctx context.Context, person entra.Person, meeting string) (Meeting, error) {
	return s.edit(ctx, person, meeting, func(m *Meeting, client *zoom.Client) error {
		if m.State == Cancelled {
			return errSame
		}
		m.State = Cancelled
		if err := client.DeleteMeeting(ctx, m.Zoom); err != nil && !errors.Is(err, zoom.ErrNotFound) {
			return err
		}
		return nil
	})
}

// errSame says that an edit changes nothing.
var errSame = errors.New("meetings: nothing changes")

// edit has the organiser change a meeting, first at Zoom, then here. When somebody else came in between, both once more: so
// the two end alike.
func (s *Service) edit(ctx context.Context, person entra.Person, meeting string, change func(*Meeting, *zoom.Client) error) (Meeting, error) {
	for range changeTries {
		m, err := s.Own(ctx, person, meeting)
		if err != nil {
			return m, err
		}
		client, err := s.c.Accounts.Zoom(ctx, person)
		if err != nil {
			return m, err
		}
		err = change(&m, client)
		if errors.Is(err, errSame) {
			return m, nil
		}
		if err != nil {
			return m, s.failure(ctx, person, err)
		}
		m, err = s.saveChange(context.WithoutCancel(ctx), m)
		if !errors.Is(err, ErrStale) {
			return m, err
		}
	}
	return Meeting{}, ErrStale
}

// failure is refusal for what is no matter of Zoom's.
func (s *Service) failure(ctx context.Context, person entra.Person, err error) error {
	var p *problem.Error
	if errors.As(err, &p) {
		return p
	}
	return s.refusal(ctx, person, err)
}

func (s *Service) saveChange(ctx context.Context, m Meeting) (Meeting, error) {
	told, err := s.c.Notifications.About(ctx, m.Organizer.Tenant, m.ID)
	if err != nil {
		return m, err
	}
	m.Revision, err = s.c.Storage.Change(ctx, m, func(revision int64) []jobs.Job {
		m.Revision = revision
		follow := []jobs.Job{job(CardJob, m), job(CalendarJob, m)}
		for _, t := range told {
			follow = append(follow, notifications.RefreshOf(t, revision))
		}
		return follow
	})
	return m, err
}

// changed is what Zoom is told of a changed meeting.
func changed(m Meeting) zoom.MeetingChange {
	n := wanted(Reserved{Meeting: m.ID, Request: Request{Draft: m.Draft}})
	return zoom.MeetingChange{
		Topic: &n.Topic, Agenda: &n.Agenda, Start: n.Start, Zone: n.Zone, Duration: n.Duration, Settings: &n.Settings,
	}
}

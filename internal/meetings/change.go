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

// Change moves or renames a meeting: at Zoom now, in the calendar, on the card and in messages by the jobs that follow. It may be
// repeated: the last wish holds everywhere.
func (s *Service) Change(ctx context.Context, person entra.Person, meeting string, d Draft) (Meeting, error) {
	m, err := s.Own(ctx, person, meeting)
	if err != nil {
		return m, err
	}
	if m.State != Active {
		return m, problem.New(problem.Conflict, "meetings.cancelled_already")
	}
	d = d.clean()
	d.Now, d.Everyone, d.Chosen = m.Draft.Now, m.Draft.Everyone, m.Draft.Chosen
	if err := d.check(s.c.Now()); err != nil {
		return m, err
	}
	client, err := s.c.Accounts.Zoom(ctx, person)
	if err != nil {
		return m, err
	}
	m.Draft = d
	if err := client.UpdateMeeting(ctx, m.Zoom, changed(m)); err != nil {
		if errors.Is(err, zoom.ErrNotFound) {
			return m, problem.New(problem.NotFound, "meetings.gone").Because(err)
		}
		return m, refusal(err)
	}
	return s.saveChange(context.WithoutCancel(ctx), m)
}

// Cancel ends a meeting everywhere. It may be repeated.
func (s *Service) Cancel(ctx context.Context, person entra.Person, meeting string) (Meeting, error) {
	m, err := s.Own(ctx, person, meeting)
	if err != nil || m.State == Cancelled {
		return m, err
	}
	client, err := s.c.Accounts.Zoom(ctx, person)
	if err != nil {
		return m, err
	}
	if err := client.DeleteMeeting(ctx, m.Zoom); err != nil && !errors.Is(err, zoom.ErrNotFound) {
		return m, refusal(err)
	}
	m.State = Cancelled
	return s.saveChange(context.WithoutCancel(ctx), m)
}

func (s *Service) saveChange(ctx context.Context, m Meeting) (Meeting, error) {
	told, err := s.c.Notifications.About(ctx, m.Organizer.Tenant, m.ID)
	if err != nil {
		return m, err
	}
	m.Revision++
	follow := []jobs.Job{job(CardJob, m), job(CalendarJob, m)}
	for _, t := range told {
		follow = append(follow, notifications.RefreshOf(t, m.Revision))
	}
	return m, s.c.Storage.Change(ctx, m, follow...)
}

// changed is what Zoom is told of a changed meeting.
func changed(m Meeting) zoom.MeetingChange {
	n := wanted(Reserved{Meeting: m.ID, Request: Request{Draft: m.Draft}})
	return zoom.MeetingChange{
		Topic: &n.Topic, Agenda: &n.Agenda, Start: n.Start, Zone: n.Zone, Duration: n.Duration, Settings: &n.Settings,
	}
}

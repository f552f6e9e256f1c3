package meetings

import (
	"context"
	"errors"
	"time"

	"causeway/internal/jobs"
)

// EndJob gives a meeting that was started at once its real end. Its subject is the meeting.
const EndJob = "meetings.end"

// worthAMail is by how much a planned end has to be wrong: Exchange mails every change of an event to all who are invited.
const worthAMail = 5 * time.Minute

// EndAsHeld works EndJob: how long a meeting would be that was started at once was a guess, and after it the calendars say how long it was. A
// time that the organiser has given the event in Outlook stays.
func (s *Service) EndAsHeld(ctx context.Context, j jobs.Job) error {
	m, ok, err := s.followed(ctx, j)
	if err != nil || !ok || !m.Draft.Now {
		return err
	}
	session, _, held, err := s.c.Storage.Held(ctx, m.Organizer.Tenant, m.ID)
	if err != nil || !held || session.Ended.IsZero() { // it goes on again
		return err
	}
	for range changeTries {
		v, err := s.sighted(ctx, m)
		if err == nil {
			err = s.endAt(ctx, v, session.Ended)
		}
		if !errors.Is(err, ErrStale) {
			return err
		}
	}
	return jobs.Snooze(time.Second)
}

// endAt stores the end. Zoom is not asked to follow: its meeting is over. ErrStale when somebody else came in between.
func (s *Service) endAt(ctx context.Context, v sight, end time.Time) error {
	m, known := v.m, v.copies
	length := max(end.Add(time.Minute-1).Truncate(time.Minute).Sub(m.Draft.Start), time.Minute)
	length = min(length, maxDuration)
	if m.State != Active || (length-m.Draft.Duration).Abs() < worthAMail {
		return nil
	}
	if err := s.lookAtEvent(ctx, &v); err != nil {
		return err
	}
	if ours := m.shape(); v.event != nil && (v.event.Gone || v.event.Duration != ours.Duration || !v.event.Start.Equal(ours.Start)) {
		return nil
	}
	m.Draft.Duration = length
	_, err := s.saveMerge(ctx, m, known, false)
	return err
}

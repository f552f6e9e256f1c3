package meetings

import (
	"context"
	"errors"
	"time"

	"causeway/internal/jobs"
)

// EndJob gives a meeting that was started at once its real end. Its subject is the meeting.
const EndJob = "meetings.end"

const (
	// worthAMail is by how much a planned end has to be wrong: Exchange mails every change of an event to all who are invited.
	worthAMail = 5 * time.Minute
	// beside is how long before or after the entry of a meeting a session may begin that belongs to it: who ended it too early opens it again.
	beside = 15 * time.Minute
)

// EndAsHeld works EndJob: how long a meeting would be that was started at once was a guess, and after it the calendars say how long it was: until
// the end of the last session that began within their entry. What is opened on another day changes no entry. An end that was inferred is a guess
// too. A time that the organiser has given the event in Outlook stays, whether Outlook has a say or not.
func (s *Service) EndAsHeld(ctx context.Context, j jobs.Job) error {
	m, ok, err := s.followed(ctx, j)
	if err != nil || !ok || !m.Draft.Now {
		return err
	}
	session, _, held, err := s.c.Storage.HeldBetween(ctx, m.Organizer.Tenant, m.ID, m.Draft.Start.Add(-beside), m.Draft.End().Add(beside))
	if err != nil || !held || session.Ended.IsZero() || session.Inferred { // it goes on again, or its end may still be told
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
	if err := s.readEvent(ctx, &v); err != nil {
		return err
	}
	if v.event != nil && (v.event.Gone || v.timed()) {
		return nil
	}
	if known.Zoom.Agreed == nil { // the next look at Zoom shall not take its planned length for somebody's change
		planned := m.shape()
		known.Zoom.Agreed = &planned
	}
	m.Draft.Duration = length
	_, err := s.saveMerge(ctx, m, known, false)
	return err
}

// timed tells whether the organiser has given the event a time of its own: neither ours, nor the one that was last written, in place of which ours
// may still have to be.
func (v sight) timed() bool {
	ours, event := v.m.shape(), *v.event
	same := func(start time.Time, duration time.Duration) bool {
		return event.Start.Equal(start) && event.Duration == duration
	}
	return !same(ours.Start, ours.Duration) && !same(v.written.Start, v.written.Duration)
}

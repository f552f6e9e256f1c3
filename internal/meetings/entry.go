package meetings

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"time"

	"causeway/internal/calendar"
	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/notifications"
	"causeway/internal/policy"
	"causeway/internal/problem"
)

// WriteCalendar works CalendarJob: it makes the organiser's calendar hold the meeting, and lets card and messages say how that
// went. What the organiser has changed in Outlook since the last look is taken first, where Outlook has a say.
func (s *Service) WriteCalendar(ctx context.Context, j jobs.Job) error {
	stale := 0
	for wanted := j.Revision; ; wanted = math.MaxInt64 {
		m, ok, err := s.followed(ctx, j)
		if err != nil || !ok || !m.Roster || m.Entry == 0 {
			return err
		}
		watched, err := s.watched(ctx, m.Organizer.Tenant)
		if err != nil {
			return err
		}
		before, err := s.c.Calendar.Record(ctx, m.Organizer.Tenant, m.ID)
		if err != nil {
			return err
		}
		r, err := s.writeEntry(ctx, m, wanted, watched)
		switch wait := calendar.RetryAt(err).Sub(s.c.Now()); {
		case errors.Is(err, ErrStale) && stale >= changeTries:
			return jobs.Snooze(time.Second)
		case errors.Is(err, ErrStale):
			stale++
			continue
		case errors.Is(err, calendar.ErrOvertaken):
			continue
		case err != nil && wait > 0:
			return s.delay(ctx, m, wait)
		case err != nil:
			return err
		}
		if watched && r.State == calendar.Removed && m.State == Active { // the organiser has deleted it
			if err := s.c.Storage.Look(ctx, m.Organizer.Tenant, m.ID); err != nil {
				return err
			}
		}
		if r.State == calendar.Done {
			if err := s.c.Calendar.Follow(ctx, m.Organizer); err != nil {
				return err
			}
		}
		if expected(before) != expected(r) { // those invited can answer now, or cannot after all
			return s.touch(ctx, m, notifications.Invited)
		}
		return s.touch(ctx, m)
	}
}

// writeEntry makes the event hold the meeting. ErrStale when the meeting is another by now, or somebody has looked meanwhile.
func (s *Service) writeEntry(ctx context.Context, m Meeting, wanted int64, watched bool) (calendar.Record, error) {
	v, err := s.sighted(ctx, m)
	if err != nil {
		return calendar.Record{}, err
	}
	m = v.m
	entry, err := s.entry(ctx, m, v.copies)
	if err != nil {
		return calendar.Record{}, err
	}
	if !watched {
		return s.c.Calendar.Put(ctx, entry, wanted)
	}
	r, err := s.c.Calendar.Record(ctx, m.Organizer.Tenant, m.ID)
	if err != nil || r.State == calendar.Done && r.Revision >= wanted {
		return r, err
	}
	if err := s.lookAtEvent(ctx, &v); err != nil {
		return r, err
	}
	if err := s.merge(ctx, &v); err != nil {
		return r, err
	}
	if v.m.Revision != m.Revision {
		return r, ErrStale
	}
	if v.copies, err = s.intend(ctx, m, v.copies); err != nil {
		return r, err
	}
	before := r.State
	if r, err = s.c.Calendar.Put(ctx, entry, wanted); err != nil {
		return r, err
	}
	if r.State == calendar.Done || r.State == calendar.Removed && r.State != before && m.State == Active {
		err = s.wrote(ctx, m, v.copies, r)
	}
	return r, err
}

// entry is what the calendar should hold for a meeting.
func (s *Service) entry(ctx context.Context, m Meeting, c Copies) (calendar.Entry, error) {
	invitees, err := s.c.Storage.Invitees(ctx, m.Organizer.Tenant, m.ID)
	if err != nil {
		return calendar.Entry{}, err
	}
	html, err := s.invitation(m)
	e := calendar.Entry{
		Meeting: m.ID, Organizer: m.Organizer, Zoom: m.Zoom.String(), Subject: m.Draft.Topic, HTML: html, JoinURL: m.JoinURL,
		Start: m.Draft.Start, Duration: m.Draft.Duration, Zone: m.Draft.Zone, Repeat: m.Draft.series(), Transaction: m.transaction(),
		Private: m.Draft.Private, Shy: c.Adopted, Cancelled: m.State == Cancelled, Comment: m.Draft.Comment, Revision: m.Revision,
	}
	for _, i := range invitees {
		if i.Address != "" {
			e.Attendees = append(e.Attendees, calendar.Attendee{Name: i.Name, Address: i.Address})
		}
	}
	for _, g := range m.Draft.Invitees {
		known := func(a calendar.Attendee) bool { return strings.EqualFold(a.Address, g.Address) }
		if !slices.ContainsFunc(e.Attendees, known) {
			e.Attendees = append(e.Attendees, calendar.Attendee{Name: g.Name, Address: g.Address})
		}
	}
	for _, r := range m.Draft.Rooms {
		e.Rooms = append(e.Rooms, calendar.Attendee{Name: r.Name, Address: r.Address})
	}
	for _, x := range m.Draft.Exceptions {
		e.Exceptions = append(e.Exceptions, calendar.Exception{Original: x.Original, Start: x.Start, Duration: x.Duration, Cancelled: x.Cancelled, Comment: x.Comment})
	}
	for _, o := range m.Draft.Occurrences() {
		if !o.Cancelled {
			e.Takes = append(e.Takes, o.Original)
		}
	}
	return e, err
}

// transaction is the GUID under which the calendar entry is made: of each further one another.
func (m Meeting) transaction() string {
	if m.Entry <= 1 {
		return m.ID
	}
	return uuidOf(m.ID, m.Entry)
}

// watched tells whether Outlook has a say in meetings: whether the administrator lets it.
func (s *Service) watched(ctx context.Context, tenant entra.TenantID) (bool, error) {
	err := s.c.Policy.Allow(ctx, tenant, policy.OutlookEdits)
	if problem.Is(err, problem.Forbidden) {
		return false, nil
	}
	return err == nil, err
}

// intend notes what is about to be written to the event, so that it is not taken for the organiser's change. ErrStale.
func (s *Service) intend(ctx context.Context, m Meeting, c Copies) (Copies, error) {
	if c.Event.Of == "" {
		return c, nil
	}
	c.Event = c.Event.writing(m.shape())
	return s.saveCopies(ctx, m, c)
}

// wrote notes what has been written to the event, also where it was deleted at that moment. Whoever has looked at the event meanwhile
// knows better; who has looked only at Zoom does not, nor who has seen that it is gone, and not that it had been there: without this, a deletion
// of the event would be taken for how it always was.
func (s *Service) wrote(ctx context.Context, m Meeting, c Copies, r calendar.Record) error {
	shape := m.shape()
	for range changeTries {
		c.Event = Copy{Of: r.EventID, Agreed: &shape}
		_, err := s.saveCopies(ctx, m, c)
		if !errors.Is(err, ErrStale) {
			return err
		}
		if c, err = s.c.Storage.Copies(ctx, m.Organizer.Tenant, m.ID); err != nil {
			return err
		}
		gone := c.Event.Agreed != nil && c.Event.Agreed.Gone
		if c.Event.Of == r.EventID && (!gone || r.State != calendar.Removed) {
			return nil
		}
	}
	return ErrStale
}

// saveCopies stores what is known of the copies, and returns them at their new version. ErrStale.
func (s *Service) saveCopies(ctx context.Context, m Meeting, c Copies) (Copies, error) {
	mine, err := s.c.Storage.SaveCopies(context.WithoutCancel(ctx), m.Organizer.Tenant, m.ID, c)
	if err == nil && !mine {
		err = ErrStale
	}
	c.Version++
	return c, err
}

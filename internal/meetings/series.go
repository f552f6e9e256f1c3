package meetings

import (
	"context"
	"errors"
	"slices"
	"time"

	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/problem"
	"causeway/internal/zoom"
)

// find answers the place of an occurrence among those of the series, by its original start; -1 when there is none.
func (d Draft) find(original time.Time) (Occurrence, int) {
	all := d.Occurrences()
	n := slices.IndexFunc(all, func(o Occurrence) bool { return o.Original.Equal(original) })
	if n < 0 {
		return Occurrence{}, n
	}
	return all[n], n
}

// with is the draft with one occurrence that is not as the series says.
func (d Draft) with(e Exception) Draft {
	d.Exceptions = slices.DeleteFunc(slices.Clone(d.Exceptions), func(old Exception) bool { return old.Original.Equal(e.Original) })
	d.Exceptions = append(d.Exceptions, e)
	slices.SortFunc(d.Exceptions, func(a, b Exception) int { return a.Original.Compare(b.Original) })
	return d
}

// held tells whether an occurrence takes place.
func held(m *Meeting, original time.Time) (Occurrence, error) {
	o, n := m.Draft.find(original)
	switch {
	case m.State != Active:
		return o, problem.New(problem.Conflict, "meetings.cancelled_already")
	case n < 0 || o.Cancelled:
		return o, problem.New(problem.NotFound, "meetings.occurrence_gone")
	}
	return o, nil
}

// move moves or stretches one occurrence of a series.
func (s *Service) move(ctx context.Context, original, start time.Time, duration time.Duration) change {
	return func(m *Meeting, client *zoom.Client) error {
		o, err := held(m, original)
		if err != nil {
			return err
		}
		if o.Start.Equal(start) && o.Duration == duration {
			return errSame
		}
		if err := m.Draft.movable(o, start, duration, s.c.Now()); err != nil {
			return err
		}
		id, err := occurrenceAt(ctx, client, m.Zoom, o.Start, start)
		if err != nil {
			return err
		}
		m.Draft = m.Draft.with(Exception{Original: o.Original, Start: start.UTC(), Duration: duration})
		return gone(client.UpdateOccurrence(ctx, m.Zoom, id, start, duration))
	}
}

// movable refuses where Zoom or Outlook will not have an occurrence. Outlook keeps each on days of its own, in order
// (ErrorOccurrenceCrossingBoundary).
func (d Draft) movable(o Occurrence, start time.Time, duration time.Duration, now time.Time) error {
	p := problem.New(problem.Invalid, "meetings.invalid")
	if duration < minDuration || duration > maxDuration {
		p = p.WithField(FieldDuration, "meetings.duration_range")
	}
	if !start.Equal(o.Start) && start.Before(now.Add(-pastGrace)) {
		p = p.WithField(FieldDate, "meetings.start_past")
	}
	zone := location(d.Zone)
	day := func(t time.Time) string { return t.In(zone).Format(time.DateOnly) }
	for _, other := range d.Occurrences() {
		before, after := other.Original.Before(o.Original), other.Original.After(o.Original)
		if !other.Cancelled && (before && day(start) <= day(other.Start) || after && day(start) >= day(other.Start)) {
			p = p.WithField(FieldDate, "meetings.occurrence_crosses")
			break
		}
	}
	if len(p.Fields) == 0 {
		return nil
	}
	return p
}

// occurrenceAt finds Zoom's name of the occurrence that is held at one of the times.
func occurrenceAt(ctx context.Context, client *zoom.Client, id zoom.MeetingID, times ...time.Time) (zoom.OccurrenceID, error) {
	z, err := client.Meeting(ctx, id)
	if err != nil {
		return "", gone(err)
	}
	for _, at := range times {
		for _, o := range z.Occurrences {
			if o.Start.Equal(at) && o.Status != zoom.OccurrenceDeleted {
				return o.ID, nil
			}
		}
	}
	return "", problem.New(problem.NotFound, "meetings.occurrence_gone")
}

// drop cancels one occurrence of a series; the last one that is left takes the series with it.
func (s *Service) drop(ctx context.Context, original time.Time, comment string) change {
	return func(m *Meeting, client *zoom.Client) error {
		o, err := held(m, original)
		if problem.Is(err, problem.NotFound) && o.Cancelled {
			return errSame
		}
		if err != nil {
			return err
		}
		rest := m.Draft.with(Exception{Original: o.Original, Start: o.Start, Duration: o.Duration, Cancelled: true, Comment: comment})
		if !slices.ContainsFunc(rest.Occurrences(), func(o Occurrence) bool { return !o.Cancelled }) {
			return s.cancel(ctx, comment)(m, client)
		}
		m.Draft = rest
		id, err := occurrenceAt(ctx, client, m.Zoom, o.Start)
		if problem.Is(err, problem.NotFound) { // Zoom does not hold it any more
			return nil
		}
		if err != nil {
			return err
		}
		err = client.DeleteOccurrence(ctx, m.Zoom, id)
		if errors.Is(err, zoom.ErrNotFound) {
			return nil
		}
		return err
	}
}

// cut ends a series before one of its occurrences. What was moved or cancelled before it is so again afterwards, because Zoom makes all
// occurrences anew. What Zoom shows in between is noted as ours: when it ends there, Zoom's meeting is made as it was.
//
// UNVERIFIED: that Zoom counts end_times from the first occurrence when a series that has begun is changed.
func (s *Service) cut(ctx context.Context, original time.Time, comment string) change {
	return func(m *Meeting, client *zoom.Client) error {
		_, n := m.Draft.find(original)
		switch {
		case m.State != Active || n < 0:
			return errSame
		case n == 0:
			return s.cancel(ctx, comment)(m, client)
		}
		before := m.shape()
		repeat := *m.Draft.Repeat
		repeat.Times, repeat.Until = n, ""
		m.Draft.Repeat, m.Draft.Comment = &repeat, comment
		m.Draft.Exceptions = slices.DeleteFunc(slices.Clone(m.Draft.Exceptions), func(e Exception) bool { return !e.Original.Before(original) })
		if err := s.writes(ctx, *m, before); err != nil {
			return err
		}
		err := gone(client.UpdateMeeting(ctx, m.Zoom, zoom.MeetingChange{Recurrence: atZoom(m.Draft)}))
		if err == nil {
			err = s.restore(ctx, client, *m)
		}
		if err != nil {
			err = errors.Join(err, s.c.Storage.Look(context.WithoutCancel(ctx), m.Organizer.Tenant, m.ID))
		}
		return err
	}
}

// writes notes that Zoom's meeting is being made like m, which was different before.
func (s *Service) writes(ctx context.Context, m Meeting, before Shape) error {
	for range changeTries {
		c, err := s.c.Storage.Copies(ctx, m.Organizer.Tenant, m.ID)
		if err != nil {
			return err
		}
		if c.Zoom.Agreed == nil {
			c.Zoom.Agreed = &before
		}
		c.Zoom = c.Zoom.writing(m.shape())
		if _, err = s.saveCopies(ctx, m, c); !errors.Is(err, ErrStale) {
			return err
		}
	}
	return ErrStale
}

// restore moves and cancels again what is not as the series says, as far as it is to come.
func (s *Service) restore(ctx context.Context, client *zoom.Client, m Meeting) error {
	for _, e := range m.Draft.Exceptions {
		if e.Original.Before(s.c.Now()) {
			continue
		}
		id, err := occurrenceAt(ctx, client, m.Zoom, e.Original)
		switch {
		case problem.Is(err, problem.NotFound): // it is so already
		case err != nil:
			return err
		case e.Cancelled:
			err = client.DeleteOccurrence(ctx, m.Zoom, id)
		default:
			err = client.UpdateOccurrence(ctx, m.Zoom, id, e.Start, e.Duration)
		}
		if err != nil && !problem.Is(err, problem.NotFound) {
			return err
		}
	}
	return nil
}

// Edit changes a meeting, one occurrence of a series, or the rest of a series. The rest becomes a meeting of its own, which is
// answered; what is left of the series ends before it.
//
// Errors: as Own; Invalid with fields, NotLinked, Conflict (changed meanwhile, cancelled), NotFound, Busy, Unavailable.
func (s *Service) Edit(ctx context.Context, v Visitor, key string, e Edit) (Meeting, error) {
	m, err := s.take(ctx, v, key)
	if err != nil {
		return m, err
	}
	if m.Draft.Repeat == nil || e.Scope == "" {
		e.Scope = All
	}
	_, n := m.Draft.find(e.Original)
	if e.Scope == Following {
		if made, done, err := s.continued(ctx, m, e); done || err != nil {
			return made, err
		}
	}
	switch {
	case e.Scope == One:
		return s.edit(ctx, v.Person, m.ID, e.Edition, s.move(ctx, e.Original, e.Draft.Start, e.Draft.Duration))
	case e.Scope == Following && n != 0:
		return s.follow(ctx, m, e)
	}
	return s.edit(ctx, v.Person, m.ID, e.Edition, s.change(ctx, e.Draft))
}

// continued answers a wish for the rest of a series that came before under its nonce: the series has ended before it, perhaps.
func (s *Service) continued(ctx context.Context, m Meeting, e Edit) (Meeting, bool, error) {
	if e.Nonce == "" {
		return m, false, problem.New(problem.Invalid, "problem.invalid").WithField("nonce", "problem.invalid")
	}
	r, err := s.c.Storage.Nonced(ctx, m.Organizer, e.Nonce)
	if problem.Is(err, problem.NotFound) {
		return m, false, nil
	}
	if err != nil {
		return m, false, err
	}
	if cut := r.Request.Cut; cut == nil || cut.Meeting != m.ID || !cut.Original.Equal(e.Original) || cut.Wish != e.Draft.clean().hash() {
		return m, false, problem.New(problem.Conflict, "meetings.nonce_reused")
	}
	made, err := s.answerTwin(ctx, r)
	return made, true, err
}

// follow makes a meeting of the rest of a series, once for each nonce, and ends the series before it.
func (s *Service) follow(ctx context.Context, m Meeting, e Edit) (Meeting, error) {
	o, err := held(&m, e.Original)
	if err != nil {
		return m, err
	}
	if e.Edition > 0 && m.Edition != e.Edition {
		return m, ErrStale
	}
	_, n := m.Draft.find(e.Original)
	wish := e.Draft
	if wish.Repeat != nil && wish.Repeat.Times > 0 && wish.Repeat.Times == m.Draft.Repeat.Times {
		rest := *wish.Repeat
		rest.Times -= n
		wish.Repeat = &rest
	}
	if wish.Repeat != nil && wish.Repeat.Times == 1 {
		wish.Repeat = nil
	}
	wish.Everyone, wish.Chosen, wish.Passcode, wish.PMI = m.Draft.Everyone, m.Draft.Chosen, m.Draft.Passcode, false
	r := Request{
		Person: m.Organizer, Name: m.Name, User: m.User, Place: m.Place, Locale: m.Locale, Draft: wish, Nonce: e.Nonce,
		Cut: &Cut{Meeting: m.ID, Original: o.Original, Wish: e.Draft.clean().hash()},
	}
	made, err := s.Schedule(ctx, r)
	if err != nil {
		return made, err
	}
	if err := s.CutOld(context.WithoutCancel(ctx), job(CutJob, made)); err != nil { // its job goes on with it
		s.c.Logger.WarnContext(ctx, "series not yet ended", "meeting", m.ID, "error", err)
	}
	return made, nil
}

// CutOld works CutJob: it ends the series that a meeting goes on in place of.
func (s *Service) CutOld(ctx context.Context, j jobs.Job) error {
	r, err := s.c.Storage.Reservation(ctx, entra.TenantID(j.Tenant), j.Subject)
	if problem.Is(err, problem.NotFound) {
		return nil
	}
	if err != nil || r.Request.Cut == nil {
		return err
	}
	_, err = s.edit(ctx, r.Request.Person, r.Request.Cut.Meeting, 0, s.cut(ctx, r.Request.Cut.Original, ""))
	var p *problem.Error
	if errors.As(err, &p) && p.Kind != problem.Internal {
		if wait := p.Until.Sub(s.c.Now()); wait > 0 {
			return jobs.Snooze(wait)
		}
		if p.Kind != problem.Unavailable { // nothing would change that
			return nil
		}
	}
	return err
}

// End cancels a meeting, one occurrence of a series, or the rest of a series. Errors: as Edit.
func (s *Service) End(ctx context.Context, v Visitor, key string, e Edit) (Meeting, error) {
	m, err := s.take(ctx, v, key)
	if err != nil {
		return m, err
	}
	do := s.cancel(ctx, e.Comment)
	switch {
	case m.Draft.Repeat == nil:
	case e.Scope == One:
		do = s.drop(ctx, e.Original, e.Comment)
	case e.Scope == Following:
		do = s.cut(ctx, e.Original, e.Comment)
	}
	return s.edit(ctx, v.Person, m.ID, e.Edition, do)
}

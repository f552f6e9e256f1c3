package meetings

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"causeway/internal/calendar"
	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/notifications"
	"causeway/internal/problem"
	"causeway/internal/zoom"
)

// ReconcileJob makes a meeting, Zoom's meeting and its event in Outlook equal. Its subject is a meeting.
const ReconcileJob = "meetings.reconcile"

// Copies are what is known of a meeting's two other copies.
type Copies struct {
	Zoom, Event  Copy
	Notes        []Note
	Adopted      bool  // it was made elsewhere, and has its entry because the organiser wants all meetings in the calendar
	Asked, Taken int64 // looks asked for, and begun
	Version      int64
}

// CopyStorage keeps what is known of copies. Every method is one transaction.
type CopyStorage interface {
	// Copies of a meeting; zero when nothing is known.
	Copies(ctx context.Context, tenant entra.TenantID, meeting string) (Copies, error)
	// SaveCopies stores all but the looks if the stored version is still c.Version; false otherwise.
	SaveCopies(ctx context.Context, tenant entra.TenantID, meeting string, c Copies) (bool, error)
	// Merge is Change, SaveCopies and Look at once; ErrStale when either of the first two would not store.
	Merge(ctx context.Context, m Meeting, c Copies, look bool, follow Follow) (revision int64, err error)
	// Look asks for a look at each meeting by ReconcileJob, unless one is asked for that has not begun.
	Look(ctx context.Context, tenant entra.TenantID, meetings ...string) error
	// Linked lists people of a tenant who have connected Zoom, first those who are invited to a meeting; at most limit.
	Linked(ctx context.Context, tenant entra.TenantID, meeting string, limit int) ([]entra.Person, error)
	// TakeLook notes that a look begins, for all that was asked until c was read.
	TakeLook(ctx context.Context, tenant entra.TenantID, meeting string, c Copies) error
}

// Reconcile works ReconcileJob: it looks at Zoom's meeting, and where the administrator lets Outlook have a say at the event, takes
// what was changed there into ours, and writes to both what they do not have. What was changed at Zoom wins over what was changed
// in Outlook. It may be interrupted anywhere: what is learnt is stored before it is written to the other side, and what is written is
// noted before, so that it is not taken for somebody's change.
func (s *Service) Reconcile(ctx context.Context, j jobs.Job) error {
	tenant := entra.TenantID(j.Tenant)
	c, err := s.c.Storage.Copies(ctx, tenant, j.Subject)
	if err != nil || c.Taken > j.Revision {
		return err
	}
	// Before anything can end the job: while a look that was asked for is not taken, nobody else's asking makes another.
	if err := s.c.Storage.TakeLook(ctx, tenant, j.Subject, c); err != nil {
		return err
	}
	m, ok, err := s.followed(ctx, j)
	if err != nil || !ok {
		return err
	}
	return s.delayed(ctx, m, s.reconcile(ctx, m))
}

// delayed lets a job wait until the limit of the other side ends, and says so on the meeting.
func (s *Service) delayed(ctx context.Context, m Meeting, err error) error {
	until := time.Time{}
	var refused *zoom.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, zoom.ErrHostLimit):
		until = hostLimit(s.c.Now(), m.Draft.Zone).Until
	case errors.As(err, &refused):
		until = refused.RetryAt
	}
	if wait := until.Sub(s.c.Now()); wait > 0 {
		return s.delay(ctx, m, wait)
	}
	return err
}

// reconcile looks, merges and writes until nobody comes in between. The event is written by a job of its own.
func (s *Service) reconcile(ctx context.Context, m Meeting) error {
	for range changeTries {
		v, err := s.sighted(ctx, m)
		if err == nil {
			err = s.reconcileOnce(ctx, v)
		}
		if !errors.Is(err, ErrStale) {
			return err
		}
	}
	return jobs.Snooze(time.Second)
}

// sight is what one look at a meeting shows.
type sight struct {
	m      Meeting
	copies Copies
	client *zoom.Client // nil when Zoom is not looked at, or shows the organiser nothing
	lost   bool         // the meeting stands at Zoom, and the organiser does not see it
	zoom   zoom.Meeting
	atZoom Shape
	event  *Shape // nil when the event is not looked at
	held   calendar.Held
	// written is what was last written to the event.
	written calendar.Written
}

// sighted reads what is known of the copies, and then ours: whoever changes both in between is noticed when the former are stored.
func (s *Service) sighted(ctx context.Context, m Meeting) (v sight, err error) {
	if v.copies, err = s.c.Storage.Copies(ctx, m.Organizer.Tenant, m.ID); err == nil {
		v.m, err = s.Find(ctx, m.Organizer.Tenant, m.ID)
	}
	return v, err
}

func (s *Service) reconcileOnce(ctx context.Context, v sight) error {
	m := v.m
	if m.Draft.NoTime {
		return nil
	}
	err := s.lookAtZoom(ctx, &v)
	if problem.Is(err, problem.NotLinked) {
		return nil // looked at again when Zoom is connected again
	}
	settled := m.State == Active || err == nil && v.copies.Zoom.Agreed.Gone
	if now := s.c.Now(); err == nil && settled && !m.Draft.End().After(now) && (v.atZoom.Gone || !v.atZoom.end().After(now)) {
		return nil // it is over: Zoom forgets it some day
	}
	if err == nil {
		err = s.lookAtEvent(ctx, &v)
	}
	if err == nil {
		err = s.merge(ctx, &v)
	}
	if err == nil {
		err = s.writeZoom(ctx, &v)
	}
	if err != nil {
		return err
	}
	write := v.event != nil && !v.event.Gone && !v.event.equal(v.m.shape()) // what was deleted stays so
	if !write {
		if write, err = s.deserted(ctx, v.m); err != nil || !write {
			return err
		}
	}
	return s.c.Storage.Bump(ctx, m.Organizer.Tenant, m.ID, func(revision int64) []jobs.Job {
		v.m.Revision = revision
		return []jobs.Job{job(CalendarJob, v.m)}
	})
}

// deserted tells whether a meeting has no entry because of another's event that is gone by now.
func (s *Service) deserted(ctx context.Context, m Meeting) (bool, error) {
	r, err := s.c.Calendar.Record(ctx, m.Organizer.Tenant, m.ID)
	if err != nil || m.State != Active {
		return false, err
	}
	yes, err := s.c.Calendar.Deserted(ctx, m.Organizer, r, m.Zoom.String())
	if problem.Is(err, problem.Consent) {
		return false, nil
	}
	return yes, err
}

// lookAtZoom reads Zoom's copy, after ours, so that whoever changes ours from now on is noticed. A meeting that is not found is gone,
// unless somebody else hosts it: then it is left alone.
func (s *Service) lookAtZoom(ctx context.Context, v *sight) (err error) {
	if v.client, err = s.c.Accounts.Zoom(ctx, v.m.Organizer); err != nil {
		return err
	}
	if v.copies.Zoom.Agreed == nil {
		ours := v.m.shape()
		ours.Gone = false // nobody has looked
		v.copies.Zoom.Agreed = &ours
	}
	v.zoom, err = v.client.Meeting(ctx, v.m.Zoom)
	if errors.Is(err, zoom.ErrNotFound) {
		var failed error
		if v.lost, failed = s.elsewhere(ctx, v.m, v.copies.Zoom); failed != nil {
			return failed
		}
	}
	switch {
	case v.lost:
		v.client, v.atZoom = nil, *v.copies.Zoom.Agreed
	case errors.Is(err, zoom.ErrNotFound):
		v.atZoom = *v.copies.Zoom.Agreed
		v.atZoom.Gone = true
	case err != nil:
		return err
	default:
		v.atZoom = shapeAtZoom(v.zoom, *v.copies.Zoom.Agreed, s.c.Now())
	}
	return nil
}

// lookAtEvent reads the event, where Outlook has a say.
func (s *Service) lookAtEvent(ctx context.Context, v *sight) error {
	if yes, err := s.watched(ctx, v.m.Organizer.Tenant); err != nil || !yes {
		return err
	}
	return s.readEvent(ctx, v)
}

// readEvent reads the event, where there is one of ours and its organiser lets us.
func (s *Service) readEvent(ctx context.Context, v *sight) error {
	r, err := s.c.Calendar.Record(ctx, v.m.Organizer.Tenant, v.m.ID)
	if err != nil || r.EventID == "" || v.m.Entry == 0 || r.State == calendar.Foreign || v.m.State == Cancelled {
		return err
	}
	v.held, err = s.c.Calendar.Held(ctx, v.m.Organizer, r.EventID, v.m.Zoom.String(), v.m.Draft.Zone)
	if problem.Is(err, problem.Consent) {
		return nil
	}
	if err != nil {
		return err
	}
	if v.copies.Event.Of != v.held.Event {
		v.copies.Event = Copy{Of: v.held.Event}
		if v.held.Gone && expected(r) { // it was there, though nobody has looked: it was deleted
			ours := v.m.shape()
			v.copies.Event.Agreed = &ours
		}
	}
	last := v.m.shape()
	if v.copies.Event.Agreed != nil {
		last = *v.copies.Event.Agreed
	}
	shape := shapeOfEvent(v.held, last, s.c.Now())
	v.event, v.written = &shape, r.Written
	return nil
}

// merge takes what was changed elsewhere into our copy, and stores that together with what was seen.
func (s *Service) merge(ctx context.Context, v *sight) error {
	ours, before := v.m.shape(), v.copies
	next := ours
	if v.event != nil {
		wish, refused := s.holdable(v.m, v.copies.Event.news(*v.event), v.held)
		next = next.with(wish)
		v.copies.Event = v.copies.Event.seen(*v.event)
		v.copies.Notes = s.noted(v.copies.Notes, refused, v.held)
	}
	if v.client != nil {
		if v.recovered() {
			next = v.atZoom
		} else {
			next = next.with(v.copies.Zoom.news(v.atZoom))
		}
		v.copies.Zoom = v.copies.Zoom.seen(v.atZoom)
		v.copies.Zoom.Of = cmp.Or(string(v.zoom.Host), v.copies.Zoom.Of)
	}
	looked := v.client != nil || v.lost
	if looked {
		v.copies.Notes = s.notedHost(v.copies.Notes, v.lost)
	}
	if !next.equal(ours) {
		v.m.take(next)
		m, err := s.saveMerge(ctx, v.m, v.copies, v.client == nil)
		v.m = m
		v.copies.Version++
		return err
	}
	if !v.copies.equal(before) {
		var err error
		if v.copies, err = s.saveCopies(ctx, v.m, v.copies); err != nil {
			return err
		}
	}
	if looked && !sameNotes(v.copies.Notes, before.Notes) {
		return s.touch(ctx, v.m)
	}
	return nil
}

// recovered tells whether a meeting that is cancelled was seen to be gone at Zoom, and stands there again: somebody has brought it back.
func (v *sight) recovered() bool {
	return v.m.State == Cancelled && v.copies.Zoom.Agreed.Gone && !v.atZoom.Gone
}

func (c Copies) equal(other Copies) bool {
	return c.Zoom.equal(other.Zoom) && c.Event.equal(other.Event) && sameNotes(c.Notes, other.Notes)
}

func (c Copy) equal(other Copy) bool {
	same := func(a, b *Shape) bool { return a == nil && b == nil || a != nil && b != nil && a.equal(*b) }
	return c.Of == other.Of && c.Named.Equal(other.Named) && same(c.Agreed, other.Agreed) && same(c.Writing, other.Writing)
}

// saveMerge stores a meeting that was changed elsewhere, with all that follows; look says that Zoom has to follow too.
func (s *Service) saveMerge(ctx context.Context, m Meeting, c Copies, look bool) (Meeting, error) {
	told, err := s.c.Notifications.About(ctx, m.Organizer.Tenant, m.ID)
	if err != nil {
		return m, err
	}
	m.Revision, err = s.c.Storage.Merge(ctx, m, c, look, func(revision int64) []jobs.Job {
		m.Revision = revision
		return following(m, told)
	})
	if err == nil {
		m.Edition++
		s.tellPages(ctx, m)
	}
	return m, err
}

// following are the jobs that let everybody see a meeting that has changed.
func following(m Meeting, told []notifications.Message) []jobs.Job {
	follow := []jobs.Job{job(CardJob, m), job(CalendarJob, m)}
	for _, t := range told {
		follow = append(follow, notifications.RefreshOf(t, m.Revision))
	}
	return follow
}

// writeZoom makes Zoom's meeting be as ours. What Zoom does not take is found there by the next look, and taken from it.
func (s *Service) writeZoom(ctx context.Context, v *sight) error {
	want := v.m.shape()
	d := v.atZoom.to(want)
	if d.empty() || v.lost {
		return nil
	}
	v.copies.Zoom = v.copies.Zoom.writing(want)
	var err error
	if v.copies, err = s.saveCopies(ctx, v.m, v.copies); err != nil {
		return err
	}
	if err := s.tellZoom(ctx, v, d); err != nil || d.gone { // it counts as gone when it is seen to be: one that still stands was not brought back
		return err
	}
	v.copies.Zoom = v.copies.Zoom.written()
	v.copies, err = s.saveCopies(ctx, v.m, v.copies)
	return err
}

func (s *Service) tellZoom(ctx context.Context, v *sight, d difference) error {
	id := v.m.Zoom
	if d.gone {
		err := v.client.DeleteMeeting(ctx, id)
		if errors.Is(err, zoom.ErrNotFound) || errors.Is(err, zoom.ErrUndeletable) {
			return nil
		}
		return err
	}
	change := zoom.MeetingChange{Topic: d.topic}
	if d.rule != nil {
		change.Start, change.Zone, change.Recurrence = v.m.Draft.Start, v.m.Draft.Zone, atZoom(v.m.Draft)
		if d.rule.repeat != nil {
			change.Duration = v.m.Draft.Duration
		}
	}
	if d.duration != nil {
		change.Duration = *d.duration
	}
	if d.topic != nil || d.rule != nil || d.duration != nil {
		if err := v.client.UpdateMeeting(ctx, id, change); err != nil {
			return err
		}
	}
	if len(d.exceptions) == 0 {
		return nil
	}
	if d.rule != nil { // its occurrences have other names now
		var err error
		if v.zoom, err = v.client.Meeting(ctx, id); err != nil {
			return err
		}
	}
	return s.tellOccurrences(ctx, v.client, v.m, v.zoom, d.exceptions)
}

// tellOccurrences makes occurrences at Zoom, which shows the meeting as z, be as ours. A person who moves one hears where Zoom has none (move);
// here nobody waits for the answer, and it is left.
func (s *Service) tellOccurrences(ctx context.Context, client *zoom.Client, m Meeting, z zoom.Meeting, all []Exception) error {
	for _, e := range all {
		if err := s.tellOccurrence(ctx, client, m, z, e); err != nil {
			return err
		}
	}
	return nil
}

// tellOccurrence makes one be so. One that is over, or that Zoom does not hold yet or any more, is left.
func (s *Service) tellOccurrence(ctx context.Context, client *zoom.Client, m Meeting, z zoom.Meeting, e Exception) error {
	told, named := namedByZoom(z.Occurrences, m.Draft.Occurrences())
	var at int
	if named {
		at = slices.IndexFunc(told, func(o Occurrence) bool { return o.Original.Equal(e.Original) && !o.Cancelled })
	} else {
		at = slices.IndexFunc(z.Occurrences, func(o zoom.Occurrence) bool { return o.Start.Equal(e.Original) })
	}
	if at < 0 || !e.Cancelled && !e.Start.After(s.c.Now()) {
		return nil
	}
	name := z.Occurrences[at].ID
	var err error
	if e.Cancelled {
		err = client.DeleteOccurrence(ctx, m.Zoom, name)
	} else {
		err = client.UpdateOccurrence(ctx, m.Zoom, name, e.Start, e.Duration)
	}
	var refused *zoom.Error
	if errors.As(err, &refused) && refused.Code == noOccurrence || errors.Is(err, zoom.ErrNotFound) {
		return nil
	}
	return err
}

// noOccurrence is Zoom's code for an occurrence that it does not have.
const noOccurrence = 300

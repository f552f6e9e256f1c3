package meetings

import (
	"context"
	"errors"
	"slices"
	"time"

	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/policy"
	"causeway/internal/problem"
	"causeway/internal/zoom"
)

const (
	// looks is how often Zoom's list is asked for a meeting whose making was interrupted before it is made anew: the list
	// may lag behind.
	looks = 2
	// lookAgain is the time between looks.
	lookAgain = 20 * time.Second
	// settleLook is how often a wish that waits is looked at: the queue's time is real, and the product's may move.
	settleLook = 30 * time.Second
	// relinkWait is how long a wish waits for its person to connect Zoom again, relinkLook how often it is looked whether that is done.
	relinkWait, relinkLook = time.Hour, 5 * time.Second
	// giveUp ends a reservation that could not be settled.
	giveUp = 10 * time.Minute
	// twinLook is how long after a settled reservation what was made too often is looked for.
	twinLook = 2 * time.Minute
	// twinRevision tells the job that looks for twins from the one that settles.
	twinRevision = 1
)

// sweep is the job that deletes what was made too often at Zoom for a reservation.
func sweep(r Reserved) jobs.Job {
	return jobs.Job{
		Kind: SettleJob, Tenant: string(r.Request.Person.Tenant), Subject: r.Meeting, Revision: twinRevision,
		Due: time.Now().Add(twinLook),
	}
}

// Settle works SettleJob: it finishes what Schedule could not. A reservation that is still open when its time is up
// belongs to a process that died, or to an answer that never came: the meeting is looked for at Zoom by its marker and adopted,
// or made now. Of two that were made after all, the one that nobody knows is deleted.
func (s *Service) Settle(ctx context.Context, j jobs.Job) error {
	r, err := s.c.Storage.Reservation(ctx, entra.TenantID(j.Tenant), j.Subject)
	if problem.Is(err, problem.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	switch {
	case j.Revision == twinRevision:
		return s.deleteTwins(ctx, r)
	case r.State != Open:
		return nil
	}
	now := s.c.Now()
	if r.Until.After(now) {
		return jobs.Snooze(min(r.Until.Sub(now), settleLook))
	}
	if r.unlinked() && r.waiting(now) {
		if _, err := s.c.Accounts.Zoom(ctx, r.Request.Person); problem.Is(err, problem.NotLinked) {
			return jobs.Snooze(relinkLook)
		}
	}
	r.Attempts++
	mine, err := s.c.Storage.Extend(ctx, r, now, now.Add(lookAgain))
	if err != nil {
		return err
	}
	if !mine {
		return jobs.Snooze(lookAgain) // somebody else is at it, and may not come to an end
	}
	return s.settle(ctx, r)
}

func (s *Service) settle(ctx context.Context, r Reserved) error {
	err := s.c.Policy.Allow(ctx, r.Request.Person.Tenant, policy.Meetings)
	if problem.Is(err, problem.NotReady) { // an approval may be back in a moment
		return s.later(ctx, r, err)
	}
	if problem.Is(err, problem.Forbidden) {
		return s.refused(s.refuse(ctx, r, err, true))
	}
	if err != nil {
		return err
	}
	client, err := s.c.Accounts.Zoom(ctx, r.Request.Person)
	if problem.Is(err, problem.NotLinked) {
		return s.refused(s.refuse(ctx, r, err, true))
	}
	if err != nil {
		return s.later(ctx, r, err)
	}
	found, err := s.listed(ctx, client, r.Meeting)
	if err != nil {
		return s.later(ctx, r, err)
	}
	if len(found) > 0 {
		_, err := s.adopt(ctx, r, found[0])
		return err
	}
	if r.unlinked() {
		again, err := s.c.Storage.Repeated(ctx, r)
		if err != nil {
			return err
		}
		if again { // the person did not wait for it
			return s.refused(s.refuse(ctx, r, problem.New(problem.NotLinked, r.Refusal.Key), false))
		}
	}
	if !r.looked() {
		return jobs.Snooze(lookAgain)
	}
	if r.Request.Draft.For != "" { // Zoom's list is the person's own: it may have been made
		return s.refused(s.refuse(ctx, r, problem.New(problem.Unavailable, forUnsureKey), true))
	}
	if s.tooOld(r) {
		return s.refused(s.refuse(ctx, r, problem.New(problem.Unavailable, "meetings.zoom_unavailable"), true))
	}
	if err := s.stillThere(ctx, r); problem.Is(err, problem.Forbidden) {
		return s.refused(s.refuse(ctx, r, err, true))
	} else if err != nil {
		return s.later(ctx, r, err)
	}
	_, err = s.make(ctx, r, func() bool { return true })
	if problem.Is(err, problem.Busy) {
		return jobs.Snooze(lookAgain)
	}
	return s.refused(err)
}

// looked tells whether Zoom's list was looked at often enough since the meeting may have been made, by us or by a process that died: after
// each time anew. Before a wish that waited for the connection is tried again it was certainly not made.
func (r Reserved) looked() bool {
	n := r.Attempts
	if r.unlinked() {
		n--
	}
	return n%looks == 0
}

// stillThere tells whether who wished for a meeting in a conversation is in it, when that has waited. Error: Forbidden.
func (s *Service) stillThere(ctx context.Context, r Reserved) error {
	if r.Waits.IsZero() {
		return nil
	}
	return s.mayBring(ctx, r.Request.Person, r.Request.Place)
}

// refused ends the job when the reservation has ended: the person has been told.
func (s *Service) refused(err error) error {
	var p *problem.Error
	if errors.As(err, &p) && p.Kind != problem.Internal {
		return nil
	}
	return err
}

// later tries again, unless it has been tried for long enough.
func (s *Service) later(ctx context.Context, r Reserved, cause error) error {
	if !s.tooOld(r) {
		return jobs.Snooze(lookAgain)
	}
	return s.refused(s.refuse(ctx, r, cause, true))
}

// waits lets the look for twins wait for an approval, for a day.
func (s *Service) waits(r Reserved) error {
	if s.c.Now().Sub(r.Created) > 24*time.Hour {
		return nil
	}
	return jobs.Snooze(gateAgain)
}

// tooOld tells whether nobody waits for a meeting any more. One that had to wait for Zoom is wanted until it would begin.
func (s *Service) tooOld(r Reserved) bool {
	if d := r.Request.Draft; !r.Waits.IsZero() && !d.NoTime && !r.unlinked() {
		return !s.c.Now().Before(d.Start)
	}
	return s.c.Now().Sub(r.Created) >= giveUp && !r.waiting(s.c.Now().Add(-giveUp))
}

// listed lists the host's meetings that carry our marker for a reservation, the oldest first.
func (s *Service) listed(ctx context.Context, client *zoom.Client, meeting string) ([]zoom.Meeting, error) {
	all, err := wholeList(ctx, client)
	if err != nil {
		return nil, err
	}
	var found []zoom.Meeting
	for _, m := range all {
		if markOf(m) != meeting {
			continue
		}
		whole, err := client.Meeting(ctx, m.ID) // the list has no passcode
		if errors.Is(err, zoom.ErrNotFound) {
			continue // deleted since
		}
		if err != nil {
			return nil, err
		}
		found = append(found, whole)
	}
	return oldestFirst(found), nil
}

func oldestFirst(found []zoom.Meeting) []zoom.Meeting {
	slices.SortFunc(found, func(a, b zoom.Meeting) int { return a.Created.Compare(b.Created) })
	return found
}

// deleteTwins removes what was made a second time because Zoom's list lagged behind, or made although it was refused.
func (s *Service) deleteTwins(ctx context.Context, r Reserved) error {
	err := s.c.Policy.Allow(ctx, r.Request.Person.Tenant, policy.Meetings)
	switch {
	case r.State == Open || problem.Is(err, problem.Forbidden):
		return nil
	case problem.Is(err, problem.NotReady):
		return s.waits(r)
	}
	if err != nil {
		return err
	}
	m, err := s.Find(ctx, r.Request.Person.Tenant, r.Meeting)
	if err != nil && !problem.Is(err, problem.NotFound) {
		return err
	}
	client, err := s.c.Accounts.Zoom(ctx, r.Request.Person)
	if problem.Is(err, problem.NotLinked) {
		return nil
	}
	if err != nil {
		return err
	}
	found, err := s.listed(ctx, client, r.Meeting)
	if err != nil {
		return err
	}
	for _, twin := range found {
		if twin.ID == m.Zoom {
			continue
		}
		if err := client.DeleteMeeting(ctx, twin.ID); err != nil && !errors.Is(err, zoom.ErrNotFound) {
			return err
		}
	}
	return nil
}

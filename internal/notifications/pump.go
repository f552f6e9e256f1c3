package notifications

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"causeway/internal/chats"
	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/problem"
	"causeway/internal/teams"
	"causeway/internal/upstream"
)

const (
	pumpRun   = 11 * time.Second // a job may take 15 s
	pumpLease = 20 * time.Second // longer than a run and its last call
	pumpBatch = 200
	tries     = 12               // of a message whose failure is temporary and certain
	gateAgain = 30 * time.Second // after which a message looks again whether both sides have approved
)

// Pump works PumpJob: it delivers the tenant's queue, paced, until it is empty or the run's time is up; what remains is taken up
// by the same job. One pump of a tenant runs at a time, in whichever process.
func (s *Service) Pump(ctx context.Context, job jobs.Job) error {
	tenant, holder := entra.TenantID(job.Tenant), s.c.Holder+"/"+s.c.NewID()
	for {
		rest, err := s.drain(ctx, tenant, holder)
		if release := s.c.Storage.Release(context.WithoutCancel(ctx), tenant, holder); err == nil {
			err = release
		}
		switch {
		case err != nil:
			return err
		case rest >= 0:
			return jobs.Snooze(rest)
		}
		// What was queued while the lease was still held found it taken, and would wait for it.
		if due, _, err := s.c.Storage.Due(ctx, tenant, s.c.Now(), 1); err != nil || len(due) == 0 {
			return err
		}
	}
}

// drain delivers for at most pumpRun, as long as holder has the lease. It answers after how long there is more to do, or -1.
func (s *Service) drain(ctx context.Context, tenant entra.TenantID, holder string) (time.Duration, error) {
	run, cancel := context.WithTimeout(ctx, pumpRun)
	defer cancel()
	for {
		now := s.c.Now()
		mine, err := s.c.Storage.Lease(ctx, Lease{Tenant: tenant, Holder: holder, Now: now, Until: now.Add(pumpLease)}, s.last)
		if err != nil {
			return -1, err
		}
		if !mine { // not all who wait for it at the same moment
			return time.Second + rand.N(4*time.Second), nil // #nosec G404 -- spreads work, keeps no secret
		}
		due, next, err := s.c.Storage.Due(ctx, tenant, now, pumpBatch)
		switch {
		case err != nil:
			return -1, err
		case len(due) == 0 && next.IsZero():
			return -1, nil
		case len(due) == 0:
			return max(next.Sub(now), 50*time.Millisecond), nil
		}
		if err := s.deliver(run, ctx, holder, due); err != nil {
			return -1, err
		}
		if run.Err() != nil {
			return 0, nil
		}
	}
}

// deliver sends a batch of one tenant. run ends when no further message may be begun; one that has begun is finished under ctx.
func (s *Service) deliver(run, ctx context.Context, holder string, batch []Message) error {
	work := make(chan Message)
	failed := make(chan error, s.c.Workers)
	var group sync.WaitGroup
	for range min(s.c.Workers, len(batch)) {
		group.Go(func() {
			for m := range work {
				if err := s.one(run, ctx, m, holder); err != nil {
					failed <- err
					for range work { // nobody may wait for a worker that gave up
						continue
					}
					return
				}
			}
		})
	}
	for _, m := range batch {
		if run.Err() != nil {
			break
		}
		work <- m
	}
	close(work)
	group.Wait()
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}

// one delivers one message and stores what became of it; when run ends before its turn comes, it stays as it is. An error is one
// of storage: the message keeps its state.
func (s *Service) one(run, ctx context.Context, m Message, holder string) error {
	activity, place, err := s.prepare(ctx, m)
	if err != nil {
		m.Attempts++
		s.pace.learn(m.To.Tenant, err)
		return s.settle(ctx, unsent(m, err, s.c.Now()), Queued)
	}
	if s.pace.take(run, m.To.Tenant, s.c.Wait) != nil {
		return nil //nolint:nilerr // the run is over, which is no failure
	}
	mine, err := s.c.Storage.Begin(ctx, m, holder, s.c.Now())
	if err != nil || !mine {
		return err
	}
	m.Attempts++
	m.Chat = place.Conversation
	if m.Kind.alerts() {
		activity.ChannelData = &teams.ChannelData{Notification: &teams.Notification{Alert: true}}
	}
	m.Activity, err = s.c.Chats.Send(ctx, place, activity)
	switch {
	case err == nil:
		m.State, m.Reason = Sent, ""
	case upstream.Outcome(err) == upstream.Ambiguous:
		m.State, m.Reason = Unknown, "no_answer"
	default:
		m = unsent(m, err, s.c.Now())
		s.pace.learn(m.To.Tenant, err)
	}
	return s.settle(context.WithoutCancel(ctx), m, Sending)
}

// errUnwanted says that the person does not want to be told such things.
var errUnwanted = errors.New("notifications: not wanted")

// prepare renders the message and finds the person's chat with the bot. Everything here may be repeated.
func (s *Service) prepare(ctx context.Context, m Message) (teams.Activity, chats.Place, error) {
	wanted, err := s.Wants(ctx, m.To, m.Kind)
	if err != nil {
		return teams.Activity{}, chats.Place{}, err
	}
	if !wanted {
		return teams.Activity{}, chats.Place{}, errUnwanted
	}
	activity, err := s.render(ctx, m)
	if err != nil {
		return teams.Activity{}, chats.Place{}, err
	}
	place, err := s.c.Chats.Personal(ctx, m.To, m.User, m.Via)
	return activity, place, err
}

// unsent says what becomes of a message that Teams certainly does not have.
func unsent(m Message, err error, now time.Time) Message {
	m.State = Queued
	switch {
	case errors.Is(err, errUnwanted):
		m.State, m.Reason = Dropped, "unwanted"
	case problem.Is(err, problem.NotReady): // an approval is missing for now
		m.Attempts, m.Due = m.Attempts-1, now.Add(gateAgain)
	case dropped(err):
		m.State, m.Reason = Dropped, string(problem.Of(err).Kind)
	case errors.Is(err, teams.ErrBlocked):
		m.State, m.Reason = Failed, "blocked"
	case errors.Is(err, teams.ErrBotDisabled):
		m.State, m.Reason = Failed, "bot_disabled"
	case errors.Is(err, teams.ErrTooBig):
		m.State, m.Reason = Failed, "too_big"
	case teams.Refused(err):
		m.State, m.Reason = Failed, "unreachable"
	case m.Attempts >= tries:
		m.State, m.Reason = Failed, "gave_up"
	default:
		m.Due = retryAt(err, m.Attempts, now)
	}
	return m
}

// retryAt honours what Teams asked for and backs off otherwise.
func retryAt(err error, attempts int, now time.Time) time.Time {
	if at := teams.RetryAt(err); at.After(now) {
		return at
	}
	return now.Add(min(time.Second<<min(attempts, 6), time.Minute))
}

// settle stores the outcome of a message that was in state from and, when it was the last one about its subject, tells the
// feature.
func (s *Service) settle(ctx context.Context, m Message, from State) error {
	m.Updated = s.c.Now()
	if m.State == Failed || m.State == Unknown {
		s.c.Logger.WarnContext(ctx, "direct message not delivered", "kind", m.Kind, "state", m.State, "reason", m.Reason)
	}
	return s.c.Storage.Settle(ctx, m, from, s.last(m)...)
}

// last are the jobs for when nothing about the subject of m is under way any more.
func (s *Service) last(m Message) []jobs.Job {
	kind, wanted := s.c.Settled[m.Kind]
	if !wanted {
		return nil
	}
	return []jobs.Job{{Kind: kind, Tenant: string(m.To.Tenant), Subject: m.Subject, Revision: once()}}
}

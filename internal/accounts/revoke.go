package accounts

import (
	"context"
	"errors"

	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/keyring"
	"causeway/internal/problem"
	"causeway/internal/zoom"
)

// jobOf is the job that works a revocation.
func jobOf(r Revocation) jobs.Job {
	return jobs.Job{Kind: RevokeJob, Tenant: string(r.Tenant), Subject: r.ID, Revision: 1}
}

// Revoke works RevokeJob: it ends a grant at Zoom. An access token that has expired is renewed for it first.
func (s *Service) Revoke(ctx context.Context, job jobs.Job) error {
	r, err := s.c.Storage.Revocation(ctx, entra.TenantID(job.Tenant), job.Subject)
	if problem.Is(err, problem.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	t, err := s.openRevocation(r)
	if errors.Is(err, keyring.ErrAltered) {
		s.c.Logger.ErrorContext(ctx, "revocation cannot be read and is given up", "id", r.ID)
		return s.c.Storage.DropRevocation(ctx, r)
	}
	if err != nil {
		return err
	}
	overtaken, err := s.overtaken(ctx, r, t)
	if err != nil {
		return err
	}
	if overtaken {
		return s.c.Storage.DropRevocation(ctx, r)
	}
	if !s.c.Now().Before(t.Expires) {
		got, err := s.c.Zoom.Refresh(ctx, t.Refresh)
		if errors.Is(err, zoom.ErrGrantDead) {
			return s.c.Storage.DropRevocation(ctx, r)
		}
		if err != nil {
			return err
		}
		granted := t.Granted
		t = *s.received(got)
		t.Granted = granted
		s.sealRevocation(&r, t)
		if err := s.c.Storage.SaveRevocation(ctx, r); err != nil {
			return errors.Join(err, s.c.Zoom.Revoke(ctx, t.Access))
		}
	}
	if err := s.c.Zoom.Revoke(ctx, t.Access); err != nil && !errors.Is(err, zoom.ErrGrantDead) {
		return err
	}
	return s.c.Storage.DropRevocation(ctx, r)
}

// overtaken tells whether somebody connected the same Zoom user since: that has made Zoom end the tokens of r, and to revoke them could
// end the new ones. A grant that is older has ended in its turn, so that there the tokens of r are those that live.
func (s *Service) overtaken(ctx context.Context, r Revocation, t tokens) (bool, error) {
	g, err := s.c.Storage.GrantOf(ctx, Zoom, r.Subject)
	if problem.Is(err, problem.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	held, err := s.openGrant(g)
	if err != nil {
		return false, err
	}
	return !held.Granted.Before(t.Granted), nil
}

// expiredBatch is how many intents are looked at together.
const expiredBatch = 100

// ExpireIntents ends the linkings whose time is over, and has revoked what they held. It is run every few seconds, and when the
// clock is moved.
func (s *Service) ExpireIntents(ctx context.Context) error {
	for {
		expired, err := s.c.Storage.ExpiredIntents(ctx, s.c.Now(), expiredBatch)
		if err != nil {
			return err
		}
		var failed []error
		for _, i := range expired {
			held, err := s.openIntent(i)
			if err != nil {
				s.c.Logger.ErrorContext(ctx, "linking cannot be read", "intent", i.ID, "error", err)
			}
			if err := s.drop(ctx, i, held); err != nil && !errors.Is(err, ErrStale) {
				failed = append(failed, err)
			}
		}
		if len(failed) > 0 || len(expired) < expiredBatch {
			return errors.Join(failed...)
		}
	}
}

package policy

import (
	"context"
	"errors"
	"time"

	"causeway/internal/entra"
)

// Prober looks whether a side has approved the app in a tenant. Unknown says that it could not find out.
type Prober func(ctx context.Context, tenant entra.TenantID) (Status, error)

// probe is what is looked at.
type probe struct {
	tenant entra.TenantID
	side   Side
}

const (
	// approvedEvery is how many rounds pass before an approved side is looked at again.
	approvedEvery = 15
	// confirmPart of a round passes before a side is looked at out of turn once more.
	confirmPart  = 10
	probeTimeout = 10 * time.Second
)

// Watch looks at both sides of every tenant, at once and then again and again, until ctx ends: that is how an approval, and
// its withdrawal, is noticed without anybody telling us.
func (s *Service) Watch(ctx context.Context) {
	ticker := time.NewTicker(s.o.ProbeEvery)
	defer ticker.Stop()
	for {
		s.Probe(ctx)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Refresh looks whether somebody else has decided something.
func (s *Service) Refresh(ctx context.Context) error {
	var failed []error
	for _, tenant := range s.o.Tenants {
		_, err := s.load(ctx, tenant)
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

// Probe looks once at every side whose turn it is. What it cannot find out stays as it is.
func (s *Service) Probe(ctx context.Context) {
	for _, tenant := range s.o.Tenants {
		for _, side := range []Side{Zoom, Microsoft} {
			look, ok := s.o.Probers[side]
			if !ok || ctx.Err() != nil {
				continue
			}
			if err := s.look(ctx, probe{tenant, side}, look); err != nil && ctx.Err() == nil {
				s.o.Logger.WarnContext(ctx, "approval not found out", "tenant", tenant, "side", side, "error", err)
			}
		}
	}
}

// look asks one side, if it is its turn. Whoever comes while somebody else asks waits, and has the answer then.
func (s *Service) look(ctx context.Context, p probe, look Prober) error {
	s.looking.Lock()
	defer s.looking.Unlock()
	state, err := s.state(ctx, p.tenant)
	if err != nil {
		return err
	}
	if state.Side(p.side).Status == Approved && s.sinceProbe(p) < approvedEvery*s.o.ProbeEvery {
		return nil
	}
	return s.ask(ctx, p, look)
}

// Confirm looks at a side at once, because something was refused to somebody that may concern everybody. However often it is asked for,
// a side is looked at once in a while.
func (s *Service) Confirm(ctx context.Context, tenant entra.TenantID, side Side) error {
	p := probe{tenant, side}
	look, ok := s.o.Probers[side]
	s.mu.Lock()
	again := time.Since(s.confirmed[p]) >= s.o.ProbeEvery/confirmPart
	if again {
		s.confirmed[p] = time.Now()
	}
	s.mu.Unlock()
	if !ok || !again {
		return nil
	}
	return s.ask(ctx, p, look)
}

// sinceProbe is how long ago a side was looked at.
func (s *Service) sinceProbe(p probe) time.Duration {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return time.Since(s.probed[p])
}

// ask looks at a side and notes what comes of it.
func (s *Service) ask(ctx context.Context, p probe, look Prober) error {
	asking, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	status, err := look(asking, p.tenant)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.probed[p] = time.Now()
	s.mu.Unlock()
	return s.Learn(ctx, p.tenant, p.side, status, "probe")
}

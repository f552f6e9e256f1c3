package notifications

import (
	"context"
	"errors"
	"sync"
	"time"

	"causeway/internal/entra"
	"causeway/internal/teams"
)

// pace keeps each tenant under its messages a second by giving each a moment of its own, evenly spread: what goes out in bursts arrives in
// worse ones, and is refused. Moments are given ahead, so that who wakes late delays nobody else. The published limit is uncertain (30 or
// 50 a second, app and tenant), so a 429 makes it slower for a while.
type pace struct {
	mu    sync.Mutex
	gap   time.Duration
	now   func() time.Time
	lanes map[entra.TenantID]*lane
}

type lane struct {
	next  time.Time // the first moment that is free
	slow  time.Time // until then at half the speed
	after time.Time // nothing before, as Teams asked
}

func newPace(limit int, now func() time.Time) *pace {
	return &pace{gap: time.Second / time.Duration(limit), now: now, lanes: map[entra.TenantID]*lane{}}
}

// take waits until the tenant may send one more message.
func (p *pace) take(ctx context.Context, tenant entra.TenantID, wait func(context.Context, time.Duration) error) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		moment := p.reserve(tenant)
		if d := moment.Sub(p.now()); d > 0 {
			if err := wait(ctx, d); err != nil {
				return err
			}
		}
		if p.allowed(tenant, moment) {
			return nil
		}
	}
}

// reserve gives a moment away.
func (p *pace) reserve(tenant entra.TenantID) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	l, moment := p.lane(tenant), p.now()
	for _, other := range []time.Time{l.next, l.after} {
		if other.After(moment) {
			moment = other
		}
	}
	gap := p.gap
	if moment.Before(l.slow) {
		gap *= 2
	}
	l.next = moment.Add(gap)
	return moment
}

// allowed tells whether Teams has not asked for silence since the moment was given.
func (p *pace) allowed(tenant entra.TenantID, moment time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !moment.Before(p.lane(tenant).after)
}

// learn slows a tenant down after Teams said that it was too much.
func (p *pace) learn(tenant entra.TenantID, err error) {
	if !errors.Is(err, teams.ErrThrottled) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.lane(tenant)
	l.slow = p.now().Add(30 * time.Second)
	var refused *teams.ConnectorError
	if errors.As(err, &refused) && refused.RetryAt.After(l.after) {
		l.after = refused.RetryAt
	}
}

func (p *pace) lane(tenant entra.TenantID) *lane {
	l, ok := p.lanes[tenant]
	if !ok {
		l = &lane{}
		p.lanes[tenant] = l
	}
	return l
}

package notifications

import (
	"context"
	"errors"
	"sync"
	"time"

	"causeway/internal/entra"
	"causeway/internal/teams"
)

// pace keeps each tenant under its messages a second with a sliding window: exact at the limit, where a token bucket would
// let a burst through on top. The published limit is uncertain (30 or 50 a second, app and tenant), so a 429 makes
// it slower for a while.
type pace struct {
	mu      sync.Mutex
	limit   int
	now     func() time.Time
	windows map[entra.TenantID]*window
}

type window struct {
	sent  []time.Time // the last limit moments, a ring
	at    int
	slow  time.Time // until then at half the speed
	after time.Time // nothing before, as Teams asked
}

func newPace(limit int, now func() time.Time) *pace {
	return &pace{limit: limit, now: now, windows: map[entra.TenantID]*window{}}
}

// take waits until the tenant may send one more message.
func (p *pace) take(ctx context.Context, tenant entra.TenantID, wait func(context.Context, time.Duration) error) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		d := p.reserve(tenant)
		if d <= 0 {
			return nil
		}
		if err := wait(ctx, d); err != nil {
			return err
		}
	}
}

// reserve takes a place in the window, or says how long to wait before asking again.
func (p *pace) reserve(tenant entra.TenantID) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	w := p.window(tenant)
	now := p.now()
	span := time.Second
	if now.Before(w.slow) {
		span = 2 * time.Second
	}
	free := w.sent[w.at].Add(span)
	if free.Before(w.after) {
		free = w.after
	}
	if d := free.Sub(now); d > 0 {
		return d
	}
	w.sent[w.at] = now
	w.at = (w.at + 1) % len(w.sent)
	return 0
}

// learn slows a tenant down after Teams said that it was too much.
func (p *pace) learn(tenant entra.TenantID, err error) {
	if !errors.Is(err, teams.ErrThrottled) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	w := p.window(tenant)
	w.slow = p.now().Add(30 * time.Second)
	var refused *teams.ConnectorError
	if errors.As(err, &refused) && refused.RetryAt.After(w.after) {
		w.after = refused.RetryAt
	}
}

func (p *pace) window(tenant entra.TenantID) *window {
	w, ok := p.windows[tenant]
	if !ok {
		w = &window{sent: make([]time.Time, p.limit)}
		p.windows[tenant] = w
	}
	return w
}

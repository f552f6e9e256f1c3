package microsoftsim

import (
	"sync"
	"time"
)

// window is a limit of Teams: so many calls in so much time.
type window struct {
	calls int
	in    time.Duration
}

// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit: per bot and thread, and per app and tenant.
func sendLimits() []window {
	return []window{{7, time.Second}, {8, 2 * time.Second}, {60, 30 * time.Second}, {1800, time.Hour}}
}

func rosterLimits() []window {
	return []window{{14, time.Second}, {16, 2 * time.Second}, {120, 30 * time.Second}, {3600, time.Hour}}
}

func globalLimits() []window { return []window{{30, time.Second}} }

// throttle counts calls by key in sliding windows.
type throttle struct {
	mu   sync.Mutex
	seen map[string][]time.Time
}

func newThrottle() *throttle { return &throttle{seen: map[string][]time.Time{}} }

func (t *throttle) reset() {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.seen)
}

// take counts a call, or answers how long to wait. A refused call does not count.
func (t *throttle) take(key string, limits []window, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	seen := t.seen[key]
	longest := now.Add(-limits[len(limits)-1].in)
	for len(seen) > 0 && !seen[0].After(longest) {
		seen = seen[1:]
	}
	var wait time.Duration
	for _, l := range limits {
		if len(seen) >= l.calls {
			if free := seen[len(seen)-l.calls].Add(l.in).Sub(now); free > wait {
				wait = free
			}
		}
	}
	if wait == 0 {
		seen = append(seen, now)
	}
	t.seen[key] = seen
	return wait
}

func (s *Sim) limit(key string, limits []window) *connectorError {
	if wait := s.calls.take(key, limits, s.world.Clock.Now()); wait > 0 {
		return &connectorError{status: 429, code: "Throttled", message: "Too many requests.", after: wait}
	}
	return nil
}

// global is the limit of an app in a tenant over all conversations.
func (s *Sim) global(c *call) *connectorError { return s.limit("tenant "+c.tenant.ID, globalLimits()) }

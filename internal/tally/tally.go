// Package tally counts what anybody can have happen, so that whoever has it happen often does not fill the log.
package tally

import (
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"
)

const saidEvery = time.Minute

// Tally counts by kind: kinds are few, and ours. Its zero value has counted nothing; it is safe for concurrent use.
type Tally struct {
	mu     sync.Mutex
	said   time.Time
	counts map[string]int
}

// Add counts, and answers what the log is to say now: once a minute all that was counted since, by kind, else nothing.
func (t *Tally) Add(now time.Time, counts map[string]int) (said []any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.counts == nil {
		t.counts = map[string]int{}
	}
	for kind, n := range counts {
		t.counts[kind] += n
	}
	if now.Sub(t.said) < saidEvery {
		return nil
	}
	for _, kind := range slices.Sorted(maps.Keys(t.counts)) {
		if n := t.counts[kind]; n > 0 {
			said = append(said, slog.Int(kind, n))
		}
	}
	if said != nil {
		t.said, t.counts = now, nil
	}
	return said
}

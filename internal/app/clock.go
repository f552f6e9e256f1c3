package app

import (
	"context"
	"sync/atomic"
	"time"
)

// offsetClock is the clock of an emulated world that another process runs: real time and an offset.
type offsetClock struct{ offset atomic.Int64 }

func (c *offsetClock) now() time.Time { return time.Now().Add(time.Duration(c.offset.Load())) }

// set takes the offset as the world writes it ("1h0m0s"), and tells whether it has changed.
func (c *offsetClock) set(text string) bool {
	d, err := time.ParseDuration(text)
	return err == nil && c.offset.Swap(int64(d)) != int64(d)
}

// follow looks every moment whether the world's clock has moved, until ctx ends.
func (c *offsetClock) follow(ctx context.Context, world string, moved func()) {
	ticker := time.NewTicker(clockEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if settings, err := readSettings(ctx, world); err == nil && c.set(settings.ClockOffset) {
			moved()
		}
	}
}

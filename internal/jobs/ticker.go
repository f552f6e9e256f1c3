package jobs

import (
	"context"
	"log/slog"
	"time"
)

// Ticker runs a scan every interval, and at once when woken: for rows that become due in the product's time, and for tables that are worked off in
// batches. One scan runs at a time.
type Ticker struct {
	name  string
	every time.Duration
	scan  func(context.Context) error
	log   *slog.Logger
	wake  chan struct{}
}

// NewTicker makes a ticker; name is for the log. It does nothing before Run.
func NewTicker(name string, every time.Duration, log *slog.Logger, scan func(ctx context.Context) error) *Ticker {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Ticker{name: name, every: every, scan: scan, log: log, wake: make(chan struct{}, 1)}
}

// Wake has the scan run at once, or once more if it is running. It never waits.
func (t *Ticker) Wake() {
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// Run scans, first at once, until ctx ends. A failed scan is logged, and the next one comes at its time.
func (t *Ticker) Run(ctx context.Context) {
	ticker := time.NewTicker(t.every)
	defer ticker.Stop()
	for ctx.Err() == nil {
		if err := protect(func() error { return t.scan(ctx) }); err != nil && ctx.Err() == nil {
			t.log.ErrorContext(ctx, "scan failed", "scan", t.name, "error", err)
		}
		select {
		case <-ticker.C:
		case <-t.wake:
		case <-ctx.Done():
		}
	}
}

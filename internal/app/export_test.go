package app

import (
	"context"
	"errors"

	"causeway/internal/jobs"
	"causeway/internal/live"
)

// What tests need of the program beside what it offers.
var (
	SandboxConfig   = sandboxConfig
	SandboxPackages = sandboxPackages
)

// Idle waits until no job runs or is due within three seconds.
func (a *App) Idle(ctx context.Context) error { return a.queue.Idle(ctx) }

// Hurry makes all waiting jobs due now.
func (a *App) Hurry(ctx context.Context) error {
	waiting, err := a.queue.List(ctx, jobs.Filter{State: jobs.Waiting, Limit: 1000})
	if err != nil {
		return err
	}
	for _, j := range waiting {
		if err := a.queue.Retry(ctx, j.ID); err != nil && !errors.Is(err, jobs.ErrNotRetryable) {
			return err
		}
	}
	return nil
}

// Probe is a tick of the look at both sides' approval.
func (a *App) Probe(ctx context.Context) { a.policy.Probe(ctx) }

// Count answers the number that a query selects.
func Count(ctx context.Context, a *App, query string) (n int, err error) {
	return n, a.db.Read().QueryRowContext(ctx, query).Scan(&n)
}

// PublicCloud is the preset of the public cloud.
func PublicCloud() Cloud { return clouds()["public"] }

// Hub tells open pages of changes.
func Hub(a *App) *live.Hub { return a.live }

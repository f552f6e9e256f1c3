package app

import "context"

// What tests need of the program beside what it offers.
var (
	SandboxConfig   = sandboxConfig
	SandboxPackages = sandboxPackages
)

// Idle waits until no job runs or is due within three seconds.
func (a *App) Idle(ctx context.Context) error { return a.queue.Idle(ctx) }

// Probe is a tick of the look at both sides' approval.
func (a *App) Probe(ctx context.Context) { a.policy.Probe(ctx) }

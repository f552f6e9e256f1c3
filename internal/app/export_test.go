package app

import (
	"context"
	"errors"
	"time"

	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/live"
	"causeway/internal/meetings"
	"causeway/internal/policy"
	"causeway/internal/preferences"
	"causeway/internal/store"
)

// What tests need of the program beside what it offers.
var (
	SandboxConfig   = sandboxConfig
	SandboxPackages = sandboxPackages
	SandboxAdmin    = sandboxAdmin
)

// Idle waits until no job runs or is due by now or soon; what has arrived from Zoom has its jobs.
func (a *App) Idle(ctx context.Context, soon time.Duration) error {
	if err := a.events.Move(ctx); err != nil {
		return err
	}
	return a.queue.Idle(ctx, soon)
}

// Hurry makes all waiting jobs due now.
func (a *App) Hurry(ctx context.Context) error {
	waiting, err := a.Waiting(ctx)
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

// Dead are the jobs that were given up.
func (a *App) Dead(ctx context.Context) ([]jobs.Info, error) {
	return a.queue.List(ctx, jobs.Filter{State: jobs.Dead})
}

// Waiting are the jobs that will run later.
func (a *App) Waiting(ctx context.Context) ([]jobs.Info, error) {
	return a.queue.List(ctx, jobs.Filter{State: jobs.Waiting, Limit: 1000})
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

// Meetings is the feature, for tests that act as the tab does.
func (a *App) Meetings() *meetings.Service { return a.meetings }

// Upcoming are the active meetings of a person that are stored here.
func (a *App) Upcoming(ctx context.Context, person entra.Person) ([]meetings.Standing, error) {
	now := a.c.Now()
	return store.Meetings{Backend: store.Backend{DB: a.db, Jobs: a.queue}}.Around(ctx, person, now.AddDate(-1, 0, 0), now.AddDate(5, 0, 0))
}

// Switch switches a feature on or off, as an administrator does.
func (a *App) Switch(ctx context.Context, feature policy.Feature, on bool) error {
	return a.policy.SetFeature(ctx, a.c.Tenant, feature, on, "test")
}

// Allows says why a feature is not there, nil where it is.
func (a *App) Allows(ctx context.Context, feature policy.Feature) error {
	return a.policy.Allow(ctx, a.c.Tenant, feature)
}

// Prefer stores what a person has chosen.
func (a *App) Prefer(ctx context.Context, person entra.Person, p preferences.Preferences) error {
	return store.Preferences{Backend: store.Backend{DB: a.db, Jobs: a.queue}}.ChangePreferences(ctx, person, func(preferences.Preferences) (preferences.Preferences, error) {
		return p, nil
	}, a.c.Now())
}

// Full has the database take no more jobs and nothing that arrives, whichever connection brings it, or take it again.
func (a *App) Full(ctx context.Context, on bool) error {
	for _, table := range []string{"river_job", "inbox"} {
		statement := "drop trigger full_" + table
		if on {
			statement = "create trigger full_" + table + " before insert on " + table + " begin select raise(abort, 'full'); end"
		}
		if _, err := a.db.Writer().ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// Unseen has nobody looked at a meeting's event yet.
func (a *App) Unseen(ctx context.Context, tenant entra.TenantID, meeting string) error {
	s := store.Meetings{Backend: store.Backend{DB: a.db, Jobs: a.queue}}
	c, err := s.Copies(ctx, tenant, meeting)
	if err != nil {
		return err
	}
	c.Event = meetings.Copy{}
	_, err = s.SaveCopies(ctx, tenant, meeting, c)
	return err
}

// Look looks for what is due, as tickers do.
func (a *App) Look(ctx context.Context) error {
	return errors.Join(a.meetings.Tick(ctx), a.calendars.Tick(ctx))
}

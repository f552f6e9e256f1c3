package app

import (
	"context"
	"errors"

	"causeway/internal/entra"
	"causeway/internal/policy"
	"causeway/internal/zoom"
)

// probers look whether a side has approved by now, without anybody having to try.
func (a *App) probers(cs clients) map[policy.Side]policy.Prober {
	return map[policy.Side]policy.Prober{
		policy.Microsoft: func(ctx context.Context, tenant entra.TenantID) (policy.Status, error) {
			return a.probeMicrosoft(ctx, cs.entra, tenant)
		},
		policy.Zoom: func(ctx context.Context, tenant entra.TenantID) (policy.Status, error) {
			return a.probeZoom(ctx, cs.zoom, tenant)
		},
	}
}

// probeMicrosoft asks for the bot's own token: a tenant that has not consented has no such application. A token that is held would
// prove nothing, so a new one is asked for. That Teams has switched the bot off, a token does not show: Teams itself is asked.
func (a *App) probeMicrosoft(ctx context.Context, app *entra.App, tenant entra.TenantID) (policy.Status, error) {
	scope := a.c.Cloud.BotScope
	if held, err := app.AppToken(ctx, scope); err == nil {
		app.ForgetAppToken(held)
	}
	_, err := app.AppToken(ctx, scope)
	switch {
	case errors.Is(err, entra.ErrAppUnknown), errors.Is(err, entra.ErrConsentRequired):
		return policy.Waiting, nil
	case err != nil:
		return "", err
	}
	off, err := a.chats.Disabled(ctx, tenant)
	if err != nil {
		return "", err
	}
	if off {
		return policy.Off, nil
	}
	return policy.Approved, nil
}

// probeZoom looks whether an app that was switched off is on again: a code that is none is refused as such only by an app that is on.
// Whether an account's administrator has approved shows when somebody connects, and not before.
//
// UNVERIFIED: that Zoom says "disabled" (4717, 4738) before it looks at the code.
func (a *App) probeZoom(ctx context.Context, app *zoom.App, tenant entra.TenantID) (policy.Status, error) {
	state, err := a.policy.State(ctx, tenant)
	if err != nil || (state.Zoom.Status != policy.Off && state.Zoom.Status != policy.Approved) {
		return state.Zoom.Status, err
	}
	_, err = app.Exchange(ctx, "probe", "probe", a.c.PublicURL+zoom.CallbackPath)
	switch {
	case errors.Is(err, zoom.ErrAppDisabled):
		return policy.Off, nil
	case errors.Is(err, zoom.ErrGrantDead):
		return policy.Approved, nil
	}
	return "", err
}

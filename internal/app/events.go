package app

import (
	"context"
	"errors"
	"time"

	"causeway/internal/entra"
	"causeway/internal/events"
	"causeway/internal/jobs"
	"causeway/internal/whiteboards"
	"causeway/internal/zoom"
)

// hooks verify what Zoom posts for each app.
func (a *App) hooks() map[events.App]*zoom.Hook {
	hooks := map[events.App]*zoom.Hook{events.UserApp: zoom.NewHook(a.c.Now, a.c.ZoomHooks[events.UserApp]...)}
	if secrets := a.c.ZoomHooks[events.AdminApp]; len(secrets) > 0 { // there need not be such an app
		hooks[events.AdminApp] = zoom.NewHook(a.c.Now, secrets...)
	}
	return hooks
}

// concerns tells whether what Zoom tells is about somebody here. Others' events are not kept.
func (a *App) concerns(ctx context.Context, e zoom.Event) (zoom.Event, bool, error) {
	if e.Name == zoom.EventBoardShared {
		return a.boards.Concerned(ctx, e)
	}
	ours, err := a.accounts.Ours(ctx, e.Account)
	if err != nil || !ours || !e.OfParticipant() {
		return e, ours, err
	}
	return a.meetings.Attended(ctx, a.c.Tenant, e)
}

// happened has the features follow what Zoom tells.
func (a *App) happened(ctx context.Context, e zoom.Event) error {
	switch e.Name {
	case zoom.EventDeauthorized:
		return a.accounts.Deauthorized(ctx, e.Account, e.User, e.At, e.Keep)
	case zoom.EventMeetingCreated, zoom.EventMeetingUpdated, zoom.EventMeetingDeleted, zoom.EventMeetingErased, zoom.EventMeetingRecovered:
		return a.meetings.Heard(ctx, a.c.Tenant, e)
	case zoom.EventMeetingStarted, zoom.EventMeetingEnded, zoom.EventJoined, zoom.EventLeft, zoom.EventWaits, zoom.EventWaitsNoMore:
		return a.meetings.HeardLive(ctx, a.c.Tenant, e)
	case zoom.EventBoardShared:
		return a.boards.Heard(ctx, e)
	}
	if e.OfRemains() {
		return a.meetings.HeardRemains(ctx, a.c.Tenant, e)
	}
	return nil
}

// removed deletes what the features have of somebody who removed the app at Zoom, from before that.
func (a *App) removed(boards *whiteboards.Service) func(context.Context, jobs.Job) error {
	return func(ctx context.Context, j jobs.Job) error {
		person := entra.Person{Tenant: entra.TenantID(j.Tenant), ID: entra.ObjectID(j.Subject)}
		at := time.UnixMilli(j.Revision)
		return errors.Join(a.meetings.Erase(ctx, person, at), boards.Erase(ctx, person, at))
	}
}

package bot

import (
	"context"

	"causeway/internal/entra"
	"causeway/internal/pace"
	"causeway/internal/teams"
)

// preview answers a link to a meeting or whiteboard that somebody pastes. Nobody has to sign in for it: phones show no preview that asks for it.
func (b *Bot) preview(ctx context.Context, c caller, link string) teams.Answer {
	card, title, text, ok := b.c.Meetings.Preview(ctx, c.visitor(), link)
	if !ok && b.c.Pace.Take(ctx, c.Person, pace.Search) == nil { // a whiteboard is looked for at Zoom
		card, title, text, ok = b.c.Whiteboards.Preview(ctx, c.viewer(), link)
	}
	if !ok {
		return teams.Done()
	}
	return teams.Results(teams.Result(card, teams.Clip(title, nameLength), text, nil))
}

// previewFor answers a link that is pasted by somebody who does not have the app, and of whom Teams tells nothing.
func (b *Bot) previewFor(ctx context.Context, a *teams.Activity) teams.Answer {
	tenant, neutral := entra.TenantID(a.Tenant()), b.c.Meetings.NeutralPreview
	switch {
	case b.c.Meetings.Previewable(ctx, tenant, a.Link()):
	case b.c.Whiteboards.Previewable(ctx, tenant, a.Link()):
		neutral = b.c.Whiteboards.NeutralPreview
	default:
		return teams.Done()
	}
	card, title, text := neutral(a.Language())
	return teams.Results(teams.Result(card, title, text, nil))
}

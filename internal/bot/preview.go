package bot

import (
	"context"

	"causeway/internal/entra"
	"causeway/internal/teams"
)

// preview answers a join link that somebody pastes. Nobody has to sign in for it: phones show no preview that asks for it.
func (b *Bot) preview(ctx context.Context, c caller, link string) teams.Answer {
	card, title, text, ok := b.c.Meetings.Preview(ctx, c.visitor(), link)
	if !ok {
		return teams.Done()
	}
	return teams.Results(teams.Result(card, teams.Clip(title, nameLength), text, nil))
}

// previewFor answers a link that is pasted by somebody who does not have the app, and of whom Teams tells nothing.
func (b *Bot) previewFor(ctx context.Context, a *teams.Activity) teams.Answer {
	if !b.c.Meetings.Previewable(ctx, entra.TenantID(a.Tenant()), a.Link()) {
		return teams.Done()
	}
	card, title, text := b.c.Meetings.NeutralPreview(a.Language())
	return teams.Results(teams.Result(card, title, text, nil))
}

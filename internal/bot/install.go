package bot

import (
	"context"
	"time"

	"causeway/internal/chats"
	"causeway/internal/jobs"
	"causeway/internal/problem"
	"causeway/internal/teams"
)

// installation notes that the bot was added to a conversation or removed from it. Teams may tell both as a conversationUpdate and
// as an installationUpdate, in any order, more than once.
func (b *Bot) installation(ctx context.Context, a *teams.Activity, key string) error {
	change := chats.Unchanged
	switch {
	case a.Type == teams.TypeInstallationUpdate && (a.Action == "add" || a.Action == "add-upgrade"), a.BotAdded():
		change = chats.Added
	case a.Type == teams.TypeInstallationUpdate && (a.Action == "remove" || a.Action == "remove-upgrade"), a.BotRemoved():
		change = chats.Removed
	}
	if change == chats.Unchanged {
		return nil
	}
	place := chats.HomeOf(a)
	welcome := jobs.Job{Kind: WelcomeJob, Tenant: string(place.Tenant), Subject: key}
	if place.Kind != chats.Personal {
		welcome.Due = time.Now().Add(welcomeAfter)
	}
	return b.c.Chats.OnInstalled(ctx, place, change, welcome)
}

// welcome works WelcomeJob: it introduces the bot where nobody has made use of it yet.
func (b *Bot) welcome(ctx context.Context, j jobs.Job) error {
	a, err := b.kept(ctx, j)
	if problem.Is(err, problem.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	c, err := b.who(ctx, a)
	if err != nil {
		return nil //nolint:nilerr // somebody without an identity is not greeted
	}
	if mine, err := b.c.Chats.Welcome(ctx, c.place); err != nil || !mine {
		return err
	}
	return b.reply(ctx, c, b.welcomeCard(ctx, c))
}

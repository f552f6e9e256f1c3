package chats

import (
	"context"
	"errors"

	"causeway/internal/teams"
)

// Send posts a message in a place: in its thread if it has one, and in a channel without one as a new thread. Errors are those of
// the connector; upstream.Outcome says whether it may have been posted all the same.
func (s *Service) Send(ctx context.Context, p Place, a teams.Activity) (teams.ActivityID, error) {
	var id teams.ActivityID
	var err error
	if p.Kind == Channel && p.Thread == "" {
		_, id, err = s.c.Connector.CreateThread(ctx, p.reference(), teams.ChannelID(p.Conversation), a)
	} else {
		id, err = s.c.Connector.Send(ctx, p.reference(), a)
	}
	return id, s.lost(ctx, p, err)
}

// Update replaces a message. It may be repeated.
func (s *Service) Update(ctx context.Context, p Place, id teams.ActivityID, a teams.Activity) error {
	return s.lost(ctx, p, s.c.Connector.Update(ctx, p.reference(), id, a))
}

// lost notes when Teams says that the bot is not in a place any more, or nowhere.
func (s *Service) lost(ctx context.Context, p Place, err error) error {
	ctx = context.WithoutCancel(ctx)
	switch {
	case p.Kind == Personal: // what is refused there concerns that person alone: administrators may allow an app to some
	case errors.Is(err, teams.ErrBotDisabled):
		s.disabled(ctx, p.Tenant)
	case errors.Is(err, teams.ErrNotInRoster), errors.Is(err, teams.ErrConversationGone):
		return errors.Join(err, s.Remove(ctx, p.alone()))
	}
	return err
}

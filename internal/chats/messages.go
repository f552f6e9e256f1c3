package chats

import (
	"context"
	"errors"
	"time"

	"causeway/internal/problem"
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
	s.heard(ctx, p, err)
	return id, s.lost(ctx, p, err)
}

// heard remembers whether Teams lets the bot post in a place in which it is. In private channels it lets none; an owner may keep bots out of
// others. UNVERIFIED: with which code it says so; every refusal that is of the place and not of the message is taken for it.
func (s *Service) heard(ctx context.Context, p Place, err error) {
	refused := errors.Is(err, teams.ErrForbidden) || errors.Is(err, teams.ErrBlocked)
	if p.Kind == Personal || err != nil && !refused {
		return
	}
	ctx = context.WithoutCancel(ctx)
	known, failed := s.c.Storage.Place(ctx, p.Tenant, p.Conversation)
	switch {
	case failed != nil:
	case refused:
		failed = s.c.Storage.Refuse(ctx, p, s.c.Now())
	case !known.Refused.IsZero():
		failed = s.c.Storage.Refuse(ctx, p, time.Time{})
	}
	s.silences.Forget(spot{p.Tenant, p.Conversation})
	if failed != nil { // the message is posted, or it is not: that is what counts
		s.c.Logger.WarnContext(ctx, "not noted whether messages are refused", "conversation", p.Conversation, "error", failed)
	}
}

// Silenced tells whether Teams has lately refused the bot's messages in a place in which it is. It is believed for some seconds: forms are asked
// for often.
func (s *Service) Silenced(ctx context.Context, p Place) (bool, error) {
	if p.Conversation == "" {
		return false, nil
	}
	return s.silences.Of(ctx, spot{p.Tenant, p.Conversation}, func() (bool, error) {
		known, err := s.c.Storage.Place(ctx, p.Tenant, p.Conversation)
		return s.silenced(known), err
	})
}

func (s *Service) silenced(k Known) bool {
	return !k.Refused.IsZero() && s.c.Now().Sub(k.Refused) < refusedAge
}

// Refusal says why Teams has just refused a message in a place. Errors: Forbidden (the bot is not there any more, or may not post there),
// NotReady (it is switched off), Unavailable.
func (s *Service) Refusal(ctx context.Context, p Place) error {
	known, err := s.c.Storage.Place(ctx, p.Tenant, p.Conversation)
	switch {
	case err != nil:
		return err
	case !known.Installed:
		return InWords(ErrNotInstalled)
	case s.silenced(known):
		return InWords(ErrSilenced)
	}
	if gate := s.c.Policy.Ready(ctx, p.Tenant); gate != nil {
		return gate
	}
	return problem.New(problem.Unavailable, "chats.refused")
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

package whiteboards

import (
	"cmp"
	"context"
	"errors"

	"causeway/internal/chats"
	"causeway/internal/i18n"
	"causeway/internal/jobs"
	"causeway/internal/problem"
	"causeway/internal/teams"
	"causeway/internal/upstream"
	"causeway/internal/zoom"
)

// SharedJob tells the people of a conversation that a board was shared with them there; its subject is the share.
const SharedJob = "whiteboards.shared"

// Share brings a board into a conversation in which the bot and the person are: the bot posts its card there, and tells the others. With open, everybody in the
// Zoom account may open it from now on, and do that; "" leaves that as it is. With only, that is for the people of the conversation alone, as far as
// they have connected Zoom of the same account: they are added to it, and told. The answer is where it stands, for people. Asked for again
// within a minute, it is the same.
//
// Errors: as Board; Forbidden (not a member, the bot may not post there, or the board may not be shared), Unavailable.
func (s *Service) Share(ctx context.Context, v Visitor, id string, conversation teams.ConversationID, open May, only bool) (string, error) {
	b, err := s.Board(ctx, v, id)
	if err != nil {
		return "", err
	}
	place, err := s.c.Chats.OpenToPost(ctx, v.Person, conversation, "")
	if err != nil {
		return "", err
	}
	switch {
	case only:
		if err := s.invite(ctx, v, b, place, open); err != nil {
			return "", err
		}
	case open != "":
		if b, err = s.open(ctx, v, b, open); err != nil {
			return "", err
		}
	}
	return place.Name, s.post(context.WithoutCancel(ctx), v, b, place)
}

// roles are Zoom's of what people may do.
var roles = map[May]zoom.ShareRole{Edit: zoom.RoleEditor, Comment: zoom.RoleCommenter, View: zoom.RoleViewer}

// open lets everybody in the Zoom account open a board.
func (s *Service) open(ctx context.Context, v Visitor, b Board, may May) (Board, error) {
	role, ok := roles[may]
	if !ok {
		return b, problem.New(problem.Invalid, "problem.invalid")
	}
	if b.Opening == Anyone { // more than that
		return b, nil
	}
	client, err := s.c.Accounts.Zoom(ctx, v.Person)
	if err != nil {
		return b, err
	}
	err = client.ShareWhiteboard(ctx, zoom.WhiteboardID(b.ID), zoom.ShareAccount, role)
	switch {
	case errors.Is(err, zoom.ErrNotFound):
		return b, problem.New(problem.Forbidden, "whiteboards.may_not_share", "Creator", b.Creator).Because(err)
	case err != nil:
		return b, s.failure(ctx, v.Person, err)
	}
	s.forget(v.Person)
	b.Opening, b.May = Account, may
	return b, nil
}

func (s *Service) post(ctx context.Context, v Visitor, b Board, place chats.Place) error {
	share := Share{ID: s.c.NewID(), Board: zoom.WhiteboardID(b.ID), By: v.Person, Conversation: place.Conversation, At: s.c.Now()}
	stored, fresh, err := s.c.Storage.SaveShare(ctx, share, s.c.Now().Add(-shareAgain))
	switch {
	case err != nil || stored.Posted:
		return err
	case !fresh:
		return problem.New(problem.Unavailable, "upcoming.share_unsure")
	}
	p := s.c.Texts.For(cmp.Or(s.c.Language, v.Locale))
	shown, title := card(p, b, p.T("whiteboards.shared_by", "Name", v.Name))
	_, err = s.c.Chats.Send(ctx, place, s.pictured(ctx, p, b, shown).Message(teams.Clean(teams.Clip(title, nameShown))))
	if err == nil {
		return s.c.Storage.Posted(ctx, v.Person.Tenant, share.ID, jobs.Job{Kind: SharedJob, Tenant: string(v.Person.Tenant), Subject: share.ID})
	}
	if upstream.Outcome(err) == upstream.Ambiguous {
		return problem.New(problem.Unavailable, "upcoming.share_unsure").Because(err)
	}
	if dropped := s.c.Storage.DropShare(ctx, v.Person.Tenant, share.ID); dropped != nil {
		return dropped
	}
	if teams.Refused(err) {
		s.c.Logger.WarnContext(ctx, "a whiteboard is not shared", "error", err)
		return s.c.Chats.Refusal(ctx, place)
	}
	return problem.New(problem.Unavailable, "chats.teams_unavailable").Because(err)
}

// pictured is a card of a board with the board's picture, if there is one for everybody who reads it.
func (s *Service) pictured(ctx context.Context, p i18n.Printer, b Board, shown teams.Card) teams.Card {
	if picture := s.preview(ctx, b); picture != "" {
		shown.Body = append(shown.Body, teams.Image{URL: picture, Alt: p.T("whiteboards.picture", "Name", b.Name), Size: "stretch"})
	}
	return shown
}

// ChosenCard is the card of a board that a person puts into a message of their own, where the bot need not be. Title and text are for who
// chooses by them.
func (s *Service) ChosenCard(ctx context.Context, v Visitor, b Board) (teams.Card, string, string) {
	shown, title, text := s.PlainCard(v, b)
	return s.pictured(ctx, s.c.Texts.For(cmp.Or(s.c.Language, v.Locale)), b, shown), title, text
}

// PlainCard is that card as it stands in a list: without a picture, and of a board without its page without a button.
func (s *Service) PlainCard(v Visitor, b Board) (teams.Card, string, string) {
	p := s.c.Texts.For(cmp.Or(s.c.Language, v.Locale))
	shown, _ := card(p, b, p.T("whiteboards.board"))
	own := s.c.Texts.For(v.Locale)
	return shown, teams.Clip(b.Name, nameShown), own.T("whiteboards.made_by", "Name", b.Creator)
}

// card is a board's card for a conversation: who made it, who may open it, and what Zoom asks for.
func card(p i18n.Printer, b Board, head string) (teams.Card, string) {
	name := teams.Clip(b.Name, nameShown)
	key := map[Opening]string{Restricted: "whiteboards.open_restricted", Anyone: "whiteboards.open_anyone", Account: "whiteboards.open_account"}[b.Opening]
	if b.Opening != Restricted {
		key += "_" + string(b.May)
	}
	body := []teams.Element{
		teams.TextBlock{Text: teams.Escape(head), Subtle: true, Size: "small", Wrap: true},
		teams.TextBlock{Text: teams.Escape(name), Weight: "bolder", Size: "large", Wrap: true, Style: "heading", Common: teams.Common{Spacing: "none"}},
	}
	if b.Creator != "" {
		body = append(body, teams.TextBlock{Text: teams.Escape(p.T("whiteboards.made_by", "Name", b.Creator)), Wrap: true, Size: "small"})
	}
	body = append(body,
		teams.TextBlock{Text: teams.Escape(p.T(key)), Wrap: true},
		teams.TextBlock{Text: teams.Escape(signIn(p, b)), Wrap: true, Size: "small", Subtle: true, Common: teams.Common{Separator: true}},
	)
	c := teams.Card{Lang: p.Locale(), Body: body}
	if b.URL != "" {
		c.Actions = []teams.Action{open(p, b)}
	}
	return c, head + ": " + name
}

// signIn says with which account Zoom wants somebody to sign in, and whom to ask who may not open a board then.
func signIn(p i18n.Printer, b Board) string {
	switch {
	case b.Opening == Anyone:
		return p.T("whiteboards.sign_in")
	case b.Creator == "":
		return p.T("whiteboards.sign_in_account") + " " + p.T("whiteboards.ask_somebody")
	}
	return p.T("whiteboards.sign_in_account") + " " + p.T("whiteboards.ask", "Name", b.Creator)
}

// open is the button that opens a board.
func open(p i18n.Printer, b Board) teams.Action {
	return teams.OpenURL{Button: teams.Button{Title: p.T("whiteboards.open"), Style: "positive"}, URL: b.URL}
}

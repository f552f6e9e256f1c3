package whiteboards

import (
	"context"
	"errors"
	"slices"
	"strings"

	"causeway/internal/accounts"
	"causeway/internal/chats"
	"causeway/internal/entra"
	"causeway/internal/i18n"
	"causeway/internal/notifications"
	"causeway/internal/problem"
	"causeway/internal/teams"
	"causeway/internal/zoom"
)

const (
	audienceMost = 250 // people of a conversation who are looked at
	namesMost    = 5
)

// errEnough ends the reading of a roster.
var errEnough = errors.New("whiteboards: enough people")

// Warning says who in a conversation could not open a board, in the state it has or, with open, is to have: those whose Zoom account is another one,
// and those whose Zoom account is not known here. "" when there is nobody to warn of. Of a board that only added people open, nothing can be said
// of anybody: Zoom tells no app that people connect who was added.
//
// Errors: as Board; Forbidden (not a member of the conversation, or the bot is not).
func (s *Service) Warning(ctx context.Context, v Visitor, id string, conversation teams.ConversationID, open May) (string, error) {
	b, err := s.Board(ctx, v, id)
	if err != nil {
		return "", err
	}
	place, err := s.place(ctx, v, conversation)
	if err != nil || b.Opening == Anyone || b.Opening == Restricted && open == "" {
		return "", err
	}
	mine, err := s.c.Accounts.Account(ctx, v.Person)
	if err != nil {
		return "", err
	}
	var others, unknown []string
	whole, err := s.audience(ctx, v, place, func(m chats.Member, account accounts.Account) {
		switch {
		case !account.Linked:
			unknown = append(unknown, m.Name)
		case account.ZoomAccount != mine.ZoomAccount:
			others = append(others, m.Name)
		}
	})
	if err != nil {
		return "", err
	}
	p := s.c.Texts.For(v.Locale)
	var said []string
	if len(others) > 0 {
		said = append(said, p.T("whiteboards.other_account", "Names", names(p, others)))
	}
	if len(unknown) > 0 {
		said = append(said, p.T("whiteboards.unknown_account", "Names", names(p, unknown)))
	}
	if !whole {
		said = append(said, p.T("whiteboards.not_all", "Most", audienceMost))
	}
	return strings.Join(said, " "), nil
}

// audience goes through the others in a conversation; false when there are more than are looked at.
func (s *Service) audience(ctx context.Context, v Visitor, place chats.Place, each func(chats.Member, accounts.Account)) (whole bool, err error) {
	looked := 0
	err = s.c.Chats.Members(ctx, place, func(members []chats.Member) error {
		for _, m := range members {
			if m.Bot || m.Person == v.Person {
				continue
			}
			if looked++; looked > audienceMost {
				return errEnough
			}
			account, err := s.c.Accounts.Account(ctx, m.Person)
			if err != nil {
				return err
			}
			each(m, account)
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		return false, nil
	}
	if err != nil {
		err = problem.New(problem.Unavailable, "chats.teams_unavailable").Because(err)
	}
	return err == nil, err
}

// invite adds the people of a conversation to a board, as far as they are of its Zoom account, and tells them. The account's app may do that on any
// board; it does so for who owns this one, or edits it and may share it. Error: Forbidden.
func (s *Service) invite(ctx context.Context, v Visitor, b Board, place chats.Place, may May) error {
	role, ok := roles[may]
	if !ok {
		return problem.New(problem.Invalid, "problem.invalid")
	}
	mine, err := s.c.Accounts.Account(ctx, v.Person)
	if err != nil {
		return err
	}
	if s.c.Account == nil || mine.ZoomAccount != s.c.Account.ID {
		return problem.New(problem.Forbidden, "whiteboards.no_single")
	}
	id := zoom.WhiteboardID(b.ID)
	added, err := s.c.Account.Collaborators(ctx, id)
	if err != nil {
		return s.refused(ctx, err)
	}
	own, is := added[mine.ZoomUser]
	if !is || own != zoom.RoleOwner && own != zoom.RoleCoOwner && (own != zoom.RoleEditor || !b.canShare) {
		return problem.New(problem.Forbidden, "whiteboards.may_not_share", "Creator", b.Creator)
	}
	var people []entra.Person
	var addresses []string
	whole, err := s.audience(ctx, v, place, func(m chats.Member, account accounts.Account) {
		if _, already := added[account.ZoomUser]; account.Linked && account.ZoomAccount == mine.ZoomAccount && !already {
			people, addresses = append(people, m.Person), append(addresses, account.Email)
		}
	})
	switch {
	case err != nil:
		return err
	case !whole:
		return problem.New(problem.Forbidden, "whiteboards.too_many", "Most", audienceMost)
	}
	for some := range slices.Chunk(addresses, zoom.CollaboratorsMost) {
		if err := s.c.Account.AddCollaborators(ctx, id, some, role); err != nil {
			return s.refused(ctx, err)
		}
	}
	for _, person := range people {
		if _, err := s.tell(ctx, Notice{Kind: notifications.BoardShared, To: person, Mark: b.ID, Board: id, By: v.Person.ID}); err != nil {
			return err
		}
	}
	return nil
}

// refused is what we say when the account's app could not do its part: it is not the person's to mend.
func (s *Service) refused(ctx context.Context, err error) error {
	s.c.Logger.WarnContext(ctx, "people are not added to a whiteboard", "error", err)
	return problem.New(problem.Unavailable, "whiteboards.unavailable").Because(err)
}

// names are a few names, and how many more there are.
func names(p i18n.Printer, all []string) string {
	shown := strings.Join(all[:min(len(all), namesMost)], ", ")
	if more := len(all) - namesMost; more > 0 {
		return p.T("meetings.and_more", "Names", shown, "Count", more)
	}
	return shown
}

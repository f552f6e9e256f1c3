package whiteboards

import (
	"context"
	"errors"
	"strings"

	"causeway/internal/chats"
	"causeway/internal/i18n"
	"causeway/internal/teams"
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
			switch {
			case err != nil:
				return err
			case !account.Linked:
				unknown = append(unknown, m.Name)
			case account.ZoomAccount != mine.ZoomAccount:
				others = append(others, m.Name)
			}
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return "", s.failure(ctx, v.Person, err)
	}
	p := s.c.Texts.For(v.Locale)
	var said []string
	if len(others) > 0 {
		said = append(said, p.T("whiteboards.other_account", "Names", names(p, others)))
	}
	if len(unknown) > 0 {
		said = append(said, p.T("whiteboards.unknown_account", "Names", names(p, unknown)))
	}
	if looked > audienceMost {
		said = append(said, p.T("whiteboards.not_all", "Most", audienceMost))
	}
	return strings.Join(said, " "), nil
}

// names are a few names, and how many more there are.
func names(p i18n.Printer, all []string) string {
	shown := strings.Join(all[:min(len(all), namesMost)], ", ")
	if more := len(all) - namesMost; more > 0 {
		return p.T("meetings.and_more", "Names", shown, "Count", more)
	}
	return shown
}

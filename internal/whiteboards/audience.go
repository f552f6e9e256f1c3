package whiteboards

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"causeway/internal/accounts"
	"causeway/internal/chats"
	"causeway/internal/entra"
	"causeway/internal/i18n"
	"causeway/internal/problem"
	"causeway/internal/teams"
	"causeway/internal/zoom"
)

const (
	audienceMost = 250 // people of a conversation who are looked at
	namesMost    = 5
	askedOnce    = 8           // people of whom Zoom is asked at once
	mailAge      = time.Minute // for which it is remembered which address somebody has at Zoom
	mailsMost    = 10_000
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
	place, err := s.c.Chats.OpenToPost(ctx, v.Person, conversation, "")
	if err != nil || b.Opening == Anyone || b.Opening == Restricted && open == "" {
		return "", err
	}
	mine, err := s.c.Accounts.Account(ctx, v.Person)
	if err != nil {
		return "", err
	}
	var others, unknown []string
	whole, err := s.audience(ctx, v.Person, place, func(m chats.Member, account accounts.Account) {
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

// audience goes through those in a conversation but for one; false when there are more than are looked at.
func (s *Service) audience(ctx context.Context, but entra.Person, place chats.Place, each func(chats.Member, accounts.Account)) (whole bool, err error) {
	looked := 0
	err = s.c.Chats.Members(ctx, place, func(members []chats.Member) error {
		for _, m := range members {
			if m.Bot || m.Person == but {
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

// invite adds the people of a conversation to a board, as far as they are of its Zoom account. The account's app may do that on any
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
	var guests []guest
	whole, err := s.audience(ctx, v.Person, place, func(m chats.Member, account accounts.Account) {
		if _, already := added[account.ZoomUser]; account.Linked && account.ZoomAccount == mine.ZoomAccount && !already {
			guests = append(guests, guest{person: m.Person, account: account})
		}
	})
	switch {
	case err != nil:
		return err
	case !whole:
		return problem.New(problem.Forbidden, "whiteboards.too_many", "Most", audienceMost)
	}
	if guests, err = s.atZoomNow(ctx, guests); err != nil {
		return err
	}
	for some := range slices.Chunk(guests, zoom.CollaboratorsMost) {
		var addresses []string
		for _, g := range some {
			addresses = append(addresses, g.address)
		}
		if err := s.c.Account.AddCollaborators(ctx, id, addresses, role); err != nil {
			return s.refused(ctx, err)
		}
	}
	return nil
}

// guest is somebody who is to be added to a board.
type guest struct {
	person  entra.Person
	account accounts.Account
	address string // at Zoom, now
}

// addressee is whose address at Zoom is known.
type addressee struct {
	person entra.Person
	user   zoom.UserID
}

// atZoomNow asks Zoom, as each of the guests, which address they have there at this moment, or had within a minute: Zoom adds people by their address alone, and one that was
// kept when they connected may be somebody else's by now. Who is not the same user of the same account any more, or not connected, is left out.
func (s *Service) atZoomNow(ctx context.Context, guests []guest) (now []guest, err error) {
	failed := make([]error, len(guests))
	var asked sync.WaitGroup
	turns := make(chan struct{}, askedOnce)
	for i := range guests {
		turns <- struct{}{}
		asked.Go(func() {
			guests[i].address, failed[i] = s.addressOf(ctx, guests[i])
			<-turns
		})
	}
	asked.Wait()
	for i, g := range guests {
		if g.address != "" {
			now = append(now, g)
		}
		if err = failed[i]; err != nil {
			return nil, err
		}
	}
	return now, nil
}

// addressOf is a guest's address at Zoom; "" for who is left out.
func (s *Service) addressOf(ctx context.Context, g guest) (string, error) {
	of := addressee{g.person, g.account.ZoomUser}
	if address, known := s.mails.Get(of); known {
		return address, nil
	}
	client, err := s.c.Accounts.Zoom(ctx, g.person)
	if err != nil {
		return "", unlinked(err)
	}
	user, err := client.Me(ctx)
	switch {
	case err != nil:
		return "", unlinked(s.failure(ctx, g.person, err))
	case user.ID != g.account.ZoomUser || user.Account != g.account.ZoomAccount:
		return "", nil
	}
	s.mails.Put(of, user.Email)
	return user.Email, nil
}

// unlinked takes it for no failure that somebody is not connected.
func unlinked(err error) error {
	if problem.Is(err, problem.NotLinked) {
		return nil
	}
	return err
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

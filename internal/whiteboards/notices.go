package whiteboards

import (
	"cmp"
	"context"
	"time"

	"causeway/internal/accounts"
	"causeway/internal/chats"
	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/notifications"
	"causeway/internal/problem"
	"causeway/internal/teams"
	"causeway/internal/zoom"
)

// Notice is that a board was shared with somebody, or that somebody was mentioned on one. It holds ids alone: what the message shows is asked
// of Zoom when it is delivered, as its reader.
type Notice struct {
	ID    string
	Kind  notifications.Kind
	To    entra.Person
	Mark  string // with To and Kind: a notice with the same one is the same
	Board zoom.WhiteboardID
	Link  string         // to the board, where that alone is known
	By    entra.ObjectID // who shared or wrote; "" when that is nobody whom we know
	At    time.Time
}

// Concerned tells whether a board was shared with anybody who has connected Zoom here; of the others nothing is kept. Zoom names no account with
// it: who shared it has to be of theirs, if that is somebody whom we know.
func (s *Service) Concerned(ctx context.Context, e zoom.Event) (zoom.Event, bool, error) {
	_, account, err := s.c.Accounts.WhoseUser(ctx, e.Operator)
	if err != nil && !problem.Is(err, problem.NotFound) {
		return e, false, err
	}
	account = cmp.Or(e.Account, account)
	var here []zoom.UserID
	for _, user := range e.Board.With {
		_, of, err := s.c.Accounts.WhoseUser(ctx, user)
		switch {
		case problem.Is(err, problem.NotFound):
			continue
		case err != nil:
			return e, false, err
		}
		if user != e.Operator && (account == "" || of == account) {
			here = append(here, user)
		}
	}
	e.Board.With = here
	return e, len(here) > 0, nil
}

// Heard tells people that a board was shared with them: once, however often Zoom says so.
func (s *Service) Heard(ctx context.Context, e zoom.Event) error {
	by, _, err := s.c.Accounts.WhoseUser(ctx, e.Operator)
	if err != nil && !problem.Is(err, problem.NotFound) {
		return err
	}
	for _, user := range e.Board.With {
		to, _, err := s.c.Accounts.WhoseUser(ctx, user)
		if problem.Is(err, problem.NotFound) {
			continue
		}
		if err == nil {
			_, err = s.tell(ctx, Notice{Kind: notifications.BoardShared, To: to, Mark: string(e.Board.ID), Board: e.Board.ID, By: by.ID})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// tell queues the message of a notice; false when it is there already, or whiteboards are switched off.
func (s *Service) tell(ctx context.Context, n Notice) (bool, error) {
	if err := s.c.Policy.Allow(ctx, n.To.Tenant, feature); problem.Is(err, problem.Forbidden) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	n.ID, n.At = s.c.NewID(), s.c.Now()
	return s.c.Storage.SaveNotice(ctx, n, notifications.Message{
		ID: s.c.NewID(), To: n.To, Kind: n.Kind, Subject: n.ID, State: notifications.Queued, Due: n.At, Updated: n.At,
	}, notifications.PumpOf(n.To.Tenant))
}

// noticed renders the message of a notice. Who may not open the board, or has not let us see boards, hears nothing of it.
func (s *Service) noticed(ctx context.Context, m notifications.Message, reader chats.Reader) (teams.Activity, error) {
	n, err := s.c.Storage.Notice(ctx, m.To.Tenant, m.Subject)
	if err != nil {
		return teams.Activity{}, err
	}
	b, err := s.boardOf(ctx, n, reader)
	if problem.Is(err, problem.NotLinked) {
		err = problem.New(problem.NotFound, "whiteboards.gone").Because(err)
	}
	if err != nil {
		return teams.Activity{}, err
	}
	var by accounts.Account
	if n.By != "" {
		if by, err = s.c.Accounts.Account(ctx, entra.Person{Tenant: m.To.Tenant, ID: n.By}); err != nil {
			return teams.Activity{}, err
		}
	}
	p := s.c.Texts.For(reader.Locale)
	key := map[notifications.Kind]string{notifications.BoardShared: "whiteboards.with_you", notifications.BoardMention: "whiteboards.mentions_you"}[n.Kind]
	head := p.T(key)
	if by.Name != "" {
		head = p.T(key+"_by", "Name", by.Name)
	}
	if n.Link != "" {
		shown := teams.Card{Lang: p.Locale(), Body: []teams.Element{
			teams.TextBlock{Text: teams.Escape(head), Weight: "bolder", Wrap: true},
			teams.TextBlock{Text: teams.Escape(p.T("whiteboards.sign_in")), Wrap: true, Size: "small", Subtle: true},
		}, Actions: []teams.Action{open(p, b)}}
		return shown.Message(teams.Clean(teams.Clip(head, nameShown))), nil
	}
	shown, title := card(p, b, head)
	return shown.Message(teams.Clean(teams.Clip(title, nameShown))), nil
}

// boardOf is the board of a notice as its reader sees it; where the link alone is known, that alone: whether the reader may open it, Zoom decides.
// Errors: as Board.
func (s *Service) boardOf(ctx context.Context, n Notice, reader chats.Reader) (Board, error) {
	if n.Link == "" {
		return s.Board(ctx, Visitor{Person: n.To, Locale: reader.Locale}, string(n.Board))
	}
	if err := s.c.Policy.Allow(ctx, n.To.Tenant, feature); err != nil {
		return Board{}, err
	}
	account, err := s.c.Accounts.Account(ctx, n.To)
	if err == nil && !account.Linked {
		err = problem.New(problem.NotLinked, "problem.not_linked")
	}
	return Board{URL: n.Link}, err
}

// NoticeStorage keeps notices. Every method is one transaction.
type NoticeStorage interface {
	// SaveNotice stores a notice with its message and what follows, unless the same one is there: then false.
	SaveNotice(ctx context.Context, n Notice, message notifications.Message, follow ...jobs.Job) (bool, error)
	// Notice finds one; problem.NotFound.
	Notice(ctx context.Context, tenant entra.TenantID, id string) (Notice, error)
}

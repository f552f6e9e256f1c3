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
	User  teams.UserID // of To towards the bot, where it is told; "" else, and not kept
	Mark  string       // with To and Kind: a notice with the same one is the same
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
			err = s.tell(ctx, chats.Place{}, Notice{Kind: notifications.BoardShared, To: to, Mark: string(e.Board.ID), Board: e.Board.ID, By: by.ID})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// shared works SharedJob: it tells the people of the conversation into which a board was shared, as far as they have connected Zoom of the account
// of who shared it, unless that person has shared very much of late. Who of them may not open the board is found out when it is their turn.
func (s *Service) shared(ctx context.Context, j jobs.Job) error {
	share, err := s.c.Storage.Share(ctx, entra.TenantID(j.Tenant), j.Subject)
	if problem.Is(err, problem.NotFound) { // posted once more since, with a job of its own, or erased
		return nil
	}
	if err != nil {
		return err
	}
	shares, err := s.c.Storage.Shares(ctx, share.By, share.At.Add(-toldWithin), share.At)
	if err != nil {
		return err
	}
	if shares > shareTold {
		s.c.Logger.WarnContext(ctx, "nobody is told of more boards of a person for now", "tenant", share.By.Tenant, "person", share.By.ID)
		return nil
	}
	mine, err := s.c.Accounts.Account(ctx, share.By)
	if err != nil || !mine.Linked {
		return err
	}
	place, err := s.c.Chats.OpenToPost(ctx, share.By, share.Conversation, "")
	if problem.Is(err, problem.Forbidden) || problem.Is(err, problem.NotFound) { // the bot, or who shared it, is not there any more
		return nil
	}
	if err != nil {
		return err
	}
	var notices []Notice
	_, err = s.audience(ctx, share.By, place, func(m chats.Member, account accounts.Account) {
		if account.Linked && account.ZoomAccount == mine.ZoomAccount {
			notices = append(notices, Notice{
				Kind: notifications.BoardShared, To: m.Person, User: m.User, Mark: string(share.Board), Board: share.Board, By: share.By.ID,
			})
		}
	})
	if err != nil {
		return err
	}
	return s.tell(ctx, place, notices...)
}

// tell queues the messages of notices of one tenant, but for those that are there already, unless whiteboards are switched off. via is where the
// bot meets those whom they are for, if that is known.
func (s *Service) tell(ctx context.Context, via chats.Place, notices ...Notice) error {
	if len(notices) == 0 {
		return nil
	}
	tenant := notices[0].To.Tenant
	if err := s.c.Policy.Allow(ctx, tenant, feature); problem.Is(err, problem.Forbidden) {
		return nil
	} else if err != nil {
		return err
	}
	messages := make([]notifications.Message, len(notices))
	for i := range notices {
		n := &notices[i]
		n.ID, n.At = s.c.NewID(), s.c.Now()
		messages[i] = notifications.Message{
			ID: s.c.NewID(), To: n.To, User: n.User, Kind: n.Kind, Subject: n.ID, Via: via, State: notifications.Queued, Due: n.At, Updated: n.At,
		}
	}
	return s.c.Storage.SaveNotices(ctx, notices, messages, notifications.PumpOf(tenant))
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
			teams.TextBlock{Text: teams.Escape(signIn(p, Board{Creator: by.Name})), Wrap: true, Size: "small", Subtle: true},
		}, Actions: []teams.Action{open(p, b)}}
		return shown.Message(teams.Clean(teams.Clip(head, nameShown))), nil
	}
	shown, title := card(p, b, head)
	return shown.Message(teams.Clean(teams.Clip(title, nameShown))), nil
}

// About is the board that a message is about, as its reader may see it now. Errors: as Board.
func (s *Service) About(ctx context.Context, m notifications.Message) (Board, error) {
	n, err := s.c.Storage.Notice(ctx, m.To.Tenant, m.Subject)
	if err != nil {
		return Board{}, err
	}
	return s.boardOf(ctx, n, chats.Reader{})
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
	// SaveNotices stores notices, each with the message of the same place, unless the same one is there: then nothing, but for one whose message
	// was dropped because its reader could not open the board, which is told anew. What follows is added if anything is to be told.
	SaveNotices(ctx context.Context, notices []Notice, messages []notifications.Message, follow ...jobs.Job) error
	// Notice finds one; problem.NotFound.
	Notice(ctx context.Context, tenant entra.TenantID, id string) (Notice, error)
}

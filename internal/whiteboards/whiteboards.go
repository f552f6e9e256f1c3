// Package whiteboards shows people their whiteboards at Zoom, and brings them into conversations. A board is opened in Zoom's web portal, which
// has a sign-in of its own.
package whiteboards

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"causeway/internal/accounts"
	"causeway/internal/chats"
	"causeway/internal/entra"
	"causeway/internal/i18n"
	"causeway/internal/jobs"
	"causeway/internal/memo"
	"causeway/internal/notifications"
	"causeway/internal/policy"
	"causeway/internal/problem"
	"causeway/internal/teams"
	"causeway/internal/upstream"
	"causeway/internal/zoom"
)

const (
	feature = policy.Whiteboard

	// Zoom lists a month at most: boards are looked for month by month, a few months at once, until there are enough.
	month      = 30 * 24 * time.Hour
	monthsBack = 12
	monthsOnce = 4
	boardsMost = 50
	nameMost   = 200 // characters
	listAge    = 20 * time.Second
	listsMost  = 2000
	seenAge    = 5 * time.Minute // how long a picture is remembered
	seenMost   = 1000            // of at most 16 KiB
	shareAgain = time.Minute     // within which the same share is one
	shareTold  = 10              // shares of one person of which others are told …
	toldWithin = time.Hour       // … within it: everybody's messages wait behind each other
	nameShown  = 120
	pageAge    = 24 * time.Hour // how long it is remembered whose a page is
	pagesKept  = 10_000
	limitPause = 2 * time.Second
	keptFor    = 90 * 24 * time.Hour
)

// Storage keeps which boards were brought into which conversations, and of what people were told. Every method is one transaction.
type Storage interface {
	NoticeStorage
	MailStorage
	// SaveShare notes a share, unless the same person has brought the same board into the same conversation since: then it answers that one, and false.
	// One of before whose card stands there is found until this one is posted.
	SaveShare(ctx context.Context, share Share, since time.Time) (stored Share, fresh bool, err error)
	// Posted notes that the card of a share was posted, with what follows.
	Posted(ctx context.Context, tenant entra.TenantID, id string, follow ...jobs.Job) error
	// Share finds a share; problem.NotFound.
	Share(ctx context.Context, tenant entra.TenantID, id string) (Share, error)
	// Shares counts how often a person has brought boards into conversations after a time, until another: as they stand, each with how often
	// it was before without an hour in between.
	Shares(ctx context.Context, person entra.Person, after, until time.Time) (int, error)
	// DropShare forgets one that was not posted, so that all is as before it.
	DropShare(ctx context.Context, tenant entra.TenantID, id string) error
	// Forget deletes what is from before a time, Erase what is of a person until a time.
	Forget(ctx context.Context, before time.Time) error
	Erase(ctx context.Context, person entra.Person, until time.Time) error
}

// Share is a board that somebody brought into a conversation.
type Share struct {
	ID           string
	Board        zoom.WhiteboardID
	By           entra.Person
	Conversation teams.ConversationID
	At           time.Time
	Posted       bool // its card; else it is being posted, or Teams did not say
}

// Config is what New needs.
type Config struct {
	Storage       Storage
	Policy        *policy.Service
	Accounts      *accounts.Service
	Chats         *chats.Service
	Notifications *notifications.Service
	Texts         *i18n.Catalogue
	Links         *zoom.Links
	Picture       func(ctx context.Context, link string) ([]byte, error)
	Account       *zoom.Account // by which single people are added to boards; nil: they cannot be
	Language      string        // of conversations; "" for that of who speaks
	KeptFor       time.Duration
	Now           func() time.Time
	NewID         func() string
	Logger        *slog.Logger
}

// Service is the whiteboards of people.
type Service struct {
	c     Config
	lists *memo.Memo[listed, []Board]
	pages *memo.Memo[zoom.WhiteboardID, zoom.WhiteboardID] // the ids of boards by what their pages are called
	seen  *memo.Memo[seen, string]
	mails *memo.Memo[addressee, string] // the addresses that people have at Zoom
}

type listed struct {
	person entra.Person
	query  string
	whose  Whose
}

// seen is a picture of a board, as somebody sees it.
type seen struct {
	person entra.Person
	board  string
}

// New makes the service, and says how its direct messages look.
func New(c Config) *Service {
	if c.KeptFor <= 0 {
		c.KeptFor = keptFor
	}
	s := &Service{
		c: c, lists: memo.New[listed, []Board](listAge, listsMost, c.Now), seen: memo.New[seen, string](seenAge, seenMost, c.Now),
		pages: memo.New[zoom.WhiteboardID, zoom.WhiteboardID](pageAge, pagesKept, c.Now), mails: memo.New[addressee, string](mailAge, mailsMost, c.Now),
	}
	c.Notifications.Handle(notifications.BoardShared, s.noticed)
	c.Notifications.Handle(notifications.BoardMention, s.noticed)
	return s
}

// Visitor is who acts.
type Visitor struct {
	Person entra.Person
	Name   string
	Locale string
}

// Opening is who may open a board by its link.
type Opening string

// The openings, of which only Account is something that we set.
const (
	Restricted Opening = "restricted" // who was added to it
	Account    Opening = "account"    // everybody in the Zoom account
	Anyone     Opening = "anyone"
)

// May is what somebody who opens a board by its link may do.
type May string

// What they may do.
const (
	Edit    May = "edit"
	Comment May = "comment"
	View    May = "view"
)

// Board is a whiteboard as people see it.
type Board struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Modified time.Time `json:"modified"`
	Creator  string    `json:"creator,omitempty" doc:"Who made it, by name"`
	Opening  Opening   `json:"opening" enum:"restricted,account,anyone" doc:"Who may open it by its link"`
	May      May       `json:"may,omitempty" enum:"edit,comment,view" doc:"What they may do then"`
	Locked   bool      `json:"locked"`
	URL      string    `json:"url,omitempty" doc:"Its page in Zoom's web portal; not in lists"`

	Single   bool   `json:"single" doc:"The people of a conversation can be added to it, they alone"`
	picture  string // where Zoom has a preview of it
	canShare bool   // who edits it may share it
}

func (s *Service) board(w zoom.Whiteboard) Board {
	b := Board{ID: string(w.ID), Name: w.Name, Modified: w.Modified, Creator: w.Creator, Locked: w.Locked, Opening: Restricted}
	if b.Name == "" {
		b.Name = string(w.ID)
	}
	switch w.Scope {
	case zoom.ShareAccount, zoom.ShareExternal:
		b.Opening = Account
	case zoom.ShareAnyone:
		b.Opening = Anyone
	case zoom.ShareRestricted:
	}
	if b.Opening != Restricted {
		b.May = map[zoom.ShareRole]May{zoom.RoleEditor: Edit, zoom.RoleCommenter: Comment}[w.Role]
		b.May = cmp.Or(b.May, View)
	}
	b.URL, _ = s.c.Links.Whiteboard(w.Link)
	b.picture, b.canShare, b.Single = w.Preview, w.CanShare, s.c.Account != nil
	return b
}

// Whose says which boards a list is of.
type Whose string

// The lists.
const (
	All    Whose = ""
	Mine   Whose = "mine"   // which the person made, or was given
	Others Whose = "shared" // which were shared with the person
)

// List lists a person's boards and those shared with them, or one of both, those changed last first: of the last year, at most boardsMost. query is a
// part of the name. Errors: NotReady, Forbidden, NotLinked, Unavailable.
func (s *Service) List(ctx context.Context, v Visitor, query string, whose Whose) ([]Board, error) {
	if err := s.c.Policy.Allow(ctx, v.Person.Tenant, feature); err != nil {
		return nil, err
	}
	query = strings.TrimSpace(query)
	return s.lists.Of(ctx, listed{v.Person, query, whose}, func() ([]Board, error) { return s.list(ctx, v, query, whose) })
}

func (s *Service) list(ctx context.Context, v Visitor, query string, whose Whose) ([]Board, error) {
	client, err := s.c.Accounts.Zoom(ctx, v.Person)
	if err != nil {
		return nil, err
	}
	found := map[zoom.WhiteboardID]zoom.Whiteboard{}
	to := s.c.Now().Add(time.Minute)
	for back := 0; back < monthsBack && len(found) < boardsMost; back += monthsOnce { // what is in the trash fills no place
		until := to.Add(-time.Duration(back) * month)
		some, err := months(ctx, client, query, whose == Mine, until)
		var own []zoom.Whiteboard
		if err == nil && whose == Others && len(some) > 0 { // Zoom lists a person's own apart, but not those of others
			own, err = months(ctx, client, query, true, until)
		}
		if err != nil {
			return nil, s.failure(ctx, v.Person, err)
		}
		for _, w := range some {
			if !w.Trashed && !slices.ContainsFunc(own, func(o zoom.Whiteboard) bool { return o.ID == w.ID }) {
				found[w.ID] = w
			}
		}
	}
	boards := []Board{}
	for _, w := range found {
		boards = append(boards, s.board(w))
	}
	slices.SortFunc(boards, func(a, b Board) int { return cmp.Or(b.Modified.Compare(a.Modified), cmp.Compare(a.ID, b.ID)) })
	return boards[:min(len(boards), boardsMost)], nil
}

// months asks Zoom for the boards of monthsOnce months before a moment.
func months(ctx context.Context, client *zoom.Client, query string, own bool, until time.Time) (found []zoom.Whiteboard, err error) {
	each := make([][]zoom.Whiteboard, monthsOnce)
	failed := make(chan error, monthsOnce)
	for i := range each {
		end := until.Add(-time.Duration(i) * month)
		go func() {
			var err error
			each[i], err = client.Whiteboards(ctx, query, own, end.Add(-month), end)
			failed <- err
		}()
	}
	for range each {
		err = errors.Join(err, <-failed)
	}
	return slices.Concat(each...), err
}

// Board is one of them, with its page. Errors: as List; NotFound.
func (s *Service) Board(ctx context.Context, v Visitor, id string) (Board, error) {
	if err := s.c.Policy.Allow(ctx, v.Person.Tenant, feature); err != nil {
		return Board{}, err
	}
	client, err := s.c.Accounts.Zoom(ctx, v.Person)
	if err != nil {
		return Board{}, err
	}
	w, err := client.Whiteboard(ctx, zoom.WhiteboardID(id))
	if err != nil {
		return Board{}, s.failure(ctx, v.Person, err)
	}
	b := s.board(w)
	if w.Trashed || b.URL == "" {
		return Board{}, problem.New(problem.NotFound, "whiteboards.gone")
	}
	if page, ok := s.c.Links.WhiteboardID(b.URL); ok {
		s.pages.Put(page, w.ID)
	}
	return b, nil
}

// Create makes a board, and answers it with its page. Errors: as List; Invalid.
func (s *Service) Create(ctx context.Context, v Visitor, name string) (Board, error) {
	if err := s.c.Policy.Allow(ctx, v.Person.Tenant, feature); err != nil {
		return Board{}, err
	}
	name = teams.Clean(strings.TrimSpace(name))
	switch {
	case name == "":
		return Board{}, problem.New(problem.Invalid, "problem.invalid").WithField("name", "whiteboards.name_missing")
	case len([]rune(name)) > nameMost:
		return Board{}, problem.New(problem.Invalid, "problem.invalid").WithField("name", "whiteboards.name_long", "Most", nameMost)
	}
	client, err := s.c.Accounts.Zoom(ctx, v.Person)
	if err != nil {
		return Board{}, err
	}
	made, err := client.CreateWhiteboard(ctx, name)
	s.forget(v.Person)
	switch {
	case err != nil && upstream.Outcome(err) == upstream.Ambiguous:
		return Board{}, problem.New(problem.Unavailable, "whiteboards.create_unsure").Because(err)
	case err != nil:
		return Board{}, s.failure(ctx, v.Person, err)
	}
	return s.Board(ctx, v, string(made.ID))
}

// forget has a person's lists and pictures read anew.
func (s *Service) forget(person entra.Person) {
	s.seen.ForgetIf(func(of seen, _ string) bool { return of.person == person })
	s.lists.ForgetIf(func(of listed, _ []Board) bool { return of.person == person })
	s.mails.ForgetIf(func(of addressee, _ string) bool { return of.person == person })
}

// Conversations lists where a board can be shared, and a sentence about what is not in the list. Errors: NotReady, Forbidden.
func (s *Service) Conversations(ctx context.Context, v Visitor, query string) ([]chats.Conversation, string, error) {
	if err := s.c.Policy.Allow(ctx, v.Person.Tenant, feature); err != nil {
		return nil, "", err
	}
	return s.c.Chats.Conversations(ctx, v.Person, query, s.c.Texts.For(v.Locale))
}

// failure is what we say of an error of Zoom's.
func (s *Service) failure(ctx context.Context, person entra.Person, err error) error {
	var told *problem.Error
	var refused *zoom.Error
	switch {
	case errors.As(err, &told):
		return told
	case errors.Is(err, zoom.ErrAppDisabled):
		return s.c.Accounts.AppDisabled(ctx, person, err)
	case errors.Is(err, zoom.ErrScope):
		return problem.New(problem.NotLinked, "whiteboards.scope_missing").Because(err)
	case errors.Is(err, zoom.ErrGrantDead), errors.Is(err, zoom.ErrUnauthorized):
		return problem.New(problem.NotLinked, "meetings.grant_dead").Because(err)
	case errors.Is(err, zoom.ErrNotFound):
		return problem.New(problem.NotFound, "whiteboards.gone").Because(err)
	case errors.As(err, &refused) && refused.Limit() != zoom.LimitNone:
		until := refused.RetryAt
		if until.IsZero() {
			until = s.c.Now().Add(limitPause)
		}
		return problem.New(problem.Busy, "problem.busy").WithUntil(until).Because(err)
	}
	return problem.New(problem.Unavailable, "whiteboards.unavailable").Because(err)
}

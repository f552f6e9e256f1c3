// Package accounts knows who a person is on both platforms. It links a person of a Microsoft 365 organisation with one Zoom
// user, holds the grants that both platforms gave for it, and is the only owner of their tokens: whoever wants to call Zoom
// or Graph for a person asks here for a client.
//
// Linking (intents.go, link.go, activate.go) is a pop-up with two legs, Zoom and then Entra, behind the addresses
// /connect/{intent}, /zoom/oauth/callback and /entra/callback. What it brings is provisional until Teams hands the code of the
// last page back for the very person who asked (Activate); what is not activated in time is deleted and revoked.
//
// Tokens (tokens.go): a Zoom refresh token works once, so a grant is leased and marked before it is refreshed, stored before it
// is handed out, and adopted by whoever came second, across processes.
//
// What reads mail (mail.go) has a grant of its own, which people give apart from all that.
//
// The optional look-ups (onbehalf.go) act on behalf of the person in front of the tab, with a token that is kept in memory alone.
//
// Jobs: accounts.revoke (subject: a revocation). It emits notifications.relink (subject: an object id) when a Zoom grant has
// died, notifications.account_moved when somebody else connected the same Zoom user, meetings.calendar_granted when a person has let us
// into the calendar, and whiteboards.mail_granted when into the mail. It stands on policy, zoom, entra,
// graph and keyring; every feature stands on it.
package accounts

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"time"

	"causeway/internal/entra"
	"causeway/internal/graph"
	"causeway/internal/jobs"
	"causeway/internal/keyring"
	"causeway/internal/memo"
	"causeway/internal/policy"
	"causeway/internal/upstream"
	"causeway/internal/zoom"
)

// Kinds of the jobs that this package works or asks for.
const (
	RevokeJob = "accounts.revoke" // subject: a revocation
	// RelinkJob asks notifications to tell a person (subject: the object id) that the connection to Zoom has ended. The revision
	// is that of the grant.
	RelinkJob = "notifications.relink"
	// MovedJob asks notifications to tell a person (subject: the object id) that somebody else connected the same Zoom user.
	MovedJob = "notifications.account_moved"
	// RemovedJob asks the features to delete what they have of a person (subject: the object id) who removed the app at Zoom, from before
	// that. The revision is when, in milliseconds.
	RemovedJob = "accounts.removed"
	// CalendarGrantedJob asks meetings to make the calendar entries that waited for a person's grant (subject: the object id). The revision is
	// that of the grant.
	CalendarGrantedJob = "meetings.calendar_granted"
	// MailGrantedJob asks whiteboards to look for Zoom's notices in a person's mail from now on (subject: the object id). The revision is that of the
	// grant.
	MailGrantedJob = "whiteboards.mail_granted"
)

// MicrosoftScopes are what a person is asked to allow at Microsoft.
func MicrosoftScopes() []string {
	return []string{"openid", "profile", "offline_access", "User.Read", calendarScope}
}

const (
	// calendarScope is the permission without which there is no calendar entry.
	calendarScope = "Calendars.ReadWrite"
	// proposalScope is the one with which Outlook proposes times. It is not asked for; an administrator may have granted it.
	proposalScope = "Calendars.Read.Shared"
)

// Account is what is known of a person's link. The zero Account is that of somebody who has none.
type Account struct {
	ZoomUser    zoom.UserID
	ZoomAccount zoom.AccountID
	Name        string // at Zoom; written by the person, so escape it
	Email       string // at Zoom
	Scopes      []string
	Linked      bool // Zoom is connected and usable
	Calendar    bool // Microsoft has let us into the calendar, and there is one
	NoMailbox   bool // Microsoft has let us in, and the person has no mailbox
	Proposals   bool // Outlook may be asked for times at which others are free
	NeedsRelink bool // Zoom was connected, and the grant has ended
	Mail        bool // Microsoft lets us read the mail, because the person wants it
	MailEnded   bool // it did, and the grant has ended
}

// Config is what New needs. All but AllowedZoomAccounts and what follows it are required.
type Config struct {
	Storage   Storage
	Policy    *policy.Service
	Zoom      *zoom.App
	Entra     *entra.App
	Graph     *graph.API
	Ring      *keyring.Ring
	PublicURL string // without a slash at the end
	Now       func() time.Time
	NewID     func() string

	AllowedZoomAccounts []string                            // Zoom accounts whose users may be connected; empty: any
	AllowedEmailDomains []string                            // domains of the addresses that these users have at Zoom; empty: any
	Changed             func(context.Context, entra.Person) // told that a person's connection is another than before; may be nil
	Rand                io.Reader
	// Holder names this process in leases; random when empty.
	Holder string
	// Lease is how long a refresh may take before another process takes it over; 30 s when zero. It is real time.
	Lease time.Duration
	// Wait sleeps for d in real time; nil: a timer.
	Wait   func(ctx context.Context, d time.Duration) error
	Logger *slog.Logger // nil: nothing is logged
}

// Service links people and owns their tokens. It is safe for concurrent use.
type Service struct {
	c           Config
	intents     *keyring.Box
	grants      *keyring.Box
	ended       *keyring.Box
	delegating  *keyring.Box
	known       *known
	ours        *memo.Memo[zoom.AccountID, struct{}] // accounts at Zoom that somebody is connected with
	delegations *memo.Memo[delegation, delegated]
	flights     flights
}

// New makes the service.
func New(c Config) *Service {
	if c.Rand == nil {
		c.Rand = rand.Reader
	}
	if c.Lease <= 0 {
		c.Lease = 30 * time.Second
	}
	if c.Wait == nil {
		c.Wait = upstream.Sleep
	}
	if c.Changed == nil {
		c.Changed = func(context.Context, entra.Person) {}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Service{
		c: c, intents: c.Ring.For("account intents"), grants: c.Ring.For("account grants"),
		ended: c.Ring.For("account revocations"), delegating: c.Ring.For("account delegations"), known: newKnown(),
		delegations: newDelegations(c.Now), ours: memo.New[zoom.AccountID, struct{}](oursAge, oursMost, c.Now),
	}
	if c.Holder == "" {
		s.c.Holder = s.random()
	}
	return s
}

// Jobs are the job kinds of this package and who works them.
func (s *Service) Jobs() map[string]func(context.Context, jobs.Job) error {
	return map[string]func(context.Context, jobs.Job) error{RevokeJob: s.Revoke}
}

// ErrStale says that a row was changed by somebody else since it was read.
var ErrStale = errors.New("accounts: the row was changed meanwhile")

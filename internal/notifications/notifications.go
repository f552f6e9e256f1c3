// Package notifications brings one message to one person, once.
//
// A feature writes rows (Message) in the same transaction as the fact that they tell; the pump of the tenant delivers them
// through the bot's personal chat. Posting to Teams has no idempotency key, so a direct message is delivered at most once: the
// row says "sending" before the call, and an answer that never came leaves "unknown", which is shown to the organiser and
// never sent again.
//
// Jobs: notifications.pump (subject: the tenant), notifications.refresh (subject: a message id). Below it stand
// accounts, chats and policy; above it every feature that tells people something.
package notifications

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"causeway/internal/accounts"
	"causeway/internal/chats"
	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/preferences"
	"causeway/internal/problem"
	"causeway/internal/teams"
	"causeway/internal/upstream"
)

// Kinds of the jobs that this package works.
const (
	PumpJob    = "notifications.pump"
	RefreshJob = "notifications.refresh"
)

// refreshAgain is how long a refresh waits for a message that is just being sent.
const refreshAgain = 2 * time.Second

// Kind is what a message tells. A person gets one message of a kind about a subject.
type Kind string

// The kinds of messages.
const (
	Invited        Kind = "invited"         // somebody invited you to a meeting (B6)
	Scheduled      Kind = "scheduled"       // you scheduled a meeting in a conversation (B7)
	ScheduleFailed Kind = "schedule_failed" // what you asked for could not be done after all
	Relink         Kind = "relink"          // the connection to Zoom has ended
	AccountMoved   Kind = "account_moved"   // your Zoom account was connected elsewhere
	Starting       Kind = "starting"        // a meeting starts within a moment (B24)
	BoardShared    Kind = "board_shared"    // a whiteboard was shared with you (B8)
	BoardMention   Kind = "board_mention"   // somebody mentioned you in a comment on a whiteboard (B9)
	Agenda         Kind = "agenda"          // what the day brings (B23)
	StartingAgain  Kind = "starting_again"  // it starts now: you wanted to be reminded once more
)

// State is how far a message has come.
type State string

// The states of a message. Sent, Unknown, Failed and Dropped are final.
const (
	Queued  State = "queued"
	Sending State = "sending"
	Sent    State = "sent"
	Unknown State = "unknown" // Teams may or may not have it; it is not sent again
	Failed  State = "failed"  // Teams refused it; Reason says why
	Dropped State = "dropped" // not wanted any more when its turn came
)

// Final tells whether nothing more will happen to a message in this state.
func (s State) Final() bool { return s != Queued && s != Sending }

// Message is one message to one person. (To, Kind, Subject) is unique.
type Message struct {
	ID       string
	To       entra.Person
	User     teams.UserID // the person's id towards the bot, "" when it has to be looked up
	Kind     Kind
	Subject  string      // what it is about: the id of a meeting, of a grant, or of one start of a meeting
	Via      chats.Place // a conversation that person and bot share; makes the person reachable
	State    State
	Reason   string    // of Failed and Dropped: a short code such as "blocked"
	Revision int64     // of what it is about; delivery renders anew what has moved on since it was read
	Due      time.Time // not before
	Attempts int
	Chat     teams.ConversationID // where it was sent
	Activity teams.ActivityID     // what Teams calls it
	Updated  time.Time
}

// Renderer makes the content of a message when its turn comes, from what is true then. An error of kind
// Forbidden or NotFound drops the message; any other error lets it wait, NotReady as long as it takes.
type Renderer func(ctx context.Context, m Message, reader chats.Reader) (teams.Activity, error)

// Storage keeps messages and the lease of each tenant's pump.
type Storage interface {
	// Queue stores messages; one that exists already (same person, kind and subject) is left as it is.
	Queue(ctx context.Context, messages []Message, follow ...jobs.Job) error
	// Lease takes or renews the tenant's pump for holder, which is one run of it; false while another one is alive. What another
	// one left Sending becomes Unknown, and where that ends all messages about a subject, the jobs of last are added, in the
	// same transaction.
	Lease(ctx context.Context, l Lease, last func(Message) []jobs.Job) (bool, error)
	// Release gives the lease back.
	Release(ctx context.Context, tenant entra.TenantID, holder string) error
	// Due lists up to limit Queued messages of the tenant that may go now, oldest first; when there are none, it answers when
	// the next one becomes due (zero: none waits).
	Due(ctx context.Context, tenant entra.TenantID, now time.Time, limit int) (due []Message, next time.Time, err error)
	// Begin marks a Queued message Sending if it is still as it was read, at m.Revision, and holder has the lease at now; false
	// otherwise.
	Begin(ctx context.Context, m Message, holder string, now time.Time) (bool, error)
	// Settle stores state, reason, due, attempts, chat and activity of a message that is in state from (or Unknown, because from
	// is Sending and another holder did not wait for the outcome); otherwise it stores nothing. When that leaves no message about
	// the subject Queued or Sending, it adds the jobs of last in the same transaction.
	Settle(ctx context.Context, m Message, from State, last ...jobs.Job) error
	// Renew gives a Queued or Sent message the newer one of its revision and this, so that what was rendered for an older one is not sent, and
	// what was shown is shown anew; false when it is in no such state.
	Renew(ctx context.Context, m Message, revision int64) (bool, error)
	// Message finds a message by id; problem.NotFound.
	Message(ctx context.Context, tenant entra.TenantID, id string) (Message, error)
	// About lists the messages about a subject.
	About(ctx context.Context, tenant entra.TenantID, subject string) ([]Message, error)
	// Missed lists up to limit messages to a person that became Unknown or Failed since, and were not dismissed, the newest first.
	Missed(ctx context.Context, person entra.Person, since time.Time, limit int) ([]Message, error)
	// Dismiss has one of them listed no more; false when it is none of that person's.
	Dismiss(ctx context.Context, person entra.Person, id string) (bool, error)
}

// Lease is the right of one run to deliver a tenant's messages, from Now until Until.
type Lease struct {
	Tenant     entra.TenantID
	Holder     string
	Now, Until time.Time
}

// Config is what New needs. Storage, Chats, NewID and Now are required.
type Config struct {
	Storage   Storage
	Chats     *chats.Service
	NewID     func() string
	PerSecond int    // messages a second and tenant; 0: 25, so that questions find room below the published limit of 30
	Workers   int    // messages in flight at once and tenant; 0: 8
	Holder    string // names this process in leases
	// Settled names the job that tells a kind's feature that no message about a subject is under way any
	// more, e.g. "meetings.told"; kinds without an entry tell nobody.
	Settled     map[Kind]string
	Preferences *preferences.Service // nil: everybody is told everything
	Now         func() time.Time
	// Wait sleeps for d in real time; nil: a timer.
	Wait   func(ctx context.Context, d time.Duration) error
	Logger *slog.Logger
}

// Service delivers messages.
type Service struct {
	c         Config
	renderers map[Kind]Renderer
	pace      *pace
}

// New makes the service.
func New(c Config) *Service {
	if c.PerSecond <= 0 {
		c.PerSecond = 25
	}
	if c.Workers <= 0 {
		c.Workers = 8
	}
	if c.Wait == nil {
		c.Wait = upstream.Sleep
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return &Service{c: c, renderers: map[Kind]Renderer{}, pace: newPace(c.PerSecond, c.Now)}
}

// Handle says who renders a kind of message. Call it before the first job runs.
func (s *Service) Handle(kind Kind, render Renderer) { s.renderers[kind] = render }

// PumpOf is the job that delivers what a tenant's queue holds. Each is one of its own: every batch of messages has one, so that
// none waits for a wake-up that was swallowed.
func PumpOf(tenant entra.TenantID) jobs.Job {
	return jobs.Job{Kind: PumpJob, Tenant: string(tenant), Subject: string(tenant), Revision: once()}
}

// once is a revision that no other job has.
func once() int64 { return rand.Int64() } // #nosec G404 -- no secret

// RefreshOf is the job that makes a delivered message true again; revision is the revision of its subject.
func RefreshOf(m Message, revision int64) jobs.Job {
	return jobs.Job{Kind: RefreshJob, Tenant: string(m.To.Tenant), Subject: m.ID, Revision: revision}
}

// Send queues messages that stand for themselves; features with a fact of their own store both at once.
func (s *Service) Send(ctx context.Context, messages ...Message) error {
	if len(messages) == 0 {
		return nil
	}
	return s.c.Storage.Queue(ctx, messages, PumpOf(messages[0].To.Tenant))
}

// Tick has delivered what has become due: a pump waits in real time, and clocks may be moved.
func (s *Service) Tick(ctx context.Context, tenant entra.TenantID) error {
	due, _, err := s.c.Storage.Due(ctx, tenant, s.c.Now(), 1)
	if err != nil || len(due) == 0 {
		return err
	}
	return s.c.Storage.Queue(ctx, nil, PumpOf(tenant))
}

// About lists the messages about a subject, for those who answer for it.
func (s *Service) About(ctx context.Context, tenant entra.TenantID, subject string) ([]Message, error) {
	return s.c.Storage.About(ctx, tenant, subject)
}

// missedFor is how long a person is shown, and missedMost how many, of the messages that may not have reached them.
const (
	missedFor  = 7 * 24 * time.Hour
	missedMost = 5
)

// Missed lists the newest of a person's messages that did not, or may not, have reached them.
func (s *Service) Missed(ctx context.Context, person entra.Person) ([]Message, error) {
	return s.c.Storage.Missed(ctx, person, s.c.Now().Add(-missedFor), missedMost)
}

// Dismiss has a person shown one of them no more. Error: NotFound.
func (s *Service) Dismiss(ctx context.Context, person entra.Person, id string) error {
	dismissed, err := s.c.Storage.Dismiss(ctx, person, id)
	if err == nil && !dismissed {
		err = problem.New(problem.NotFound, "problem.not_found")
	}
	return err
}

// Refresh works RefreshJob: it renders a delivered message again and replaces what Teams shows. Replacing may be repeated
// freely, so the job is simply tried again when it fails. A message that still waits is rendered when its turn comes.
func (s *Service) Refresh(ctx context.Context, job jobs.Job) error {
	m, err := s.c.Storage.Message(ctx, entra.TenantID(job.Tenant), job.Subject)
	if problem.Is(err, problem.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	switch {
	case m.State == Sending:
		return jobs.Snooze(refreshAgain) // it is being sent at this moment
	case m.State != Queued && m.State != Sent, m.State == Sent && m.Activity == "":
		return nil
	case m.Revision > job.Revision: // the job of a later change is at it and shows this one too
		return nil
	}
	renewed, err := s.c.Storage.Renew(ctx, m, job.Revision)
	if err != nil {
		return err
	}
	switch {
	case !renewed:
		return jobs.Snooze(refreshAgain)
	case m.State == Queued:
		return nil
	}
	return s.replace(ctx, m, job.Revision)
}

// replace shows on a message what is true now. Of two that cross, the one that lands last sees that the other has come in between and
// shows it once more.
func (s *Service) replace(ctx context.Context, m Message, revision int64) error {
	for {
		activity, err := s.render(ctx, m)
		switch {
		case dropped(err):
			return nil
		case problem.Is(err, problem.NotReady):
			return jobs.Snooze(gateAgain)
		case err != nil:
			return err
		}
		place, err := s.c.Chats.Personal(ctx, m.To, m.User, m.Via)
		if err == nil {
			err = s.c.Chats.Update(ctx, place, m.Activity, activity)
		}
		if teams.Refused(err) { // there is no message any more that could be replaced
			return nil
		}
		if at := teams.RetryAt(err); at.After(s.c.Now()) {
			return jobs.Snooze(at.Sub(s.c.Now()))
		}
		if err != nil {
			return err
		}
		if m, err = s.c.Storage.Message(ctx, m.To.Tenant, m.ID); err != nil || m.Revision <= revision {
			return err
		}
		revision = m.Revision
	}
}

func (s *Service) render(ctx context.Context, m Message) (teams.Activity, error) {
	render, ok := s.renderers[m.Kind]
	if !ok {
		return teams.Activity{}, fmt.Errorf("notifications: nobody renders %q", m.Kind)
	}
	reader, err := s.c.Chats.Reader(ctx, m.To)
	if err != nil {
		return teams.Activity{}, err
	}
	return render(ctx, m, reader)
}

// Wants tells whether a person wants to be told what messages of a kind tell. What cannot be switched off is always wanted.
func (s *Service) Wants(ctx context.Context, person entra.Person, kind Kind) (bool, error) {
	if s.c.Preferences == nil {
		return true, nil
	}
	chosen, err := s.c.Preferences.Of(ctx, person)
	switch kind {
	case Invited:
		return chosen.Invited, err
	case Scheduled:
		return chosen.Scheduled, err
	case Starting:
		return chosen.Starting, err
	case Agenda:
		return chosen.Agenda != preferences.NoAgenda, err
	case BoardShared:
		return chosen.Boards, err
	case BoardMention:
		return chosen.Mentions, err
	}
	return true, nil
}

// alerts tells whether a message calls for attention in Teams' activity feed too: not what follows from what a person has just done, or
// asked to be told each day. It takes no permission: the bot's own messages may ask for it (botbuilder: teamsNotifyUser).
func (k Kind) alerts() bool { return k != Scheduled && k != Agenda }

// dropped tells whether a renderer's error means that the message is not wanted any more.
func dropped(err error) bool {
	return problem.Is(err, problem.Forbidden) || problem.Is(err, problem.NotFound)
}

// Jobs are the job kinds of this package and who works them.
func (s *Service) Jobs() map[string]func(context.Context, jobs.Job) error {
	return map[string]func(context.Context, jobs.Job) error{
		PumpJob: s.Pump, RefreshJob: s.Refresh, accounts.RelinkJob: s.accountMessage(Relink), accounts.MovedJob: s.accountMessage(AccountMoved),
	}
}

// accountMessage makes the message out of what accounts asks for: its job's subject is the person.
func (s *Service) accountMessage(kind Kind) func(context.Context, jobs.Job) error {
	return func(ctx context.Context, j jobs.Job) error {
		to := entra.Person{Tenant: entra.TenantID(j.Tenant), ID: entra.ObjectID(j.Subject)}
		return s.Send(ctx, Message{
			ID: s.c.NewID(), To: to, Kind: kind, Subject: fmt.Sprintf("%s/%d", j.Subject, j.Revision), State: Queued, Due: s.c.Now(),
		})
	}
}

// Package meetings holds what people do with Zoom meetings in Teams: schedule, start now, start as the host, change, cancel.
//
// A meeting is made once however often it is asked for: the request is reserved under a nonce, with a job that settles it
// if we die, before Zoom is called. What follows from a meeting (its card, the roster, the calendar entry, the direct
// messages) is made by level-triggered jobs, stored together with the meeting.
//
// [Service.Jobs] lists the jobs that it works. The subject of each is a meeting, unless its kind says otherwise. It stands on accounts, chats, calendar and notifications; the doors bot and web call it.
package meetings

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"causeway/internal/accounts"
	"causeway/internal/calendar"
	"causeway/internal/chats"
	"causeway/internal/entra"
	"causeway/internal/i18n"
	"causeway/internal/jobs"
	"causeway/internal/keyring"
	"causeway/internal/memo"
	"causeway/internal/notifications"
	"causeway/internal/policy"
	"causeway/internal/preferences"
	"causeway/internal/problem"
	"causeway/internal/teams"
	"causeway/internal/zoom"
)

// Kinds of the jobs that this package works.
const (
	SettleJob   = "meetings.settle" // subject: a reservation
	RosterJob   = "meetings.roster"
	CalendarJob = "meetings.calendar"
	CardJob     = "meetings.card"
	ToldJob     = "meetings.told"
	CutJob      = "meetings.cut"   // subject: the series that goes on in place of another
	ShareJob    = "meetings.share" // subject: a share
)

// Request is one wish of one person, made once under its nonce.
type Request struct {
	Person entra.Person
	Name   string // of the person, as Teams shows it
	User   teams.UserID
	Place  chats.Place
	Nonce  string
	Locale string
	Draft  Draft
	Cut    *Cut `json:",omitempty"`
}

// Cut says that a new meeting goes on where another series is to end.
type Cut struct {
	Meeting  string    // the series
	Original time.Time // of its first occurrence that is not held any more
	Wish     string    `json:",omitempty"` // hash of what was sent
	Members  []Invitee // who is invited to it from the conversation; nil: whom its draft means
}

// State is whether a meeting is on.
type State string

// The states of a meeting.
const (
	Active    State = "active"
	Cancelled State = "cancelled"
)

// Meeting is a Zoom meeting that was made here.
type Meeting struct {
	ID        string
	Organizer entra.Person
	User      teams.UserID // the organiser, towards the bot
	Name      string       // of the organiser
	Place     chats.Place  // the conversation it was made in
	Locale    string       // of the organiser; where the organisation has no language, everybody is spoken to in it
	Draft     Draft
	Zoom      zoom.MeetingID
	JoinURL   string
	Passcode  string
	State     State
	Revision  int64 // grows with everything that card or messages show
	Edition   int64 // grows with what the organiser changes: draft and state
	Roster    bool  // the people in the conversation have been collected
	Invited   int   // people who got an invitation by mail
	Invitees  int   // people it was meant for, without the organiser
	Card      Card
	Created   time.Time
	// Entry says which calendar entry belongs to the meeting: 0 none, 1 the first, 2 one that was made anew after that was deleted.
	Entry   int64
	Delayed time.Time // until when Outlook or Zoom has asked a follow-up to wait; zero, or past: nothing waits
}

// Standing is a meeting with its secrets, and how its calendar entry stands.
type Standing struct {
	Meeting  Meeting
	Sealed   Sealed
	Calendar calendar.State
	Live     bool // is being held
}

// Share is a card with which a meeting was shared into a conversation beyond the one that it was made in.
type Share struct {
	ID      string
	Meeting string
	By      entra.ObjectID
	Place   chats.Place
	Card    Card
	At      time.Time
	// Original is the occurrence that the card is about, by when the series would have it start; zero: the meeting, or the whole series.
	Original time.Time
}

// CardState is how the card in the conversation stands.
type CardState string

// The states of a card.
const (
	CardPending CardState = ""
	CardSending CardState = "sending" // asked Teams to post it, no answer yet
	CardPosted  CardState = "posted"
	CardLost    CardState = "lost" // could not be posted
)

// Why a card could not be posted.
const (
	CardRefused = "refused"   // it is not there
	CardUnsure  = "no_answer" // it may be there
)

// firstEdition is that of a meeting that nobody has changed yet.
const firstEdition = 1

// Card is a card of a meeting in a conversation.
type Card struct {
	State    CardState
	Activity teams.ActivityID
	Attempts int
	Since    time.Time // of Sending
	Reason   string    // of CardLost: CardRefused, CardUnsure, "gave_up"
	Revision int64     // of the meeting, as shown
	Writes   int64     // how often replacing it was begun
	Print    string    // of what it shows since it was replaced; kept of shares
}

// mayStand tells whether the card is in the conversation, or may be.
func (c Card) mayStand() bool {
	return c.State == CardPosted || c.State == CardLost && c.Reason == CardUnsure
}

// Invitee is one person that a meeting is meant for.
type Invitee struct {
	Person  entra.Person // ID is "" for people whom Entra does not know
	User    teams.UserID
	Name    string
	Address string // for the invitation by mail, "" when there is none
	Guest   bool
	Reply   Reply // from the message
}

// Reserved is a wish as it is kept before Zoom is called.
type Reserved struct {
	Request  Request
	Meeting  string // the id the meeting will have
	Hash     string // of the draft
	State    ReservedState
	Refusal  Refusal
	Until    time.Time
	Attempts int
	Created  time.Time
	// Waits is until when an open wish waits: for Zoom's next day or, where Refusal is NotLinked, at most so long for the person to connect
	// Zoom again. Zero when it does not.
	Waits time.Time
}

// Refusal is why a wish came to nothing.
type Refusal struct {
	Kind problem.Kind
	Key  string // i18n key of the sentence
}

// ReservedState is how a reservation stands.
type ReservedState string

// The states of a reservation.
const (
	Open    ReservedState = "reserved"
	Made    ReservedState = "done"
	Refused ReservedState = "refused"
)

// Storage keeps meetings. Every method is one transaction.
type Storage interface {
	CopyStorage
	ListStorage
	LiveStorage
	RemainsStorage
	TurnStorage
	FollowStorage
	AgendaStorage
	AnswerStorage
	PastStorage
	TypedStorage
	// Reserve stores r with its settle job, or answers what is stored under the same tenant, person and nonce
	// (fresh is then false).
	Reserve(ctx context.Context, r Reserved, follow ...jobs.Job) (stored Reserved, fresh bool, err error)
	// Release lets the nonce of a refused r be used for another wish; what is kept of r stays.
	Release(ctx context.Context, r Reserved) error
	// Reservation finds by the id of the meeting it is for; problem.NotFound.
	Reservation(ctx context.Context, tenant entra.TenantID, meeting string) (Reserved, error)
	// Nonced finds by person and nonce; problem.NotFound.
	Nonced(ctx context.Context, person entra.Person, nonce string) (Reserved, error)
	// Extend gives whoever settles r until then, if nobody else has it: false otherwise.
	Extend(ctx context.Context, r Reserved, now, until time.Time) (bool, error)
	// Waiting lists the wishes of a person that wait at a time, those made first first.
	Waiting(ctx context.Context, person entra.Person, now time.Time) ([]Reserved, error)
	// Withdraw ends an open reservation that waits for Zoom's next day and that nobody settles, for r.Refusal, keeps r.Request in place of
	// what was asked for, and stores jobs; false, and nothing is stored, otherwise.
	Withdraw(ctx context.Context, r Reserved, follow ...jobs.Job) (bool, error)
	// Postpone lets an open reservation wait until r.Waits, for r.Refusal, and be settled from r.Until on; false when it is not open any more,
	// or somebody else settles it since.
	Postpone(ctx context.Context, r Reserved) (bool, error)
	// Repeated tells whether the person has asked again since, in the same conversation for a meeting of the same topic, which has been made,
	// or is of the same time and was not refused. Of two of the same moment one is the later.
	Repeated(ctx context.Context, r Reserved) (bool, error)
	// Refuse ends an open reservation without a meeting, for r.Refusal, keeps r.Request in place of what was asked for, and stores messages
	// and jobs; false, and nothing is stored, when it is not open any more.
	Refuse(ctx context.Context, r Reserved, tell []notifications.Message, follow ...jobs.Job) (bool, error)
	// Save stores a new meeting, ends its reservation and stores jobs. One that is there already, by its id or as the organiser's with
	// Zoom's number, is left as it is, and reservation and jobs are for that: false. Conflict when the reservation was withdrawn.
	Save(ctx context.Context, m Meeting, sealed Sealed, follow ...jobs.Job) (bool, error)
	// Change stores draft and state of a meeting whose stored edition is still m.Edition, and raises edition and revision by one.
	// ErrStale.
	Change(ctx context.Context, m Meeting, follow Follow) (revision int64, err error)
	// Enter is Change with what is known of the meeting's entry, whose stored revision is still before, at once; ErrStale when either
	// would not be stored.
	Enter(ctx context.Context, m Meeting, r calendar.Record, before int64, follow Follow) (revision int64, err error)
	// SaveRoster stores who is invited and the messages to them, once, and raises the revision.
	SaveRoster(ctx context.Context, m Meeting, invitees []Invitee, tell []notifications.Message, follow Follow) error
	// Reinvite is Change with who is invited: those who are not any more, and those who are besides, each with a new message, also where there was
	// one before.
	Reinvite(ctx context.Context, m Meeting, left, joined []Invitee, tell []notifications.Message, follow Follow) (revision int64, err error)
	// SwapCard stores the card's state alone if it is still before; false otherwise.
	SwapCard(ctx context.Context, tenant entra.TenantID, meeting string, before, after Card) (bool, error)
	// Bump raises the revision of a meeting and stores jobs for it.
	Bump(ctx context.Context, tenant entra.TenantID, meeting string, follow Follow) error
	Meeting(ctx context.Context, tenant entra.TenantID, id string) (Meeting, Sealed, error)
	// Forget deletes up to limit meetings that ended before a time, with all that is kept about them, and wishes of that age that came to
	// nothing. It answers how many meetings those were.
	Forget(ctx context.Context, before time.Time, limit int) (int, error)
	// ForgetMessages deletes up to limit messages that were due before a time and are final: those that tell of no meeting that is kept, and
	// reminders of any. It answers how many.
	ForgetMessages(ctx context.Context, before time.Time, limit int) (int, error)
	// Erase deletes what is kept of the meetings that somebody organised and made until a time, as Forget does, and of what they
	// wished; at most limit. It answers how many.
	Erase(ctx context.Context, person entra.Person, until time.Time, limit int) (int, error)
	Invitees(ctx context.Context, tenant entra.TenantID, meeting string) ([]Invitee, error)
	// WithoutCalendar lists ids of the person's meetings that end after now and whose entry waits for a grant: to be made or changed, or to be
	// removed since the meeting was cancelled.
	WithoutCalendar(ctx context.Context, organizer entra.Person, now time.Time) ([]string, error)
	// Around lists the active meetings that a person organises or, as somebody of the tenant, was invited to, of which some part
	// lies between two moments; of a series, the whole.
	Around(ctx context.Context, person entra.Person, from, to time.Time) ([]Standing, error)
	// Brought lists the active meetings that were made in a conversation, are followed there, or whose card was shared into it, of which some part lies between
	// two moments; of a series, the whole.
	Brought(ctx context.Context, tenant entra.TenantID, conversation teams.ConversationID, from, to time.Time) ([]Standing, error)
	// Numbered lists the meetings with a number at Zoom, whoever organises them, cancelled or not.
	Numbered(ctx context.Context, tenant entra.TenantID, number zoom.MeetingID) ([]Hosted, error)
	// Made lists the meetings that were made in a conversation since, those made last first; at most limit.
	Made(ctx context.Context, tenant entra.TenantID, conversation teams.ConversationID, since time.Time, limit int) ([]string, error)
	// ByNumber answers the id of the meeting with Zoom's number that somebody organises, cancelled or not; problem.NotFound.
	ByNumber(ctx context.Context, organizer entra.Person, number zoom.MeetingID) (string, error)
	// Delay notes until when a follow-up of a meeting has to wait.
	Delay(ctx context.Context, tenant entra.TenantID, meeting string, until time.Time) error
	// SaveShare stores a share with jobs, unless the meeting was shared into the same conversation since a moment, and that was not refused:
	// then that share is answered, and fresh is false.
	SaveShare(ctx context.Context, share Share, since time.Time, follow ...jobs.Job) (stored Share, fresh bool, err error)
	// Shared finds a share by its id; problem.NotFound.
	Shared(ctx context.Context, tenant entra.TenantID, share string) (Share, error)
	// SwapShare stores the state of a share's card if it is still before; false otherwise.
	SwapShare(ctx context.Context, tenant entra.TenantID, share string, before, after Card) (bool, error)
	Shares(ctx context.Context, tenant entra.TenantID, meeting string) ([]Share, error)
	// Spend notes that a ticket was used, and forgets those that are over: false when it was used before.
	Spend(ctx context.Context, ticket string, until, now time.Time) (bool, error)
}

// Follow makes the jobs that follow from a meeting at its new revision. It may be called more than once.
type Follow func(revision int64) []jobs.Job

// Sealed are a meeting's secrets as storage sees them.
type Sealed struct{ JoinURL, Passcode []byte }

// Config is what New needs.
type Config struct {
	Storage       Storage
	Policy        *policy.Service
	Accounts      *accounts.Service
	Chats         *chats.Service
	Calendar      *calendar.Service
	Notifications *notifications.Service
	Preferences   *preferences.Service // nil: nobody has chosen anything
	Texts         *i18n.Catalogue
	Ring          *keyring.Ring
	Links         *zoom.Links
	Text          func(ctx context.Context, as *zoom.Client, file zoom.TextFile) ([]byte, error) // fetches a transcript or a chat
	PublicURL     string
	KeptFor       time.Duration            // how long meetings that are over are kept; 90 days when zero
	Tab           func(page string) string // the address in Teams of a page of the tab: "m/<id>" is a meeting
	// Language is that of the organisation, in which cards in conversations and invitations are written; the organiser's when empty.
	Language string
	// Patience is how long the form waits for what it can do without; 1.5 s when zero.
	Patience time.Duration
	// Changed tells the open pages of people that a meeting of theirs has changed; nil: nobody listens.
	Changed func(ctx context.Context, people ...entra.Person)
	// ChangedIn tells the pages that are open in the tabs of conversations that a meeting which they list has changed; nil: nobody listens.
	ChangedIn func(ctx context.Context, tenant entra.TenantID, conversations ...teams.ConversationID)
	// Syncs tells whether a person wants what was made elsewhere in the calendar; nil: nobody does.
	Syncs  func(ctx context.Context, person entra.Person) (bool, error)
	Now    func() time.Time
	NewID  func() string
	Logger *slog.Logger
}

// Service is the feature.
type Service struct {
	c        Config
	box      *keyring.Box
	settings *settings
	rosters  *rosters
	choices  *choices
	// refreshed are people whose list at Zoom was looked at a moment ago.
	refreshed *memo.Memo[entra.Person, struct{}]
	series    *memo.Memo[seriesOf, zoom.Meeting]
	searches  *memo.Memo[searched, *gathered]
	replies   *memo.Memo[replied, struct{}] // that are being given
	wording   wording
	hosts     *memo.Memo[entra.Person, []Guest] // for whom people may schedule
	templates *memo.Memo[entra.Person, []Option]
}

// New makes the feature and says how its direct messages look.
func New(c Config) *Service {
	if c.KeptFor <= 0 {
		c.KeptFor = keptFor
	}
	if c.Patience <= 0 {
		c.Patience = patience
	}
	if c.Changed == nil {
		c.Changed = func(context.Context, ...entra.Person) {}
	}
	if c.ChangedIn == nil {
		c.ChangedIn = func(context.Context, entra.TenantID, ...teams.ConversationID) {}
	}
	s := &Service{
		c: c, box: c.Ring.For("meetings"), settings: newSettings(c.Now), rosters: newRosters(c.Now), choices: newChoices(c.Now),
		series: newSeries(c.Now), hosts: memo.New[entra.Person, []Guest](settingsAge, cacheSize, c.Now),
		templates: memo.New[entra.Person, []Option](settingsAge, cacheSize, c.Now),
	}
	s.wording = newWording(c.Texts)
	s.searches = memo.New[searched, *gathered](searchAge, searchesMost, c.Now)
	s.replies = memo.New[replied, struct{}](0, 1, c.Now)
	s.c.Changed = func(ctx context.Context, people ...entra.Person) {
		s.searches.ForgetIf(func(of searched, _ *gathered) bool { return slices.Contains(people, of.person) })
		c.Changed(ctx, people...)
	}
	s.refreshed = memo.New[entra.Person, struct{}](refreshAge, cacheSize, c.Now)
	c.Notifications.Handle(notifications.Invited, s.invitedMessage)
	c.Notifications.Handle(notifications.Scheduled, s.scheduledMessage)
	c.Notifications.Handle(notifications.ScheduleFailed, s.failedMessage)
	c.Notifications.Handle(notifications.Starting, s.startingMessage)
	c.Notifications.Handle(notifications.StartingAgain, s.startingMessage)
	c.Notifications.Handle(notifications.Agenda, s.agendaMessage)
	return s
}

// Jobs are the job kinds of this package and who works them.
func (s *Service) Jobs() map[string]func(context.Context, jobs.Job) error {
	return map[string]func(context.Context, jobs.Job) error{
		SettleJob: s.Settle, RosterJob: s.CollectRoster, CalendarJob: s.WriteCalendar, CardJob: s.ShowCard, ToldJob: s.Told,
		CutJob: s.CutOld, ShareJob: s.PostShare, accounts.CalendarGrantedJob: s.CalendarGranted,
		ReconcileJob: s.Reconcile, ListJob: s.List, SessionJob: s.LookAtSession, AttendanceJob: s.ShowAttendance, RemainsJob: s.LookAtRemains, EndJob: s.EndAsHeld,
	}
}

// Find answers a meeting with its secrets opened; problem.NotFound.
func (s *Service) Find(ctx context.Context, tenant entra.TenantID, id string) (Meeting, error) {
	m, sealed, err := s.c.Storage.Meeting(ctx, tenant, id)
	if err != nil {
		return m, err
	}
	return s.opened(m, sealed)
}

// opened is a meeting with its secrets in clear.
func (s *Service) opened(m Meeting, sealed Sealed) (Meeting, error) {
	join, err := s.box.Open(sealed.JoinURL, s.aad("join_url", m))
	if err != nil {
		return m, err
	}
	passcode, err := s.box.Open(sealed.Passcode, s.aad("passcode", m))
	if err != nil {
		return m, err
	}
	m.JoinURL, m.Passcode = string(join), string(passcode)
	return m, nil
}

func (s *Service) seal(m Meeting) Sealed {
	return Sealed{
		JoinURL:  s.box.Seal([]byte(m.JoinURL), s.aad("join_url", m)),
		Passcode: s.box.Seal([]byte(m.Passcode), s.aad("passcode", m)),
	}
}

func (s *Service) aad(column string, m Meeting) keyring.AAD {
	return keyring.AAD{Table: "meetings", Column: column, Tenant: string(m.Organizer.Tenant), Row: m.ID}
}

// job makes a job about a meeting at a revision.
func job(kind string, m Meeting) jobs.Job {
	return jobs.Job{Kind: kind, Tenant: string(m.Organizer.Tenant), Subject: m.ID, Revision: m.Revision}
}

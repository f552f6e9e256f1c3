// Package calendar keeps one Outlook entry in step with one meeting, in the organiser's mailbox. Exchange then puts it into
// the calendars of the attendees and mails them: that mail is the invitation.
//
// An entry is created under a transaction id that belongs to the meeting, so that a repeated creation is answered with
// the entry that exists. The entry carries the meeting's Zoom id in an extended property, by which it is found again. What the
// organiser does to an entry is left alone as far as the meeting does not need it: only what differs is written.
//
// Calendars are followed too (watch.go): Graph tells of changes, or is asked, and the meetings that they concern are looked at.
//
// Jobs: calendar.pull (subject: an object id). It stands on accounts (the Microsoft grant), policy and graph; meetings says what an
// entry should hold, and what is done about one that has changed.
package calendar

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"causeway/internal/accounts"
	"causeway/internal/entra"
	"causeway/internal/graph"
	"causeway/internal/keyring"
	"causeway/internal/policy"
	"causeway/internal/preferences"
	"causeway/internal/problem"
	"causeway/internal/tally"
)

// State is how an entry stands.
type State string

// The states of an entry.
const (
	Pending   State = "pending"
	Done      State = "done"
	NoGrant   State = "no_grant"   // the organiser has not let Causeway into the calendar
	NoMailbox State = "no_mailbox" // the organiser has no Exchange mailbox
	Refused   State = "refused"    // Exchange will not have it, or not as it should be by now: see Record.Behind
	Removed   State = "removed"    // cancelled, or deleted by the organiser
	Foreign   State = "foreign"    // another's entry holds the meeting: Zoom's own sync, or a person; ours stays away
)

// MeetingProperty is the extended property that holds the Zoom meeting id of an entry. The namespace is Causeway's own.
const MeetingProperty = "String {6d1f6a7e-5d0c-4a53-9a0d-2f2f0c7f3b11} Name CausewayZoomMeeting"

// Attendee is somebody invited.
type Attendee struct{ Name, Address string }

// Entry is what the organiser's calendar should hold for a meeting.
type Entry struct {
	Meeting     string // our id of the meeting
	Organizer   entra.Person
	Zoom        string // Zoom's meeting id
	Subject     string
	HTML        string // the body
	JoinURL     string // becomes the location
	Start       time.Time
	Duration    time.Duration
	Zone        string // IANA name
	Repeat      *Series
	Exceptions  []Exception // of Repeat, by their original start
	Takes       []time.Time // the original starts of all occurrences that take place
	Attendees   []Attendee
	Rooms       []Attendee
	Private     bool   // others see that there is something, and not what
	Shy         bool   // it stays away when another's event leads to the same meeting
	Transaction string // the GUID under which it is created
	Cancelled   bool
	Comment     string // tells attendees why it was cancelled
	Revision    int64  // of the meeting that it was made from

	kept []graph.Attendee // whom the organiser has invited to the event in whose place this is made
}

// Record is what is known of an entry in Exchange.
type Record struct {
	Tenant   entra.TenantID
	Meeting  string
	State    State
	EventID  string
	Revision int64 // of the meeting, as last written
	Written  Written
}

// Stands tells whether there is an entry: as it should be, or as it was.
func (r Record) Stands() bool { return r.State == Done || r.State == Foreign || r.Behind() }

// Behind tells whether the entry shows what the meeting was before: the change did not come through.
func (r Record) Behind() bool { return r.State == Refused && r.EventID != "" }

// Written is what of an entry was last written: what differs from it in the event is the organiser's.
type Written struct {
	Words     string        `json:"words,omitempty"`     // a hash of body, location and privacy
	Attendees []string      `json:"attendees,omitempty"` // addresses, in small letters and in order
	Start     time.Time     `json:"start,omitzero"`
	Duration  time.Duration `json:"duration,omitempty"`
	Cancelled bool          `json:"cancelled,omitempty"` // the event was taken away, because the meeting was cancelled
}

// Kept is a meeting of a person that is to come, and its event.
type Kept struct {
	Meeting, EventID, Zoom string
	Series                 bool
	Ends                   time.Time
}

// Storage keeps records and watches.
type Storage interface {
	Watches
	// Record of a meeting; one that is Pending, at revision 0, when there is none.
	Record(ctx context.Context, tenant entra.TenantID, meeting string) (Record, error)
	// SaveRecord stores r if the stored revision is still before; false otherwise. An event id is kept in any case, when none is
	// known yet. It is kept, too, when the known event has been removed: then somebody has made another one late, and the record is
	// Pending, so that this one is removed as well.
	SaveRecord(ctx context.Context, r Record, before int64) (bool, error)
	// Kept lists the active meetings of a person that end after now and have an event.
	Kept(ctx context.Context, organizer entra.Person, now time.Time) ([]Kept, error)
}

// ErrOvertaken says that somebody else has written the entry at the same time, so that it is not known which of both the
// calendar shows. Put it once more, as it is now.
var ErrOvertaken = errors.New("calendar: the entry was written by somebody else meanwhile")

// Config is what New needs.
type Config struct {
	Storage     Storage
	Accounts    *accounts.Service
	Policy      *policy.Service
	Preferences *preferences.Service // nil: nobody has chosen anything
	Ring        *keyring.Ring
	PublicURL   string                                         // where Graph reaches us
	JoinLink    func(address string) (meeting string, ok bool) // the number of the meeting of Zoom's whose join link an address is
	Now         func() time.Time
	Logger      *slog.Logger // nil: nothing is logged
}

// Service writes calendar entries, and follows calendars.
type Service struct {
	c       Config
	box     *keyring.Box
	dropped tally.Tally // notices
}

// New makes the service.
func New(c Config) *Service {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return &Service{c: c, box: c.Ring.For("calendar watches")}
}

// Record tells how the entry of a meeting stands.
func (s *Service) Record(ctx context.Context, tenant entra.TenantID, meeting string) (Record, error) {
	return s.c.Storage.Record(ctx, tenant, meeting)
}

// Put makes the organiser's calendar hold e, or nothing when e is cancelled, unless it holds what the meeting was at revision
// wanted already. It may be repeated and interrupted at any point: one meeting has one entry. What cannot be done is a state,
// not an error; an error means: again later, and ErrOvertaken: again now, whatever is wanted.
func (s *Service) Put(ctx context.Context, e Entry, wanted int64) (Record, error) {
	r, err := s.c.Storage.Record(ctx, e.Organizer.Tenant, e.Meeting)
	if err != nil || r.Revision >= wanted && (r.State == Done || r.State == Removed || r.State == Foreign && !e.Cancelled) {
		return r, err
	}
	before, known := r.Revision, r.EventID
	client, err := s.c.Accounts.Graph(ctx, e.Organizer)
	if err == nil {
		err = s.write(ctx, client, e, &r)
	}
	if r.State, err = outcome(r.State, err); err != nil {
		return r, err
	}
	r.Revision = e.Revision
	mine, err := s.c.Storage.SaveRecord(context.WithoutCancel(ctx), r, before)
	if err == nil && !mine {
		err = ErrOvertaken
		if known == "" && r.State == Done {
			err = cmp.Or(s.withdraw(context.WithoutCancel(ctx), client, r), err)
		}
	}
	return r, err
}

// withdraw removes an event that was made for an entry that has another one by now: Exchange knows only two that stand at once for
// twins, so that a creation that is late makes a removed event anew.
func (s *Service) withdraw(ctx context.Context, client *graph.Client, made Record) error {
	r, err := s.c.Storage.Record(ctx, made.Tenant, made.Meeting)
	if err != nil || r.EventID == "" || r.EventID == made.EventID {
		return err
	}
	if err = client.CancelEvent(ctx, made.EventID, ""); errors.Is(err, graph.ErrNotFound) {
		return nil
	}
	return err
}

// GaveUp notes that the entry of a meeting could not be written for long, as the meeting is at a revision.
func (s *Service) GaveUp(ctx context.Context, tenant entra.TenantID, meeting string, revision int64) error {
	r, err := s.c.Storage.Record(ctx, tenant, meeting)
	if err != nil || r.State != Pending && (r.State != Done || r.Revision >= revision) {
		return err
	}
	r.State = Refused
	_, err = s.c.Storage.SaveRecord(ctx, r, r.Revision)
	return err
}

func (s *Service) write(ctx context.Context, client *graph.Client, e Entry, r *Record) error {
	if e.Cancelled {
		return s.cancel(ctx, client, e, r)
	}
	if r.Written.Cancelled { // the meeting takes place after all
		e.Transaction = after(e.Transaction, r.EventID)
		r.EventID, r.State, r.Written = "", Pending, Written{}
	}
	if r.State == Foreign {
		if there, err := s.stands(ctx, client, r.EventID, e.Zoom); err != nil || there {
			return err
		}
		r.EventID, r.State = "", Pending
	}
	if e.Shy {
		away, err := s.yield(ctx, client, e, r)
		if err != nil || away {
			return err
		}
	}
	if r.EventID == "" {
		return s.begin(ctx, client, e, r)
	}
	return s.update(ctx, client, e, r)
}

// cancel tells the attendees and removes the entry. One that an interrupted creation left behind is found by its meeting.
func (s *Service) cancel(ctx context.Context, client *graph.Client, e Entry, r *Record) error {
	id := r.EventID
	if id == "" {
		var err error
		if id, err = find(ctx, client, e.Zoom); err != nil {
			return err
		}
	}
	if id != "" && r.State != Foreign { // whoever made that takes it away
		if err := client.CancelEvent(ctx, id, e.Comment); err != nil && !errors.Is(err, graph.ErrNotFound) {
			return err
		}
	}
	r.State, r.Written = Removed, Written{Cancelled: true}
	return nil
}

// remind sets the reminder that a person prefers. It is set once: who changes it in Outlook keeps the change.
func (s *Service) remind(ctx context.Context, person entra.Person, e *graph.Event) error {
	if s.c.Preferences == nil {
		return nil
	}
	chosen, err := s.c.Preferences.Of(ctx, person)
	if err != nil || chosen.Usual {
		return err
	}
	on := chosen.Reminder != preferences.NoReminder
	e.IsReminderOn = &on
	if on {
		e.ReminderMinutes = &chosen.Reminder
	}
	return nil
}

// RetryAt is when Exchange has asked to be called again; zero when it has not.
func RetryAt(err error) time.Time {
	var refused *graph.Error
	if errors.As(err, &refused) {
		return refused.RetryAt
	}
	return time.Time{}
}

// outcome turns the errors that are answers into states.
func outcome(state State, err error) (State, error) {
	switch {
	case err == nil:
		return state, nil
	case problem.Is(err, problem.Consent), problem.Is(err, problem.NotLinked), problem.Is(err, problem.SignIn):
		return NoGrant, nil
	case errors.Is(err, graph.ErrNoMailbox):
		return NoMailbox, nil
	case errors.Is(err, graph.ErrForbidden):
		return NoGrant, nil
	case errors.Is(err, graph.ErrInvalid):
		return Refused, nil
	}
	return state, err
}

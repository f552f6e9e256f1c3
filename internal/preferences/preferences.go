// Package preferences knows what people have chosen for themselves: in which language the product speaks with them, what they want
// to be told by direct message, and how their meetings are made.
//
// Whoever chose nothing has the usual ([Usually]), as far as the administrator has decided nothing else. It stands on entra for ids alone; package store keeps the rows. Asked by chats
// (language), notifications (what is delivered), meetings (new forms and entries), calendar (two-way sync) and web (the page on
// which people choose).
package preferences

import (
	"context"
	"slices"
	"time"

	"causeway/internal/entra"
	"causeway/internal/memo"
	"causeway/internal/problem"
)

// NoReminder is the Reminder of somebody who does not want one.
const NoReminder = -1

// NoAgenda is the Agenda of somebody who does not want one.
const NoAgenda = -1

// maxReminder is two weeks in minutes, the longest that Outlook offers.
const maxReminder = 14 * 24 * 60

// Preferences are what one person has chosen.
type Preferences struct {
	Language  string // "en"; "" is the one that Teams has
	Invited   bool   // a direct message when invited to a meeting
	Scheduled bool   // a direct message after scheduling one
	Starting  bool   // a direct message before a meeting starts
	Boards    bool   // a direct message when a whiteboard is shared with them
	Mentions  bool   // a direct message when a comment on a whiteboard mentions them
	Agenda    int    // the hour of the day, 0 to 23, of a direct message with what it brings; NoAgenda
	Zone      string // IANA name of the zone of that hour, where Teams does not tell the person's; "" is UTC
	PMI       bool   // meetings that start now take place in the personal meeting room, where the Zoom account allows it
	Reminder  int    // minutes before the start at which the calendar reminds; NoReminder
	Sync      bool   // meetings made elsewhere come into the calendar, where the administrator allows it

	Usual bool // nothing was chosen: what Outlook itself would do stands. Change takes no notice of it
}

// Usually is what holds for somebody who has chosen nothing.
func Usually() Preferences {
	const outlooksOwn = 15 // minutes
	return Preferences{Invited: true, Scheduled: true, Boards: true, Mentions: true, Agenda: NoAgenda, Reminder: outlooksOwn, Usual: true}
}

// Storage keeps preferences.
type Storage interface {
	// Preferences of a person; Usually when nothing is stored.
	Preferences(ctx context.Context, person entra.Person) (Preferences, error)
	// ChangePreferences stores what change makes of those that are stored, or of Usually; nothing when it fails. Nobody else changes them meanwhile:
	// who wants to comes after it. change may be called more than once.
	ChangePreferences(ctx context.Context, person entra.Person, change func(before Preferences) (Preferences, error), now time.Time) error
}

const (
	knownFor  = 5 * time.Second // other processes follow a change within it
	knownMost = 20_000
)

// Config is what New needs; all of it but Defaults is required.
type Config struct {
	Storage   Storage
	Languages []string // that can be chosen
	Now       func() time.Time
	// Defaults changes what holds in an organisation for those who have chosen nothing; nil: nothing.
	Defaults func(ctx context.Context, tenant entra.TenantID, usual Preferences) (Preferences, error)
}

// Service answers what people prefer. It is safe for concurrent use.
type Service struct {
	c     Config
	known *memo.Memo[entra.Person, Preferences]
}

// New makes the service.
func New(c Config) *Service {
	return &Service{c: c, known: memo.New[entra.Person, Preferences](knownFor, knownMost, c.Now)}
}

// Of answers what a person prefers; it may be five seconds old.
func (s *Service) Of(ctx context.Context, person entra.Person) (Preferences, error) {
	return s.known.Of(ctx, person, func() (Preferences, error) { return s.read(ctx, person) })
}

func (s *Service) read(ctx context.Context, person entra.Person) (Preferences, error) {
	p, err := s.c.Storage.Preferences(ctx, person)
	if err != nil || !p.Usual {
		return p, err
	}
	return s.Usual(ctx, person.Tenant)
}

// Usual answers what holds in an organisation for those who have chosen nothing.
func (s *Service) Usual(ctx context.Context, tenant entra.TenantID) (Preferences, error) {
	if s.c.Defaults == nil {
		return Usually(), nil
	}
	return s.c.Defaults(ctx, tenant, Usually())
}

// Change stores what change makes of what a person has preferred until now, whoever else changes that at the same moment, and answers it. Error:
// Invalid, with the fields language, reminder, agenda and zone.
func (s *Service) Change(ctx context.Context, person entra.Person, change func(before Preferences) Preferences) (p Preferences, err error) {
	usual, failed := s.Usual(ctx, person.Tenant)
	defer s.known.Forget(person)
	err = s.c.Storage.ChangePreferences(ctx, person, func(before Preferences) (Preferences, error) {
		if before.Usual {
			if failed != nil {
				return before, failed
			}
			before = usual
		}
		p = change(before)
		return p, s.check(p)
	}, s.c.Now())
	return p, err
}

func (s *Service) check(p Preferences) error {
	wrong := problem.New(problem.Invalid, "problem.invalid")
	if p.Language != "" && !slices.Contains(s.c.Languages, p.Language) {
		wrong = wrong.WithField("language", "settings.language_unknown")
	}
	if p.Reminder < NoReminder || p.Reminder > maxReminder {
		wrong = wrong.WithField("reminder", "settings.reminder_range")
	}
	if p.Agenda < NoAgenda || p.Agenda > 23 {
		wrong = wrong.WithField("agenda", "settings.agenda_range")
	}
	if _, err := time.LoadLocation(p.Zone); err != nil || p.Zone == "Local" || len(p.Zone) > 100 {
		wrong = wrong.WithField("zone", "settings.zone_unknown")
	}
	if len(wrong.Fields) > 0 {
		return wrong
	}
	return nil
}

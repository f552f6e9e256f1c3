// Package chats knows the conversations in Teams: where the bot is, who is in them, and how a person is reached. It is the one
// that speaks with the connector.
//
// The bot gets into a conversation because one of its members adds it; in each channel of a team that has it, the product asks
// once more, because there Teams does not. Removing it ends both.
package chats

import (
	"context"
	"errors"
	"strings"
	"time"

	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/memo"
	"causeway/internal/teams"
)

// Kind is the kind of a conversation.
type Kind string

// The kinds.
const (
	Personal Kind = "personal" // a person with the bot
	Group    Kind = "group"    // a chat of people
	Channel  Kind = "channel"
)

// Place is a conversation, as an activity named it.
type Place struct {
	Tenant       entra.TenantID       `json:"tenant"`
	Conversation teams.ConversationID `json:"conversation"` // without thread
	Thread       teams.ActivityID     `json:"thread,omitempty"`
	Kind         Kind                 `json:"kind"`
	Team         teams.TeamID         `json:"team,omitempty"`
	ServiceURL   string               `json:"service"`
	Name         string               `json:"name,omitempty"`
}

func (p Place) reference() teams.Reference {
	return teams.Reference{
		ServiceURL: p.ServiceURL, Tenant: string(p.Tenant), Conversation: p.Conversation.Thread(p.Thread),
	}
}

// base is the place without its thread.
func (p Place) base() Place {
	p.Thread = ""
	return p
}

// PlaceOf reads the place off a verified activity.
func PlaceOf(a *teams.Activity) Place {
	base, thread := a.Place().ID.Split()
	p := Place{
		Tenant: entra.TenantID(strings.ToLower(a.Tenant())), Conversation: base, Thread: thread, Kind: Group, Team: a.Team(),
		ServiceURL: a.ServiceURL, Name: a.Place().Name,
	}
	switch a.Scope() {
	case teams.Personal:
		p.Kind = Personal
	case teams.InChannel:
		p.Kind = Channel
		if data := a.ChannelData; data != nil && data.Channel != nil && data.Channel.Name != "" {
			p.Name = data.Channel.Name
		}
	case teams.GroupChat:
	}
	return p
}

// Speaker is who acts in a conversation, as the activity says.
type Speaker struct {
	Person entra.Person
	User   teams.UserID
	Name   string
	Locale string // language tag, "" when unknown
	Zone   string // IANA name, "" when unknown
}

// Member is somebody in a conversation. Person.ID is "" for people whom Entra does not know.
type Member struct {
	Person entra.Person
	User   teams.UserID
	Name   string
	Email  string
	UPN    string
	Guest  bool
	Bot    bool
}

// Reader is how a person reads.
type Reader struct {
	Locale string
	Zone   *time.Location // nil when unknown
}

// Known is what is stored of a place.
type Known struct {
	Place     Place
	Installed bool
	Approved  bool // asked in this very conversation, and answered yes
	Welcomed  bool
}

// Contact is what is stored of a person.
type Contact struct {
	Speaker
	Personal   teams.ConversationID // with the bot, "" when there was none yet
	ServiceURL string
}

// Storage keeps places and contacts.
type Storage interface {
	// Place answers what is known; the zero Known when nothing is.
	Place(ctx context.Context, tenant entra.TenantID, conversation teams.ConversationID) (Known, error)
	// Install stores a place with the bot in it, and jobs; what was approved stays.
	Install(ctx context.Context, p Place, now time.Time, follow ...jobs.Job) error
	// Approve stores that the place was asked and said yes; there is no need for a welcome any more.
	Approve(ctx context.Context, p Place, by entra.Person, now time.Time) error
	// Remove forgets that the bot is in a place, or in all channels of its team.
	Remove(ctx context.Context, p Place, now time.Time) error
	// Welcome claims the welcome of a place: true once for each installation, never when it was approved.
	Welcome(ctx context.Context, p Place, now time.Time) (bool, error)
	// Contact answers what is known of a person; the zero Contact when nothing is.
	Contact(ctx context.Context, person entra.Person) (Contact, error)
	SaveContact(ctx context.Context, c Contact, now time.Time) error
}

// Errors of Enter.
var (
	// ErrNotInstalled: the bot is not in the conversation.
	ErrNotInstalled = errors.New("chats: the bot is not in this conversation")
	// ErrNotApproved: the bot is in the team, but nobody in this channel has been asked yet.
	ErrNotApproved = errors.New("chats: this channel has not been asked yet")
)

const (
	enteredAge = time.Minute // how long a person's way into a conversation is not looked at again
	seenAge    = 10 * time.Minute
	memoSize   = 100_000
)

// Config is what New needs.
type Config struct {
	Storage   Storage
	Connector *teams.Connector
	Now       func() time.Time
	// Wait sleeps in real time; nil: a timer.
	Wait func(ctx context.Context, d time.Duration) error
}

type entry struct {
	tenant       entra.TenantID
	conversation teams.ConversationID
	user         teams.UserID
}

// Service is safe for concurrent use.
type Service struct {
	c       Config
	entered *memo.Memo[entry, bool]
	seen    *memo.Memo[entra.Person, Contact]
}

// New makes the service.
func New(c Config) *Service {
	if c.Wait == nil {
		c.Wait = wait
	}
	return &Service{
		c: c, entered: memo.New[entry, bool](enteredAge, memoSize, c.Now),
		seen: memo.New[entra.Person, Contact](seenAge, memoSize, c.Now),
	}
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// Seen remembers how a person is reached and reads. It costs next to nothing while nothing changes.
func (s *Service) Seen(ctx context.Context, p Place, who Speaker) error {
	known, ok := s.seen.Get(who.Person)
	if !ok {
		var err error
		if known, err = s.c.Storage.Contact(ctx, who.Person); err != nil {
			return err
		}
	}
	now := known
	if who.Locale == "" {
		who.Locale = known.Locale
	}
	if who.Zone == "" {
		who.Zone = known.Zone
	}
	if who.Name == "" {
		who.Name = known.Name
	}
	now.Speaker, now.ServiceURL = who, p.ServiceURL
	if p.Kind == Personal {
		now.Personal = p.Conversation
	}
	if now != known {
		if err := s.c.Storage.SaveContact(ctx, now, s.c.Now()); err != nil {
			return err
		}
		ok = false
	}
	if !ok {
		s.seen.Put(who.Person, now)
	}
	return nil
}

// Reader answers how a person reads; the zero Reader for somebody who never wrote to the bot.
func (s *Service) Reader(ctx context.Context, person entra.Person) (Reader, error) {
	c, err := s.contact(ctx, person)
	r := Reader{Locale: c.Locale}
	if c.Zone != "" {
		if zone, unknown := time.LoadLocation(c.Zone); unknown == nil {
			r.Zone = zone
		}
	}
	return r, err
}

func (s *Service) contact(ctx context.Context, person entra.Person) (Contact, error) {
	return s.seen.Of(person, func() (Contact, error) { return s.c.Storage.Contact(ctx, person) })
}

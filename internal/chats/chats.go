// Package chats knows the conversations in Teams: where the bot is, who is in them, and how a person is reached. It is the one
// that speaks with the connector.
//
// The bot gets into a conversation because one of its members adds it; in each channel of a team that has it, the product asks
// once more, because there Teams does not. Removing it ends both. Of people it keeps what they show by using the bot.
//
// It has no jobs. It stands on policy, which it tells of a bot that was switched off, and on teams; notifications and the features
// stand on it.
package chats

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/memo"
	"causeway/internal/policy"
	"causeway/internal/preferences"
	"causeway/internal/teams"
	"causeway/internal/upstream"
)

// Kind is the kind of a conversation.
type Kind string

// The kinds.
const (
	Personal Kind = "personal" // a person with the bot
	Group    Kind = "group"    // a chat of people
	Channel  Kind = "channel"
	// Tab is no conversation: what was asked for in the tab has neither card nor roster.
	Tab Kind = "tab"
)

// Place is a conversation, as an activity named it. Name is people's text: escape it.
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

// alone is the place without its team: what Teams refuses in one channel, such as a private one, says nothing of the others.
func (p Place) alone() Place {
	p.Team = ""
	return p
}

// home is where an installation is noted: in a team at its General channel, which has the id of the team, because the events of
// one installation name different channels of it. The name of another channel is not that of the team.
func (p Place) home() Place {
	if general := teams.ConversationID(p.Team); p.Kind == Channel && general != "" && p.Conversation != general {
		p.Conversation, p.Name = general, ""
	}
	return p.base()
}

// HomeOf is where an installation is noted of which a verified activity tells, with the name of the team where the activity has it.
func HomeOf(a *teams.Activity) Place {
	p := PlaceOf(a).home()
	if p.Kind == Channel && a.ChannelData != nil && a.ChannelData.Team != nil {
		p.Name = a.ChannelData.Team.Name
	}
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
		} else if data != nil && data.Team != nil && data.Team.Name != "" {
			p.Name = data.Team.Name // the General channel has no name of its own
		}
	case teams.GroupChat:
	}
	if p.Kind != Channel {
		p.Thread = ""
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
	Refused   time.Time // when Teams last refused a message there; zero: it did not since one was posted
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
	// Latest answers the place of a tenant in which the bot was seen last; problem.NotFound.
	Latest(ctx context.Context, tenant entra.TenantID) (Place, error)
	// Places lists what is known of a tenant's places, those used last first, at most some hundreds.
	Places(ctx context.Context, tenant entra.TenantID) ([]Known, error)
	// Install stores a place with the bot in it, and jobs; what was approved stays.
	Install(ctx context.Context, p Place, now time.Time, follow ...jobs.Job) error
	// Approve stores that the place was asked and said yes; there is no need for a welcome any more.
	Approve(ctx context.Context, p Place, by entra.Person, now time.Time) error
	// Remove forgets that the bot is in a place, or in all channels of its team.
	Remove(ctx context.Context, p Place, now time.Time) error
	// Refuse stores since when Teams refuses messages in a place that is known; the zero time: it does not.
	Refuse(ctx context.Context, p Place, since time.Time) error
	// Welcome claims the welcome of a place: true once for each installation, never when it, or any channel of its team, was
	// approved.
	Welcome(ctx context.Context, p Place, now time.Time) (bool, error)
	// Contact answers what is known of a person, which is at least who it is.
	Contact(ctx context.Context, person entra.Person) (Contact, error)
	SaveContact(ctx context.Context, c Contact, now time.Time) error
}

// Errors of Enter.
var (
	// ErrNotInstalled: the bot is not in the conversation.
	ErrNotInstalled = errors.New("chats: the bot is not in this conversation")
	// ErrNotApproved: the bot is in the team, but nobody in this channel has been asked yet.
	ErrNotApproved = errors.New("chats: this channel has not been asked yet")
	// ErrSilenced: the bot is in the conversation, and Teams lets it post nothing there.
	ErrSilenced = errors.New("chats: the bot may not post in this conversation")
)

const (
	enteredAge = 5 * time.Second // how long a person's way into a conversation is not looked at again
	seenAge    = 10 * time.Minute
	memoSize   = 100_000
	zoneAge    = 24 * time.Hour
	zonesMost  = 1_000 // the world has some 600
	// refusedAge is how long a refusal to post is believed: private channels never change, a channel that is moderated may.
	refusedAge = 24 * time.Hour
)

// Config is what New needs. Storage, Connector, Policy and Now are required.
type Config struct {
	Storage     Storage
	Connector   *teams.Connector
	Policy      *policy.Service
	Preferences *preferences.Service // nil: everybody reads the language of their Teams
	Now         func() time.Time
	// Wait sleeps in real time; nil: a timer.
	Wait   func(ctx context.Context, d time.Duration) error
	Logger *slog.Logger // nil: nothing is logged
}

type entry struct {
	tenant       entra.TenantID
	conversation teams.ConversationID
	person       entra.Person
	user         teams.UserID
}

// spot is a conversation.
type spot struct {
	tenant       entra.TenantID
	conversation teams.ConversationID
}

// Service is safe for concurrent use.
type Service struct {
	c        Config
	entered  *memo.Memo[entry, bool]
	silences *memo.Memo[spot, bool]
	inside   *memo.Memo[membership, insider]
	seen     *memo.Memo[entra.Person, Contact]
	zones    *memo.Memo[string, *time.Location]
}

// New makes the service.
func New(c Config) *Service {
	if c.Wait == nil {
		c.Wait = upstream.Sleep
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return &Service{
		c: c, entered: memo.New[entry, bool](enteredAge, memoSize, c.Now),
		silences: memo.New[spot, bool](enteredAge, memoSize, c.Now),
		inside:   memo.New[membership, insider](insideAge, memoSize, c.Now),
		seen:     memo.New[entra.Person, Contact](seenAge, memoSize, c.Now),
		zones:    memo.New[string, *time.Location](zoneAge, zonesMost, c.Now),
	}
}

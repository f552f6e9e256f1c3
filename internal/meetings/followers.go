package meetings

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"causeway/internal/chats"
	"causeway/internal/entra"
	"causeway/internal/jobs"
	"causeway/internal/problem"
	"causeway/internal/teams"
)

// Follower is a conversation that gets a card for each meeting of a series, shortly before it starts.
type Follower struct {
	Meeting string
	Place   chats.Place
	By      entra.ObjectID // who wanted it
}

// FollowStorage keeps which conversations follow which series. Every method is one transaction.
type FollowStorage interface {
	// SaveFollower stores one, once for each series and conversation.
	SaveFollower(ctx context.Context, f Follower, now time.Time) error
	DropFollower(ctx context.Context, tenant entra.TenantID, meeting string, conversation teams.ConversationID) error
	Followers(ctx context.Context, tenant entra.TenantID, meeting string) ([]Follower, error)
	// GoOn is Storage.Change of a series that m.Draft.Next goes on in place of, and has those of kept that follow it follow that, too.
	GoOn(ctx context.Context, m Meeting, kept []teams.ConversationID, follow Follow) (revision int64, err error)
}

// Follow has the conversation of a tab get a card for each meeting of a series, or no more, for its host or somebody who is in the
// conversation, if the host brought the series there. Following it twice is following it once. The host ends it anywhere.
//
// Errors: NotFound (no such series, or none for this person there), Invalid (it is no series, or no conversation), Conflict (it is
// cancelled), Forbidden (not a member, or the bot may not post there), NotReady, Unavailable.
func (s *Service) Follow(ctx context.Context, v Visitor, key string, on bool) error {
	if err := s.c.Policy.Allow(ctx, v.Person.Tenant, feature); err != nil {
		return err
	}
	if v.At.Conversation == "" {
		return problem.New(problem.Invalid, "upcoming.follow_where")
	}
	m, err := s.Find(ctx, v.Person.Tenant, key)
	if err != nil {
		return err
	}
	if !on && m.Organizer == v.Person {
		return s.c.Storage.DropFollower(ctx, m.Organizer.Tenant, m.ID, v.At.Conversation)
	}
	place, err := s.place(ctx, v.Person, v.At)
	if err != nil {
		return err
	}
	brought, err := s.broughtTo(ctx, m, place)
	switch {
	case err != nil:
		return err
	case m.Organizer != v.Person && !brought:
		return problem.New(problem.NotFound, "problem.not_found")
	case !on:
		return s.c.Storage.DropFollower(ctx, place.Tenant, m.ID, place.Conversation)
	case m.State != Active:
		return problem.New(problem.Conflict, "meetings.cancelled_already")
	case m.Draft.Repeat == nil:
		return problem.New(problem.Invalid, "upcoming.follow_series")
	}
	if err := s.c.Chats.MayPost(ctx, place); err != nil {
		return err
	}
	place.Thread = ""
	return s.c.Storage.SaveFollower(ctx, Follower{Meeting: m.ID, Place: place, By: v.Person.ID}, s.c.Now())
}

// broughtTo tells whether a meeting was made in a conversation, is followed there, or stands there on a card with which it was shared.
func (s *Service) broughtTo(ctx context.Context, m Meeting, place chats.Place) (bool, error) {
	if m.Place.Conversation == place.Conversation {
		return true, nil
	}
	if followed, err := s.followedIn(ctx, m, place.Conversation); err != nil || followed {
		return followed, err
	}
	shares, err := s.c.Storage.Shares(ctx, m.Organizer.Tenant, m.ID)
	return slices.ContainsFunc(shares, func(share Share) bool {
		return share.Place.Conversation == place.Conversation && share.Card.State == CardPosted
	}), err
}

func (s *Service) followedIn(ctx context.Context, m Meeting, conversation teams.ConversationID) (bool, error) {
	all, err := s.c.Storage.Followers(ctx, m.Organizer.Tenant, m.ID)
	return slices.ContainsFunc(all, func(f Follower) bool { return f.Place.Conversation == conversation }), err
}

// FollowedIn is a conversation that follows a series, as its host sees it.
type FollowedIn struct {
	Conversation teams.ConversationID `json:"conversation"`
	Name         string               `json:"name,omitempty"`
}

// withFollowers adds which conversations follow a series: for its host all, and whether that does in whose tab somebody is, if they are in it.
func (s *Service) withFollowers(ctx context.Context, v Visitor, m Meeting, d Detail) (Detail, error) {
	if m.Draft.Repeat == nil {
		return d, nil
	}
	all, err := s.c.Storage.Followers(ctx, m.Organizer.Tenant, m.ID)
	if _, away := s.place(ctx, v.Person, v.At); v.At.Conversation != "" && away == nil {
		here := slices.ContainsFunc(all, func(f Follower) bool { return f.Place.Conversation == v.At.Conversation })
		d.Follows = &here
	}
	if m.Organizer == v.Person {
		for _, f := range all {
			d.FollowedIn = append(d.FollowedIn, FollowedIn{f.Place.Conversation, f.Place.Name})
		}
	}
	return d, err
}

// announce posts the card of an occurrence in each conversation that follows the series: each once, however often it is asked for.
func (s *Service) announce(ctx context.Context, m Meeting, o Occurrence) error {
	follows, err := s.c.Storage.Followers(ctx, m.Organizer.Tenant, m.ID)
	if err != nil {
		return err
	}
	for _, f := range follows {
		wish := Share{ID: s.c.NewID(), Meeting: m.ID, By: f.By, Place: f.Place, At: s.c.Now(), Original: o.Original}
		if _, _, err := s.c.Storage.SaveShare(ctx, wish, time.Time{}, jobs.Job{Kind: ShareJob, Tenant: string(f.Place.Tenant), Subject: wish.ID}); err != nil {
			return err
		}
	}
	return nil
}

// postFollowed posts the card of an occurrence where its series is followed, unless that is over by now. A conversation in which the bot may
// not post any more follows nothing any more.
func (s *Service) postFollowed(ctx context.Context, m Meeting, share Share) error {
	one, takesPlace := s.occurrenceOf(m, share.Original)
	if !takesPlace || !one.Draft.End().After(s.c.Now()) {
		return nil
	}
	card, err := s.postShare(ctx, m, share)
	if err == nil && card.State == CardLost && card.Reason == CardRefused {
		err = s.c.Storage.DropFollower(ctx, share.Place.Tenant, m.ID, share.Place.Conversation)
	}
	return err
}

// occurrenceOf is a meeting as the card of one of its occurrences shows it; false when that does not take place.
func (s *Service) occurrenceOf(m Meeting, original time.Time) (Meeting, bool) {
	o, n := m.Draft.find(original)
	switch past := original.Before(s.c.Now()); {
	case n < 0 && past: // the series has been shortened since, which does not undo what was
		o = Occurrence{Original: original, Start: original, Duration: m.Draft.Duration}
	case n < 0, o.Cancelled, m.State == Cancelled && o.Start.After(s.c.Now()):
		return m, false
	}
	m.Draft.Start, m.Draft.Duration, m.Draft.Repeat, m.Draft.Exceptions = o.Start, o.Duration, nil, nil
	return m, true
}

// heldFor is the session that belongs to an occurrence: that which began nearest to it.
func (s *Service) heldFor(ctx context.Context, m Meeting, original time.Time) (Session, []Attendee, bool, error) {
	if original.IsZero() {
		return s.c.Storage.Held(ctx, m.Organizer.Tenant, m.ID)
	}
	start, before, after := original, time.Time{}, s.c.Now().AddDate(1, 0, 0)
	if o, n := m.Draft.find(original); n >= 0 {
		start = o.Start
	}
	for _, o := range m.Draft.Occurrences() {
		if o.Cancelled || o.Original.Equal(original) {
			continue
		}
		middle := start.Add(o.Start.Sub(start) / 2)
		if o.Start.Before(start) && middle.After(before) {
			before = middle
		}
		if o.Start.After(start) && middle.Before(after) {
			after = middle
		}
	}
	return s.c.Storage.HeldBetween(ctx, m.Organizer.Tenant, m.ID, before, after)
}

// printOf is a short form of what a card shows.
func printOf(a teams.Activity) (string, error) {
	text, err := json.Marshal(a)
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:12]), err
}

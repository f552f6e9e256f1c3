package chats

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"causeway/internal/entra"
	"causeway/internal/problem"
	"causeway/internal/teams"
)

const (
	// listedMost bounds the conversations of a list, and askedMost those of which Teams is asked who is in them: an app has 30 calls a
	// second in a tenant.
	listedMost  = 50
	askedMost   = 60
	askedAtOnce = 8
	// insideAge is how long it is remembered, for lists alone, whether a person is in a conversation: lists are asked for with every key.
	insideAge = time.Minute
)

// membership is a person and a conversation.
type membership struct {
	person       entra.Person
	conversation teams.ConversationID
}

// insider is what Teams says of one.
type insider struct {
	in   bool
	name string // of the conversation
}

// Conversation is one that the bot is in, as it is listed for one of its members. Name and Team are people's text.
type Conversation struct {
	Place Place
	Name  string // of an unnamed chat, who else is in it
	Team  string // "" when unknown, and of a chat
}

// Conversations lists the chats and channels in which both the bot and a person are, those used last first, up to a number that Teams
// can be asked about: whole is false when there may be more. query is part of a name. Teams is asked of each whether the person is in it, once
// a minute.
func (s *Service) Conversations(ctx context.Context, person entra.Person, query string) (found []Conversation, whole bool, err error) {
	known, err := s.c.Storage.Places(ctx, person.Tenant)
	if err != nil {
		return nil, false, err
	}
	teamNames := map[teams.TeamID]string{}
	for _, k := range known {
		if k.Place.Kind == Channel && string(k.Place.Conversation) == string(k.Place.Team) {
			teamNames[k.Place.Team] = k.Place.Name
		}
	}
	var asked []Conversation
	query = strings.ToLower(strings.TrimSpace(query))
	for _, k := range known {
		c := Conversation{Place: k.Place, Name: k.Place.Name, Team: teamNames[k.Place.Team]}
		named := c.Name == "" || strings.Contains(strings.ToLower(c.Name+" "+c.Team), query)
		if k.Installed && (k.Place.Kind == Group || k.Approved) && k.Place.Kind != Personal && named {
			asked = append(asked, c)
		}
	}
	whole = len(asked) <= askedMost
	asked = asked[:min(len(asked), askedMost)]
	inside := make([]bool, len(asked))
	var all sync.WaitGroup
	turn := make(chan struct{}, askedAtOnce)
	for i := range asked {
		all.Go(func() {
			turn <- struct{}{}
			defer func() { <-turn }()
			is, err := s.inside.Of(ctx, membership{person, asked[i].Place.Conversation}, func() (insider, error) {
				return s.isInside(ctx, person, asked[i])
			})
			inside[i], asked[i].Name = err == nil && is.in, is.name
		})
	}
	all.Wait()
	for i, c := range asked {
		if inside[i] && strings.Contains(strings.ToLower(c.Name+" "+c.Team), query) && len(found) < listedMost {
			found = append(found, c)
		}
	}
	return found, whole, ctx.Err()
}

// isInside asks Teams whether a person is in a conversation, and finds a name for one that has none: who else is in it. Errors are those
// of teams.Connector.
func (s *Service) isInside(ctx context.Context, person entra.Person, c Conversation) (insider, error) {
	if c.Name != "" {
		_, err := s.Member(ctx, c.Place, teams.UserID(person.ID))
		if errors.Is(err, teams.ErrMemberGone) {
			return insider{name: c.Name}, nil
		}
		return insider{err == nil, c.Name}, err
	}
	const shown = 3
	var others []string
	in, enough := false, errors.New("enough")
	err := s.Members(ctx, c.Place, func(page []Member) error {
		for _, m := range page {
			switch {
			case m.Person == person:
				in = true
			case !m.Bot && len(others) < shown:
				others = append(others, m.Name)
			}
		}
		if in && len(others) == shown {
			return enough
		}
		return nil
	})
	if errors.Is(err, enough) {
		err = nil
	}
	return insider{in, strings.Join(others, ", ")}, err
}

// Open answers a conversation in which the bot may post for a person who is in it. Errors: those of Enter, and NotFound when the bot never
// was there.
func (s *Service) Open(ctx context.Context, person entra.Person, conversation teams.ConversationID) (Place, error) {
	known, err := s.c.Storage.Place(ctx, person.Tenant, conversation)
	if err != nil {
		return Place{}, err
	}
	if known.Place.Conversation == "" || known.Place.Kind == Personal {
		return Place{}, problem.New(problem.NotFound, "chats.not_member")
	}
	return known.Place, s.Enter(ctx, known.Place, person, teams.UserID(person.ID), false)
}

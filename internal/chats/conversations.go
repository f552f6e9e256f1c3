package chats

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"causeway/internal/entra"
	"causeway/internal/i18n"
	"causeway/internal/problem"
	"causeway/internal/teams"
)

const (
	// listedMost bounds the conversations of a list, and askedMost those of which Teams is asked who is in them: an app has 30 calls a
	// second in a tenant.
	listedMost  = 50
	askedMost   = 60
	askedAtOnce = 8
	// lookedAtMost bounds the people of a conversation who are looked at for who of them is not of the organisation: one page of the roster.
	lookedAtMost = 500
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
	in        bool
	name      string // of the conversation
	outsiders Outsiders
}

// Outsiders are the people of a conversation who are not of the organisation: guests, and those of another one.
type Outsiders struct {
	Count int
	More  bool // there may be more: not everybody was looked at
}

// Conversation is one that the bot is in, as it is listed for one of its members. Name and Team are people's text.
type Conversation struct {
	Place Place
	Name  string // of an unnamed chat, who else is in it
	Team  string // "" when unknown, and of a chat
	// Silenced: Teams lets the bot post nothing there.
	Silenced  bool
	Outsiders Outsiders
}

// Conversations lists the chats and channels in which both the bot and a person are, those used last first, up to a number that Teams
// can be asked about. query is part of a name. Teams is asked of each whether the person is in it, once a minute. note says to the person what
// is not listed.
func (s *Service) Conversations(ctx context.Context, person entra.Person, query string, p i18n.Printer) (found []Conversation, note string, err error) {
	known, err := s.c.Storage.Places(ctx, person.Tenant)
	if err != nil {
		return nil, "", err
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
		c := Conversation{Place: k.Place, Name: k.Place.Name, Team: teamNames[k.Place.Team], Silenced: s.silenced(k)}
		named := c.Name == "" || strings.Contains(strings.ToLower(c.Name+" "+c.Team), query)
		if k.Installed && (k.Place.Kind == Group || k.Approved) && k.Place.Kind != Personal && named {
			asked = append(asked, c)
		}
	}
	note = p.T("chats.conversations_note")
	if len(asked) > askedMost {
		note = p.T("chats.conversations_more") + " " + note
	}
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
			inside[i], asked[i].Name, asked[i].Outsiders = err == nil && is.in, is.name, is.outsiders
		})
	}
	all.Wait()
	for i, c := range asked {
		if inside[i] && strings.Contains(strings.ToLower(c.Name+" "+c.Team), query) && len(found) < listedMost {
			found = append(found, c)
		}
	}
	return found, note, ctx.Err()
}

// isInside asks Teams whether a person is in a conversation, who in it is not of the organisation, and finds a name for one that has none: who
// else is in it. Errors are those of teams.Connector.
func (s *Service) isInside(ctx context.Context, person entra.Person, c Conversation) (insider, error) {
	const shown = 3
	var others []string
	is, looked, enough := insider{name: c.Name}, 0, errors.New("enough")
	err := s.Members(ctx, c.Place, func(page []Member) error {
		for _, m := range page {
			switch {
			case m.Person == person:
				is.in = true
			case m.Bot:
			case m.Guest:
				is.outsiders.Count++
				fallthrough
			default:
				others = append(others, m.Name)
			}
		}
		if looked += len(page); looked >= lookedAtMost {
			return enough
		}
		return nil
	})
	if c.Name == "" {
		is.name = strings.Join(others[:min(len(others), shown)], ", ")
	}
	if !errors.Is(err, enough) {
		return is, err
	}
	is.outsiders.More = true
	if is.in {
		return is, nil
	}
	_, err = s.Member(ctx, c.Place, teams.UserID(person.ID))
	is.in = err == nil
	if errors.Is(err, teams.ErrMemberGone) {
		err = nil
	}
	return is, err
}

// Open answers a conversation in which the bot may post for a person who is in it. Of one that the bot has not heard of, such as a channel
// whose tab is all that is used of the app there, Teams is asked: team is the channel's, as its tab has it, or "". Errors: those of Enter,
// with which the place is answered all the same, and NotFound when there can be no such conversation.
func (s *Service) Open(ctx context.Context, person entra.Person, conversation teams.ConversationID, team teams.TeamID) (Place, error) {
	conversation, _ = conversation.Split()
	known, err := s.c.Storage.Place(ctx, person.Tenant, conversation)
	if err != nil {
		return Place{}, err
	}
	p, asked := known.Place, known.Place
	if p.Conversation == "" {
		if p, err = s.discover(ctx, person.Tenant, conversation, team); err != nil {
			return p, err
		}
		asked = p
		asked.Team = "" // what is not in this channel may well be in the others of the team
	}
	if p.Kind == Personal {
		return Place{}, errNoConversation()
	}
	return p, s.Enter(ctx, asked, person, teams.UserID(person.ID), false)
}

// OpenApproved is Open for who wants something done there. Error: Forbidden, with a sentence, where the bot may not work.
func (s *Service) OpenApproved(ctx context.Context, person entra.Person, conversation teams.ConversationID, team teams.TeamID) (Place, error) {
	place, err := s.Open(ctx, person, conversation, team)
	return place, InWords(err)
}

// OpenToPost is OpenApproved for who wants nothing but something posted there. Error: Forbidden, too, where Teams lets the bot post nothing.
func (s *Service) OpenToPost(ctx context.Context, person entra.Person, conversation teams.ConversationID, team teams.TeamID) (Place, error) {
	place, err := s.OpenApproved(ctx, person, conversation, team)
	if err != nil {
		return place, err
	}
	return place, s.MayPost(ctx, place)
}

// MayPost lets something be posted in a place in which the bot is. Error: Forbidden where Teams lets it post nothing.
func (s *Service) MayPost(ctx context.Context, p Place) error {
	silenced, err := s.Silenced(ctx, p)
	if err == nil && silenced {
		err = InWords(ErrSilenced)
	}
	return err
}

// InWords is an error of Enter, or ErrSilenced, for people: Forbidden, with a sentence, where it says that the bot may not post.
func InWords(err error) error {
	switch {
	case errors.Is(err, ErrNotInstalled):
		return problem.New(problem.Forbidden, "chats.no_bot").Because(err)
	case errors.Is(err, ErrNotApproved):
		return problem.New(problem.Forbidden, "chats.not_asked").Because(err)
	case errors.Is(err, ErrSilenced):
		return problem.New(problem.Forbidden, "chats.no_posting").Because(err)
	}
	return err
}

func errNoConversation() error { return problem.New(problem.NotFound, "chats.not_member") }

// discover describes a conversation of which nothing is known, by what Teams says of the team that it is said to be in: a team in which
// it is not gives it neither name nor team. Whether the bot and the person are in it is for Enter to find out.
func (s *Service) discover(ctx context.Context, tenant entra.TenantID, conversation teams.ConversationID, team teams.TeamID) (Place, error) {
	shared, channel := conversation.Shared()
	if !shared {
		return Place{}, errNoConversation()
	}
	latest, err := s.c.Storage.Latest(ctx, tenant)
	if problem.Is(err, problem.NotFound) { // no way to ask Teams anything: nobody here has the app
		return Place{Tenant: tenant, Conversation: conversation}, ErrNotInstalled
	}
	if err != nil {
		return Place{}, err
	}
	p := Place{Tenant: tenant, Conversation: conversation, Kind: Group, ServiceURL: latest.ServiceURL}
	if !channel {
		return p, nil
	}
	p.Kind = Channel
	if team == "" {
		return p, nil
	}
	channels, err := s.c.Connector.Channels(ctx, latest.base().reference(), team)
	if err != nil && !teams.Refused(err) {
		return Place{}, problem.New(problem.Unavailable, "chats.teams_unavailable").Because(err)
	}
	for _, c := range channels {
		if string(c.ID) == string(conversation) {
			p.Team, p.Name = team, c.Name
		}
	}
	return p, nil
}

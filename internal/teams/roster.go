package teams

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"causeway/internal/upstream"
)

const (
	pageSize = 500 // the most that pagedmembers gives
	maxPages = 200
)

// Member is somebody in a conversation. Which fields a guest or federated person lacks is UNVERIFIED: any may be "".
type Member struct {
	ID         UserID `json:"id"`
	Name       string `json:"name"`
	GivenName  string `json:"givenName"`
	Surname    string `json:"surname"`
	Email      string `json:"email"`
	UPN        string `json:"userPrincipalName"`
	ObjectID   string `json:"aadObjectId"` // in Entra, of Tenant
	Tenant     string `json:"tenantId"`
	Role       string `json:"userRole"` // user, guest, anonymous
	ListObject string `json:"objectId"` // the name that lists use for aadObjectId; empty after reading
}

// Guest tells whether the member is not of the organisation. UNVERIFIED: the role of guests; the mark #EXT# in their user
// principal name is Entra's.
func (m Member) Guest() bool {
	return strings.EqualFold(m.Role, "guest") || m.Anonymous() || strings.Contains(strings.ToUpper(m.UPN), "#EXT#")
}

// Anonymous tells whether the member came without an account.
func (m Member) Anonymous() bool { return strings.EqualFold(m.Role, "anonymous") }

// normal moves the object id to its one place.
func (m Member) normal() Member {
	if m.ObjectID == "" {
		m.ObjectID = m.ListObject
	}
	m.ListObject = ""
	return m
}

// Member returns one member of the conversation; user may also be an Entra object id. ErrNotInRoster says that the bot is not
// there itself, ErrMemberGone that the person is not.
func (c *Connector) Member(ctx context.Context, ref Reference, user UserID) (Member, error) {
	var m Member
	err := c.call(ctx, ref, "GET", "/v3/conversations/{id}/members/{id}", []string{string(ref.Conversation), string(user)}, nil, nil, &m)
	return m.normal(), err
}

// Members calls page for each part of the roster, at most 500 people each, until there is no more or page returns an error.
// In a channel it is the roster of the team.
func (c *Connector) Members(ctx context.Context, ref Reference, page func([]Member) error) error {
	const route = "/v3/conversations/{id}/pagedmembers"
	query := url.Values{"pageSize": {strconv.Itoa(pageSize)}}
	for range maxPages {
		var part struct {
			Members []Member `json:"members"`
			Next    string   `json:"continuationToken"`
		}
		if err := c.call(ctx, ref, "GET", route, []string{string(ref.Conversation)}, query, nil, &part); err != nil {
			return err
		}
		for i, m := range part.Members {
			part.Members[i] = m.normal()
		}
		if err := page(part.Members); err != nil {
			return err
		}
		if part.Next == "" {
			return nil
		}
		if part.Next == query.Get("continuationToken") {
			break
		}
		query.Set("continuationToken", part.Next)
	}
	return &upstream.Error{Name: "teams", Route: "GET " + route, Sent: upstream.Answered, Err: errors.New("the roster has no end")}
}

// Team is a team, as an activity names it (id, name, group) and as the connector describes it.
type Team struct {
	ID       TeamID `json:"id"`
	Name     string `json:"name,omitempty"`
	GroupID  string `json:"aadGroupId,omitempty"` // the Microsoft 365 group behind it
	Channels int    `json:"channelCount,omitempty"`
	Members  int    `json:"memberCount,omitempty"`
}

// Team returns the team of that id. The conversation of ref does not matter.
func (c *Connector) Team(ctx context.Context, ref Reference, id TeamID) (Team, error) {
	var t Team
	err := c.call(ctx, ref, "GET", "/v3/teams/{id}", []string{string(id)}, nil, nil, &t)
	return t, err
}

// Channel is a channel of a team. The General channel has no name and the id of the team.
type Channel struct {
	ID   ChannelID `json:"id"`
	Name string    `json:"name"`
}

// Channels returns the channels of a team. The conversation of ref does not matter.
func (c *Connector) Channels(ctx context.Context, ref Reference, id TeamID) ([]Channel, error) {
	var all struct {
		Conversations []Channel `json:"conversations"`
	}
	err := c.call(ctx, ref, "GET", "/v3/teams/{id}/conversations", []string{string(id)}, nil, nil, &all)
	return all.Conversations, err
}

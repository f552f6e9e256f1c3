package microsoftsim

import (
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"

	"causeway/internal/sandbox/world"
)

// Pages of the roster hold 50 to 500 members.
const (
	smallestPage = 50
	usualPage    = 200
	largestPage  = 500
)

// account is a member as the connector shows him. Lists name the Entra id objectId, everything else aadObjectId. A guest has no address
// and the marked user name that Entra gave him; UNVERIFIED which fields real guests lack.
func (s *Sim) accountOf(p *world.Person, idField string) object {
	o := object{
		"id": p.TeamsID, idField: p.ID, "name": p.Name, "givenName": p.Given, "surname": p.Surname, "userPrincipalName": p.UPN,
		"tenantId": s.world.Seed.Tenant(p.Tenant).ID, "userRole": "user",
	}
	if p.Email != "" && p.Kind != "guest" {
		o["email"] = p.Email
	}
	return o
}

// roster are the people of the conversation of a request, in the order in which they came.
func (s *Sim) roster(c *call) ([]*world.Person, *connectorError) {
	chat, _, refused := s.chatOf(c)
	if refused != nil {
		return nil, refused
	}
	if refused = s.limit("roster "+chat.Conversation, rosterLimits()); refused != nil {
		return nil, refused
	}
	s.mu.Lock()
	handles := chat.members()
	s.mu.Unlock()
	people := make([]*world.Person, 0, len(handles))
	for _, handle := range handles {
		people = append(people, s.world.Seed.Person(handle))
	}
	return people, nil
}

func (s *Sim) allMembers(c *call) (int, any, *connectorError) {
	people, refused := s.roster(c)
	if refused != nil {
		return 0, nil, refused
	}
	list := make([]object, 0, len(people))
	for _, p := range people {
		list = append(list, s.accountOf(p, "objectId"))
	}
	return http.StatusOK, list, nil
}

// oneMember finds a member by 29: id, Entra id or user principal name.
func (s *Sim) oneMember(c *call) (int, any, *connectorError) {
	people, refused := s.roster(c)
	if refused != nil {
		return 0, nil, refused
	}
	wanted := c.PathValue("member")
	for _, p := range people {
		if p.TeamsID == wanted || strings.EqualFold(p.ID, wanted) || strings.EqualFold(p.UPN, wanted) {
			return http.StatusOK, s.accountOf(p, "aadObjectId"), nil
		}
	}
	return 0, nil, errNoMember
}

func (s *Sim) pagedMembers(c *call) (int, any, *connectorError) {
	people, refused := s.roster(c)
	if refused != nil {
		return 0, nil, refused
	}
	size := usualPage
	if text := c.URL.Query().Get("pageSize"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			return 0, nil, badArgument("pageSize is no number")
		}
		size = min(max(n, smallestPage), largestPage)
	}
	from, ok := unpage(c.URL.Query().Get("continuationToken"))
	if !ok || from > len(people) {
		return 0, nil, badArgument("The continuation token is invalid")
	}
	end := min(from+size, len(people))
	members := make([]object, 0, end-from)
	for _, p := range people[from:end] {
		members = append(members, s.accountOf(p, "aadObjectId"))
	}
	answer := object{"members": members}
	if end < len(people) {
		answer["continuationToken"] = page64(end)
	}
	return http.StatusOK, answer, nil
}

// page64 and unpage write and read where the next page begins.
func page64(from int) string {
	return base64.URLEncoding.EncodeToString([]byte("from:" + strconv.Itoa(from)))
}

func unpage(token string) (int, bool) {
	if token == "" {
		return 0, true
	}
	raw, err := base64.URLEncoding.DecodeString(token)
	if err != nil {
		return 0, false
	}
	text, ok := strings.CutPrefix(string(raw), "from:")
	n, err := strconv.Atoi(text)
	return n, ok && err == nil && n >= 0
}

// teamOf finds the team of a request in which the bot is installed.
func (s *Sim) teamOf(c *call) (*team, *connectorError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.st.Teams {
		if t.Thread == c.PathValue("team") && t.Tenant == c.tenant.Handle {
			if !t.Installed {
				return nil, errNoRoster
			}
			return t, nil
		}
	}
	return nil, errNoChat
}

func (s *Sim) teamDetails(c *call) (int, any, *connectorError) {
	t, refused := s.teamOf(c)
	if refused != nil {
		return 0, nil, refused
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	channels := 0
	for _, chat := range s.st.Chats {
		if chat.team == t && chat.Membership == "" {
			channels++
		}
	}
	return http.StatusOK, object{
		"id": t.Thread, "name": t.Name, "aadGroupId": t.GroupID, "tenantId": c.tenant.ID, "type": "standard",
		"channelCount": channels, "memberCount": len(t.Members),
	}, nil
}

// teamChannels lists the standard channels; General has the id of the team and no name. UNVERIFIED: that private and shared ones are not
// listed, which asks more of the product than if they were.
func (s *Sim) teamChannels(c *call) (int, any, *connectorError) {
	t, refused := s.teamOf(c)
	if refused != nil {
		return 0, nil, refused
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []object{}
	for _, chat := range s.st.Chats {
		switch {
		case chat.team != t || chat.Membership != "":
		case chat.General:
			list = append(list, object{"id": chat.Conversation, "name": nil, "type": "standard"})
		default:
			list = append(list, object{"id": chat.Conversation, "name": chat.Name, "type": "standard"})
		}
	}
	return http.StatusOK, object{"conversations": list}, nil
}

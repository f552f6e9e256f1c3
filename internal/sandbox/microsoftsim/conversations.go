package microsoftsim

import (
	"encoding/json"
	"net/http"
	"strings"

	"causeway/internal/sandbox/world"
)

// createConversation is POST /v3/conversations: a person's conversation with the bot, which is the same each time, or a new thread in a
// channel. The connector can make nothing else.
func (s *Sim) createConversation(c *call) (int, any, *connectorError) {
	var p struct {
		Bot *struct {
			ID string `json:"id"`
		} `json:"bot"`
		Members []struct {
			ID string `json:"id"`
		} `json:"members"`
		IsGroup     bool            `json:"isGroup"`
		TenantID    string          `json:"tenantId"`
		Activity    json.RawMessage `json:"activity"`
		ChannelData struct {
			Tenant  struct{ ID string } `json:"tenant"`
			Channel struct{ ID string } `json:"channel"`
		} `json:"channelData"`
	}
	if err := json.Unmarshal(c.body, &p); err != nil {
		return 0, nil, badSyntax("Invalid JSON in the request body.")
	}
	tenant := p.TenantID
	if tenant == "" {
		tenant = p.ChannelData.Tenant.ID
	}
	switch {
	case p.Bot != nil && p.Bot.ID != "28:"+s.o.AppID && p.Bot.ID != s.o.AppID:
		return 0, nil, badArgument("Unknown bot")
	case p.ChannelData.Channel.ID != "":
		return s.createThread(c, p.ChannelData.Channel.ID, p.Activity)
	case p.IsGroup || len(p.Members) > 1:
		return 0, nil, badArgument("Incorrect conversation creation parameters: group chats cannot be created")
	case len(p.Members) == 0:
		return 0, nil, badArgument("Incorrect conversation creation parameters: no members")
	case tenant == "":
		return 0, nil, badArgument("Incorrect conversation creation parameters: no tenant")
	case !strings.EqualFold(tenant, c.tenant.ID):
		return 0, nil, &connectorError{status: 403, code: "ForbiddenOperationException", message: "The tenant is not the bot's."}
	}
	person := s.member(p.Members[0].ID)
	if person == nil || person.Tenant != c.tenant.Handle {
		return 0, nil, badArgument("Failed to decrypt pairwise id")
	}
	return s.createPersonal(c, person, p.Activity)
}

// member finds a person by the ids that the connector takes: 29:…, or the Entra object id.
func (s *Sim) member(id string) *world.Person {
	for _, p := range s.world.Seed.People {
		if p.TeamsID == id || strings.EqualFold(p.ID, id) {
			return p
		}
	}
	return nil
}

func (s *Sim) createPersonal(c *call, p *world.Person, first json.RawMessage) (int, any, *connectorError) {
	if refused := s.limit("create "+p.ID, sendLimits()); refused != nil {
		return 0, nil, refused
	}
	s.mu.Lock()
	chat := s.st.byConversation[p.Personal]
	if !s.st.welcome(chat) {
		s.mu.Unlock()
		return 0, nil, errUnreachable
	}
	created := !chat.Created
	chat.Created = true
	s.mu.Unlock()
	if created {
		s.ledger("conversation.created", chat.Conversation, "bot", "with", p.Handle)
	}
	answer := object{"id": chat.Conversation}
	if len(first) > 0 && string(first) != "null" {
		id, refused := s.post(chat, "", first, c.tenant)
		if refused != nil {
			return 0, nil, refused
		}
		answer["activityId"] = id
	}
	return http.StatusCreated, answer, nil
}

// createThread begins a thread in a channel.
func (s *Sim) createThread(c *call, conversation string, first json.RawMessage) (int, any, *connectorError) {
	if len(first) == 0 || string(first) == "null" {
		return 0, nil, badArgument("Incorrect conversation creation parameters: a thread needs an activity")
	}
	s.mu.Lock()
	chat := s.st.byConversation[conversation]
	installed := chat != nil && chat.installed()
	s.mu.Unlock()
	switch {
	case chat == nil || chat.Kind != channel || chat.Tenant != c.tenant.Handle:
		return 0, nil, errNoChat
	case !installed:
		return 0, nil, errNoRoster
	}
	if refused := s.limit("send "+conversation, sendLimits()); refused != nil {
		return 0, nil, refused
	}
	id, refused := s.post(chat, "", first, c.tenant)
	if refused != nil {
		return 0, nil, refused
	}
	return http.StatusCreated, object{"id": conversation + ";messageid=" + id, "activityId": id}, nil
}

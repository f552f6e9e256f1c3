package microsoftsim

import (
	"encoding/json"
	"strconv"
	"time"

	"causeway/internal/sandbox/world"
)

// state is everything that people and the product can change. Sim.mu guards it.
type state struct {
	Package   []byte          `json:"package,omitempty"` // the uploaded zip
	Uploaded  map[string]bool `json:"uploaded"`          // by tenant id: the app is in the catalogue
	Consented map[string]bool `json:"consented"`         // by tenant id: an administrator has consented
	Disabled  map[string]bool `json:"disabled"`          // by tenant id: an administrator has blocked the bot

	Consents map[string][]string `json:"consents"` // by object id: scopes that the person allowed
	Flows    map[string]*flow    `json:"flows"`    // sign-ins under way
	Codes    map[string]*grant   `json:"codes"`
	Refresh  map[string]*grant   `json:"refresh"`
	Sessions map[string]string   `json:"sessions"` // browser cookie → object id

	Chats []*chat `json:"chats"`
	Teams []*team `json:"teams"`

	Granted map[string][]string `json:"granted"` // by tenant id: scopes that an administrator allowed for everybody

	Mailboxes     map[string]*mailbox    `json:"mailboxes"` // by handle of a person or room
	Deltas        map[string]*delta      `json:"deltas"`    // by token
	Subscriptions []*subscription        `json:"subscriptions"`
	Notices       []*notice              `json:"notices"` // to be sent again
	Outside       map[string][]*MailItem `json:"outside"` // by address: what went to other companies

	Dialogs map[string]*dialog `json:"dialogs"`
	Popups  map[string]*popup  `json:"popups"`
	LastID  int64              `json:"lastId"` // newest message id

	byConversation map[string]*chat
	byHandle       map[string]*chat
}

// chat is a conversation. Standard channels have the members and the installation of their team; private and shared ones have members of
// their own, and the app once it was added to the team and to them.
type chat struct {
	Handle       string         `json:"handle"` // "launch"; "bot:ana" for Ana's conversation with the bot
	Conversation string         `json:"conversation"`
	Kind         string         `json:"kind"` // personal, oneOnOne, group, channel
	Name         string         `json:"name"`
	Tenant       string         `json:"tenant"` // handle
	Team         string         `json:"team,omitempty"`
	General      bool           `json:"general,omitempty"`
	Membership   string         `json:"membership,omitempty"` // private, shared; "" is standard
	Members      []string       `json:"members,omitempty"`
	Installed    bool           `json:"installed,omitempty"`
	Created      bool           `json:"created,omitempty"` // personal: the bot knows it
	Spoken       bool           `json:"spoken,omitempty"`  // personal: the person has written to the bot
	Blocked      bool           `json:"blocked,omitempty"` // personal: the person has blocked the bot
	Tabs         []ChatTab      `json:"tabs,omitempty"`
	Messages     []*message     `json:"messages"`
	Read         map[string]int `json:"read"` // by handle: so many messages are read

	team *team
}

type team struct {
	Handle    string   `json:"handle"`
	Name      string   `json:"name"`
	Thread    string   `json:"thread"` // the id in Teams, that of the General channel
	GroupID   string   `json:"groupId"`
	Tenant    string   `json:"tenant"`
	Members   []string `json:"members"`
	Installed bool     `json:"installed,omitempty"`
}

// message is what somebody wrote, the bot included (From "bot").
type message struct {
	ID        string                                `json:"id"`
	From      string                                `json:"from"`
	At        time.Time                             `json:"at"`
	Text      string                                `json:"text,omitempty"`
	Format    string                                `json:"format,omitempty"` // plain, markdown, xml
	Summary   string                                `json:"summary,omitempty"`
	Cards     []json.RawMessage                     `json:"cards,omitempty"`
	Views     map[string]map[string]json.RawMessage `json:"views,omitempty"` // by handle, by number of the card: what only this person sees
	Refreshed map[string]bool                       `json:"refreshed,omitempty"`
	Suggested []Suggestion                          `json:"suggested,omitempty"`
	ReplyTo   string                                `json:"replyTo,omitempty"`
	Mentions  []string                              `json:"mentions,omitempty"` // handles
	Alert     bool                                  `json:"alert,omitempty"`
	Edited    bool                                  `json:"edited,omitempty"`
	Deleted   bool                                  `json:"deleted,omitempty"`
}

// Suggestion is a button below a message; pressed, its value is written.
type Suggestion struct {
	Title string `json:"title"`
	Value string `json:"value"`
}

func (st *state) index() {
	if st.Granted == nil {
		st.Granted = map[string][]string{}
	}
	if st.Deltas == nil {
		st.Deltas = map[string]*delta{}
	}
	st.byConversation, st.byHandle = map[string]*chat{}, map[string]*chat{}
	teams := map[string]*team{}
	for _, t := range st.Teams {
		teams[t.Handle] = t
	}
	for _, c := range st.Chats {
		st.byConversation[c.Conversation], st.byHandle[c.Handle] = c, c
		c.team = teams[c.Team]
	}
}

func (c *chat) members() []string {
	if c.team != nil && c.Membership == "" {
		return c.team.Members
	}
	return c.Members
}

func (c *chat) installed() bool {
	if c.team != nil {
		return c.team.Installed && (c.Membership == "" || c.Installed)
	}
	return c.Installed
}

func (c *chat) find(id string) *message {
	for _, m := range c.Messages {
		if m.ID == id {
			return m
		}
	}
	return nil
}

// handleFor is how the person calls the chat in the control API.
func (c *chat) handleFor() string {
	if c.Kind == personal {
		return "bot"
	}
	return c.Handle
}

// Kinds of conversations.
const (
	personal = "personal"
	oneOnOne = "oneOnOne"
	group    = "group"
	channel  = "channel"
)

// nextID is a message id that is greater than any before. The caller holds mu.
func (s *Sim) nextID(at time.Time) string {
	s.st.LastID = max(s.st.LastID+1, at.UnixMilli())
	return strconv.FormatInt(s.st.LastID, 10)
}

// seeded is the state in which the story begins.
func (s *Sim) seeded() *state {
	st := &state{
		Uploaded: map[string]bool{}, Consented: map[string]bool{}, Disabled: map[string]bool{}, Consents: map[string][]string{},
		Flows: map[string]*flow{}, Codes: map[string]*grant{}, Refresh: map[string]*grant{}, Sessions: map[string]string{},
		Granted: map[string][]string{}, Mailboxes: map[string]*mailbox{}, Deltas: map[string]*delta{}, Outside: map[string][]*MailItem{}, Dialogs: map[string]*dialog{}, Popups: map[string]*popup{},
	}
	seed, now := s.world.Seed, s.world.Clock.Now()
	for _, p := range seed.People {
		st.Chats = append(st.Chats, &chat{
			Handle: "bot:" + p.Handle, Conversation: p.Personal, Kind: personal, Tenant: p.Tenant,
			Members: []string{p.Handle}, Read: map[string]int{},
		})
		if p.Mailbox {
			st.Mailboxes[p.Handle] = &mailbox{}
		}
	}
	for _, r := range seed.Rooms {
		st.Mailboxes[r.Handle] = &mailbox{}
	}
	for _, c := range seed.Chats {
		st.Chats = append(st.Chats, &chat{
			Handle: c.Handle, Conversation: c.Conversation, Kind: c.Kind, Name: c.Name, Tenant: c.Tenant,
			Members: c.Members, Messages: written(c.Messages, now), Read: map[string]int{},
		})
	}
	for _, t := range seed.Teams {
		st.Teams = append(st.Teams, &team{Handle: t.Handle, Name: t.Name, Thread: t.Thread, GroupID: t.GroupID, Tenant: t.Tenant, Members: t.Members})
		for _, c := range t.Channels {
			st.Chats = append(st.Chats, &chat{
				Handle: c.Handle, Conversation: c.Conversation, Kind: channel, Name: c.Name, Tenant: t.Tenant,
				Team: t.Handle, General: c.General, Membership: c.Membership, Members: c.Members, Messages: written(c.Messages, now), Read: map[string]int{},
			})
		}
	}
	st.index()
	for _, c := range st.Chats {
		for _, member := range c.members() {
			if len(c.Messages) > 0 {
				c.Read[member] = len(c.Messages)
			}
		}
	}
	s.seedExchange(st, now)
	return st
}

// written turns the seed's texts into messages.
func written(seed []world.ChatMessage, now time.Time) []*message {
	ids := map[string]string{}
	messages := []*message{}
	var last int64
	for _, m := range seed {
		at := m.At(now)
		last = max(last+1, at.UnixMilli())
		id := strconv.FormatInt(last, 10)
		ids[m.Handle] = id
		one := &message{ID: id, From: m.From, At: at, Text: m.Text, Format: "plain"}
		if m.ReplyTo != "" {
			one.ReplyTo = ids[m.ReplyTo]
		}
		messages = append(messages, one)
	}
	return messages
}

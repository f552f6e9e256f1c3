package microsoftsim

import (
	"cmp"
	"encoding/json"
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"causeway/internal/sandbox/world"
)

// Chat is a conversation as a person sees it in his list.
type Chat struct {
	ID             string       `json:"id"` // handle
	ConversationID string       `json:"conversationId"`
	Kind           string       `json:"kind"` // personal, oneOnOne, group, channel
	Name           string       `json:"name"`
	Team           string       `json:"team,omitempty"`
	Members        []Member     `json:"members"` // the first 50
	MemberCount    int          `json:"memberCount"`
	TeamID         string       `json:"teamId,omitempty"` // in Teams
	BotInstalled   bool         `json:"botInstalled"`
	Tabs           []ChatTab    `json:"tabs"`
	Unread         int          `json:"unread"`
	Last           *LastMessage `json:"last,omitempty"`
}

// Member is somebody in a chat.
type Member struct {
	Handle string `json:"handle"`
	Name   string `json:"name"`
}

// LastMessage is the newest line of a chat.
type LastMessage struct {
	From string    `json:"from"`
	Text string    `json:"text"`
	At   time.Time `json:"at"`
}

// Message is a message as a person sees it.
type Message struct {
	ID        string            `json:"id"`
	From      Sender            `json:"from"`
	At        time.Time         `json:"at"`
	HTML      string            `json:"html"`
	Edited    bool              `json:"edited"`
	Deleted   bool              `json:"deleted"`
	ReplyTo   string            `json:"replyTo,omitempty"`
	Cards     []json.RawMessage `json:"cards"`
	Suggested []Suggestion      `json:"suggested,omitempty"`
}

// Sender is who wrote a message.
type Sender struct {
	Handle string `json:"handle"`
	Name   string `json:"name"`
	Bot    bool   `json:"bot"`
}

const shownMembers = 50

// Chats are the conversations of a person, the newest first. The one with the bot is there once the bot can write to him or he has it.
func (s *Sim) Chats(person string) ([]Chat, error) {
	p, err := s.person(person)
	if err != nil {
		return nil, err
	}
	name := s.botName()
	s.mu.Lock()
	defer s.mu.Unlock()
	var mine []*chat
	for _, c := range s.st.Chats {
		if slices.Contains(c.members(), p.Handle) && (c.Kind != personal || c.Installed || len(c.Messages) > 0) {
			mine = append(mine, c)
		}
	}
	slices.SortStableFunc(mine, func(a, b *chat) int { return cmp.Compare(lastID(b), lastID(a)) })
	list := []Chat{}
	for _, c := range mine {
		list = append(list, s.listed(c, p, name))
	}
	return list, nil
}

func lastID(c *chat) string {
	if len(c.Messages) == 0 {
		return ""
	}
	return c.Messages[len(c.Messages)-1].ID
}

func (s *Sim) listed(c *chat, p *world.Person, bot string) Chat {
	members := c.members()
	l := Chat{
		ID: c.handleFor(), ConversationID: c.Conversation, Kind: c.Kind, Name: c.Name, MemberCount: len(members), BotInstalled: c.installed(),
		Unread: s.unread(c, p), Members: []Member{}, Tabs: append([]ChatTab{}, c.Tabs...),
	}
	for _, handle := range members[:min(len(members), shownMembers)] {
		l.Members = append(l.Members, Member{Handle: handle, Name: s.world.Seed.Person(handle).Name})
	}
	switch {
	case c.Kind == personal:
		l.Name = bot
	case c.team != nil:
		l.Team, l.TeamID = c.team.Name, c.team.Thread
	case c.Kind == oneOnOne:
		for _, handle := range members {
			if handle != p.Handle {
				l.Name = s.world.Seed.Person(handle).Name
			}
		}
	}
	if n := len(c.Messages); n > 0 {
		m := c.Messages[n-1]
		l.Last = &LastMessage{From: s.sender(m, bot).Name, Text: m.preview(), At: m.At}
	}
	return l
}

func (s *Sim) unread(c *chat, p *world.Person) int {
	n := 0
	for _, m := range c.Messages[min(c.Read[p.Handle], len(c.Messages)):] {
		if m.From != p.Handle && !m.Deleted {
			n++
		}
	}
	return n
}

func (s *Sim) sender(m *message, bot string) Sender {
	if m.From == "bot" {
		return Sender{Handle: "bot", Name: bot, Bot: true}
	}
	return Sender{Handle: m.From, Name: s.world.Seed.Person(m.From).Name}
}

// preview is the line that stands in lists and notifications.
func (m *message) preview() string {
	switch {
	case m.Deleted:
		return "This message has been deleted."
	case m.Summary != "":
		return m.Summary
	case m.Text != "":
		return clip(plainOf(m.Text), 120)
	case len(m.Cards) > 0:
		return "Sent a card"
	}
	return ""
}

func plainOf(text string) string {
	return html.UnescapeString(tags.ReplaceAllString(text, ""))
}

// Messages are those of a chat, the oldest first, with the cards as this person sees them. They are read then.
func (s *Sim) Messages(person, chat string) ([]Message, error) {
	p, c, err := s.both(person, chat)
	if err != nil {
		return nil, err
	}
	bot := s.botName()
	s.mu.Lock()
	defer s.mu.Unlock()
	c.Read[p.Handle] = len(c.Messages)
	list := []Message{}
	for _, m := range c.Messages {
		list = append(list, s.shownMessage(m, p, bot))
	}
	return list, nil
}

func (s *Sim) shownMessage(m *message, p *world.Person, bot string) Message {
	shown := Message{
		ID: m.ID, From: s.sender(m, bot), At: m.At, HTML: m.html(), Edited: m.Edited, Deleted: m.Deleted, ReplyTo: m.ReplyTo,
		Cards: []json.RawMessage{}, Suggested: m.Suggested,
	}
	for i, card := range m.Cards {
		if view := m.Views[p.Handle][strconv.Itoa(i)]; view != nil {
			card = view
		}
		shown.Cards = append(shown.Cards, card)
	}
	return shown
}

var (
	boldText    = regexp.MustCompile(`\*\*([^*\n]+)\*\*`)
	linkText    = regexp.MustCompile(`\[([^\]\n]+)\]\((https?://[^)\s"]+)\)`)
	mentionText = regexp.MustCompile(`(?i)&lt;at[^&]*?&gt;(.*?)&lt;/at&gt;`)
)

// html is the text of a message as a page can show it: everything escaped, and then the little that Teams renders.
func (m *message) html() string {
	text := html.EscapeString(m.Text)
	if m.Format == "markdown" {
		text = boldText.ReplaceAllString(text, "<strong>$1</strong>")
		text = linkText.ReplaceAllString(text, `<a href="$2" rel="noreferrer noopener" target="_blank">$1</a>`)
	}
	text = mentionText.ReplaceAllString(text, "<strong>$1</strong>")
	return strings.ReplaceAll(text, "\n", "<br>")
}

// FeedItem is a line of a person's activity feed.
type FeedItem struct {
	ID   string    `json:"id"`
	At   time.Time `json:"at"`
	From string    `json:"from"`
	Text string    `json:"text"`
	Chat string    `json:"chat"`
}

// Feed is what Teams calls a person's attention to, the newest first: what mentions him, and messages of the bot that ask for an alert.
func (s *Sim) Feed(person string) ([]FeedItem, error) {
	p, err := s.person(person)
	if err != nil {
		return nil, err
	}
	bot := s.botName()
	s.mu.Lock()
	defer s.mu.Unlock()
	items := []FeedItem{}
	for _, c := range s.st.Chats {
		if !slices.Contains(c.members(), p.Handle) {
			continue
		}
		for _, m := range c.Messages {
			if !m.Deleted && (m.Alert && m.From == "bot" || slices.Contains(m.Mentions, p.Handle)) {
				items = append(items, FeedItem{ID: m.ID, At: m.At, From: s.sender(m, bot).Name, Text: m.preview(), Chat: c.handleFor()})
			}
		}
	}
	slices.SortStableFunc(items, func(a, b FeedItem) int { return b.At.Compare(a.At) })
	return items, nil
}

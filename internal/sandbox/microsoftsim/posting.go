package microsoftsim

import (
	"encoding/json"
	"net/http"
	"unicode/utf16"

	"causeway/internal/sandbox/world"
)

// maxActivity is the most that a bot's message may measure, in UTF-16.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages
const maxActivity = 100 << 10

// said is what a bot's activity holds, as far as it is shown.
type said struct {
	Type             string `json:"type"`
	Text             string `json:"text"`
	TextFormat       string `json:"textFormat"`
	Summary          string `json:"summary"`
	ReplyToID        string `json:"replyToId"`
	AttachmentLayout string `json:"attachmentLayout"`
	Attachments      []struct {
		ContentType string          `json:"contentType"`
		Content     json.RawMessage `json:"content"`
	} `json:"attachments"`
	Entities []struct {
		Type      string `json:"type"`
		Text      string `json:"text"`
		Mentioned struct {
			ID string `json:"id"`
		} `json:"mentioned"`
	} `json:"entities"`
	SuggestedActions struct {
		Actions []struct {
			Type  string `json:"type"`
			Title string `json:"title"`
			Value string `json:"value"`
		} `json:"actions"`
	} `json:"suggestedActions"`
	ChannelData struct {
		Notification struct {
			Alert bool `json:"alert"`
		} `json:"notification"`
	} `json:"channelData"`
}

// sendActivity posts into a conversation; with {activity}, or into a thread, as a reply.
func (s *Sim) sendActivity(c *call) (int, any, *connectorError) {
	chat, thread, refused := s.chatOf(c)
	if refused != nil {
		return 0, nil, refused
	}
	if refused = s.limit("send "+chat.Conversation, sendLimits()); refused != nil {
		return 0, nil, refused
	}
	if to := c.PathValue("activity"); to != "" && thread == "" && chat.Kind == channel {
		thread = s.root(chat, to)
	}
	id, refused := s.post(chat, thread, c.body, c.tenant)
	if refused != nil {
		return 0, nil, refused
	}
	return http.StatusCreated, object{"id": id}, nil
}

// root is the first message of the thread that a message of a channel belongs to.
func (s *Sim) root(c *chat, id string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := c.find(id); m != nil && m.ReplyTo != "" {
		return m.ReplyTo
	}
	return id
}

// read checks an activity as Teams does before it shows it.
func read(raw []byte) (*said, []json.RawMessage, *connectorError) {
	if 2*len(utf16.Encode([]rune(string(raw)))) > maxActivity {
		return nil, nil, errTooBig
	}
	a := &said{}
	if err := json.Unmarshal(raw, a); err != nil {
		return nil, nil, badSyntax("Invalid activity: " + err.Error())
	}
	var cards []json.RawMessage
	for _, attachment := range a.Attachments {
		card, err := asCard(attachment.ContentType, attachment.Content)
		if err != nil {
			return nil, nil, badSyntax("Invalid attachment: " + err.Error())
		}
		cards = append(cards, card)
	}
	switch {
	case a.Type == "typing":
	case a.Type != "message":
		return nil, nil, badArgument("Unknown activity type")
	case a.Text == "" && len(cards) == 0:
		return nil, nil, badSyntax("Activity must include non empty 'text' field or at least 1 attachment")
	}
	return a, cards, nil
}

// post puts a bot's activity into a chat. Text beside a card becomes a message of its own, whose id nobody is told.
func (s *Sim) post(c *chat, thread string, raw []byte, tenant *world.Tenant) (string, *connectorError) {
	a, cards, refused := read(raw)
	if refused != nil {
		return "", refused
	}
	if c.Membership == "private" { // msteams-docs: bots/channel-and-group-conversations; UNVERIFIED: the code
		return "", &connectorError{status: 403, code: "ForbiddenOperationException", message: "Bots cannot post in private channels."}
	}
	if a.Type == "typing" {
		return s.world.IDs.GUID(), nil
	}
	if a.Text != "" && len(cards) > 0 {
		apart := *a
		s.append(c, &apart, nil, thread)
		a.Text = ""
	}
	return s.append(c, a, cards, thread), nil
}

// append stores a message of the bot and says so in the ledger.
func (s *Sim) append(c *chat, a *said, cards []json.RawMessage, thread string) string {
	now := s.world.Clock.Now()
	s.mu.Lock()
	m := &message{ID: s.nextID(now), From: "bot", At: now, ReplyTo: thread}
	s.fill(m, a, cards)
	c.Messages = append(c.Messages, m)
	s.mu.Unlock()
	detail := []any{"chat", c.Handle, "conversation", c.Conversation, "scope", c.scope()}
	if c.Kind == personal {
		detail = append(detail, "to", c.Members[0])
	}
	if thread != "" {
		detail = append(detail, "thread", thread)
	}
	s.ledger("message.posted", m.ID, "bot", detail...)
	s.changed(c)
	return m.ID
}

// fill takes over what an activity shows. The caller holds mu.
func (s *Sim) fill(m *message, a *said, cards []json.RawMessage) {
	m.Text, m.Format, m.Summary, m.Cards = a.Text, a.TextFormat, a.Summary, cards
	m.Alert = m.Alert || a.ChannelData.Notification.Alert // what is in the feed stays there when the message changes
	if m.Format == "" {
		m.Format = "markdown"
	}
	m.Views, m.Refreshed, m.Suggested, m.Mentions = nil, nil, nil, nil
	for _, action := range a.SuggestedActions.Actions {
		if action.Type == "imBack" {
			m.Suggested = append(m.Suggested, Suggestion{Title: action.Title, Value: action.Value})
		}
	}
	for _, e := range a.Entities {
		if p := s.member(e.Mentioned.ID); e.Type == "mention" && p != nil {
			m.Mentions = append(m.Mentions, p.Handle)
		}
	}
}

// scope is the kind of a conversation as the ledger and the package call it.
func (c *chat) scope() string {
	if c.Kind == oneOnOne {
		return group
	}
	return c.Kind
}

// changed tells watchers.
func (s *Sim) changed(c *chat) {
	if c.Kind == personal {
		s.world.Changes.Publish("chat:bot", "chat:bot:"+c.Members[0], "chats")
		return
	}
	s.world.Changes.Publish("chat:"+c.Handle, "chats")
}

// own finds a message of the bot. The caller holds mu.
func own(c *chat, id string) (*message, *connectorError) {
	m := c.find(id)
	switch {
	case m == nil || m.Deleted:
		return nil, errNoActivity
	case m.From != "bot":
		return nil, errNotOwn
	}
	return m, nil
}

func (s *Sim) updateActivity(c *call) (int, any, *connectorError) {
	chat, _, refused := s.chatOf(c)
	if refused != nil {
		return 0, nil, refused
	}
	if refused = s.limit("send "+chat.Conversation, sendLimits()); refused != nil {
		return 0, nil, refused
	}
	a, cards, refused := read(c.body)
	if refused != nil {
		return 0, nil, refused
	}
	id := c.PathValue("activity")
	s.mu.Lock()
	m, refused := own(chat, id)
	if refused == nil {
		s.fill(m, a, cards)
		m.Edited = true
	}
	s.mu.Unlock()
	if refused != nil {
		return 0, nil, refused
	}
	s.ledger("message.updated", id, "bot", "chat", chat.Handle, "conversation", chat.Conversation, "scope", chat.scope())
	s.changed(chat)
	return http.StatusOK, object{"id": id}, nil
}

func (s *Sim) deleteActivity(c *call) (int, any, *connectorError) {
	chat, _, refused := s.chatOf(c)
	if refused != nil {
		return 0, nil, refused
	}
	id := c.PathValue("activity")
	s.mu.Lock()
	m, refused := own(chat, id)
	if refused == nil {
		s.fill(m, &said{}, nil)
		m.Deleted = true
	}
	s.mu.Unlock()
	if refused != nil {
		return 0, nil, refused
	}
	s.ledger("message.deleted", id, "bot", "chat", chat.Handle, "conversation", chat.Conversation, "scope", chat.scope())
	s.changed(chat)
	return http.StatusOK, nil, nil
}

package microsoftsim

import (
	"context"
	"encoding/json"
	"html"
	"slices"
	"strings"

	"causeway/internal/sandbox/world"
)

// Words is what a person writes.
type Words struct {
	Text       string            `json:"text"`
	ReplyTo    string            `json:"replyTo"`    // a message: of a channel, its thread
	MentionBot bool              `json:"mentionBot"` // puts @Causeway before the text
	Cards      []json.RawMessage `json:"cards"`      // results of a message extension, sent by the person himself
}

// Post writes into a chat. The bot is told in its own conversation always, elsewhere only when it is there and mentioned; the answer
// waits until the bot has taken the message.
func (s *Sim) Post(ctx context.Context, person, chat string, w Words) (Message, error) {
	p, c, err := s.both(person, chat)
	if err != nil {
		return Message{}, err
	}
	for _, card := range w.Cards {
		if err := checkCard(card); err != nil {
			return Message{}, invalid("That card cannot be sent: %v.", err)
		}
	}
	bot := s.botName()
	if strings.Contains(w.Text, "@"+bot) {
		w.MentionBot, w.Text = true, strings.Replace(w.Text, "@"+bot, "", 1)
	}
	w.Text = strings.TrimSpace(w.Text)
	if w.Text == "" && len(w.Cards) == 0 && !w.MentionBot {
		return Message{}, invalid("There is nothing to send: give text.")
	}
	m, err := s.write(p, c, w, bot)
	if err != nil {
		return Message{}, err
	}
	s.changed(c)
	s.mu.Lock()
	heard := (c.Kind == personal || w.MentionBot && c.installed()) && s.st.Uploaded[s.world.Seed.Tenant(p.Tenant).ID] && len(w.Cards) == 0
	s.mu.Unlock()
	if heard {
		s.send(ctx, s.heard(p, c, m, w, bot))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shownMessage(m, p, bot), nil
}

// write stores what a person wrote.
func (s *Sim) write(p *world.Person, c *chat, w Words, bot string) (*message, error) {
	now := s.world.Clock.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	m := &message{ID: s.nextID(now), From: p.Handle, At: now, Text: w.Text, Format: "plain", Cards: w.Cards}
	if w.ReplyTo != "" {
		to := c.find(w.ReplyTo)
		if to == nil {
			return nil, notFound("There is no message %q in this chat.", w.ReplyTo)
		}
		m.ReplyTo = to.ID
		if to.ReplyTo != "" && c.Kind == channel {
			m.ReplyTo = to.ReplyTo
		}
	}
	if w.MentionBot {
		m.Text = strings.TrimSpace("<at>" + bot + "</at> " + w.Text)
	}
	for _, handle := range c.members() {
		if other := s.world.Seed.Person(handle); handle != p.Handle && !other.Generated && strings.Contains(w.Text, "@"+other.Name) {
			m.Mentions = append(m.Mentions, handle)
		}
	}
	c.Messages = append(c.Messages, m)
	if c.Read[p.Handle] == len(c.Messages)-1 {
		c.Read[p.Handle] = len(c.Messages)
	}
	if c.Kind == personal {
		c.Created, c.Spoken = true, true
	}
	s.ledger("message.posted", m.ID, p.Handle, "chat", c.Handle, "conversation", c.Conversation, "scope", c.scope())
	return m, nil
}

// heard is the message activity for what a person wrote.
func (s *Sim) heard(p *world.Person, c *chat, m *message, w Words, bot string) activity {
	thread := ""
	if c.Kind == channel {
		if thread = m.ReplyTo; thread == "" {
			thread = m.ID
		}
	}
	a := s.activity(p, c, thread)
	a["type"], a["id"], a["text"], a["textFormat"] = "message", m.ID, w.Text, "plain"
	if m.ReplyTo != "" && c.Kind != channel {
		a["replyToId"] = m.ReplyTo
	}
	if w.MentionBot {
		mention := "<at>" + html.EscapeString(bot) + "</at>"
		a["text"], a["textFormat"] = strings.TrimSpace(mention+" "+html.EscapeString(w.Text)), "xml"
		a["entities"] = slices.Insert(a["entities"].([]any), 0, any(object{"type": "mention", "mentioned": object{"id": "28:" + s.o.AppID, "name": bot}, "text": mention}))
	}
	// Teams repeats the text as HTML.
	a["attachments"] = []object{{"contentType": "text/html", "content": "<p>" + html.EscapeString(w.Text) + "</p>"}}
	return a
}

package microsoftsim

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"

	"causeway/internal/sandbox/world"
)

// dataOf is what a client sends for an Action.Submit or Execute: its data, and the inputs of the card.
func dataOf(card json.RawMessage, action, entered object) (any, error) {
	if action["associatedInputs"] == "none" {
		return action["data"], nil
	}
	inputs, err := inputsOf(card, entered)
	if err != nil {
		return nil, err
	}
	switch own := action["data"].(type) {
	case nil:
		return inputs, nil
	case object:
		return merged(own, inputs), nil
	default:
		if len(inputs) == 0 {
			return own, nil
		}
		return inputs, nil
	}
}

// Act presses the n-th action of a message's cards, counted depth first over all of them. data is what was entered.
func (s *Sim) Act(ctx context.Context, person, chat, messageID string, n int, data object) (Outcome, error) {
	p, c, err := s.both(person, chat)
	if err != nil {
		return Outcome{}, err
	}
	s.mu.Lock()
	m := c.find(messageID)
	installed := c.installed() || c.Kind == personal && c.Created
	s.mu.Unlock()
	if m == nil {
		return Outcome{}, notFound("There is no message %q in this chat.", messageID)
	}
	card, at, action := s.actionOf(p, m, n)
	switch {
	case action == nil:
		return Outcome{}, notFound("The message has no action %d.", n)
	case str(action, "type") == "Action.OpenUrl":
		return Outcome{Type: "open", URL: str(action, "url")}, nil
	case str(action, "type") == "Action.ShowCard":
		raw, err := json.Marshal(action["card"])
		return Outcome{Type: "card", Card: raw}, err
	case !installed:
		return failure("The app is not in this conversation any more.", 0), nil
	}
	sent, complaint := dataOf(card, action, data)
	if complaint != nil {
		return Outcome{Type: "error", Text: complaint.Error()}, nil
	}
	o := s.originOf(p, c, threadFor(c, m), "")
	o.Message = m.ID
	if str(action, "type") == "Action.Execute" {
		return s.execute(ctx, o, m, at, action, sent, "manual"), nil
	}
	return s.submitted(ctx, o, sent)
}

// threadFor is the thread of a channel that a message is in.
func threadFor(c *chat, m *message) string {
	switch {
	case c.Kind != channel:
		return ""
	case m.ReplyTo != "":
		return m.ReplyTo
	}
	return m.ID
}

// actionOf finds the n-th action, its card as this person sees it, and the number of the card.
func (s *Sim) actionOf(p *world.Person, m *message, n int) (json.RawMessage, int, object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, card := range m.Cards {
		if view := m.Views[p.Handle][strconv.Itoa(i)]; view != nil {
			card = view
		}
		actions := actionsOf(card)
		if n >= 0 && n < len(actions) {
			return card, i, actions[n]
		}
		n -= len(actions)
	}
	return nil, 0, nil
}

// submitted is an Action.Submit: what its data says decides what is sent.
func (s *Sim) submitted(ctx context.Context, o origin, data any) (Outcome, error) {
	p, c := s.again(o)
	teams, _ := dig(data, "msteams").(object)
	switch kind := str(teams, "type"); kind {
	case "task/fetch":
		return s.ask(ctx, o, "task/fetch", object{"data": data, "context": object{"theme": o.Theme}}), nil
	case "signin":
		m, err := s.appFor(p)
		if err != nil {
			return Outcome{}, err
		}
		o.Invoke = object{"name": "signin/verifyState", "value": object{}}
		return s.popup(o, m, str(teams, "value"), ""), nil
	case "invoke":
		value, _ := teams["value"].(object)
		return s.ask(ctx, o, str(value, "type"), object{"data": data}), nil
	case "imBack":
		written, err := s.Post(ctx, o.Person, c.handleFor(), Words{Text: str(teams, "value")})
		return Outcome{Type: "closed", MessageID: written.ID}, err
	default:
		a := s.say(p, c, o.Thread, o.Message)
		a["value"] = data
		if kind == "messageBack" {
			a["text"], a["value"] = str(teams, "text"), teams["value"]
		}
		return s.delivered(s.send(ctx, a)), nil
	}
}

// delivered is what a person sees of a message that a card sent: nothing, or that it failed.
func (s *Sim) delivered(r reply) Outcome {
	if r.answered() {
		return Outcome{Type: "closed"}
	}
	return failure(somethingWrong, r.status)
}

// execute is an Action.Execute. https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model
func (s *Sim) execute(ctx context.Context, o origin, m *message, at int, action object, data any, trigger string) Outcome {
	p, c := s.again(o)
	sent := object{"type": "Action.Execute", "data": data}
	for _, name := range []string{"id", "verb", "title"} {
		if action[name] != nil {
			sent[name] = action[name]
		}
	}
	a := s.invoke(p, c, o.Thread, "adaptiveCard/action", object{"action": sent, "trigger": trigger})
	a["replyToId"] = m.ID
	dig(a, "channelData").(object)["source"] = object{"name": "message"}
	r := s.send(ctx, a)
	if r.status == 0 {
		return failure(unreachableApp, http.StatusGatewayTimeout)
	}
	if !r.answered() {
		return failure(somethingWrong, r.status)
	}
	var said struct {
		StatusCode int             `json:"statusCode"`
		Type       string          `json:"type"`
		Value      json.RawMessage `json:"value"`
	}
	if json.Unmarshal(r.body, &said) != nil {
		return failure(somethingWrong, r.status)
	}
	switch {
	case said.StatusCode == 200 && said.Type == adaptiveType:
		if checkCard(said.Value) != nil {
			return failure(somethingWrong, said.StatusCode)
		}
		s.view(p, c, m, at, said.Value)
		return Outcome{Type: "card", Card: said.Value, MessageID: m.ID}
	case said.StatusCode == 200 && said.Type == "application/vnd.microsoft.activity.message":
		var text string
		_ = json.Unmarshal(said.Value, &text)
		return Outcome{Type: "message", Text: text}
	case said.StatusCode == 200:
		return Outcome{Type: "closed"}
	}
	var e struct{ Message string }
	_ = json.Unmarshal(said.Value, &e) // some answers have no words
	if e.Message == "" {
		e.Message = somethingWrong
	}
	return failure(e.Message, said.StatusCode)
}

// view replaces a card for one person, until the bot changes the message.
func (s *Sim) view(p *world.Person, c *chat, m *message, at int, card json.RawMessage) {
	s.mu.Lock()
	if m.Views == nil {
		m.Views = map[string]map[string]json.RawMessage{}
	}
	if m.Views[p.Handle] == nil {
		m.Views[p.Handle] = map[string]json.RawMessage{}
	}
	m.Views[p.Handle][strconv.Itoa(at)] = card
	s.mu.Unlock()
	s.changed(c)
}

// Refresh is Teams asking the bot for a person's own view of the cards that name him in their refresh, once for each version of a
// message, when he looks at a chat.
func (s *Sim) Refresh(ctx context.Context, person, chat string) error {
	p, c, err := s.both(person, chat)
	if err != nil {
		return err
	}
	type due struct {
		m      *message
		at     int
		action object
	}
	var list []due
	s.mu.Lock()
	if c.installed() {
		for _, m := range c.Messages {
			for i, card := range m.Cards {
				if action := refreshFor(card, p); action != nil && m.From == "bot" && !m.Refreshed[p.Handle] {
					list = append(list, due{m, i, action})
				}
			}
		}
	}
	for _, d := range list {
		if d.m.Refreshed == nil {
			d.m.Refreshed = map[string]bool{}
		}
		d.m.Refreshed[p.Handle] = true
	}
	s.mu.Unlock()
	for _, d := range list {
		s.work.Add(1)
		go func() {
			defer s.work.Done()
			o := s.originOf(p, c, threadFor(c, d.m), "")
			s.execute(context.WithoutCancel(ctx), o, d.m, d.at, d.action, d.action["data"], "automatic")
		}()
	}
	return nil
}

// refreshFor is the action with which a card refreshes itself for a person, nil when it does not.
func refreshFor(raw json.RawMessage, p *world.Person) object {
	var card struct {
		Refresh struct {
			Action  object   `json:"action"`
			UserIDs []string `json:"userIds"`
		} `json:"refresh"`
	}
	if json.Unmarshal(raw, &card) != nil || !slices.Contains(card.Refresh.UserIDs, p.TeamsID) {
		return nil
	}
	return card.Refresh.Action
}

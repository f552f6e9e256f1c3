package microsoftsim

import (
	"context"
	"slices"
	"strings"
	"time"

	"causeway/internal/sandbox/world"
)

// CommandInput says how a command of the message extension is used.
type CommandInput struct {
	ReplyTo string `json:"replyTo"` // from the box below a post of a channel
	Message string `json:"message"` // from the menu of a message
	Query   string `json:"query"`
	Theme   string `json:"theme"` // default, dark, contrast
}

// Command runs a command of the message extension in a chat: an action asks the bot for its dialog, a query for its results.
func (s *Sim) Command(ctx context.Context, person, chat, id string, in CommandInput) (Outcome, error) {
	p, c, err := s.both(person, chat)
	if err != nil {
		return Outcome{}, err
	}
	m, err := s.appFor(p)
	if err != nil {
		return Outcome{}, err
	}
	cmd := m.command(id)
	if cmd == nil {
		return Outcome{}, notFound("The app has no command %q; see GET /people/%s/apps.", id, p.Handle)
	}
	commandContext := "compose"
	if in.Message != "" {
		commandContext = "message"
	}
	if !slices.Contains(cmd.Context, commandContext) {
		return Outcome{}, invalid("The command %q is not offered there; its contexts are %s.", id, strings.Join(cmd.Context, ", "))
	}
	thread, message, err := s.threadOf(c, in)
	if err != nil {
		return Outcome{}, err
	}
	o := s.originOf(p, c, thread, in.Theme)
	if cmd.Type == "query" {
		return s.ask(ctx, o, "composeExtension/query", query(cmd, in.Query)), nil
	}
	value := object{"commandId": id, "commandContext": commandContext, "requestId": s.world.IDs.GUID(), "context": object{"theme": o.Theme}}
	if message != nil {
		value["messagePayload"] = s.payload(message, c)
	}
	return s.ask(ctx, o, "composeExtension/fetchTask", value), nil
}

func (m *manifest) command(id string) *command {
	for _, x := range m.ComposeExtensions {
		for i := range x.Commands {
			if x.Commands[i].ID == id {
				return &x.Commands[i]
			}
		}
	}
	return nil
}

// threadOf is the thread of a channel in which a command is used, and the message it is used on.
func (s *Sim) threadOf(c *chat, in CommandInput) (thread string, on *message, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := in.ReplyTo
	if in.Message != "" {
		id = in.Message
	}
	if id == "" {
		return "", nil, nil
	}
	m := c.find(id)
	if m == nil {
		return "", nil, notFound("There is no message %q in this chat.", id)
	}
	if c.Kind == channel {
		if thread = m.ReplyTo; thread == "" {
			thread = m.ID
		}
	}
	if in.Message == "" {
		return thread, nil, nil
	}
	return thread, m, nil
}

// payload is the message on which an action is used. https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/how-to/action-commands
func (s *Sim) payload(m *message, c *chat) object {
	from := object{"application": object{"id": s.o.AppID, "displayName": s.botName(), "applicationIdentityType": "bot"}}
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.world.Seed.Person(m.From); m.From != "bot" && p != nil {
		from = object{"user": object{"id": p.ID, "displayName": p.Name, "userIdentityType": "aadUser"}}
	}
	o := object{
		"id": m.ID, "createdDateTime": m.At.Format(time.RFC3339), "from": from, "messageType": "message", "importance": "normal", "locale": "en-us",
		"body": object{"contentType": "html", "content": "<div>" + m.html() + "</div>"}, "attachments": []any{}, "mentions": []any{}, "reactions": []any{},
		"linkToMessage": "https://teams.microsoft.com/l/message/" + c.Conversation + "/" + m.ID,
	}
	if m.ReplyTo != "" {
		o["replyToId"] = m.ReplyTo
	}
	return o
}

// query is the value of composeExtension/query; without a text it is the first run, where the command has one.
func query(cmd *command, text string) object {
	parameters := []object{}
	switch {
	case text != "" && len(cmd.Parameters) > 0:
		parameters = append(parameters, object{"name": cmd.Parameters[0].Name, "value": text})
	case cmd.InitialRun:
		parameters = append(parameters, object{"name": "initialRun", "value": "true"})
	}
	return object{"commandId": cmd.ID, "parameters": parameters, "queryOptions": object{"skip": 0, "count": 25}}
}

func isExtension(name string) bool { return strings.HasPrefix(name, "composeExtension/") }

// dialog is an open window.
type dialog struct {
	Origin    origin `json:"origin"`
	Shown     Dialog `json:"shown"`
	Extension bool   `json:"extension"` // of a message extension; else of a card in a message
}

// DialogInput is what is sent from a dialog: the number of the pressed action and what was entered, or what a page submits.
type DialogInput struct {
	Action int `json:"action"`
	Data   any `json:"data"`
}

// dialogOf finds an open dialog.
func (s *Sim) dialogOf(id string) (*dialog, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d := s.st.Dialogs[id]; d != nil {
		return d, nil
	}
	return nil, notFound("There is no open dialog %q.", id)
}

// SubmitDialog presses an action of a dialog's card, or takes what its page submits. After an error the dialog stays open.
func (s *Sim) SubmitDialog(ctx context.Context, id string, in DialogInput) (Outcome, error) {
	d, err := s.dialogOf(id)
	if err != nil {
		return Outcome{}, err
	}
	data := in.Data
	install := false
	if d.Shown.Card != nil {
		pressed, outcome, err := press(d.Shown.Card, in)
		if err != nil || outcome != nil {
			return orEmpty(outcome), err
		}
		data, install = pressed, dig(pressed, "msteams", "justInTimeInstall") == true
	}
	if install && d.Extension {
		if refused := s.justInTime(ctx, d.Origin); refused != nil {
			return *refused, nil
		}
	}
	outcome := s.submit(ctx, d, data)
	if outcome.Type != "error" {
		s.closeDialog(id)
	}
	return outcome, nil
}

func orEmpty(o *Outcome) Outcome {
	if o == nil {
		return Outcome{}
	}
	return *o
}

// press is what a client does with an action of a dialog's card: the data to send, or what happens without sending.
func press(card []byte, in DialogInput) (any, *Outcome, error) {
	actions := actionsOf(card)
	if in.Action < 0 || in.Action >= len(actions) {
		return nil, nil, notFound("The card has no action %d; it has %d.", in.Action, len(actions))
	}
	action := actions[in.Action]
	switch str(action, "type") {
	case "Action.OpenUrl":
		return nil, &Outcome{Type: "open", URL: str(action, "url")}, nil
	case "Action.Submit":
		entered, _ := in.Data.(object)
		data, complaint := dataOf(card, action, entered)
		if complaint != nil {
			return nil, &Outcome{Type: "error", Text: complaint.Error()}, nil
		}
		return data, nil, nil
	}
	return nil, nil, invalid("The action %d is %s, which a dialog does not send.", in.Action, str(action, "type"))
}

// justInTime is Teams installing the app into the conversation because its card asked for it.
func (s *Sim) justInTime(ctx context.Context, o origin) *Outcome {
	p, c := s.again(o)
	m, err := s.appFor(p)
	if err == nil {
		err = s.install(ctx, p, c, m)
	}
	if err != nil {
		refused := failure(err.Error(), 0)
		return &refused
	}
	return nil
}

func (s *Sim) submit(ctx context.Context, d *dialog, data any) Outcome {
	if !d.Extension {
		return s.ask(ctx, d.Origin, "task/submit", object{"data": data, "context": object{"theme": d.Origin.Theme}})
	}
	first := d.Origin.Invoke["value"]
	value := object{"data": data, "context": object{"theme": d.Origin.Theme}}
	for _, name := range []string{"commandId", "commandContext", "requestId", "messagePayload"} {
		if kept := dig(first, name); kept != nil {
			value[name] = kept
		}
	}
	return s.ask(ctx, d.Origin, "composeExtension/submitAction", value)
}

func (s *Sim) closeDialog(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.st.Dialogs, id)
}

// CancelDialog closes a dialog; the bot hears nothing of it.
func (s *Sim) CancelDialog(id string) error {
	if _, err := s.dialogOf(id); err != nil {
		return err
	}
	s.closeDialog(id)
	return nil
}

// say is a message activity that a card sends in the name of a person.
func (s *Sim) say(p *world.Person, c *chat, thread, replyTo string) activity {
	a := s.activity(p, c, thread)
	a["type"], a["replyToId"] = "message", replyTo
	dig(a, "channelData").(object)["source"] = object{"name": "message"}
	return a
}

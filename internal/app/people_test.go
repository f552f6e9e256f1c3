package app_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// person is somebody of the world, who acts in Teams.
type person struct {
	*stage
	handle string
}

func (s *stage) person(handle string) person { return person{s, handle} }

// outcome is what Teams shows after something was pressed.
type outcome struct {
	stage  *stage
	Type   string
	Text   string
	Status int
	URL    string
	Card   json.RawMessage
	Dialog *struct {
		ID, Title string
		Card      json.RawMessage
	}
	Popup *struct{ ID, URL, Title string }
}

// String is what a person reads of it.
func (o outcome) String() string {
	switch {
	case o.Dialog != nil:
		return fmt.Sprintf("dialog %q: %s", o.Dialog.Title, strings.Join(words(o.Dialog.Card), " / "))
	case o.Popup != nil:
		return "sign-in " + o.Popup.Title
	}
	return o.Type + ": " + o.Text
}

// did calls the control API and answers what Teams shows then.
func (s *stage) did(path string, in any) outcome {
	s.t.Helper()
	o := outcome{stage: s}
	s.call("POST", path, in, &o)
	return o
}

// command uses a command of the message extension in a chat.
func (p person) command(chat, id string) outcome {
	p.t.Helper()
	return p.did("/people/"+p.handle+"/chats/"+chat+"/commands/"+id, map[string]string{})
}

// commandIn uses it in the box below a post of a channel.
func (p person) commandIn(chat, post, id string) outcome {
	p.t.Helper()
	return p.did("/people/"+p.handle+"/chats/"+chat+"/commands/"+id, map[string]string{"replyTo": post})
}

// fields are what is entered into a dialog or card.
type fields map[string]any

// submit presses the first button of a dialog with what was entered; what is not entered stays as shown.
func (o outcome) submit(data fields) outcome {
	o.stage.t.Helper()
	if o.Dialog == nil {
		o.stage.t.Fatalf("there is no dialog to submit, but %s", o)
	}
	return o.stage.did("/dialogs/"+o.Dialog.ID+"/submit", map[string]any{"action": 0, "data": data})
}

// consent says how a person goes through the pop-up; see microsoftsim.PopupInput.
type consent struct {
	Zoom      string   `json:"zoom,omitempty"`
	Microsoft string   `json:"microsoft,omitempty"`
	Deny      string   `json:"deny,omitempty"`
	Manual    bool     `json:"manual,omitempty"`
	Without   []string `json:"without,omitempty"`
}

// approve walks the pop-up that an outcome shows.
func (o outcome) approve(c consent) outcome {
	o.stage.t.Helper()
	if o.Popup == nil {
		o.stage.t.Fatalf("there is no sign-in, but %s", o)
	}
	return o.stage.did("/popups/"+o.Popup.ID+"/approve", c)
}

// is fails the test unless the outcome is of a type ("dialog", "auth", "message", "closed", "error").
func (o outcome) is(kind string) outcome {
	o.stage.t.Helper()
	if o.Type != kind {
		o.stage.t.Fatalf("Teams shows %s, want a %s", o, kind)
	}
	return o
}

// says fails the test unless a text stands in what Teams shows.
func (o outcome) says(text string) outcome {
	o.stage.t.Helper()
	if !strings.Contains(o.String(), text) {
		o.stage.t.Errorf("Teams shows %s, want it to say %q", o, text)
	}
	return o
}

// link connects the person's Zoom account and calendar, from the message extension in the chat with the bot.
func (p person) link() {
	p.t.Helper()
	p.linkAs(consent{})
}

// linkAs does so in another way, after adding the app, as people do who open the chat with the bot. The form for which the command was meant comes up after it, and is closed.
func (p person) linkAs(c consent) outcome {
	p.t.Helper()
	p.install()
	form := p.command("bot", "schedule").is("auth").approve(c)
	if form.Dialog != nil {
		p.call("POST", "/dialogs/"+form.Dialog.ID+"/cancel", nil, nil)
	}
	return form
}

// install adds the app for the person: the chat with the bot begins.
func (p person) install() {
	p.t.Helper()
	p.call("POST", "/people/"+p.handle+"/apps/"+p.world.Settings().EntraAppID+"/install", nil, nil)
}

// approveJIT opens a command's form and, where Teams or the channel has to be asked for the bot first, says yes. asked tells whether it
// had to be.
func (p person) approveJIT(chat, command string) (form outcome, asked bool) {
	p.t.Helper()
	form = p.command(chat, command).is("dialog")
	if _, found := fieldOf(form.Dialog.Card, "duration"); !found {
		form, asked = form.submit(nil).is("dialog"), true
	}
	return form, asked
}

// schedule goes the whole way: the bot is asked for if need be, the form is filled in and sent.
func (p person) schedule(chat, topic string, more ...fields) outcome {
	p.t.Helper()
	form, _ := p.approveJIT(chat, "schedule")
	return form.submit(entered(fields{"topic": topic}, more))
}

// startNow starts a meeting at once.
func (p person) startNow(chat string, more ...fields) outcome {
	p.t.Helper()
	form, _ := p.approveJIT(chat, "start")
	return form.submit(entered(fields{}, more))
}

func entered(first fields, more []fields) fields {
	for _, f := range more {
		for name, value := range f {
			first[name] = value
		}
	}
	return first
}

// message is one of a chat, as the person sees it.
type message struct {
	ID   string
	From struct {
		Handle string
		Bot    bool
	}
	HTML            string
	Edited, Deleted bool
	ReplyTo         string
	Cards           []json.RawMessage
}

// text is all that stands in a message.
func (m message) text() string {
	all := []string{m.HTML}
	for _, c := range m.Cards {
		all = append(all, words(c)...)
	}
	return strings.Join(all, "\n")
}

func (p person) messages(chat string) []message {
	p.t.Helper()
	var got struct{ Messages []message }
	p.call("GET", "/people/"+p.handle+"/chats/"+chat+"/messages", nil, &got)
	return got.Messages
}

// last is the newest message of the bot in a chat.
func (p person) last(chat string) message {
	p.t.Helper()
	all := p.messages(chat)
	for _, m := range slices.Backward(all) {
		if m.From.Bot && !m.Deleted {
			return m
		}
	}
	p.t.Fatalf("the bot has written nothing in %s of %s", chat, p.handle)
	return message{}
}

// say writes into a chat. In others than the bot's own it is mentioned.
func (p person) say(chat, text string) {
	p.t.Helper()
	p.call("POST", "/people/"+p.handle+"/chats/"+chat+"/messages", map[string]any{"text": text, "mentionBot": chat != "bot"}, nil)
}

// press presses the action of a message that has a title, those inside other cards included.
func (p person) press(chat string, m message, title string, data fields) outcome {
	p.t.Helper()
	n := 0
	for _, card := range m.Cards {
		for _, action := range actions(card) {
			if action["title"] == title {
				return p.did(fmt.Sprintf("/people/%s/chats/%s/messages/%s/actions/%d", p.handle, chat, url.PathEscape(m.ID), n), map[string]any{"data": data})
			}
			n++
		}
	}
	p.t.Fatalf("there is no button %q in the message:\n%s", title, m.text())
	return outcome{}
}

// reads fails the test unless the bot's newest message in a chat holds all texts.
func (p person) reads(chat string, texts ...string) message {
	p.t.Helper()
	m := p.last(chat)
	for _, text := range texts {
		if !strings.Contains(m.text(), text) {
			p.t.Errorf("%s reads in %s:\n%s\nwant it to hold %q", p.handle, chat, m.text(), text)
		}
	}
	return m
}

// objects are all objects of a card, in the order in which the control API counts actions.
func objects(card json.RawMessage) []map[string]any {
	var all []map[string]any
	var visit func(any)
	visit = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			all = append(all, v)
			for _, name := range []string{
				"selectAction", "body", "items", "columns", "rows", "cells", "images", "inlines", "inlineAction", "actions", "card", "facts", "choices",
			} {
				if name != "choices" || v["id"] == "who" { // of long lists only what is asked about people
					visit(v[name])
				}
			}
		case []any:
			for _, inner := range v {
				visit(inner)
			}
		}
	}
	var root any
	_ = json.Unmarshal(card, &root)
	visit(root)
	return all
}

func actions(card json.RawMessage) []map[string]any {
	return slices.DeleteFunc(objects(card), func(o map[string]any) bool {
		kind, _ := o["type"].(string)
		return !strings.HasPrefix(kind, "Action.")
	})
}

// fieldOf is the input of a card with an id.
func fieldOf(card json.RawMessage, id string) (map[string]any, bool) {
	for _, o := range objects(card) {
		if kind, _ := o["type"].(string); strings.HasPrefix(kind, "Input.") && o["id"] == id {
			return o, true
		}
	}
	return nil, false
}

// words are the texts that a card shows, unescaped.
func words(card json.RawMessage) []string {
	var all []string
	for _, o := range objects(card) {
		for _, name := range []string{"text", "title", "label", "placeholder", "value"} {
			if text, ok := o[name].(string); ok && text != "" && !strings.HasPrefix(text, "http") {
				all = append(all, plain(text))
			}
		}
	}
	return all
}

// plain takes the escapes of Markdown away, and the marks that keep addresses from becoming links.
func plain(text string) string {
	text = strings.ReplaceAll(text, "\u2060", "")
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) && strings.IndexByte("\\`*_{}[]()#+-.!|>~<&", text[i+1]) >= 0 {
			i++
		}
		out.WriteByte(text[i])
	}
	return out.String()
}

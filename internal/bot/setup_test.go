package bot_test

import (
	"encoding/json"
	"strings"
	"testing"

	"causeway/internal/wiretest"
)

const (
	group   = "19:launch@thread.v2"
	general = "19:team@thread.tacv2"
	channel = "19:plans@thread.tacv2"
	inbox   = "bot."
)

// stage is a product; Ana, Ben and the bot are in a group.
func stage(t *testing.T) *wiretest.Product {
	t.Helper()
	p := wiretest.New(t, wiretest.SQLite(t))
	p.Connector.Put(group, true, wiretest.Someone("ana"), wiretest.Someone("ben"))
	for _, name := range []string{"ana", "ben"} {
		p.Connector.Put("a:1"+name, true)
	}
	return p
}

// write has somebody type in the chat with the bot, and answers what the bot says to it.
func write(t *testing.T, p *wiretest.Product, name, text string, change map[string]any) []wiretest.Post {
	t.Helper()
	return deliver(t, p, "a:1"+name, p.Activity(name, "a:1"+name, "personal", with(map[string]any{"type": "message", "text": text}, change)))
}

// press has somebody press a button of a card in the chat with the bot.
func press(t *testing.T, p *wiretest.Product, name string, data map[string]any) []wiretest.Post {
	t.Helper()
	return deliver(t, p, "a:1"+name, p.Activity(name, "a:1"+name, "personal", map[string]any{"type": "message", "value": data}))
}

// deliver hands an activity to the door, has it worked, and answers what was posted in the conversation because of it.
func deliver(t *testing.T, p *wiretest.Product, conversation string, activity map[string]any) []wiretest.Post {
	t.Helper()
	before := len(p.Connector.Posts(conversation))
	if status, _ := p.Post(activity); status != 200 {
		t.Fatalf("the door answers %d", status)
	}
	if failed := p.Work(inbox); len(failed) > 0 {
		t.Fatal(failed)
	}
	return p.Connector.Posts(conversation)[before:]
}

// invoke has Teams ask something for somebody in a conversation, and answers the body as JSON.
func invoke(t *testing.T, p *wiretest.Product, name, conversation, call string, value any) string {
	t.Helper()
	status, body := p.Post(ask(p, name, conversation, call, value))
	if status != 200 {
		t.Fatalf("%s is answered with %d", call, status)
	}
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func ask(p *wiretest.Product, name, conversation, call string, value any) map[string]any {
	kind := map[bool]string{true: "personal", false: "groupChat"}[strings.HasPrefix(conversation, "a:")]
	change := map[string]any{"type": "invoke", "name": call, "value": value}
	if strings.HasSuffix(conversation, "tacv2") {
		kind = "channel"
		change["channelData"] = map[string]any{
			"tenant": map[string]any{"id": wiretest.Tenant}, "team": map[string]any{"id": general}, "channel": map[string]any{"id": conversation, "name": "Plans"},
		}
	}
	return p.Activity(name, conversation, kind, change)
}

// open is the value of an action command.
func open(command, state string) map[string]any {
	value := map[string]any{"commandId": command, "commandContext": "compose", "context": map[string]any{"theme": "default"}}
	if state != "" {
		value["state"] = state
	}
	return value
}

// submit is the value of a submitted form of an action command.
func submit(command string, data map[string]any) map[string]any {
	return map[string]any{"commandId": command, "commandContext": "compose", "data": data}
}

// filled is a form of Ana's that is in order.
func filled(nonce string) map[string]any {
	return map[string]any{
		"do": "meetings.schedule", "nonce": nonce, "topic": "Launch", "date": "2026-11-26", "time": "14:30", "duration": "45", "zone": "Europe/Paris",
		"who": "everyone", "passcode": "true", "waiting_room": "false", "agenda": "",
	}
}

func with(base, change map[string]any) map[string]any {
	for name, value := range change {
		base[name] = value
	}
	return base
}

// says checks what stands in a text.
func says(t *testing.T, what, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%s does not say %q: %s", what, part, text)
		}
	}
}

// one is the only post of some.
func one(t *testing.T, what string, posts []wiretest.Post) string {
	t.Helper()
	if len(posts) != 1 {
		t.Fatalf("%s: %d answers, want one", what, len(posts))
	}
	return posts[0].Text()
}

// nonceOf reads the nonce off a form.
func nonceOf(t *testing.T, form string) string {
	t.Helper()
	_, rest, found := strings.Cut(form, `"nonce":"`)
	nonce, _, closed := strings.Cut(rest, `"`)
	if !found || !closed || nonce == "" {
		t.Fatalf("no nonce in %s", form)
	}
	return nonce
}

package bot_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"causeway/internal/bot"
	"causeway/internal/chats"
	"causeway/internal/store"
	"causeway/internal/store/storetest"
	"causeway/internal/teams"
	"causeway/internal/wiretest"
)

const (
	fetch  = "composeExtension/fetchTask"
	action = "composeExtension/submitAction"
)

// TestEveryInvokeIsAnswered: each name that Teams may send, with a value that makes no sense.
func TestEveryInvokeIsAnswered(t *testing.T) {
	t.Parallel()
	p := stage(t)
	p.Link("ana", true)
	for name, want := range map[string]int{
		"composeExtension/fetchTask": 400, "composeExtension/submitAction": 400, "task/fetch": 400, "task/submit": 400,
		"signin/verifyState": 200, "signin/failure": 200, "adaptiveCard/action": 200, "composeExtension/setting": 200,
		"composeExtension/onCardButtonClicked": 200, "message/submitAction": 200,
		"composeExtension/query": 400, "composeExtension/selectItem": 400, "composeExtension/queryLink": 200, "composeExtension/anonymousQueryLink": 200,
		"composeExtension/querySettingUrl": 501, "signin/tokenExchange": 501, "fileConsent/invoke": 501, "actionableMessage/executeAction": 501,
		"something/new": 501, "": 501,
	} {
		for _, value := range []any{nil, map[string]any{}, []any{1}, "text", map[string]any{"data": "x", "commandId": 7, "state": map[string]any{}}} {
			if status, _ := p.Post(ask(p, "ana", group, name, value)); status != want {
				t.Errorf("%s with %v: %d, want %d", name, value, status, want)
			}
		}
	}
	_, body := p.Post(ask(p, "ana", group, "adaptiveCard/action", map[string]any{"action": map[string]any{"type": "Action.Execute", "verb": "meetings.cancel"}}))
	if body["statusCode"] != 400.0 || body["type"] != "application/vnd.microsoft.error" {
		t.Errorf("an action that we never sent: %v", body)
	}
}

// TestFromTheBarToTheForm: connect, add the bot, fill in.
func TestFromTheBarToTheForm(t *testing.T) {
	t.Parallel()
	p := stage(t)
	p.Connector.Put(group, false, wiretest.Someone("ana"), wiretest.Someone("ben"))
	answer := invoke(t, p, "ana", group, fetch, open(bot.CommandSchedule, ""))
	says(t, "who is not connected", answer, `"type":"auth"`, wiretest.PublicURL+"/connect/")
	_, rest, _ := strings.Cut(answer, "/connect/")
	intent, _, _ := strings.Cut(rest, `"`)
	done := p.Browse(wiretest.Person("ana"), intent, true)

	invited := invoke(t, p, "ana", group, fetch, open(bot.CommandSchedule, done.Result))
	says(t, "where the bot is not", invited, `"justInTimeInstall":true`, "Add Causeway to this conversation")
	again := invoke(t, p, "ana", group, fetch, open(bot.CommandSchedule, done.Result)) // Teams sends an invoke twice
	says(t, "the same again", again, `"justInTimeInstall":true`)

	p.Connector.Put(group, true, wiretest.Someone("ana"), wiretest.Someone("ben"))
	form := invoke(t, p, "ana", group, action, submit(bot.CommandSchedule, map[string]any{"msteams": map[string]any{"justInTimeInstall": true}}))
	says(t, "after the bot was added", form, `"do":"meetings.schedule"`, `"id":"topic"`)
	says(t, "the form", invoke(t, p, "ana", group, action, submit(bot.CommandSchedule, filled(nonceOf(t, form)))), "Scheduled", `"type":"message"`)
	if len(p.Zoom.Meetings()) != 1 {
		t.Errorf("%d meetings", len(p.Zoom.Meetings()))
	}
}

// TestTheBotThatIsAddedMayLag: the roster knows the bot a moment later than Teams says so.
func TestTheBotThatIsAddedMayLag(t *testing.T) {
	t.Parallel()
	p := stage(t)
	p.Link("ana", true)
	member := "GET /emea/v3/conversations/*/members/*"
	p.Connector.Next(member, 2, wiretest.Refuse(403, `{"error":{"code":"BotNotInConversationRoster"}}`))
	data := map[string]any{"msteams": map[string]any{"justInTimeInstall": true}}
	says(t, "the form", invoke(t, p, "ana", group, action, submit(bot.CommandStart, data)), `"do":"meetings.start"`)
}

func TestEachChannelIsAskedOnce(t *testing.T) {
	t.Parallel()
	p := stage(t)
	p.Link("ana", true)
	p.Connector.Put(channel, true, wiretest.Someone("ana"))
	p.Connector.Put(general, true, wiretest.Someone("ana"))
	answer := invoke(t, p, "ana", channel, fetch, open(bot.CommandSchedule, ""))
	says(t, "a channel of a team that has the bot", answer, "Use Causeway in this channel", `"do":"chats.approve"`)
	if known, err := (store.Chats{Backend: p.Back}).Place(t.Context(), wiretest.Tenant, channel); err != nil || known.Installed || known.Approved {
		t.Errorf("kept before anybody said yes: %+v, %v", known, err)
	}
	form := invoke(t, p, "ana", channel, action, submit(bot.CommandSchedule, map[string]any{"do": "chats.approve", "command": "schedule"}))
	says(t, "after a yes", form, `"do":"meetings.schedule"`)
	says(t, "the next time", invoke(t, p, "ana", channel, fetch, open(bot.CommandSchedule, "")), `"do":"meetings.schedule"`)
	says(t, "another channel", invoke(t, p, "ana", general, fetch, open(bot.CommandSchedule, "")), `"do":"chats.approve"`)
}

// TestOnlyTheCardThatComesIsPromised: in channels Teams may let no bot post, and where it has refused that is said.
func TestOnlyTheCardThatComesIsPromised(t *testing.T) {
	t.Parallel()
	const follows, may, none = "The card follows in the conversation.", "follows in the conversation, unless Teams lets no app post", "there will be no card here"
	for name, c := range map[string]struct {
		conversation, command string
		refused               bool
		says                  string
	}{
		"a chat":                       {group, bot.CommandSchedule, false, follows},
		"a meeting that starts now":    {group, bot.CommandStart, false, follows},
		"the first channel of a team":  {general, bot.CommandSchedule, false, follows},
		"another channel":              {channel, bot.CommandSchedule, false, may},
		"one that starts there":        {channel, bot.CommandStart, false, may},
		"where Teams has refused":      {channel, bot.CommandSchedule, true, none},
		"where one starts after a no":  {channel, bot.CommandStart, true, none},
		"a chat in which Teams refuse": {group, bot.CommandSchedule, true, none},
	} {
		p := stage(t)
		p.Link("ana", true)
		p.Connector.Put(c.conversation, true, wiretest.Someone("ana"))
		approve := map[string]any{"do": "chats.approve", "command": c.command}
		form := invoke(t, p, "ana", c.conversation, action, submit(c.command, approve))
		if c.refused {
			place := chats.Place{Tenant: wiretest.Tenant, Conversation: teams.ConversationID(c.conversation)}
			if err := (store.Chats{Backend: p.Back}).Refuse(t.Context(), place, p.Clock.Now()); err != nil {
				t.Fatal(err)
			}
			p.Clock.Forward(time.Minute)
		}
		data := with(filled(nonceOf(t, form)), map[string]any{"do": "meetings." + c.command})
		answer := invoke(t, p, "ana", c.conversation, action, submit(c.command, data))
		says(t, name, answer, c.says)
		if c.says != follows && strings.Contains(answer, follows) {
			t.Errorf("%s: a card is promised: %s", name, answer)
		}
	}
}

// TestT12_TheFormOfAnotherConversation: who submits must be in the conversation, and so must the bot.
func TestT12_TheFormOfAnotherConversation(t *testing.T) {
	t.Parallel()
	p := stage(t)
	p.Link("ana", true)
	p.Connector.Put("19:secret@thread.v2", true, wiretest.Someone("ben"))
	answer := invoke(t, p, "ana", "19:secret@thread.v2", action, submit(bot.CommandSchedule, filled("n1")))
	says(t, "who is not a member", answer, plainly(p.Texts.For("en").T("chats.not_member")))
	p.Connector.Put("19:secret@thread.v2", false, wiretest.Someone("ana"))
	says(t, "where the bot is not", invoke(t, p, "ana", "19:secret@thread.v2", action, submit(bot.CommandSchedule, filled("n1"))), `"justInTimeInstall":true`)
	if len(p.Zoom.Calls("POST /v2/users/me/meetings")) != 0 {
		t.Error("Zoom was asked")
	}
}

// TestT13_TheSameSubmitFourTimes: twice with the same id, twice with a new one, all at once.
func TestT13_TheSameSubmitFourTimes(t *testing.T) {
	t.Parallel()
	p := stage(t)
	p.Link("ana", true)
	first := ask(p, "ana", group, action, submit(bot.CommandSchedule, filled("n1")))
	second := ask(p, "ana", group, action, submit(bot.CommandSchedule, filled("n1")))
	answers := make([]string, 4)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() {
			activity := []map[string]any{first, second}[i%2]
			status, body := p.Post(activity)
			text, _ := json.Marshal(body)
			answers[i] = fmt.Sprint(status, " ", string(text))
		})
	}
	all.Wait()
	p.Work("")
	for _, answer := range answers {
		if answer != answers[0] || !strings.Contains(answer, "Scheduled") {
			t.Errorf("answered %s", answer)
		}
	}
	if len(p.Zoom.Meetings()) != 1 || len(p.Connector.Posts(group)) != 1 {
		t.Errorf("%d meetings, %d cards", len(p.Zoom.Meetings()), len(p.Connector.Posts(group)))
	}
}

// A card requires what it requires of each of its buttons: More options wants no topic, so only scheduling asks for it.
func TestMoreOptionsNeedNoTopic(t *testing.T) {
	t.Parallel()
	p := stage(t)
	p.Link("ana", true)
	for command, required := range map[string]bool{bot.CommandSchedule: false, bot.CommandStart: true} {
		form := invoke(t, p, "ana", group, fetch, open(command, ""))
		_, topic, _ := strings.Cut(form, `"id":"topic",`)
		topic, _, _ = strings.Cut(topic, "}")
		if strings.Contains(topic, `"isRequired":true`) != required || strings.Contains(form, `"do":"meetings.more"`) == required {
			t.Errorf("%s: %s", command, form)
		}
	}
	empty := with(filled("n1"), map[string]any{"topic": ""})
	says(t, "to schedule", invoke(t, p, "ana", group, action, submit(bot.CommandSchedule, empty)), "Give the meeting a topic", `"nonce":"n1"`)
	more := with(empty, map[string]any{"do": "meetings.more"})
	says(t, "more options", invoke(t, p, "ana", group, action, submit(bot.CommandSchedule, more)), "Open the full form")
}

func TestWhatIsWrongStandsInTheForm(t *testing.T) {
	t.Parallel()
	p := stage(t)
	p.Link("ana", true)
	send := func(change map[string]any) string {
		return invoke(t, p, "ana", group, action, submit(bot.CommandSchedule, with(filled("n1"), change)))
	}
	answer := send(map[string]any{"topic": " ", "time": "late", "agenda": "what I typed"})
	says(t, "the form", answer, "Give the meeting a topic", "Enter the time", "what I typed")
	if nonceOf(t, answer) != "n1" {
		t.Error("a form that was never sent to Zoom gets another nonce")
	}
	says(t, "a start that has passed", send(map[string]any{"date": "2026-11-20"}), "This time has passed")

	p.Zoom.Next("POST /v2/users/me/meetings", 1, wiretest.Refuse(400, `{"code":3161,"message":"no"}`))
	answer = send(nil)
	says(t, "a refusal of Zoom's", answer, "Ask your Zoom administrator", `"value":"Launch"`)
	nonce := nonceOf(t, answer)
	if nonce == "n1" {
		t.Fatal("a nonce that is spent is offered again")
	}
	says(t, "the next try", send(map[string]any{"nonce": nonce}), "Scheduled")
	says(t, "other contents under the same nonce", send(map[string]any{"nonce": nonce, "topic": "Other"}), "was sent already with other contents")
	p.Zoom.Next("POST /v2/users/me/meetings", 1, wiretest.Lose(502))
	says(t, "an answer that was lost", send(map[string]any{"nonce": "n3"}), "Zoom has not answered yet")
	for _, nonce := range []any{"", strings.Repeat("n", 65), 7, nil} {
		if status, _ := p.Post(ask(p, "ana", group, action, submit(bot.CommandSchedule, with(filled(""), map[string]any{"nonce": nonce})))); status != 400 {
			t.Errorf("nonce %v: %d", nonce, status)
		}
	}
}

func TestADialogFromAButton(t *testing.T) {
	t.Parallel()
	p := stage(t)
	data := func(do string) map[string]any { return map[string]any{"data": map[string]any{"do": do}} }
	says(t, "who is not connected", invoke(t, p, "ana", "a:1ana", "task/fetch", data("meetings.schedule")), "Connect your Zoom account first")
	p.Link("ana", true)
	form := invoke(t, p, "ana", "a:1ana", "task/fetch", data("meetings.start"))
	says(t, "the form", form, `"do":"meetings.start"`, `"type":"continue"`)
	quick := map[string]any{"do": "meetings.start", "nonce": nonceOf(t, form), "topic": "Quick", "duration": "30", "passcode": "false", "waiting_room": "false"}
	says(t, "its answer", invoke(t, p, "ana", "a:1ana", "task/submit", map[string]any{"data": quick}), "The meeting is made",
		`"title":"Start as host"`, wiretest.PublicURL+"/m/"+meetingID(p.Zoom.Meetings()[0])+"/start")

	invoke(t, p, "ana", group, action, submit(bot.CommandSchedule, filled("n2")))
	id := meetingID(p.Zoom.Meetings()[1])
	change := invoke(t, p, "ana", "a:1ana", "task/fetch", map[string]any{"data": map[string]any{"do": "meetings.change_form", "meeting": id}})
	says(t, "the form of a change", change, `"do":"meetings.change"`, id, `"value":"Launch"`)
	edit := with(filled(""), map[string]any{"do": "meetings.change", "meeting": id, "topic": "Lift-off"})
	if answer := invoke(t, p, "ana", "a:1ana", "task/submit", map[string]any{"data": edit}); answer != "{}" {
		t.Errorf("a change is answered %s", answer)
	}
	if got := p.Zoom.Meetings()[1]["topic"]; got != "Lift-off" {
		t.Errorf("at Zoom: %v", got)
	}
	edit["date"] = "never"
	says(t, "a change that is wrong", invoke(t, p, "ana", "a:1ana", "task/submit", map[string]any{"data": edit}), "Enter the date", id)
}

func TestTheSignInThatBeganInAChat(t *testing.T) {
	t.Parallel()
	p := stage(t)
	verify := func(name, state string) []wiretest.Post {
		before := len(p.Connector.Posts("a:1" + name))
		if answer := invoke(t, p, name, "a:1"+name, "signin/verifyState", map[string]any{"state": state}); answer != "{}" {
			t.Errorf("answered %s", answer)
		}
		return p.Connector.Posts("a:1" + name)[before:]
	}
	if posts := verify("ana", "CancelledByUser"); len(posts) != 0 {
		t.Errorf("closing the window is commented: %v", posts)
	}
	done := p.Connect(wiretest.Person("ana"), "", false)
	if text := one(t, "a wrong code", verify("ana", strings.Repeat("x", 43))); strings.Contains(text, "Connected") {
		t.Error(text)
	}
	says(t, "the code", one(t, "the code", verify("ana", done.Result)), "Connected to Zoom as ana at Zoom", "calendar is not connected")
	stolen := p.Connect(wiretest.Person("ana"), "", true)
	if text := one(t, "somebody else's code", verify("ben", stolen.Result)); strings.Contains(text, "Connected") {
		t.Error(text)
	}
	if a, err := p.Process(t).Accounts.Account(t.Context(), wiretest.Person("ben")); err != nil || a.Linked {
		t.Errorf("Ben is linked with Ana's code: %v", err)
	}
}

func TestTheBotIntroducesItselfOnce(t *testing.T) {
	t.Parallel()
	p := stage(t)
	added := func(kind, name, conversation string, change map[string]any) map[string]any {
		return p.Activity(name, conversation, kind, with(map[string]any{"type": "installationUpdate", "action": "add"}, change))
	}
	members := map[string]any{"type": "conversationUpdate", "action": nil, "membersAdded": []any{map[string]any{"id": "28:" + wiretest.AppID}}}
	says(t, "in private", one(t, "welcome", deliver(t, p, "a:1ana", added("personal", "ana", "a:1ana", nil))), "I bring Zoom meetings into Teams")
	if posts := deliver(t, p, "a:1ana", added("personal", "ana", "a:1ana", members)); len(posts) != 0 {
		t.Errorf("told a second time by another event: %v", posts)
	}
	if posts := deliver(t, p, group, added("groupChat", "ana", group, nil)); len(posts) != 0 {
		t.Errorf("in a group it waits whether a form follows: %v", posts)
	}
	welcome := func() {
		for _, j := range storetest.Jobs(t, p.Back, bot.WelcomeJob, string(wiretest.Tenant)) {
			if err := p.Do(j); err != nil {
				t.Error(err)
			}
		}
	}
	for range 3 {
		welcome()
	}
	if posts := p.Connector.Posts(group); len(posts) != 1 || len(p.Connector.Posts("a:1ana")) != 1 {
		t.Errorf("%d welcomes in the group, %d in private", len(posts), len(p.Connector.Posts("a:1ana")))
	}
	deliver(t, p, group, p.Activity("ana", group, "groupChat", map[string]any{"type": "installationUpdate", "action": "remove"}))
	known, err := store.Chats{Backend: p.Back}.Place(t.Context(), wiretest.Tenant, group)
	if err != nil || known.Installed {
		t.Errorf("after it was removed: %+v, %v", known, err)
	}
	deliver(t, p, group, p.Activity("ana", group, "groupChat", map[string]any{"type": "conversationUpdate", "membersAdded": []any{map[string]any{"id": "29:new"}}}))
	if known, err = (store.Chats{Backend: p.Back}).Place(t.Context(), wiretest.Tenant, group); err != nil || known.Installed {
		t.Errorf("somebody else came: %+v, %v", known, err)
	}
}

// Anybody may post: what is refused is one line of the log a minute, and says how much that was.
func TestRefusalsDoNotFillTheLog(t *testing.T) {
	t.Parallel()
	log := &bytes.Buffer{}
	p := wiretest.New(t, wiretest.SQLite(t), wiretest.Change{Logger: slog.New(slog.NewTextHandler(log, nil))})
	post := func(times int, token string) {
		t.Helper()
		for range times {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/messages", strings.NewReader("{"))
			r.Header.Set("Authorization", "Bearer "+token)
			w := httptest.NewRecorder()
			if p.Bot.ServeHTTP(w, r); w.Code == http.StatusOK {
				t.Fatalf("answered %d", w.Code)
			}
		}
	}
	logged := func(lines int, last string) {
		t.Helper()
		if said := log.String(); strings.Count(said, "\n") != lines || !strings.Contains(said, last) {
			t.Errorf("logged, want %d lines with %s:\n%s", lines, last, said)
		}
	}
	post(10, "x.y.z")
	logged(1, "posts.403=1 ")
	post(2, p.Token())
	p.Clock.Forward(time.Minute)
	post(1, "x.y.z")
	logged(2, "posts.400=2 posts.403=10 ")
}

// TestT10_HostileBodies: whatever comes, the process lives and nothing is stored.
func TestT10_HostileBodies(t *testing.T) {
	t.Parallel()
	p := stage(t)
	sign := func(body string, header ...string) int {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/messages", strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+p.Token())
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		p.Bot.ServeHTTP(w, r)
		return w.Code
	}
	for body, want := range map[string]int{
		"null": 400, "[]": 400, "{}": 403, "": 400, "{": 400, `{"type":7,"from":"x","conversation":[1]}`: 403, "\xff\xfe": 400,
		strings.Repeat("[", 10_000): 400, `{"a":` + strings.Repeat(`{"a":`, 10_000): 400,
	} {
		if got := sign(body); got != want {
			t.Errorf("%.40q: %d, want %d", body, got, want)
		}
	}
	if got := sign(`{"text":"` + strings.Repeat("x", 300<<10) + `"}`); got != http.StatusRequestEntityTooLarge {
		t.Errorf("300 KiB: %d", got)
	}
	if got := sign(`{}`, "Content-Encoding", "gzip"); got != http.StatusUnsupportedMediaType {
		t.Errorf("compressed: %d", got)
	}
	if got := sign(`{}`, "Authorization", "Bearer x.y.z"); got != http.StatusForbidden {
		t.Errorf("no token of Teams': %d", got)
	}
	for _, odd := range []map[string]any{
		{"type": "typing"},
		{"type": "messageReaction"},
		{"type": "somethingNew"},
		{"type": "event", "name": "x"},
		{"type": 9},
		{"type": "message", "text": "help", "entities": []any{7, "x", map[string]any{"type": 1}}, "attachments": map[string]any{}},
	} {
		if status, _ := p.Post(p.Activity("ana", "a:1ana", "personal", odd)); status != 200 {
			t.Errorf("%v: %d", odd, status)
		}
	}
	if kept := storetest.Jobs(t, p.Back, bot.ActivityJob, string(wiretest.Tenant)); len(kept) != 1 {
		t.Errorf("%d activities are kept, want the message alone", len(kept))
	}
}

func TestTheInboxIsSealedAndForgets(t *testing.T) {
	t.Parallel()
	p := stage(t)
	if status, _ := p.Post(p.Activity("ana", "a:1ana", "personal", map[string]any{"type": "message", "text": "help canary"})); status != 200 {
		t.Fatal(status)
	}
	nameless := p.Activity("ana", "a:1ana", "personal", map[string]any{"type": "message", "text": "help", "id": nil})
	other := p.Activity("ana", "a:1ana", "personal", map[string]any{"type": "message", "text": "start", "id": nil})
	for _, a := range []map[string]any{nameless, nameless, other} {
		p.Post(a)
	}
	kept := storetest.Jobs(t, p.Back, bot.ActivityJob, string(wiretest.Tenant))
	if len(kept) != 3 {
		t.Errorf("%d activities, want three: without an id they are known by what they say", len(kept))
	}
	s := store.Inbox{Backend: p.Back, Source: store.FromTeams}
	sealed, err := s.Kept(t.Context(), wiretest.Tenant, kept[0].Subject)
	if err != nil || strings.Contains(string(sealed), "canary") {
		t.Errorf("kept in clear: %v", err)
	}
	p.Clock.Forward(7*24*60*60*1e9 + 1e9)
	if err := p.Bot.Forget(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Kept(t.Context(), wiretest.Tenant, kept[0].Subject); err == nil {
		t.Error("kept for longer than a week")
	}
	if failed := p.Work(inbox); len(failed) != 0 {
		t.Errorf("work on what was forgotten: %v", failed)
	}
}

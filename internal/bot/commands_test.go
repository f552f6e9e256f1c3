package bot_test

import (
	"strings"
	"testing"

	"causeway/internal/bot"
	"causeway/internal/entra"
	"causeway/internal/policy"
	"causeway/internal/preferences"
	"causeway/internal/store/storetest"
	"causeway/internal/wiretest"
)

func TestWordsAreUnderstoodInBothLanguages(t *testing.T) {
	t.Parallel()
	p := stage(t)
	p.Link("ana", true)
	for locale, words := range map[string]map[string]string{
		"en-US": {
			"schedule": `"do":"meetings.schedule"`, "Schedule!": `"do":"meetings.schedule"`, "plan a call": `"do":"meetings.schedule"`,
			"start": `"do":"meetings.start"`, "  START  now": `"do":"meetings.start"`, "planifier": `"do":"meetings.schedule"`,
			"help": "Show this list", "?": "Show this list", "hello,": "Show this list", "connect": "/connect/",
		},
		"fr-FR": {
			"planifier": `"do":"meetings.schedule"`, "Démarrer": `"do":"meetings.start"`, "demarrer": `"do":"meetings.start"`,
			"« aide »": "Afficher cette liste", "bonjour !": "Afficher cette liste", "connexion": "/connect/", "start": `"do":"meetings.start"`,
		},
	} {
		for text, want := range words {
			says(t, text, one(t, text, write(t, p, "ana", text, map[string]any{"locale": locale})), want)
		}
	}
	for text, want := range map[string]string{"order pizza": "I did not understand that", "": "I did not understand that", "scheduled": "I did not understand that"} {
		says(t, text, one(t, text, write(t, p, "ana", text, nil)), want, "Show this list")
	}
	if len(p.Zoom.Meetings()) != 0 {
		t.Error("a word alone made a meeting")
	}
}

// TestConversationsAreListedForTheirMemberAlone: a button that was copied into a group answers nothing there.
func TestConversationsAreListedForTheirMemberAlone(t *testing.T) {
	t.Parallel()
	p := stage(t)
	p.Link("ana", true)
	for _, do := range []string{"upcoming.share", "upcoming.share_into"} {
		a := p.Activity("ana", group, "groupChat", map[string]any{
			"type": "message", "value": map[string]any{"do": do, "key": "z91234567001", "into": group},
		})
		says(t, do, one(t, do, deliver(t, p, group, a)), "I answer that in our own chat only")
	}
}

func TestAMentionInAGroupIsAnsweredThere(t *testing.T) {
	t.Parallel()
	p := stage(t)
	p.Link("ana", true)
	mention := []any{map[string]any{
		"type": "mention", "text": "<at>Causeway</at>", "mentioned": map[string]any{"id": "28:" + wiretest.AppID, "name": "Causeway"},
	}}
	a := p.Activity("ana", group, "groupChat", map[string]any{"type": "message", "text": "<at>Causeway</at> schedule", "entities": mention})
	says(t, "the answer", one(t, "schedule", deliver(t, p, group, a)), `"do":"meetings.schedule"`, `"type":"task/fetch"`)
}

func TestWhoIsNotConnectedIsOfferedThat(t *testing.T) {
	t.Parallel()
	p := stage(t)
	for _, text := range []string{"schedule", "start", "connect"} {
		says(t, text, one(t, text, write(t, p, "ana", text, nil)), `"type":"signin"`, wiretest.PublicURL+"/connect/")
	}
	says(t, "help", one(t, "help", write(t, p, "ana", "help", nil)), `"do":"connect"`)
	says(t, "disconnect", one(t, "disconnect", write(t, p, "ana", "disconnect", nil)), "No Zoom account is connected")
}

// Whoever lacks the calendar alone is offered that, and reads what is connected then.
func TestTheCalendarAloneIsConnectedLater(t *testing.T) {
	t.Parallel()
	p := stage(t)
	p.Link("ana", false)
	says(t, "the offer", one(t, "connect", write(t, p, "ana", "connect", nil)), "Connect calendar", "calendar is not", "ana at Zoom")
	code := p.Connect(wiretest.Person("ana"), "", true)
	says(t, "the answer", one(t, "the code", write(t, p, "ana", code.Manual, nil)), "Connected to Zoom as ana at Zoom", "calendar is connected")
	again := one(t, "connect", write(t, p, "ana", "connect", nil))
	says(t, "once more", again, "You are connected to Zoom as ana@example.com.", "calendar is connected", "Connect another account", `"type":"signin"`, `"do":"disconnect"`)
	if strings.Contains(again, "Connect your Zoom account") {
		t.Errorf("who is connected is asked to connect: %s", again)
	}
	says(t, "in a group", one(t, "connect", deliver(t, p, group, p.Activity("ana", group, "groupChat", map[string]any{"type": "message", "text": "connect"}))),
		"your Zoom account is connected", "in your own chat")
}

// Who hosts nothing, but is invited, reads that others' meetings are shared by their hosts, not that there are none.
func TestWhoHostsNothingHasNothingToShare(t *testing.T) {
	t.Parallel()
	p := stage(t)
	p.Link("ana", true)
	p.Link("ben", true)
	form := invoke(t, p, "ana", group, action, submit(bot.CommandSchedule, map[string]any{"msteams": map[string]any{"justInTimeInstall": true}}))
	invoke(t, p, "ana", group, action, submit(bot.CommandSchedule, filled(nonceOf(t, form))))
	if failed := p.Work(""); len(failed) > 0 {
		t.Fatal(failed)
	}
	says(t, "upcoming", one(t, "upcoming", write(t, p, "ben", "upcoming", nil)), "Launch")
	says(t, "share", one(t, "share", write(t, p, "ben", "share", nil)), "You host no Zoom meeting in the next weeks.", "shared by their hosts")
	says(t, "the host's", one(t, "share", write(t, p, "ana", "share", nil)), "Which meeting", "Launch")
}

func TestDisconnect(t *testing.T) {
	t.Parallel()
	p := stage(t)
	p.Link("ana", true)
	says(t, "the button", one(t, "disconnect", press(t, p, "ana", map[string]any{"do": "disconnect"})), "Disconnected")
	if a, err := p.Process(t).Accounts.Account(t.Context(), wiretest.Person("ana")); err != nil || a.Linked {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestTheSixDigitsOfTheLastPage(t *testing.T) {
	t.Parallel()
	p := stage(t)
	ana := wiretest.Person("ana")
	done := p.Connect(ana, "schedule", true)
	linked := func() bool {
		a, err := p.Process(t).Accounts.Account(t.Context(), ana)
		if err != nil {
			t.Fatal(err)
		}
		return a.Linked
	}
	for _, text := range []string{"12345", "1234567", "12a456", "１２３４５６", done.Manual + " x"} {
		says(t, text, one(t, text, write(t, p, "ana", text, nil)), "I did not understand that")
	}
	a := p.Activity("ana", group, "groupChat", map[string]any{"type": "message", "text": done.Manual})
	says(t, "in a group", one(t, "digits", deliver(t, p, group, a)), "I did not understand that")
	if linked() {
		t.Fatal("linked by what is no code, or not in private")
	}
	says(t, "the digits", one(t, "digits", write(t, p, "ana", done.Manual[:3]+" "+done.Manual[3:], nil)),
		"Connected to Zoom as ana at Zoom", `"do":"meetings.schedule"`) // and what was interrupted goes on
	if !linked() {
		t.Error("not linked")
	}
	if again := one(t, "again", write(t, p, "ana", done.Manual, nil)); strings.Contains(again, "Connected to Zoom") {
		t.Errorf("a code counts twice: %s", again)
	}
}

func TestTheGateSaysWhoHasToApprove(t *testing.T) {
	t.Parallel()
	p := stage(t)
	p.Link("ana", true)
	if err := p.Policy.Learn(t.Context(), wiretest.Tenant, policy.Zoom, policy.Off, "test"); err != nil {
		t.Fatal(err)
	}
	sentence := p.Texts.For("en").T("policy.zoom_off")
	copied := p.Texts.For("en").T("policy.ask_zoom", "URL", wiretest.PublicURL)
	for _, text := range []string{"schedule", "start"} {
		says(t, text, one(t, text, write(t, p, "ana", text, nil)), plainly(sentence), plainly(copied))
	}
	for _, command := range []string{bot.CommandSchedule, bot.CommandStart} {
		says(t, command, invoke(t, p, "ana", group, "composeExtension/fetchTask", open(command, "")), plainly(sentence), plainly(copied), `"type":"continue"`)
	}
	says(t, "Ben, who is not connected", one(t, "connect", write(t, p, "ben", "connect", nil)), plainly(sentence), plainly(copied))
	says(t, "his command", invoke(t, p, "ben", group, "composeExtension/fetchTask", open(bot.CommandSchedule, "")), plainly(sentence))
	says(t, "a submitted form", invoke(t, p, "ana", group, "composeExtension/submitAction", submit(bot.CommandSchedule, filled("n1"))), plainly(sentence))
	if len(p.Zoom.Calls("POST /v2/users/me/meetings")) != 0 {
		t.Error("Zoom was asked")
	}
}

// plainly is the longest piece of a sentence without characters that a card escapes.
func plainly(sentence string) string {
	longest := ""
	for _, piece := range strings.FieldsFunc(sentence, func(r rune) bool { return strings.ContainsRune(".-()'’:/&,", r) }) {
		if len(piece) > len(longest) {
			longest = piece
		}
	}
	return longest
}

func TestASwitchedOffFeatureSaysSo(t *testing.T) {
	t.Parallel()
	p := stage(t)
	p.Link("ana", true)
	if err := p.Policy.SetFeature(t.Context(), wiretest.Tenant, policy.Meetings, false, "test"); err != nil {
		t.Fatal(err)
	}
	sentence := plainly(p.Texts.For("en").T("policy.meetings_off"))
	says(t, "the word", one(t, "schedule", write(t, p, "ana", "schedule", nil)), sentence)
	says(t, "the command", invoke(t, p, "ana", group, "composeExtension/fetchTask", open(bot.CommandSchedule, "")), sentence)
	says(t, "an old button", one(t, "cancel", press(t, p, "ana", map[string]any{"do": "meetings.cancel", "meeting": "m"})), sentence)
}

func TestSomebodyWithoutIdentityIsToldSo(t *testing.T) {
	t.Parallel()
	p := stage(t)
	from := map[string]any{"from": map[string]any{"id": "29:ana", "name": "Federated"}}
	says(t, "a word", one(t, "help", write(t, p, "ana", "help", from)), plainly(p.Texts.For("en").T("bot.no_identity")))
	a := ask(p, "ana", group, "composeExtension/fetchTask", open(bot.CommandSchedule, ""))
	status, body := p.Post(with(a, from))
	if task, _ := body["task"].(map[string]any); status != 200 || task["type"] != "message" {
		t.Errorf("a command: %d %v", status, body)
	}
}

// TestAnAnswerIsGivenOnce: what was typed arrives again, and answers get lost.
func TestAnAnswerIsGivenOnce(t *testing.T) {
	t.Parallel()
	p := stage(t)
	a := p.Activity("ana", "a:1ana", "personal", map[string]any{"type": "message", "text": "help"})
	for range 4 {
		if status, _ := p.Post(a); status != 200 {
			t.Fatal(status)
		}
	}
	p.Work(inbox)
	if posts := p.Connector.Posts("a:1ana"); len(posts) != 1 {
		t.Errorf("%d answers to a message that came four times", len(posts))
	}
	send := "POST /emea/v3/conversations/*/activities"
	for name, trouble := range map[string]wiretest.Trouble{
		"502 after accepting": wiretest.Lose(502), "cut": wiretest.Lose(0), "the bot is gone": wiretest.Refuse(403, `{"error":{"code":"BotNotInConversationRoster"}}`),
	} {
		p.Connector.Next(send, 1, trouble)
		if status, _ := p.Post(p.Activity("ana", "a:1ana", "personal", map[string]any{"type": "message", "text": "help"})); status != 200 {
			t.Fatal(status)
		}
		if failed := p.Work(inbox); len(failed) != 0 {
			t.Errorf("%s: it is tried again: %v", name, failed)
		}
	}
	for name, trouble := range map[string]wiretest.Trouble{"429": wiretest.Refuse(429, `{}`), "503": wiretest.Refuse(503, `{}`)} {
		p.Connector.Next(send, 1, trouble)
		if status, _ := p.Post(p.Activity("ana", "a:1ana", "personal", map[string]any{"type": "message", "text": "help"})); status != 200 {
			t.Fatal(status)
		}
		if failed := p.Work(inbox); len(failed) != 1 {
			t.Errorf("%s: it is not tried again", name)
		}
	}
	for _, j := range storetest.Jobs(t, p.Back, bot.ActivityJob, string(wiretest.Tenant)) {
		if j.Attempts == 0 || j.Attempts > 6 {
			t.Errorf("an answer is tried %d times", j.Attempts)
		}
	}
}

// TestT12_ButtonsOfOthers: whoever presses acts for himself alone, whatever the data says.
func TestT12_ButtonsOfOthers(t *testing.T) {
	t.Parallel()
	p := stage(t)
	p.Link("ana", true)
	p.Link("ben", true)
	invoke(t, p, "ana", group, "composeExtension/submitAction", submit(bot.CommandSchedule, filled("n1")))
	p.Work("")
	made := p.Zoom.Meetings()
	if len(made) != 1 {
		t.Fatal(len(made))
	}
	id := meetingID(made[0])
	claims := map[string]any{
		"do": "meetings.cancel", "meeting": id, "userId": "29:ana", "aadObjectId": "ana", "person": "ana", "tenant": wiretest.Tenant, "organizer": "ana",
	}
	says(t, "Ben's button", one(t, "cancel", press(t, p, "ben", claims)), plainly(p.Texts.For("en").T("meetings.not_yours")))
	for call, do := range map[string]string{"task/fetch": "meetings.change_form", "task/submit": "meetings.change"} {
		claims := with(filled("n2"), map[string]any{"do": do, "meeting": id, "topic": "Mine now", "person": "ana"})
		answer := invoke(t, p, "ben", "a:1ben", call, map[string]any{"data": claims})
		if strings.Contains(answer, "Launch") || strings.Contains(answer, "zoom.us/j/") {
			t.Errorf("%s: %s", call, answer)
		}
	}
	p.Work("")
	if now := p.Zoom.Meetings(); len(now) != 1 || now[0]["topic"] != "Launch" {
		t.Errorf("Ana's meeting is touched: %v", now)
	}
	m, err := p.Meetings.Find(t.Context(), wiretest.Tenant, id)
	if err != nil || m.State != "active" || m.Organizer.ID != entra.ObjectID("ana") {
		t.Errorf("%+v, %v", m, err)
	}
	press(t, p, "ana", map[string]any{"do": "meetings.cancel", "meeting": id})
	if len(p.Zoom.Meetings()) != 0 {
		t.Error("the organiser cannot cancel")
	}
}

// meetingID reads our id off the marker.
func meetingID(m map[string]any) string {
	line, _, _ := strings.Cut(m["agenda"].(string), "\n")
	return strings.TrimPrefix(line, "Causeway ")
}

func TestButtonsThatNobodyKnows(t *testing.T) {
	t.Parallel()
	p := stage(t)
	for _, data := range []map[string]any{{"do": "meetings.explode"}, {"do": 7}, {"do": []any{"help"}}, {}, {"do": "help "}} {
		says(t, "the answer", one(t, "a button", press(t, p, "ana", data)), "This button does not work any more")
	}
}

// Alone with the bot a person is answered in the language that they chose; where others read it, in the organisation's (G14).
func TestTheBotAnswersInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	p := wiretest.New(t, wiretest.SQLite(t), wiretest.Change{Language: "fr"})
	p.Connector.Put(group, true, wiretest.Someone("ana"), wiretest.Someone("ben"))
	p.Connector.Put("a:1ana", true)
	says(t, "to who chose nothing", one(t, "help", write(t, p, "ana", "help", nil)), "Schedule a Zoom meeting")
	if err := p.Prefer(wiretest.Person("ana"), preferences.Preferences{Language: "fr"}); err != nil {
		t.Fatal(err)
	}
	says(t, "to who chose French", one(t, "help", write(t, p, "ana", "help", nil)), "Planifier une réunion Zoom")
	said := deliver(t, p, group, p.Activity("ben", group, "groupChat", map[string]any{"type": "message", "text": "help"}))
	says(t, "in a group", one(t, "help", said), "Planifier une réunion Zoom")
}

package microsoftsim_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"causeway/internal/sandbox/microsoftsim"
	"causeway/internal/sandbox/world"
)

func TestTeamsShowsOnlyWhatThePackageSays(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	apps, err := s.Apps("ana", "")
	if err != nil || len(apps) != 1 {
		t.Fatalf("%v %v", apps, err)
	}
	a := apps[0]
	if a.ID != teams || a.Name != "Causeway" || a.Installed || len(a.Commands) != 2 || a.Commands[0].Type != "action" || a.Commands[1].Context[1] != "commandBox" ||
		len(a.Tabs) != 1 || a.Bot.Commands[0].Title != "help" || !strings.HasPrefix(a.Icon, "data:image/png;base64,") {
		t.Errorf("%+v", a)
	}
	french, _ := s.Apps("chloe", "")
	if french[0].Name != "Passerelle" || french[0].Commands[0].Title != "Planifier une réunion Zoom" || french[0].Commands[1].Title != "My Zoom meetings" {
		t.Errorf("%+v", french[0])
	}
	if chosen, _ := s.Apps("ana", "fr"); chosen[0].Name != "Passerelle" {
		t.Errorf("with a French Teams: %+v", chosen[0])
	}
	if chosen, _ := s.Apps("chloe", "en"); chosen[0].Name != "Causeway" {
		t.Errorf("with an English Teams: %+v", chosen[0])
	}
	if err := s.Remove(""); err != nil {
		t.Fatal(err)
	}
	if apps, _ := s.Apps("ana", ""); len(apps) != 0 {
		t.Errorf("still %v", apps)
	}
	_, err = s.Command(t.Context(), "ana", "launch", "scheduleMeeting", microsoftsim.CommandInput{})
	refusedWith(t, err, "forbidden", "not in the catalogue")
	if other, _ := s.Apps("kai", ""); len(other) != 1 {
		t.Error("it left the other tenant too")
	}
}

func TestPackagesThatTeamsRefuses(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for name, change := range map[string]func(m object, files map[string][]byte){
		"no manifest":      func(_ object, files map[string][]byte) { files["manifest.json"] = []byte("{") },
		"id":               func(m object, _ map[string][]byte) { m["id"] = "causeway" },
		"long name":        func(m object, _ map[string][]byte) { m["name"] = object{"short": strings.Repeat("x", 31)} },
		"no description":   func(m object, _ map[string][]byte) { m["description"] = object{} },
		"no icon":          func(_ object, files map[string][]byte) { delete(files, "outline.png") },
		"missing language": func(_ object, files map[string][]byte) { delete(files, "fr.json") },
		"many domains":     func(m object, _ map[string][]byte) { m["validDomains"] = slices.Repeat([]any{"a.example"}, 17) },
		"two bots":         func(m object, _ map[string][]byte) { m["bots"] = slices.Repeat(m["bots"].([]any), 2) },
		"long command": func(m object, _ map[string][]byte) {
			at(m, "composeExtensions", 0, "commands", 0).(object)["title"] = strings.Repeat("x", 33)
		},
	} {
		if err := s.Upload("", appPackage(t, s.bot.URL, change)); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	refusedWith(t, s.Upload("", []byte("no zip")), "UnableToParseTeamsAppManifest", "no zip")
	other := appPackage(t, s.bot.URL, func(m object, _ map[string][]byte) { m["bots"].([]any)[0].(object)["botId"] = teams })
	refusedWith(t, s.Upload("", other), "invalid", "not registered")
	refusedWith(t, s.Upload("nowhere", nil), "not_found", "tenant")
	if err := s.Upload("", nil); err != nil || len(s.rows("app.uploaded")) != 1 {
		t.Errorf("%v", err)
	}
}

func TestInstallingTellsTheBot(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	if err := s.AddToChat(t.Context(), "ana", "apollo-dev", teams); err != nil {
		t.Fatal(err)
	}
	update, installed := s.only("conversationUpdate"), s.only("installationUpdate")
	channel := at(update, "conversation", "id")
	if at(update, "membersAdded", 0, "id") != "28:"+appID || at(update, "conversation", "conversationType") != "channel" || at(update, "channelData", "eventType") != "teamMemberAdded" ||
		at(update, "channelData", "team", "name") != "Apollo" || at(update, "channelData", "settings", "selectedChannel", "id") != channel {
		t.Errorf("%v", update)
	}
	if installed["action"] != "add" || at(installed, "conversation", "id") != channel || at(installed, "from", "aadObjectId") != s.person("ana").ID || at(installed, "channelData", "team", "aadGroupId") == "" {
		t.Errorf("%v", installed)
	}
	if err := s.AddToChat(t.Context(), "ben", "apollo-general", teams); err != nil || len(s.bot.all("")) != 2 {
		t.Errorf("again: %v, %d activities", err, len(s.bot.all("")))
	}
	if rows := s.rows("app.installed"); len(rows) != 1 || rows[0].By != "ana" || rows[0].Detail["team"] != "apollo" {
		t.Errorf("ledger %v", rows)
	}
	s.bot.forget()
	if err := s.RemoveFromChat(t.Context(), "ben", "apollo-general", teams); err != nil {
		t.Fatal(err)
	}
	if s.only("installationUpdate")["action"] != "remove" || at(s.only("conversationUpdate"), "membersRemoved", 0, "id") != "28:"+appID {
		t.Errorf("%v", s.bot.all(""))
	}
	refusedWith(t, s.RemoveFromChat(t.Context(), "ben", "apollo-general", teams), "not_found", "not installed")
	refusedWith(t, s.AddToChat(t.Context(), "fay", "odd", teams), "forbidden", "permission")
	refusedWith(t, s.AddToChat(t.Context(), "ana", "launch", "x"), "not_found", "no app")
	refusedWith(t, s.AddToChat(t.Context(), "hana", "launch", teams), "not_found", "in no chat")
	if err := s.InstallPersonal(t.Context(), "hana", teams); err != nil {
		t.Fatal(err)
	}
	if apps, _ := s.Apps("hana", ""); !apps[0].Installed {
		t.Error("not installed for Hana")
	}
}

func TestScopesOfTheBotAreThePackages(t *testing.T) {
	t.Parallel()
	s := newStage(t, func(o *microsoftsim.Options) {
		o.Package = appPackage(t, o.ProductURL, func(m object, _ map[string][]byte) { m["bots"].([]any)[0].(object)["scopes"] = []any{"personal"} })
	})
	refusedWith(t, s.AddToChat(t.Context(), "ana", "launch", teams), "forbidden", "groupChat")
	refusedWith(t, s.AddToChat(t.Context(), "ana", "apollo-dev", teams), "forbidden", "team")
	s.SetKnobs(microsoftsim.Knobs{NoInstall: true})
	if err := s.InstallPersonal(t.Context(), "ana", teams); err != nil {
		t.Error(err)
	}
}

func TestActivitiesAreSignedForTheServiceAddress(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	if _, err := s.Post(t.Context(), "ana", "bot", microsoftsim.Words{Text: "hello"}); err != nil {
		t.Fatal(err)
	}
	a := s.only("message")
	claims := claimsOf(t, s.bot.tokens[0])
	if claims["serviceurl"] != a["serviceUrl"] || claims["iss"] != s.BotIssuer() || claims["aud"] != appID {
		t.Errorf("claims %v of %v", claims, a["serviceUrl"])
	}
	keys := s.do("GET", "/botframework/v1/.well-known/keys", nil, "")
	parsed, _, _ := jwt.NewParser().ParseUnverified(s.bot.tokens[0], jwt.MapClaims{})
	if parsed.Header["kid"] != keys.at("keys", 0, "kid") || parsed.Method.Alg() != "RS256" {
		t.Errorf("header %v", parsed.Header)
	}
	ana := s.person("ana")
	if a["channelId"] != "msteams" || at(a, "recipient", "id") != "28:"+appID || at(a, "from", "id") != ana.TeamsID || at(a, "from", "aadObjectId") != ana.ID ||
		at(a, "conversation", "id") != ana.Personal || at(a, "conversation", "conversationType") != "personal" || at(a, "conversation", "tenantId") != s.tenant() ||
		at(a, "channelData", "tenant", "id") != s.tenant() || at(a, "entities", 0, "timezone") != "Europe/London" || a["locale"] != "en-US" || a["text"] != "hello" {
		t.Errorf("%v", a)
	}
	if err := s.RotateKeys(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Post(t.Context(), "ana", "bot", microsoftsim.Words{Text: "again"}); err != nil {
		t.Fatal(err)
	}
	if s.bot.tokens[1] == s.bot.tokens[0] {
		t.Error("the old key still signs")
	}
}

func TestTheBotHearsOnlyWhatConcernsIt(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	post := func(chat string, w microsoftsim.Words) microsoftsim.Message {
		t.Helper()
		m, err := s.Post(t.Context(), "ana", chat, w)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	post("launch", microsoftsim.Words{Text: "help", MentionBot: true})
	s.installed("ana", "launch", "apollo-dev")
	post("launch", microsoftsim.Words{Text: "nothing for bots"})
	if n := len(s.bot.all("message")); n != 0 {
		t.Fatalf("%d messages", n)
	}
	post("launch", microsoftsim.Words{Text: "@Causeway help <me>"})
	a := s.only("message")
	if a["text"] != "<at>Causeway</at> help &lt;me&gt;" || at(a, "entities", 0, "mentioned", "id") != "28:"+appID || at(a, "conversation", "conversationType") != "groupChat" || a["textFormat"] != "xml" {
		t.Errorf("%v", a)
	}
	s.bot.forget()
	list, _ := s.Messages("ana", "apollo-dev")
	reply := post("apollo-dev", microsoftsim.Words{Text: "help", MentionBot: true, ReplyTo: list[1].ID})
	a = s.only("message")
	if reply.ReplyTo != list[0].ID || !strings.HasSuffix(at(a, "conversation", "id").(string), ";messageid="+list[0].ID) || at(a, "channelData", "channel", "id") == nil {
		t.Errorf("%+v, %v", reply, a)
	}
	_, err := s.Post(t.Context(), "ana", "launch", microsoftsim.Words{})
	refusedWith(t, err, "invalid", "nothing to send")
	_, err = s.Post(t.Context(), "ana", "launch", microsoftsim.Words{Text: "x", ReplyTo: "1"})
	refusedWith(t, err, "not_found", "no message")
	_, err = s.Post(t.Context(), "nobody", "launch", microsoftsim.Words{Text: "x"})
	refusedWith(t, err, "not_found", "nobody called")
	_, err = s.Post(t.Context(), "ana", "launch", microsoftsim.Words{Cards: []json.RawMessage{[]byte(`{"type":"x"}`)}})
	refusedWith(t, err, "invalid", "card")
}

func TestChatsCountWhatIsUnread(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	find := func(person, id string) microsoftsim.Chat {
		t.Helper()
		list, err := s.Chats(person)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range list {
			if c.ID == id {
				return c
			}
		}
		return microsoftsim.Chat{}
	}
	if pair := find("ana", "pair"); pair.Name != "Ben Okafor" || pair.Kind != "oneOnOne" || !strings.Contains(pair.ConversationID, "@unq.gbl.spaces") {
		t.Errorf("%+v", pair)
	}
	if everyone := find("jo", "everyone-news"); everyone.MemberCount != 600 || len(everyone.Members) != 50 || everyone.Team != "Everyone" {
		t.Errorf("%+v", everyone)
	}
	if find("ana", "bot").ID != "" {
		t.Error("the bot's chat is there before anything was said")
	}
	s.installed("ana", "launch")
	alert := message("Meeting at ten <at>Chloé Martin</at>")
	alert["entities"] = []any{object{"type": "mention", "text": "<at>Chloé Martin</at>", "mentioned": object{"id": s.person("chloe").TeamsID}}}
	s.connector("POST", "/v3/conversations/"+s.conversation("ana", "launch")+"/activities", alert)
	s.connector("POST", "/v3/conversations", s.personalWith(s.person("ben").TeamsID))
	dm := message("You are invited")
	dm["summary"], dm["channelData"] = "Invitation", object{"notification": object{"alert": true}}
	s.connector("POST", "/v3/conversations/"+s.person("ben").Personal+"/activities", dm)
	launch := find("chloe", "launch")
	if launch.Unread != 1 || launch.Last.From != "Causeway" || !launch.BotInstalled || find("ben", "bot").Unread != 1 {
		t.Errorf("%+v", launch)
	}
	if _, err := s.Messages("chloe", "launch"); err != nil || find("chloe", "launch").Unread != 0 || find("ben", "launch").Unread != 1 {
		t.Errorf("%v", err)
	}
	ben, _ := s.Feed("ben")
	chloe, _ := s.Feed("chloe")
	if len(ben) != 1 || ben[0].Text != "Invitation" || ben[0].Chat != "bot" || len(chloe) != 1 || chloe[0].Text != "Meeting at ten Chloé Martin" {
		t.Errorf("%v %v", ben, chloe)
	}
}

func TestResendsAsTeamsDoes(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	id, err := s.PutResend(microsoftsim.Resend{Match: "message", Copies: 3, IDs: "mixed", Count: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"four times", "once"} {
		if _, err := s.Post(t.Context(), "ana", "bot", microsoftsim.Words{Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	counts := map[any]int{}
	for _, a := range s.bot.all("message") {
		if a["text"] == "four times" {
			counts[a["id"]]++
		}
	}
	if len(s.bot.all("message")) != 5 || len(counts) != 3 {
		t.Errorf("%d messages, ids %v", len(s.bot.all("message")), counts)
	}
	if s.DeleteResend(id) || len(s.Resends()) != 0 {
		t.Error("it is still there")
	}
	if rows := s.rows("activity.sent"); len(rows) != 5 || rows[0].Detail["status"] != 200 {
		t.Errorf("ledger %v", rows)
	}
	_, err = s.PutResend(microsoftsim.Resend{Match: "message"})
	refusedWith(t, err, "invalid", "copies")
	second := newBot(t)
	if _, err := s.PutResend(microsoftsim.Resend{Match: "mess*", Copies: 1, Targets: []string{s.bot.URL, second.URL}, After: world.Duration(time.Millisecond)}); err != nil {
		t.Fatal(err)
	}
	s.bot.forget()
	if _, err := s.Post(t.Context(), "ana", "bot", microsoftsim.Words{Text: "both"}); err != nil {
		t.Fatal(err)
	}
	s.Close() // waits for the copy
	if len(s.bot.all("message")) != 1 || len(second.all("message")) != 1 {
		t.Errorf("%d and %d", len(s.bot.all("message")), len(second.all("message")))
	}
}

func TestUnansweredInvokesComeAgain(t *testing.T) {
	t.Parallel()
	s := newStage(t, func(o *microsoftsim.Options) {
		o.InvokeTimeout, o.Retries = 300*time.Millisecond, []time.Duration{350 * time.Millisecond, 700 * time.Millisecond}
	})
	s.bot.says(func(object) (int, any) { return 0, nil })
	out, err := s.Command(t.Context(), "ana", "launch", "scheduleMeeting", microsoftsim.CommandInput{})
	if err != nil || out.Type != "error" || out.Status != http.StatusGatewayTimeout || !strings.Contains(out.Text, "Unable to reach the app") {
		t.Errorf("%+v %v", out, err)
	}
	s.Close()
	sent := s.bot.all("composeExtension/fetchTask")
	if len(sent) != 3 || sent[0]["id"] != sent[1]["id"] || sent[2]["id"] == sent[0]["id"] {
		t.Errorf("%d times: %v", len(sent), sent)
	}
}

func TestRawActivitiesOfATest(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.bot.says(func(a object) (int, any) { return 202, object{"heard": a["text"]} })
	replies, err := s.SendRaw(t.Context(), microsoftsim.RawActivity{Person: "ana", Chat: "launch", Fields: object{"text": "odd", "from": nil}, Resend: "new-id"})
	if err != nil || len(replies) != 2 || replies[0].Status != 202 || !strings.Contains(replies[1].Body, "odd") {
		t.Fatalf("%+v %v", replies, err)
	}
	heard := s.bot.all("message")
	if heard[0]["id"] == heard[1]["id"] || heard[0]["from"] != nil || at(heard[0], "conversation", "conversationType") != "groupChat" {
		t.Errorf("%v", heard)
	}
	body, token := "[]", ""
	replies, err = s.SendRaw(t.Context(), microsoftsim.RawActivity{Body: &body, Token: &token, Target: s.bot.URL})
	if err != nil || replies[0].Status != 400 {
		t.Errorf("%+v %v", replies, err)
	}
	if _, err = s.SendRaw(t.Context(), microsoftsim.RawActivity{Resend: "twice"}); err == nil {
		t.Error("twice")
	}
	replies, _ = s.SendRaw(t.Context(), microsoftsim.RawActivity{Target: "http://127.0.0.1:1"})
	if replies[0].Status != 0 || replies[0].Error == "" {
		t.Errorf("%+v", replies)
	}
}

func TestMintedTokens(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for version, want := range map[string][2]string{"2.0": {s.url + "/" + s.tenant() + "/v2.0", appID}, "1.0": {"https://sts.windows.net/" + s.tenant() + "/", "api://" + strings.TrimPrefix(s.bot.URL, "http://") + "/botid-" + appID}} {
		token, err := s.Token(microsoftsim.TokenRequest{Kind: "sso", Person: "ana", Version: version, Claims: object{"name": nil, "scp": "other"}, Header: object{"crit": []string{"x"}}})
		if err != nil {
			t.Fatal(err)
		}
		claims := claimsOf(t, token)
		if claims["iss"] != want[0] || claims["aud"] != want[1] || claims["ver"] != version || claims["scp"] != "other" || claims["name"] != nil || claims["oid"] != s.person("ana").ID {
			t.Errorf("%s: %v", version, claims)
		}
	}
	for _, r := range []microsoftsim.TokenRequest{{Kind: "x"}, {Kind: "sso", Person: "nobody"}, {Kind: "sso", Person: "ana", Version: "3.0"}} {
		if _, err := s.Token(r); err == nil {
			t.Errorf("%+v was minted", r)
		}
	}
}

func TestStateSurvivesAndResets(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	open := func() (*microsoftsim.Sim, *world.World, string) {
		w, err := world.New(world.Options{Data: dir, Seed: 7})
		if err != nil {
			t.Fatal(err)
		}
		b := newBot(t)
		sim, err := microsoftsim.New(microsoftsim.Options{World: w, BaseURL: "http://127.0.0.1:1", ProductURL: b.URL, AppID: appID, Secret: secret, Package: appPackage(t, b.URL, nil)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(sim.Close)
		return sim, w, b.URL
	}
	sim, w, _ := open()
	if err := sim.AddToChat(t.Context(), "ana", "apollo-dev", teams); err != nil {
		t.Fatal(err)
	}
	if _, err := sim.Post(t.Context(), "ana", "apollo-dev", microsoftsim.Words{Text: "kept"}); err != nil {
		t.Fatal(err)
	}
	if err := w.Save(); err != nil {
		t.Fatal(err)
	}
	again, w2, _ := open()
	list, err := again.Messages("ben", "apollo-dev")
	if err != nil || list[len(list)-1].HTML != "kept" {
		t.Errorf("%v %+v", err, list)
	}
	if chats, _ := again.Chats("ana"); !slices.ContainsFunc(chats, func(c microsoftsim.Chat) bool { return c.ID == "apollo-general" && c.BotInstalled }) {
		t.Error("the installation is lost")
	}
	if err := w2.Reset(true); err != nil {
		t.Fatal(err)
	}
	if uploaded, consented := again.Approval(); uploaded || consented {
		t.Error("fresh is approved")
	}
	if list, _ := again.Messages("ben", "apollo-dev"); list[len(list)-1].HTML == "kept" {
		t.Error("the message is still there")
	}
	if err := again.Restore([]byte("nonsense")); err == nil {
		t.Error("nonsense was restored")
	}
}

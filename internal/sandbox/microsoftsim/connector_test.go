package microsoftsim_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"causeway/internal/sandbox/microsoftsim"
)

// connectorCode checks an error of the connector.
func (a answered) code(t *testing.T, status int, code string) {
	t.Helper()
	if a.status != status || a.at("error", "code") != code || a.at("error", "message") == "" {
		t.Errorf("%d %s, want %d %s", a.status, a.text, status, code)
	}
}

func TestConnectorWantsTheBotsToken(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	launch := "/v3/conversations/" + s.conversation("ana", "launch") + "/members"
	entra := func(claims object) string {
		usual := object{"aud": "https://api.botframework.com", "appid": appID, "tid": s.tenant()}
		for name, value := range claims {
			usual[name] = value
		}
		token, err := s.Token(microsoftsim.TokenRequest{Kind: "entra", Claims: usual})
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	if a := s.connectorWith(entra(nil), "GET", launch, nil); a.status != 403 {
		t.Errorf("a good one: %d", a.status)
	}
	for name, token := range map[string]string{
		"none": "", "nonsense": "x.y.z", "audience": entra(object{"aud": "https://graph.microsoft.com"}), "tenant": entra(object{"tid": "x"}),
		"expired": entra(object{"exp": s.world.Clock.Now().Add(-time.Minute).Unix()}), "activity": mustToken(t, s, "activity"),
	} {
		if a := s.connectorWith(token, "GET", launch, nil); a.status != 401 || a.body["message"] == nil {
			t.Errorf("%s: %d %s", name, a.status, a.text)
		}
	}
	s.connectorWith(entra(object{"appid": teams}), "GET", launch, nil).code(t, 401, "BotNotRegistered")
	if a := s.do("GET", "/connector/emea/v3/nothing", nil, ""); a.status != 404 {
		t.Errorf("unknown route: %d", a.status)
	}
}

func mustToken(t *testing.T, s *stage, kind string) string {
	t.Helper()
	token, err := s.Token(microsoftsim.TokenRequest{Kind: kind})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestInstallationIsPerConversation(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	launch, design := s.conversation("ana", "launch"), s.conversation("ana", "design")
	dev, general := s.conversation("ana", "apollo-dev"), s.conversation("ana", "apollo-general")
	s.installed("ana", "launch", "apollo-dev")
	for conversation, want := range map[string]int{launch: 200, design: 403, dev: 200, general: 200} {
		a := s.connector("GET", "/v3/conversations/"+conversation+"/members/"+url.PathEscape(s.person("ana").TeamsID), nil)
		if a.status != want {
			t.Errorf("%s: %d %s", conversation, a.status, a.text)
		}
	}
	s.connector("POST", "/v3/conversations/"+design+"/activities", message("hi")).code(t, 403, "BotNotInConversationRoster")
	s.connector("POST", "/v3/conversations/19:none@thread.v2/activities", message("hi")).code(t, 404, "ConversationNotFound")
	s.connector("POST", "/v3/conversations/"+s.conversation("kai", "quay")+"/activities", message("hi")).code(t, 404, "ConversationNotFound")
	s.connector("GET", "/v3/teams/"+s.conversation("jo", "everyone-news"), nil).code(t, 403, "BotNotInConversationRoster")
	if err := s.RemoveFromChat(t.Context(), "ben", "launch", teams); err != nil {
		t.Fatal(err)
	}
	s.connector("POST", "/v3/conversations/"+launch+"/activities", message("hi")).code(t, 403, "BotNotInConversationRoster")
}

func TestBotDisabledOrRemovedByTheAdministrator(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.installed("ana", "launch")
	path, token := "/v3/conversations/"+s.conversation("ana", "launch")+"/activities", s.botToken()
	if err := s.Disable("", true); err != nil {
		t.Fatal(err)
	}
	s.connectorWith(token, "POST", path, message("hi")).code(t, 403, "BotDisabledByAdmin")
	if err := s.Disable("", false); err != nil {
		t.Fatal(err)
	}
	if a := s.connectorWith(token, "POST", path, message("hi")); a.status != 201 {
		t.Errorf("allowed again: %d", a.status)
	}
	if err := s.Remove(""); err != nil {
		t.Fatal(err)
	}
	s.connectorWith(token, "POST", path, message("hi")).code(t, 403, "BotDisabledByAdmin")
}

func (s *stage) personalWith(id string) object {
	return object{
		"bot": object{"id": "28:" + appID}, "members": []any{object{"id": id}}, "tenantId": s.tenant(), "isGroup": false,
		"channelData": object{"tenant": object{"id": s.tenant()}},
	}
}

func TestPersonalConversationIsOneAndNeedsAWayToThePerson(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ben := s.person("ben")
	s.connector("POST", "/v3/conversations", s.personalWith(ben.TeamsID)).code(t, 403, "ForbiddenOperationException")
	s.connector("POST", "/v3/conversations/"+url.PathEscape(ben.Personal)+"/activities", message("hi")).code(t, 404, "ConversationNotFound")
	s.installed("ana", "launch")
	first := s.connector("POST", "/v3/conversations", s.personalWith(ben.TeamsID))
	second := s.connector("POST", "/v3/conversations", s.personalWith(ben.ID))
	if first.status != 201 || first.body["id"] != ben.Personal || second.body["id"] != ben.Personal {
		t.Fatalf("%s %s", first.text, second.text)
	}
	if rows := s.rows("conversation.created"); len(rows) != 1 || rows[0].Detail["with"] != "ben" {
		t.Errorf("ledger %v", rows)
	}
	a := s.connector("POST", "/v3/conversations/"+url.PathEscape(ben.Personal)+"/activities", message("hi"))
	rows := s.rows("message.posted")
	if a.status != 201 || len(rows) != 1 || rows[0].By != "bot" || rows[0].Subject != a.body["id"] || rows[0].Detail["scope"] != "personal" || rows[0].Detail["to"] != "ben" {
		t.Errorf("%s, ledger %v", a.text, rows)
	}
	s.connector("POST", "/v3/conversations", s.personalWith(s.person("hana").TeamsID)).code(t, 403, "ForbiddenOperationException")
	s.connector("POST", "/v3/conversations", s.personalWith("29:nobody")).code(t, 400, "BadArgument")
	s.connector("POST", "/v3/conversations", s.personalWith(s.person("kai").TeamsID)).code(t, 400, "BadArgument")
	s.connector("POST", "/v3/conversations", object{"members": []any{object{"id": ben.TeamsID}}}).code(t, 400, "BadArgument")
	s.connector("POST", "/v3/conversations", object{"isGroup": true, "members": []any{object{"id": ben.TeamsID}}, "tenantId": s.tenant()}).code(t, 400, "BadArgument")
}

func TestPeopleCanBlockAndRemoveTheBot(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	hana := s.person("hana")
	path := "/v3/conversations/" + url.PathEscape(hana.Personal) + "/activities"
	if err := s.InstallPersonal(t.Context(), "hana", teams); err != nil {
		t.Fatal(err)
	}
	if a := s.connector("POST", path, message("hi")); a.status != 201 {
		t.Fatalf("%d %s", a.status, a.text)
	}
	if err := s.Block("hana", true); err != nil {
		t.Fatal(err)
	}
	s.connector("POST", path, message("hi")).code(t, 403, "ConversationBlockedByUser")
	if err := s.Block("hana", false); err != nil {
		t.Fatal(err)
	}
	if err := s.Uninstall(t.Context(), "hana", teams); err != nil {
		t.Fatal(err)
	}
	a := s.connector("POST", path, message("hi"))
	if a.status != 403 || a.body["errorCode"] != 209.0 || !strings.Contains(a.text, "MessageWritesBlocked") {
		t.Errorf("%d %s", a.status, a.text)
	}
}

func TestTheBotMayAnswerWhoWritesToIt(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	path := "/v3/conversations/" + url.PathEscape(s.person("hana").Personal) + "/activities"
	if _, err := s.Post(t.Context(), "hana", "bot", microsoftsim.Words{Text: "help"}); err != nil {
		t.Fatal(err)
	}
	if a := s.connector("POST", path, message("hi")); a.status != 201 {
		t.Errorf("%d %s", a.status, a.text)
	}
	if a := s.connector("POST", "/v3/conversations", s.personalWith(s.person("hana").TeamsID)); a.status != 201 {
		t.Errorf("%d %s", a.status, a.text)
	}
}

func TestMessagesAreSentChangedAndDeleted(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.installed("ana", "launch")
	path := "/v3/conversations/" + s.conversation("ana", "launch") + "/activities"
	sent := s.connector("POST", path, cardMessage(card([]any{textBlock("Hello **you**")})))
	id, _ := sent.body["id"].(string)
	if sent.status != 201 || id == "" {
		t.Fatalf("%d %s", sent.status, sent.text)
	}
	if a := s.connector("PUT", path+"/"+id, message("**new** [x](https://a.example/) <b>")); a.status != 200 || a.body["id"] != id {
		t.Errorf("%d %s", a.status, a.text)
	}
	list, err := s.Messages("ben", "launch")
	last := list[len(list)-1]
	if err != nil || !last.Edited || !last.From.Bot || last.From.Name != "Causeway" || last.HTML != `<strong>new</strong> <a href="https://a.example/" rel="noreferrer noopener" target="_blank">x</a> &lt;b&gt;` {
		t.Errorf("%v %+v", err, last)
	}
	s.connector("PUT", path+"/1", message("x")).code(t, 404, "ActivityNotFoundInConversation")
	s.connector("PUT", path+"/"+list[0].ID, message("x")).code(t, 403, "NotEnoughPermissions")
	if a := s.connector("DELETE", path+"/"+id, nil); a.status != 200 {
		t.Errorf("%d %s", a.status, a.text)
	}
	s.connector("DELETE", path+"/"+id, nil).code(t, 404, "ActivityNotFoundInConversation")
	for effect, want := range map[string]int{"message.posted": 1, "message.updated": 1, "message.deleted": 1} {
		if got := s.rows(effect); len(got) != want || got[0].Subject != id {
			t.Errorf("%s: %v", effect, got)
		}
	}
}

func TestTextBesideACardBecomesAMessageOfItsOwn(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.installed("ana", "launch")
	both := cardMessage(card([]any{textBlock("card")}))
	both["text"] = "text"
	a := s.connector("POST", "/v3/conversations/"+s.conversation("ana", "launch")+"/activities", both)
	rows := s.rows("message.posted")
	if len(rows) != 2 || rows[1].Subject != a.body["id"] {
		t.Errorf("%s %v", a.text, rows)
	}
}

func TestChannelsHaveThreads(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.installed("ana", "apollo-dev")
	channel := s.conversation("ana", "apollo-dev")
	plain, _ := url.PathUnescape(channel)
	a := s.connector("POST", "/v3/conversations", object{"isGroup": true, "channelData": object{"channel": object{"id": plain}}, "activity": message("root")})
	root, _ := a.body["activityId"].(string)
	if a.status != 201 || a.body["id"] != plain+";messageid="+root {
		t.Fatalf("%d %s", a.status, a.text)
	}
	thread := "/v3/conversations/" + url.PathEscape(plain+";messageid="+root)
	if a := s.connector("POST", thread+"/activities", message("reply")); a.status != 201 {
		t.Errorf("%d %s", a.status, a.text)
	}
	reply := s.connector("POST", "/v3/conversations/"+channel+"/activities/"+root, message("another"))
	list, _ := s.Messages("ben", "apollo-dev")
	if n := len(list); list[n-1].ID != reply.body["id"] || list[n-1].ReplyTo != root || list[n-2].ReplyTo != root || list[n-3].ReplyTo != "" {
		t.Errorf("messages %+v", list)
	}
	if a := s.connector("GET", thread+"/pagedmembers", nil); a.status != 200 || len(a.body["members"].([]any)) != 7 {
		t.Errorf("%d %s", a.status, a.text)
	}
	s.connector("POST", "/v3/conversations/"+url.PathEscape(plain+";messageid=77")+"/activities", message("x")).code(t, 404, "ConversationNotFound")
	s.connector("POST", "/v3/conversations", object{"isGroup": true, "channelData": object{"channel": object{"id": plain}}}).code(t, 400, "BadArgument")
}

func TestRosterShowsRealMembers(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.installed("ana", "odd")
	path := "/v3/conversations/" + s.conversation("ana", "odd")
	paged := s.connector("GET", path+"/pagedmembers", nil)
	if paged.body["totalCount"] != nil || paged.body["continuationToken"] != nil {
		t.Errorf("%s", paged.text)
	}
	ana, fay := paged.at("members", 0).(object), paged.at("members", 2).(object)
	if ana["aadObjectId"] != s.person("ana").ID || ana["email"] != "ana.duarte@meridian.example" || ana["tenantId"] != s.tenant() || ana["userRole"] != "user" || ana["objectId"] != nil {
		t.Errorf("ana %v", ana)
	}
	if fay["email"] != nil || !strings.Contains(fay["userPrincipalName"].(string), "#EXT#") {
		t.Errorf("the guest %v", fay)
	}
	all := s.connector("GET", path+"/members", nil)
	if !strings.HasPrefix(all.text, `[{"email":"ana.duarte@meridian.example"`) || !strings.Contains(all.text, `"objectId"`) || strings.Contains(all.text, `"aadObjectId"`) {
		t.Errorf("%s", all.text)
	}
	for _, id := range []string{s.person("ivo").TeamsID, s.person("ivo").ID, "ivo.petrov@meridian.example"} {
		if a := s.connector("GET", path+"/members/"+url.PathEscape(id), nil); a.body["name"] != "Ivo Petrov" {
			t.Errorf("%s: %s", id, a.text)
		}
	}
	s.connector("GET", path+"/members/"+url.PathEscape(s.person("chloe").TeamsID), nil).code(t, 404, "MemberNotFoundInConversation")
}

func TestRosterComesInPages(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.installed("jo", "everyone-news")
	path := "/v3/conversations/" + s.conversation("jo", "everyone-news") + "/pagedmembers?pageSize="
	sizes, seen, next := []int{}, map[any]bool{}, ""
	for range 5 {
		a := s.connector("GET", path+"250&continuationToken="+url.QueryEscape(next), nil)
		for _, m := range a.body["members"].([]any) {
			seen[m.(object)["id"]] = true
		}
		sizes = append(sizes, len(a.body["members"].([]any)))
		if next, _ = a.body["continuationToken"].(string); next == "" {
			break
		}
	}
	if fmt.Sprint(sizes) != "[250 250 100]" || len(seen) != 600 {
		t.Errorf("pages %v, %d people", sizes, len(seen))
	}
	for size, want := range map[string]int{"1": 50, "1000": 500, "": 200} {
		if a := s.connector("GET", path+size, nil); len(a.body["members"].([]any)) != want {
			t.Errorf("pageSize %q: %d", size, len(a.body["members"].([]any)))
		}
	}
	s.connector("GET", path+"x", nil).code(t, 400, "BadArgument")
	s.connector("GET", path+"50&continuationToken=nonsense", nil).code(t, 400, "BadArgument")
}

func TestTeamAndItsChannels(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.installed("ana", "apollo-dev")
	id := s.conversation("ana", "apollo-general")
	plain, _ := url.PathUnescape(id)
	team := s.connector("GET", "/v3/teams/"+id, nil)
	if team.body["id"] != plain || team.body["name"] != "Apollo" || team.body["memberCount"] != 7.0 || team.body["channelCount"] != 3.0 || team.body["aadGroupId"] == "" {
		t.Errorf("%s", team.text)
	}
	channels := s.connector("GET", "/v3/teams/"+id+"/conversations", nil)
	if channels.at("conversations", 0, "id") != plain || channels.at("conversations", 0, "name") != nil || channels.at("conversations", 1, "name") != "Development" {
		t.Errorf("%s", channels.text)
	}
	s.connector("GET", "/v3/teams/19:none@thread.tacv2", nil).code(t, 404, "ConversationNotFound")
}

func TestActivitiesThatTeamsRefuses(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.installed("ana", "launch")
	path := "/v3/conversations/" + s.conversation("ana", "launch") + "/activities"
	old := card([]any{textBlock("x")})
	old["version"] = "1.6"
	seven := []any{}
	for range 7 {
		seven = append(seven, object{"type": "Action.Submit", "title": "x"})
	}
	input := object{"type": "Input.Text", "id": "topic"}
	for name, body := range map[string]any{
		"version 1.6":   cardMessage(old),
		"7 actions":     cardMessage(card([]any{textBlock("x")}, seven...)),
		"7 inside":      cardMessage(card([]any{object{"type": "ActionSet", "actions": seven}})),
		"media":         cardMessage(card([]any{object{"type": "Media", "sources": []any{}}})),
		"no text":       cardMessage(card([]any{object{"type": "TextBlock"}})),
		"half a fact":   cardMessage(card([]any{object{"type": "FactSet", "facts": []any{object{"title": "x"}}}})),
		"script":        cardMessage(card([]any{textBlock("x")}, object{"type": "Action.OpenUrl", "url": "javascript:alert(1)"})),
		"twin inputs":   cardMessage(card([]any{input, input})),
		"no card":       cardMessage("text"),
		"unknown type":  object{"type": "message", "attachments": []any{object{"contentType": "text/plain", "content": "x"}}},
		"empty":         object{"type": "message"},
		"unknown input": cardMessage(card([]any{object{"type": "Input.Magic", "id": "x"}})),
	} {
		if a := s.connector("POST", path, body); a.status != 400 || a.at("error", "code") != "BadSyntax" {
			t.Errorf("%s: %d %s", name, a.status, a.text)
		}
		if err := s.world.Clock.Advance(time.Second); err != nil {
			t.Fatal(err)
		}
	}
	s.connector("POST", path, object{"type": "invoke", "text": "x"}).code(t, 400, "BadArgument")
	s.connector("POST", path, message(strings.Repeat("ü", 60_000))).code(t, 413, "MessageSizeTooBig")
	if a := s.connector("POST", path, object{"type": "typing"}); a.status != 201 {
		t.Errorf("typing: %d", a.status)
	}
	if rows := s.rows("message.posted"); len(rows) != 0 {
		t.Errorf("posted %v", rows)
	}
}

func TestLimitsPerThreadAndPerTenant(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.installed("ana", "launch", "design")
	token := s.botToken()
	send := func(chat string) answered {
		return s.connectorWith(token, "POST", "/v3/conversations/"+s.conversation("ana", chat)+"/activities", message("hi"))
	}
	refused, n := answered{}, 0
	for n = 0; n < 30 && refused.status == 0; n++ {
		if a := send("launch"); a.status == 429 {
			refused = a
		}
	}
	refused.code(t, 429, "Throttled")
	if refused.header.Get("Retry-After") != "1" && refused.header.Get("Retry-After") != "2" || n < 8 {
		t.Errorf("Retry-After %q after %d", refused.header.Get("Retry-After"), n)
	}
	if a := send("design"); a.status != 201 {
		t.Errorf("another thread: %d", a.status)
	}
	if err := s.world.Clock.Advance(2 * time.Second); err != nil {
		t.Fatal(err)
	}
	if a := send("launch"); a.status != 201 {
		t.Errorf("later: %d", a.status)
	}
}

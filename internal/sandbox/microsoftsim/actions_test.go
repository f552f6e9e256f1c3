package microsoftsim_test

import (
	"encoding/json"
	"strings"
	"testing"

	"causeway/internal/sandbox/microsoftsim"
)

// posted puts a card of the bot into a chat of Ana's where it is installed, and answers the message's id.
func (s *stage) posted(c object) string {
	s.t.Helper()
	s.installed("ana", "launch")
	a := s.connector("POST", "/v3/conversations/"+s.conversation("ana", "launch")+"/activities", cardMessage(c))
	if a.status != 201 {
		s.t.Fatalf("%d %s", a.status, a.text)
	}
	return a.body["id"].(string)
}

func (s *stage) act(person, m string, n int, data object) microsoftsim.Outcome {
	s.t.Helper()
	out, err := s.Act(s.t.Context(), person, "launch", m, n, data)
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

func submit(data any) object { return object{"type": "Action.Submit", "title": "x", "data": data} }

func TestCardActionsOfAllKinds(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	inner := card([]any{object{"type": "Input.Text", "id": "why"}}, submit(object{"a": "inner"}))
	id := s.posted(card([]any{object{"type": "ActionSet", "actions": []any{submit(object{"a": 1.0})}}},
		object{"type": "Action.OpenUrl", "title": "Join", "url": "https://zoom.us/j/1"},
		object{"type": "Action.ShowCard", "title": "More", "card": inner},
		submit(object{"msteams": object{"type": "task/fetch"}, "cmd": "reschedule"}),
		submit(object{"msteams": object{"type": "messageBack", "text": "back", "value": object{"b": 2.0}}}),
		submit(object{"msteams": object{"type": "imBack", "value": "@Causeway help"}}),
	))
	if out := s.act("ben", id, 0, object{"typed": "x"}); out.Type != "closed" {
		t.Errorf("%+v", out)
	}
	a := s.only("message")
	if raw, _ := json.Marshal(a["value"]); string(raw) != `{"a":1,"typed":"x"}` || a["replyToId"] != id || a["text"] != nil || at(a, "from", "id") != s.person("ben").TeamsID || at(a, "channelData", "source", "name") != "message" {
		t.Errorf("%v", a)
	}
	if out := s.act("ben", id, 1, nil); out.Type != "open" || out.URL != "https://zoom.us/j/1" {
		t.Errorf("%+v", out)
	}
	if out := s.act("ben", id, 2, nil); out.Type != "card" || !strings.Contains(string(out.Card), "why") {
		t.Errorf("%+v", out)
	}
	s.bot.forget()
	s.act("ben", id, 3, nil)
	if at(s.only("message"), "value", "a") != "inner" {
		t.Errorf("%v", s.bot.all(""))
	}
	s.bot.forget()
	s.bot.always(taskCard("Change", form()))
	out := s.act("ben", id, 4, nil)
	fetch := s.only("task/fetch")
	if out.Type != "dialog" || at(fetch, "value", "data", "cmd") != "reschedule" || fetch["replyToId"] != id {
		t.Fatalf("%+v %v", out, fetch)
	}
	s.bot.always(object{"task": object{"type": "message", "value": "Changed"}})
	if done := s.submit(out.Dialog.ID, 1, nil); done.Text != "Changed" || at(s.only("task/submit"), "value", "data", "nonce") != "n1" {
		t.Errorf("%+v", done)
	}
	s.bot.forget()
	s.act("ben", id, 5, nil)
	if a := s.only("message"); a["text"] != "back" || at(a, "value", "b") != 2.0 {
		t.Errorf("%v", a)
	}
	if out := s.act("ben", id, 6, nil); out.Type != "closed" || out.MessageID == "" || len(s.bot.all("message")) != 2 {
		t.Errorf("%+v", out)
	}
	_, err := s.Act(t.Context(), "ben", "launch", id, 7, nil)
	refusedWith(t, err, "not_found", "no action")
	_, err = s.Act(t.Context(), "ben", "launch", "1", 0, nil)
	refusedWith(t, err, "not_found", "no message")
	s.bot.says(func(object) (int, any) { return 500, nil })
	if out := s.act("ben", id, 0, nil); out.Type != "error" || out.Status != 500 {
		t.Errorf("%+v", out)
	}
	if err := s.RemoveFromChat(t.Context(), "ana", "launch", teams); err != nil {
		t.Fatal(err)
	}
	if out := s.act("ben", id, 0, nil); out.Type != "error" || !strings.Contains(out.Text, "not in this conversation") {
		t.Errorf("%+v", out)
	}
}

func TestExecuteShowsEachPersonHisOwnView(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	id := s.posted(card([]any{textBlock("For all")}, object{"type": "Action.Execute", "verb": "going", "id": "e1", "data": object{"x": 1.0}}))
	mine := card([]any{textBlock("You go")})
	s.bot.always(object{"statusCode": 200, "type": "application/vnd.microsoft.card.adaptive", "value": mine})
	if out := s.act("ben", id, 0, nil); out.Type != "card" || out.MessageID != id {
		t.Fatalf("%+v", out)
	}
	invoke := s.only("adaptiveCard/action")
	if at(invoke, "value", "action", "verb") != "going" || at(invoke, "value", "action", "data", "x") != 1.0 || at(invoke, "value", "trigger") != "manual" || invoke["replyToId"] != id {
		t.Errorf("%v", invoke)
	}
	shows := func(person string) string {
		list, err := s.Messages(person, "launch")
		if err != nil {
			t.Fatal(err)
		}
		return string(list[len(list)-1].Cards[0])
	}
	if !strings.Contains(shows("ben"), "You go") || !strings.Contains(shows("ana"), "For all") {
		t.Errorf("ben %s, ana %s", shows("ben"), shows("ana"))
	}
	s.connector("PUT", "/v3/conversations/"+s.conversation("ana", "launch")+"/activities/"+id, cardMessage(card([]any{textBlock("New for all")}, object{"type": "Action.Execute", "verb": "x"})))
	if !strings.Contains(shows("ben"), "New for all") {
		t.Errorf("%s", shows("ben"))
	}
	for _, c := range []struct {
		answer any
		want   microsoftsim.Outcome
	}{
		{object{"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": "Noted"}, microsoftsim.Outcome{Type: "message", Text: "Noted"}},
		{object{"statusCode": 400, "type": "application/vnd.microsoft.error", "value": object{"code": "x", "message": "Not yours"}}, microsoftsim.Outcome{Type: "error", Text: "Not yours", Status: 400}},
		{object{"statusCode": 401, "type": "application/vnd.microsoft.error.inccorectAuthCode"}, microsoftsim.Outcome{Type: "error", Text: "Something went wrong. Please try again.", Status: 401}},
		{object{"statusCode": 200, "type": "application/vnd.microsoft.card.adaptive", "value": object{}}, microsoftsim.Outcome{Type: "error", Text: "Something went wrong. Please try again.", Status: 200}},
	} {
		s.bot.always(c.answer)
		if out := s.act("ben", id, 0, nil); out.Type != c.want.Type || out.Text != c.want.Text || out.Status != c.want.Status {
			t.Errorf("%v: %+v", c.answer, out)
		}
	}
}

func TestCardsRefreshThemselvesForThoseNamed(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	c := card([]any{textBlock("For all")})
	c["refresh"] = object{"action": object{"type": "Action.Execute", "verb": "refresh", "data": object{"id": "m1"}}, "userIds": []any{s.person("ben").TeamsID}}
	s.posted(c)
	s.bot.always(object{"statusCode": 200, "type": "application/vnd.microsoft.card.adaptive", "value": card([]any{textBlock("For Ben")})})
	for range 2 {
		for _, person := range []string{"ana", "ben"} {
			if err := s.Refresh(t.Context(), person, "launch"); err != nil {
				t.Fatal(err)
			}
		}
	}
	s.Close()
	invoke := s.only("adaptiveCard/action")
	if at(invoke, "value", "trigger") != "automatic" || at(invoke, "value", "action", "verb") != "refresh" || at(invoke, "from", "id") != s.person("ben").TeamsID {
		t.Errorf("%v", invoke)
	}
	list, _ := s.Messages("ben", "launch")
	if !strings.Contains(string(list[len(list)-1].Cards[0]), "For Ben") {
		t.Errorf("%s", list[len(list)-1].Cards[0])
	}
}

func TestSignInCardOfTheBot(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	if err := s.InstallPersonal(t.Context(), "ana", teams); err != nil {
		t.Fatal(err)
	}
	s.connector("POST", "/v3/conversations/"+s.person("ana").Personal+"/activities", object{
		"type": "message", "attachments": []any{object{
			"contentType": "application/vnd.microsoft.card.signin", "content": object{"title": "Sign in", "text": "to Zoom", "buttons": []any{
				object{"type": "signin", "title": "Connect", "value": s.bot.URL + "/connect/1"}, object{"type": "openUrl", "title": "Help", "value": "https://help.example/"},
			}},
		}},
		"suggestedActions": object{"actions": []any{object{"type": "imBack", "title": "Help", "value": "help"}}},
	})
	list, err := s.Messages("ana", "bot")
	if err != nil || len(list) != 1 || len(list[0].Suggested) != 1 {
		t.Fatalf("%v %+v", err, list)
	}
	out, err := s.Act(t.Context(), "ana", "bot", list[0].ID, 0, nil)
	if err != nil || out.Type != "auth" {
		t.Fatalf("%+v %v", out, err)
	}
	s.bot.always(object{})
	if done, err := s.CompletePopup(t.Context(), out.Popup.ID, "654321"); err != nil || done.Type != "closed" {
		t.Errorf("%+v %v", done, err)
	}
	if verify := s.only("signin/verifyState"); at(verify, "value", "state") != "654321" || at(verify, "conversation", "id") != s.person("ana").Personal {
		t.Errorf("%v", verify)
	}
	if help, _ := s.Act(t.Context(), "ana", "bot", list[0].ID, 1, nil); help.URL != "https://help.example/" {
		t.Errorf("%+v", help)
	}
	bad := s.connector("POST", "/v3/conversations/"+s.person("ana").Personal+"/activities", object{"type": "message", "attachments": []any{object{
		"contentType": "application/vnd.microsoft.card.hero", "content": object{"buttons": []any{object{"type": "magic"}}},
	}}})
	bad.code(t, 400, "BadSyntax")
}

package microsoftsim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"causeway/internal/sandbox/microsoftsim"
)

func task(title string, value object) object {
	value["title"] = title
	return object{"task": object{"type": "continue", "value": value}}
}

func taskCard(title string, c object) object {
	return task(title, object{"card": object{"contentType": "application/vnd.microsoft.card.adaptive", "content": c}})
}

func form() object {
	return card([]any{
		textBlock("When?"),
		object{"type": "Input.Text", "id": "topic", "isRequired": true, "errorMessage": "A topic, please.", "value": "Weekly"},
		object{"type": "Input.Toggle", "id": "waiting", "title": "Waiting room"},
		object{"type": "Input.Number", "id": "minutes", "value": 30},
		object{"type": "Input.Time", "id": "at"},
	}, object{"type": "Action.OpenUrl", "title": "Help", "url": "https://help.example/"}, object{"type": "Action.Submit", "title": "Go", "data": object{"nonce": "n1"}})
}

func (s *stage) command(person, chat, id string, in microsoftsim.CommandInput) microsoftsim.Outcome {
	s.t.Helper()
	out, err := s.Command(s.t.Context(), person, chat, id, in)
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

func (s *stage) submit(id string, action int, data object) microsoftsim.Outcome {
	s.t.Helper()
	out, err := s.SubmitDialog(s.t.Context(), id, microsoftsim.DialogInput{Action: action, Data: any(data)})
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

func TestDialogOfAnAction(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.bot.always(taskCard("Schedule", form()))
	out := s.command("ana", "launch", "scheduleMeeting", microsoftsim.CommandInput{Theme: "dark"})
	if out.Type != "dialog" || out.Dialog.Title != "Schedule" || out.Dialog.Card == nil {
		t.Fatalf("%+v", out)
	}
	fetch := s.only("composeExtension/fetchTask")
	if at(fetch, "value", "commandId") != "scheduleMeeting" || at(fetch, "value", "commandContext") != "compose" || at(fetch, "value", "context", "theme") != "dark" ||
		at(fetch, "channelData", "source", "name") != "compose" || at(fetch, "value", "requestId") == nil || fetch["type"] != "invoke" {
		t.Errorf("%v", fetch)
	}
	if open := s.submit(out.Dialog.ID, 0, nil); open.Type != "open" || open.URL != "https://help.example/" {
		t.Errorf("%+v", open)
	}
	if empty := s.submit(out.Dialog.ID, 1, object{"topic": ""}); empty.Type != "error" || empty.Text != "A topic, please." {
		t.Errorf("%+v", empty)
	}
	s.bot.says(func(object) (int, any) { return 500, nil })
	if failed := s.submit(out.Dialog.ID, 1, nil); failed.Type != "error" || failed.Status != 500 {
		t.Errorf("%+v", failed)
	}
	s.bot.forget()
	s.bot.always(object{"task": object{"type": "message", "value": "Done."}})
	if done := s.submit(out.Dialog.ID, 1, object{"topic": "Launch", "extra": "x"}); done.Type != "message" || done.Text != "Done." {
		t.Errorf("%+v", done)
	}
	sent := s.only("composeExtension/submitAction")
	want := `{"extra":"x","minutes":"30","nonce":"n1","topic":"Launch","waiting":"false"}`
	if raw, _ := json.Marshal(at(sent, "value", "data")); string(raw) != want || at(sent, "value", "requestId") != at(fetch, "value", "requestId") {
		t.Errorf("data %s", raw)
	}
	_, err := s.SubmitDialog(t.Context(), out.Dialog.ID, microsoftsim.DialogInput{Action: 1})
	refusedWith(t, err, "not_found", "no open dialog")
}

func TestDialogIsReplacedOrClosed(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.bot.always(taskCard("One", form()))
	first := s.command("ana", "launch", "scheduleMeeting", microsoftsim.CommandInput{})
	s.bot.always(task("Two", object{"url": s.bot.URL + "/page", "width": "large", "height": 400}))
	second := s.submit(first.Dialog.ID, 1, nil)
	if second.Type != "dialog" || second.Dialog.URL != s.bot.URL+"/page" || second.Dialog.Width != "large" || second.Dialog.ID == first.Dialog.ID {
		t.Fatalf("%+v", second)
	}
	s.bot.says(func(object) (int, any) { return 200, nil })
	if closed := s.submit(second.Dialog.ID, 0, object{"from": "the page"}); closed.Type != "closed" {
		t.Errorf("%+v", closed)
	}
	sent := s.bot.all("composeExtension/submitAction")
	if at(sent[1], "value", "data", "from") != "the page" {
		t.Errorf("%v", sent[1])
	}
	third := s.command("ana", "launch", "scheduleMeeting", microsoftsim.CommandInput{})
	if third.Type != "closed" {
		t.Errorf("%+v", third)
	}
	s.bot.always(taskCard("Four", form()))
	fourth := s.command("ana", "launch", "scheduleMeeting", microsoftsim.CommandInput{})
	if err := s.CancelDialog(fourth.Dialog.ID); err != nil {
		t.Fatal(err)
	}
	refusedWith(t, s.CancelDialog(fourth.Dialog.ID), "not_found", "no open dialog")
}

func TestAnswersThatTeamsCannotShow(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	seven := []any{}
	for range 7 {
		seven = append(seven, object{"type": "Action.Submit", "title": "x"})
	}
	big := []any{object{"contentType": "application/vnd.microsoft.card.adaptive", "content": card([]any{textBlock(strings.Repeat("x", 29<<10))})}}
	auth := func(address string) object {
		return object{"composeExtension": object{"type": "auth", "suggestedActions": object{"actions": []any{object{"type": "openUrl", "value": address}}}}}
	}
	for name, c := range map[string]struct {
		body any
		text string
	}{
		"7 actions":          {taskCard("x", card(nil, seven...)), "7 actions"},
		"neither":            {task("x", object{}), "Something went wrong"},
		"foreign page":       {task("x", object{"url": "https://elsewhere.example/"}), "valid domains"},
		"foreign sign-in":    {auth("https://elsewhere.example/connect"), "valid domains"},
		"two labels":         {auth("https://a.b.causeway.example/connect"), "valid domains"},
		"plain http":         {auth("http://one.causeway.example/connect"), "valid domains"},
		"unknown type":       {object{"composeExtension": object{"type": "magic"}}, "Something went wrong"},
		"unknown task":       {object{"task": object{"type": "magic"}}, "Something went wrong"},
		"auth without links": {object{"composeExtension": object{"type": "auth"}}, "Something went wrong"},
		"large":              {object{"composeExtension": object{"type": "result", "attachments": big}}, "28 KB"},
		"text":               {"hello", "Something went wrong"},
	} {
		s.bot.always(c.body)
		if out := s.command("ana", "launch", "scheduleMeeting", microsoftsim.CommandInput{}); out.Type != "error" || !strings.Contains(out.Text, c.text) {
			t.Errorf("%s: %+v", name, out)
		}
	}
	s.bot.always(auth("https://one.causeway.example/connect"))
	if out := s.command("ana", "launch", "scheduleMeeting", microsoftsim.CommandInput{}); out.Type != "auth" {
		t.Errorf("a good one: %+v", out)
	}
	config := auth("https://one.causeway.example/settings")
	config["composeExtension"].(object)["type"] = "config"
	s.bot.always(config)
	if out := s.command("ana", "launch", "scheduleMeeting", microsoftsim.CommandInput{}); out.Type != "config" || out.URL != "https://one.causeway.example/settings" {
		t.Errorf("settings: %+v", out)
	}
	s.bot.Close()
	if out := s.command("ana", "launch", "scheduleMeeting", microsoftsim.CommandInput{}); out.Type != "error" || out.Status != http.StatusBadGateway {
		t.Errorf("%+v", out)
	}
}

func TestCommandsWhereTheyAreOffered(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	list, _ := s.Messages("ana", "apollo-dev")
	s.command("ana", "apollo-dev", "scheduleMeeting", microsoftsim.CommandInput{Message: list[1].ID})
	fetch := s.only("composeExtension/fetchTask")
	payload := at(fetch, "value", "messagePayload")
	if at(fetch, "value", "commandContext") != "message" || at(payload, "id") != list[1].ID || at(payload, "from", "user", "id") != s.person("dev").ID || at(payload, "replyToId") != list[0].ID ||
		!strings.HasSuffix(at(fetch, "conversation", "id").(string), ";messageid="+list[0].ID) || !strings.Contains(at(payload, "body", "content").(string), "It always is.") {
		t.Errorf("%v", fetch)
	}
	_, err := s.Command(t.Context(), "ana", "launch", "findMeetings", microsoftsim.CommandInput{Message: list[1].ID})
	refusedWith(t, err, "invalid", "not offered")
	_, err = s.Command(t.Context(), "ana", "launch", "startPhone", microsoftsim.CommandInput{})
	refusedWith(t, err, "not_found", "no command")
	_, err = s.Command(t.Context(), "ana", "launch", "scheduleMeeting", microsoftsim.CommandInput{ReplyTo: "5"})
	refusedWith(t, err, "not_found", "no message")
}

func TestQueryShowsResults(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	result := object{
		"contentType": "application/vnd.microsoft.card.adaptive", "content": card([]any{textBlock("x")}),
		"preview": object{"contentType": "application/vnd.microsoft.card.thumbnail", "content": object{"title": "x"}},
	}
	s.bot.always(object{"composeExtension": object{"type": "result", "attachmentLayout": "list", "attachments": []any{result}}})
	out := s.command("ana", "launch", "findMeetings", microsoftsim.CommandInput{})
	if out.Type != "result" || out.Layout != "list" || len(out.Attachments) != 1 {
		t.Fatalf("%+v", out)
	}
	s.command("ana", "launch", "findMeetings", microsoftsim.CommandInput{Query: "sync"})
	sent := s.bot.all("composeExtension/query")
	if at(sent[0], "value", "parameters", 0, "name") != "initialRun" || at(sent[1], "value", "parameters", 0, "value") != "sync" || at(sent[1], "value", "parameters", 0, "name") != "q" {
		t.Errorf("%v", sent)
	}
	delete(result, "preview")
	if out := s.command("ana", "launch", "findMeetings", microsoftsim.CommandInput{}); out.Type != "error" || !strings.Contains(out.Text, "preview") {
		t.Errorf("%+v", out)
	}
	var chosen struct{ Content json.RawMessage }
	if err := json.Unmarshal(out.Attachments[0], &chosen); err != nil {
		t.Fatal(err)
	}
	m, err := s.Post(t.Context(), "ana", "launch", microsoftsim.Words{Cards: []json.RawMessage{chosen.Content}})
	if err != nil || len(m.Cards) != 1 || m.From.Handle != "ana" || len(s.bot.all("message")) != 0 {
		t.Errorf("%v %+v", err, m)
	}
	s.bot.always(object{"composeExtension": object{"type": "message", "text": "Nothing found"}})
	if out := s.command("ana", "launch", "findMeetings", microsoftsim.CommandInput{}); out.Type != "message" || out.Text != "Nothing found" {
		t.Errorf("%+v", out)
	}
}

func TestJustInTimeInstallation(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	offer := card([]any{textBlock("Add me?")}, object{"type": "Action.Submit", "title": "Continue", "data": object{"msteams": object{"justInTimeInstall": true}}})
	s.bot.always(taskCard("Add", offer))
	out := s.command("ana", "launch", "scheduleMeeting", microsoftsim.CommandInput{})
	path := "/v3/conversations/" + s.conversation("ana", "launch") + "/members"
	if err := s.CancelDialog(out.Dialog.ID); err != nil || len(s.rows("app.installed")) != 0 {
		t.Fatal(err)
	}
	s.connector("GET", path, nil).code(t, 403, "BotNotInConversationRoster")
	out = s.command("ana", "launch", "scheduleMeeting", microsoftsim.CommandInput{})
	s.bot.forget()
	s.bot.always(taskCard("Schedule", form()))
	if next := s.submit(out.Dialog.ID, 0, nil); next.Type != "dialog" || next.Dialog.Title != "Schedule" {
		t.Fatalf("%+v", next)
	}
	heard := s.bot.all("")
	if len(heard) != 3 || heard[2]["name"] != "composeExtension/submitAction" || at(heard[2], "value", "data", "msteams", "justInTimeInstall") != true {
		t.Errorf("%v", heard)
	}
	s.only("conversationUpdate")
	s.only("installationUpdate")
	if a := s.connector("GET", path, nil); a.status != 200 {
		t.Errorf("%d", a.status)
	}
	s.SetKnobs(microsoftsim.Knobs{NoInstall: true})
	s.bot.always(taskCard("Add", offer))
	out = s.command("ana", "design", "scheduleMeeting", microsoftsim.CommandInput{})
	s.bot.forget()
	if refused := s.submit(out.Dialog.ID, 0, nil); refused.Type != "error" || !strings.Contains(refused.Text, "administrator") || len(s.bot.all("")) != 0 {
		t.Errorf("%+v", refused)
	}
}

func TestInvokeHasFiveSeconds(t *testing.T) {
	t.Parallel()
	s := newStage(t, func(o *microsoftsim.Options) { o.InvokeTimeout = 300 * time.Millisecond })
	s.bot.says(func(object) (int, any) { return 0, nil })
	out := s.command("ana", "launch", "scheduleMeeting", microsoftsim.CommandInput{})
	s.Close()
	if out.Type != "error" || out.Status != 504 || len(s.bot.all("")) != 1 {
		t.Errorf("%+v, %d activities", out, len(s.bot.all("")))
	}
}

// connectPages are the product's: to Entra, and a last page with the result of the browser that began.
func (s *stage) connectPages() {
	s.bot.page("/connect/intent-1", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "__Host-link-1", Value: "secret", Path: "/", Secure: true, HttpOnly: true})
		http.Redirect(w, r, s.url+"/"+s.tenant()+"/oauth2/v2.0/authorize?"+s.authorizeQuery().Encode(), http.StatusSeeOther)
	})
	s.bot.page("/entra/callback", func(w http.ResponseWriter, r *http.Request) {
		cookie, err := r.Cookie("__Host-link-1")
		if err != nil || cookie.Value != "secret" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		if r.FormValue("error") != "" {
			_, _ = fmt.Fprint(w, "<html><head><title>x</title></head><body><h1>Not connected</h1><p>You said no &amp; left.</p></body></html>")
			return
		}
		_, _ = fmt.Fprintf(w, `<html><body class="x" data-result="result-&amp;-%d"><form action="/never"></form><output id="manual">123456</output></body></html>`, len(r.FormValue("code")))
	})
}

func (s *stage) authAnswer(path string) object {
	return object{"composeExtension": object{"type": "auth", "suggestedActions": object{"actions": []any{object{"type": "openUrl", "value": s.bot.URL + path, "title": "Sign in to Zoom"}}}}}
}

func TestPopupIsWalkedAndTheInvokeSentAgain(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.connectPages()
	s.bot.says(func(a object) (int, any) {
		if at(a, "value", "state") != nil {
			return 200, taskCard("Schedule", form())
		}
		return 200, s.authAnswer("/connect/intent-1")
	})
	out := s.command("ana", "launch", "scheduleMeeting", microsoftsim.CommandInput{})
	if out.Type != "auth" || out.Popup.URL != s.bot.URL+"/connect/intent-1" || out.Popup.Title != "Sign in to Zoom" {
		t.Fatalf("%+v", out)
	}
	denied, err := s.ApprovePopup(t.Context(), out.Popup.ID, microsoftsim.PopupInput{Deny: "microsoft"})
	if err != nil || denied.Type != "error" || denied.Text != "Not connected You said no & left." {
		t.Errorf("%+v %v", denied, err)
	}
	next, err := s.ApprovePopup(t.Context(), out.Popup.ID, microsoftsim.PopupInput{})
	if err != nil || next.Type != "dialog" {
		t.Fatalf("%+v %v", next, err)
	}
	sent := s.bot.all("composeExtension/fetchTask")
	state, _ := at(sent[1], "value", "state").(string)
	if len(sent) != 2 || !strings.HasPrefix(state, "result-&-") || at(sent[1], "value", "commandId") != "scheduleMeeting" || sent[1]["id"] == sent[0]["id"] || at(sent[1], "conversation", "id") != at(sent[0], "conversation", "id") {
		t.Errorf("%v", sent)
	}
	_, err = s.ApprovePopup(t.Context(), out.Popup.ID, microsoftsim.PopupInput{})
	refusedWith(t, err, "not_found", "no open pop-up")
	again := s.command("ana", "design", "scheduleMeeting", microsoftsim.CommandInput{})
	manual, err := s.ApprovePopup(t.Context(), again.Popup.ID, microsoftsim.PopupInput{Manual: true, Microsoft: "ben"})
	if err != nil || manual.Type != "message" || manual.Text != "123456" {
		t.Errorf("%+v %v", manual, err)
	}
	third := s.command("ana", "design", "scheduleMeeting", microsoftsim.CommandInput{})
	done, err := s.CompletePopup(t.Context(), third.Popup.ID, "from the browser")
	if err != nil || done.Type != "dialog" {
		t.Errorf("%+v %v", done, err)
	}
	refusedWith(t, s.CancelPopup(third.Popup.ID), "not_found", "no open pop-up")
}

func TestPopupThatLeadsNowhere(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.bot.page("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) })
	s.bot.page("/dead", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	for path, code := range map[string]string{"/loop": "endless", "/dead": "unreachable"} {
		s.bot.always(s.authAnswer(path))
		out := s.command("ana", "launch", "scheduleMeeting", microsoftsim.CommandInput{})
		_, err := s.ApprovePopup(t.Context(), out.Popup.ID, microsoftsim.PopupInput{})
		refusedWith(t, err, code, "pop-up")
	}
}

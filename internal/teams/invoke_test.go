package teams_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"causeway/internal/teams"
)

func invoke(t testing.TB, name, value string) *teams.Activity {
	t.Helper()
	return decode(t, message(map[string]any{"type": "invoke", "name": name, "value": json.RawMessage(value)}))
}

func TestValuesOfInvokes(t *testing.T) {
	t.Parallel()
	c := invoke(t, teams.InvokeFetchTask, `{"commandId":"schedule","commandContext":"message","requestId":"r","context":{"theme":"dark"},"state":"s",
		"messagePayload":{"id":"1","subject":"S","body":{"contentType":"html","content":"<p>x</p>"},"linkToMessage":"https://l"}}`).Command()
	if c.ID != "schedule" || c.Context != "message" || c.RequestID != "r" || c.Client.Theme != "dark" || c.State != "s" || c.Message.Body.Content != "<p>x</p>" {
		t.Errorf("fetchTask: %+v", c)
	}
	q := invoke(t, teams.InvokeQuery, `{"commandId":"find","parameters":[{"name":"initialRun","value":"true"}],"queryOptions":{"skip":25,"count":25}}`).Command()
	if q.Parameter("initialRun") != "true" || q.Parameter("q") != "" || q.Options.Skip != 25 {
		t.Errorf("query: %+v", q)
	}
	if got := invoke(t, teams.InvokeSelect, `{"id":"5"}`).Command(); string(got.Data) != `{"id":"5"}` {
		t.Errorf("selectItem: %s", got.Data)
	}
	if got := invoke(t, teams.InvokeLink, `{"url":"https://zoom.us/j/1"}`).Command(); got.URL != "https://zoom.us/j/1" {
		t.Errorf("queryLink: %+v", got)
	}
	d := invoke(t, teams.InvokeDialogSubmit, `{"data":{"topic":"x"},"context":{"theme":"contrast"}}`).Dialog()
	if string(d.Data) != `{"topic":"x"}` || d.Client.Theme != "contrast" {
		t.Errorf("task/submit: %+v", d)
	}
	a := invoke(t, teams.InvokeCardAction, `{"action":{"type":"Action.Execute","id":"i","verb":"go","data":{"a":1}},"trigger":"automatic"}`).CardAction()
	if a.Action.Verb != "go" || string(a.Action.Data) != `{"a":1}` || a.Trigger != "automatic" {
		t.Errorf("adaptiveCard/action: %+v", a)
	}
	if got := invoke(t, teams.InvokeVerifyState, `{"state":"123456"}`).State(); got != "123456" {
		t.Errorf("verifyState: %q", got)
	}
}

func TestOddValuesAreEmpty(t *testing.T) {
	t.Parallel()
	for _, value := range []string{`null`, `7`, `"x"`, `[]`, `{}`, `{"commandId":7,"data":"x","state":{},"action":[],"parameters":{"a":1},"messagePayload":3}`} {
		a := invoke(t, teams.InvokeSubmitAction, value)
		if c := a.Command(); c.ID != "" || c.JustInTimeInstalled() || a.State() != "" || a.CardAction().Action.Verb != "" {
			t.Errorf("%s: %+v", value, c)
		}
	}
	for data, want := range map[string]bool{
		`{"msteams":{"justInTimeInstall":true}}`: true, `{"msteams":{"justInTimeInstall":"true"}}`: false, `{"msteams":true}`: false, `[]`: false,
	} {
		if got := invoke(t, teams.InvokeSubmitAction, `{"data":`+data+`}`).Command().JustInTimeInstalled(); got != want {
			t.Errorf("%s: %v", data, got)
		}
	}
}

func TestFormsAreFilledAsFarAsTheyFit(t *testing.T) {
	t.Parallel()
	var form struct {
		Topic   string `json:"topic"`
		Waiting string `json:"waiting"`
		Nonce   string `json:"nonce"`
	}
	if err := teams.Fill(json.RawMessage(`{"topic":"x","waiting":{"a":1},"nonce":"n","more":[]}`), &form); err != nil || form.Topic != "x" || form.Waiting != "" || form.Nonce != "n" {
		t.Errorf("%+v: %v", form, err)
	}
	for _, data := range []string{``, `null`, `[]`, `"x"`, `7`} {
		if err := teams.Fill(json.RawMessage(data), &form); !errors.Is(err, teams.ErrMalformed) {
			t.Errorf("%q: %v", data, err)
		}
	}
}

// The bodies are those of the contract (msteams-docs), written out.
func TestAnswersAreWhatTeamsTakes(t *testing.T) {
	t.Parallel()
	card := teams.Card{Body: []teams.Element{teams.TextBlock{Text: "hi"}}}
	const cardJSON = `{"type":"AdaptiveCard","$schema":"http://adaptivecards.io/schemas/adaptive-card.json","version":"1.5","body":[{"type":"TextBlock","text":"hi"}]}`
	const attached = `{"contentType":"application/vnd.microsoft.card.adaptive","content":` + cardJSON
	for name, c := range map[string]struct {
		answer teams.Answer
		status int
		want   string
	}{
		"dialog with a card": {
			teams.Dialog(teams.DialogContent{Title: "T", Width: "medium", Height: 400, Card: &card}), 200,
			`{"task":{"type":"continue","value":{"card":` + attached + `},"height":400,"title":"T","width":"medium"}}}`,
		},
		"dialog with a page": {
			teams.Dialog(teams.DialogContent{Title: "T", URL: "https://x/p", Fallback: "https://x/f"}), 200,
			`{"task":{"type":"continue","value":{"fallbackUrl":"https://x/f","title":"T","url":"https://x/p"}}}`,
		},
		"dialog text":    {teams.DialogText("Done"), 200, `{"task":{"type":"message","value":"Done"}}`},
		"done":           {teams.Done(), 200, `{}`},
		"unknown":        {teams.NotImplemented(), 501, `{}`},
		"senseless":      {teams.BadInvoke(), 400, `{}`},
		"extension text": {teams.ExtensionText("Off"), 200, `{"composeExtension":{"type":"message","text":"Off"}}`},
		"sign in": {
			teams.SignIn("Connect", "https://x/connect/1"), 200,
			`{"composeExtension":{"type":"auth","suggestedActions":{"actions":[{"type":"openUrl","title":"Connect","value":"https://x/connect/1"}]}}}`,
		},
		"results": {
			teams.Results(teams.Result(card, "Title", "Text", map[string]string{"id": "5"})), 200,
			`{"composeExtension":{"type":"result","attachmentLayout":"list","attachments":[` + attached + `,"preview":{"contentType":"application/vnd.microsoft.card.thumbnail",` +
				`"content":{"tap":{"type":"invoke","value":{"id":"5"}},"text":"Text","title":"Title"}}}]}}`,
		},
		"card error":   {teams.CardError(400, "BadRequest", "No"), 200, `{"statusCode":400,"type":"application/vnd.microsoft.error","value":{"code":"BadRequest","message":"No"}}`},
		"card too old": {teams.CardError(412, "412", "Old"), 200, `{"statusCode":412,"type":"application/vnd.microsoft.error.preconditionFailed","value":{"code":"412","message":"Old"}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, err := json.Marshal(c.answer.Body)
			if err != nil {
				t.Fatal(err)
			}
			var want, got any // the order of members is free
			if err := errors.Join(json.Unmarshal([]byte(c.want), &want), json.Unmarshal(text, &got)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" || c.answer.Status != c.status {
				t.Errorf("status %d: %s", c.answer.Status, diff)
			}
		})
	}
}

func TestLinks(t *testing.T) {
	t.Parallel()
	l := teams.Links{Origin: "https://teams.microsoft.com", App: "app"}
	for got, want := range map[string]string{
		l.Tab("meetings")(""): "https://teams.microsoft.com/l/entity/app/meetings",
		l.Tab("m")(`m/1"`):    "https://teams.microsoft.com/l/entity/app/m?context=%7B%22subEntityId%22%3A%22m%2F1%5C%22%22%7D",
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

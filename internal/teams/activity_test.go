package teams_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"causeway/internal/teams"
)

func decode(t testing.TB, body []byte) *teams.Activity {
	t.Helper()
	a, err := teams.Decode(body)
	if err != nil {
		t.Fatalf("Decode(%.200s): %v", body, err)
	}
	return a
}

func TestT10_OddBodiesAreRefusedOrTolerated(t *testing.T) {
	t.Parallel()
	deep := func(n int) string {
		return `{"type":"message","value":` + strings.Repeat(`[`, n) + strings.Repeat(`]`, n) + `}`
	}
	wide := `{"type":"x"` + strings.Repeat(`,"a":1`, 50_000) + `}`
	for name, c := range map[string]struct {
		body string
		want error
	}{
		"nothing":          {"", teams.ErrMalformed},
		"space":            {"  \n ", teams.ErrMalformed},
		"null":             {"null", teams.ErrMalformed},
		"list":             {"[]", teams.ErrMalformed},
		"list of object":   {`[{"type":"message"}]`, teams.ErrMalformed},
		"number":           {"7", teams.ErrMalformed},
		"text":             {`"{}"`, teams.ErrMalformed},
		"cut":              {`{"type":"mess`, teams.ErrMalformed},
		"cut escape":       {`{"type":"mess\`, teams.ErrMalformed},
		"trailing":         {`{"type":"message"} x`, teams.ErrMalformed},
		"invalid UTF-8":    {"{\"text\":\"a\xff\"}", teams.ErrMalformed},
		"half a surrogate": {`{"text":"\ud800"}`, nil},
		"depth 10,000":     {deep(10_000), teams.ErrMalformed},
		"depth 65":         {deep(64), teams.ErrMalformed},
		"depth 64":         {deep(63), nil},
		"unclosed depth":   {strings.Repeat(`{"a":`, 10_000), teams.ErrMalformed},
		"wide":             {wide, teams.ErrMalformed},
		"empty":            {"{}", nil},
		"space around":     {" \n{ }\n", nil},
		"wrong types": {`{"type":7,"from":[],"recipient":"x","conversation":3,"channelData":[1],"entities":{},"membersAdded":"x",
			"timestamp":{},"value":null,"attachments":1,"text":{},"id":5}`, nil},
		"wrong types inside": {`{"type":"message","from":{"id":5,"name":"Ana"},"entities":[1,null,{"type":[]},{"type":"mention","mentioned":3}],
			"membersAdded":[null,{"id":{}}],"channelData":{"tenant":"x","team":7}}`, nil},
		"unknown type": {`{"type":"somethingNew","entities":[{"type":"unheardOf","x":{"y":1}}],"more":true}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, err := teams.Decode([]byte(c.body))
			if !errors.Is(err, c.want) {
				t.Fatalf("error %v, want %v", err, c.want)
			}
			if err == nil {
				touch(a)
			}
		})
	}
}

// touch asks an activity everything, to see that nothing panics.
func touch(a *teams.Activity) {
	_, _, _, _, _ = a.Tenant(), a.Sender(), a.Place(), a.Scope(), a.Team()
	_, _, _, _ = a.Channel(), a.SelectedChannel(), a.Event(), a.Reference()
	_, _, _, _, _, _ = a.BotAdded(), a.BotRemoved(), a.Language(), a.Zone(), a.Mobile(), a.Words()
	_, _, _ = a.Command().JustInTimeInstalled(), a.Dialog(), a.CardAction()
	_, _ = a.State(), a.Command().Parameter("q")
}

func TestWrongTypesLeaveTheRestReadable(t *testing.T) {
	t.Parallel()
	a := decode(t, []byte(`{"type":"message","from":{"id":5,"name":"Ana"},"timestamp":"yesterday","text":"hello","entities":[7,{"type":"clientInfo","timezone":"Europe/Paris"}]}`))
	if a.Sender().ID != "" || a.Sender().Name != "Ana" || a.Text != "hello" || a.Zone() != "Europe/Paris" || !a.Timestamp.IsZero() {
		t.Errorf("read %+v", a)
	}
}

func TestFieldsThatStandTwiceAreRefused(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"serviceUrl":"https://a","SERVICEURL":"https://b"}`,
		`{"SERVICEURL":"https://a","serviceUrl":"https://b"}`,
		`{"serviceUrl":"https://a","serviceUrl":"https://b"}`,
		`{"serviceUrl":"https://a","service\u0055rl":"https://b"}`,
		`{"serviceUrl":"https://a","ſerviceUrl":"https://b"}`, // U+017F folds to s
		`{"from":{"id":"29:a"},"FROM":{"id":"29:b"}}`,
		`{ "serviceUrl" : "https://a" , "x":["serviceUrl",{"a":"\"}"}] , "ServiceUrl":"https://b"}`,
	} {
		if _, err := teams.Decode([]byte(body)); !errors.Is(err, teams.ErrUntrusted) {
			t.Errorf("%s: %v", body, err)
		}
	}
	// The same name further down is no repetition.
	decode(t, []byte(`{"id":"1","from":{"id":"2"},"value":{"ID":"3","Id":"4"},"text":"\"id\":"}`))
}

func FuzzDecode(f *testing.F) {
	f.Add(message(nil))
	f.Add([]byte(`{"type":"invoke","name":"composeExtension/submitAction","value":{"commandId":"x","data":{"msteams":{"justInTimeInstall":true}}}}`))
	f.Add([]byte(`{"a":"\\","A":{"b":[1,2,{"c":null}]}}`))
	f.Add([]byte("{\"serviceUrl\":\"\xff\"}"))
	f.Add([]byte(strings.Repeat(`{"a":`, 80)))
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := teams.Decode(body)
		if err != nil {
			if !errors.Is(err, teams.ErrMalformed) && !errors.Is(err, teams.ErrUntrusted) {
				t.Fatalf("an error of another kind: %v", err)
			}
			return
		}
		touch(a)
		again, err := json.Marshal(a)
		if err != nil {
			t.Fatalf("cannot be written again: %v", err)
		}
		if _, err := teams.Decode(again); err != nil {
			t.Fatalf("cannot be read again: %v: %s", err, again)
		}
	})
}

func TestConversationsAndThreads(t *testing.T) {
	t.Parallel()
	base, thread := teams.ConversationID("19:abc@thread.tacv2;messageid=1611060744833").Split()
	if base != "19:abc@thread.tacv2" || thread != "1611060744833" {
		t.Errorf("split into %q and %q", base, thread)
	}
	if got := base.Thread(thread); got != "19:abc@thread.tacv2;messageid=1611060744833" {
		t.Errorf("joined to %q", got)
	}
	if got := teams.ConversationID("19:abc@thread.tacv2;messageid=1").Thread("2"); got != "19:abc@thread.tacv2;messageid=2" {
		t.Errorf("another thread is %q", got)
	}
	if got := teams.ConversationID("a:1x").Thread(""); got != "a:1x" {
		t.Errorf("no thread is %q", got)
	}
	a := decode(t, message(map[string]any{"conversation": map[string]any{"id": "19:abc@thread.tacv2;messageid=1", "tenantId": tenantID, "conversationType": "channel"}}))
	want := teams.Reference{ServiceURL: service, Tenant: tenantID, Conversation: "19:abc@thread.tacv2"}
	if diff := cmp.Diff(want, a.Reference()); diff != "" {
		t.Error(diff)
	}
}

func TestScopes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		conversation, data string
		want               teams.Scope
	}{
		{`{"id":"a:1x","conversationType":"personal"}`, `{}`, teams.Personal},
		{`{"id":"19:x@thread.v2","conversationType":"groupChat","isGroup":true}`, `{}`, teams.GroupChat},
		{`{"id":"19:meeting_x@thread.v2","isGroup":true}`, `{}`, teams.GroupChat},
		{`{"id":"19:oid_oid@unq.gbl.spaces","conversationType":"personal"}`, `{}`, teams.GroupChat},
		{`{"id":"19:x@thread.tacv2;messageid=1","conversationType":"channel"}`, `{"channel":{"id":"19:x@thread.tacv2"},"team":{"id":"19:t@thread.tacv2"}}`, teams.InChannel},
		{`{"id":"19:x@thread.skype"}`, `{}`, teams.InChannel},
	} {
		a := decode(t, []byte(`{"conversation":`+c.conversation+`,"channelData":`+c.data+`}`))
		if a.Scope() != c.want {
			t.Errorf("%s: %s, want %s", c.conversation, a.Scope(), c.want)
		}
	}
}

func TestWhatInstallationsSay(t *testing.T) {
	t.Parallel()
	a := decode(t, []byte(`{"type":"conversationUpdate","recipient":{"id":"28:x"},"membersAdded":[{"id":"29:a"},{"id":"28:x"}],
		"channelData":{"eventType":"teamMemberAdded","team":{"id":"19:t@thread.tacv2","name":"T","aadGroupId":"g"},
		"settings":{"selectedChannel":{"id":"19:c@thread.tacv2"}}}}`))
	if !a.BotAdded() || a.BotRemoved() || a.Event() != "teamMemberAdded" || a.Team() != "19:t@thread.tacv2" || a.SelectedChannel() != "19:c@thread.tacv2" {
		t.Errorf("read %+v", a)
	}
	gone := decode(t, []byte(`{"type":"conversationUpdate","recipient":{"id":"28:x"},"membersRemoved":[{"id":"28:x"}]}`))
	if gone.BotAdded() || !gone.BotRemoved() {
		t.Error("the removal is not seen")
	}
	nobody := decode(t, []byte(`{"membersAdded":[{"id":""}],"recipient":{}}`))
	if nobody.BotAdded() {
		t.Error("nobody was added")
	}
}

func TestWordsWithoutTheMention(t *testing.T) {
	t.Parallel()
	mention := []any{map[string]any{"type": "mention", "text": "<at>Causeway</at>", "mentioned": map[string]any{"id": "28:" + appID}}}
	other := []any{map[string]any{"type": "mention", "text": "<at>Ben</at>", "mentioned": map[string]any{"id": "29:ben"}}}
	for _, c := range []struct {
		change map[string]any
		want   string
	}{
		{map[string]any{"text": "  schedule\n tomorrow\u00a0 "}, "schedule tomorrow"},
		{map[string]any{"text": "<at>Causeway</at>&nbsp;start Q&amp;A", "entities": mention, "textFormat": "xml"}, "start Q&A"},
		{map[string]any{"text": "start with <at>Ben</at>", "entities": other}, "start with <at>Ben</at>"},
		{map[string]any{"text": "he\u200blp\u202e"}, "help"},
		{map[string]any{"text": nil}, ""},
	} {
		if got := decode(t, message(c.change)).Words(); got != c.want {
			t.Errorf("%v: %q, want %q", c.change["text"], got, c.want)
		}
	}
}

func TestHintsAboutTheClient(t *testing.T) {
	t.Parallel()
	client := func(fields map[string]any) *teams.Activity {
		fields["type"] = "clientInfo"
		return decode(t, message(map[string]any{"entities": []any{fields}, "locale": nil}))
	}
	a := client(map[string]any{"locale": "fr-FR", "timezone": "America/Argentina/Buenos_Aires", "platform": "Android"})
	if a.Language() != "fr-FR" || a.Zone() != "America/Argentina/Buenos_Aires" || !a.Mobile() {
		t.Errorf("%q %q %v", a.Language(), a.Zone(), a.Mobile())
	}
	for platform, want := range map[string]bool{"iOS": true, "iPadOS": true, "Web": false, "Windows": false, "Mac": false, "": false} {
		if got := client(map[string]any{"platform": platform}).Mobile(); got != want {
			t.Errorf("%s: mobile %v", platform, got)
		}
	}
	odd := client(map[string]any{"locale": "fr<script>", "timezone": "../../etc/passwd"})
	if odd.Language() != "" || odd.Zone() != "" {
		t.Errorf("odd hints are kept: %q %q", odd.Language(), odd.Zone())
	}
	fallback := decode(t, message(map[string]any{"entities": nil, "localTimezone": "Asia/Tokyo"}))
	if fallback.Zone() != "Asia/Tokyo" || fallback.Language() != "en-US" {
		t.Errorf("%q %q", fallback.Zone(), fallback.Language())
	}
}

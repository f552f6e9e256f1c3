package teams_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"causeway/internal/teams"
	"causeway/internal/upstream"
)

// fakeConnector answers as told and notes what it was asked.
type fakeConnector struct {
	*httptest.Server
	mu     sync.Mutex
	asked  []call
	answer func(w http.ResponseWriter, r *http.Request)
}

type call struct {
	Method, Path, Query, Token string
	Body                       string
}

// newFake starts a connector; its clients call it at URL + "/emea/".
func newFake(t testing.TB, answer func(w http.ResponseWriter, r *http.Request)) *fakeConnector {
	t.Helper()
	f := &fakeConnector{answer: answer}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		f.mu.Lock()
		f.asked = append(f.asked, call{r.Method, r.URL.EscapedPath(), r.URL.RawQuery, r.Header.Get("Authorization"), string(body)})
		f.mu.Unlock()
		f.answer(w, r)
	}))
	t.Cleanup(f.Close)
	return f
}

func (f *fakeConnector) calls() []call {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]call(nil), f.asked...)
}

func (f *fakeConnector) at(conversation teams.ConversationID) teams.Reference {
	return teams.Reference{ServiceURL: f.URL + "/emea/", Tenant: tenantID, Conversation: conversation}
}

func newConnector(t testing.TB, f *fakeConnector, policy upstream.Policy) *teams.Connector {
	t.Helper()
	hc := upstream.NewClient(upstream.Options{
		Name: "teams", Origins: []string{f.URL}, Retry: policy, Timeout: 5 * time.Second,
		Sleep: func(context.Context, time.Duration) error { return nil },
	})
	c, err := teams.NewConnector(teams.ConnectorConfig{
		HTTP: hc, Origins: []string{f.URL}, AppID: appID, Now: fixed,
		Token: func(context.Context) (string, error) { return "bot-token", nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// replies answers every request with the same.
func replies(status int, body string, header ...string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func hello() teams.Activity {
	return teams.Card{Body: []teams.Element{teams.TextBlock{Text: "hello"}}}.Message("hello")
}

func TestMessagesAreSentRepliedChangedAndDeleted(t *testing.T) {
	t.Parallel()
	f := newFake(t, replies(201, `{"id":"1795423833514"}`))
	c := newConnector(t, f, upstream.Policy{})
	ref := f.at("19:abc@thread.tacv2;messageid=16")
	id, err := c.Send(t.Context(), ref, hello())
	if err != nil || id != "1795423833514" {
		t.Fatalf("Send: %q, %v", id, err)
	}
	if id, err = c.Reply(t.Context(), ref, "17", hello()); err != nil || id != "1795423833514" {
		t.Fatalf("Reply: %q, %v", id, err)
	}
	if err := c.Update(t.Context(), ref, "18", hello()); err != nil {
		t.Fatal(err)
	}
	if err := c.Delete(t.Context(), ref, "18"); err != nil {
		t.Fatal(err)
	}
	const at = "/emea/v3/conversations/19:abc@thread.tacv2%3Bmessageid=16/activities"
	var got []string
	for _, asked := range f.calls() {
		got = append(got, asked.Method+" "+asked.Path)
		if asked.Token != "Bearer bot-token" {
			t.Errorf("token %q", asked.Token)
		}
	}
	want := []string{"POST " + at, "POST " + at + "/17", "PUT " + at + "/18", "DELETE " + at + "/18"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	var sent teams.Activity
	if err := json.Unmarshal([]byte(f.calls()[1].Body), &sent); err != nil {
		t.Fatal(err)
	}
	if sent.From.ID != "28:"+appID || sent.Conversation.ID != ref.Conversation || sent.ReplyToID != "17" || sent.Type != "message" || sent.Summary != "hello" {
		t.Errorf("sent %+v", sent)
	}
	if f.calls()[3].Body != "" {
		t.Errorf("a deletion carries %q", f.calls()[3].Body)
	}
}

func TestPersonalConversationsAndThreads(t *testing.T) {
	t.Parallel()
	f := newFake(t, replies(201, `{"id":"19:c@thread.tacv2;messageid=5","activityId":"5"}`))
	c := newConnector(t, f, upstream.Policy{})
	if _, err := c.CreatePersonal(t.Context(), f.at(""), anaID); err != nil {
		t.Fatal(err)
	}
	thread, first, err := c.CreateThread(t.Context(), f.at(""), "19:c@thread.tacv2", hello())
	if err != nil || thread != "19:c@thread.tacv2;messageid=5" || first != "5" {
		t.Fatalf("%q %q %v", thread, first, err)
	}
	want := `{"bot":{"id":"28:` + appID + `"},"members":[{"id":"` + anaID + `"}],"isGroup":false,"tenantId":"` + tenantID + `","channelData":{"tenant":{"id":"` + tenantID + `"}}}`
	if diff := cmp.Diff(want, f.calls()[0].Body); diff != "" {
		t.Error(diff)
	}
	var begun struct {
		IsGroup     bool
		ChannelData teams.ChannelData
		Activity    teams.Activity
	}
	if err := json.Unmarshal([]byte(f.calls()[1].Body), &begun); err != nil {
		t.Fatal(err)
	}
	if !begun.IsGroup || begun.ChannelData.Channel.ID != "19:c@thread.tacv2" || len(begun.Activity.Attachments) != 1 {
		t.Errorf("began with %s", f.calls()[1].Body)
	}
	empty := newFake(t, replies(200, `{}`))
	if _, err := newConnector(t, empty, upstream.Policy{}).CreatePersonal(t.Context(), empty.at(""), anaID); err == nil {
		t.Error("a conversation without an id is taken")
	}
}

func TestT07_StoredAddressesAreCheckedAgainBeforeTheTokenIsAttached(t *testing.T) {
	t.Parallel()
	tokens := 0
	c, err := teams.NewConnector(teams.ConnectorConfig{
		HTTP: http.DefaultClient, Origins: []string{microsoft}, AppID: appID,
		Token: func(context.Context) (string, error) { tokens++; return "bot-token", nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	evil := newFake(t, replies(200, `{}`))
	for _, address := range []string{
		"", evil.URL, evil.URL + "/emea/", "https://evil.trafficmanager.net/", "https://smba.trafficmanager.net.evil.com/", "https://169.254.169.254/",
		"https://smba.trafficmanager.net:8443/", "http://smba.trafficmanager.net/", "https://a@smba.trafficmanager.net/", "https://smba.trafficmanager.net/../x",
	} {
		ref := teams.Reference{ServiceURL: address, Tenant: tenantID, Conversation: "a:1"}
		_, err := c.Send(t.Context(), ref, hello())
		if !errors.Is(err, teams.ErrUntrusted) || upstream.Outcome(err) != upstream.NotSent {
			t.Errorf("%s: %v", address, err)
		}
	}
	if tokens != 0 || len(evil.calls()) != 0 {
		t.Errorf("%d tokens asked for, %d requests left", tokens, len(evil.calls()))
	}
}

func TestT08_IdsAreSingleSegmentsAndRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	f := newFake(t, replies(200, `{"id":"1"}`))
	c := newConnector(t, f, upstream.Policy{})
	for _, id := range []string{
		"", ".", "..", "...", "../../v3/x", "a/b", "a\\b", "%2e%2e", "a%2fb", "a?b", "a#b", "a b", "a\nb", "a\x00b", "19:é@thread.v2", strings.Repeat("a", 1025), "x..y",
	} {
		_, sent := c.Send(t.Context(), f.at(teams.ConversationID(id)), hello())
		_, replied := c.Reply(t.Context(), f.at("a:1"), teams.ActivityID(id), hello())
		_, member := c.Member(t.Context(), f.at("a:1"), teams.UserID(id))
		_, personal := c.CreatePersonal(t.Context(), f.at(""), teams.UserID(id))
		_, _, thread := c.CreateThread(t.Context(), f.at(""), teams.ChannelID(id), hello())
		_, team := c.Team(t.Context(), f.at(""), teams.TeamID(id))
		for i, err := range []error{sent, replied, member, personal, thread, team} {
			if !errors.Is(err, teams.ErrInvalid) || upstream.Outcome(err) != upstream.NotSent {
				t.Errorf("%q, call %d: %v", id, i, err)
			}
		}
	}
	if n := len(f.calls()); n != 0 {
		t.Errorf("%d requests left", n)
	}
	for _, id := range []teams.ConversationID{"19:x@thread.tacv2;messageid=1", "a:1_-x", "19:a_b@unq.gbl.spaces", "19:meeting_MjM=@thread.v2", "a+b$c&d,e"} {
		if _, err := c.Send(t.Context(), f.at(id), hello()); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
	for _, asked := range f.calls() {
		if strings.Count(asked.Path, "/") != len(strings.Split("/emea/v3/conversations/x/activities", "/"))-1 {
			t.Errorf("path %s", asked.Path)
		}
	}
	evil := newFake(t, replies(200, `{"id":"evil"}`))
	redirecting := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, evil.URL+"/v3/conversations", http.StatusFound)
	})
	// Also with a client that would follow.
	plain, err := teams.NewConnector(teams.ConnectorConfig{
		HTTP: &http.Client{}, Origins: []string{redirecting.URL}, AppID: appID,
		Token: func(context.Context) (string, error) { return "bot-token", nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	var refused *teams.ConnectorError
	if _, err := plain.Send(t.Context(), redirecting.at("a:1"), hello()); !errors.As(err, &refused) || refused.Status != http.StatusFound {
		t.Errorf("redirected: %v", err)
	}
	if n := len(evil.calls()); n != 0 {
		t.Errorf("followed to another host, %d times", n)
	}
}

func TestErrorsHaveNames(t *testing.T) {
	t.Parallel()
	body := func(code string) string { return fmt.Sprintf(`{"error":{"code":%q,"message":"words"}}`, code) }
	for _, c := range []struct {
		status  int
		body    string
		want    error
		outcome upstream.Sent
	}{
		{401, body("BotNotRegistered"), teams.ErrUnauthorized, upstream.Answered},
		{403, body("BotNotInConversationRoster"), teams.ErrNotInRoster, upstream.Answered},
		{403, body("UserNotInConversationRoster"), teams.ErrNotInRoster, upstream.Answered},
		{403, body("ConversationBlockedByUser"), teams.ErrBlocked, upstream.Answered},
		{403, `{"errorCode":209,"message":"{\r\n  \"subCode\": \"MessageWritesBlocked\"}"}`, teams.ErrBlocked, upstream.Answered},
		{403, body("BotDisabledByAdmin"), teams.ErrBotDisabled, upstream.Answered},
		{403, body("NotEnoughPermissions"), teams.ErrForbidden, upstream.Answered},
		{404, body("ConversationNotFound"), teams.ErrConversationGone, upstream.Answered},
		{404, body("ActivityNotFoundInConversation"), teams.ErrActivityGone, upstream.Answered},
		{404, body("MemberNotFoundInConversation"), teams.ErrMemberGone, upstream.Answered},
		{404, ``, teams.ErrConversationGone, upstream.Answered},
		{412, body("PreconditionFailed"), teams.ErrConflict, upstream.Answered},
		{413, body("RequestEntityTooLarge"), teams.ErrTooBig, upstream.Answered},
		{400, body("MessageSizeTooBig"), teams.ErrTooBig, upstream.Answered},
		{429, body("Throttled"), teams.ErrThrottled, upstream.Answered},
		{408, ``, teams.ErrUnavailable, upstream.Ambiguous},
		{500, `<html>oops`, teams.ErrUnavailable, upstream.Ambiguous},
		{502, ``, teams.ErrUnavailable, upstream.Ambiguous},
		{503, ``, teams.ErrUnavailable, upstream.Answered},
		{504, body("GatewayTimeout"), teams.ErrUnavailable, upstream.Ambiguous},
		{400, body("BadSyntax"), nil, upstream.Answered},
	} {
		f := newFake(t, replies(c.status, c.body))
		_, err := newConnector(t, f, upstream.Policy{}).Send(t.Context(), f.at("a:1"), hello())
		all := []error{
			teams.ErrNotInRoster, teams.ErrBlocked, teams.ErrBotDisabled, teams.ErrForbidden, teams.ErrConversationGone, teams.ErrActivityGone,
			teams.ErrMemberGone, teams.ErrUnauthorized, teams.ErrConflict, teams.ErrTooBig, teams.ErrThrottled, teams.ErrUnavailable,
		}
		for _, one := range all {
			if errors.Is(err, one) != (one == c.want) { //nolint:errorlint // the table names the sentinel itself
				t.Errorf("%d %s: is %v: %v", c.status, c.body, one, errors.Is(err, one))
			}
		}
		if got := upstream.Outcome(err); got != c.outcome {
			t.Errorf("%d: %s, want %s", c.status, got, c.outcome)
		}
		var refused *teams.ConnectorError
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), strconv.Itoa(c.status)) || refused.Status != c.status || refused.Route != "POST /v3/conversations/{id}/activities" {
			t.Errorf("%d: %v", c.status, err)
		}
	}
}

func TestRetryAfterIsSecondsOrADate(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]time.Time{
		"7": noon.Add(7 * time.Second), "Mon, 23 Nov 2026 12:01:00 GMT": noon.Add(time.Minute), "": {}, "soon": {},
	} {
		f := newFake(t, replies(429, `{}`, "Retry-After", header))
		_, err := newConnector(t, f, upstream.Policy{}).Send(t.Context(), f.at("a:1"), hello())
		var refused *teams.ConnectorError
		if !errors.As(err, &refused) || !refused.RetryAt.Equal(want) {
			t.Errorf("%q: %+v", header, refused)
		}
	}
}

func TestWhatMayHaveBeenPostedIsNeverRepeated(t *testing.T) {
	t.Parallel()
	policy := upstream.Policy{Attempts: 3, Refusals: true}
	cut := func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_ = conn.Close()
		}
	}
	for name, c := range map[string]struct {
		answer       func(http.ResponseWriter, *http.Request)
		sends, edits int
		want         upstream.Sent
	}{
		"answer lost":     {cut, 1, 3, upstream.Ambiguous},
		"502":             {replies(502, ""), 1, 3, upstream.Ambiguous},
		"half an answer":  {replies(201, `{"id":"1`), 1, 1, upstream.Ambiguous},
		"throttled":       {replies(429, "", "Retry-After", "1"), 3, 3, upstream.Answered},
		"not in roster":   {replies(403, `{"error":{"code":"BotNotInConversationRoster"}}`), 1, 1, upstream.Answered},
		"cut in the body": {replies(201, `{"id":`, "Content-Length", "100"), 1, 1, upstream.Ambiguous},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t, c.answer)
			client := newConnector(t, f, policy)
			_, err := client.Send(t.Context(), f.at("a:1"), hello())
			if n := len(f.calls()); n != c.sends || err == nil || upstream.Outcome(err) != c.want {
				t.Errorf("sent %d times, %v", n, err)
			}
			err = client.Update(t.Context(), f.at("a:1"), "1", hello())
			if n := len(f.calls()) - c.sends; n != c.edits || err == nil {
				t.Errorf("changed %d times, %v", n, err)
			}
		})
	}
}

func TestNothingLeavesWithoutATokenOrTooLarge(t *testing.T) {
	t.Parallel()
	f := newFake(t, replies(200, `{}`))
	none := errors.New("no token today")
	c, err := teams.NewConnector(teams.ConnectorConfig{
		HTTP: f.Client(), Origins: []string{f.URL}, AppID: appID, Token: func(context.Context) (string, error) { return "", none },
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Send(t.Context(), f.at("a:1"), hello()); !errors.Is(err, none) || upstream.Outcome(err) != upstream.NotSent {
		t.Errorf("without a token: %v", err)
	}
	large := hello()
	large.Text = strings.Repeat("x", 40*1024)
	if _, err := newConnector(t, f, upstream.Policy{}).Send(t.Context(), f.at("a:1"), large); !errors.Is(err, teams.ErrTooBig) || upstream.Outcome(err) != upstream.NotSent {
		t.Errorf("too large: %v", err)
	}
	if n := len(f.calls()); n != 0 {
		t.Errorf("%d requests left", n)
	}
	if _, err := teams.NewConnector(teams.ConnectorConfig{}); err == nil {
		t.Error("a connector is made of nothing")
	}
}

func TestDeletingWhatIsGoneIsNoError(t *testing.T) {
	t.Parallel()
	f := newFake(t, replies(404, `{"error":{"code":"ActivityNotFoundInConversation"}}`))
	if err := newConnector(t, f, upstream.Policy{}).Delete(t.Context(), f.at("a:1"), "5"); err != nil {
		t.Error(err)
	}
	f = newFake(t, replies(404, `{"error":{"code":"ConversationNotFound"}}`))
	if err := newConnector(t, f, upstream.Policy{}).Delete(t.Context(), f.at("a:1"), "5"); !errors.Is(err, teams.ErrConversationGone) {
		t.Error(err)
	}
}

func TestRosterComesPageByPage(t *testing.T) {
	t.Parallel()
	f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Query().Get("continuationToken") {
		case "":
			_, _ = io.WriteString(w, `{"members":[{"id":"29:a","aadObjectId":"o1","name":"Ana","email":"ana@x","tenantId":"t","userRole":"user"}],"continuationToken":"a b+/="}`)
		case "a b+/=":
			_, _ = io.WriteString(w, `{"members":[{"id":"29:b","objectId":"o2","userPrincipalName":"ben_x#EXT#@y"},{"id":"29:c","userRole":"anonymous"}]}`)
		default:
			http.Error(w, "?", http.StatusBadRequest)
		}
	})
	c := newConnector(t, f, upstream.Policy{})
	var got []teams.Member
	pages := 0
	err := c.Members(t.Context(), f.at("19:x@thread.v2"), func(part []teams.Member) error {
		pages++
		got = append(got, part...)
		return nil
	})
	if err != nil || pages != 2 {
		t.Fatalf("%d pages, %v", pages, err)
	}
	want := []teams.Member{
		{ID: "29:a", ObjectID: "o1", Name: "Ana", Email: "ana@x", Tenant: "t", Role: "user"},
		{ID: "29:b", ObjectID: "o2", UPN: "ben_x#EXT#@y"},
		{ID: "29:c", Role: "anonymous"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got[0].Guest() || !got[1].Guest() || !got[2].Guest() || !got[2].Anonymous() || got[1].Anonymous() {
		t.Error("guests are not told apart")
	}
	if q := f.calls()[0].Query; q != "pageSize=500" {
		t.Errorf("first page asked for by %s", q)
	}
	enough := errors.New("enough")
	if err := c.Members(t.Context(), f.at("19:x@thread.v2"), func([]teams.Member) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("not stopped: %v", err)
	}
	endless := newFake(t, replies(200, `{"members":[],"continuationToken":"same"}`))
	err = newConnector(t, endless, upstream.Policy{}).Members(t.Context(), endless.at("a:1"), func([]teams.Member) error { return nil })
	if err == nil || len(endless.calls()) != 2 {
		t.Errorf("an endless roster: %v after %d pages", err, len(endless.calls()))
	}
}

package teams_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"causeway/internal/teams"
	"causeway/internal/upstream"
)

// lines calls each for every line of a recording.
func lines(t *testing.T, file string, each func(line []byte)) {
	t.Helper()
	scanner := bufio.NewScanner(bytes.NewReader(specs(t, file)))
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		each(scanner.Bytes())
	}
	if err := scanner.Err(); err != nil {
		t.Fatal(err)
	}
}

// Microsoft's Agents Playground sent these activities. Everything in them that Activity names must be read and written
// again as it was.
func TestRecordedActivitiesAreUnderstood(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	lines(t, "microsoft/samples/agentsplayground-to-bot.recorded.jsonl", func(line []byte) {
		var row struct {
			Method string
			Body   json.RawMessage
		}
		if err := json.Unmarshal(line, &row); err != nil {
			t.Fatal(err)
		}
		if row.Method != http.MethodPost {
			return
		}
		a := decode(t, row.Body)
		wantSame(t, row.Body, a)
		if a.Type == "" || a.ID == "" || a.Sender().AADObjectID == "" || a.Tenant() == "" || a.Place().ID == "" || a.Recipient.ID == "" || a.ChannelID != "msteams" {
			t.Errorf("%s %s: incomplete: %+v", a.Type, a.Name, a)
		}
		seen[a.Type+" "+a.Name]++
		switch a.Name {
		case teams.InvokeQuery, teams.InvokeFetchTask, teams.InvokeSubmitAction:
			if a.Command().ID == "" {
				t.Errorf("%s without a command", a.Name)
			}
		case teams.InvokeLink, teams.InvokeLinkAnonymous:
			if a.Command().URL != "https://zoom.us/j/123456789" {
				t.Errorf("%s of %q", a.Name, a.Command().URL)
			}
		case teams.InvokeCardAction:
			if a.CardAction().Action.Verb != "go" {
				t.Errorf("%s of %+v", a.Name, a.CardAction())
			}
		case "":
			if words := a.Words(); a.Text != "" && !strings.HasPrefix(words, "hello ") {
				t.Errorf("words %q of %q", words, a.Text)
			}
		}
		if base := a.Reference().Conversation; strings.Contains(string(base), ";") {
			t.Errorf("the thread is in the reference: %s", base)
		}
	})
	for _, kind := range []string{"message ", "invoke adaptiveCard/action", "invoke composeExtension/fetchTask", "invoke composeExtension/anonymousQueryLink"} {
		if seen[kind] < 3 {
			t.Errorf("%s was seen %d times, want once per kind of conversation", kind, seen[kind])
		}
	}
}

// wantSame compares what Activity has read with the recording, as far as it keeps the field at all.
func wantSame(t *testing.T, recorded []byte, a *teams.Activity) {
	t.Helper()
	var was, is map[string]any
	again, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	if json.Unmarshal(recorded, &was) != nil || json.Unmarshal(again, &is) != nil {
		t.Fatal("not JSON")
	}
	if dropped := missing(was, is, ""); len(dropped) > 0 {
		t.Errorf("%s %s: lost or changed %v", a.Type, a.Name, dropped)
	}
}

// unused are the fields of the recording that Activity does not keep.
var unused = []string{".localTimestamp", ".channelData.source", ".entities.country", ".channelData.teamsChannelId", ".channelData.teamsTeamId"}

func missing(was, is any, path string) []string {
	for _, name := range unused {
		if strings.HasPrefix(path, name) {
			return nil
		}
	}
	switch w := was.(type) {
	case map[string]any:
		i, _ := is.(map[string]any)
		var all []string
		for name, value := range w {
			all = append(all, missing(value, i[name], path+"."+name)...)
		}
		return all
	case []any:
		i, _ := is.([]any)
		if len(i) != len(w) {
			return []string{path}
		}
		var all []string
		for n := range w {
			all = append(all, missing(w[n], i[n], path)...)
		}
		return all
	}
	if path == ".timestamp" {
		before, err1 := time.Parse(time.RFC3339, was.(string))
		after, err2 := time.Parse(time.RFC3339, is.(string))
		if err1 == nil && err2 == nil && before.Equal(after) {
			return nil
		}
	}
	if !cmp.Equal(was, is) && was != false {
		return []string{path}
	}
	return nil
}

func TestTemplatesOfInstallationsAreUnderstood(t *testing.T) {
	t.Parallel()
	var templates map[string]json.RawMessage
	if err := json.Unmarshal(specs(t, "microsoft/samples/agentsplayground-activity-templates.json"), &templates); err != nil {
		t.Fatal(err)
	}
	for name, body := range templates {
		if bytes.Contains(body, []byte(`"error"`)) {
			continue
		}
		a := decode(t, body)
		wantSame(t, body, a)
		_, event, _ := strings.Cut(name, ".")
		switch event {
		case "botAdded":
			if !a.BotAdded() {
				t.Errorf("%s: the bot was not added", name)
			}
		case "botRemoved":
			if !a.BotRemoved() {
				t.Errorf("%s: the bot was not removed", name)
			}
		case "install", "uninstall":
			if a.Type != teams.TypeInstallationUpdate || a.Action == "" {
				t.Errorf("%s: %+v", name, a)
			}
		case "userAdded", "userRemoved":
			if a.BotAdded() || a.BotRemoved() {
				t.Errorf("%s: taken for the bot", name)
			}
		}
	}
}

// The Playground's connector gave these answers; the client must ask in the same words and read what came.
func TestRecordedConnectorIsSpokenTo(t *testing.T) {
	t.Parallel()
	lines(t, "microsoft/samples/agentsplayground-connector.recorded.jsonl", func(line []byte) {
		var row recordedCall
		if err := json.Unmarshal(line, &row); err != nil {
			t.Fatal(err)
		}
		row.replay(t)
	})
}

type recordedCall struct {
	Req struct {
		Method, Path string
		Body         json.RawMessage
	}
	Status int
	Body   json.RawMessage
}

func (row recordedCall) replay(t *testing.T) {
	t.Helper()
	var path string
	var body []byte
	f := &fakeConnector{answer: func(w http.ResponseWriter, r *http.Request) {
		path = r.Method + " " + r.URL.EscapedPath()
		body, _ = io.ReadAll(r.Body)
		w.WriteHeader(row.Status)
		_, _ = w.Write(row.Body)
	}}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { f.answer(w, r) }))
	defer f.Close()
	c := newConnector(t, f, upstream.Policy{})
	ref := f.at("")
	parts := strings.Split(strings.TrimPrefix(strings.SplitN(row.Req.Path, "?", 2)[0], "/"), "/")
	if len(parts) > 2 {
		ref.Conversation = teams.ConversationID(strings.NewReplacer("%3B", ";", "%3D", "=").Replace(parts[2]))
	}
	var err error
	var found bool
	switch {
	case row.Req.Path == "/v3/conversations":
		var id teams.ConversationID
		id, err = c.CreatePersonal(t.Context(), ref, "user-id-0")
		found = id != ""
	case strings.HasPrefix(row.Req.Path, "/v3/teams/") && len(parts) == 4:
		var all []teams.Channel
		all, err = c.Channels(t.Context(), ref, teams.TeamID(parts[2]))
		found = len(all) == 2 && all[0].Name == "" && all[1].Name == "Announcements"
	case strings.HasPrefix(row.Req.Path, "/v3/teams/"):
		var team teams.Team
		team, err = c.Team(t.Context(), ref, teams.TeamID(parts[2]))
		found = team.Name == "My Team" && team.GroupID != "" && team.Channels == 2 && team.Members == 6
	case parts[3] == "activities":
		var sent teams.Activity
		if json.Unmarshal(row.Req.Body, &sent) != nil {
			t.Fatal("not an activity")
		}
		var id teams.ActivityID
		id, err = c.Reply(t.Context(), ref, teams.ActivityID(parts[4]), teams.Activity{Type: sent.Type, Attachments: sent.Attachments})
		found = id != ""
	case parts[3] == "pagedmembers":
		n := 0
		err = c.Members(t.Context(), ref, func(part []teams.Member) error {
			for _, m := range part {
				if m.ID != "" && m.ObjectID != "" && m.Email != "" && m.UPN != "" && m.Tenant != "" {
					n++
				}
			}
			return nil
		})
		found = n > 0 || row.Status != http.StatusOK
	case parts[3] == "members" && len(parts) == 5:
		var m teams.Member
		m, err = c.Member(t.Context(), ref, teams.UserID(parts[4]))
		found = m.ObjectID != "" || row.Status != http.StatusOK
	default:
		return // the old list of members, which is not used
	}
	if (err == nil) != (row.Status < 300) || !found {
		t.Errorf("%s %s: %v, found %v", row.Req.Method, row.Req.Path, err, found)
	}
	// url.PathEscape leaves = as it is; both are the same segment.
	want := row.Req.Method + " /emea" + strings.SplitN(strings.ReplaceAll(row.Req.Path, "%3D", "="), "?", 2)[0]
	if path != want {
		t.Errorf("asked %s, want %s", path, want)
	}
	if row.Req.Path == "/v3/conversations" {
		text := strings.NewReplacer(`"00000000-0000-0000-0000-0000000000001"`, `"`+tenantID+`"`, `"00000000-0000-0000-0000-00000000000011"`, `"28:`+appID+`"`).Replace(string(row.Req.Body))
		var was, is any
		if json.Unmarshal([]byte(text), &was) != nil || json.Unmarshal(body, &is) != nil || !cmp.Equal(was, is) {
			t.Errorf("sent %s, recorded %s", body, text)
		}
	}
}

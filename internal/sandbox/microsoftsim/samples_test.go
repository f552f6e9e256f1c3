package microsoftsim_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"causeway/internal/sandbox/microsoftsim"
)

// sample reads a recording of Microsoft's own Agents Playground.
func sample(t *testing.T, name string) []byte {
	t.Helper()
	specs := os.Getenv("SPECS_DIR")
	if specs == "" {
		specs = filepath.Join("..", "..", "..", "..", "shared", "specs")
	}
	raw, err := os.ReadFile(filepath.Join(specs, "microsoft", "samples", name))
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("Microsoft's recordings are absent")
	}
	return raw
}

// covers reports what theirs holds and ours lacks, or holds as another type of value.
func covers(t *testing.T, where string, theirs, ours any) {
	t.Helper()
	switch theirs := theirs.(type) {
	case object:
		mine, ok := ours.(object)
		if !ok {
			t.Errorf("%s is %T", where, ours)
			return
		}
		for name, value := range theirs {
			if mine[name] == nil {
				t.Errorf("%s lacks %s", where, name)
				continue
			}
			covers(t, where+"."+name, value, mine[name])
		}
	case []any:
		mine, ok := ours.([]any)
		if !ok || len(mine) == 0 {
			t.Errorf("%s is %T", where, ours)
			return
		}
		for i, value := range theirs {
			covers(t, fmt.Sprintf("%s[%d]", where, i), value, mine[min(i, len(mine)-1)])
		}
	default:
		if fmt.Sprintf("%T", theirs) != fmt.Sprintf("%T", ours) {
			t.Errorf("%s is %T, recorded as %T", where, ours, theirs)
		}
	}
}

// kindOf tells recorded activities apart.
func kindOf(a object) string {
	kind := fmt.Sprint(a["type"], " ", a["name"], " ", at(a, "conversation", "conversationType"))
	if a["value"] != nil && a["type"] == "message" {
		kind += " with value"
	}
	return kind
}

func TestActivitiesHoldWhatTheRecordedOnesHold(t *testing.T) {
	t.Parallel()
	recorded := map[string]object{}
	lines := bufio.NewScanner(bytes.NewReader(sample(t, "agentsplayground-to-bot.recorded.jsonl")))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var line struct{ Body json.RawMessage }
		var a object
		if json.Unmarshal(lines.Bytes(), &line) == nil && json.Unmarshal(line.Body, &a) == nil {
			recorded[kindOf(a)] = a
		}
	}
	s := newStage(t)
	for _, chat := range []string{"bot", "launch", "apollo-dev"} {
		s.allKinds(chat)
	}
	checked := 0
	for _, ours := range s.bot.all("") {
		theirs := recorded[kindOf(ours)]
		if theirs == nil {
			continue
		}
		checked++
		for _, name := range []string{"value", "text"} { // what the test says, not Teams
			delete(theirs, name)
		}
		covers(t, kindOf(ours), theirs, ours)
	}
	if checked < 12 {
		t.Errorf("only %d activities were compared of %d recorded kinds", checked, len(recorded))
	}
}

// allKinds makes Teams send each kind of activity from a chat.
func (s *stage) allKinds(chat string) {
	s.t.Helper()
	if err := s.AddToChat(s.t.Context(), "ana", chat, teams); err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.Post(s.t.Context(), "ana", chat, microsoftsim.Words{Text: "hello", MentionBot: chat != "bot"}); err != nil {
		s.t.Fatal(err)
	}
	s.bot.always(taskCard("x", form()))
	out := s.command("ana", chat, "scheduleMeeting", microsoftsim.CommandInput{})
	s.submit(out.Dialog.ID, 1, nil)
	s.bot.always(object{})
	s.command("ana", chat, "findMeetings", microsoftsim.CommandInput{Query: "x"})
	conversation := s.person("ana").Personal
	if chat != "bot" {
		conversation = s.conversation("ana", chat)
	}
	posted := s.connector("POST", "/v3/conversations/"+conversation+"/activities", cardMessage(card([]any{textBlock("x")}, submit(object{"x": 1}), object{"type": "Action.Execute", "verb": "go"})))
	for n := range 2 {
		if _, err := s.Act(s.t.Context(), "ana", chat, fmt.Sprint(posted.body["id"]), n, nil); err != nil {
			s.t.Fatal(err)
		}
	}
}

func TestInstallationsHoldWhatTheRecordedOnesHold(t *testing.T) {
	t.Parallel()
	var templates map[string]object
	if err := json.Unmarshal(sample(t, "agentsplayground-activity-templates.json"), &templates); err != nil {
		t.Fatal(err)
	}
	s := newStage(t)
	for scope, chat := range map[string]string{"personal": "bot", "group": "launch"} {
		s.bot.forget()
		if err := s.AddToChat(t.Context(), "ana", chat, teams); err != nil {
			t.Fatal(err)
		}
		covers(t, scope+" install", templates[scope+".install"], s.only("installationUpdate"))
		covers(t, scope+" botAdded", templates[scope+".botAdded"], s.only("conversationUpdate"))
		s.bot.forget()
		if err := s.RemoveFromChat(t.Context(), "ana", chat, teams); err != nil {
			t.Fatal(err)
		}
		covers(t, scope+" uninstall", templates[scope+".uninstall"], s.only("installationUpdate"))
	}
}

func TestConnectorAnswersHoldWhatTheRecordedOnesHold(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.installed("ana", "launch", "apollo-dev")
	launch, team := s.conversation("ana", "launch"), s.conversation("ana", "apollo-general")
	lines := bufio.NewScanner(bytes.NewReader(sample(t, "agentsplayground-connector.recorded.jsonl")))
	lines.Buffer(nil, 1<<20)
	seen := map[string]bool{}
	for lines.Scan() {
		var line struct {
			Req    struct{ Method, Path string }
			Status int
			Body   any
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		path := map[string]string{
			"/v3/teams/team-id": "/v3/teams/" + team, "/v3/teams/team-id/conversations": "/v3/teams/" + team + "/conversations",
			"/v3/conversations/19:doesnotexist/pagedmembers": line.Req.Path,
		}[line.Req.Path]
		for _, end := range []string{"/members", "/members/nobody", "/pagedmembers?pageSize=2"} {
			if path == "" && filepath.Base(filepath.Dir(line.Req.Path)) != "" && len(line.Req.Path) > len(end) && line.Req.Path[len(line.Req.Path)-len(end):] == end {
				path = "/v3/conversations/" + launch + end
			}
		}
		if line.Req.Method != "GET" || path == "" || seen[path] {
			continue
		}
		seen[path] = true
		if body, ok := line.Body.(object); ok {
			delete(body, "totalCount") // the Playground's own
			if list, ok := body["conversations"].([]any); ok {
				for _, c := range list {
					delete(c.(object), "channelType") // the real service says type
				}
			}
		}
		ours := s.connector("GET", path, nil)
		var answer any
		if err := json.Unmarshal([]byte(ours.text), &answer); err != nil || ours.status != line.Status {
			t.Errorf("%s: %d, recorded %d", path, ours.status, line.Status)
		}
		covers(t, path, line.Body, answer)
	}
	if len(seen) < 6 {
		t.Errorf("only %d calls were compared", len(seen))
	}
}

package app_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"causeway/internal/policy"
	"causeway/internal/sandbox/microsoftsim"
	"causeway/internal/sandbox/world"
)

// preview is what a card below a pasted link says, and all of it.
type preview struct{ words, all string }

// paste pastes a link into a chat.
func (p person) paste(chat, link string) preview {
	p.t.Helper()
	var shown struct {
		Type        string
		Attachments []struct{ Content, Preview json.RawMessage }
	}
	p.call("POST", "/people/"+p.handle+"/chats/"+chat+"/paste", map[string]string{"url": link}, &shown)
	var got preview
	for _, a := range shown.Attachments {
		got.words += strings.Join(words(a.Content), "\n")
		got.all += string(a.Content) + string(a.Preview)
	}
	return got
}

// says checks what a preview says, and, after "-", what it does not say.
func (g preview) says(t *testing.T, name string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		unwanted, found := strings.CutPrefix(text, "-")
		if found && strings.Contains(g.all, unwanted) || !found && !strings.Contains(g.words, text) {
			t.Errorf("%s: %q\n%s", name, text, g.all)
		}
	}
}

// A link that is pasted is shown as what its reader may know, never with what opens the meeting, and nobody looks the link up.
func TestT64_LinksArePreviewed(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	ana, ben, hana := s.person("ana"), s.person("ben"), s.person("hana")
	ana.link()
	ana.schedule("launch", "Launch").is("message")
	s.idle()
	link := s.joinLink("Launch")
	if !strings.Contains(link, "?pwd=") {
		t.Fatalf("the link is %s", link)
	}
	secrets := []string{"-pwd", "-tk=", "-zak", "-" + link[strings.Index(link, "pwd=")+4:], "-Passcode"}
	link += "&tk=token&zak=key#success"
	s.mark()
	ana.paste("launch", link).says(t, "the host", append(secrets, "Launch", "Ana Duarte")...)
	ben.paste("launch", link).says(t, "who is in the conversation", append(secrets, "Launch", "Ana Duarte")...)
	neutral := append(secrets, "Zoom meeting", "-Launch", "-Ana")
	hana.paste("bot", link).says(t, "who has nothing to do with it, and not the app", neutral...)
	s.call("POST", "/people/hana/apps/"+s.world.Settings().EntraAppID+"/install", nil, nil)
	hana.paste("bot", link).says(t, "who has nothing to do with it", neutral...)
	for _, row := range s.rows("api.called") {
		if row.By == "hana" {
			t.Errorf("Zoom is asked for who is not connected: %+v", row)
		}
	}
	// Of a meeting that was made at Zoom, its host sees what it is.
	var made struct{ Meeting struct{ ID string } }
	s.call("POST", "/zoom/people/ana/meetings", map[string]any{"topic": "Made at Zoom", "type": 2, "start_time": "2031-05-05T10:00:00Z", "duration": 30, "timezone": "UTC"}, &made)
	own := s.joinLink("Made at Zoom")
	ana.paste("launch", own).says(t, "its host", "Made at Zoom", "-pwd")
	ben.paste("launch", own).says(t, "somebody else", "Zoom meeting", "-Made", "-pwd")
	// A meeting that is cancelled, or not to be seen, is one of which nothing is said.
	if err := s.products[0].Switch(t.Context(), policy.Meetings, false); err != nil {
		t.Fatal(err)
	}
	if got := ana.paste("launch", link); got.all != "" {
		t.Errorf("with meetings off: %s", got.all)
	}
}

// joinLink is the whole link of a meeting.
func (s *stage) joinLink(topic string) string {
	s.t.Helper()
	var got struct {
		Meetings []struct{ Topic, JoinPath string }
	}
	s.call("GET", "/zoom/client", nil, &got)
	for _, m := range got.Meetings {
		if m.Topic == topic {
			return s.world.Settings().JoinOrigins[0] + m.JoinPath
		}
	}
	s.t.Fatalf("Zoom has no meeting %q", topic)
	return ""
}

// Of somebody who is not known nothing is asked, and what is answered is always the same.
func TestT64_WhoIsNotKnownSeesTheSame(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	ana := s.person("ana")
	ana.link()
	ana.schedule("launch", "Launch").is("message")
	s.idle()
	link := s.joinLink("Launch")
	s.fault(world.Fault{Side: world.Zoom, Route: "*", Status: http.StatusTeapot})
	hana := s.person("hana")
	known, unknown := hana.paste("bot", link), hana.paste("bot", s.world.Settings().JoinOrigins[0]+"/j/91234567890")
	if known.all == "" || known.all != unknown.all {
		t.Errorf("a meeting of ours: %s\nanother: %s", known.all, unknown.all)
	}
	s.calm()
}

// What only looks like a link of Zoom's has no preview.
func TestT65_OnlyZoomsLinksArePreviewed(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	ana := s.person("ana")
	ana.link()
	ana.schedule("launch", "Launch").is("message")
	s.idle()
	link := s.joinLink("Launch")
	host := strings.TrimPrefix(s.world.Settings().JoinOrigins[0], "http://")
	for _, other := range []string{
		strings.Replace(link, host, host+".evil.com", 1), strings.Replace(link, host, "evil"+host, 1), strings.Replace(link, host, host+"@evil.com", 1),
		strings.Replace(link, host, strings.ReplaceAll(host, ".", "\u3002"), 1), strings.Replace(link, "http:", "javascript:", 1), strings.Replace(link, "/j/", "/rec/", 1), "hello", "",
	} {
		var raw struct{ Replies []microsoftsim.RawReply }
		s.call("POST", "/activities", map[string]any{"person": "ana", "chat": "launch", "fields": map[string]any{
			"type": "invoke", "name": "composeExtension/queryLink", "value": map[string]string{"url": other},
		}}, &raw)
		for _, reply := range raw.Replies {
			if reply.Status != http.StatusOK || strings.Contains(reply.Body, "attachments") {
				t.Errorf("%s: %d %s", other, reply.Status, reply.Body)
			}
		}
		if len(raw.Replies) == 0 {
			t.Errorf("%s: no reply", other)
		}
	}
}

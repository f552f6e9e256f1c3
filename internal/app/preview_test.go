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
	s := beginGuarded(t)
	ana, ben, hana := s.person("ana"), s.person("ben"), s.person("hana")
	ana.link()
	ana.schedule("launch", "Launch").is("message")
	s.idle()
	link := s.joinLink("Launch")
	if !strings.Contains(link, "?pwd=") {
		t.Fatalf("the link is %s", link)
	}
	secrets := []string{"-pwd", "-tk=", "-zak", "-" + link[strings.Index(link, "pwd=")+4:], "-Passcode"}
	passcode := link[strings.Index(link, "pwd=")+4:]
	link += "&tk=registrants-token&zak=hosts-key#success"
	s.mark()
	passed, logged := s.world.World.Traffic.Last(), len(s.log.String())
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
	s.idle()
	opened := func() (n int) {
		for _, x := range s.world.World.Traffic.List(passed, 0) {
			if strings.Contains(x.URL, "/j/") {
				n++
			}
		}
		return n
	}
	if n := opened(); n != 0 {
		t.Errorf("the link was opened %d times", n)
	}
	s.browser().open(link)
	if n := opened(); n == 0 {
		t.Error("if it had been opened, that would not have been seen")
	}
	for _, secret := range []string{passcode, "registrants-token", "hosts-key"} {
		if strings.Contains(s.log.String()[logged:], secret) {
			t.Errorf("the log holds %s", secret)
		}
	}
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

// A link to a whiteboard is shown as what its reader may open, by either of its forms, and nobody looks the link up.
func TestT64_LinksToWhiteboardsArePreviewed(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	for _, handle := range []string{"ana", "ben", "dev"} {
		g.person(handle).link()
	}
	ana, ben, dev, hana := g.person("ana"), g.person("ben"), g.person("dev"), g.person("hana")
	ana.approveJIT("launch", "schedule")
	g.idle()
	board, origin, before := g.boardOf("Launch plan"), g.world.Settings().JoinOrigins[0], g.world.World.Traffic.Last()
	const secrets = "?pwd=secretpwd&tk=secrettk&zak=secretzak#success"
	unwanted := []string{"-pwd", "-tk=", "-zak", "-secret"}
	neutral := append([]string{"Zoom whiteboard", "The link leads to a whiteboard", "-Launch plan", "-Ana"}, unwanted...)
	plain := append([]string{"Launch plan", "Made by Ana Duarte", "sign in with the organisation’s Zoom account", "ask Ana Duarte for access"}, unwanted...)
	for name, link := range map[string]string{"its page": origin + board.Page + secrets, "its id": origin + "/wb/db/" + board.ID + "/p/1" + secrets} {
		ana.paste("launch", link).says(t, "its owner, by "+name, plain...)
		ben.paste("launch", link).says(t, "who was added, by "+name, plain...)
		dev.paste("launch", link).says(t, "who was not, by "+name, neutral...)
		hana.paste("bot", link).says(t, "who has not the app, by "+name, neutral...)
	}
	known, unknown := hana.paste("bot", origin+board.Page), hana.paste("bot", origin+"/wb/doc/"+strings.Repeat("x", 22))
	if known.all != unknown.all || known.all != dev.paste("launch", origin+"/wb/doc/"+strings.Repeat("x", 22)).all {
		t.Errorf("a board of ours: %s\nanother: %s", known.all, unknown.all)
	}
	g.call("POST", "/people/hana/apps/"+g.world.Settings().EntraAppID+"/install", nil, nil)
	hana.paste("bot", origin+board.Page).says(t, "who has not connected Zoom", neutral...)
	for _, x := range g.world.World.Traffic.List(before, 0) {
		if strings.Contains(x.URL, "/wb/") {
			t.Errorf("the link is opened: %s %s by %s", x.Method, x.URL, x.From)
		}
	}
	for _, row := range g.rows("api.called") {
		if row.By == "hana" {
			t.Errorf("Zoom is asked for who is not connected: %+v", row)
		}
	}
	for _, part := range []string{"pwd=", "tk=", "zak=", "secret"} {
		if strings.Contains(g.log.String(), part) {
			t.Errorf("%q is in the log:\n%s", part, g.log)
		}
	}
	for name, other := range map[string]string{"elsewhere": "https://evil.example" + board.Page, "no board": origin + "/wb/other/" + board.ID} {
		if got := ana.paste("launch", other); got.all != "" {
			t.Errorf("%s: %s", name, got.all)
		}
	}
	if err := g.products[0].Switch(t.Context(), policy.Whiteboard, false); err != nil {
		t.Fatal(err)
	}
	if got := ana.paste("launch", origin+board.Page); got.all != "" {
		t.Errorf("with whiteboards off: %s", got.all)
	}
}

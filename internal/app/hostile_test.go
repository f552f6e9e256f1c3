package app_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"causeway/internal/policy"
	"causeway/internal/sandbox"
	"causeway/internal/sandbox/world"
)

// TestT61_HostileWords: what people write comes out as the words that they are, on the card, in direct messages, in the calendar and
// in the mail.
func TestT61_HostileWords(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	ana := s.person("ana")
	ana.link()
	s.person("ben").say("bot", "hello")
	for name, c := range map[string]struct{ typed, shown string }{
		"a link":     {"[Join](https://evil.example)", "[Join](https://evil.example)"},
		"markup":     {"**bold** `code` _it_ ~~gone~~", "**bold** `code` _it_ ~~gone~~"},
		"tags":       {"<at>Everyone</at> <b>x</b> <img src=x onerror=alert(1)>", "<at>Everyone</at> <b>x</b> <img src=x onerror=alert(1)>"},
		"a script":   {"</p><script>alert(2)</script>", "</p><script>alert(2)</script>"},
		"directions": {"safe\u202egnp.exe\u202c", "safegnp.exe"},
		"templates":  {"${topic} {{DATE(2026-01-01T00:00:00Z)}}", "${topic} {{DATE(2026-01-01T00:00:00Z)}}"},
		"lines":      {"first\n# Heading\n- item", "first # Heading - item"},
		"a picture":  {"![pic](https://evil.example/x.png)", "![pic](https://evil.example/x.png)"},
	} {
		ana.schedule("pair", c.typed, fields{"agenda": c.typed}).is("message")
		s.idle()
		for reader, chats := range map[string][]string{"ana": {"pair", "bot"}, "ben": {"pair", "bot"}} {
			for _, chat := range chats {
				m := s.person(reader).reads(chat, c.shown)
				if strings.Contains(m.HTML, "<script") || strings.Contains(m.HTML, "onerror=alert(1)>") {
					t.Errorf("%s: %s's %s holds markup: %s", name, reader, chat, m.HTML)
				}
				for _, card := range m.Cards {
					s.literal(name, card, c.shown)
				}
			}
		}
		s.mailed(name)
	}
	long := strings.Repeat("x", 10_000)
	form, _ := ana.approveJIT("pair", "schedule")
	form.submit(fields{"topic": long}).is("dialog")
}

// literal fails the test when a card shows words of people as anything else than words, or has a button to elsewhere.
func (s *stage) literal(name string, card json.RawMessage, shown string) {
	s.t.Helper()
	for _, o := range objects(card) {
		for _, field := range []string{"text", "value"} {
			text, _ := o[field].(string)
			if o["type"] == "TextBlock" || o["title"] != nil && field == "value" {
				s.escaped(name, text)
			}
		}
		if address, _ := o["url"].(string); address != "" {
			u, err := url.Parse(address)
			settings := s.world.Settings()
			if err != nil || !slices.Contains(append(settings.TeamsOrigins, settings.PublicURL, s.world.ZoomURL()), u.Scheme+"://"+u.Host) {
				s.t.Errorf("%s: a button leads to %s", name, address)
			}
		}
	}
	if strings.Contains(string(card), "\u202e") {
		s.t.Errorf("%s: the card turns the direction of writing (%s)", name, shown)
	}
}

// macro is a time of ours, which Teams writes in the reader's zone.
var macro = regexp.MustCompile(`\{\{(DATE|TIME)\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ(, ?(SHORT|LONG|COMPACT))?\)\}\}`)

// escaped fails the test when a text of a card has a mark of Markdown that is not taken literally, but for the macros of times that are ours.
func (s *stage) escaped(name, text string) {
	s.t.Helper()
	if strings.Contains(text, "{{DATE(2026-01-01T00:00:00Z)}}") {
		s.t.Errorf("%s: a time that somebody typed counts in %q", name, text)
	}
	text = macro.ReplaceAllString(text, "")
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\':
			i++
		case strings.IndexByte("[]`*<>{}", text[i]) >= 0:
			s.t.Errorf("%s: %q is not escaped in %q", name, text[i], text)
			return
		case strings.HasPrefix(text[i:], "://"):
			s.t.Errorf("%s: an address would become a link in %q", name, text)
			return
		}
	}
}

// mailed looks at the newest invitation that Ben got, and at the entry in his calendar.
func (s *stage) mailed(name string) {
	s.t.Helper()
	var mail struct {
		Mail []struct{ HTML, Subject, Kind string }
	}
	s.call("GET", "/people/ben/mail", nil, &mail)
	var events struct {
		Events []struct{ Body, Subject string }
	}
	s.call("GET", "/people/ben/calendar", nil, &events)
	if len(mail.Mail) == 0 {
		s.t.Fatalf("%s: no mail", name)
	}
	pages := []string{}
	for _, m := range mail.Mail {
		pages = append(pages, m.HTML)
	}
	for _, e := range events.Events {
		pages = append(pages, e.Body)
	}
	for _, html := range pages {
		lower := strings.ToLower(html)
		for _, markup := range []string{"<script", "<img", "<at>", "<b>x</b>", `href="https://evil`, "\u202e"} {
			if strings.Contains(lower, markup) {
				s.t.Errorf("%s: the invitation holds %s: %s", name, markup, html)
			}
		}
	}
}

// hostileName is what somebody calls themselves, a meeting or a whiteboard.
const hostileName = "[Join](https://evil.example) **b** <at>All</at> <img src=x onerror=alert(1)> `c` \u202egnp"

// renamed has Zoom say that whiteboards were made by somebody with a hostile name.
func renamed(o *sandbox.Options) {
	name, _ := json.Marshal(hostileName)
	wrap := o.Wrap
	o.Wrap = func(side world.Side, emulator http.Handler) http.Handler {
		inner := wrap(side, emulator)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if side != world.Zoom || !strings.HasPrefix(r.URL.Path, "/v2/whiteboards") {
				inner.ServeHTTP(w, r)
				return
			}
			kept := httptest.NewRecorder()
			inner.ServeHTTP(kept, r)
			maps.Copy(w.Header(), kept.Header())
			w.Header().Del("Content-Length")
			w.WriteHeader(kept.Code)
			_, _ = w.Write(bytes.ReplaceAll(kept.Body.Bytes(), []byte(`"created_by_display_name":"Ana Duarte"`), append([]byte(`"created_by_display_name":`), name...)))
		})
	}
}

// TestT61_HostileNames: who takes part, what a summary says of it, and how whiteboards and their makers are called, on cards, in direct messages,
// in what is found and in previews.
func TestT61_HostileNames(t *testing.T) {
	t.Parallel()
	g := &guarded{stage: begin(t, setup{world: renamed})}
	g.address = g.products[0].front.target.Load().String()
	if err := g.products[0].Switch(t.Context(), policy.Participants, true); err != nil {
		t.Fatal(err)
	}
	ana, ben := g.person("ana"), g.person("ben")
	ana.link()
	ben.link()
	shown := strings.ReplaceAll(hostileName, "\u202e", "")
	seen := 0
	look := func(where string, cards []json.RawMessage, texts ...string) {
		t.Helper()
		all := ""
		for _, card := range cards {
			g.literal(where, card, shown)
			all += strings.Join(words(card), "\n")
			seen++
		}
		for _, text := range texts {
			if !strings.Contains(all, text) {
				t.Errorf("%s lacks %q:\n%s", where, text, all)
			}
		}
	}

	ana.schedule("launch", hostileName).is("message")
	g.idle()
	id := g.numbered(hostileName)
	for _, who := range []string{"ana", hostileName} {
		g.call("POST", "/zoom/meetings/"+id+"/join", map[string]string{"as": who}, nil)
	}
	ben.shows("launch", "2 people are there")
	look("who is there", ben.last("launch").Cards, shown)
	g.hold(id)
	g.advance(time.Minute)
	ben.shows("launch", "Summary by Zoom", "Watch the recording")
	look("a summary", ben.last("launch").Cards, "was discussed by")
	ana.shows("bot", "was discussed by")
	look("a summary for the host", ana.last("bot").Cards, "was discussed by")

	g.call("POST", "/zoom/people/ana/boards", map[string]string{"name": hostileName}, nil)
	board := g.boardOf(hostileName)
	g.shareAtZoom("ana", hostileName, "ben", 2)
	ben.shows("bot", "shared a Zoom whiteboard with you")
	look("a direct message of a whiteboard", ben.last("bot").Cards, shown, "Made by "+shown)
	g.call("POST", "/zoom/people/ana/boards/"+board.ID+"/comment", map[string]any{"mentions": "ben"}, nil)
	ben.shows("bot", "mentioned you in a comment")
	look("a mention", ben.last("bot").Cards, shown)
	g.visit("ana").do("POST", "/whiteboards/"+board.ID+"/share", object{"conversation": g.conversation("launch")}, nil)
	ben.shows("launch", "shares a Zoom whiteboard")
	look("the card of a whiteboard", ben.last("launch").Cards, shown, "Made by "+shown)

	look("a preview", ana.pasted("launch", g.joinLink(hostileName)), shown)
	for _, command := range []string{"boards", "find"} {
		var found struct {
			Attachments []struct{ Content json.RawMessage }
		}
		g.call("POST", "/people/ana/chats/launch/commands/"+command, map[string]string{"query": "Join"}, &found)
		var cards []json.RawMessage
		for _, a := range found.Attachments {
			cards = append(cards, a.Content)
		}
		look("what is found by "+command, cards, shown)
	}
	if seen < 9 {
		t.Errorf("only %d cards were looked at", seen)
	}
}

// pasted are the cards below a link that is pasted into a chat.
func (p person) pasted(chat, link string) (cards []json.RawMessage) {
	p.t.Helper()
	var shown struct {
		Attachments []struct{ Content json.RawMessage }
	}
	p.call("POST", "/people/"+p.handle+"/chats/"+chat+"/paste", map[string]string{"url": link}, &shown)
	for _, a := range shown.Attachments {
		cards = append(cards, a.Content)
	}
	return cards
}

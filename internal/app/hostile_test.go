package app_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
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

// escaped fails the test when a text of a card has a mark of Markdown that is not taken literally, but for the macros of times that are ours.
func (s *stage) escaped(name, text string) {
	s.t.Helper()
	if strings.HasPrefix(text, "{{DATE(") {
		return
	}
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

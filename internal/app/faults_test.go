package app_test

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"causeway/internal/sandbox/world"
	"causeway/internal/sandbox/zoomsim"
)

var update = flag.Bool("update", false, "write what tests find into the files that they compare")

// mishap is something that fails while Ana schedules a meeting in a chat of five, and what comes of it.
type mishap struct {
	name   string
	faults func(*stage) []world.Fault
	before func(*stage)  // happens before the form is sent
	waits  int           // half minutes that pass until all is done
	after  time.Duration // what failed is over after so long
	want   effects       // in the end, in all
	told   string        // stands on the organiser's card in the end
	again  bool          // what was made in the end was asked for a second time, by Ana
}

const (
	zoomCreates  = "POST /v2/users/me/meetings"
	graphCreates = "POST /graph/v1.0/me/events"
	zoomToken    = "POST /oauth/token"
	entraToken   = "POST /{tenant}/oauth2/v2.0/token"
)

// whole is what both platforms see of one meeting in a chat of five.
var whole = effects{Meetings: 1, Events: 1, Mails: 4, Cards: 1, DMs: 5}

func one(f world.Fault) func(*stage) []world.Fault {
	return func(*stage) []world.Fault {
		if f.Count == 0 {
			f.Count = 1
		}
		return []world.Fault{f}
	}
}

// zoomSays is a refusal of Zoom's.
func zoomSays(status, code int, message string) world.Fault {
	return world.Fault{Side: world.Zoom, Route: zoomCreates, Status: status, Body: fmt.Appendf(nil, `{"code":%d,"message":%q}`, code, message)}
}

func mishaps() []mishap {
	return []mishap{
		{name: "Zoom answers 500", faults: one(zoomSays(500, 500, "Internal error")), waits: 3, want: whole},
		{name: "Zoom answers 503", faults: one(world.Fault{Side: world.Zoom, Route: zoomCreates, Status: 503, Headers: map[string]string{"Retry-After": "1"}}), want: whole, again: true},
		{name: "Zoom is asked too often", faults: one(zoomSays(429, 429, "You have reached the maximum per-second rate limit for this API. Try again later.")), want: whole, again: true},
		{name: "Zoom's hundred meetings a day are used up", faults: one(zoomSays(429, 429, "You have exceeded the daily rate limit of (100) for Create/Update meeting API requests permitted for this particular user.")), after: 25 * time.Hour, want: whole},
		{name: "Zoom does not let the person host", faults: one(zoomSays(400, 3161, "Your user account is not allowed to host or join meetings.")), want: effects{}},
		{name: "Zoom refuses the meeting", faults: one(zoomSays(400, 300, "Invalid field.")), want: effects{}},
		{name: "Zoom does not answer, and has made nothing", faults: one(world.Fault{Side: world.Zoom, Route: zoomCreates, Drop: true}), waits: 3, want: whole},
		{name: "Zoom does not answer, and has made the meeting", faults: one(world.Fault{Side: world.Zoom, Route: zoomCreates, When: world.After, Drop: true}), waits: 2, want: whole},
		{name: "Zoom's token endpoint is down", before: expire, faults: one(world.Fault{Side: world.Zoom, Route: zoomToken, Status: 503, Count: 3}), want: whole, again: true},
		{name: "Zoom has ended the connection", before: expire, faults: one(world.Fault{Side: world.Zoom, Route: zoomToken, Status: 400, Body: []byte(`{"reason":"Invalid Token!","error":"invalid_grant"}`)}), want: effects{DMs: 1}},
		{name: "Microsoft's token endpoint is down", before: expire, faults: one(world.Fault{Side: world.Microsoft, Route: entraToken, Status: 503, Count: 6}), waits: 2, want: whole, again: true},
		{name: "Graph answers 503", faults: one(world.Fault{Side: world.Microsoft, Route: graphCreates, Status: 503, Count: 4}), waits: 2, want: whole},
		{name: "Graph is asked too often", faults: one(world.Fault{Side: world.Microsoft, Route: graphCreates, Status: 429, Headers: map[string]string{"Retry-After": "2"}, Count: 2}), waits: 1, want: whole},
		{name: "Graph does not answer, and has made the entry", faults: one(world.Fault{Side: world.Microsoft, Route: graphCreates, When: world.After, Drop: true}), waits: 1, want: whole},
		{name: "Teams does not list the members", faults: one(world.Fault{Side: world.Microsoft, Route: "GET /connector/emea/v3/conversations/{id}/pagedmembers", Status: 503, Count: 3}), before: later6, waits: 2, want: whole},
		{name: "Teams does not say whether the bot is there", faults: one(world.Fault{Side: world.Microsoft, Route: "GET /connector/emea/v3/conversations/{id}/members/{member}", Status: 500, Count: 3}), before: later6, want: whole, again: true},
		{name: "Teams is asked too often for the card", faults: card(world.Fault{Status: 429, Headers: map[string]string{"Retry-After": "2"}}), waits: 1, want: whole},
		{name: "Teams is busy with the chat (412)", faults: card(world.Fault{Status: 412}), waits: 1, want: whole},
		{name: "Teams does not answer, and has the card", faults: card(world.Fault{When: world.After, Drop: true}), waits: 2, want: effects{1, 1, 4, 2, 5}},
		{name: "Teams does not take the card any more (403)", faults: card(world.Fault{Status: 403, Body: notInRoster}), want: effects{1, 1, 4, 0, 5}, told: "The card could not be posted in the conversation. Share the link yourself."},
		{name: "Teams does not answer, and has the message to Ben", faults: direct("ben", world.Fault{When: world.After, Drop: true}), want: whole, told: "Perhaps not reached in Teams (no answer; not sent again): Ben Okafor"},
		{name: "Teams does not answer, and has no message to Ben", faults: direct("ben", world.Fault{Drop: true}), want: effects{1, 1, 4, 1, 4}, told: "Perhaps not reached in Teams (no answer; not sent again): Ben Okafor"},
		{name: "Ben has blocked the bot", faults: direct("ben", world.Fault{Status: 403, Body: blocked}), want: effects{1, 1, 4, 1, 4}, told: "Not reached in Teams: Ben Okafor"},
		{name: "The administrator does not let Ben use the bot", faults: direct("ben", world.Fault{Status: 403, Body: disabled}), want: effects{1, 1, 4, 1, 4}, told: "Not reached in Teams: Ben Okafor"},
	}
}

var (
	notInRoster = []byte(`{"error":{"code":"BotNotInConversationRoster","message":"The bot is not part of the conversation roster."}}`)
	disabled    = []byte(`{"error":{"code":"BotDisabledByAdmin","message":"The tenant admin disabled this bot"}}`)
	blocked     = []byte(`{"error":{"code":"ConversationBlockedByUser","message":"User blocked the conversation with the bot."}}`)
)

// expire lets all access tokens grow too old, and what is remembered of the chat.
func expire(s *stage) { s.advance(2 * time.Hour) }

// later6 lets what is remembered of who is in a chat grow too old.
func later6(s *stage) { s.advance(6 * time.Minute) }

// card meets the posting of the card in the chat.
func card(f world.Fault) func(*stage) []world.Fault {
	return func(s *stage) []world.Fault { return []world.Fault{posting(f, s.conversation("launch"))} }
}

// direct meets the posting of the message to somebody.
func direct(handle string, f world.Fault) func(*stage) []world.Fault {
	return func(s *stage) []world.Fault {
		return []world.Fault{posting(f, s.world.World.Seed.Person(handle).Personal)}
	}
}

func posting(f world.Fault, conversation string) world.Fault {
	f.Side, f.Route = world.Microsoft, "POST /connector/emea/v3/conversations/"+conversation+"/activities"
	if f.Count == 0 {
		f.Count = 1
	}
	return f
}

// conversation is the id of a chat.
func (s *stage) conversation(chat string) string {
	seed := s.world.World.Seed
	for _, team := range seed.Teams {
		for _, c := range team.Channels {
			if c.Handle == chat {
				return c.Conversation
			}
		}
	}
	i := slices.IndexFunc(seed.Chats, func(c *world.Chat) bool { return c.Handle == chat })
	return seed.Chats[i].Conversation
}

// seen is a line of the table in docs/reliability.md.
type seen struct{ name, sentence, end string }

// Whatever fails, the person reads what is meant for that, nothing is doubled and nothing is lost. What is found stands in
// docs/reliability.md, which -update writes.
func TestFaults(t *testing.T) {
	t.Parallel()
	list := mishaps()
	found := make([]seen, len(list))
	t.Cleanup(func() { // when all have ended
		if !slices.Contains(found, seen{}) { // all were run, and none of them ended early
			compare(t, "docs/reliability.md", "faults", table(found))
		}
	})
	for i, m := range list {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			found[i] = m.play(t)
		})
	}
}

// play lets a mishap happen.
func (m mishap) play(t *testing.T) seen {
	t.Helper()
	s := begin(t, setup{})
	ana := s.person("ana")
	ana.link()
	form, _ := ana.approveJIT("launch", "schedule")
	s.idle()
	if m.before != nil {
		m.before(s)
	}
	s.mark()
	for _, f := range m.faults(s) {
		s.fault(f)
	}
	soon := fields{"date": time.Now().AddDate(0, 0, 3).Format(time.DateOnly)}
	shown := form.submit(entered(fields{"topic": "Mishap"}, []fields{soon}))
	s.idle()
	if m.again {
		s.calm()
		if shown.Type == "dialog" { // the form is there again, with what was typed
			shown.submit(nil).is("message").says("Scheduled")
		} else {
			ana.schedule("launch", "Mishap", soon).is("message").says("Scheduled")
		}
	}
	if m.after > 0 {
		s.expect(effects{})
		s.calm()
		for range 4 { // until then, and Zoom's list is looked at twice
			s.later(m.after)
			m.after = 31 * time.Second
		}
	}
	for range m.waits {
		s.later(31 * time.Second)
	}
	s.expect(m.want)
	s.expectDMs(m.want.DMs == 5 || m.told != "" || m.want.DMs == 1)
	if m.told != "" {
		ana.reads("bot", m.told)
	}
	return seen{m.name, sentenceOf(shown), ending(m)}
}

var reference = regexp.MustCompile(`\(Reference [A-Z0-9]+\)`)

// sentenceOf is what a person reads at once: the sentence of the answer, or the one above the form that is shown again.
func sentenceOf(o outcome) string {
	text := o.Text
	if o.Dialog != nil {
		for _, object := range objects(o.Dialog.Card) {
			if words, ok := object["text"].(string); ok {
				text = plain(words)
				break
			}
		}
	}
	if o.Popup != nil {
		text = "(Teams opens the sign-in “" + o.Popup.Title + "”)"
	}
	return reference.ReplaceAllString(text, "(Reference …)")
}

// ending says in words what both platforms saw in the end.
func ending(m mishap) string {
	w := m.want
	text := fmt.Sprintf("%d meeting, %d entry, %d mails, %d card, %d messages", w.Meetings, w.Events, w.Mails, w.Cards, w.DMs)
	switch {
	case w == effects{}:
		text = "nothing was made"
	case w == effects{DMs: 1}:
		text = "nothing was made; a message asks to connect again"
	case w.Cards == 2:
		text = strings.Replace(text, "2 card", "2 cards", 1)
	}
	if m.again {
		text = "asked again: " + text
	}
	if m.told != "" {
		text += "; the organiser reads “" + m.told + "”"
	}
	return text
}

func table(rows []seen) string {
	var out strings.Builder
	out.WriteString("| What fails | What the person reads at once | What both platforms saw in the end |\n|---|---|---|\n")
	for _, r := range rows {
		fmt.Fprintf(&out, "| %s | %s | %s |\n", r.name, r.sentence, r.end)
	}
	return out.String()
}

// compare holds the part of a document between <!-- name --> and <!-- /name --> against text, or writes it there with -update.
func compare(t *testing.T, file, name, text string) {
	t.Helper()
	file = filepath.Join("..", "..", file)
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	first, last := "<!-- "+name+" -->\n", "<!-- /"+name+" -->"
	head, rest, begins := strings.Cut(string(raw), first)
	have, tail, ends := strings.Cut(rest, last)
	if !begins || !ends {
		t.Fatalf("%s has no %s…%s", file, first, last)
	}
	if have == text {
		return
	}
	if !*update {
		t.Errorf("%s does not say what is true now (go test ./internal/app -run %s -update writes it):\n%s", file, t.Name(), text)
		return
	}
	if err := os.WriteFile(file, []byte(head+first+text+last+tail), 0o644); err != nil {
		t.Fatal(err)
	}
}

// T93: what Zoom made without saying so is adopted, not made a second time, even where its list lags behind.
func TestT93_MeetingWhoseAnswerWasLost(t *testing.T) {
	t.Parallel()
	for name, lag := range map[string]time.Duration{"list is fresh": 0, "list lags 30 s": 30 * time.Second} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t, setup{})
			s.call("PUT", "/knobs", map[string]any{"zoom": zoomsim.Knobs{ListLag: world.Duration(lag)}}, nil)
			ana := s.person("ana")
			ana.link()
			form, _ := ana.approveJIT("launch", "schedule")
			s.mark()
			s.fault(world.Fault{Side: world.Zoom, Route: zoomCreates, When: world.After, Drop: true, Count: 1})
			form.submit(fields{"topic": "Lost"}).is("message").says("Zoom has not answered yet")
			for range 3 {
				s.later(31 * time.Second)
			}
			s.expect(whole)
			made := s.rows("meeting.created")[0].Subject
			if card := ana.find("launch", "Lost"); !strings.Contains(strings.ReplaceAll(card.text(), " ", ""), made) {
				t.Errorf("the card is not about the meeting %s that Zoom made:\n%s", made, card.text())
			}
			s.later(3 * time.Minute)
			s.expect(whole)
			if n := len(s.rows("meeting.deleted")); n != 0 {
				t.Errorf("%d meetings were deleted", n)
			}
		})
	}
}

// T94: an entry that Graph made without saying so stays the only one, and people are mailed once.
func TestT94_EntryWhoseAnswerWasLost(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]world.Fault{
		"cut":           {When: world.After, Drop: true},
		"answered late": {When: world.After, Delay: world.Duration(9 * time.Second)},
		"503":           {When: world.After, Status: 503},
	} {
		for _, duplicate := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, twin is refused without its id: %v", name, duplicate), func(t *testing.T) {
				t.Parallel()
				s := begin(t, setup{})
				s.call("PUT", "/knobs", map[string]any{"microsoft": map[string]bool{"duplicate409": duplicate}}, nil)
				ana := s.person("ana")
				ana.link()
				form, _ := ana.approveJIT("launch", "schedule")
				s.mark()
				fault.Side, fault.Route, fault.Count = world.Microsoft, graphCreates, 1
				s.fault(fault)
				form.submit(fields{"topic": "Lost entry"}).is("message").says("Scheduled")
				s.idle()
				s.later(31 * time.Second)
				s.expect(whole)
				if updates := s.mails("update"); updates != 0 {
					t.Errorf("%d mails tell of a change that there was not", updates)
				}
				transactions := map[string]int{}
				for _, x := range s.world.World.Traffic.List(0, 0) {
					if x.Method == http.MethodPost && x.URL == "/graph/v1.0/me/events" {
						_, rest, _ := strings.Cut(x.Request.Body, `"transactionId":"`)
						id, _, _ := strings.Cut(rest, `"`)
						transactions[id]++
					}
				}
				if len(transactions) != 1 {
					t.Errorf("the entry was asked for under %d transaction ids: %v", len(transactions), transactions)
				}
			})
		}
	}
}

// T95: what follows from each answer of Teams to a card and to a direct message. A card must arrive, so that one whose posting was not
// answered is posted once more; a message is never sent twice, and its organiser reads who may have missed it.
func TestT95_AnswersOfTeams(t *testing.T) {
	t.Parallel()
	date := time.Now().Add(3 * time.Second).UTC().Format(http.TimeFormat)
	maybe, never := "Perhaps not reached in Teams (no answer; not sent again): Ben Okafor", "Not reached in Teams: Ben Okafor"
	for _, c := range []struct {
		name      string
		fault     world.Fault
		cards     int // when it meets the card
		dms       int // when it meets the message to Ben
		organiser string
	}{
		{"500 after accepting", world.Fault{When: world.After, Status: 500}, 2, 5, maybe},
		{"502 after accepting", world.Fault{When: world.After, Status: 502}, 2, 5, maybe},
		{"504 after accepting", world.Fault{When: world.After, Status: 504}, 2, 5, maybe},
		{"408 after accepting", world.Fault{When: world.After, Status: 408}, 2, 5, maybe},
		{"500 before accepting", world.Fault{Status: 500}, 1, 4, maybe},
		{"412", world.Fault{Status: 412}, 1, 5, ""},
		{"429 with seconds", world.Fault{Status: 429, Headers: map[string]string{"Retry-After": "1"}}, 1, 5, ""},
		{"429 with a date", world.Fault{Status: 429, Headers: map[string]string{"Retry-After": date}}, 1, 5, ""},
		{"403 blocked", world.Fault{Status: 403, Body: blocked}, 0, 4, never},
		{"403 not there", world.Fault{Status: 403, Body: notInRoster}, 0, 4, never},
		{"404", world.Fault{Status: 404, Body: []byte(`{"error":{"code":"ConversationNotFound","message":"Conversation not found."}}`)}, 0, 4, never},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := begin(t, setup{})
			ana := s.person("ana")
			ana.link()
			form, _ := ana.approveJIT("launch", "schedule")
			other, _ := ana.approveJIT("launch", "schedule")
			s.mark()
			s.fault(posting(c.fault, s.conversation("launch")))
			form.submit(fields{"topic": "Card"}).is("message").says("Scheduled")
			s.idle()
			for range 2 {
				s.later(31 * time.Second)
			}
			s.expect(effects{1, 1, 4, c.cards, 5})
			s.expectDMs(true)

			s.mark()
			s.fault(posting(c.fault, s.world.World.Seed.Person("ben").Personal))
			other.submit(fields{"topic": "Direct message"})
			s.idle()
			for range 2 {
				s.later(31 * time.Second)
			}
			got := s.effects()
			if got.DMs != c.dms || got.Meetings != 1 {
				t.Errorf("the ledger shows %+v, want %d messages", got, c.dms)
			}
			s.expectDMs(true)
			own := ana.find("bot", "Direct message").text()
			switch {
			case c.organiser != "" && !strings.Contains(own, c.organiser):
				t.Errorf("the organiser reads:\n%s\nwant it to hold %q", own, c.organiser)
			case c.organiser == "" && strings.Contains(own, "reached"):
				t.Errorf("the organiser reads of somebody who was reached:\n%s", own)
			}
		})
	}
}

package meetings_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"causeway/internal/chats"
	"causeway/internal/contract"
	"causeway/internal/jobs"
	"causeway/internal/meetings"
	"causeway/internal/notifications"
	"causeway/internal/problem"
	"causeway/internal/store"
	"causeway/internal/teams"
	"causeway/internal/wiretest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// gallery is every card that meetings makes, as it was sent, in a language.
func gallery(t *testing.T, p *wiretest.Product, locale string) map[string]any {
	t.Helper()
	for _, name := range []string{"ana", "ben"} {
		at := chats.Place{Tenant: wiretest.Tenant, Conversation: teams.ConversationID("a:1" + name), Kind: chats.Personal, ServiceURL: p.Connector.ServiceURL()}
		p.Connector.Put("a:1"+name, true)
		who := chats.Speaker{Person: wiretest.Person(name), User: teams.UserID("29:" + name), Locale: locale, Zone: "Europe/Paris"}
		if err := p.Chats.Seen(t.Context(), at, who); err != nil {
			t.Fatal(err)
		}
	}
	shown := map[string]any{}
	last := func(name, conversation string) {
		t.Helper()
		posts := p.Connector.Posts(conversation)
		if len(posts) == 0 {
			t.Fatalf("%s: nothing was posted in %s", name, conversation)
		}
		body := posts[len(posts)-1].Body
		shown[name] = map[string]any{"summary": body["summary"], "attachments": body["attachments"]}
	}
	ask := func(nonce string, d meetings.Draft) meetings.Meeting {
		t.Helper()
		r := request(p, nonce, d)
		r.Locale = locale
		m, err := p.Meetings.Schedule(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	m := ask("scheduled", draft())
	if err := p.Meetings.ShowCard(t.Context(), card(m)); err != nil {
		t.Fatal(err)
	}
	last("card_pending", group)
	p.Work("")
	last("card_scheduled", group)
	last("message_invited", "a:1ben")
	last("message_scheduled", "a:1ana")
	form := form(p)
	form.Locale, form.Nonce = locale, "nonce"
	show := func(name string, f meetings.Form) {
		t.Helper()
		d, err := p.Meetings.Dialog(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		shown[name] = map[string]any{"title": d.Title, "attachments": []any{d.Card.Attachment()}}
	}
	show("form_schedule", form)
	edit := form
	edit.Meeting, edit.Input = &m, typed()
	edit.Problem = problem.New(problem.Invalid, "meetings.invalid").WithField(meetings.FieldDate, "meetings.start_past")
	show("form_change", edit)
	quick := form
	quick.Now = true
	show("form_start", quick)
	if _, err := p.Meetings.Cancel(t.Context(), m.Organizer, m.ID); err != nil {
		t.Fatal(err)
	}
	p.Work("")
	last("card_cancelled", group)
	d := draft()
	d.Now = true
	ask("started", d)
	p.Work("")
	last("card_started", group)
	last("message_started", "a:1ben")
	p.Zoom.Next(create, 1, wiretest.Drop())
	if _, err := p.Meetings.Schedule(t.Context(), request(p, "failed", draft())); !problem.Is(err, problem.Busy) {
		t.Fatal(err)
	}
	p.Zoom.Next(create, 1, wiretest.Refuse(400, `{"code":3161,"message":"no"}`))
	for _, j := range allJobs(t, p, meetings.SettleJob) {
		settle(t, p, j)
	}
	p.Work("")
	last("message_failed", "a:1ana")
	return shown
}

var uuids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`)

// TestCards holds every card against its golden file, in both languages, and against the schema of Adaptive Cards.
func TestCards(t *testing.T) {
	t.Parallel()
	for _, locale := range []string{"en", "fr"} {
		t.Run(locale, func(t *testing.T) {
			t.Parallel()
			for name, sent := range gallery(t, stage(t), locale) {
				var text bytes.Buffer
				encoder := json.NewEncoder(&text)
				encoder.SetEscapeHTML(false)
				encoder.SetIndent("", "  ")
				if err := encoder.Encode(sent); err != nil {
					t.Fatal(err)
				}
				golden(t, name+"."+locale+".json", uuids.ReplaceAll(text.Bytes(), []byte("ID")))
			}
		})
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err, "; write it with -update")
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got; -update writes it anew)\n%s", name, diff)
	}
}

func TestCardsAreAdaptiveCards(t *testing.T) {
	t.Parallel()
	checker, err := contract.ForTest(t)
	if err != nil {
		t.Fatal(err)
	}
	for name, sent := range gallery(t, stage(t), "en") {
		text, err := json.Marshal(sent)
		if err != nil {
			t.Fatal(err)
		}
		checker.Body(name, text)
	}
	for _, fault := range checker.Faults() {
		t.Error(fault)
	}
}

// hostile is text that means something in Markdown, HTML, mentions, templates and bidirectional writing.
const hostile = "[Join](https://evil.example) **b** `c` <at>All</at> \u202Egnp.exe ${x} {{DATE(2020-01-01T00:00:00Z)}} #h | ~s~ <script>x()</script>"

// TestT61_HostileTextIsShownAsItWasWritten: topic, agenda, names and places in every card, and in the calendar entry.
func TestT61_HostileTextIsShownAsItWasWritten(t *testing.T) {
	t.Parallel()
	p := stage(t)
	bad := wiretest.Someone("ben")
	bad["name"] = hostile + strings.Repeat(" and more", 1000)
	noMail := wiretest.Someone("eva")
	noMail["name"], noMail["email"], noMail["userPrincipalName"] = hostile, "", ""
	p.Connector.Put(group, true, wiretest.Someone("ana"), bad, noMail)
	d := draft()
	d.Topic, d.Agenda = hostile, "\n# "+hostile+"\n"+strings.Repeat(`\`, 1000)
	r := request(p, "n1", d)
	r.Name, r.Place.Name = hostile, hostile
	m, err := p.Meetings.Schedule(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	p.Work("")
	shown := 0
	for _, post := range p.Connector.Posts("") {
		inert(t, post.Body)
		shown++
	}
	d.Now = true
	r.Nonce, r.Draft = "n2", d
	if _, err := p.Meetings.Schedule(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	p.Work("")
	if _, err := p.Meetings.Cancel(t.Context(), m.Organizer, m.ID); err != nil {
		t.Fatal(err)
	}
	p.Work("")
	for _, post := range p.Connector.Posts("") {
		inert(t, post.Body)
		shown++
	}
	if shown < 8 {
		t.Errorf("only %d messages were looked at", shown)
	}
	f := form(p)
	f.Name, f.Place.Name, f.Now = hostile, hostile, true
	f.Input = typed()
	f.Input.Who, f.Input.People = "chosen", hostile+"!"
	_, f.Problem = p.Meetings.Read(t.Context(), f)
	dialog, err := p.Meetings.Dialog(t.Context(), f)
	if err != nil || len(fields(f.Problem)) == 0 {
		t.Fatal(err)
	}
	var body map[string]any
	text, _ := json.Marshal(map[string]any{"attachments": []any{dialog.Card.Attachment()}})
	if err := json.Unmarshal(text, &body); err != nil {
		t.Fatal(err)
	}
	inert(t, body)
	for _, e := range p.Graph.Events() {
		html := e["body"].(map[string]any)["content"].(string)
		if strings.Contains(html, "<script") || strings.Contains(html, "<at>") || strings.Contains(html, "\u202E") ||
			strings.Count(html, "<a ") != 1 || !strings.Contains(html, `<a href="https://zoom.us/j/`) {
			t.Errorf("the invitation: %s", html)
		}
	}
}

var (
	escaped = regexp.MustCompile("\\\\[\\\\`*_{}\\[\\]()#+.!|><~&-]")
	macro   = regexp.MustCompile(`\{\{(DATE|TIME)\([0-9TZ:-]+(, LONG)?\)\}\}`)
)

// inert looks through a message: no text in it may be more than text.
func inert(t *testing.T, message map[string]any) {
	t.Helper()
	text, err := json.Marshal(message)
	if err != nil {
		t.Fatal(err)
	}
	if len(text) > teams.MaxCard+4096 {
		t.Errorf("a message of %d bytes", len(text))
	}
	if strings.Contains(string(text), "\u202E") || strings.Contains(string(text), `\u202e`) {
		t.Errorf("the direction of reading is turned: %s", text)
	}
	var walk func(any)
	walk = func(value any) {
		switch v := value.(type) {
		case []any:
			for _, inner := range v {
				walk(inner)
			}
		case map[string]any:
			if v["type"] == "TextBlock" {
				plain(t, v["text"])
			}
			facts, _ := v["facts"].([]any)
			for _, fact := range facts {
				plain(t, fact.(map[string]any)["title"])
				plain(t, fact.(map[string]any)["value"])
			}
			if v["type"] == "Action.OpenUrl" {
				url, _ := v["url"].(string)
				own := strings.HasPrefix(url, wiretest.PublicURL+"/m/") || strings.HasPrefix(url, "https://teams.microsoft.com/l/entity/"+wiretest.AppID+"/home?")
				if !strings.HasPrefix(url, toZoom) && !own {
					t.Errorf("a button opens %s", url)
				}
			}
			for _, inner := range v {
				walk(inner)
			}
		}
	}
	walk(message["attachments"])
}

func plain(t *testing.T, value any) {
	t.Helper()
	text, _ := value.(string)
	rest := macro.ReplaceAllString(escaped.ReplaceAllString(text, ""), "")
	if strings.ContainsAny(rest, "\\`*_{}[]()<>#|~\n") || strings.Contains(rest, "://") {
		t.Errorf("this is more than text: %q", text)
	}
}

func TestT62_TheLargestCardIsSent(t *testing.T) {
	t.Parallel()
	p := stage(t)
	members := []map[string]any{wiretest.Someone("ana")}
	for i := range 300 {
		m := wiretest.Someone(fmt.Sprintf("p%03d", i))
		m["name"], m["email"], m["userPrincipalName"] = strings.Repeat("\u0429(", 120), "", ""
		members = append(members, m)
	}
	p.Connector.Put(group, true, members...)
	d := draft()
	d.Now, d.Topic, d.Agenda = true, strings.Repeat("(", meetings.MaxTopic), strings.Repeat("漢", meetings.MaxAgenda)
	r := request(p, "n1", d)
	r.Name, r.Place.Name = strings.Repeat("*", 256), strings.Repeat("*", 256)
	m, err := p.Meetings.Schedule(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	p.Work(meetings.RosterJob)
	p.Work(meetings.CardJob)
	posts := p.Connector.Posts(group)
	if len(posts) != 1 || find(t, p, m.ID).Card.State != meetings.CardPosted || !strings.Contains(posts[0].Text(), "and 288 more") {
		t.Fatalf("%+v: %v", find(t, p, m.ID).Card, posts)
	}
	inert(t, posts[0].Body)
}

func TestTimesAreTheReaders(t *testing.T) {
	t.Parallel()
	p := stage(t)
	for name, zone := range map[string]string{"ben": "America/New_York", "cho": ""} {
		place := chats.Place{Tenant: wiretest.Tenant, Conversation: teams.ConversationID("a:1" + name), Kind: chats.Personal, ServiceURL: p.Connector.ServiceURL()}
		who := chats.Speaker{Person: wiretest.Person(name), User: teams.UserID("29:" + name), Zone: zone, Locale: "fr-FR"}
		p.Connector.Put("a:1"+name, true)
		if err := p.Chats.Seen(t.Context(), place, who); err != nil {
			t.Fatal(err)
		}
	}
	d := draft()
	d.Start = time.Date(2026, 11, 26, 13, 30, 0, 0, time.UTC)
	schedule(t, p, "n1", d)
	p.Work("")
	for conversation, want := range map[string]string{
		"a:1ben": "08:30", "a:1cho": "14:30", group: "{{DATE(2026-11-26T13:30:00Z, LONG)}} {{TIME(2026-11-26T13:30:00Z)}}",
	} {
		if text := p.Connector.Posts(conversation)[0].Text(); !strings.Contains(text, want) {
			t.Errorf("%s: no %q in %s", conversation, want, text)
		}
	}
}

// A card of a series says when it takes place next, and one of a meeting that was started at once, after its end, when that was.
func TestCardsSayWhen(t *testing.T) {
	t.Parallel()
	p := stage(t)
	d := draft()
	d.Repeat = &meetings.Recurrence{Pattern: meetings.Daily, Interval: 1, Times: 3}
	m := schedule(t, p, "n1", d)
	shown := func(m meetings.Meeting, want ...string) {
		t.Helper()
		p.Work("")
		posts := p.Connector.Posts(group)
		text := fmt.Sprint(posts[len(posts)-1].Body)
		for _, one := range want {
			if without, found := strings.CutPrefix(one, "-"); strings.Contains(text, without) == found {
				t.Errorf("the card says %s; want %s", text, one)
			}
		}
	}
	again := func(m meetings.Meeting) {
		t.Helper()
		session := meetings.Session{UUID: "u" + m.ID, Started: p.Clock.Now(), Ended: p.Clock.Now().Add(12 * time.Minute)}
		follow := func(revision int64) []jobs.Job {
			m.Revision = revision
			return []jobs.Job{card(m)}
		}
		if err := (store.Meetings{Backend: p.Back}).SaveSession(t.Context(), wiretest.Tenant, m.ID, session, p.Clock.Now().Add(time.Hour), follow); err != nil {
			t.Fatal(err)
		}
	}
	shown(m, "{{DATE("+d.Start.Format("2006-01-02T15:04:05Z"), "-Next:")
	for _, at := range []time.Duration{-time.Hour, -4 * time.Minute, 11 * time.Minute, d.Duration + time.Second} {
		p.Clock.Set(d.Start.Add(at))
		before := len(allJobs(t, p, notifications.RefreshJob))
		if err := p.Meetings.TickTurns(t.Context(), wiretest.Tenant); err != nil {
			t.Fatal(err)
		}
		if refreshed := len(allJobs(t, p, notifications.RefreshJob)) > before; refreshed != (at > d.Duration) {
			t.Errorf("%s from its start messages tell of the next one: %t", at, refreshed)
		}
		shown(m)
	}
	shown(m, "Next: {{DATE("+d.Start.AddDate(0, 0, 1).Format("2006-01-02T15:04:05Z"), "-{{DATE("+d.Start.Format("2006-01-02T15:04:05Z"))

	now := draft()
	now.Now, now.Topic = true, "Quick call"
	m = schedule(t, p, "n2", now)
	shown(m, "Now · ", "style:positive")
	again(m)
	shown(m, "-Now · ", "{{DATE("+p.Clock.Now().Truncate(time.Minute).Format("2006-01-02T15:04:05Z"), "-style:positive")
}

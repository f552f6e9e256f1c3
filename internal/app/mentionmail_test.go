package app_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"causeway/internal/app"
	"causeway/internal/policy"
	"causeway/internal/sandbox/microsoftsim"
	"causeway/internal/sandbox/world"
)

// mailbox is somebody whose mail is read, or not.
type mailbox struct {
	*guarded
	handle string
}

func (m mailbox) state() string {
	m.t.Helper()
	var me struct{ MentionMail string }
	m.want("me", m.api(m.handle, http.MethodGet, "/api/me", nil, &me), http.StatusOK)
	return me.MentionMail
}

func (m mailbox) is(state string) {
	m.t.Helper()
	m.until("mentionMail is "+state, func() bool { return m.state() == state })
}

// begin is where the consent begins.
func (m mailbox) begin() string {
	m.t.Helper()
	var wish struct{ URL string }
	m.want("consent", m.api(m.handle, http.MethodPost, "/api/consent", object{"grants": []string{"mention_mail"}}, &wish), http.StatusOK)
	return wish.URL
}

// reads counts what was asked of Graph: lists, and single mails.
func (m mailbox) reads() (lists, mails int) {
	for _, x := range m.world.World.Traffic.List(0, 0) {
		switch {
		case strings.Contains(x.URL, "/me/mailFolders/"):
			lists++
		case strings.Contains(x.URL, "/me/messages/"):
			mails++
		}
	}
	return lists, mails
}

// look has the mailbox looked into once more.
func (m mailbox) look() {
	m.t.Helper()
	m.lookAfter(6 * time.Minute)
}

func (m mailbox) lookAfter(d time.Duration) {
	m.t.Helper()
	known := func() int {
		n, err := app.Count(m.t.Context(), m.products[0].App, "select max(since) from board_mail")
		if err != nil {
			m.t.Fatal(err)
		}
		return n
	}
	before := known()
	m.advance(d)
	m.until("the mailbox is known further", func() bool { return known() != before })
}

// let is the administrator's switch.
func (m mailbox) let(on bool) {
	m.t.Helper()
	if err := m.products[0].Switch(m.t.Context(), policy.MentionMail, on); err != nil {
		m.t.Fatal(err)
	}
}

func (m mailbox) allow() page {
	m.t.Helper()
	b := m.browser()
	return b.microsoft(b.open(m.begin()), m.handle)
}

// Who wants it, and is let by an administrator, is told of mentions by the mails that Zoom writes of them. Nobody else's mail is read, nobody else is
// asked for leave to; and of a mail that anybody could have written nothing counts but a whiteboard that its reader may open.
func TestMentionsInTheMail(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t, func(c *app.Config) { c.Adapter = nil })
	g.person("ana").link()
	ben := g.person("ben")
	ben.link()
	g.call("PUT", "/knobs", map[string]any{"zoom": map[string]any{"mentionMail": true}}, nil)
	m, board := mailbox{g, "ben"}, g.boardOf("Launch plan")
	mention := func() {
		t.Helper()
		g.call("POST", "/zoom/people/ana/boards/"+board.ID+"/comment", map[string]any{"mentions": "ben"}, nil)
	}
	told := func() int {
		g.idle()
		return ben.told("You were mentioned in a comment on a Zoom whiteboard")
	}

	m.is("unavailable")
	if got := g.api("ben", http.MethodPost, "/api/consent", object{"grants": []string{"mention_mail"}}, nil); got.status != http.StatusForbidden {
		t.Errorf("switched off by the administrator: %d %s", got.status, got.body)
	}
	m.let(true)
	m.is("off")
	if got := g.api("ben", http.MethodPost, "/api/consent", object{"grants": []string{"mention_mail", "contacts"}}, nil); got.status < 400 || got.status >= 500 {
		t.Errorf("together with something else: %d %s", got.status, got.body)
	}
	asked, err := url.Parse(g.browser().once(http.MethodGet, m.begin(), "").next())
	if err != nil || asked.Query().Get("scope") != "openid profile offline_access Mail.Read" {
		t.Errorf("asked for %s, %v", asked, err)
	}
	b := g.browser()
	if p := b.microsoft(b.open(m.begin()), "chloe"); p.status != http.StatusForbidden {
		t.Errorf("somebody else allowed it: %d %s", p.status, p.body)
	}
	b = g.browser()
	if p := b.press(b.press(b.open(m.begin()), "ben", true), "ben", false); !strings.Contains(p.body, "your mail is not read") {
		t.Errorf("declined: %d %s", p.status, p.body)
	}
	mention()
	g.advance(6 * time.Minute)
	if lists, mails := m.reads(); lists+mails+told() != 0 || m.state() != "off" || g.stored("account_grants where provider = 'mail'") != 0 {
		t.Fatalf("before he allowed it: %d lists, %d mails, %d messages, %s", lists, mails, told(), m.state())
	}
	for _, r := range g.world.World.Ledger.List(world.Filter{Effect: "token.issued"}) {
		if r.By == "ben" && strings.Contains(fmt.Sprint(r.Detail), "Mail.Read") {
			t.Errorf("a token to read mail: %v", r)
		}
	}

	if p := m.allow(); p.status != http.StatusOK || !strings.Contains(p.body, "notices of mentions") {
		t.Fatalf("allowed: %d %s", p.status, p.body)
	}
	m.is("on")
	g.idle()
	m.look()
	g.advance(4*time.Minute + 30*time.Second)
	mention() // shortly before the mailbox is looked into, so that it is seen twice
	m.lookAfter(time.Minute)
	m.look()
	if n := told(); n != 1 {
		t.Fatalf("told %d times of one mention", n)
	}
	ben.shows("bot", "You were mentioned in a comment on a Zoom whiteboard", "Launch plan")
	if link := ben.leads("bot", "Open the whiteboard"); !strings.HasSuffix(link, board.Page) {
		t.Errorf("it leads to %s", link)
	}
	m.forgeries()
	if n := told(); n != 1 {
		t.Errorf("told %d times after forgeries", n)
	}
	if _, err := g.world.Microsoft.Deliver(microsoftsim.Letter{From: microsoftsim.Contact{Address: "no-reply@zoom.us"}, To: "ben", Subject: "Unreadable", HTML: "?"}); err != nil {
		t.Fatal(err)
	}
	mention()
	g.fault(world.Fault{Side: world.Microsoft, Route: "GET /graph/v1.0/me/messages/*", Status: http.StatusBadRequest, Count: 1})
	g.advance(6 * time.Minute)
	g.until("a mail that cannot be read stands in no other's way", func() bool { return told() == 2 })
	m.waits()
	for range 15 {
		mention()
	}
	for range 3 {
		m.look()
	}
	if n := g.stored("board_notices"); n != 10 { // the messages themselves go one by one
		t.Errorf("told %d times within an hour", n)
	}
	m.endings()
	if strings.Contains(g.log.String(), "Launch plan") || strings.Contains(g.log.String(), "View comment") {
		t.Errorf("the log holds mail:\n%s", g.log)
	}
}

// Mail that came before somebody let it be read is not looked at, however often the mailbox is.
func TestMailOfBeforeIsNotLookedAt(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t, func(c *app.Config) { c.Adapter = nil })
	g.person("ana").link()
	ben := g.person("ben")
	ben.link()
	g.call("PUT", "/knobs", map[string]any{"zoom": map[string]any{"mentionMail": true}}, nil)
	m, board := mailbox{g, "ben"}, g.boardOf("Launch plan")
	m.let(true)
	g.call("POST", "/zoom/people/ana/boards/"+board.ID+"/comment", map[string]any{"mentions": "ben"}, nil)
	g.advance(30 * time.Second)
	m.allow()
	m.is("on")
	g.idle()
	m.look()
	m.look()
	g.idle()
	if n := ben.told("You were mentioned in a comment on a Zoom whiteboard"); n != 0 {
		t.Errorf("he was told of %d mentions from before", n)
	}
	if lists, mails := m.reads(); lists == 0 || mails != 0 {
		t.Errorf("%d lists and %d mails of before were read", lists, mails)
	}
}

// forgeries are mails that look like Zoom's.
func (m mailbox) forgeries() {
	m.t.Helper()
	link := func(board string) string { return m.world.ZoomURL() + m.boardOf(board).Page }
	_, before := m.reads()
	for _, forged := range []struct{ from, subject, html string }{
		{"no-reply@zoom.us.evil.example", "Ana mentioned you", link("Launch plan")},
		{"zoom.us@evil.example", "Ana mentioned you", link("Launch plan")},
		{"no-reply@zoom.us", "Ana mentioned you", link("Storyboard")}, // which is not for him
		{"no-reply@zoom.us", "Ana mentioned you", "https://evil.example/wb/doc/" + m.boardOf("Launch plan").ID},
		{"no-reply@zoom.us", "Ana mentioned you", m.world.ZoomURL() + "/j/91234567890"},
		{"no-reply@zoom.us", "Your invoice", link("Launch plan")},
	} {
		letter := microsoftsim.Letter{From: microsoftsim.Contact{Address: forged.from}, To: m.handle, Subject: forged.subject, HTML: `<a href="` + forged.html + `">Open</a>`}
		if _, err := m.world.Microsoft.Deliver(letter); err != nil {
			m.t.Fatal(err)
		}
	}
	m.look()
	if _, mails := m.reads(); mails-before != 4 {
		m.t.Errorf("%d mails were read, of 4 from Zoom's address", mails-before)
	}
}

// waits: what Graph asks for, it gets.
func (m mailbox) waits() {
	m.t.Helper()
	m.fault(world.Fault{
		ID: "busy", Side: world.Microsoft, Route: "GET /graph/v1.0/me/mailFolders/{folder}/messages", Status: http.StatusTooManyRequests, Headers: map[string]string{"Retry-After": "900"}, Count: 1,
	})
	m.advance(6 * time.Minute)
	after := m.world.World.Clock.Now().Add(14 * time.Minute).UnixMilli()
	m.until("it waits as long as Graph wants", func() bool { return m.stored(fmt.Sprint("board_mail where due_at > ", after)) == 1 })
	m.lookAfter(16 * time.Minute)
}

// endings are the ways in which reading ends.
func (m mailbox) endings() {
	m.t.Helper()
	grants := func() int { return m.stored("account_grants where provider = 'mail'") + m.stored("board_mail") }
	m.call("POST", "/microsoft/consent", object{"granted": false, "scopes": []string{"Mail.Read"}}, nil)
	m.advance(time.Hour)
	m.is("ended")
	if !m.self(m.handle).Calendar {
		m.t.Error("the calendar has gone along with the mail")
	}
	m.allow()
	m.is("on")
	m.want("switched off", m.api(m.handle, http.MethodDelete, "/api/consent/mention_mail", nil, nil), http.StatusOK)
	m.is("off")
	m.advance(6 * time.Minute)
	m.until("nothing is left", func() bool { return grants() == 0 })
	m.allow()
	m.is("on")
	m.idle()
	m.let(false)
	m.is("unavailable")
	m.advance(6 * time.Minute)
	m.until("nothing is left when it is switched off for all", func() bool { return grants() == 0 })
}

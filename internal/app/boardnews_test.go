package app_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"causeway/internal/app"
	"causeway/internal/events"
	"causeway/internal/policy"
	"causeway/internal/problem"
	"causeway/internal/sandbox/world"
)

// shareAtZoom adds somebody to a whiteboard in Zoom's portal.
func (s *stage) shareAtZoom(by, board, with string, role int) {
	s.t.Helper()
	s.call("POST", "/zoom/people/"+by+"/boards/"+s.boardOf(board).ID+"/share", map[string]any{"with": with, "role": role}, nil)
}

// told counts messages of the bot that hold a text.
func (p person) told(text string) (n int) {
	p.t.Helper()
	for _, m := range p.messages("bot") {
		if m.From.Bot && strings.Contains(m.text(), text) {
			n++
		}
	}
	return n
}

// Somebody with whom a whiteboard is shared at Zoom is told so once, as far as they have connected Zoom, want it, and the administrator lets them.
func TestAWhiteboardIsSharedAtZoom(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]setup{"sqlite": {}, "postgres": {postgres: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t, o)
			ana, ben, chloe := s.person("ana"), s.person("ben"), s.person("chloe")
			ana.link()
			ben.link()
			chloe.install()
			s.mark()
			s.shareAtZoom("ana", "Retrospective", "ben", 2)
			s.await("event.sent", 1)
			s.idle()
			ben.shows("bot", "Ana Duarte shared a Zoom whiteboard with you", "Retrospective", "Made by Ana Duarte", "sign in with the organisation’s Zoom account", "ask Ana Duarte for access")
			if url := ben.leads("bot", "Open the whiteboard"); !strings.HasSuffix(url, s.boardOf("Retrospective").Page) {
				t.Errorf("it leads to %s", url)
			}
			s.shareAtZoom("ana", "Retrospective", "ben", 3)
			s.shareAtZoom("ana", "Retrospective", "chloe", 3)
			s.await("event.sent", 3)
			s.idle()
			if n := ben.told("shared a Zoom whiteboard with you"); n != 1 {
				t.Errorf("Ben was told %d times", n)
			}
			if n := chloe.told("whiteboard"); n != 0 {
				t.Errorf("who has not connected Zoom was told %d times", n)
			}
			if n := ana.told("shared a Zoom whiteboard with you"); n != 0 {
				t.Errorf("who shared it was told %d times", n)
			}
			if n := s.stored("board_notices"); n != 1 {
				t.Errorf("%d notices are kept", n)
			}
		})
	}
}

// shareBoard shares a whiteboard from the tab into the one conversation that there is, open to everybody in the account or, with "", as it is.
func (v visit) shareBoard(board, open string) {
	v.t.Helper()
	var list struct{ Conversations []struct{ ID string } }
	v.do("GET", "/conversations?for=whiteboards", nil, &list)
	in := map[string]any{"conversation": list.Conversations[0].ID}
	if open != "" {
		in["open"] = open
	}
	v.do("POST", "/whiteboards/"+board+"/share", in, nil)
}

// With the app alone that people connect, those of a conversation into which a whiteboard is shared are told so, once each, as far as they have
// connected Zoom of the same account, may open it and want to be told.
func TestAWhiteboardIsSharedHere(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t, func(c *app.Config) {
		c.ZoomAdmin = app.ZoomAdmin{}
		delete(c.ZoomHooks, events.AdminApp)
	})
	ana, ben, chloe := g.person("ana"), g.person("ben"), g.person("chloe")
	ana.link()
	ben.link()
	g.person("hana").link() // not in the conversation
	ana.schedule("launch", "Launch").is("message")
	g.idle()
	v, board := g.visit("ana"), g.boardOf("Retrospective")
	const told = "Ana Duarte shared a Zoom whiteboard with you"
	v.shareBoard(board.ID, "")
	g.idle()
	if n := ben.told(told); n != 0 {
		t.Errorf("Ben may not open it, and was told %d times", n)
	}
	for range 2 {
		g.advance(2 * time.Minute)
		v.shareBoard(board.ID, "view")
		g.idle()
	}
	ben.shows("bot", told, "Retrospective")
	if url := ben.leads("bot", "Open the whiteboard"); !strings.HasSuffix(url, board.Page) {
		t.Errorf("it leads to %s", url)
	}
	chloe.linkAs(consent{Zoom: "ana-harbour"})
	var me struct{ Settings map[string]any }
	b := g.visit("ben")
	b.do("GET", "/me", nil, &me)
	me.Settings["boards"] = false
	b.do("PUT", "/settings", me.Settings, nil)
	v.shareBoard(g.boardOf("Old sketches").ID, "view")
	g.idle()
	for _, p := range []person{ana, ben, chloe, g.person("hana")} {
		if n, want := p.told("Zoom whiteboard with you"), map[string]int{"ben": 1}[p.handle]; n != want {
			t.Errorf("%s was told %d times, not %d", p.handle, n, want)
		}
	}
}

// What Zoom tells of a whiteboard that was shared here too is no second message; who could open it only later is told then.
func TestAWhiteboardIsSharedHereAndAtZoom(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana, ben := g.person("ana"), g.person("ben")
	ana.link()
	ben.link()
	ana.schedule("launch", "Launch").is("message")
	g.idle()
	v := g.visit("ana")
	const told = "Ana Duarte shared a Zoom whiteboard with you"
	v.shareBoard(g.boardOf("Retrospective").ID, "view")
	g.idle()
	g.mark()
	g.shareAtZoom("ana", "Retrospective", "ben", 2)
	g.await("event.sent", 1)
	g.idle()
	if n := ben.told(told); n != 1 {
		t.Errorf("Ben was told %d times of one whiteboard", n)
	}
	v.shareBoard(g.boardOf("Old sketches").ID, "")
	g.idle()
	if n := ben.told(told); n != 1 {
		t.Errorf("Ben was told of a whiteboard that he may not open: %d messages", n)
	}
	g.shareAtZoom("ana", "Old sketches", "ben", 2)
	g.await("event.sent", 2)
	g.idle()
	if n := ben.told(told); n != 2 {
		t.Errorf("%d messages after he was added", n)
	}
	ben.shows("bot", told, "Old sketches")
}

// Who has switched that off hears nothing, and nobody does where whiteboards are off.
func TestWhiteboardMessagesAreSwitchedOff(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana, ben := g.person("ana"), g.person("ben")
	ana.link()
	ben.link()
	g.mark()
	v := g.visit("ben")
	var me struct{ Settings map[string]any }
	v.do("GET", "/me", nil, &me)
	if me.Settings["boards"] != true {
		t.Errorf("at first it is %v", me.Settings["boards"])
	}
	me.Settings["boards"] = false
	v.do("PUT", "/settings", me.Settings, nil)
	g.shareAtZoom("ana", "Retrospective", "ben", 2)
	g.await("event.sent", 1)
	g.idle()
	me.Settings["boards"] = true
	v.do("PUT", "/settings", me.Settings, nil)
	if err := g.products[0].Switch(t.Context(), policy.Whiteboard, false); err != nil {
		t.Fatal(err)
	}
	g.shareAtZoom("ana", "Old sketches", "ben", 2)
	g.await("event.sent", 2)
	g.idle()
	if n := ben.told("whiteboard with you"); n != 0 {
		t.Errorf("Ben was told %d times", n)
	}
	if n := g.stored("board_notices"); n != 1 {
		t.Errorf("%d notices are kept: what came while whiteboards were off is forgotten", n)
	}
}

// What waits to be told when whiteboards are switched off is told by no process, ten seconds later at most, and not when they are on again.
func TestT71_QueuedMessagesAreDropped(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{products: 2, postgres: true})
	ana, ben := s.person("ana"), s.person("ben")
	ana.link()
	ben.link()
	s.idle()
	s.mark()
	s.fault(world.Fault{ID: "down", Side: world.Microsoft, Route: postActivity, Status: http.StatusServiceUnavailable})
	s.shareAtZoom("ana", "Retrospective", "ben", 2)
	s.await("event.sent", 1)
	const waiting = "notifications where kind = 'board_shared' and state = 'queued'"
	s.until("a message waits", func() bool { return s.stored(waiting) == 1 })
	s.setPolicy("whiteboard", "off")
	s.products[0].stop() // so that the other one, which nobody has told, goes on with it
	// What a process remembers ages by real time, five seconds at most, whatever the clock of the tests says (see the tests of policy).
	s.until("the other process knows", func() bool {
		return problem.Is(s.products[1].Allows(t.Context(), policy.Whiteboard), problem.Forbidden)
	})
	s.products = s.products[1:]
	s.rest(0) // what was allowed, and is tried again meanwhile, does not get through
	s.calm()
	s.later(time.Minute)
	s.until("it does not wait any more", func() bool { return s.stored(waiting) == 0 })
	s.setPolicy("whiteboard", "on")
	s.later(time.Minute)
	if n := len(s.rows("message.posted")); n != 0 || ben.told("whiteboard with you") != 0 {
		t.Errorf("%d messages are posted", n)
	}
	if n := s.stored("notifications where kind = 'board_shared' and state = 'dropped'"); n != 1 {
		t.Errorf("%d messages were dropped", n)
	}
}

// What says that a board was shared is taken at both doors, once, and of those alone who are connected here; who may not open the board hears
// nothing of it, and it is gone with who removes the app.
func TestNewsOfWhiteboards(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	ana, ben := s.person("ana"), s.person("ben")
	ana.link()
	ben.link()
	z := s.zoomHook()
	seed := func(handle string) string { return s.world.World.Seed.Person(handle).ZoomID }
	news := func(account, board, by string, with ...string) string {
		var people []string
		for _, id := range with {
			people = append(people, fmt.Sprintf(`{"collaborator_id":"c","collaborator_type":0,"role":3,"user_id":%q}`, id))
		}
		return fmt.Sprintf(`{"event":"whiteboard.shared","event_ts":%d,"payload":{%s"operator_id":%q,"object":{"whiteboard_id":%q,"collaborators":[%s]}}}`,
			z.now().UnixMilli(), account, by, board, strings.Join(people, ","))
	}
	s.mark()
	board, hidden := s.boardOf("Retrospective").ID, s.boardOf("Storyboard").ID
	z.is("nobody here", z.post(news("", board, seed("ana"), "somebodyElse"), z.now()), http.StatusOK, 0)
	z.is("oneself", z.post(news("", board, seed("ana"), seed("ana")), z.now()), http.StatusOK, 0)
	z.is("another account", z.post(news(`"account_id":"other",`, board, seed("ana"), seed("ben")), z.now()), http.StatusOK, 0)
	z.is("no board", z.post(news("", "../users/me", seed("ana"), seed("ben")), z.now()), http.StatusOK, 0)
	z.is("a board that is not for him", z.post(news("", hidden, "", seed("ben")), z.now()), http.StatusOK, 1)
	s.shareAtZoom("ana", "Retrospective", "ben", 3)
	s.await("event.sent", 1)
	s.idle()
	again := news("", board, seed("ana"), "somebodyElse", seed("ben"))
	z.is("once more", z.post(again, z.now()), http.StatusOK, 3)
	admin := z
	admin.app, admin.secret = events.AdminApp, s.world.Settings().ZoomAdminSecret
	admin.is("at the other door", admin.post(again, z.now()), http.StatusOK, 3)
	if got := z.post(news("", board, seed("ana"), seed("ben")), z.now(), func(r *http.Request) { r.URL.Path = events.AdminApp.Path() }).StatusCode; got != http.StatusUnauthorized {
		t.Errorf("with the secret of the other app: %d", got)
	}
	s.idle()
	if n := ben.told("whiteboard with you"); n != 1 {
		t.Errorf("Ben was told %d times", n)
	}
	if n, err := app.Count(t.Context(), s.products[0].App, "select count(*) from notifications where kind = 'board_shared' and state = 'dropped'"); err != nil || n != 1 {
		t.Errorf("%d messages were dropped: %v", n, err)
	}
	s.advance(time.Minute)
	s.call("DELETE", "/zoom/people/ben/app", nil, nil)
	s.until("nothing is kept of Ben", func() bool { return s.stored("board_notices") == 0 })
	if n, err := app.Count(t.Context(), s.products[0].App, "select count(*) from notifications where kind = 'board_shared'"); err != nil || n != 0 {
		t.Errorf("%d messages are left: %v", n, err)
	}
}

// adapter posts mentions as an adapter of the organisation's does.
type adapter struct {
	*stage
	secret string
}

func (a adapter) post(body string, changes ...func(*http.Request)) *http.Response {
	a.t.Helper()
	return zoomHook{stage: a.stage}.send(body, append([]func(*http.Request){func(r *http.Request) {
		r.URL.Path = "/adapter/whiteboard/mentions"
		r.Header.Set("Authorization", "Bearer "+a.secret)
		r.Header.Set("Content-Type", "application/json")
	}}, changes...)...)
}

func (a adapter) want(name, body string, status int, changes ...func(*http.Request)) {
	a.t.Helper()
	if got := a.post(body, changes...).StatusCode; got != status {
		a.t.Errorf("%s: answered %d, want %d", name, got, status)
	}
}

// mention is one, with members as they are given.
func (a adapter) mention(members ...string) string {
	return fmt.Sprintf(`{"at":%q,%s}`, a.world.World.Clock.Now().UTC().Format(time.RFC3339), strings.Join(members, ","))
}

// Somebody who is mentioned in a comment on a whiteboard is told so by an adapter, because Zoom tells nobody.
func TestAMentionOnAWhiteboard(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]setup{"sqlite": {}, "postgres": {postgres: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t, o)
			ana, ben := s.person("ana"), s.person("ben")
			ana.link()
			ben.link()
			s.mark()
			s.call("POST", "/zoom/people/ana/boards/"+s.boardOf("Launch plan").ID+"/comment", map[string]any{"mentions": "ben"}, nil)
			if got := fmt.Sprint(s.await("mention.sent", 1)[0].Detail["status"]); got != "202" {
				t.Errorf("answered %v", got)
			}
			s.idle()
			ben.shows("bot", "Ana Duarte mentioned you in a comment on a Zoom whiteboard", "Launch plan")
			a := adapter{s, s.world.Settings().AdapterSecret}
			board := fmt.Sprintf(`"whiteboard":%q`, s.boardOf("Launch plan").ID)
			link := fmt.Sprintf(`"link":%q`, s.world.ZoomURL()+s.boardOf("Retrospective").Page)
			for range 2 {
				a.want("again", a.mention(`"id":"m1"`, board, `"mentioned":"Ben.Okafor@MERIDIAN.example"`), http.StatusAccepted)
			}
			s.idle()
			a.want("by id", a.mention(`"id":"m2"`, link, fmt.Sprintf(`"mentioned":%q`, s.seed("ben").ZoomID), `"by":"ana.duarte@meridian.example"`), http.StatusAccepted)
			s.idle()
			if n := ben.told("You were mentioned in a comment"); n != 1 {
				t.Errorf("Ben was told %d times of one mention", n)
			}
			ben.shows("bot", "Ana Duarte mentioned you in a comment on a Zoom whiteboard", "-Launch plan")
			if url := ben.leads("bot", "Open the whiteboard"); !strings.HasSuffix(url, s.boardOf("Retrospective").Page) {
				t.Errorf("it leads to %s", url)
			}
			a.want("oneself", a.mention(`"id":"m3"`, board, `"mentioned":"ben.okafor@meridian.example"`, `"by":"ben.okafor@meridian.example"`), http.StatusAccepted)
			a.want("nobody here", a.mention(`"id":"m4"`, board, `"mentioned":"hana.sato@meridian.example"`), http.StatusAccepted)
			s.idle()
			if n := s.stored("board_notices"); n != 3 {
				t.Errorf("%d notices are kept, want 3", n)
			}
		})
	}
}

// Of whiteboards that are shared and of mentions on them one chooses apart. A page that knows nothing of a setting leaves it as it is, and the
// first hour of the day is one.
func TestSharesAndMentionsAreChosenApart(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana, ben := g.person("ana"), g.person("ben")
	ana.link()
	ben.link()
	v := g.visit("ben")
	old := object{"language": "", "invited": true, "scheduled": true, "pmi": false, "reminder": 15, "sync": false, "zone": "Europe/London"}
	change := func(with object) (kept map[string]any) {
		t.Helper()
		wish := maps.Clone(old)
		maps.Copy(wish, with)
		v.do("PUT", "/settings", wish, &kept)
		return kept
	}
	change(object{"mentions": false, "agenda": 0, "starting": true})
	for _, kept := range []map[string]any{change(nil), change(nil)} {
		if kept["mentions"] != false || kept["boards"] != true || kept["starting"] != true || kept["agenda"] != 0. {
			t.Errorf("what is left out has become %v", kept)
		}
	}
	g.mark()
	comment := func(n int) {
		t.Helper()
		g.call("POST", "/zoom/people/ana/boards/"+g.boardOf("Launch plan").ID+"/comment", map[string]any{"mentions": "ben"}, nil)
		g.await("mention.sent", n)
	}
	comment(1)
	g.shareAtZoom("ana", "Retrospective", "ben", 2)
	g.await("event.sent", 1)
	g.idle()
	if shares, mentions := ben.told("whiteboard with you"), ben.told("mentioned you"); shares != 1 || mentions != 0 {
		t.Errorf("Ben is told of %d shares and %d mentions", shares, mentions)
	}
	change(object{"mentions": true, "boards": false})
	comment(2)
	g.shareAtZoom("ana", "Old sketches", "ben", 2)
	g.await("event.sent", 2)
	g.idle()
	if shares, mentions := ben.told("whiteboard with you"), ben.told("mentioned you"); shares != 1 || mentions != 1 {
		t.Errorf("later Ben is told of %d shares and %d mentions", shares, mentions)
	}
}

// The adapters' door opens to its secrets alone, takes one well-formed mention of now, and is not there without a secret.
func TestTheDoorOfAdapters(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{config: func(c *app.Config) { c.Adapter = append(c.Adapter, "the secret before, while it is replaced") }})
	ben := s.person("ben")
	ben.link()
	a := adapter{s, s.world.Settings().AdapterSecret}
	board := fmt.Sprintf(`"whiteboard":%q`, s.boardOf("Launch plan").ID)
	who := `"mentioned":"ben.okafor@meridian.example"`
	good := a.mention(`"id":"one"`, board, who)
	header := func(values ...string) func(*http.Request) {
		return func(r *http.Request) { r.Header["Authorization"] = values }
	}
	for name, change := range map[string]func(*http.Request){
		"no secret": header(), "an empty one": header("Bearer "), "another": header("Bearer " + a.secret[1:]), "another scheme": header("Basic " + a.secret),
		"twice": header("Bearer "+a.secret, "Bearer "+a.secret), "the secret of Zoom's events": header("Bearer " + s.world.Settings().ZoomWebhookSecret),
	} {
		a.want(name, good, http.StatusUnauthorized, change)
	}
	at := func(ago time.Duration) string {
		return fmt.Sprintf(`{"id":"old","at":%q,%s,%s}`, s.world.World.Clock.Now().Add(-ago).UTC().Format(time.RFC3339), board, who)
	}
	for name, body := range map[string]string{
		"no id": a.mention(board, who), "nobody": a.mention(`"id":"x"`, board), "no whiteboard": a.mention(`"id":"x"`, who),
		"both": a.mention(`"id":"x"`, board, `"link":"`+s.world.ZoomURL()+`/wb/doc/abc"`, who), "a link elsewhere": a.mention(`"id":"x"`, `"link":"https://evil.example/wb/doc/abc"`, who),
		"a path": a.mention(`"id":"x"`, `"whiteboard":"../users/me"`, who), "more": a.mention(`"id":"x"`, board, who, `"text":"hello"`), "two": good + good,
		"yesterday": at(13 * time.Hour), "tomorrow": at(-time.Hour), "no JSON": "id=x", "long": a.mention(`"id":"`+strings.Repeat("x", 201)+`"`, board, who),
	} {
		a.want(name, body, http.StatusBadRequest)
	}
	a.want("huge", a.mention(`"id":"`+strings.Repeat("x", 5000)+`"`, board, who), http.StatusRequestEntityTooLarge)
	a.want("a form", good, http.StatusUnsupportedMediaType, func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") })
	if n := s.stored("board_notices"); n != 0 {
		t.Errorf("%d notices of what was refused", n)
	}
	a.want("good", good, http.StatusAccepted)
	a.want("with the secret before", good, http.StatusAccepted, header("bearer the secret before, while it is replaced"))
	if n := s.stored("board_notices"); n != 1 {
		t.Errorf("%d notices", n)
	}
	refused := false
	for i := 0; i < 500 && !refused; i++ {
		refused = a.post(good).StatusCode == http.StatusTooManyRequests
	}
	if !refused {
		t.Error("as many as one likes are taken")
	}
	s.config = func(c *app.Config) { c.Adapter = nil }
	s.products[0].stop()
	s.start(0)
	a.want("without a secret in the settings", good, http.StatusNotFound)
}

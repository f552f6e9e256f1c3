package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"causeway/internal/app"
	"causeway/internal/events"
	"causeway/internal/policy"
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
			ben.shows("bot", "Ana Duarte shared a Zoom whiteboard with you", "Retrospective", "Made by Ana Duarte", "Zoom asks for its own sign-in")
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

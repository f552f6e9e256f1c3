package app_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"causeway/internal/app"
	"causeway/internal/policy"
	"causeway/internal/sandbox/microsoftsim"
	"causeway/internal/sandbox/world"
	"causeway/internal/sandbox/zoomsim"
	"causeway/internal/zoom"
)

// boardOf is a whiteboard at Zoom.
func (s *stage) boardOf(name string) zoomsim.Board {
	s.t.Helper()
	var got struct{ Boards []zoomsim.Board }
	s.call("GET", "/zoom/boards", nil, &got)
	for _, b := range got.Boards {
		if b.Name == name {
			return b
		}
	}
	s.t.Fatalf("Zoom has no whiteboard %q", name)
	return zoomsim.Board{}
}

// boards are the names of the whiteboards that the tab lists for somebody.
func (v visit) boards(query string) string {
	v.t.Helper()
	var got struct{ Whiteboards []struct{ Name, URL string } }
	v.do("GET", "/whiteboards?q="+query, nil, &got)
	names := []string{}
	for _, b := range got.Whiteboards {
		if names = append(names, b.Name); b.URL != "" {
			v.t.Errorf("the list knows the page of %s", b.Name)
		}
	}
	return strings.Join(names, ", ")
}

type shownBoard struct{ ID, Name, Creator, Opening, May, URL string }

// Somebody's whiteboards are in the tab: her own and those shared with her, of the last year, changed last first.
func TestWhiteboardsInTheTab(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana := g.person("ana")
	ana.link()
	v := g.visit("ana")
	if got := v.boards(""); got != "Launch plan, Booth layout, Retrospective, Old sketches" {
		t.Errorf("she sees %s", got)
	}
	if got := v.boards("PLAN"); got != "Launch plan" {
		t.Errorf("she finds %s", got)
	}
	for whose, want := range map[string]string{"mine": "Launch plan, Retrospective, Old sketches", "shared": "Booth layout"} {
		if got := v.boards("&whose=" + whose); got != want {
			t.Errorf("%s: she sees %s", whose, got)
		}
	}
	if got := v.boards("sketch&whose=shared"); got != "" {
		t.Errorf("her own is found among what was shared with her: %s", got)
	}
	if got := v.ask("GET", "/whiteboards?whose=all", nil, nil); got.status != http.StatusBadRequest && got.status != http.StatusUnprocessableEntity {
		t.Errorf("whose cannot be: %d %s", got.status, got.body)
	}
	var one shownBoard
	board := g.boardOf("Launch plan")
	v.do("GET", "/whiteboards/"+board.ID, nil, &one)
	if one.Creator != "Ana Duarte" || one.Opening != "restricted" || !strings.HasSuffix(one.URL, board.Page) {
		t.Errorf("it is %+v", one)
	}
	for name, path := range map[string]string{"somebody else's": "/whiteboards/" + g.boardOf("Storyboard").ID, "none": "/whiteboards/nothing", "no id": "/whiteboards/..%2F..%2Fusers%2Fme"} {
		if got := v.ask("GET", path, nil, nil); got.status != http.StatusNotFound || strings.Contains(got.body, "Storyboard") {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	var made shownBoard
	v.do("POST", "/whiteboards", map[string]string{"name": "  Seating <b> "}, &made)
	if made.Name != "Seating <b>" || made.URL == "" {
		t.Errorf("made %+v", made)
	}
	if got := v.boards(""); !strings.HasPrefix(got, "Seating <b>, Launch plan") {
		t.Errorf("after it was made, she sees %s", got)
	}
	for name, status := range map[string]int{"": http.StatusUnprocessableEntity, strings.Repeat("x", 201): http.StatusUnprocessableEntity} {
		if got := v.ask("POST", "/whiteboards", map[string]string{"name": name}, nil); got.status != status && got.status != http.StatusBadRequest {
			t.Errorf("a name of %d characters: %d %s", len(name), got.status, got.body)
		}
	}
	if got := g.visit("ben").ask("GET", "/whiteboards", nil, nil); got.status != http.StatusForbidden && got.status != http.StatusConflict {
		t.Errorf("who has not connected Zoom: %d %s", got.status, got.body)
	}
	if err := g.products[0].Switch(t.Context(), policy.Whiteboard, false); err != nil {
		t.Fatal(err)
	}
	if got := v.ask("GET", "/whiteboards", nil, nil); got.status != http.StatusForbidden || !strings.Contains(got.body, "switched off") {
		t.Errorf("switched off: %d %s", got.status, got.body)
	}
}

// In the tab each board has its picture, for who may open it, and is fetched from Zoom once in a while.
func TestPicturesOfWhiteboards(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	g.person("ana").link()
	v, board := g.visit("ana"), g.boardOf("Launch plan")
	var shown struct{ Picture string }
	path := "/whiteboards/" + board.ID + "/picture"
	v.do("GET", path, nil, &shown)
	if !strings.HasPrefix(shown.Picture, "data:image/jpeg;base64,") {
		t.Errorf("it looks like %.60s", shown.Picture)
	}
	asked := g.called("pictures")
	got := v.ask("GET", path, nil, nil)
	if got.header.Get("Cache-Control") != "private, max-age=300" || got.header.Get("Vary") != "Authorization" {
		t.Errorf("it may be kept by whoever: %v", got.header)
	}
	if other := v.ask("GET", "/whiteboards", nil, nil).header; other.Get("Cache-Control") != "no-store" || len(other["Vary"]) != 0 {
		t.Errorf("another answer: %v", other)
	}
	if n := g.called("pictures"); asked != 1 || n != 1 {
		t.Errorf("Zoom was asked for it %d times, and %d", asked, n)
	}
	g.advance(6 * time.Minute)
	v.do("GET", path, nil, nil)
	if n := g.called("pictures"); n != 2 {
		t.Errorf("minutes later Zoom was asked %d times", n)
	}
	for name, id := range map[string]string{"somebody else's": g.boardOf("Storyboard").ID, "none": "nothing"} {
		if got := v.ask("GET", "/whiteboards/"+id+"/picture", nil, nil); got.status != http.StatusNotFound || got.header.Get("Cache-Control") == "private, max-age=300" {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	g.fault(world.Fault{Side: world.Zoom, Route: "GET /file/{board}/attach/preview/192x108", Count: 1, Status: 500})
	if v.do("GET", "/whiteboards/"+g.boardOf("Retrospective").ID+"/picture", nil, &shown); shown.Picture != "" {
		t.Errorf("without one at Zoom it is %.60s", shown.Picture)
	}
	if err := g.products[0].Switch(t.Context(), policy.Whiteboard, false); err != nil {
		t.Fatal(err)
	}
	if got := v.ask("GET", path, nil, nil); got.status != http.StatusForbidden {
		t.Errorf("switched off: %d %s", got.status, got.body)
	}
}

// A card that somebody puts into a message of their own shows the whiteboard as the bot's card does: unless only added people open it.
func TestAChosenWhiteboardShowsItsPicture(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana := g.person("ana")
	ana.link()
	ana.schedule("launch", "Launch").is("message") // so that the bot is there
	g.idle()
	g.visit("ana").shareBoard(g.boardOf("Retrospective").ID, "view")
	g.idle()
	for name, want := range map[string]bool{"Retrospective": true, "Launch plan": false} {
		var raw struct{ Replies []microsoftsim.RawReply }
		g.call("POST", "/activities", map[string]any{"person": "ana", "chat": "design", "fields": map[string]any{
			"type": "invoke", "name": "composeExtension/selectItem", "value": map[string]any{"do": "whiteboards.find", "key": g.boardOf(name).ID},
		}}, &raw)
		if len(raw.Replies) != 1 || strings.Contains(raw.Replies[0].Body, `"url":"data:image/jpeg;base64,`) != want || !strings.Contains(raw.Replies[0].Body, name) {
			t.Errorf("%s: %.600v", name, raw.Replies)
		}
	}
}

// A board comes into a chat as a card of the bot's, once, and everybody in the account may open it when its owner says so.
func TestWhiteboardsAreShared(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana, ben := g.person("ana"), g.person("ben")
	ana.link()
	ben.link()
	ana.schedule("launch", "Launch").is("message") // so that the bot is there
	g.idle()
	v, board := g.visit("ana"), g.boardOf("Launch plan")
	var list struct{ Conversations []struct{ ID, Name string } }
	v.do("GET", "/conversations?for=whiteboards", nil, &list)
	if len(list.Conversations) != 1 {
		t.Fatalf("it can be shared in %+v", list.Conversations)
	}
	share := func(v visit, id string, open any) answered {
		in := map[string]any{"conversation": list.Conversations[0].ID}
		if open != nil {
			in["open"] = open
		}
		return v.ask("POST", "/whiteboards/"+id+"/share", in, nil)
	}
	g.mark()
	for range 2 {
		if got := share(v, board.ID, nil); got.status != http.StatusOK || !strings.Contains(got.body, "Launch week") {
			t.Fatalf("shared: %d %s", got.status, got.body)
		}
	}
	if n := g.effects().Cards; n != 1 {
		t.Errorf("%d cards for one share", n)
	}
	ben.shows("launch", "Ana Duarte shares a Zoom whiteboard", "Launch plan", "Only people who were added", "sign in with the organisation’s Zoom account", "ask Ana Duarte for access")
	if strings.Contains(string(ben.last("launch").Cards[0]), "data:image") {
		t.Error("the card shows a board that only added people open")
	}
	if url := ben.leads("launch", "Open the whiteboard"); !strings.HasSuffix(url, board.Page) {
		t.Errorf("it leads to %s", url)
	}
	g.advance(2 * time.Minute)
	if got := share(v, board.ID, "comment"); got.status != http.StatusOK {
		t.Fatalf("opened: %d %s", got.status, got.body)
	}
	ben.shows("launch", "Everyone in the organisation’s Zoom account can comment on it.")
	if text := string(ben.last("launch").Cards[0]); !strings.Contains(text, `"url":"data:image/jpeg;base64,`) || strings.Contains(text, "/attach/preview/") {
		t.Errorf("its card has no picture, or Zoom's link to one: %.400s", text)
	}
	if b := g.boardOf("Launch plan"); b.Scope != 1 || b.Role != 3 {
		t.Errorf("at Zoom it is open to %d, as %d", b.Scope, b.Role)
	}
	// Who may only look at a board may not open it to others, but may bring it along as it is.
	booth := g.boardOf("Booth layout")
	if got := share(v, booth.ID, "edit"); got.status != http.StatusForbidden || !strings.Contains(got.body, "Ask Ben Okafor") {
		t.Errorf("opened by who may look: %d %s", got.status, got.body)
	}
	if got := share(v, booth.ID, nil); got.status != http.StatusOK {
		t.Errorf("shared by who may look: %d %s", got.status, got.body)
	}
	g.mark()
	if got := share(v, g.boardOf("Storyboard").ID, nil); got.status != http.StatusNotFound {
		t.Errorf("somebody else's: %d %s", got.status, got.body)
	}
	if got := v.ask("POST", "/whiteboards/"+board.ID+"/share", map[string]any{"conversation": "19:elsewhere@thread.v2"}, nil); got.status != http.StatusForbidden {
		t.Errorf("into a conversation that is not hers: %d %s", got.status, got.body)
	}
	if n := g.effects().Cards; n != 0 {
		t.Errorf("%d cards were posted all the same", n)
	}
}

// Below the message box a board is found, and its card put into the message.
func TestWhiteboardsAreFound(t *testing.T) {
	t.Parallel()
	s := begin(t, setup{})
	ana := s.person("ana")
	ana.link()
	var found struct {
		Type, Text  string
		Attachments []struct {
			Content json.RawMessage
			Preview struct {
				Content struct {
					Title, Text string
					Tap         struct{ Value map[string]any }
				}
			}
		}
	}
	search := func(query string) {
		t.Helper()
		found.Attachments, found.Text = nil, ""
		s.call("POST", "/people/ana/chats/design/commands/boards", map[string]string{"query": query}, &found)
	}
	search("retro")
	if len(found.Attachments) != 1 || found.Attachments[0].Preview.Content.Title != "Retrospective" {
		t.Fatalf("found %+v", found)
	}
	if strings.Contains(string(found.Attachments[0].Content), "/wb/doc/") {
		t.Error("the list has asked for every page")
	}
	var raw struct{ Replies []microsoftsim.RawReply }
	s.call("POST", "/activities", map[string]any{"person": "ana", "chat": "design", "fields": map[string]any{
		"type": "invoke", "name": "composeExtension/selectItem", "value": found.Attachments[0].Preview.Content.Tap.Value,
	}}, &raw)
	if len(raw.Replies) != 1 || !strings.Contains(raw.Replies[0].Body, s.boardOf("Retrospective").Page) {
		t.Errorf("chosen, it is %+v", raw.Replies)
	}
	search("nothing of the kind")
	if found.Text == "" || len(found.Attachments) != 0 {
		t.Errorf("nothing found: %+v", found)
	}
}

// Who has left whiteboards out of the consent hears how to have them, and keeps meetings.
func TestWithoutConsentToWhiteboards(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana := g.person("ana")
	ana.linkAs(consent{Without: zoom.OptionalScopes()})
	v := g.visit("ana")
	if got := v.ask("GET", "/whiteboards", nil, nil); got.status >= 500 || !strings.Contains(got.body, "Connect Zoom again") {
		t.Errorf("answered %d %s", got.status, got.body)
	}
	if _, notes := v.list(7); len(notes) != 0 {
		t.Errorf("the list of meetings says %v", notes)
	}
}

// Who shares a board hears who in the conversation could not open it: whose Zoom account is another one, or not known here.
func TestWhoCouldNotOpenAWhiteboard(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana, ben := g.person("ana"), g.person("ben")
	ana.link()
	ben.link()
	ana.schedule("launch", "Launch").is("message") // so that the bot is there
	g.idle()
	v, board := g.visit("ana"), g.boardOf("Launch plan").ID
	var list struct{ Conversations []struct{ ID string } }
	v.do("GET", "/conversations?for=whiteboards", nil, &list)
	warning := func(conversation, open string) answered {
		return v.ask("GET", "/whiteboards/"+board+"/warning?conversation="+url.QueryEscape(conversation)+open, nil, nil)
	}
	in := list.Conversations[0].ID
	if got := warning(in, ""); got.status != http.StatusOK || !strings.Contains(got.body, `"text":""`) {
		t.Errorf("of a board that added people open: %d %s", got.status, got.body)
	}
	got := warning(in, "&open=view")
	if got.status != http.StatusOK || !strings.Contains(got.body, "have not connected Zoom here") || !strings.Contains(got.body, "Chloé Martin") {
		t.Errorf("opened to the account: %d %s", got.status, got.body)
	}
	if strings.Contains(got.body, "Ben Okafor") || strings.Contains(got.body, "Ana Duarte") {
		t.Errorf("who may open it is named: %s", got.body)
	}
	g.person("chloe").linkAs(consent{Zoom: "ana-harbour"})
	if got := warning(in, "&open=view"); !strings.Contains(got.body, "in another Zoom account and could not open it: Chloé Martin.") {
		t.Errorf("from another account: %d %s", got.status, got.body)
	}
	if got := warning("19:elsewhere@thread.v2", "&open=view"); got.status != http.StatusForbidden {
		t.Errorf("a conversation that is not hers: %d %s", got.status, got.body)
	}
	if got := v.ask("GET", "/whiteboards/"+g.boardOf("Storyboard").ID+"/warning?open=view&conversation="+url.QueryEscape(in), nil, nil); got.status != http.StatusNotFound {
		t.Errorf("a board that is not hers: %d %s", got.status, got.body)
	}
	if got := warning(in, "&open=own"); got.status != http.StatusUnprocessableEntity && got.status != http.StatusBadRequest {
		t.Errorf("what cannot be: %d %s", got.status, got.body)
	}
}

// Without an app of the account nobody can be added, and it is not offered.
func TestNobodyIsAddedWithoutAnAppOfTheAccount(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t, func(c *app.Config) { c.ZoomAdmin = app.ZoomAdmin{} })
	ana := g.person("ana")
	ana.link()
	ana.schedule("launch", "Launch").is("message")
	g.idle()
	v, board := g.visit("ana"), g.boardOf("Retrospective").ID
	var list struct{ Conversations []struct{ ID string } }
	v.do("GET", "/conversations?for=whiteboards", nil, &list)
	got := v.ask("POST", "/whiteboards/"+board+"/share", map[string]any{"conversation": list.Conversations[0].ID, "only": true, "open": "edit"}, nil)
	if got.status != http.StatusForbidden || !strings.Contains(got.body, "add them at Zoom") {
		t.Errorf("answered %d %s", got.status, got.body)
	}
	if got := v.ask("GET", "/whiteboards/"+board, nil, nil); !strings.Contains(got.body, `"single":false`) {
		t.Errorf("offered: %s", got.body)
	}
}

// A board is opened for the people of a conversation alone: those who have connected Zoom of the same account are added to it and told once, nobody
// else; and only for who may share it at Zoom.
func TestAWhiteboardForTheConversationAlone(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	ana, ben, chloe := g.person("ana"), g.person("ben"), g.person("chloe")
	ana.link()
	ben.link()
	chloe.linkAs(consent{Zoom: "ana-harbour"})
	g.person("hana").link() // not in the conversation
	ana.schedule("launch", "Launch").is("message")
	g.idle()
	v, board := g.visit("ana"), g.boardOf("Retrospective")
	var list struct{ Conversations []struct{ ID string } }
	v.do("GET", "/conversations?for=whiteboards", nil, &list)
	share := func(v visit, board, open string) answered {
		in := map[string]any{"conversation": list.Conversations[0].ID, "only": true}
		if open != "" {
			in["open"] = open
		}
		return v.ask("POST", "/whiteboards/"+board+"/share", in, nil)
	}
	var shown struct{ Single bool }
	if v.do("GET", "/whiteboards/"+board.ID, nil, &shown); !shown.Single {
		t.Error("it is not offered")
	}
	g.mark()
	if got := share(v, board.ID, "comment"); got.status != http.StatusOK {
		t.Fatalf("shared: %d %s", got.status, got.body)
	}
	g.await("event.sent", 1)
	g.idle()
	if b := g.boardOf("Retrospective"); b.Scope != 0 || len(b.With) != 1 || b.With["ben"] != 3 {
		t.Errorf("at Zoom it is open to %d, and to %v", b.Scope, b.With)
	}
	ben.shows("launch", "Ana Duarte shares a Zoom whiteboard", "Only people who were added")
	ben.shows("bot", "Ana Duarte shared a Zoom whiteboard with you", "Retrospective")
	if n := ben.told("shared a Zoom whiteboard with you"); n != 1 {
		t.Errorf("Ben was told %d times, by us and by Zoom's event", n)
	}
	if n := chloe.told("shared a Zoom whiteboard with you"); n != 0 {
		t.Error("who is of another account was told")
	}
	g.mark()
	if got := share(v, board.ID, ""); got.status != http.StatusBadRequest && got.status != http.StatusUnprocessableEntity {
		t.Errorf("without what they may do: %d %s", got.status, got.body)
	}
	if got := share(v, g.boardOf("Booth layout").ID, "edit"); got.status != http.StatusForbidden || !strings.Contains(got.body, "Ask Ben Okafor") {
		t.Errorf("by who may look: %d %s", got.status, got.body)
	}
	if got := share(v, g.boardOf("Storyboard").ID, "edit"); got.status != http.StatusNotFound {
		t.Errorf("somebody else's: %d %s", got.status, got.body)
	}
	if b := g.boardOf("Booth layout"); len(b.With) != 1 {
		t.Errorf("added all the same: %v", b.With)
	}
	if got := share(g.visit("ben"), board.ID, "edit"); got.status != http.StatusForbidden {
		t.Errorf("by who may comment: %d %s", got.status, got.body)
	}
	if n := g.effects().Cards; n != 0 {
		t.Errorf("%d cards were posted of what was refused", n)
	}
}

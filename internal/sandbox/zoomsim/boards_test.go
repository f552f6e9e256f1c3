package zoomsim_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"causeway/internal/sandbox/zoomsim"
)

func boardNamed(t *testing.T, z *zoom, name string) zoomsim.Board {
	t.Helper()
	for _, b := range z.Boards() {
		if b.Name == name {
			return b
		}
	}
	t.Fatalf("no board %q", name)
	return zoomsim.Board{}
}

func TestBoardsAreListedByTheMonth(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	h := z.link("ana")
	stamp := func(ago time.Duration) string {
		return z.world.Clock.Now().Add(-ago).UTC().Format("2006-01-02T15:04:05Z")
	}
	list := func(query string) answer { return h.call(http.MethodGet, "/whiteboards"+query, "") }
	if a := list(""); a.json["total_records"] != 0.0 { // today alone
		t.Errorf("without a span: %s", a.raw)
	}
	const day = 24 * time.Hour
	if a := list("?from=" + stamp(30*day) + "&to=" + stamp(0)); a.json["total_records"] != 3.0 || strings.Contains(a.raw, "share_link\"") || strings.Contains(a.raw, "Storyboard") {
		t.Errorf("a month: %s", a.raw)
	}
	if a := list("?from=" + stamp(30*day) + "&to=" + stamp(0) + "&search_key=booth"); a.json["total_records"] != 1.0 {
		t.Errorf("searched: %s", a.raw)
	}
	if a := list("?user_id=me&from=" + stamp(30*day) + "&to=" + stamp(0)); a.json["total_records"] != 2.0 || strings.Contains(a.raw, "Booth layout") {
		t.Errorf("her own: %s", a.raw)
	}
	first := list("?page_size=2&from=" + stamp(30*day) + "&to=" + stamp(0))
	if a := list("?page_size=2&from=" + stamp(30*day) + "&to=" + stamp(0) + "&next_page_token=" + first.text("next_page_token")); len(a.json["whiteboards"].([]any)) != 1 || a.text("next_page_token") != "" {
		t.Errorf("the second page: %s", a.raw)
	}
	for _, query := range []string{"?from=" + stamp(40*day) + "&to=" + stamp(0), "?from=yesterday", "?page_size=51", "?user_id=someone"} {
		if a := list(query); a.status != http.StatusBadRequest {
			t.Errorf("%s: %s", query, a.raw)
		}
	}
}

func TestWhoMayOpenABoard(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	ana, ben, hana := z.link("ana"), z.link("ben"), z.link("hana")
	plan, booth := boardNamed(t, z, "Launch plan"), boardNamed(t, z, "Booth layout")
	if a := ana.call(http.MethodGet, "/whiteboards/"+plan.ID, ""); !strings.HasSuffix(a.text("share_link"), plan.Page) {
		t.Errorf("its owner: %s", a.raw)
	}
	if a := hana.call(http.MethodGet, "/whiteboards/"+plan.ID, ""); a.json["code"] != 111800.0 {
		t.Errorf("somebody else: %s", a.raw)
	}
	open := `{"share_link_setting":{"share_scope":1,"share_role":3}}`
	if a := ana.call(http.MethodPatch, "/whiteboards/"+booth.ID+"/share_setting", open); a.json["code"] != 111804.0 {
		t.Errorf("opened by who may look: %s", a.raw)
	}
	if a := ben.call(http.MethodPatch, "/whiteboards/"+plan.ID+"/share_setting", `{"share_link_setting":{"share_scope":9}}`); a.json["code"] != 34002.0 {
		t.Errorf("opened to nobody knows whom: %s", a.raw)
	}
	if a := ben.call(http.MethodPatch, "/whiteboards/"+plan.ID+"/share_setting", open); a.status != http.StatusNoContent {
		t.Errorf("opened by an editor: %s", a.raw)
	}
	if a := hana.call(http.MethodGet, "/whiteboards/"+plan.ID, ""); a.status != http.StatusOK {
		t.Errorf("somebody else, then: %s", a.raw)
	}
	made := hana.call(http.MethodPost, "/whiteboards", `{"name":"Mine"}`)
	if made.status != http.StatusCreated || strings.Contains(made.raw, "share_link\"") || boardNamed(t, z, "Mine").Owner != "hana" {
		t.Errorf("made: %s", made.raw)
	}
}

// The portal has a sign-in of its own, whatever an app knows.
func TestBoardsAskWhoLooks(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	plan := boardNamed(t, z, "Launch plan")
	for as, want := range map[string]string{"": "board-signin", "?as=ana": "board-board", "?as=ben": "board-board", "?as=hana": "board-refused", "?as=nobody": "board-refused"} {
		if p := z.get(plan.Page + as); page(p) != want {
			t.Errorf("%s: %s, want %s", as, page(p), want)
		}
	}
	if p := z.get(plan.Page + "?as=hana"); !strings.Contains(p.raw, "ask Ana Duarte for access") {
		t.Errorf("refused: %s", p.raw)
	}
	if p := z.get("/wb/doc/none"); p.status != http.StatusNotFound {
		t.Errorf("none: %d", p.status)
	}
}

// On its page a board is shared, and somebody mentioned in a comment, by whoever may; its preview is for who has the link, for two hours.
func TestABoardsPage(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	ana := z.link("ana")
	plan := boardNamed(t, z, "Retrospective")
	if a := z.get(plan.Page + "?as=ana"); !strings.Contains(a.raw, "Share it with") || !strings.Contains(a.raw, "Comment, and mention") {
		t.Errorf("her board: %s", a.raw)
	}
	if a := z.form(plan.Page+"/share", url.Values{"as": {"ana"}, "with": {"ben"}, "role": {"4"}}); a.status != http.StatusSeeOther || a.header.Get("Location") != plan.Page+"?as=ana&done=shared" {
		t.Errorf("shared: %d %s", a.status, a.raw)
	} else if said := z.get(a.header.Get("Location")); !strings.Contains(said.raw, "It is shared.") {
		t.Errorf("nothing says that it worked: %s", said.raw)
	}
	if b := boardNamed(t, z, "Retrospective"); b.With["ben"] != 4 || z.count("whiteboard.shared") != 1 {
		t.Errorf("with %v", b.With)
	}
	if a := z.get(plan.Page + "?as=ben"); strings.Contains(a.raw, "Share it with") {
		t.Error("who may look is offered to share")
	}
	if a := z.form(plan.Page+"/comment", url.Values{"as": {"ana"}, "mentions": {"ben"}}); a.status != http.StatusSeeOther || z.count("whiteboard.commented") != 1 {
		t.Errorf("commented: %d %s", a.status, a.raw)
	} else if said := z.get(a.header.Get("Location")); !strings.Contains(said.raw, "The comment is on the board.") {
		t.Errorf("nothing says that it worked: %s", said.raw)
	}
	for name, a := range map[string]answer{
		"by who may look":   z.form(plan.Page+"/share", url.Values{"as": {"ben"}, "with": {"hana"}, "role": {"4"}}),
		"with nobody":       z.form(plan.Page+"/share", url.Values{"as": {"ana"}, "with": {"nobody"}, "role": {"4"}}),
		"as an owner":       z.form(plan.Page+"/share", url.Values{"as": {"ana"}, "with": {"hana"}, "role": {"0"}}),
		"no such board":     z.form("/wb/doc/none/share", url.Values{"as": {"ana"}, "with": {"hana"}, "role": {"4"}}),
		"a looker's remark": z.form(plan.Page+"/comment", url.Values{"as": {"ben"}, "mentions": {"ana"}}),
		"from another site": z.do(http.MethodPost, plan.Page+"/comment", map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "cross-site"},
			url.Values{"as": {"ana"}, "mentions": {"ben"}}.Encode()),
	} {
		if a.status != http.StatusForbidden {
			t.Errorf("%s: %d %s", name, a.status, a.raw)
		}
	}
	link := strings.TrimPrefix(ana.call(http.MethodGet, "/whiteboards/"+plan.ID, "").text("preview_link"), z.url)
	if a := z.get(link); a.status != http.StatusOK || a.header.Get("Content-Type") != "image/png" {
		t.Errorf("its preview: %d", a.status)
	}
	if a := z.get(strings.Replace(link, plan.ID, boardNamed(t, z, "Storyboard").ID, 1)); a.status != http.StatusForbidden {
		t.Errorf("that of another board: %d", a.status)
	}
	if err := z.world.Clock.Advance(2*time.Hour + time.Minute); err != nil {
		t.Fatal(err)
	}
	if a := z.get(link); a.status != http.StatusForbidden {
		t.Errorf("after two hours: %d", a.status)
	}
}

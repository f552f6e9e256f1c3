package zoomsim_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"causeway/internal/sandbox/world"
	"causeway/internal/sandbox/zoomsim"
)

// page is what a client page is about.
func page(a answer) string {
	_, rest, _ := strings.Cut(a.raw, `data-page="`)
	name, _, _ := strings.Cut(rest, `"`)
	return name
}

func path(t *testing.T, link string) string {
	t.Helper()
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	return u.RequestURI()
}

// opened follows a start link, as a browser does.
func (z *zoom) opened(link string) answer {
	z.t.Helper()
	a := z.get(link)
	if a.status != http.StatusSeeOther {
		return a
	}
	return z.get(a.header.Get("Location"))
}

func TestJoiningAndStartingInTheClient(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	h := z.link("ana") // her meetings have waiting rooms and embedded passcodes
	a := h.create(map[string]any{"topic": "Plan <script>"})
	id := number(a)
	join := z.get(path(t, a.text("join_url")))
	if join.status != http.StatusOK || page(join) != "join" || !strings.Contains(join.raw, "Plan &lt;script&gt;") || strings.Contains(join.raw, "<script") ||
		!strings.Contains(join.raw, "Not started") || strings.Contains(join.raw, `name="passcode"`) {
		t.Fatalf("join page: %d %s", join.status, join.raw)
	}
	if n := z.count("meeting.joined") + z.count("meeting.started"); n != 0 {
		t.Errorf("looking had %d effects", n)
	}
	link, err := url.Parse(a.text("join_url"))
	if err != nil {
		t.Fatal(err)
	}
	in := z.form("/j/"+id, url.Values{"pwd": link.Query()["pwd"], "name": {"  Émile Guest "}})
	guest := in.header.Get("Location")
	if in.status != http.StatusSeeOther || page(z.get(guest)) != "waiting" {
		t.Fatalf("a guest before the host: %d to %s", in.status, guest)
	}
	if w := z.get(guest); !strings.Contains(w.raw, "Waiting for Ana Duarte to start this meeting") || w.header.Get("Refresh") == "" {
		t.Errorf("%s", w.raw)
	}
	start := path(t, a.text("start_url"))
	for range 2 {
		if s := z.opened(start); s.status != http.StatusOK || page(s) != "room" || !strings.Contains(s.raw, "You are the host") || !strings.Contains(s.raw, "Émile Guest") || !strings.Contains(s.raw, ">É<") {
			t.Fatalf("start page: %d %s", s.status, s.raw)
		}
	}
	shown := z.get(start).header.Get("Location")
	if page(z.get(guest)) != "room" || z.count("meeting.started") != 1 || z.count("meeting.joined") != 1 {
		t.Error("the guest was not let in, or something happened twice")
	}
	for range 2 {
		z.form("/j/"+id, url.Values{"pwd": link.Query()["pwd"], "as": {"ben"}})
	}
	if rows := z.world.Ledger.List(world.Filter{Effect: "meeting.joined"}); len(rows) != 2 || rows[1].By != "ben" || rows[1].Subject != id || rows[0].By != "Émile Guest" {
		t.Errorf("ledger %+v", rows)
	}
	if got := h.call(http.MethodGet, "/meetings/"+id, ""); got.text("status") != "started" {
		t.Errorf("status %s", got.text("status"))
	}
	if a := z.form(strings.Split(guest, "?")[0]+"/leave", url.Values{"me": {strings.Split(guest, "me=")[1]}}); a.status != http.StatusSeeOther || page(z.get(guest)) != "ended" {
		t.Errorf("leaving: %d", a.status)
	}
	u, err := url.Parse(start)
	if err != nil {
		t.Fatal(err)
	}
	if e := z.form(u.Path+"/end", url.Values{"zak": u.Query()["zak"]}); e.status != http.StatusOK || page(e) != "ended" || z.count("meeting.ended") != 1 {
		t.Errorf("ending: %d %s", e.status, e.raw)
	}
	if p := z.get(shown); page(p) != "ended" || z.count("meeting.started") != 1 {
		t.Errorf("the host's page started the meeting again: %s", page(p))
	}
	again := h.call(http.MethodGet, "/meetings/"+id, "")
	if again.status != http.StatusOK || again.text("status") != "waiting" || again.text("uuid") == a.text("uuid") {
		t.Errorf("after the end: %s", again.raw)
	}
}

func TestPasscodesAtTheDoor(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	a := z.link("ben").create(map[string]any{"password": "secret77"}) // no passcode in his links
	id := number(a)
	if p := z.get(path(t, a.text("join_url"))); page(p) != "join" || !strings.Contains(p.raw, `name="passcode"`) {
		t.Errorf("no passcode is asked for: %s", p.raw)
	}
	if p := z.get("/j/" + id + "?pwd=wrong.1"); !strings.Contains(p.raw, "passcode is wrong") {
		t.Errorf("a wrong pwd: %s", p.raw)
	}
	if p := z.form("/j/"+id, url.Values{"name": {"Guest"}, "passcode": {"wrong"}}); p.status != http.StatusForbidden || !strings.Contains(p.raw, "passcode is wrong") {
		t.Errorf("a wrong passcode: %d", p.status)
	}
	if p := z.form("/j/"+id, url.Values{"passcode": {"secret77"}}); p.status != http.StatusBadRequest || !strings.Contains(p.raw, "Say who you are") {
		t.Errorf("nobody: %d", p.status)
	}
	if z.count("meeting.joined")+z.count("meeting.started") != 0 {
		t.Error("somebody came in")
	}
	// Ben allows joining before him, so the first guest starts the meeting.
	if p := z.form("/j/"+id, url.Values{"name": {"Guest"}, "passcode": {"secret77"}}); p.status != http.StatusSeeOther || page(z.get(p.header.Get("Location"))) != "room" {
		t.Errorf("the right passcode: %d", p.status)
	}
	if z.count("meeting.joined") != 1 || z.count("meeting.started") != 1 {
		t.Error("the guest did not start the meeting")
	}
	for _, p := range []answer{z.get("/j/12345678901"), z.get("/j/x"), z.form("/j/12345678901", url.Values{"name": {"G"}})} {
		if p.status != http.StatusNotFound || page(p) != "unknown" {
			t.Errorf("an unknown meeting: %d %s", p.status, page(p))
		}
	}
}

func TestStartLinksAreForOneMeetingAndTwoHours(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	h := z.link("ana")
	a, b := h.create(nil), h.create(nil)
	_, zak, _ := strings.Cut(a.text("start_url"), "?zak=")
	for name, link := range map[string]string{
		"no zak": "/s/" + number(a), "another meeting": "/s/" + number(b) + "?zak=" + zak, "made up": "/s/" + number(a) + "?zak=x" + zak, "unknown": "/s/123456789?zak=" + zak,
	} {
		if p := z.get(link); p.status != http.StatusForbidden || page(p) != "badlink" {
			t.Errorf("%s: %d %s", name, p.status, page(p))
		}
	}
	if p := z.form("/s/"+number(a)+"/end", url.Values{"zak": {"x"}}); p.status != http.StatusForbidden {
		t.Errorf("ending with a wrong zak: %d", p.status)
	}
	z.advance(2*time.Hour + time.Second)
	if p := z.get("/s/" + number(a) + "?zak=" + zak); page(p) != "badlink" || z.count("meeting.started") != 0 {
		t.Errorf("after two hours: %s", page(p))
	}
	fresh := z.link("ana").call(http.MethodGet, "/meetings/"+number(a), "").text("start_url")
	if p := z.opened(path(t, fresh)); page(p) != "room" {
		t.Errorf("a fresh link: %s", page(p))
	}
}

func TestInstantMeetingsEndForGood(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	a := z.link("ana").create(map[string]any{"type": 1})
	if p := z.opened(path(t, a.text("start_url"))); page(p) != "room" {
		t.Fatalf("start: %s", page(p))
	}
	if err := z.End(number(a)); err != nil {
		t.Fatal(err)
	}
	if p := z.get(path(t, a.text("join_url"))); p.status != http.StatusGone || page(p) != "ended" {
		t.Errorf("join: %d %s", p.status, page(p))
	}
	if p := z.get(path(t, a.text("start_url"))); page(p) != "badlink" {
		t.Errorf("start again: %s", page(p))
	}
}

func TestBasicHostsHaveFortyMinutes(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	eli, ana := z.link("eli").create(map[string]any{"duration": 60}), z.link("ana").create(nil)
	for person, a := range map[string]answer{"eli": eli, "ana": ana} {
		if err := z.Join(number(a), person); err != nil {
			t.Fatal(err)
		}
	}
	z.advance(39 * time.Minute)
	if z.count("meeting.ended") != 0 {
		t.Error("ended too early")
	}
	z.advance(time.Minute)
	if rows := z.world.Ledger.List(world.Filter{Effect: "meeting.ended"}); len(rows) != 1 || rows[0].Subject != number(eli) {
		t.Errorf("ledger %+v", rows)
	}
}

func TestPersonalRoomOpensWhatIsHeldThere(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	h := z.link("ana")
	h.create(map[string]any{"topic": "Far", "start_time": h.at(96 * time.Hour), "settings": map[string]any{"use_pmi": true}})
	a := h.create(map[string]any{"topic": "Near", "settings": map[string]any{"use_pmi": true}})
	if p := z.get(path(t, a.text("join_url"))); page(p) != "join" || !strings.Contains(p.raw, "<h1>Near</h1>") {
		t.Errorf("%s %s", page(p), p.raw)
	}
	if p := z.opened(path(t, a.text("start_url"))); page(p) != "room" || !strings.Contains(p.raw, "<h1>Near</h1>") {
		t.Errorf("start: %s", page(p))
	}
	if p := z.get(path(t, a.text("join_url"))); !strings.Contains(p.raw, "Started") {
		t.Errorf("the running one: %s", p.raw)
	}
}

func TestControlHooks(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	a := z.link("ana").create(map[string]any{"topic": "Hooked"})
	id := number(a)
	watch := z.world.Changes.Watch()
	defer watch.Close()
	for _, as := range []string{"ben", "Guest", "ana"} {
		if err := z.Join(id, as); err != nil {
			t.Fatal(err)
		}
	}
	if topics, err := watch.Next(t.Context()); err != nil || !strings.Contains(strings.Join(topics, " "), "client") {
		t.Errorf("topics %v, %v", topics, err)
	}
	m := z.Meetings()[0]
	if m.ID != id || m.Topic != "Hooked" || m.State != "started" || m.Host != "ana" || len(m.Participants) != 3 || !m.Participants[0].Host ||
		m.Participants[1].Handle != "ben" || m.Participants[1].State != "joined" || m.Source != "open_api" || m.Start == nil {
		t.Errorf("%+v", m)
	}
	if opened := z.Client().Opened; len(opened) != 3 || opened[0].By != "ben" || opened[2].Kind != "start" {
		t.Errorf("opened %+v", opened)
	}
	front := z.get("/")
	if page(front) != "client" || !strings.Contains(front.raw, "Hooked") || !strings.Contains(front.raw, "Ben Okafor") {
		t.Errorf("front page %s", front.raw)
	}
	if p := z.get(m.JoinPath); page(p) != "join" || strings.Contains(p.raw, `name="passcode"`) {
		t.Errorf("the client's own link: %s", page(p))
	}
	if err := z.End(id); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{"end": z.End(id), "unknown": z.Join("1", "ben"), "nobody": z.Join(id, ""), "end unknown": z.End("1")} {
		if !errors.Is(err, zoomsim.ErrControl) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestZoomIsKeptAndReset(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	z := openZoom(t, world.Options{Data: dir}, zoomsim.Options{})
	h := z.link("ana")
	id := number(h.create(map[string]any{"type": 8, "recurrence": map[string]any{"type": 1, "end_times": 2}}))
	seeded := h.call(http.MethodGet, "/users/me/meetings", "").json["total_records"]
	gone := ""
	for _, m := range z.Meetings() {
		if m.Topic == "Press rehearsal" {
			gone = m.ID
		}
	}
	if a := h.call(http.MethodDelete, "/meetings/"+gone, ""); a.status != http.StatusNoContent {
		t.Fatal(a.raw)
	}
	if err := z.world.Save(); err != nil {
		t.Fatal(err)
	}
	again := openZoom(t, world.Options{Data: dir}, zoomsim.Options{})
	same := &host{zoom: again, access: h.access}
	a := same.call(http.MethodGet, "/meetings/"+id, "")
	if again.id != z.id || again.secret != z.secret || a.status != http.StatusOK || len(a.json["occurrences"].([]any)) != 2 {
		t.Errorf("after the restart: %d %s", a.status, a.raw)
	}
	if a := same.call(http.MethodGet, "/users/me/meetings", ""); a.json["total_records"] != seeded.(float64)-1 {
		t.Errorf("after the restart: %s", a.raw)
	}
	if a := again.refresh(h.refreshToken); a.status != http.StatusOK {
		t.Errorf("refresh after the restart: %s", a.raw)
	}
	again.SetKnobs(zoomsim.Knobs{Unlimited: true})
	if err := again.world.Reset(true); err != nil {
		t.Fatal(err)
	}
	if again.Approved() || again.Knobs().Unlimited || len(again.Meetings()) != 5 {
		t.Errorf("after the reset: approved %v, %d meetings", again.Approved(), len(again.Meetings()))
	}
	if a := same.call(http.MethodGet, "/users/me", ""); a.status != http.StatusUnauthorized {
		t.Errorf("a token outlived the reset: %d", a.status)
	}
	own := openZoom(t, world.Options{Data: dir}, zoomsim.Options{ClientID: "id", ClientSecret: "secret", WebhookSecret: "hook", PublicURL: "http://zoom.test"})
	if id, secret, hook := own.Credentials(); id != "id" || secret != "secret" || hook != "hook" {
		t.Errorf("credentials %s %s %s", id, secret, hook)
	}
	if a := own.link("ben").create(nil); !strings.HasPrefix(a.text("join_url"), "http://zoom.test/j/") {
		t.Errorf("join_url %s", a.text("join_url"))
	}
}

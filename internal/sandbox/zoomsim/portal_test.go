package zoomsim_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"causeway/internal/sandbox/world"
	"causeway/internal/sandbox/zoomsim"
)

// inPortal is the form of a meeting, changed by name, value pairs.
func inPortal(changes ...string) url.Values {
	v := url.Values{
		"topic": {"Weekly & plan"}, "agenda": {"One\r\nTwo"}, "date": {"2031-07-01"}, "time": {"18:00"}, "zone": {"Europe/Paris"}, "minutes": {"45"},
		"passcode": {""}, "waiting_room": {"on"}, "repeat": {"once"}, "weeks": {"6"},
	}
	for i := 0; i < len(changes); i += 2 {
		v.Set(changes[i], changes[i+1])
		if changes[i+1] == "" {
			v.Del(changes[i])
		}
	}
	return v
}

// made presses Save on the portal's form, and answers the meeting's number.
func (z *zoom) made(person string, form url.Values) string {
	z.t.Helper()
	before := len(z.world.Ledger.List(world.Filter{}))
	if a := z.form("/portal/"+person+"/schedule", form); a.status != http.StatusSeeOther {
		z.t.Fatalf("%d %s", a.status, a.raw)
	}
	rows := z.world.Ledger.List(world.Filter{After: int64(before), Effect: "meeting.created"})
	if len(rows) != 1 || rows[0].By != person || rows[0].Detail["source"] != "portal" {
		z.t.Fatalf("ledger %+v", rows)
	}
	return rows[0].Subject
}

func TestPortalIsFoundAndSaysWhatItIs(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	if a := z.get("/"); !strings.Contains(a.raw, `href="/portal"`) {
		t.Errorf("the front page: %s", a.raw)
	}
	people := z.get("/portal")
	if !strings.Contains(people.raw, "stand-in") || !strings.Contains(people.raw, `/portal/ana"`) || strings.Contains(people.raw, `/portal/dev"`) || strings.Contains(people.raw, "<script") {
		t.Errorf("the picker: %s", people.raw)
	}
	for _, path := range []string{"/portal/ana", "/portal/ana/schedule", "/portal/ana/settings"} {
		if a := z.get(path); a.status != http.StatusOK || !strings.Contains(a.raw, "stand-in") || !strings.Contains(a.header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: %d %s", path, a.status, a.raw)
		}
	}
	if a := z.get("/portal/ana"); !strings.Contains(a.raw, "Press rehearsal") || !strings.Contains(a.raw, "No fixed time") || strings.Contains(a.raw, "Architecture club") {
		t.Errorf("ana's meetings: %s", a.raw)
	}
	for _, path := range []string{"/portal/dev", "/portal/nobody", "/portal/ana/meetings/912345678", "/portal/ana/meetings/x"} {
		if a := z.get(path); a.status != http.StatusNotFound || !strings.Contains(a.raw, "There is nothing here") {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	headers := map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "cross-site"}
	if a := z.do(http.MethodPost, "/portal/ana/schedule", headers, inPortal().Encode()); a.status != http.StatusForbidden || z.count("meeting.created") != 0 {
		t.Errorf("a form of another site: %d", a.status)
	}
}

func TestPortalSchedulesAndChanges(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	h := z.link("ana")
	id := z.made("ana", inPortal())
	a := h.call(http.MethodGet, "/meetings/"+id, "")
	if a.text("topic") != "Weekly & plan" || a.text("agenda") != "One\nTwo" || a.text("start_time") != "2031-07-01T16:00:00Z" || a.json["duration"] != 45.0 ||
		a.text("timezone") != "Europe/Paris" || a.json["type"] != 2.0 || a.text("creation_source") != "web_portal" || a.text("password") == "" || section(a, "settings")["waiting_room"] != true {
		t.Errorf("scheduled %s", a.raw)
	}
	if page := z.get("/portal/ana/meetings/" + id); !strings.Contains(page.raw, `value="Weekly &amp; plan"`) || !strings.Contains(page.raw, `value="18:00"`) || !strings.Contains(page.raw, "Delete this meeting") {
		t.Errorf("its page: %s", page.raw)
	}
	form := inPortal("topic", "Moved", "time", "19:30", "waiting_room", "", "passcode", a.text("password"))
	if b := z.form("/portal/ana/meetings/"+id, form); b.status != http.StatusSeeOther {
		t.Fatal(b.raw)
	}
	b := h.call(http.MethodGet, "/meetings/"+id, "")
	if b.text("topic") != "Moved" || b.text("start_time") != "2031-07-01T17:30:00Z" || b.text("password") != a.text("password") || section(b, "settings")["waiting_room"] != false {
		t.Errorf("changed %s", b.raw)
	}
	// What is wrong is said, and what was typed stays.
	for path, form := range map[string]url.Values{
		"/portal/ana/schedule":       inPortal("topic", "Keep me", "passcode", "abc"),
		"/portal/ana/meetings/" + id: inPortal("topic", "Keep me", "minutes", "0"),
	} {
		if c := z.form(path, form); c.status != http.StatusBadRequest || !strings.Contains(c.raw, `role="alert"`) || !strings.Contains(c.raw, `value="Keep me"`) {
			t.Errorf("%s: %d %s", path, c.status, c.raw)
		}
	}
	if c := z.form("/portal/ana/meetings/"+id+"/delete", url.Values{}); c.status != http.StatusSeeOther {
		t.Errorf("%d %s", c.status, c.raw)
	}
	if c := h.call(http.MethodGet, "/meetings/"+id, ""); c.code() != 3001 {
		t.Errorf("deleted: %s", c.raw)
	}
	// Gone meanwhile: nothing happens.
	for _, path := range []string{"/portal/ana/meetings/" + id, "/portal/ana/meetings/" + id + "/delete"} {
		if c := z.form(path, inPortal()); c.status != http.StatusSeeOther {
			t.Errorf("%s: %d", path, c.status)
		}
	}
	if z.count("meeting.updated") != 1 || z.count("meeting.deleted") != 1 {
		t.Error("the ledger counts more")
	}
}

func TestPortalKeepsASeries(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	h := z.link("ana")
	id := z.made("ana", inPortal("repeat", "weekly", "weeks", "4"))
	a := h.call(http.MethodGet, "/meetings/"+id, "")
	all := occurrences(a)
	if len(all) != 4 || all[3]["start_time"] != "2031-07-22T16:00:00Z" {
		t.Fatalf("series %s", a.raw)
	}
	second := all[1]["occurrence_id"].(string)
	if page := z.get("/portal/ana/meetings/" + id); strings.Count(page.raw, "Delete this occurrence") != 4 || !strings.Contains(page.raw, "Delete all occurrences") || !strings.Contains(page.raw, "Every week, 4") {
		t.Errorf("its page: %s", page.raw)
	}
	one := url.Values{"occurrence": {second}, "date": {"2031-07-09"}, "time": {"08:00"}, "minutes": {"20"}}
	if b := z.form("/portal/ana/meetings/"+id, one); b.status != http.StatusSeeOther {
		t.Fatal(b.raw)
	}
	third := url.Values{"occurrence": {all[2]["occurrence_id"].(string)}}
	if b := z.form("/portal/ana/meetings/"+id+"/delete", third); b.status != http.StatusSeeOther {
		t.Fatal(b.raw)
	}
	if b := z.form("/portal/ana/meetings/"+id+"/delete", third); b.status != http.StatusBadRequest || !strings.Contains(b.raw, "occurrence_id") {
		t.Errorf("deleted twice: %d %s", b.status, b.raw)
	}
	// Another topic leaves single occurrences as they are; another day moves the series there.
	kept := inPortal("topic", "Renamed", "repeat", "kept", "passcode", a.text("password"))
	if b := z.form("/portal/ana/meetings/"+id, kept); b.status != http.StatusSeeOther {
		t.Fatal(b.raw)
	}
	b := h.call(http.MethodGet, "/meetings/"+id, "")
	if list := occurrences(b); b.text("topic") != "Renamed" || list[1]["start_time"] != "2031-07-09T06:00:00Z" || list[1]["duration"] != 20.0 || list[2]["status"] != "deleted" {
		t.Errorf("renamed %s", b.raw)
	}
	kept.Set("date", "2031-07-03")
	if b := z.form("/portal/ana/meetings/"+id, kept); b.status != http.StatusSeeOther {
		t.Fatal(b.raw)
	}
	b = h.call(http.MethodGet, "/meetings/"+id, "")
	if list := occurrences(b); len(list) != 4 || list[0]["start_time"] != "2031-07-03T16:00:00Z" || list[1]["start_time"] != "2031-07-10T16:00:00Z" {
		t.Errorf("moved to Thursdays: %s", b.raw)
	}
	once := maps.Clone(kept)
	once.Set("repeat", "once")
	z.form("/portal/ana/meetings/"+id, once)
	if b := h.call(http.MethodGet, "/meetings/"+id, ""); b.json["type"] != 2.0 || b.json["occurrences"] != nil {
		t.Errorf("once: %s", b.raw)
	}
}

func TestPortalChangesMeetingsWithoutATime(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	page := z.get("/portal/ana")
	link := regexp.MustCompile(`/portal/ana/meetings/([0-9]+)">Partner office hours`).FindStringSubmatch(page.raw)
	if link == nil {
		t.Fatal(page.raw)
	}
	form := inPortal("topic", "Open door", "date", "", "time", "", "minutes", "60", "zone", "Europe/London", "repeat", "kept")
	if a := z.form("/portal/ana/meetings/"+link[1], form); a.status != http.StatusSeeOther {
		t.Errorf("%d %s", a.status, a.raw)
	}
	if a := z.link("ana").call(http.MethodGet, "/meetings/"+link[1], ""); a.text("topic") != "Open door" || a.json["type"] != 3.0 || a.json["start_time"] != nil {
		t.Errorf("%s", a.raw)
	}
}

func TestPortalChangesTheHostsSettings(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	h := z.link("chloe")
	if a := z.form("/portal/chloe/settings", url.Values{"requirePasscode": {"on"}, "passcodeNumeric": {"on"}, "length": {"8"}, "noPersonal": {"on"}}); a.status != http.StatusSeeOther {
		t.Fatal(a.raw)
	}
	schedule := section(h.call(http.MethodGet, "/users/me/settings", ""), "schedule_meeting")
	if schedule["personal_meeting"] != false || schedule["require_password_for_scheduling_new_meetings"] != true || schedule["meeting_password_requirement"].(map[string]any)["length"] != 8.0 {
		t.Errorf("settings %v", schedule)
	}
	if a := h.create(nil); !regexp.MustCompile(`^[0-9]{8}$`).MatchString(a.text("password")) || section(a, "settings")["waiting_room"] != false {
		t.Errorf("made %s", a.raw)
	}
	if page := z.get("/portal/chloe/settings"); !strings.Contains(page.raw, `name="requirePasscode" checked`) || strings.Contains(page.raw, `name="waitingRoom" checked`) || !strings.Contains(page.raw, `value="8"`) {
		t.Errorf("its page: %s", page.raw)
	}
	if rows := z.world.Ledger.List(world.Filter{Effect: "settings.updated"}); len(rows) != 1 || rows[0].By != "chloe" {
		t.Errorf("ledger %+v", rows)
	}
}

func TestPortalIsKeptAndReset(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	id := z.made("ana", inPortal("repeat", "weekly"))
	z.form("/portal/ana/settings", url.Values{})
	saved, err := z.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	other := newZoom(t, zoomsim.Knobs{})
	if err := other.Restore(saved); err != nil {
		t.Fatal(err)
	}
	list, err := other.Portal("ana")
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, m := range list {
		found = found || m.ID == id && len(m.Occurrences) == 6 && m.Start.Equal(time.Date(2031, 7, 1, 16, 0, 0, 0, time.UTC))
	}
	if settings, err := other.PortalSettings("ana"); !found || err != nil || settings.WaitingRoom {
		t.Errorf("restored %v, %+v, %v", list, settings, err)
	}
	if err := other.Restore(json.RawMessage(`{}`)); err != nil {
		t.Fatal(err)
	}
	if settings, err := other.PortalSettings("ana"); err != nil || !settings.WaitingRoom {
		t.Errorf("an older state: %+v, %v", settings, err)
	}
}

package zoomsim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"causeway/internal/sandbox/world"
	"causeway/internal/sandbox/zoomsim"
)

func TestCreateAnswersWhatZoomAnswers(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	h := z.link("ana")
	a := h.create(map[string]any{"topic": "Größe <b>", "agenda": "x", "duration": 45, "settings": map[string]any{"mute_upon_entry": true, "meeting_invitees": []any{map[string]any{"email": "ben.okafor@meridian.example"}}}})
	id := number(a)
	if !regexp.MustCompile(`^[89][0-9]{10}$`).MatchString(id) || a.text("topic") != "Größe <b>" || a.json["type"] != 2.0 || a.json["duration"] != 45.0 ||
		a.text("status") != "waiting" || a.text("timezone") != "UTC" || a.text("host_email") != "ana.duarte@meridian.example" || a.text("creation_source") != "open_api" {
		t.Errorf("created %s", a.raw)
	}
	if !regexp.MustCompile(`^`+z.url+`/j/`+id+`\?pwd=[A-Za-z0-9_-]{30}\.1$`).MatchString(a.text("join_url")) || a.text("encrypted_password") == "" {
		t.Errorf("join_url %s", a.text("join_url"))
	}
	if !strings.HasPrefix(a.text("start_url"), z.url+"/s/"+id+"?zak=ey") {
		t.Errorf("start_url %s", a.text("start_url"))
	}
	settings := section(a, "settings")
	if settings["waiting_room"] != true || settings["mute_upon_entry"] != true || settings["join_before_host"] != false || len(settings["meeting_invitees"].([]any)) != 1 {
		t.Errorf("settings %v", settings)
	}
	got := h.call(http.MethodGet, "/meetings/"+id, "")
	if got.status != http.StatusOK || got.text("uuid") != a.text("uuid") || got.text("join_url") != a.text("join_url") || got.text("password") != a.text("password") {
		t.Errorf("got %s", got.raw)
	}
	rows := z.world.Ledger.List(world.Filter{Effect: "meeting.created"})
	if len(rows) != 1 || rows[0].Subject != id || rows[0].By != "ana" || rows[0].Detail["topic"] != "Größe <b>" {
		t.Errorf("ledger %+v", rows)
	}
	if other := z.link("ben").call(http.MethodGet, "/meetings/"+id, ""); other.status != http.StatusNotFound || other.code() != 3001 {
		t.Errorf("somebody else's meeting: %d %s", other.status, other.raw)
	}
}

func TestStartTimes(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	h := z.link("ana")
	for name, c := range map[string]struct{ start, zone, want string }{
		"gmt":           {"2031-07-01T09:00:00Z", "America/New_York", "2031-07-01T09:00:00Z"},
		"local":         {"2031-07-01T09:00:00", "America/New_York", "2031-07-01T13:00:00Z"},
		"local, winter": {"2031-01-15T09:00:00", "Europe/Paris", "2031-01-15T08:00:00Z"},
		"utc":           {"2031-07-01T09:00:00", "UTC", "2031-07-01T09:00:00Z"},
		"past":          {"2020-01-01T09:00:00Z", "UTC", "now"},
	} {
		a := h.create(map[string]any{"start_time": c.start, "timezone": c.zone})
		got, err := time.Parse(time.RFC3339, a.text("start_time"))
		if err != nil || (c.want != "now" && a.text("start_time") != c.want) || (c.want == "now" && z.world.Clock.Now().Sub(got).Abs() > time.Minute) {
			t.Errorf("%s: %s", name, a.text("start_time"))
		}
	}
	// Without a zone it is the host's own.
	if a := h.call(http.MethodPost, "/users/me/meetings", `{"start_time":"2031-07-01T09:00:00"}`); a.text("start_time") != "2031-07-01T08:00:00Z" || a.text("timezone") != "Europe/London" {
		t.Errorf("without a zone: %s", a.raw)
	}
	if a := h.call(http.MethodPost, "/users/me/meetings", `{}`); a.status != http.StatusCreated || a.text("topic") == "" || a.json["duration"] != 60.0 || a.json["type"] != 2.0 {
		t.Errorf("an empty body: %d %s", a.status, a.raw)
	}
}

func TestDocumentedLimits(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{Unlimited: true})
	h := z.link("ben") // passcodes of 8, with a letter and a number
	id := number(h.create(nil))
	for field, c := range map[string]struct{ good, bad []string }{
		"topic":          {[]string{strings.Repeat("é", 200)}, []string{strings.Repeat("é", 201)}},
		"agenda":         {[]string{strings.Repeat("é", 2000)}, []string{strings.Repeat("x", 2001)}},
		"duration":       {[]string{"#1", "#1440"}, []string{"#0", "#1441", "30", "#1.5"}},
		"type":           {[]string{"#1", "#2", "#3", "#8", "#10"}, []string{"#0", "#4", "#5", "#9", "2"}},
		"timezone":       {[]string{"Asia/Tokyo", "UTC"}, []string{"Mars/Base", "Local", "Romance Standard Time"}},
		"start_time":     {[]string{"2031-07-01T09:00:00Z"}, []string{"tomorrow", "2031-07-01", "2031-07-01T09:00:00+02:00", "2031-13-01T09:00:00Z"}},
		"password":       {[]string{"abcdefg1", "A1b2c3d4e5"}, []string{"short1", "lettersonly", "12345678", "abcdefghij1", "päss word1"}},
		"settings.audio": {[]string{"voip"}, []string{"loud", "#1"}},
		"settings.jbh_time": {
			[]string{"#10"}, []string{"#7"},
		},
		"settings.waiting_room":     {[]string{"#true"}, []string{"yes"}},
		"settings.contact_name":     {[]string{"Ben"}, []string{"#5"}},
		"recurrence":                {[]string{`#{"type":1,"repeat_interval":99}`, `#{"type":2,"weekly_days":"1,3"}`}, []string{`#{"type":4}`, `#{"type":1,"repeat_interval":100}`, `#{"type":2,"repeat_interval":51}`, `#{"type":3,"repeat_interval":11}`, `#{"type":1,"end_times":61}`, `#{"type":2,"weekly_days":"8"}`, `#{"type":1,"end_times":2,"end_date_time":"2031-01-01T00:00:00Z"}`, `#{"type":3,"monthly_day":32}`, `#{"type":2}`, `#{"type":3,"monthly_week":2}`, `#{"type":3,"monthly_week_day":2}`, `#{"type":1,"end_date_time":"soon"}`}},
		"settings.meeting_invitees": {[]string{`#[{"email":"a@b.example"}]`}, []string{`#[{"email":"nobody"}]`, `#["a@b.example"]`, "x"}},
	} {
		for i, value := range append(c.good, c.bad...) {
			text, _ := json.Marshal(value)
			if raw, ok := strings.CutPrefix(value, "#"); ok {
				text = []byte(raw)
			}
			body := fmt.Sprintf(`{%q:%s}`, field, text)
			if name, ok := strings.CutPrefix(field, "settings."); ok {
				body = fmt.Sprintf(`{"settings":{%q:%s}}`, name, text)
			}
			for path, want := range map[string]int{"/users/me/meetings": http.StatusCreated, "/meetings/" + id: http.StatusNoContent} {
				method := map[int]string{http.StatusCreated: http.MethodPost, http.StatusNoContent: http.MethodPatch}[want]
				a := h.call(method, path, body)
				if i < len(c.good) {
					if a.status != want {
						t.Errorf("%s %.80s: %d %s", method, body, a.status, a.raw)
					}
					continue
				}
				fields, _ := a.json["errors"].([]any)
				if a.status != http.StatusBadRequest || a.code() != 300 || a.text("message") != "Validation Failed." || len(fields) != 1 || !strings.HasPrefix(fields[0].(map[string]any)["field"].(string), field) {
					t.Errorf("%s %.80s: %d %s", method, body, a.status, a.raw)
				}
			}
			z.advance(24 * time.Hour) // the 100 a day are another test
			h = z.link("ben")
			if a := h.call(http.MethodGet, "/meetings/"+id, ""); a.status != http.StatusOK {
				id = number(h.create(nil))
			}
		}
	}
	for _, body := range []string{"", "[]", "{", `"x"`, `{"settings":[]}`} {
		if a := h.call(http.MethodPost, "/users/me/meetings", body); a.status != http.StatusBadRequest || a.code() != 300 {
			t.Errorf("%q: %d %s", body, a.status, a.raw)
		}
	}
	if a := h.call(http.MethodPost, "/users/me/meetings", `{"topic":"`+strings.Repeat("x", 2<<20)+`"}`); a.status != http.StatusRequestEntityTooLarge {
		t.Errorf("2 MiB: %d", a.status)
	}
}

func TestPasscodesFollowTheSettings(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	for person, shape := range map[string]string{
		"ana": `^[0-9]{6}$`, "ben": `^[A-Za-z0-9]{8}$`, "chloe": `^$`, "eli": `^[0-9]{6}$`, "jo": `^[A-Za-z0-9*]{10}$`,
	} {
		h := z.link(person)
		a := h.create(nil)
		if !regexp.MustCompile(shape).MatchString(a.text("password")) {
			t.Errorf("%s: %q", person, a.text("password"))
		}
		embeds := strings.Contains(a.text("join_url"), "?pwd=")
		if want := person != "ben" && person != "chloe"; embeds != want {
			t.Errorf("%s: join_url %s", person, a.text("join_url"))
		}
		if a.text("password") != "" && !regexp.MustCompile(`^[0-9]{6,10}$`).MatchString(a.text("pstn_password")) {
			t.Errorf("%s: by telephone %q", person, a.text("pstn_password"))
		}
	}
	h := z.link("ana")
	if a := h.create(map[string]any{"password": "abc123"}); a.text("password") != "abc123" {
		t.Errorf("a given passcode: %s", a.text("password"))
	}
	if a := h.create(map[string]any{"default_password": false}); a.json["password"] != nil || strings.Contains(a.text("join_url"), "pwd") {
		t.Errorf("no passcode wanted: %s", a.raw)
	}
	if a := h.create(map[string]any{"settings": map[string]any{"waiting_room": false, "join_before_host": true}}); section(a, "settings")["join_before_host"] != true {
		t.Errorf("joining before the host: %s", a.raw)
	}
	if a := h.create(map[string]any{"settings": map[string]any{"waiting_room": true, "join_before_host": true}}); section(a, "settings")["join_before_host"] != false {
		t.Errorf("a waiting room and joining before the host: %s", a.raw)
	}
}

func TestAHundredADay(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{RateHeaders: true, Unlimited: true})
	midnight := z.world.Clock.Now().Truncate(24 * time.Hour).Add(24 * time.Hour)
	if err := z.world.Clock.Set(midnight.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	h := z.link("ana")
	id := number(h.create(nil))
	for range 98 {
		h.create(nil)
	}
	if a := h.call(http.MethodPost, "/users/me/meetings", `{"duration":0}`); a.status != http.StatusBadRequest {
		t.Errorf("an invalid one counts: %d", a.status)
	}
	if a := h.call(http.MethodPatch, "/meetings/"+id, `{"topic":"The hundredth"}`); a.status != http.StatusNoContent {
		t.Errorf("the hundredth: %d %s", a.status, a.raw)
	}
	for method, path := range map[string]string{http.MethodPost: "/users/me/meetings", http.MethodPatch: "/meetings/" + id} {
		a := h.call(method, path, `{}`)
		if a.status != http.StatusTooManyRequests || a.code() != 429 || !strings.Contains(a.text("message"), "daily rate limit (100)") ||
			a.header.Get("X-RateLimit-Type") != "Daily-limit" || a.header.Get("Retry-After") != midnight.Add(24*time.Hour).Format(time.RFC3339) {
			t.Errorf("%s: %d %s %v", method, a.status, a.raw, a.header)
		}
	}
	if a := h.call(http.MethodDelete, "/meetings/"+id, ""); a.status != http.StatusNoContent {
		t.Errorf("deleting counts: %d", a.status)
	}
	z.link("ben").create(nil)
	z.advance(24 * time.Hour)
	z.link("ana").create(nil)
}

func TestInstantAndScreenShareMeetings(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	h := z.link("ana")
	now, share := h.create(map[string]any{"type": 1}), h.create(map[string]any{"type": 10})
	if now.json["start_time"] != nil || now.text("start_url") == "" || now.text("status") != "waiting" || share.json["type"] != 10.0 {
		t.Errorf("instant %s", now.raw)
	}
	for _, kind := range []string{"", "live", "upcoming", "scheduled"} {
		if list := h.call(http.MethodGet, "/users/me/meetings?type="+kind, ""); strings.Contains(list.raw, number(now)) || strings.Contains(list.raw, number(share)) {
			t.Errorf("the list %q shows an instant meeting: %s", kind, list.raw)
		}
	}
	if err := z.Join(number(now), "ana"); err != nil {
		t.Fatal(err)
	}
	if a := h.call(http.MethodDelete, "/meetings/"+number(now), ""); a.status != http.StatusBadRequest || a.code() != 3002 {
		t.Errorf("deleting a running meeting: %d %s", a.status, a.raw)
	}
	if err := z.End(number(now)); err != nil {
		t.Fatal(err)
	}
	if a := h.call(http.MethodGet, "/meetings/"+number(now), ""); a.status != http.StatusNotFound || a.code() != 3001 {
		t.Errorf("an instant meeting that is over: %d %s", a.status, a.raw)
	}
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	h := z.link("ana")
	id := number(h.create(map[string]any{"start_time": "2031-07-01T09:00:00Z"}))
	update := func(body string) answer {
		t.Helper()
		if a := h.call(http.MethodPatch, "/meetings/"+id, body); a.status != http.StatusNoContent || a.raw != "" {
			t.Fatalf("%s: %d %s", body, a.status, a.raw)
		}
		return h.call(http.MethodGet, "/meetings/"+id, "")
	}
	if a := update(`{"topic":"New","duration":90}`); a.text("topic") != "New" || a.json["duration"] != 90.0 || a.text("start_time") != "2031-07-01T09:00:00Z" {
		t.Errorf("%s", a.raw)
	}
	if a := update(`{"start_time":"2031-07-02T09:00:00","timezone":"Asia/Tokyo"}`); a.text("start_time") != "2031-07-02T00:00:00Z" || a.text("timezone") != "Asia/Tokyo" {
		t.Errorf("%s", a.raw)
	}
	if a := update(`{"start_time":"2001-07-02T09:00:00Z"}`); a.text("start_time") != "2031-07-02T00:00:00Z" {
		t.Errorf("a start that is past was taken: %s", a.raw)
	}
	if a := update(`{"password":"zz9999","settings":{"waiting_room":false}}`); a.text("password") != "zz9999" || section(a, "settings")["waiting_room"] != false {
		t.Errorf("%s", a.raw)
	}
	if a := h.call(http.MethodPatch, "/meetings/123456789", `{}`); a.status != http.StatusNotFound || a.code() != 3001 || a.text("message") != "Meeting does not exist: 123456789." {
		t.Errorf("an unknown meeting: %d %s", a.status, a.raw)
	}
	if rows := z.world.Ledger.List(world.Filter{Effect: "meeting.updated"}); len(rows) != 4 || rows[0].Subject != id {
		t.Errorf("ledger %+v", rows)
	}
}

func TestDelete(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	h := z.link("ana")
	id := number(h.create(nil))
	if a := h.call(http.MethodDelete, "/meetings/"+id+"?schedule_for_reminder=false&cancel_meeting_reminder=false", ""); a.status != http.StatusNoContent {
		t.Errorf("%d %s", a.status, a.raw)
	}
	for _, method := range []string{http.MethodDelete, http.MethodGet} {
		if a := h.call(method, "/meetings/"+id, ""); a.status != http.StatusNotFound || a.code() != 3001 {
			t.Errorf("%s after the deletion: %d %s", method, a.status, a.raw)
		}
	}
	room := fmt.Sprint(z.world.Seed.Person("ana").PMI)
	if a := h.call(http.MethodGet, "/meetings/"+room, ""); a.status != http.StatusOK || a.json["type"] != 4.0 {
		t.Errorf("the personal room: %d %s", a.status, a.raw)
	}
	if a := h.call(http.MethodDelete, "/meetings/"+room, ""); a.status != http.StatusBadRequest || a.code() != 3018 {
		t.Errorf("deleting the personal room: %d %s", a.status, a.raw)
	}
	if z.count("meeting.deleted") != 1 {
		t.Error("the ledger lacks the deletion")
	}
}

func TestPersonalRoom(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	ana, hana := z.link("ana"), z.link("hana")
	pmi := fmt.Sprint(z.world.Seed.Person("ana").PMI)
	a := ana.create(map[string]any{"settings": map[string]any{"use_pmi": true}, "password": "other1"})
	if a.text("pmi") != pmi || number(a) == pmi || !strings.Contains(a.text("join_url"), "/j/"+pmi+"?") || a.text("password") != z.world.Seed.Person("ana").ZoomSettings.PMIPasscode {
		t.Errorf("in the personal room: %s", a.raw)
	}
	if a := ana.create(map[string]any{"type": 1, "settings": map[string]any{"use_pmi": true}}); a.json["pmi"] != nil {
		t.Errorf("an instant meeting in the personal room: %s", a.raw)
	}
	// Hana's setting is to hold scheduled meetings there.
	if a := hana.create(nil); a.json["pmi"] == nil || section(a, "settings")["use_pmi"] != true {
		t.Errorf("hana's meeting: %s", a.raw)
	}
	if a := hana.create(map[string]any{"settings": map[string]any{"use_pmi": false}}); a.json["pmi"] != nil {
		t.Errorf("hana's other meeting: %s", a.raw)
	}
	if a := ana.call(http.MethodDelete, "/meetings/"+number(a), ""); a.status != http.StatusNoContent {
		t.Errorf("a meeting held in the personal room cannot be deleted: %s", a.raw)
	}
}

func TestSeries(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	h := z.link("ana")
	for name, c := range map[string]struct {
		recurrence map[string]any
		want       string // days of the occurrences, from Tuesday 1 July 2031
	}{
		"daily":    {map[string]any{"type": 1, "repeat_interval": 2, "end_times": 3}, "07-01 07-03 07-05"},
		"weekly":   {map[string]any{"type": 2, "repeat_interval": 1, "weekly_days": "3,5", "end_times": 3}, "07-01 07-03 07-08"},
		"biweekly": {map[string]any{"type": 2, "repeat_interval": 2, "weekly_days": "3", "end_times": 2}, "07-01 07-15"},
		"monthly":  {map[string]any{"type": 3, "repeat_interval": 1, "monthly_day": 15, "end_times": 2}, "07-15 08-15"},
		"same day": {map[string]any{"type": 3, "repeat_interval": 2, "end_times": 2}, "07-01 09-01"},
		"second Monday": {
			map[string]any{"type": 3, "repeat_interval": 1, "monthly_week": 2, "monthly_week_day": 2, "end_times": 2}, "07-14 08-11",
		},
		"last Friday": {map[string]any{"type": 3, "repeat_interval": 1, "monthly_week": -1, "monthly_week_day": 6, "end_times": 2}, "07-25 08-29"},
		"until":       {map[string]any{"type": 1, "repeat_interval": 1, "end_date_time": "2031-07-03T00:00:00Z"}, "07-01 07-02"},
	} {
		a := h.create(map[string]any{"type": 8, "start_time": "2031-07-01T18:00:00", "timezone": "Europe/Paris", "recurrence": c.recurrence})
		var days []string
		for _, o := range a.json["occurrences"].([]any) {
			days = append(days, o.(map[string]any)["start_time"].(string)[5:10])
		}
		if got := strings.Join(days, " "); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	a := h.create(map[string]any{"type": 8, "start_time": "2031-07-01T18:00:00Z", "recurrence": map[string]any{"type": 1, "end_times": 3}})
	id := number(a)
	second := a.json["occurrences"].([]any)[1].(map[string]any)["occurrence_id"].(string)
	if b := h.call(http.MethodPatch, "/meetings/"+id+"?occurrence_id="+second, `{"start_time":"2031-07-02T20:00:00Z","duration":15}`); b.status != http.StatusNoContent {
		t.Fatal(b.raw)
	}
	if b := h.call(http.MethodGet, "/meetings/"+id+"?occurrence_id="+second, ""); b.text("start_time") != "2031-07-02T20:00:00Z" || b.json["duration"] != 15.0 {
		t.Errorf("one occurrence: %s", b.raw)
	}
	if b := h.call(http.MethodDelete, "/meetings/"+id+"?occurrence_id="+second, ""); b.status != http.StatusNoContent {
		t.Fatal(b.raw)
	}
	for method, want := range map[string]int{http.MethodGet: 3001, http.MethodDelete: 300, http.MethodPatch: 300} {
		if b := h.call(method, "/meetings/"+id+"?occurrence_id="+second, "{}"); b.code() != want {
			t.Errorf("%s of a deleted occurrence: %s", method, b.raw)
		}
	}
	if b := h.call(http.MethodGet, "/meetings/"+id, ""); !strings.Contains(b.raw, `"status":"deleted"`) {
		t.Errorf("the series: %s", b.raw)
	}
	if b := h.call(http.MethodPost, "/users/me/meetings", `{"type":8,"start_time":"2031-07-01T18:00:00Z","recurrence":{"type":1,"end_date_time":"2031-06-01T00:00:00Z"}}`); b.code() != 300 {
		t.Errorf("a series that ends before it begins: %s", b.raw)
	}
	if b := h.create(map[string]any{"type": 8, "recurrence": map[string]any{"type": 1, "end_date_time": "2099-01-01T00:00:00Z"}}); len(occurrences(b)) != 60 {
		t.Errorf("a series has %d occurrences, want Zoom's 60", len(occurrences(b)))
	}
	if b := h.create(map[string]any{"type": 3}); b.json["start_time"] != nil {
		t.Errorf("a series without a time has one: %s", b.raw)
	}
}

func TestMeetingsExpire(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	h := z.link("ana")
	id, series := number(h.create(nil)), number(h.create(map[string]any{"type": 3}))
	for _, c := range []struct {
		wait     time.Duration
		id       string
		expected int
	}{{30 * 24 * time.Hour, id, http.StatusOK}, {2 * 24 * time.Hour, id, http.StatusNotFound}, {0, series, http.StatusOK}, {340 * 24 * time.Hour, series, http.StatusNotFound}} {
		z.advance(c.wait)
		if a := z.link("ana").call(http.MethodGet, "/meetings/"+c.id, ""); a.status != c.expected {
			t.Errorf("after %v more: %d %s", c.wait, a.status, a.raw)
		}
	}
}

func TestMeetingsByUUID(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{Unlimited: true})
	h := z.link("ana")
	plain, awkward := "", ""
	for day := 0; plain == "" || awkward == ""; day++ {
		if day%90 == 89 {
			z.advance(24 * time.Hour)
			h = z.link("ana")
		}
		uuid := h.create(nil).text("uuid")
		if strings.HasPrefix(uuid, "/") || strings.Contains(uuid, "//") {
			awkward = uuid
		} else {
			plain = uuid
		}
	}
	get := func(escaped string) int { return h.call(http.MethodGet, "/meetings/"+escaped, "").status }
	if once, twice := get(url.PathEscape(plain)), get(url.PathEscape(url.PathEscape(plain))); once != http.StatusOK || twice != http.StatusOK {
		t.Errorf("%s: %d encoded once, %d twice", plain, once, twice)
	}
	if once, twice := get(url.PathEscape(awkward)), get(url.PathEscape(url.PathEscape(awkward))); once == http.StatusOK || twice != http.StatusOK {
		t.Errorf("%s: %d encoded once, %d twice", awkward, once, twice)
	}
	if get("%2525zz") != http.StatusNotFound || get("nonsense") != http.StatusNotFound {
		t.Error("nonsense was found")
	}
}

func TestIDsAsStrings(t *testing.T) {
	t.Parallel()
	h := newZoom(t, zoomsim.Knobs{StringIDs: true}).link("ana")
	a := h.create(nil)
	if !regexp.MustCompile(`^[0-9]{11}$`).MatchString(a.text("id")) {
		t.Errorf("id %v", a.json["id"])
	}
	if list := h.call(http.MethodGet, "/users/me/meetings", ""); !strings.Contains(list.raw, `"id":"`+a.text("id")+`"`) {
		t.Errorf("list %s", list.raw)
	}
}

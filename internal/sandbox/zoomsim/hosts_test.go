package zoomsim_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"causeway/internal/sandbox/world"
	"causeway/internal/sandbox/zoomsim"
)

// occurrences are those of a meeting's answer.
func occurrences(a answer) []map[string]any {
	var list []map[string]any
	raw, _ := a.json["occurrences"].([]any)
	for _, o := range raw {
		list = append(list, o.(map[string]any))
	}
	return list
}

func TestScheduleForOthers(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	ana, ben := z.link("ana"), z.link("ben")
	if a := ana.call(http.MethodGet, "/users/me/schedulers", ""); !strings.Contains(a.raw, `"ben.okafor@meridian.example"`) || strings.Contains(a.raw, "ana.duarte") {
		t.Errorf("for whom ana schedules: %s", a.raw)
	}
	if a := ben.call(http.MethodGet, "/users/me/assistants", ""); !strings.Contains(a.raw, `"ana.duarte@meridian.example"`) {
		t.Errorf("who schedules for ben: %s", a.raw)
	}
	for body, want := range map[string]int{
		`{"type":1,"schedule_for":"ben.okafor@meridian.example"}`:            3000,
		`{"type":2,"schedule_for":"chloe.martin@meridian.example"}`:          3000,
		`{"type":2,"schedule_for":"dev.patel@meridian.example"}`:             300, // without Zoom
		`{"type":2,"schedule_for":"ana.duarte@harbour.example"}`:             300, // of another account
		`{"type":2,"schedule_for":"ben"}`:                                    300,
		`{"schedule_for":"ben.okafor@meridian.example","password":"482913"}`: 300, // ben's passcodes have 8 characters
	} {
		if a := ana.call(http.MethodPost, "/users/me/meetings", body); a.status != http.StatusBadRequest || a.code() != want {
			t.Errorf("%s: %d %s", body, a.status, a.raw)
		}
	}
	ana.create(map[string]any{"schedule_for": "ana.duarte@meridian.example"})
	made := ana.create(map[string]any{"schedule_for": "ben.okafor@meridian.example"})
	id := number(made)
	if made.text("host_email") != "ben.okafor@meridian.example" || made.text("assistant_id") != z.world.Seed.Person("ana").ZoomID {
		t.Errorf("made for ben: %s", made.raw)
	}
	if row := z.world.Ledger.List(world.Filter{Effect: "meeting.created", Subject: id})[0]; row.By != "ana" || row.Detail["host"] != "ben" {
		t.Errorf("ledger %+v", row)
	}
	for _, h := range []*host{ana, ben} {
		if a := h.call(http.MethodPatch, "/meetings/"+id, `{"topic":"Other"}`); a.status != http.StatusNoContent {
			t.Errorf("%s", a.raw)
		}
	}
	if a := ben.call(http.MethodGet, "/users/me/meetings", ""); !strings.Contains(a.raw, id) {
		t.Errorf("ben's list: %s", a.raw)
	}
	if a := ana.call(http.MethodGet, "/users/me/meetings", ""); strings.Contains(a.raw, id) {
		t.Errorf("ana's list shows what ben hosts: %s", a.raw)
	}
	if a := z.link("chloe").call(http.MethodGet, "/meetings/"+id, ""); a.code() != 3001 {
		t.Errorf("chloe reads it: %s", a.raw)
	}
	// The host changes, and with him who may.
	mine := number(ana.create(nil))
	if a := ben.call(http.MethodGet, "/meetings/"+mine, ""); a.code() != 3001 {
		t.Errorf("ben reads ana's: %s", a.raw)
	}
	if a := ana.call(http.MethodPatch, "/meetings/"+mine, `{"schedule_for":"ben.okafor@meridian.example"}`); a.status != http.StatusNoContent {
		t.Fatal(a.raw)
	}
	if a := ben.call(http.MethodGet, "/meetings/"+mine, ""); a.text("host_email") != "ben.okafor@meridian.example" {
		t.Errorf("after the change of the host: %s", a.raw)
	}
}

func TestWhatAHostMayHave(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{Unlimited: true})
	for _, c := range []struct {
		person, settings string
		want             int
	}{
		{"ana", `{"alternative_hosts":"ben.okafor@meridian.example;chloe.martin@meridian.example"}`, http.StatusCreated},
		{"ana", `{"alternative_hosts":""}`, http.StatusCreated},
		{"ana", `{"alternative_hosts":"eli.novak@meridian.example"}`, http.StatusBadRequest}, // Basic
		{"ana", `{"alternative_hosts":"dev.patel@meridian.example"}`, http.StatusBadRequest}, // without Zoom
		{"ana", `{"alternative_hosts":"ana.duarte@harbour.example"}`, http.StatusBadRequest}, // of another account
		{"ana", `{"alternative_hosts":"ana.duarte@meridian.example"}`, http.StatusBadRequest},
		{"ana", `{"alternative_hosts":"ben.okafor@meridian.example, chloe.martin@meridian.example"}`, http.StatusBadRequest},
		{"ana", `{"auto_recording":"cloud"}`, http.StatusCreated},
		{"eli", `{"auto_recording":"cloud"}`, http.StatusBadRequest},
		{"eli", `{"auto_recording":"local"}`, http.StatusCreated},
		{"ana", `{"use_pmi":true}`, http.StatusCreated},
		{"gus", `{"use_pmi":true}`, http.StatusBadRequest},
	} {
		a := z.link(c.person).call(http.MethodPost, "/users/me/meetings", `{"settings":`+c.settings+`}`)
		if a.status != c.want || (c.want == http.StatusBadRequest && !strings.Contains(a.raw, `"field":"settings.`)) {
			t.Errorf("%s, %s: %d %s", c.person, c.settings, a.status, a.raw)
		}
	}
	settings := z.link("gus").call(http.MethodGet, "/users/me/settings", "")
	if section(settings, "schedule_meeting")["personal_meeting"] != false {
		t.Errorf("gus may use his personal number: %s", settings.raw)
	}
}

func TestPersonalMeetingsStayWhereTheKnobSaysSo(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{PersonalStays: true})
	h := z.link("ana")
	id := number(h.create(map[string]any{"settings": map[string]any{"use_pmi": true}}))
	if a := h.call(http.MethodDelete, "/meetings/"+id, ""); a.status != http.StatusBadRequest || a.code() != 3018 {
		t.Errorf("%d %s", a.status, a.raw)
	}
}

func TestUpcomingIsTheNextDay(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	ana, chloe := z.link("ana"), z.link("chloe")
	invited := map[string]any{"meeting_invitees": []any{map[string]any{"email": "Chloe.Martin@meridian.example"}}}
	near := number(ana.create(map[string]any{"topic": "Near", "start_time": ana.at(23 * time.Hour), "settings": invited}))
	far := number(ana.create(map[string]any{"topic": "Far", "start_time": ana.at(25 * time.Hour), "settings": invited}))
	other := number(ana.create(map[string]any{"topic": "Not hers", "start_time": ana.at(time.Hour)}))
	series := ana.create(map[string]any{"type": 8, "start_time": ana.at(2 * time.Hour), "settings": invited, "recurrence": map[string]any{"type": 1, "end_times": 3}})
	h := func(h *host) string { return h.call(http.MethodGet, "/users/me/upcoming_meetings", "").raw }
	if list := h(ana); !strings.Contains(list, near) || strings.Contains(list, far) || !strings.Contains(list, other) || !strings.Contains(list, `"is_host":true`) {
		t.Errorf("ana's next day: %s", list)
	}
	list := h(chloe)
	if !strings.Contains(list, near) || strings.Contains(list, far) || strings.Contains(list, other) || !strings.Contains(list, `"is_host":false`) || !strings.Contains(list, `"passcode"`) {
		t.Errorf("chloe's next day: %s", list)
	}
	if strings.Count(list, number(series)+",") != 1 {
		t.Errorf("the series has one occurrence in it: %s", list)
	}
	first := occurrences(series)[0]["occurrence_id"].(string)
	ana.call(http.MethodDelete, "/meetings/"+number(series)+"?occurrence_id="+first, "")
	if list := h(chloe); strings.Contains(list, number(series)) {
		t.Errorf("a deleted occurrence is upcoming: %s", list)
	}
	z.advance(23*time.Hour + 31*time.Minute)
	if list := h(z.link("ana")); strings.Contains(list, near) || !strings.Contains(list, far) {
		t.Errorf("a day later: %s", list)
	}
}

func TestInvitationText(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	h := z.link("ana")
	a := h.create(map[string]any{"topic": "Launch", "start_time": "2031-07-01T09:00:00Z", "timezone": "Europe/Paris"})
	text := h.call(http.MethodGet, "/meetings/"+number(a)+"/invitation", "").text("invitation")
	for _, part := range []string{
		"Ana Duarte is inviting you", "Topic: Launch\r\n", "Time: Jul 1, 2031 11:00 AM Europe/Paris", a.text("join_url"), "Passcode: " + a.text("password"),
		fmt.Sprintf("Meeting ID: %s %s %s\r\n", number(a)[:3], number(a)[3:7], number(a)[7:]),
	} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not in %q", part, text)
		}
	}
	if b := z.link("ben").call(http.MethodGet, "/meetings/"+number(a)+"/invitation", ""); b.code() != 3001 {
		t.Errorf("ben reads it: %s", b.raw)
	}
}

func TestOneOccurrenceChanges(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	h := z.link("ana")
	a := h.create(map[string]any{"type": 8, "agenda": "All", "start_time": "2031-07-01T18:00:00Z", "recurrence": map[string]any{"type": 1, "end_times": 3}})
	id, second := number(a), occurrences(a)[1]["occurrence_id"].(string)
	// It moves past the third; its settings and agenda are its own; the topic is the series'.
	body := `{"topic":"Ignored","start_time":"2031-07-05T08:00:00Z","duration":15,"agenda":"One","settings":{"host_video":false,"audio":"voip"}}`
	if b := h.call(http.MethodPatch, "/meetings/"+id+"?occurrence_id="+second, body); b.status != http.StatusNoContent {
		t.Fatal(b.raw)
	}
	one := h.call(http.MethodGet, "/meetings/"+id+"?occurrence_id="+second, "")
	if one.text("start_time") != "2031-07-05T08:00:00Z" || one.text("agenda") != "One" || one.text("topic") != "Plan" || section(one, "settings")["host_video"] != false || section(one, "settings")["audio"] != "both" {
		t.Errorf("one occurrence: %s", one.raw)
	}
	all := h.call(http.MethodGet, "/meetings/"+id, "")
	if all.text("agenda") != "All" || section(all, "settings")["host_video"] != true {
		t.Errorf("the series: %s", all.raw)
	}
	row := z.world.Ledger.List(world.Filter{Effect: "occurrence.updated", Subject: id})
	if len(row) != 1 || row[0].Detail["occurrence"] != second || row[0].Detail["occurrenceStart"] != "2031-07-05T08:00:00Z" || row[0].Detail["occurrenceDuration"] != 15 {
		t.Errorf("ledger %+v", row)
	}
	// A change of words leaves the occurrences alone, one of times makes them anew.
	h.call(http.MethodPatch, "/meetings/"+id, `{"topic":"Renamed"}`)
	if b := h.call(http.MethodGet, "/meetings/"+id, ""); occurrences(b)[1]["start_time"] != "2031-07-05T08:00:00Z" {
		t.Errorf("renamed: %s", b.raw)
	}
	h.call(http.MethodPatch, "/meetings/"+id, `{"start_time":"2031-07-01T19:00:00Z","recurrence":{"type":1,"end_times":2}}`)
	if b := h.call(http.MethodGet, "/meetings/"+id, ""); len(occurrences(b)) != 2 || occurrences(b)[1]["start_time"] != "2031-07-02T19:00:00Z" {
		t.Errorf("moved: %s", b.raw)
	}
	// A series becomes a single meeting.
	h.call(http.MethodPatch, "/meetings/"+id, `{"type":2}`)
	if b := h.call(http.MethodGet, "/meetings/"+id, ""); b.json["occurrences"] != nil || b.json["recurrence"] != nil {
		t.Errorf("single: %s", b.raw)
	}
}

func TestLimitOfTheAccountsDay(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{CallsADay: 3, RateHeaders: true, Unlimited: true})
	h := z.link("ana")
	for range 3 {
		if a := h.call(http.MethodGet, "/users/me", ""); a.status != http.StatusOK {
			t.Fatal(a.raw)
		}
	}
	a := h.call(http.MethodGet, "/users/me", "")
	if a.status != http.StatusTooManyRequests || a.header.Get("X-RateLimit-Type") != "Daily-limit" || !strings.Contains(a.text("message"), "maximum daily rate limit for this API") {
		t.Errorf("%d %s %v", a.status, a.raw, a.header)
	}
	if a := h.call(http.MethodGet, "/users/me/settings", ""); a.status != http.StatusOK {
		t.Errorf("another label: %s", a.raw)
	}
	z.advance(24 * time.Hour)
	if a := z.link("ana").call(http.MethodGet, "/users/me", ""); a.status != http.StatusOK {
		t.Errorf("the day after: %s", a.raw)
	}
}

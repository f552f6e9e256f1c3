package zoomsim_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"causeway/internal/sandbox/world"
	"causeway/internal/sandbox/zoomsim"
)

func TestMeIsWhoConsented(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	ana, eli, other := z.link("ana"), z.link("eli"), z.link("ana-harbour")
	a := ana.call(http.MethodGet, "/users/me", "")
	if a.text("email") != "ana.duarte@meridian.example" || a.json["type"] != 2.0 || a.text("timezone") != "Europe/London" || a.text("display_name") != "Ana Duarte" {
		t.Errorf("ana is %s", a.raw)
	}
	if e := eli.call(http.MethodGet, "/users/me", ""); e.json["type"] != 1.0 || e.text("account_id") != a.text("account_id") {
		t.Errorf("eli is %s", e.raw)
	}
	if o := other.call(http.MethodGet, "/users/me", ""); o.text("id") == a.text("id") || o.text("account_id") == a.text("account_id") {
		t.Errorf("ana of the other company is %s", o.raw)
	}
	for _, id := range []string{a.text("id"), a.text("email"), z.world.Seed.Person("ben").ZoomID} {
		for _, path := range []string{"", "/settings", "/meetings"} {
			if a := ana.call(http.MethodGet, "/users/"+id+path, ""); a.status != http.StatusNotFound || a.code() != 1001 || !strings.Contains(a.text("message"), id) {
				t.Errorf("%s%s: %d %s", id, path, a.status, a.raw)
			}
		}
	}
	if a := ana.call(http.MethodGet, "/users/me/unknown", ""); a.code() != 2300 {
		t.Errorf("an unknown route: %s", a.raw)
	}
	rows := z.world.Ledger.List(world.Filter{Effect: "api.called", By: "ana", Subject: "GET /users/{userId}"})
	if len(rows) != 4 || rows[0].Detail["status"] != http.StatusOK || rows[1].Detail["code"] != 1001 || rows[0].Detail["path"] != "/v2/users/me" {
		t.Errorf("ledger %+v", rows)
	}
}

func section(a answer, name string) map[string]any {
	m, _ := a.json[name].(map[string]any)
	return m
}

func TestSettingsDifferFromPersonToPerson(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	ana := z.link("ana").call(http.MethodGet, "/users/me/settings", "")
	ben := z.link("ben").call(http.MethodGet, "/users/me/settings", "")
	chloe := z.link("chloe").call(http.MethodGet, "/users/me/settings", "")
	eli := z.link("eli").call(http.MethodGet, "/users/me/settings", "")
	switch {
	case section(ana, "in_meeting")["waiting_room"] != true, section(ben, "in_meeting")["waiting_room"] != false:
		t.Error("waiting rooms")
	case section(ben, "schedule_meeting")["embed_password_in_join_link"] != false, section(ben, "schedule_meeting")["join_before_host"] != true:
		t.Error("ben's links or joining before him")
	case section(chloe, "schedule_meeting")["require_password_for_scheduling_new_meetings"] != false:
		t.Error("chloe needs no passcode")
	case section(eli, "feature")["meeting_capacity"] != 100.0, section(ana, "feature")["meeting_capacity"] != 300.0:
		t.Error("capacity")
	}
	rule, _ := section(ben, "schedule_meeting")["meeting_password_requirement"].(map[string]any)
	if rule["length"] != 8.0 || rule["have_letter"] != true || rule["have_number"] != true {
		t.Errorf("ben's passcode rule is %v", rule)
	}
	h := z.link("ana")
	security := h.call(http.MethodGet, "/users/me/settings?option=meeting_security", "")
	if section(security, "meeting_security")["waiting_room"] != true || len(security.json) != 1 {
		t.Errorf("meeting security: %s", security.raw)
	}
	if a := h.call(http.MethodGet, "/users/me/settings?option=meeting_authentication", ""); len(section(a, "authentication_options")) != 1 {
		t.Errorf("meeting authentication: %s", a.raw)
	}
	if a := h.call(http.MethodGet, "/users/me/settings?custom_query_fields=host_video,feature", ""); len(a.json) != 2 ||
		len(section(a, "schedule_meeting")) != 1 || len(section(a, "feature")) < 5 {
		t.Errorf("chosen fields: %s", a.raw)
	}
	if a := h.call(http.MethodGet, "/users/me/settings?option=other", ""); a.code() != 300 {
		t.Errorf("another option: %s", a.raw)
	}
}

func TestRateLimitsByLabel(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{RateHeaders: true})
	h := z.link("ana-harbour") // a Pro account: 20 medium calls a second
	statuses, refused := map[int]int{}, answer{}
	for i := range 200 {
		a := h.call(http.MethodGet, "/users/me/settings", "")
		statuses[a.status]++
		if a.status == http.StatusTooManyRequests {
			refused = a
			break
		}
		if i == 0 && (a.header.Get("X-RateLimit-Category") != "Medium" || a.header.Get("X-RateLimit-Type") != "QPS" || a.header.Get("X-RateLimit-Limit") != "20") {
			t.Errorf("headers %v", a.header)
		}
	}
	if refused.code() != 429 || !strings.Contains(refused.text("message"), "per-second") || refused.header.Get("X-RateLimit-Remaining") != "0" ||
		refused.header.Get("Retry-After") != "" || statuses[http.StatusOK] < 20 {
		t.Errorf("%v, then %d %s", statuses, refused.status, refused.raw)
	}
	z.advance(time.Second)
	if a := h.call(http.MethodGet, "/users/me", ""); a.status != http.StatusOK {
		t.Errorf("a second later: %d", a.status)
	}
	z.SetKnobs(zoomsim.Knobs{Unlimited: true})
	for range 60 {
		if a := h.call(http.MethodGet, "/users/me", ""); a.status != http.StatusOK || a.header.Get("X-RateLimit-Limit") != "" {
			t.Fatalf("unlimited: %d %v", a.status, a.header)
		}
	}
}

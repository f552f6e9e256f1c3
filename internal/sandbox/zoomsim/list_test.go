package zoomsim_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"causeway/internal/sandbox/world"
	"causeway/internal/sandbox/zoomsim"
)

// topics are the topics of a list.
func (h *host) topics(query string) []string {
	h.t.Helper()
	a := h.call(http.MethodGet, "/users/me/meetings?"+query, "")
	if a.status != http.StatusOK {
		h.t.Fatalf("list %s: %d %s", query, a.status, a.raw)
	}
	var topics []string
	for _, m := range a.json["meetings"].([]any) {
		topics = append(topics, m.(map[string]any)["topic"].(string))
	}
	return topics
}

func TestListShowsWhatTheHostHolds(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	h := z.link("chloe")
	h.create(map[string]any{"topic": "later", "start_time": h.at(72 * time.Hour), "agenda": strings.Repeat("é", 300)})
	h.create(map[string]any{"topic": "sooner", "start_time": h.at(2 * time.Hour)})
	h.create(map[string]any{"topic": "open", "type": 3})
	live := h.create(map[string]any{"topic": "live", "start_time": h.at(time.Hour)})
	z.link("ben").create(map[string]any{"topic": "not hers"})
	if err := z.Join(number(live), "chloe"); err != nil {
		t.Fatal(err)
	}
	h.create(map[string]any{"topic": "past", "start_time": h.at(0), "duration": 1})
	z.advance(10 * time.Minute)
	day := h.world.Clock.Now().Add(72 * time.Hour).Add(-10 * time.Minute)
	for query, want := range map[string]string{
		"":                       "past live sooner later open",
		"type=scheduled":         "past live sooner later open",
		"type=upcoming":          "live sooner later open",
		"type=upcoming_meetings": "live sooner later open",
		"type=live":              "live",
		"type=previous_meetings": "past",
		"from=" + day.Format(time.DateOnly) + "&to=" + day.Format(time.DateOnly) + "&timezone=UTC": "later",
	} {
		if got := strings.Join(h.topics(query), " "); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	a := h.call(http.MethodGet, "/users/me/meetings?type=upcoming", "")
	first := a.json["meetings"].([]any)[2].(map[string]any)
	if a.json["total_records"] != 4.0 || a.json["page_size"] != 30.0 || a.text("next_page_token") != "" || first["topic"] != "later" || len([]rune(first["agenda"].(string))) != 250 {
		t.Errorf("%s", a.raw)
	}
	if first["start_url"] != nil || first["password"] != nil || first["settings"] != nil {
		t.Errorf("a list shows too much: %v", first)
	}
	for _, query := range []string{"type=all", "page_size=301", "page_size=0", "page_size=x", "page_number=0", "from=tomorrow", "timezone=Mars"} {
		if a := h.call(http.MethodGet, "/users/me/meetings?"+query, ""); a.status != http.StatusBadRequest || a.code() != 300 {
			t.Errorf("%s: %d %s", query, a.status, a.raw)
		}
	}
}

func TestPagesOfAList(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	h, ben := z.link("chloe"), z.link("ben")
	for i := range 7 {
		h.create(map[string]any{"topic": fmt.Sprintf("m%d", i), "start_time": h.at(time.Duration(i+1) * time.Hour)})
	}
	var all []string
	token, last := "", ""
	for range 3 {
		a := h.call(http.MethodGet, "/users/me/meetings?type=upcoming&page_size=3&next_page_token="+url.QueryEscape(token), "")
		for _, m := range a.json["meetings"].([]any) {
			all = append(all, m.(map[string]any)["topic"].(string))
		}
		last, token = token, a.text("next_page_token")
	}
	if got := strings.Join(all, " "); got != "m0 m1 m2 m3 m4 m5 m6" || token != "" {
		t.Errorf("pages %s, then %q", got, token)
	}
	if got := strings.Join(h.topics("type=upcoming&page_size=3&page_number=3"), " "); got != "m6" {
		t.Errorf("page 3 is %s", got)
	}
	last = url.QueryEscape(last)
	for name, try := range map[string]func() answer{
		"another filter": func() answer {
			return h.call(http.MethodGet, "/users/me/meetings?type=live&page_size=3&next_page_token="+last, "")
		},
		"another host": func() answer {
			return ben.call(http.MethodGet, "/users/me/meetings?type=upcoming&page_size=3&next_page_token="+last, "")
		},
		"made up": func() answer {
			return h.call(http.MethodGet, "/users/me/meetings?type=upcoming&page_size=3&next_page_token=x"+last, "")
		},
		"no base64": func() answer {
			return h.call(http.MethodGet, "/users/me/meetings?type=upcoming&page_size=3&next_page_token=e.*", "")
		},
	} {
		if a := try(); a.status != http.StatusBadRequest || a.code() != 300 {
			t.Errorf("%s: %d %s", name, a.status, a.raw)
		}
	}
	z.advance(15*time.Minute + time.Second)
	if a := h.call(http.MethodGet, "/users/me/meetings?type=upcoming&page_size=3&next_page_token="+last, ""); a.code() != 300 {
		t.Errorf("after a quarter of an hour: %d %s", a.status, a.raw)
	}
}

func TestListsLagBehind(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{ListLag: world.Duration(30 * time.Second)})
	h := z.link("chloe")
	id := number(h.create(map[string]any{"topic": "new"}))
	if got := h.topics("type=upcoming"); len(got) != 0 {
		t.Errorf("the list shows %v at once", got)
	}
	if a := h.call(http.MethodGet, "/meetings/"+id, ""); a.status != http.StatusOK {
		t.Errorf("the meeting itself: %d", a.status)
	}
	z.advance(31 * time.Second)
	if got := h.topics("type=upcoming"); len(got) != 1 {
		t.Errorf("half a minute later the list shows %v", got)
	}
}

func TestSeededMeetingsAreThere(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	if got := strings.Join(z.link("ana").topics("type=upcoming"), ", "); got != "Press rehearsal, Partner office hours" {
		t.Errorf("ana hosts %s", got)
	}
	ben := z.link("ben").call(http.MethodGet, "/users/me/meetings?type=upcoming", "")
	if !strings.Contains(ben.raw, "Architecture club") || !strings.Contains(ben.raw, `"type":8`) {
		t.Errorf("ben hosts %s", ben.raw)
	}
}

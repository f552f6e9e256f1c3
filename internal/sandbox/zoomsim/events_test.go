package zoomsim_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"causeway/internal/sandbox/world"
	"causeway/internal/sandbox/zoomsim"
)

// ear is a product that listens for events at /user and /admin.
type ear struct {
	mu     sync.Mutex
	heard  []string // "/user meeting.updated Topic", in order of arrival
	bodies []string
	stamps []string
	deaf   bool // answers 503
	lies   bool // answers challenges with another secret
}

func (e *ear) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var event struct {
		Event   string
		Payload struct {
			PlainToken string
			Object     struct{ Topic string }
		}
	}
	_ = json.Unmarshal(body, &event)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.deaf {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	if token := event.Payload.PlainToken; token != "" {
		secret := r.URL.Path + "-secret"
		if e.lies {
			secret = "another"
		}
		mac := hmac.New(sha256.New, []byte(secret))
		_, _ = mac.Write([]byte(token))
		_ = json.NewEncoder(w).Encode(map[string]string{"plainToken": token, "encryptedToken": hex.EncodeToString(mac.Sum(nil))})
		return
	}
	signed := r.Header.Get("X-Zm-Signature") == zoomsim.SignEvent(r.URL.Path+"-secret", r.Header.Get("X-Zm-Request-Timestamp"), body)
	e.heard = append(e.heard, strings.TrimSpace(fmt.Sprintf("%s %s %s", r.URL.Path, event.Event, event.Payload.Object.Topic)))
	if !signed {
		e.heard = append(e.heard, "unsigned")
	}
	e.bodies, e.stamps = append(e.bodies, string(body)), append(e.stamps, r.Header.Get("X-Zm-Request-Timestamp"))
}

func (e *ear) hears(well bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.deaf = !well
}

// listening is a Zoom that tells an ear of meetings, as both apps.
func listening(t *testing.T, knobs zoomsim.Knobs) (*zoom, *ear) {
	t.Helper()
	e := &ear{}
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	subscribed := func(usage, told, path string, scopes ...string) []byte {
		var app map[string]any
		if err := json.Unmarshal(manifest(scopes, nil), &app); err != nil {
			t.Fatal(err)
		}
		inner := app["manifest"].(map[string]any)
		inner["oauth_information"].(map[string]any)["usage"] = usage
		inner["features"] = map[string]any{"event_subscription": map[string]any{"enable": true, "events": []any{map[string]any{
			"event_usage": told, "production_webhook_url": server.URL + path,
			"event_types": []string{"meeting.created", "meeting.updated", "meeting.deleted", "meeting.recovered", "meeting.permanently_deleted"},
		}}}}
		raw, err := json.Marshal(app)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	z := openZoom(t, world.Options{Seed: 11}, zoomsim.Options{
		Knobs: knobs, WebhookSecret: "/user-secret", AdminSecret: "/admin-secret", Manifest: subscribed("USER_OPERATION", "EVENT_FOR_USER", "/user", scopes...),
		AdminManifest: subscribed("ADMIN_MANAGEMENT", "EVENT_FOR_ADMIN", "/admin", "whiteboard:read:whiteboard:admin"),
	})
	t.Cleanup(z.Close)
	return z, e
}

// sent waits until so many events were posted, and answers what was heard of them.
func (z *zoom) sent(e *ear, n int) []string {
	z.t.Helper()
	if rows, err := z.world.Ledger.Wait(z.t.Context(), world.Filter{Effect: "event.sent"}, n); err != nil || len(rows) != n {
		z.t.Fatalf("%d of %d were sent: %v", len(rows), n, err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.heard)
}

func TestADeletedMeetingIsInTheTrash(t *testing.T) {
	t.Parallel()
	z, e := listening(t, zoomsim.Knobs{})
	h := z.link("ana")
	once, series := number(h.create(map[string]any{"topic": "Once"})), number(h.create(map[string]any{"topic": "Series", "type": 8, "recurrence": map[string]any{"type": 1, "end_times": 3}}))
	noTime := number(h.create(map[string]any{"topic": "Whenever", "type": 3}))
	before := h.call(http.MethodGet, "/meetings/"+once, "").json
	for _, id := range []string{once, series, noTime} {
		if a := h.call(http.MethodDelete, "/meetings/"+id, ""); a.status != http.StatusNoContent {
			t.Fatal(a.raw)
		}
	}
	page := z.get("/portal/ana/trash")
	if strings.Count(page.raw, ">Recover</button>") != 3 || !strings.Contains(page.raw, "Every day, 3") || !strings.Contains(page.raw, "Recently deleted") {
		t.Errorf("the trash: %s", page.raw)
	}
	press := func(person, id, act string) int { return z.form("/portal/"+person+"/trash/"+id+"/"+act, nil).status }
	if press("chloe", once, "recover") != http.StatusNotFound || press("ana", once, "burn") != http.StatusNotFound || press("ana", once, "recover") != http.StatusSeeOther {
		t.Error("not only she recovers it")
	}
	after := h.call(http.MethodGet, "/meetings/"+once, "").json
	for _, same := range []string{"id", "uuid", "topic", "start_time", "join_url", "password"} {
		if fmt.Sprint(before[same]) != fmt.Sprint(after[same]) {
			t.Errorf("%s was %v and is %v", same, before[same], after[same])
		}
	}
	if press("ana", series, "erase") != http.StatusSeeOther || press("ana", series, "recover") != http.StatusNotFound {
		t.Error("it is not gone for good")
	}
	z.advance(7 * 24 * time.Hour)
	if press("ana", noTime, "recover") != http.StatusNotFound || strings.Contains(z.get("/portal/ana/trash").raw, "Whenever") {
		t.Error("the trash keeps for longer than a week")
	}
	heard := z.sent(e, 8)
	for what, operation := range map[string]string{
		"/user meeting.deleted Once": "single", "/user meeting.deleted Series": "all", "/user meeting.deleted Whenever": "single",
		"/user meeting.recovered Once": "single", "/user meeting.permanently_deleted Series": "all",
	} {
		i := slices.Index(heard, what)
		if i < 0 {
			t.Errorf("nothing is told of %q: %q", what, heard)
			continue
		}
		if body := e.bodies[i]; !strings.Contains(body, `"operation":"`+operation+`"`) || strings.Count(body, "occurrence_id") != map[string]int{"all": 3}[operation] {
			t.Errorf("%s: %s", what, body)
		}
	}
}

// The week of the trash, and what is in it, are kept with the world.
func TestTheTrashIsKept(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	id := z.made("ana", inPortal())
	if err := z.PortalDelete("ana", id, ""); err != nil {
		t.Fatal(err)
	}
	saved, err := z.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	other := newZoom(t, zoomsim.Knobs{})
	if err := other.Restore(saved); err != nil {
		t.Fatal(err)
	}
	if err := other.FromTrash("ben", id, "recover"); err == nil {
		t.Error("somebody else recovers it")
	}
	if list, err := other.Trash("ana"); err != nil || len(list) != 1 || list[0].Topic != "Weekly & plan" {
		t.Errorf("restored %+v, %v", list, err)
	}
	if err := other.FromTrash("ana", id, "recover"); err != nil {
		t.Error(err)
	}
	if list, err := other.Portal("ana"); err != nil || !slices.ContainsFunc(list, func(m zoomsim.PortalMeeting) bool { return m.ID == id }) {
		t.Errorf("ana hosts %+v, %v", list, err)
	}
}

func TestEventsComeAsTwins(t *testing.T) {
	t.Parallel()
	z, e := listening(t, zoomsim.Knobs{TwinEvents: true})
	z.link("ana").create(map[string]any{"topic": "Plan"})
	heard := z.sent(e, 3)
	slices.Sort(heard)
	if want := []string{"/admin meeting.created Plan", "/user meeting.created Plan", "/user meeting.created Plan"}; !slices.Equal(heard, want) {
		t.Fatalf("heard %q, want %q", heard, want)
	}
	content := map[string]int{}
	for _, body := range e.bodies {
		var event map[string]any
		if err := json.Unmarshal([]byte(body), &event); err != nil {
			t.Fatal(err)
		}
		delete(event, "download_token")
		content[fmt.Sprint(event)]++
	}
	if same := slices.Sorted(slices.Values(e.bodies)); len(content) != 1 || len(slices.Compact(same)) != 2 {
		t.Errorf("posted %q", e.bodies)
	}
	if err := z.RemoveApp("ana"); err != nil {
		t.Fatal(err)
	}
	if heard := z.sent(e, 5); slices.Contains(heard, "/admin app_deauthorized") {
		t.Errorf("the administrators' app hears that another was removed: %q", heard)
	}
}

func TestEventsAreHeldBack(t *testing.T) {
	t.Parallel()
	z, e := listening(t, zoomsim.Knobs{HoldEvents: true})
	h := z.link("ana")
	id := number(h.create(map[string]any{"topic": "First"}))
	for _, topic := range []string{"Second", "Third"} {
		h.call(http.MethodPatch, "/meetings/"+id, `{"topic":"`+topic+`"}`)
	}
	z.advance(3 * time.Hour)
	if n := z.count("event.sent"); n != 0 {
		t.Fatalf("%d were sent", n)
	}
	saved, err := z.Snapshot()
	if err != nil || strings.Count(string(saved), `"url":"http`) != 3 {
		t.Fatalf("kept %s, %v", saved, err)
	}
	released := z.world.Clock.Now().Unix()
	z.SetKnobs(zoomsim.Knobs{})
	want := []string{"/user meeting.updated Third", "/user meeting.updated Second", "/user meeting.created First"}
	if heard := z.sent(e, 3); !slices.Equal(heard, want) {
		t.Errorf("heard %q, want %q", heard, want)
	}
	for _, stamp := range e.stamps {
		if at, err := strconv.ParseInt(stamp, 10, 64); err != nil || at < released {
			t.Errorf("signed at %s, and let go at %d", stamp, released)
		}
	}
}

// What was held is an event like any other: what is not taken comes again.
func TestHeldEventsComeAgain(t *testing.T) {
	t.Parallel()
	z, e := listening(t, zoomsim.Knobs{HoldEvents: true})
	z.link("ana").create(map[string]any{"topic": "Plan"})
	e.hears(false)
	z.SetKnobs(zoomsim.Knobs{})
	z.sent(e, 1)
	e.hears(true)
	z.advance(5 * time.Minute)
	if heard := z.sent(e, 2); !slices.Equal(heard, []string{"/user meeting.created Plan"}) {
		t.Errorf("heard %q", heard)
	}
}

// Whoever listens proves to know the secret, when asked and every 72 hours.
func TestTheProductIsChallenged(t *testing.T) {
	t.Parallel()
	z, e := listening(t, zoomsim.Knobs{})
	valid := func() (n int) {
		for _, endpoint := range z.Challenge(t.Context()) {
			if endpoint.Valid {
				n++
			}
		}
		return n
	}
	if n := valid(); n != 2 || z.count("endpoint.validated") != 2 {
		t.Errorf("%d of two answer rightly", n)
	}
	z.advance(71 * time.Hour)
	z.advance(2 * time.Hour)
	if rows, err := z.world.Ledger.Wait(t.Context(), world.Filter{Effect: "endpoint.validated"}, 4); err != nil || len(rows) != 4 {
		t.Errorf("after 73 hours: %+v, %v", rows, err)
	}
	e.lies = true
	if n := valid(); n != 0 || z.count("endpoint.refused") != 2 {
		t.Errorf("with another secret %d answer rightly", n)
	}
	e.lies = false
	e.hears(false)
	if n := valid(); n != 0 || z.count("endpoint.validated") != 4 {
		t.Errorf("%d answer rightly who do not listen", n)
	}
}

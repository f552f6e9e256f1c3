package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"causeway/internal/sandbox"
	"causeway/internal/sandbox/microsoftsim"
	"causeway/internal/store/storetest"
)

// BenchmarkUpcoming is what the tab asks for, one after the other, from its token to its list: who is there, and the list, of somebody with 200
// meetings: 120 of her own at Zoom, of which 60 stand in her calendar, 20 series, and 60 to which others invite. It is to be there within
// 300 ms, the emulated Zoom and Outlook included.
func BenchmarkUpcoming(b *testing.B) {
	world, product := outfit(b, storetest.SQLite(b))
	form(b, world) // connects her
	fill(b, world)
	token, err := world.Microsoft.Token(microsoftsim.TokenRequest{Kind: "sso", Person: "ana"})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := world.World.Clock.Advance(100 * time.Millisecond); err != nil { // no faster than one person may
			b.Fatal(err)
		}
		get := func(path string) *httptest.ResponseRecorder {
			r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, path, http.NoBody)
			r.Header.Set("Authorization", "Bearer "+token)
			w := httptest.NewRecorder()
			product.Handler().ServeHTTP(w, r)
			return w
		}
		if w := get("/api/me"); w.Code != http.StatusOK {
			b.Fatalf("%d: %.600s", w.Code, w.Body)
		}
		w := get("/api/meetings")
		if n := bytes.Count(w.Body.Bytes(), []byte(`"key"`)); w.Code != http.StatusOK || n < 200 || !bytes.Contains(w.Body.Bytes(), []byte(`"notes":[]`)) {
			b.Fatalf("%d, %d meetings: %.600s", w.Code, n, w.Body)
		}
	}
}

// fill makes the meetings, by hand: in Zoom's portal and in Outlook.
func fill(b *testing.B, world *sandbox.Sandbox) {
	b.Helper()
	begin := world.World.Clock.Now().UTC().Truncate(time.Hour).Add(time.Hour)
	made := func(draft object) string {
		text, err := json.Marshal(draft)
		if err != nil {
			b.Fatal(err)
		}
		m, err := world.Zoom.PortalSchedule("ana", text)
		if err != nil {
			b.Fatal(err)
		}
		return world.ZoomURL() + m.JoinPath
	}
	booked := func(who, subject, link string, at time.Time, attendees ...string) {
		end := at.Add(30 * time.Minute)
		if _, err := world.Microsoft.MakeEvent(who, microsoftsim.EventInput{
			Subject: &subject, Start: &at, End: &end, Location: &link, Attendees: attendees,
		}); err != nil {
			b.Fatal(err)
		}
	}
	for n := range 120 {
		at := begin.Add(time.Duration(n) * 5 * time.Hour)
		topic := fmt.Sprint("Own ", n)
		link := made(object{"topic": topic, "type": 2, "start_time": at.Format("2006-01-02T15:04:05Z"), "timezone": "UTC", "duration": 30})
		if n%2 == 0 {
			booked("ana", topic, link, at)
		}
	}
	for n := range 20 {
		made(object{
			"topic": fmt.Sprint("Series ", n), "type": 8, "start_time": begin.Add(time.Duration(n) * time.Hour).Format("2006-01-02T15:04:05Z"),
			"timezone": "UTC", "duration": 30, "recurrence": object{"type": 2, "repeat_interval": 1, "weekly_days": "3", "end_times": 6},
		})
	}
	for n := range 60 {
		booked("ben", fmt.Sprint("Invited ", n), fmt.Sprintf("%s/j/9%010d", world.ZoomURL(), n), begin.Add(time.Duration(n)*9*time.Hour), "ana")
	}
}

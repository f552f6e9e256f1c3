package app_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"causeway/internal/app"
	"causeway/internal/events"
	"causeway/internal/sandbox"
	"causeway/internal/sandbox/microsoftsim"
	"causeway/internal/sandbox/world"
	"causeway/internal/sandbox/zoomsim"
	"causeway/internal/store/storetest"
	"causeway/internal/zoom"
)

// BenchmarkCard is the way from an event of Zoom's to the card in the conversation: signature, inbox, work, and the replaced message at the
// emulated Teams. Every turn is a meeting that begins, and one that ends.
func BenchmarkCard(b *testing.B) {
	outside, product := outfit(b, storetest.SQLite(b))
	number := held(b, outside, product)
	posted := outside.World.Ledger.List(world.Filter{Effect: "message.posted", By: "bot"})
	inChat := slices.IndexFunc(posted, func(r world.Row) bool { return r.Detail["chat"] == "launch" })
	if inChat < 0 {
		b.Fatal("there is no card in the chat")
	}
	card := world.Filter{Effect: "message.updated", Subject: posted[inChat].Subject}
	var waits []time.Duration
	session := 0
	for b.Loop() {
		session++
		for _, name := range []string{zoom.EventMeetingStarted, zoom.EventMeetingEnded} {
			before, began := outside.World.Ledger.Count(card), time.Now()
			post(b, outside, product, name, fmt.Sprintf(`"id":%q,"uuid":"bench%d==","host_id":"h"`, number, session))
			if _, err := outside.World.Ledger.Wait(b.Context(), card, before+1); err != nil {
				b.Fatal(err)
			}
			waits = append(waits, time.Since(began))
			if err := product.Idle(b.Context(), firstRetry); err != nil { // the direct messages follow
				b.Fatal(err)
			}
		}
	}
	reportWaits(b, waits, map[string]float64{"p50-ms": 0.5, "p95-ms": 0.95})
}

// BenchmarkDoor is how many events of Zoom's the whole program takes in a second on each database, 256 at a time: through its HTTP server's
// handler, looked up, durably stored and acknowledged, while it works off what has come. All are about people in one meeting.
func BenchmarkDoor(b *testing.B) {
	for name, database := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.PostgreSQL} {
		b.Run(name, func(b *testing.B) {
			outside, product := outfit(b, database(b))
			number := held(b, outside, product)
			var came atomic.Int64
			var mu sync.Mutex
			var waits []time.Duration
			b.SetParallelism(128)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				var own []time.Duration
				for pb.Next() {
					began := time.Now()
					post(b, outside, product, zoom.EventJoined, fmt.Sprintf(
						`"id":%q,"uuid":"bench==","host_id":"h","participant":{"user_id":"%d","user_name":"Somebody"}`, number, came.Add(1)))
					own = append(own, time.Since(began))
				}
				mu.Lock()
				defer mu.Unlock()
				waits = append(waits, own...)
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
			reportWaits(b, waits, map[string]float64{"p50-ms": 0.5, "p99-ms": 0.99})
		})
	}
}

// held is the number of a meeting that Ana has started in a chat.
func held(b *testing.B, outside *sandbox.Sandbox, product *app.App) string {
	b.Helper()
	form(b, outside)
	shown, err := outside.Microsoft.Command(b.Context(), "ana", "launch", "start", microsoftsim.CommandInput{})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := outside.Microsoft.SubmitDialog(b.Context(), shown.Dialog.ID, microsoftsim.DialogInput{}); err != nil {
		b.Fatal(err)
	}
	made, err := outside.World.Ledger.Wait(b.Context(), world.Filter{Effect: "meeting.created"}, 1)
	if err != nil {
		b.Fatal(err)
	}
	if err := product.Idle(b.Context(), firstRetry); err != nil {
		b.Fatal(err)
	}
	return made[0].Subject
}

// post has Zoom tell of a meeting.
func post(b *testing.B, outside *sandbox.Sandbox, product *app.App, name, object string) {
	b.Helper()
	at := outside.World.Clock.Now()
	body := fmt.Sprintf(`{"event":%q,"event_ts":%d,"payload":{"account_id":%q,"object":{%s}}}`, name, at.UnixMilli(), outside.World.Seed.Tenants[0].ZoomAccount, object)
	stamp := strconv.FormatInt(at.Unix(), 10)
	r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, events.UserApp.Path(), strings.NewReader(body))
	r.Header.Set("X-Zm-Request-Timestamp", stamp)
	r.Header.Set("X-Zm-Signature", zoomsim.SignEvent(outside.Settings().ZoomWebhookSecret, stamp, []byte(body)))
	w := httptest.NewRecorder()
	if product.Handler().ServeHTTP(w, r); w.Code != http.StatusOK {
		b.Errorf("%d: %s", w.Code, w.Body)
	}
}

// reportWaits reports quantiles in milliseconds.
func reportWaits(b *testing.B, waits []time.Duration, quantiles map[string]float64) {
	b.Helper()
	slices.Sort(waits)
	for name, share := range quantiles {
		b.ReportMetric(float64(waits[int(share*float64(len(waits)-1))].Microseconds())/1000, name)
	}
}

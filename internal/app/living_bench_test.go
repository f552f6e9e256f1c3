package app_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"causeway/internal/events"
	"causeway/internal/sandbox/microsoftsim"
	"causeway/internal/sandbox/world"
	"causeway/internal/sandbox/zoomsim"
	"causeway/internal/zoom"
)

// BenchmarkCard is the way from an event of Zoom's to the card in the conversation: signature, inbox, work, and the replaced message at the
// emulated Teams. Every turn is a meeting that begins, and one that ends.
func BenchmarkCard(b *testing.B) {
	outside, product := outfit(b)
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
	if err := product.Idle(b.Context()); err != nil {
		b.Fatal(err)
	}
	posted := outside.World.Ledger.List(world.Filter{Effect: "message.posted", By: "bot"})
	inChat := slices.IndexFunc(posted, func(r world.Row) bool { return r.Detail["chat"] == "launch" })
	if inChat < 0 {
		b.Fatal("there is no card in the chat")
	}
	card := world.Filter{Effect: "message.updated", Subject: posted[inChat].Subject}
	secret, account := outside.Settings().ZoomWebhookSecret, outside.World.Seed.Tenants[0].ZoomAccount
	post := func(name string, session int) {
		at := outside.World.Clock.Now()
		body := fmt.Sprintf(`{"event":%q,"event_ts":%d,"payload":{"account_id":%q,"object":{"id":%q,"uuid":"bench%d==","host_id":"h"}}}`,
			name, at.UnixMilli(), account, made[0].Subject, session)
		stamp := strconv.FormatInt(at.Unix(), 10)
		r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, events.UserApp.Path(), strings.NewReader(body))
		r.Header.Set("X-Zm-Request-Timestamp", stamp)
		r.Header.Set("X-Zm-Signature", zoomsim.SignEvent(secret, stamp, []byte(body)))
		w := httptest.NewRecorder()
		if product.Handler().ServeHTTP(w, r); w.Code != http.StatusOK {
			b.Fatalf("%d: %s", w.Code, w.Body)
		}
	}
	var waits []time.Duration
	session := 0
	for b.Loop() {
		session++
		for _, name := range []string{zoom.EventMeetingStarted, zoom.EventMeetingEnded} {
			before, began := outside.World.Ledger.Count(card), time.Now()
			post(name, session)
			if _, err := outside.World.Ledger.Wait(b.Context(), card, before+1); err != nil {
				b.Fatal(err)
			}
			waits = append(waits, time.Since(began))
			if err := product.Idle(b.Context()); err != nil { // the direct messages follow
				b.Fatal(err)
			}
		}
	}
	slices.Sort(waits)
	for name, share := range map[string]float64{"p50-ms": 0.5, "p95-ms": 0.95} {
		b.ReportMetric(float64(waits[int(share*float64(len(waits)-1))].Microseconds())/1000, name)
	}
}

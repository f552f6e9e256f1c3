package events_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"causeway/internal/entra"
	"causeway/internal/events"
	"causeway/internal/keyring"
	"causeway/internal/store"
	"causeway/internal/store/storetest"
	"causeway/internal/zoom"
)

const tenant entra.TenantID = "b28f4b5c-1d2e-4f3a-8b9c-0d1e2f3a4b5c"

const secret = "secret"

func service(back store.Backend, work func(context.Context, zoom.Event) error) *events.Service {
	return events.New(events.Config{
		Storage: store.Inbox{Backend: back, Source: store.FromZoom}, Tenant: tenant, Ring: keyring.Generate(), Work: work, Now: time.Now,
		Hooks: map[events.App]*zoom.Hook{events.UserApp: zoom.NewHook(time.Now, secret)}, Logger: slog.New(slog.DiscardHandler),
	})
}

// signed is what Zoom sends along with a body.
func signed(body string) http.Header {
	at := strconv.FormatInt(time.Now().Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = mac.Write([]byte("v0:" + at + ":" + body))
	return http.Header{"X-Zm-Request-Timestamp": {at}, "X-Zm-Signature": {"v0=" + hex.EncodeToString(mac.Sum(nil))}}
}

func updated(number int64) string {
	return fmt.Sprintf(`{"event":"meeting.updated","event_ts":1617628464664,"payload":{"account_id":"a","operator_id":"o","object":{"id":%d,"topic":"secret words"}}}`, number)
}

// What arrives is worked as it came, again after a failure; what nothing follows from is counted, and not stored.
func TestEventsAreWorked(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, func(t *testing.T, back store.Backend) {
		var worked []zoom.Event
		failing := true
		s := service(back, func(_ context.Context, e zoom.Event) error {
			worked = append(worked, e)
			if failing {
				return errors.New("not now")
			}
			return nil
		})
		for _, body := range []string{updated(91234567890), `{"event":"phone.voicemail_received","payload":{}}`} {
			if answer, err := s.Take(t.Context(), events.UserApp, signed(body), []byte(body)); answer != nil || err != nil {
				t.Fatalf("%v, %v", answer, err)
			}
		}
		if err := s.Move(t.Context()); err != nil {
			t.Fatal(err)
		}
		waiting := storetest.Jobs(t, back, events.Job, string(tenant))
		if len(waiting) != 1 || s.Unknown() != 1 {
			t.Fatalf("%d jobs, %d unknown", len(waiting), s.Unknown())
		}
		if err := s.Jobs()[events.Job](t.Context(), waiting[0]); err == nil {
			t.Error("a failure is not told, so that nobody comes again")
		}
		failing = false
		if err := s.Jobs()[events.Job](t.Context(), waiting[0]); err != nil {
			t.Error(err)
		}
		if len(worked) != 2 || worked[1].Meeting.ID != 91234567890 || worked[1].Account != "a" || worked[1].Name != zoom.EventMeetingUpdated {
			t.Errorf("worked %+v", worked)
		}
	})
}

// BenchmarkTake is how many events are verified and durably stored in a second, many at a time as they come.
func BenchmarkTake(b *testing.B) {
	back := storetest.Backend(b, storetest.Open(b, storetest.SQLiteTables(b), storetest.Tables))
	s := service(back, nil)
	var number atomic.Int64
	b.SetParallelism(128)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			body := updated(90000000000 + number.Add(1))
			if _, err := s.Take(b.Context(), events.UserApp, signed(body), []byte(body)); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

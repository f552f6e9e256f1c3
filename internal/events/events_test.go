package events_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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
		Concerns: func(_ context.Context, e zoom.Event) (zoom.Event, bool, error) { return e, e.Account == "a", nil },
		Hooks:    map[events.App]*zoom.Hook{events.UserApp: zoom.NewHook(time.Now, secret)}, Logger: slog.New(slog.DiscardHandler),
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

// What arrives is worked as it came, again after a failure; what nothing follows from is not stored.
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
		for _, body := range []string{
			updated(91234567890), `{"event":"phone.voicemail_received","payload":{}}`, `{"event":"meeting.updated","payload":{"object":{"id":"none"}}}`, "hello",
			strings.Replace(updated(91111111111), `"account_id":"a"`, `"account_id":"of others"`, 1),
		} {
			if answer, err := s.Take(t.Context(), events.UserApp, signed(body), []byte(body)); answer != nil || err != nil {
				t.Fatalf("%v, %v", answer, err)
			}
		}
		if err := s.Move(t.Context()); err != nil {
			t.Fatal(err)
		}
		waiting := storetest.Jobs(t, back, events.Job, string(tenant))
		if len(waiting) != 1 {
			t.Fatalf("%d jobs", len(waiting))
		}
		if err := s.Jobs()[events.Job](t.Context(), waiting[0]); err == nil {
			t.Error("a failure is not told, so that nobody comes again")
		}
		failing = false
		if err := s.Jobs()[events.Job](t.Context(), waiting[0]); err != nil {
			t.Error(err)
		}
		if err := s.Jobs()[events.Job](t.Context(), waiting[0]); err != nil || len(worked) != 2 {
			t.Errorf("what is done was kept, and worked again: %v", err)
		}
		if len(worked) != 2 || worked[1].Meeting.ID != 91234567890 || worked[1].Account != "a" || worked[1].Name != zoom.EventMeetingUpdated {
			t.Errorf("worked %+v", worked)
		}
	})
}

// What nothing follows from is told of once a minute, by name, however much of it comes; so is how often something came again.
func TestT40_WhatNothingFollowsFromIsCounted(t *testing.T) {
	t.Parallel()
	back := storetest.Backend(t, storetest.Open(t, storetest.SQLiteTables(t), storetest.Tables))
	now := time.Now()
	var log bytes.Buffer
	s := events.New(events.Config{
		Storage: store.Inbox{Backend: back, Source: store.FromZoom}, Tenant: tenant, Ring: keyring.Generate(), Now: func() time.Time { return now },
		Concerns: func(_ context.Context, e zoom.Event) (zoom.Event, bool, error) { return e, true, nil },
		Hooks:    map[events.App]*zoom.Hook{events.UserApp: zoom.NewHook(time.Now, secret)}, Logger: slog.New(slog.NewJSONHandler(&log, nil)),
	})
	take := func(bodies ...string) {
		t.Helper()
		for _, body := range bodies {
			if _, err := s.Take(t.Context(), events.UserApp, signed(body), []byte(body)); err != nil {
				t.Fatal(err)
			}
		}
	}
	type counts struct {
		Unknown map[string]int
		Again   int
	}
	said := func() (all []counts) {
		t.Helper()
		log.Reset()
		for range 3 {
			if err := s.Move(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		for line := range strings.Lines(log.String()) {
			var one counts
			if err := json.Unmarshal([]byte(line), &one); err != nil {
				t.Fatal(err)
			}
			all = append(all, one)
		}
		return all
	}
	want := func(what string, want ...counts) {
		t.Helper()
		if diff := cmp.Diff(want, said()); diff != "" {
			t.Errorf("%s (-want +got)\n%s", what, diff)
		}
	}
	named := func(name string) string { return fmt.Sprintf(`{"event":%q,"payload":{}}`, name) }
	take(updated(91234567890))
	want("nothing to tell")
	take(named("phone.caller_ringing"), named("phone.caller_ringing"), "hello", named("<b>odd</b>\n"), updated(91234567890))
	want("at first", counts{map[string]int{"phone.caller_ringing": 2, "unreadable": 1, "other": 1}, 1})
	for i := range 30 {
		take(named(fmt.Sprint("made.up_", i)))
	}
	want("within the minute")
	now = now.Add(time.Minute)
	got := said()
	if len(got) != 1 || len(got[0].Unknown) != 21 || got[0].Unknown["other"] != 10 || got[0].Again != 0 {
		t.Errorf("of many names is said %v", got)
	}
	now = now.Add(time.Minute)
	want("nothing more")
}

// BenchmarkTake is how many events are verified and durably stored in a second, many at a time as they come, and how long each of them waits
// for its acknowledgement.
func BenchmarkTake(b *testing.B) {
	back := storetest.Backend(b, storetest.Open(b, storetest.SQLiteTables(b), storetest.Tables))
	s := service(back, nil)
	var number atomic.Int64
	var mu sync.Mutex
	var waits []time.Duration
	b.SetParallelism(128)
	b.RunParallel(func(pb *testing.PB) {
		var own []time.Duration
		defer func() {
			mu.Lock()
			defer mu.Unlock()
			waits = append(waits, own...)
		}()
		for pb.Next() {
			body := updated(90000000000 + number.Add(1))
			began := time.Now()
			if _, err := s.Take(b.Context(), events.UserApp, signed(body), []byte(body)); err != nil {
				b.Error(err)
			}
			own = append(own, time.Since(began))
		}
	})
	slices.Sort(waits)
	for name, share := range map[string]float64{"p50-ms": 0.5, "p99-ms": 0.99} {
		b.ReportMetric(float64(waits[int(share*float64(len(waits)-1))].Microseconds())/1000, name)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

// What happened at a time that cannot be read happened when it was signed.
func TestWhenItHappened(t *testing.T) {
	t.Parallel()
	storetest.Stores(t, func(t *testing.T, back store.Backend) {
		var worked []zoom.Event
		s := service(back, func(_ context.Context, e zoom.Event) error {
			worked = append(worked, e)
			return nil
		})
		began := time.Now().Truncate(time.Second)
		for _, body := range []string{
			`{"event":"app_deauthorized","payload":{"account_id":"a","user_id":"u"}}`,
			`{"event":"app_deauthorized","event_ts":-62135596800000000,"payload":{"account_id":"a","user_id":"v"}}`,
			`{"event":"app_deauthorized","event_ts":"yesterday","payload":{"account_id":"a","user_id":"w"}}`,
		} {
			if _, err := s.Take(t.Context(), events.UserApp, signed(body), []byte(body)); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Move(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, j := range storetest.Jobs(t, back, events.Job, string(tenant)) {
			if err := s.Jobs()[events.Job](t.Context(), j); err != nil {
				t.Error(err)
			}
		}
		for _, e := range worked {
			if e.At.Before(began) || e.At.After(time.Now()) {
				t.Errorf("%s removed it at %s", e.User, e.At)
			}
		}
		if len(worked) != 3 {
			t.Errorf("%d are worked", len(worked))
		}
	})
}

//go:build linux

package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const form = `{"task":{"type":"continue","value":{}}}`

// on is a load on a server that answers h.
func on(t *testing.T, tokens []string, h http.HandlerFunc) load {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return load{
		invoke: invoke{address: s.Listener.Addr().String(), before: []byte(`{"id":"`), id: "f:0000000000000000", after: []byte(`"}`)},
		tokens: tokens, sent: &atomic.Int64{},
	}
}

func TestEachInvokeHasItsOwnIDAndToken(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	tokens, bodies := map[string]int{}, map[string]bool{}
	l := on(t, []string{"a", "b", "c"}, func(w http.ResponseWriter, r *http.Request) {
		var body bytes.Buffer
		_, _ = body.ReadFrom(r.Body)
		mu.Lock()
		tokens[r.Header.Get("Authorization")]++
		bodies[body.String()] = true
		mu.Unlock()
		_, _ = w.Write([]byte(form))
	})
	c, err := l.dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.conn.Close() }()
	for range 6 {
		if err := c.call(); err != nil {
			t.Fatal(err)
		}
	}
	if len(bodies) != 6 || tokens["Bearer a"] != 2 || tokens["Bearer b"] != 2 || tokens["Bearer c"] != 2 {
		t.Errorf("sent %v with %v", bodies, tokens)
	}
}

func TestWhatIsNoFormIsAnError(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]http.HandlerFunc{
		"status": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) },
		"text": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"task":{"type":"message","value":"Try again."}}`))
		},
	} {
		if n, err := on(t, []string{"a"}, h).flood(t.Context(), time.Second); err == nil || n != 0 {
			t.Errorf("%s: %d answers, %v", name, n, err)
		}
	}
}

// TestAStallIsNotSpared holds the target up once: everything that was due meanwhile has waited, though it was sent later.
func TestAStallIsNotSpared(t *testing.T) {
	t.Parallel()
	const rate, stall = 500, 400 * time.Millisecond
	var stalled sync.RWMutex
	var served atomic.Int64
	l := on(t, []string{"a"}, func(w http.ResponseWriter, _ *http.Request) {
		if served.Add(1) == 100 {
			stalled.Lock()
			time.AfterFunc(stall, stalled.Unlock)
		}
		stalled.RLock()
		defer stalled.RUnlock()
		_, _ = w.Write([]byte(form))
	})
	took, err := l.offer(t.Context(), rate, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if len(took) != rate {
		t.Errorf("%d of %d are counted", len(took), rate)
	}
	waited := 0
	for _, d := range took {
		if d > stall/2 {
			waited++
		}
	}
	if due := int(rate * stall.Seconds() / 2); waited < due*9/10 { // half of those that were due in the stall waited for more than half of it
		t.Errorf("%d waited, want about %d", waited, due)
	}
}

func TestALoadEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	l := on(t, []string{"a"}, func(w http.ResponseWriter, _ *http.Request) {
		cancel()
		_, _ = w.Write([]byte(form))
	})
	if _, err := l.flood(ctx, time.Minute); err == nil {
		t.Error("a flood that was broken off says nothing")
	}
	if _, err := l.offer(ctx, 10, time.Minute); err == nil {
		t.Error("an offer that was broken off says nothing")
	}
}

func TestFigures(t *testing.T) {
	t.Parallel()
	times := make([]time.Duration, 100)
	for i := range times {
		times[i] = time.Duration(i+1) * time.Millisecond
	}
	if p50, p99, none := percentile(times, 0.5), percentile(times, 0.99), percentile(nil, 0.5); p50 != 51*time.Millisecond || p99 != 100*time.Millisecond || none != 0 {
		t.Errorf("p50 %v, p99 %v, of nothing %v", p50, p99, none)
	}
	if m := median([]float64{3, 1, 2}); m != 2 {
		t.Errorf("median %v", m)
	}
	f := figures{
		engine: "sqlite", pinned: true, answer: 5700, idle: 30 << 20, loaded: 50 << 20, bareMemory: 16 << 20,
		repeated: flooded{[]float64{10_000}, []time.Duration{80 * time.Microsecond}, []float64{0.5}},
		fresh:    flooded{[]float64{8_000}, []time.Duration{120 * time.Microsecond}, []float64{1}},
		bare:     flooded{[]float64{50_000}, []time.Duration{20 * time.Microsecond}, []float64{1}},
		rates:    []rated{{rate: 100, product: times, bare: times}}, starts: times[40:41], bareStarts: times[:1],
	}
	var out bytes.Buffer
	f.print(&out)
	for _, want := range []string{"NOT QUIET", "10000", "5.0×", "4.0×", "12500", "≥ 7,000", "51.00", "100.00", "41.00", "30.0", "≤ 64"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, &out)
		}
	}
}

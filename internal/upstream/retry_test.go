package upstream_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"causeway/internal/upstream"
)

// TestRetryTable goes through every line of the table at Policy, for every status.
func TestRetryTable(t *testing.T) {
	t.Parallel()
	const tries = 3
	for _, kind := range []struct {
		name, method string
		idempotent   bool
		refusals     bool
	}{
		{"get", http.MethodGet, false, false},
		{"head", http.MethodHead, false, false},
		{"put", http.MethodPut, false, false},
		{"delete", http.MethodDelete, false, false},
		{"post", http.MethodPost, false, false},
		{"idempotent post", http.MethodPost, true, false},
		{"post, refusals are safe", http.MethodPost, false, true},
	} {
		for status := 200; status < 600; status++ {
			for _, header := range []string{"", "1"} {
				repeats := kind.method == http.MethodGet || kind.method == http.MethodHead || kind.idempotent
				limited := status == 429 || status == 503
				want := 1
				switch {
				case repeats && (limited || status == 408 || status == 500 || status == 502 || status == 504):
					want = tries
				case limited && kind.refusals && header != "":
					want = tries
				}
				got := 0
				hc := upstream.NewClient(upstream.Options{
					Origins: []string{"https://zoom.us"}, Sleep: noSleep,
					Retry: upstream.Policy{Attempts: tries, Refusals: kind.refusals},
					Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
						got++
						if body, _ := io.ReadAll(r.Body); string(body) != "the body" {
							t.Errorf("try %d has the body %q", got, body)
						}
						h := http.Header{}
						if header != "" {
							h.Set("Retry-After", header)
						}
						return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader("answer"))}, nil
					}),
				})
				ctx := t.Context()
				if kind.idempotent {
					ctx = upstream.Idempotent(ctx)
				}
				answer, body, err := sendContext(t, ctx, hc, kind.method, "https://zoom.us", "the body")
				if got != want || answer != status || body != "answer" || err != nil {
					t.Errorf("%s, status %d, Retry-After %q: %d tries, want %d; answer %d %q, error %v", kind.name, status, header, got, want, answer, body, err)
				}
			}
		}
	}
}

func TestLostConnections(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, method string
		err          error
		want         int
	}{
		{"read again", http.MethodGet, io.ErrUnexpectedEOF, 3},
		{"write that may have arrived", http.MethodPost, io.ErrUnexpectedEOF, 1},
		{"write to an address that is refused", http.MethodPost, upstream.ErrAddressRefused, 1},
		{"read from an address that is refused", http.MethodGet, upstream.ErrAddressRefused, 1},
	} {
		tries := 0
		hc := upstream.NewClient(upstream.Options{
			Origins: []string{"https://zoom.us"}, Sleep: noSleep, Retry: upstream.Policy{Attempts: 3},
			Transport: roundTripper(func(*http.Request) (*http.Response, error) { tries++; return nil, c.err }),
		})
		if _, _, err := send(t, hc, c.method, "https://zoom.us", "x"); tries != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: %d tries, want %d; error %v", c.name, tries, c.want, err)
		}
	}
}

func TestAWriteThatDidNotLeaveIsRepeated(t *testing.T) {
	t.Parallel()
	tries := 0
	o := upstream.Options{
		Origins: []string{"http://127.0.0.1:1"}, Sleep: noSleep, Retry: upstream.Policy{Attempts: 3}, Observe: func(upstream.Call) { tries++ },
	}
	if _, _, err := send(t, upstream.NewClient(o), http.MethodPost, "http://127.0.0.1:1", "x"); tries != 3 || upstream.Outcome(err) != upstream.NotSent {
		t.Errorf("%d tries, want 3; error %v", tries, err)
	}
}

func TestABodyThatCannotBeReplayedIsSentOnce(t *testing.T) {
	t.Parallel()
	tries := 0
	hc := upstream.NewClient(upstream.Options{
		Origins: []string{"https://zoom.us"}, Sleep: noSleep, Retry: upstream.Policy{Attempts: 3},
		Transport: roundTripper(func(*http.Request) (*http.Response, error) { tries++; return nil, io.ErrUnexpectedEOF }),
	})
	req, _ := http.NewRequestWithContext(upstream.Idempotent(t.Context()), http.MethodPut, "https://zoom.us", io.NopCloser(strings.NewReader("x")))
	if _, err := upstream.Do(hc, req); err == nil || tries != 1 {
		t.Errorf("%d tries, want 1; error %v", tries, err)
	}
}

func TestWaits(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	base := upstream.Policy{Attempts: 5, Base: time.Second, Max: 3 * time.Second, MaxWait: 30 * time.Second}
	final := base
	final.Final = func(r *http.Response) bool { return r.Header.Get("X-RateLimit-Type") == "Daily-limit" }
	for _, c := range []struct {
		name   string
		policy upstream.Policy
		status int
		header http.Header
		want   []time.Duration
	}{
		{"jittered steps", base, 500, nil, []time.Duration{500 * time.Millisecond, time.Second, 1500 * time.Millisecond, 1500 * time.Millisecond}},
		{"429 without a date", base, 429, nil, []time.Duration{1500 * time.Millisecond, 2 * time.Second, 2500 * time.Millisecond, 2500 * time.Millisecond}},
		{"seconds", base, 429, http.Header{"Retry-After": {"7"}}, []time.Duration{7 * time.Second, 7 * time.Second, 7 * time.Second, 7 * time.Second}},
		{"HTTP date", base, 503, http.Header{"Retry-After": {now.Add(9 * time.Second).Format(http.TimeFormat)}}, []time.Duration{9 * time.Second, 9 * time.Second, 9 * time.Second, 9 * time.Second}},
		{"ISO date", base, 429, http.Header{"Retry-After": {"2026-11-23T12:00:11Z"}}, []time.Duration{11 * time.Second, 11 * time.Second, 11 * time.Second, 11 * time.Second}},
		{"too far", base, 429, http.Header{"Retry-After": {"2026-11-24T00:00:00Z"}}, nil},
		{"unreadable", base, 503, http.Header{"Retry-After": {"soon"}}, []time.Duration{500 * time.Millisecond, time.Second, 1500 * time.Millisecond, 1500 * time.Millisecond}},
		{"final", final, 429, http.Header{"X-Ratelimit-Type": {"Daily-limit"}}, nil},
		{"not final", final, 429, http.Header{"X-Ratelimit-Type": {"QPS"}, "Retry-After": {"0"}}, []time.Duration{0, 0, 0, 0}},
	} {
		var slept []time.Duration
		hc := upstream.NewClient(upstream.Options{
			Origins: []string{"https://zoom.us"}, Retry: c.policy, Now: func() time.Time { return now }, Random: func() float64 { return 0.5 },
			Sleep: func(_ context.Context, d time.Duration) error { slept = append(slept, d); return nil },
			Transport: roundTripper(func(*http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: c.status, Header: c.header.Clone(), Body: http.NoBody}, nil
			}),
		})
		if status, _, err := send(t, hc, http.MethodGet, "https://zoom.us", ""); status != c.status || err != nil {
			t.Errorf("%s: status %d, error %v", c.name, status, err)
		}
		if len(slept) != len(c.want) {
			t.Errorf("%s: waits %v, want %v", c.name, slept, c.want)
			continue
		}
		for i := range slept {
			if slept[i] != c.want[i] {
				t.Errorf("%s: waits %v, want %v", c.name, slept, c.want)
				break
			}
		}
	}
}

func TestAWaitBeyondTheDeadlineIsNotBegun(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	hc := upstream.NewClient(upstream.Options{
		Origins: []string{"https://zoom.us"}, Retry: upstream.Policy{Attempts: 3, MaxWait: time.Minute},
		Sleep: func(context.Context, time.Duration) error { t.Error("slept"); return nil },
		Transport: roundTripper(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 429, Header: http.Header{"Retry-After": {"20"}}, Body: http.NoBody}, nil
		}),
	})
	if status, _, err := sendContext(t, ctx, hc, http.MethodGet, "https://zoom.us", ""); status != 429 || err != nil {
		t.Errorf("status %d, error %v; want the answer itself", status, err)
	}
}

func TestACallerWhoLeavesDuringAWait(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		want   upstream.Sent
	}{"told to wait": {503, upstream.Answered}, "a hiccup": {500, upstream.Ambiguous}} {
		ctx, cancel := context.WithCancel(t.Context())
		tries := 0
		hc := upstream.NewClient(upstream.Options{
			Origins: []string{"https://zoom.us"}, Retry: upstream.Policy{Attempts: 3},
			Sleep: func(ctx context.Context, _ time.Duration) error { cancel(); return ctx.Err() },
			Transport: roundTripper(func(*http.Request) (*http.Response, error) {
				tries++
				return &http.Response{StatusCode: c.status, Header: http.Header{}, Body: http.NoBody}, nil
			}),
		})
		_, _, err := sendContext(t, ctx, hc, http.MethodGet, "https://zoom.us", "")
		if !errors.Is(err, context.Canceled) || upstream.Outcome(err) != c.want || tries != 1 {
			t.Errorf("%s: error %v after %d tries, want cancelled, %v", name, err, tries, c.want)
		}
	}
}

func TestACallerWhoLeavesDuringATryIsNotAskedToWait(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	hc := upstream.NewClient(upstream.Options{
		Origins: []string{"https://zoom.us"}, Retry: upstream.Policy{Attempts: 3, Base: time.Hour, Max: time.Hour},
		Transport: roundTripper(func(*http.Request) (*http.Response, error) {
			cancel()
			return &http.Response{StatusCode: 503, Header: http.Header{}, Body: http.NoBody}, nil
		}),
	})
	if status, _, err := sendContext(t, ctx, hc, http.MethodGet, "https://zoom.us", ""); status != 503 || err != nil {
		t.Errorf("status %d, error %v; want the answer that came", status, err)
	}
}

func TestTheDefaultsWait(t *testing.T) {
	t.Parallel()
	s, o := start(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	o.Sleep, o.Random = nil, nil
	o.Retry = upstream.Policy{Attempts: 3, Base: time.Nanosecond, Max: time.Nanosecond}
	if status, _, err := send(t, upstream.NewClient(o), http.MethodGet, s.URL, ""); status != 503 || err != nil {
		t.Errorf("status %d, error %v", status, err)
	}
}

func TestParseRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	far := now.Add(31 * 24 * time.Hour)
	for header, want := range map[string]time.Time{
		"0":                             now,
		" 120 ":                         now.Add(2 * time.Minute),
		"99999999999999999999":          far,
		"Mon, 23 Nov 2026 12:01:00 GMT": now.Add(time.Minute),
		"Mon, 23 Nov 2020 12:01:00 GMT": now,
		"2026-11-24T00:00:00Z":          now.Add(12 * time.Hour),
		"2026-11-23T13:00:00.250+01:00": now.Add(250 * time.Millisecond),
		"2026-11-23T12:00:05+0000":      now.Add(5 * time.Second),
		"2026-11-23T12:00:05":           now.Add(5 * time.Second),
		"2026-11-23 12:00:05":           now.Add(5 * time.Second),
		"2126-11-23T12:00:05Z":          far,
	} {
		if got, ok := upstream.ParseRetryAfter(header, now); !ok || !got.Equal(want) {
			t.Errorf("%q: %v, %v; want %v", header, got, ok, want)
		}
	}
	for _, header := range []string{"", " ", "-1", "1.5", "soon", "2026-11-23", "1h", "Mon, 32 Nov 2026 12:01:00 GMT", strings.Repeat("1", 65)} {
		if got, ok := upstream.ParseRetryAfter(header, now); ok {
			t.Errorf("%q: %v, want nothing", header, got)
		}
	}
}

func FuzzParseRetryAfter(f *testing.F) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, seed := range []string{"1", "Mon, 23 Nov 2026 12:01:00 GMT", "2026-11-24T00:00:00Z", "2026-11-24T00:00:00.123456789+14:00", "9223372036854775807", "\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		got, ok := upstream.ParseRetryAfter(header, now)
		if ok != !got.IsZero() {
			t.Errorf("%q: %v, %v", header, got, ok)
		}
		if ok && (got.Before(now) || got.After(now.Add(31*24*time.Hour))) {
			t.Errorf("%q: %v is out of bounds", header, got)
		}
		seconds, err := strconv.Atoi(header)
		if err == nil && seconds >= 0 && seconds <= 31*24*3600 && header[0] != '+' && header[0] != '-' && len(header) <= 64 && (!ok || !got.Equal(now.Add(time.Duration(seconds)*time.Second))) {
			t.Errorf("%q: %v, %v", header, got, ok)
		}
	})
}

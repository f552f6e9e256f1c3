package upstream_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"causeway/internal/upstream"
)

// start runs a server and returns its client options: its origin, and its certificate if it has one.
func start(t *testing.T, h http.HandlerFunc, withTLS ...func(*tls.Config)) (*httptest.Server, upstream.Options) {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	o := upstream.Options{Name: "zoom", Sleep: noSleep, Random: func() float64 { return 0.5 }}
	if len(withTLS) == 0 {
		s.Start()
	} else {
		s.TLS = &tls.Config{MinVersion: tls.VersionTLS10}
		withTLS[0](s.TLS)
		s.Config.ErrorLog = log.New(io.Discard, "", 0)
		s.StartTLS()
		o.RootCAs = x509.NewCertPool()
		o.RootCAs.AddCert(s.Certificate())
	}
	t.Cleanup(s.Close)
	o.Origins = []string{s.URL}
	return s, o
}

func noSleep(ctx context.Context, _ time.Duration) error { return ctx.Err() }

// send makes a request and returns the status and body, or the error of either.
func send(t *testing.T, hc *http.Client, method, address, body string) (int, string, error) {
	t.Helper()
	return sendContext(t, t.Context(), hc, method, address, body)
}

//nolint:revive // t first is what every helper here does
func sendContext(t *testing.T, ctx context.Context, hc *http.Client, method, address, body string) (int, string, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer secret-token")
	resp, err := upstream.Do(hc, req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(answer), err
}

func TestT55_RedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	var stolen atomic.Int64
	evil := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { stolen.Add(1) }))
	t.Cleanup(evil.Close)
	for _, status := range []int{301, 302, 303, 307, 308} {
		var own atomic.Int64
		s, o := start(t, func(w http.ResponseWriter, r *http.Request) {
			own.Add(1)
			target := evil.URL + "/v2/users/me"
			if r.URL.Path == "/inside" {
				target = "/other"
			}
			http.Redirect(w, r, target, status)
		})
		o.Origins = append(o.Origins, evil.URL) // even where the list would allow it
		hc := upstream.NewClient(o)
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			for _, path := range []string{"/", "/inside"} {
				got, _, err := send(t, hc, method, s.URL+path, "x")
				if err != nil || got != status {
					t.Errorf("%s %s %d: status %d, error %v; want the redirect itself", method, path, status, got, err)
				}
			}
		}
		if own.Load() != 4 {
			t.Errorf("%d: %d requests, want 4", status, own.Load())
		}
	}
	if stolen.Load() != 0 {
		t.Errorf("%d requests followed the redirect", stolen.Load())
	}
}

func TestT55_OldTLSIsRefused(t *testing.T) {
	t.Parallel()
	for version, good := range map[uint16]bool{tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		var seen atomic.Int64
		s, o := start(t, func(http.ResponseWriter, *http.Request) { seen.Add(1) }, func(c *tls.Config) { c.MaxVersion = version })
		_, _, err := send(t, upstream.NewClient(o), http.MethodPost, s.URL, "x")
		if (err == nil) != good || (seen.Load() == 1) != good {
			t.Errorf("TLS %x: error %v, %d requests", version, err, seen.Load())
		}
		if !good && upstream.Outcome(err) != upstream.NotSent {
			t.Errorf("TLS %x: %v, want not sent", version, err)
		}
	}
}

func TestT55_UnknownCertificateIsRefused(t *testing.T) {
	t.Parallel()
	s, o := start(t, func(http.ResponseWriter, *http.Request) { t.Error("a request arrived") }, func(*tls.Config) {})
	o.RootCAs = x509.NewCertPool()
	if _, _, err := send(t, upstream.NewClient(o), http.MethodPost, s.URL, "x"); upstream.Outcome(err) != upstream.NotSent {
		t.Errorf("error %v, want not sent", err)
	}
}

func TestT55_SlowAnswersEnd(t *testing.T) {
	t.Parallel()
	hold := make(chan struct{})
	s, o := start(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/body" {
			w.WriteHeader(http.StatusCreated)
			_, _ = io.WriteString(w, "half")
			w.(http.Flusher).Flush()
		}
		<-hold
	})
	t.Cleanup(func() { close(hold) })
	o.Timeout = 50 * time.Millisecond
	hc := upstream.NewClient(o)
	for _, path := range []string{"/head", "/body"} {
		_, _, err := send(t, hc, http.MethodPost, s.URL+path, "x")
		if !errors.Is(err, context.DeadlineExceeded) || upstream.Outcome(err) != upstream.Ambiguous {
			t.Errorf("%s: %v, want a deadline, ambiguous", path, err)
		}
		var e *upstream.Error
		if path == "/body" && (!errors.As(err, &e) || e.Status != http.StatusCreated) {
			t.Errorf("%s: %v, want status 201 in the error", path, err)
		}
	}
}

func TestT55_BigAnswersEnd(t *testing.T) {
	t.Parallel()
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = z.Write(make([]byte, 1<<20))
	_ = z.Close()
	s, o := start(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/fits":
			_, _ = w.Write(make([]byte, 1000))
		case "/long":
			_, _ = w.Write(make([]byte, 1001))
		case "/zip":
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(zipped.Bytes())
		}
	})
	o.MaxResponse = 1000
	hc := upstream.NewClient(o)
	for path, good := range map[string]bool{"/fits": true, "/long": false, "/zip": false} {
		_, body, err := send(t, hc, http.MethodGet, s.URL+path, "")
		if good != (err == nil) || good == errors.Is(err, upstream.ErrTooBig) || len(body) > 1000 {
			t.Errorf("%s: %d bytes, error %v", path, len(body), err)
		}
	}
}

func TestT55_OtherOriginsSeeNothing(t *testing.T) {
	t.Parallel()
	s, o := start(t, func(http.ResponseWriter, *http.Request) { t.Error("a request arrived") })
	host := strings.TrimPrefix(s.URL, "http://")
	for name, c := range map[string]struct {
		origins []string
		address string
	}{
		"no list":          {nil, s.URL},
		"another port":     {[]string{"http://127.0.0.1:1"}, s.URL},
		"another scheme":   {[]string{"https://" + host}, s.URL},
		"another name":     {[]string{"http://localhost:" + strings.Split(host, ":")[1]}, s.URL},
		"a longer name":    {[]string{"https://zoom.us"}, "https://zoom.us.evil.example/"},
		"a trailing dot":   {[]string{"https://zoom.us"}, "https://zoom.us./"},
		"userinfo":         {[]string{s.URL}, "http://zoom.us@" + host},
		"another path":     {[]string{s.URL + "/v2"}, s.URL + "/v2"},
		"http":             {[]string{"http://zoom.us"}, "http://zoom.us/"},
		"no origin":        {[]string{"zoom.us"}, "https://zoom.us"},
		"origin with user": {[]string{"https://u@zoom.us"}, "https://zoom.us"},
		"a file":           {[]string{"file://localhost"}, "file://localhost/etc/passwd"},
	} {
		o := o
		o.Origins = c.origins
		_, _, err := send(t, upstream.NewClient(o), http.MethodGet, c.address, "")
		if !errors.Is(err, upstream.ErrOriginRefused) || upstream.Outcome(err) != upstream.NotSent {
			t.Errorf("%s: error %v, want the origin refused, not sent", name, err)
		}
	}
	hc := upstream.NewClient(o)
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL, nil)
	req.Host = "evil.example"
	if _, err := hc.Do(req); !errors.Is(err, upstream.ErrOriginRefused) {
		t.Errorf("another Host: error %v", err)
	}
}

func TestDefaultPortsAreTheSameOrigin(t *testing.T) {
	t.Parallel()
	var asked []string
	o := upstream.Options{Origins: []string{"https://Zoom.us", "https://api.zoom.us:443"}, Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		asked = append(asked, r.URL.Host)
		return &http.Response{StatusCode: 200, Body: http.NoBody, Header: http.Header{}}, nil
	})}
	hc := upstream.NewClient(o)
	for _, address := range []string{"https://zoom.us/x", "https://ZOOM.US:443/x", "https://api.zoom.us"} {
		if _, _, err := send(t, hc, http.MethodGet, address, ""); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
	if len(asked) != 3 {
		t.Errorf("asked %v", asked)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestOutcomes(t *testing.T) {
	t.Parallel()
	s, o := start(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		if r.URL.Path == "/garbage" {
			_, _ = io.WriteString(conn, "this is not HTTP\r\n\r\n")
		}
		conn.Close()
	})
	hc := upstream.NewClient(o)
	for _, path := range []string{"/cut", "/garbage"} {
		if _, _, err := send(t, hc, http.MethodPost, s.URL+path, "x"); upstream.Outcome(err) != upstream.Ambiguous {
			t.Errorf("%s: %v, want ambiguous", path, err)
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // a port that nobody listens at
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + listener.Addr().String()
	listener.Close()
	o.Origins = []string{closed}
	if _, _, err := send(t, upstream.NewClient(o), http.MethodPost, closed, "x"); upstream.Outcome(err) != upstream.NotSent {
		t.Errorf("nobody there: %v, want not sent", err)
	}
	if upstream.Outcome(nil) != upstream.Answered || upstream.Outcome(io.EOF) != upstream.Ambiguous {
		t.Error("nil is answered, an unknown error ambiguous")
	}
	for status, want := range map[int]upstream.Sent{
		200: upstream.Answered, 400: upstream.Answered, 404: upstream.Answered, 429: upstream.Answered, 503: upstream.Answered,
		408: upstream.Ambiguous, 500: upstream.Ambiguous, 502: upstream.Ambiguous, 504: upstream.Ambiguous,
	} {
		if got := upstream.StatusOutcome(status); got != want {
			t.Errorf("status %d: %v, want %v", status, got, want)
		}
	}
}

func TestACallerWhoLeavesBeforeTheConnectionHasSentNothing(t *testing.T) {
	t.Parallel()
	s, o := start(t, func(http.ResponseWriter, *http.Request) {})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := sendContext(t, ctx, upstream.NewClient(o), http.MethodPost, s.URL, "x"); upstream.Outcome(err) != upstream.NotSent || !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want cancelled, not sent", err)
	}
}

func TestErrorsHoldNoSecret(t *testing.T) {
	t.Parallel()
	_, o := start(t, func(http.ResponseWriter, *http.Request) {})
	var calls []upstream.Call
	o.Origins = append(o.Origins, "http://127.0.0.1:1")
	o.Observe = func(c upstream.Call) { calls = append(calls, c) }
	ctx := upstream.Route(t.Context(), "POST /oauth/revoke")
	for _, address := range []string{"http://127.0.0.1:1/x?token=hush", "https://refused.example/?token=hush", "http://127.0.0.1:1/hush%zz"} {
		req := &http.Request{Method: http.MethodPost, Header: http.Header{"Authorization": {"Bearer hush"}}, Body: io.NopCloser(strings.NewReader("hush"))}
		parsed, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.ReplaceAll(address, "%zz", ""), nil)
		if err != nil {
			t.Fatal(err)
		}
		req.URL = parsed.URL
		if _, err = upstream.Do(upstream.NewClient(o), req.WithContext(ctx)); err == nil || strings.Contains(err.Error(), "token=") || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: error %v", address, err)
		} else if !strings.Contains(err.Error(), "zoom: POST /oauth/revoke") {
			t.Errorf("%v does not name the service and the route", err)
		}
	}
	for _, c := range calls {
		if strings.Contains(c.Route+c.Err.Error(), "hush") || c.Name != "zoom" || c.Try != 1 || c.Status != 0 {
			t.Errorf("observed %+v", c)
		}
	}
	if len(calls) != 2 {
		t.Errorf("%d calls observed, want the 2 that were tried", len(calls))
	}
}

func TestRedact(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://u:p@zoom.us/j/1?pwd=x&zak=y#frag": "https://zoom.us/j/1?pwd=redacted&zak=redacted",
		"https://zoom.us/j/1":                      "https://zoom.us/j/1",
		"https://zoom.us/%zz?pwd=x":                "[unreadable address]",
		"mailto:ana@example.com":                   "[unreadable address]",
	} {
		if got := upstream.Redact(raw); got != want {
			t.Errorf("Redact(%q) = %q, want %q", raw, got, want)
		}
	}
}

type waiter struct {
	mu    sync.Mutex
	waits int
	err   error
}

func (w *waiter) Wait(context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waits++
	return w.err
}

func TestLimitIsWaitedForBeforeEachTry(t *testing.T) {
	t.Parallel()
	s, o := start(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	limit := &waiter{}
	o.Limit, o.Retry = limit, upstream.Policy{Attempts: 3}
	if status, _, err := send(t, upstream.NewClient(o), http.MethodGet, s.URL, ""); status != 502 || err != nil || limit.waits != 3 {
		t.Errorf("status %d, error %v, %d waits; want 502 after 3", status, err, limit.waits)
	}
	o.Limit = &waiter{err: errors.New("no room")}
	if _, _, err := send(t, upstream.NewClient(o), http.MethodPost, s.URL, "x"); upstream.Outcome(err) != upstream.NotSent {
		t.Errorf("error %v, want not sent", err)
	}
}

func TestObserveSeesEachTry(t *testing.T) {
	t.Parallel()
	var n atomic.Int64
	s, o := start(t, func(w http.ResponseWriter, _ *http.Request) {
		if n.Add(1) == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	var calls []upstream.Call
	at := time.Unix(0, 0)
	o.Now = func() time.Time { at = at.Add(time.Second); return at }
	o.Observe, o.Retry = func(c upstream.Call) { calls = append(calls, c) }, upstream.Policy{Attempts: 2}
	if _, _, err := send(t, upstream.NewClient(o), http.MethodGet, s.URL, ""); err != nil {
		t.Fatal(err)
	}
	if len(calls) != 2 || calls[0].Status != 503 || calls[1].Status != 200 || calls[1].Try != 2 || calls[1].Took <= 0 {
		t.Errorf("observed %+v", calls)
	}
	if want := "GET " + strings.TrimPrefix(s.URL, "http://"); calls[0].Route != want {
		t.Errorf("route %q without a name, want %q", calls[0].Route, want)
	}
}

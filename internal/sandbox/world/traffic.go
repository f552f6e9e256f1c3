package world

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

const (
	defaultTrafficRows = 2000
	shownBody          = 64 << 10 // so much of a body is kept
)

// Exchange is one request and its answer as they went over the wire, with tokens masked.
type Exchange struct {
	Seq      int64     `json:"seq"`
	At       time.Time `json:"at"`
	From     string    `json:"from"` // "product", "browser", "zoom", "microsoft"
	To       string    `json:"to"`
	Method   string    `json:"method"`
	URL      string    `json:"url"`
	Status   int       `json:"status"` // 0: no answer came
	MS       float64   `json:"ms"`
	Request  Message   `json:"request"`
	Response Message   `json:"response"`
}

// Message is one half of an exchange.
type Message struct {
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
}

// Traffic keeps the newest exchanges in a ring. Masking waits until somebody looks, so that recording costs a request little.
type Traffic struct {
	clock   *Clock
	changes *Changes
	mu      sync.Mutex
	ring    []raw
	seq     int64
}

type raw struct {
	seq               int64
	at                time.Time
	from, to          string
	method, url       string
	status            int
	took              time.Duration
	reqHead, respHead http.Header
	req, resp         []byte
}

func newTraffic(rows int, clock *Clock, changes *Changes) *Traffic {
	if rows <= 0 {
		rows = defaultTrafficRows
	}
	return &Traffic{clock: clock, changes: changes, ring: make([]raw, 0, rows)}
}

// Handler records what comes in for an emulator. A request that wants HTML comes from a browser, anything else from the product.
func (t *Traffic) Handler(to Side, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		row := raw{at: t.clock.Now(), from: "product", to: string(to), method: r.Method, url: r.URL.String(), reqHead: r.Header.Clone()}
		if strings.Contains(r.Header.Get("Accept"), "text/html") {
			row.from = "browser"
		}
		var sent, got clip
		r.Body = &tee{ReadCloser: r.Body, into: &sent}
		watched := &watched{ResponseWriter: w, into: &got}
		begun := time.Now()
		defer func() {
			row.took, row.status, row.respHead = time.Since(begun), watched.status, w.Header().Clone()
			row.req, row.resp = sent.Bytes(), got.Bytes()
			aborted := recover()
			switch {
			case aborted != nil:
				row.status = 0
			case row.status == 0:
				row.status = http.StatusOK
			}
			t.add(row)
			if aborted != nil {
				panic(aborted)
			}
		}()
		next.ServeHTTP(watched, r)
	})
}

// Transport records what an emulator sends: activities, webhooks.
func (t *Traffic) Transport(from Side, to string, base http.RoundTripper) http.RoundTripper {
	return &recordingTransport{traffic: t, from: string(from), to: to, base: base}
}

type recordingTransport struct {
	traffic  *Traffic
	from, to string
	base     http.RoundTripper
}

// RoundTrip reads the whole answer (at most 32 MiB), records it, and hands it on.
func (t *recordingTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	row := raw{at: t.traffic.clock.Now(), from: t.from, to: t.to, method: r.Method, url: r.URL.String(), reqHead: r.Header.Clone()}
	var sent clip
	if r.Body != nil {
		clone := r.Clone(r.Context())
		clone.Body = &tee{ReadCloser: r.Body, into: &sent}
		r = clone
	}
	begun := time.Now()
	resp, err := t.base.RoundTrip(r)
	if err == nil {
		var body []byte
		body, err = io.ReadAll(io.LimitReader(resp.Body, maxBody))
		_ = resp.Body.Close()
		resp.Body = io.NopCloser(bytes.NewReader(body))
		row.status, row.respHead, row.resp = resp.StatusCode, resp.Header.Clone(), clipped(body)
	}
	row.took, row.req = time.Since(begun), sent.Bytes()
	t.traffic.add(row)
	if err != nil {
		return nil, err
	}
	return resp, nil
}

func (t *Traffic) add(row raw) {
	t.mu.Lock()
	t.seq++
	row.seq = t.seq
	if len(t.ring) < cap(t.ring) {
		t.ring = append(t.ring, row)
	} else {
		t.ring[int(row.seq-1)%cap(t.ring)] = row
	}
	t.mu.Unlock()
	t.changes.Publish("traffic")
}

// List answers at most limit exchanges after seq, oldest first; 0 means no limit. Of what the ring has forgotten nothing is shown.
func (t *Traffic) List(after int64, limit int) []Exchange {
	t.mu.Lock()
	var chosen []raw
	for seq := max(after, t.seq-int64(len(t.ring))) + 1; seq <= t.seq; seq++ {
		if limit > 0 && len(chosen) == limit {
			break
		}
		chosen = append(chosen, t.ring[int(seq-1)%cap(t.ring)])
	}
	t.mu.Unlock()
	shown := make([]Exchange, 0, len(chosen))
	for _, r := range chosen {
		shown = append(shown, Exchange{
			Seq: r.seq, At: r.at, From: r.from, To: r.to, Method: r.method, URL: maskURL(r.url), Status: r.status,
			MS:       float64(r.took.Microseconds()) / 1000,
			Request:  Message{Headers: maskHeaders(r.reqHead), Body: maskBody(r.reqHead, r.req)},
			Response: Message{Headers: maskHeaders(r.respHead), Body: maskBody(r.respHead, r.resp)},
		})
	}
	return shown
}

// Last is the seq of the newest exchange.
func (t *Traffic) Last() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.seq
}

func (t *Traffic) reset() {
	t.mu.Lock()
	t.ring, t.seq = t.ring[:0], 0
	clear(t.ring[:cap(t.ring)])
	t.mu.Unlock()
	t.changes.Publish("traffic")
}

// clip keeps the beginning of what is written to it. A transport may still write a request when its answer is there already.
type clip struct {
	mu   sync.Mutex
	kept []byte
}

func (c *clip) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if room := shownBody - len(c.kept); room > 0 {
		c.kept = append(c.kept, b[:min(room, len(b))]...)
	}
	return len(b), nil
}

// Bytes are what was kept, cut at a whole character.
func (c *clip) Bytes() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return clipped(bytes.Clone(c.kept))
}

func clipped(b []byte) []byte {
	if len(b) < shownBody {
		return b
	}
	b = b[:shownBody]
	for i := len(b) - 1; i >= len(b)-utf8.UTFMax; i-- {
		if utf8.RuneStart(b[i]) && !utf8.FullRune(b[i:]) {
			return b[:i]
		}
	}
	return b
}

type tee struct {
	io.ReadCloser
	into *clip
}

func (t *tee) Read(b []byte) (int, error) {
	n, err := t.ReadCloser.Read(b)
	_, _ = t.into.Write(b[:n])
	return n, err
}

type watched struct {
	http.ResponseWriter
	into   *clip
	status int
}

func (w *watched) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *watched) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	_, _ = w.into.Write(b)
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection: events are flushed one by one.
func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }

package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"causeway/internal/app"
	"causeway/internal/contract"
	"causeway/internal/sandbox"
	"causeway/internal/sandbox/world"
	"causeway/internal/store/storetest"
)

// patience bounds every wait of a test. Nothing is slept for: a wait ends with what it waits for.
const patience = 90 * time.Second

// stage is an emulated world with the products that live in it. Everything that passes between both is held against the vendors'
// descriptions; a fault fails the test when it ends.
type stage struct {
	t        *testing.T
	world    *sandbox.Sandbox
	products []*product
	database string
	checker  *contract.Checker
	config   func(*app.Config)
	strict   bool // the product answers as fast as in earnest
	http     *http.Client
	since    int64 // rows of the ledger up to this one are not counted
}

// setup says how a stage begins. The zero setup is one product on SQLite in a world where both sides have approved.
type setup struct {
	products int  // 1 when 0; several need postgres
	postgres bool // a new database there instead of a SQLite file
	fresh    bool // neither side has approved
	world    func(*sandbox.Options)
	config   func(*app.Config)
}

// product is one running product behind its front.
type product struct {
	*app.App
	front *front
	stop  func()
}

// begin starts a world and its products, which end with the test.
func begin(t *testing.T, o setup) *stage {
	t.Helper()
	s := &stage{t: t, checker: descriptions(t), config: o.config, http: &http.Client{Timeout: patience}}
	if s.database = storetest.SQLiteTables(t); o.postgres {
		s.database = storetest.PostgreSQL(t)
	}
	for range max(o.products, 1) {
		s.products = append(s.products, &product{front: newFront(t, s.checker)})
	}
	s.world = runWorld(t, s.products[0].front.url, s.checker, func(w *sandbox.Options) {
		w.Fresh = o.fresh
		w.InvokeTimeout = patience / 2 // a busy machine fails no test
		if o.world != nil {
			o.world(w)
		}
	})
	for i := range s.products {
		s.start(i)
	}
	for _, p := range s.products {
		p.Probe(t.Context())
	}
	return s
}

// runWorld starts a world on free ports.
func runWorld(t *testing.T, productURL string, checker *contract.Checker, change func(*sandbox.Options)) *sandbox.Sandbox {
	t.Helper()
	options := sandbox.Options{
		Listen: "127.0.0.1:0", ZoomListen: "127.0.0.1:0", ProductURL: productURL, Packages: app.SandboxPackages, AdminManifest: app.SandboxAdmin, Wrap: checkedWorld(checker),
	}
	if change != nil {
		change(&options)
	}
	w, err := sandbox.Run(context.WithoutCancel(t.Context()), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 20*time.Second)
		defer cancel()
		if err := w.Close(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
	return w
}

// start runs the i-th product: the same as `causeway sandbox` does, with a listener of its own. It may be started again after its stop.
func (s *stage) start(i int) {
	s.t.Helper()
	p := s.products[i]
	log := &logged{}
	c, err := app.SandboxConfig(s.world.Settings())
	if err != nil {
		s.t.Fatal(err)
	}
	c.Database, c.Now, c.Logger = s.database, s.world.World.Clock.Now, slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelWarn}))
	if !s.strict {
		c.AnswerIn = patience / 3
	}
	if s.config != nil {
		s.config(&c)
	}
	if p.App, err = app.New(s.t.Context(), c); err != nil {
		s.t.Fatal(err)
	}
	l, err := (&net.ListenConfig{}).Listen(s.t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	p.front.lead(l.Addr().String())
	ctx, cancel := context.WithCancel(context.WithoutCancel(s.t.Context()))
	unhook := s.world.World.Clock.OnMove(func(time.Time) { p.Wake() })
	served := make(chan error, 1)
	go func() { served <- p.Serve(ctx, l) }()
	p.stop = sync.OnceFunc(func() {
		unhook()
		cancel()
		if err := <-served; err != nil {
			s.t.Error(err)
		}
		if s.t.Failed() && log.String() != "" {
			s.t.Logf("log of product %d:\n%s", i, log)
		}
	})
	s.t.Cleanup(p.stop)
}

// hasten starts the products again, so that they answer as fast as Teams demands; before, they wait longer than a busy machine takes.
func (s *stage) hasten() {
	s.t.Helper()
	s.strict = true
	for i, p := range s.products {
		p.stop()
		s.start(i)
	}
}

// in is the same stage in a sub-test.
func (s *stage) in(t *testing.T) *stage {
	part := *s
	part.t = t
	return &part
}

// logged keeps what a product logs.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// descriptions is a checker of this test's own, whose faults fail it. Where the descriptions are absent nothing is checked, which is said.
func descriptions(t *testing.T) *contract.Checker {
	t.Helper()
	if !contract.Present(t) {
		return nil
	}
	c, err := contract.ForTest(t)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, fault := range c.Faults() {
			t.Errorf("not as the vendor describes it: %s", fault)
		}
	})
	return c
}

// checkedWorld checks what reaches the emulators, and what they answer.
func checkedWorld(c *contract.Checker) func(world.Side, http.Handler) http.Handler {
	return func(side world.Side, next http.Handler) http.Handler {
		switch {
		case c == nil:
			return next
		case side == world.Zoom:
			return c.Before(contract.Zoom, "", next)
		}
		return c.Before(contract.Graph, "/graph", c.Before(contract.Connector, "/connector/emea", next))
	}
}

// front is where people and Teams reach a product. Its address stays when the product behind it is replaced. What Teams sends through it,
// and the cards in the answers, are checked.
type front struct {
	url     string
	target  atomic.Pointer[url.URL]
	checker *contract.Checker
	notices atomic.Pointer[[]byte] // what Graph has posted last
}

func newFront(t *testing.T, c *contract.Checker) *front {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	f := &front{url: "http://localhost:" + port, checker: c} // another site than the world, as for people
	server := &http.Server{Handler: f.handler(), ReadHeaderTimeout: 5 * time.Second, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return f
}

// lead makes the front lead to a product.
func (f *front) lead(address string) { f.target.Store(&url.URL{Scheme: "http", Host: address}) }

// forged marks what a test posts in Zoom's place.
const forged = "X-Forged"

func (f *front) handler() http.Handler {
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(f.target.Load())
			r.Out.Host = r.In.Host
		},
		ModifyResponse: func(answer *http.Response) error {
			if f.checker == nil || answer.Request.URL.Path != "/api/messages" {
				return nil
			}
			body, err := io.ReadAll(answer.Body)
			answer.Body = io.NopCloser(bytes.NewReader(body))
			f.checker.Body("the bot's answer", body)
			return err
		},
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) }, // nobody is there
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/graph/notify" && r.ContentLength > 0 && r.ContentLength < 1<<16 {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				panic(http.ErrAbortHandler)
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			f.notices.Store(&body)
		}
		if f.checker != nil && strings.HasPrefix(r.URL.Path, "/zoom/hook/") && r.Header.Get(forged) == "" {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				panic(http.ErrAbortHandler)
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			f.checker.Event(body)
		}
		if f.checker != nil && r.URL.Path == "/api/messages" {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				panic(http.ErrAbortHandler)
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			f.checker.Activity("POST /api/messages", body)
		}
		proxy.ServeHTTP(w, r)
	})
}

// refused is an answer of the control API that is no success.
type refused struct {
	Status int
	Code   string
	Text   string
}

func (r *refused) Error() string { return fmt.Sprintf("%d %s: %s", r.Status, r.Code, r.Text) }

// try calls the control API as a plain HTTP client. in and out may be nil.
func (s *stage) try(method, path string, in, out any) error {
	s.t.Helper()
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			s.t.Fatal(err)
		}
	}
	request, err := http.NewRequestWithContext(s.t.Context(), method, s.world.URL()+"/sandbox/v1"+path, &body)
	if err != nil {
		s.t.Fatal(err)
	}
	answer, err := s.http.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode >= http.StatusBadRequest {
		var said struct {
			Error struct{ Code, Message string }
		}
		_ = json.Unmarshal(text, &said)
		return &refused{answer.StatusCode, said.Error.Code, said.Error.Message}
	}
	if out == nil || len(text) == 0 {
		return nil
	}
	return json.Unmarshal(text, out)
}

// call calls the control API; a refusal fails the test.
func (s *stage) call(method, path string, in, out any) {
	s.t.Helper()
	if err := s.try(method, path, in, out); err != nil {
		s.t.Fatalf("%s %s: %v", method, path, err)
	}
}

// fault lets a route of the world go wrong; see world.Fault. An answer without a body gets the usual one of its side.
func (s *stage) fault(f world.Fault) {
	s.t.Helper()
	switch {
	case f.Status < http.StatusBadRequest || len(f.Body) > 0:
	case f.Side == world.Zoom:
		f.Body = fmt.Appendf(nil, `{"code":%d,"message":%q}`, f.Status, http.StatusText(f.Status))
	default:
		f.Body = fmt.Appendf(nil, `{"error":{"code":"%d","message":%q}}`, f.Status, http.StatusText(f.Status))
	}
	s.call("PUT", "/faults", f, nil)
}

// calm ends all faults.
func (s *stage) calm() {
	s.t.Helper()
	s.call("DELETE", "/faults", nil, nil)
}

// firstRetry is how soon what has failed for the first time is tried again.
const firstRetry = 3 * time.Second

// idle waits until no product has anything to do.
func (s *stage) idle() {
	s.t.Helper()
	s.rest(firstRetry)
}

// rest waits until no product does anything, or will soon.
func (s *stage) rest(soon time.Duration) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	for _, p := range s.products {
		if err := p.Idle(ctx, soon); err != nil {
			s.t.Fatal(err)
		}
	}
}

// later lets d pass: the world's clock moves, and all that waits in the products' queues is done, whenever it is due. What is under way
// is let finish first: to it, no time passes.
func (s *stage) later(d time.Duration) {
	s.t.Helper()
	s.rest(0)
	s.advance(d)
	for _, p := range s.products {
		if err := p.Hurry(s.t.Context()); err != nil {
			s.t.Fatal(err)
		}
	}
	s.idle()
}

// until waits for a condition that nobody tells us of.
func (s *stage) until(what string, is func() bool) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for !is() {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			s.t.Fatalf("%s: not within %s", what, patience)
		}
	}
}

// advance moves the world's clock, and with it the products'.
func (s *stage) advance(d time.Duration) {
	s.t.Helper()
	s.call("POST", "/clock", map[string]string{"advance": d.String()}, nil)
}

// row is a line of the ledger.
type row = world.Row

// rows are the lines of the ledger with an effect since the mark.
func (s *stage) rows(effect string) []row {
	s.t.Helper()
	var got struct{ Rows []row }
	s.call("GET", fmt.Sprintf("/ledger?after=%d&effect=%s", s.since, effect), nil, &got)
	return got.Rows
}

// mark lets counting begin here.
func (s *stage) mark() { s.since = s.world.World.Ledger.Last() }

// await waits for n rows with an effect since the mark, and answers them.
func (s *stage) await(effect string, n int) []row {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	rows, err := s.world.World.Ledger.Wait(ctx, world.Filter{After: s.since, Effect: effect}, n)
	if err != nil {
		s.t.Fatalf("%d of %d × %s: %v", len(rows), n, effect, err)
	}
	return rows
}

// effects are what both platforms saw of a meeting: the counts that this product is judged by.
type effects struct {
	Meetings int // made at Zoom
	Events   int // made in calendars
	Mails    int // invitations delivered
	Cards    int // posted by the bot in chats and channels
	DMs      int // posted by the bot to a person
}

// effects counts since the mark.
func (s *stage) effects() effects {
	s.t.Helper()
	count := effects{Meetings: len(s.rows("meeting.created")), Events: len(s.rows("event.created"))}
	for _, r := range s.rows("mail.delivered") {
		if r.Detail["kind"] == "invitation" {
			count.Mails++
		}
	}
	for _, r := range s.rows("message.posted") {
		switch {
		case r.By != "bot":
		case r.Detail["scope"] == "personal":
			count.DMs++
		default:
			count.Cards++
		}
	}
	return count
}

// expect waits until all work is done and compares what both platforms saw since the mark.
func (s *stage) expect(want effects) {
	s.t.Helper()
	s.idle()
	if got := s.effects(); got != want {
		s.t.Errorf("the ledger shows %+v, want %+v", got, want)
		s.ledger()
	}
}

// ledger prints what both platforms saw since the mark.
func (s *stage) ledger() {
	s.t.Helper()
	for _, r := range s.rows("") {
		if r.Effect != "api.called" {
			s.t.Logf("  %d %s %s %s %v", r.Seq, r.Effect, r.Subject, r.By, r.Detail)
		}
	}
}

// zoomCalls are the calls of Zoom's API since the mark.
func (s *stage) zoomCalls() int {
	s.t.Helper()
	return len(slices.DeleteFunc(s.rows("api.called"), func(r row) bool { return r.Side != world.Zoom }))
}

// Package wiretest plays the other ends of the wire for tests of the features: Zoom, Entra, Graph and the connector, as raw JSON
// over real HTTP, each with the little that a test needs and a way to go wrong. Product builds the real services upon them and a
// real database. It is for tests alone; the sandbox emulates the world in full.
package wiretest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"sync"
	"testing"
	"time"
)

// Call is one request as it arrived.
type Call struct {
	Route  string // "POST /v2/users/me/meetings"
	Query  string
	Body   string
	Header http.Header
	At     time.Time
}

// Trouble answers a request in place of the server. effect lets the server do what was asked, and gives what it would have answered.
type Trouble func(w http.ResponseWriter, r *http.Request, effect func() *httptest.ResponseRecorder)

// Server is one service with its troubles.
type Server struct {
	*httptest.Server
	mux *http.ServeMux
	now func() time.Time

	mu       sync.Mutex
	calls    []Call
	troubles []*trouble
}

type trouble struct {
	route string
	times int
	play  Trouble
}

func newServer(t testing.TB, now func() time.Time) *Server {
	t.Helper()
	s := &Server{mux: http.NewServeMux(), now: now}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	route := r.Method + " " + r.URL.Path
	s.mu.Lock()
	s.calls = append(s.calls, Call{Route: route, Query: r.URL.RawQuery, Body: string(body), Header: r.Header.Clone(), At: s.now()})
	play := s.next(route)
	s.mu.Unlock()
	effect := func() *httptest.ResponseRecorder {
		held := httptest.NewRecorder()
		s.mux.ServeHTTP(held, r)
		return held
	}
	if play != nil {
		play(w, r, effect)
		return
	}
	hand(w, effect())
}

// next takes the first trouble for a route.
func (s *Server) next(route string) Trouble {
	for i, t := range s.troubles {
		if match, _ := path.Match(t.route, route); match {
			if t.times--; t.times == 0 {
				s.troubles = slices.Delete(s.troubles, i, i+1)
			}
			return t.play
		}
	}
	return nil
}

func hand(w http.ResponseWriter, held *httptest.ResponseRecorder) {
	for name, values := range held.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(held.Code)
	_, _ = w.Write(held.Body.Bytes())
}

// Next plays a trouble at the next requests (times; 0: for ever) of a route, in which * stands for one segment.
func (s *Server) Next(route string, times int, play Trouble) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.troubles = append(s.troubles, &trouble{route: route, times: times, play: play})
}

// Mend ends all troubles.
func (s *Server) Mend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.troubles = nil
}

// Calls lists the requests of a route so far.
func (s *Server) Calls(route string) (found []Call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.calls {
		if match, _ := path.Match(route, c.Route); match {
			found = append(found, c)
		}
	}
	return found
}

// Refuse answers without effect: a status, a body and headers in pairs.
func Refuse(status int, body string, headers ...string) Trouble {
	return func(w http.ResponseWriter, _ *http.Request, _ func() *httptest.ResponseRecorder) {
		w.Header().Set("Content-Type", "application/json")
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// Lose does what was asked and answers a status; 0: the connection is cut instead.
func Lose(status int) Trouble {
	return func(w http.ResponseWriter, _ *http.Request, effect func() *httptest.ResponseRecorder) {
		effect()
		if status == 0 {
			panic(http.ErrAbortHandler)
		}
		w.WriteHeader(status)
	}
}

// Drop cuts the connection before anything is done.
func Drop() Trouble {
	return func(http.ResponseWriter, *http.Request, func() *httptest.ResponseRecorder) {
		panic(http.ErrAbortHandler)
	}
}

// Hang never answers, until the caller gives up or the test ends.
func Hang(t testing.TB) Trouble {
	return func(_ http.ResponseWriter, r *http.Request, _ func() *httptest.ResponseRecorder) {
		select {
		case <-r.Context().Done():
		case <-t.Context().Done():
		}
		panic(http.ErrAbortHandler)
	}
}

// Gate holds requests back after their effect. Each tells Reached, and goes on when Open is closed.
type Gate struct{ Reached, Open chan struct{} }

// NewGate makes a gate that is shut.
func NewGate() *Gate { return &Gate{Reached: make(chan struct{}, 100), Open: make(chan struct{})} }

// After holds back once the effect has happened.
func (g *Gate) After(w http.ResponseWriter, _ *http.Request, effect func() *httptest.ResponseRecorder) {
	held := effect()
	g.Reached <- struct{}{}
	<-g.Open
	hand(w, held)
}

// Before holds back before the effect.
func (g *Gate) Before(w http.ResponseWriter, _ *http.Request, effect func() *httptest.ResponseRecorder) {
	g.Reached <- struct{}{}
	<-g.Open
	hand(w, effect())
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func decode(r *http.Request) map[string]any {
	var body map[string]any
	_ = json.NewDecoder(r.Body).Decode(&body)
	return body
}

// Clock is the time of a test.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// Now is the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Set makes it a time.
func (c *Clock) Set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

// Forward moves it.
func (c *Clock) Forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

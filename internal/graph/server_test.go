package graph_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"causeway/internal/graph"
	"causeway/internal/upstream"
)

const (
	eventID  = "AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A/Q8cAAA=="
	property = "String {6d1f6a7e-5d0c-4a53-9a0d-2f2f0c7f3b11} Name CausewayZoomMeeting"
)

// asked is a request as it arrived.
type asked struct {
	method, path, prefer, level, token, body string
	query                                    map[string][]string
}

// server is Graph as raw JSON. It sits below a path, as in the sandbox, and checks both sides against Microsoft's schema.
type server struct {
	*httptest.Server
	mu    sync.Mutex
	calls []asked
}

// answer is one answer; those of a test are given one after the other, the last one for ever.
type answer struct {
	status int
	body   string
	header map[string]string
}

func newServer(t *testing.T, answers ...answer) *server {
	t.Helper()
	s := &server{}
	check := schema(t)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		path, inside := strings.CutPrefix(r.URL.EscapedPath(), "/graph/v1.0")
		if !inside || r.Header.Get("Accept") != "application/json" || (len(body) > 0) != (r.Header.Get("Content-Type") == "application/json") {
			t.Errorf("%s %s with %v", r.Method, r.URL, r.Header)
		}
		s.mu.Lock()
		next := answers[min(len(s.calls), len(answers)-1)]
		s.calls = append(s.calls, asked{
			method: r.Method, path: path, query: r.URL.Query(), prefer: r.Header.Get("Prefer"), level: r.Header.Get("ConsistencyLevel"),
			token: strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), body: string(body),
		})
		s.mu.Unlock()
		check(r, body, next)
		for name, value := range next.header {
			w.Header().Set(name, value)
		}
		w.Header().Set("Content-Type", "application/json; odata.metadata=minimal; charset=utf-8")
		w.WriteHeader(next.status)
		_, _ = w.Write([]byte(strings.ReplaceAll(next.body, "{server}", "http://"+r.Host+"/graph/v1.0")))
	}))
	t.Cleanup(s.Close)
	return s
}

// client acts for Ana, whose token is always the same.
func (s *server) client() *graph.Client {
	return s.clientWith(func(context.Context, string) (string, error) { return "token-1", nil })
}

func (s *server) clientWith(token graph.TokenSource) *graph.Client {
	api := graph.New(graph.Config{
		URL: s.URL + "/graph/v1.0", HTTP: upstream.NewClient(upstream.Options{Name: "graph", Origins: []string{s.URL}}),
		Now: func() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) },
	})
	return api.Client(token)
}

// all the requests so far.
func (s *server) all() []asked {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]asked(nil), s.calls...)
}

// only is the one request that was made.
func (s *server) only(t *testing.T) asked {
	t.Helper()
	calls := s.all()
	if len(calls) != 1 {
		t.Fatalf("%d requests", len(calls))
	}
	return calls[0]
}

// schema returns what checks a request and its answer against Microsoft's description of Graph, or checks nothing when that
// is not at hand.
func schema(t *testing.T) func(r *http.Request, body []byte, a answer) {
	t.Helper()
	router, err := readSchema()
	if err != nil {
		if os.Getenv("CI") == "" && errors.Is(err, fs.ErrNotExist) {
			return func(*http.Request, []byte, answer) {}
		}
		t.Fatal(err)
	}
	return func(r *http.Request, body []byte, a answer) { checkBoth(t, router, r, body, a) }
}

// readSchema reads it once for all tests: it is large.
var readSchema = sync.OnceValues(func() (routers.Router, error) {
	folder, err := specs()
	if err != nil {
		return nil, err
	}
	raw, err := os.ReadFile(filepath.Join(folder, "microsoft", "graph", "graph-slice.openapi.json"))
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(raw)
	if err != nil {
		return nil, err
	}
	doc.Servers = nil
	for path, item := range doc.Paths.Map() {
		// The parentheses of a function are never written, and places are asked for under the long name of the type.
		doc.Paths.Delete(path)
		doc.Paths.Set(strings.ReplaceAll(strings.ReplaceAll(path, "()", ""), "/graph.", "/microsoft.graph."), item)
	}
	return legacy.NewRouter(doc)
})

func checkBoth(t *testing.T, router routers.Router, r *http.Request, body []byte, a answer) {
	t.Helper()
	path := plainIDs(strings.TrimPrefix(r.URL.EscapedPath(), "/graph/v1.0"))
	copied, err := http.NewRequestWithContext(t.Context(), r.Method, "https://graph.test"+path+"?"+r.URL.RawQuery, strings.NewReader(string(body)))
	if err != nil {
		t.Error(err)
		return
	}
	copied.Header = r.Header.Clone()
	route, parameters, err := router.FindRoute(copied)
	if err != nil {
		t.Errorf("%s %s: %v", r.Method, path, err)
		return
	}
	options := &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true}
	input := &openapi3filter.RequestValidationInput{Request: copied, PathParams: parameters, Route: route, Options: options}
	if err := openapi3filter.ValidateRequest(t.Context(), input); err != nil {
		t.Errorf("request %s %s: %v", r.Method, path, err)
	}
	if a.status/100 == 3 || a.body == "" || strings.HasPrefix(a.body, "<") {
		return // what a proxy says is not in the schema
	}
	output := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: a.status, Header: http.Header{"Content-Type": {"application/json"}}, Options: options,
	}
	output.SetBodyBytes([]byte(a.body))
	if err := openapi3filter.ValidateResponse(t.Context(), output); err != nil {
		t.Errorf("answer to %s %s: %v", r.Method, path, err)
	}
}

// plainIDs makes a path of which the router, which looks at the decoded path, finds the segments.
func plainIDs(path string) string {
	return regexp.MustCompile(`%[0-9A-F]{2}`).ReplaceAllString(path, "_")
}

// specs is the folder of the vendors' schemas: SPECS_DIR, or beside the project.
func specs() (string, error) {
	if folder := os.Getenv("SPECS_DIR"); folder != "" {
		return folder, nil
	}
	folder, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return filepath.Join(folder, "..", "shared", "specs"), nil
		}
		if folder == filepath.Dir(folder) {
			return "", errors.New("no go.mod above")
		}
		folder = filepath.Dir(folder)
	}
}

// refused is an error as Graph writes it.
func refused(status int, code string) answer {
	return answer{status: status, body: `{"error":{"code":"` + code + `","message":"About ana@meridian.example.","innerError":{"date":"2026-11-23T09:00:00","request-id":"7b1a-00ff","client-request-id":"7b1a-00ff"}}}`}
}

package zoom_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"causeway/internal/upstream"
	"causeway/internal/zoom"
)

// noon is the time of the tests.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// fake is a Zoom that answers what a test tells it and remembers what it was asked.
type fake struct {
	*httptest.Server
	mux   *http.ServeMux
	app   *zoom.App
	mu    sync.Mutex
	asked []asked
}

// asked is one request as it came over the wire.
type asked struct{ method, uri, authorization, contentType, body string }

// setup starts a Zoom whose API does not begin at the root.
func setup(t *testing.T) *fake {
	t.Helper()
	f := &fake{mux: http.NewServeMux()}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		f.mu.Lock()
		f.asked = append(f.asked, asked{r.Method, r.RequestURI, r.Header.Get("Authorization"), r.Header.Get("Content-Type"), string(body)})
		f.mu.Unlock()
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		w.Header().Set("Content-Type", "application/json")
		f.mux.ServeHTTP(w, r)
	}))
	t.Cleanup(f.Close)
	f.app = zoom.NewApp(zoom.Config{
		APIURL: f.URL + "/base/", WebURL: f.URL, ClientID: "client", ClientSecret: "hush", Now: func() time.Time { return noon },
		HTTP: upstream.NewClient(upstream.Options{
			Name: "zoom", Origins: []string{f.URL}, Retry: zoom.RetryPolicy(), Now: func() time.Time { return noon },
			Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
		}),
	})
	return f
}

// client acts for a person whose token is "token".
func (f *fake) client() *zoom.Client {
	return f.app.Client(func(context.Context, string) (string, error) { return "token", nil })
}

// answer lets a route answer a status, headers ("Name: value") and a body.
func (f *fake) answer(pattern string, status int, body string, headers ...string) {
	f.mux.HandleFunc(pattern, func(w http.ResponseWriter, _ *http.Request) {
		for _, h := range headers {
			name, value, _ := strings.Cut(h, ": ")
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

// requests are what it was asked so far.
func (f *fake) requests() []asked {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]asked(nil), f.asked...)
}

// only is the one request that came.
func (f *fake) only(t *testing.T) asked {
	t.Helper()
	all := f.requests()
	if len(all) != 1 {
		t.Fatalf("%d requests, want one: %+v", len(all), all)
	}
	return all[0]
}

// specs returns a file of the vendor's specifications. Without them the test is skipped, but not in CI.
func specs(t testing.TB, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(specsDir(t), name))
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("the vendor's specifications are missing: %v", err)
		}
		t.Skipf("the vendor's specifications are not here: %v", err)
	}
	return content
}

// specsDir is where they are, or would be.
func specsDir(t testing.TB) string {
	t.Helper()
	root, err := os.Getwd()
	for err == nil {
		if _, missing := os.Stat(filepath.Join(root, "go.mod")); missing == nil || root == filepath.Dir(root) {
			break
		}
		root = filepath.Dir(root)
	}
	dir := os.Getenv("SPECS_DIR")
	if dir == "" {
		dir = filepath.Join(root, "..", "shared", "specs")
	}
	return filepath.Join(dir, "zoom")
}

// openAPI is Zoom's description of its API, as deep as the tests look.
type openAPI struct {
	Paths map[string]map[string]struct {
		Parameters  []struct{ In, Name string }
		RequestBody struct {
			Content map[string]struct{ Schema json.RawMessage }
		}
	}
}

// checkBody holds the body of a request to Zoom's schema: right types, and no member that is not in it.
func checkBody(t *testing.T, method, path, body string) {
	t.Helper()
	var api openAPI
	if err := json.Unmarshal(specs(t, "zoom.openapi.json"), &api); err != nil {
		t.Fatal(err)
	}
	schema := api.Paths[path][strings.ToLower(method)].RequestBody.Content["application/json"].Schema
	if schema == nil {
		t.Fatalf("%s %s takes no body", method, path)
	}
	parsed, err := jsonschema.UnmarshalJSON(strings.NewReader(string(schema)))
	if err != nil {
		t.Fatal(err)
	}
	closeObjects(parsed)
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("body.json", parsed); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("body.json")
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if err := compiled.Validate(value); err != nil {
		t.Errorf("%s %s: %s\n%v", method, path, body, err)
	}
}

// closeObjects makes a schema refuse members that it does not name.
func closeObjects(schema any) {
	switch s := schema.(type) {
	case map[string]any:
		if _, ok := s["properties"]; ok {
			s["additionalProperties"] = false
		}
		for _, inner := range s {
			closeObjects(inner)
		}
	case []any:
		for _, inner := range s {
			closeObjects(inner)
		}
	}
}

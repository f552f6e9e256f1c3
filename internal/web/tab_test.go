package web_test

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"causeway/internal/entra"
	"causeway/internal/i18n"
	"causeway/internal/keyring"
	"causeway/internal/web"
)

const document = `<!doctype html><html lang="en"><head><meta name="style-nonce" content="__NONCE__" />` +
	`<meta name="teams-origins" content="__TEAMS_ORIGINS__" /><title>Causeway</title></head><body></body></html>`

// files are what a build leaves.
func files() fstest.MapFS {
	return fstest.MapFS{
		"connect.js": {Data: []byte("connect()")}, "connect.css": {Data: []byte("main{}")}, "icon.svg": {Data: []byte("<svg/>")},
		"tab.html": {Data: []byte(document)}, "tab/tab.js": {Data: []byte(strings.Repeat("export{};", 500))}, "tab/tab.css": {Data: []byte("body{}")},
		"assets/sandbox.js": {Data: []byte("sandbox()")}, "sandbox.html": {Data: []byte("sandbox")},
	}
}

// serve makes the whole surface of a product that nobody has connected with anything.
func serve(t *testing.T, ui fstest.MapFS) http.Handler {
	t.Helper()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	app := entra.NewApp(entra.Config{LoginURL: "https://login.example", Tenant: "t", AppID: "a"})
	h, err := web.New(web.Config{
		Bot: http.NotFoundHandler(), Entra: app, SSO: entra.NewSSOVerifier(entra.SSOConfig{App: app}), Ring: keyring.Generate(), Texts: texts, UI: ui,
		PublicURL: "https://causeway.example", TeamsOrigins: []string{"https://teams.microsoft.com", "https://teams.cloud.microsoft"},
		TabAncestors: []string{"https://teams.microsoft.com", "https://*.office.com"}, Now: time.Now,
		Ready: func(context.Context) error { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// answered is an answer, read to its end.
type answered struct {
	status int
	header http.Header
	body   string
}

func get(t *testing.T, h http.Handler, path string, header ...string) answered {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return answered{w.Code, w.Header(), w.Body.String()}
}

// Teams may frame the tab, and nobody else may; each answer has a nonce of its own, and no cookie comes with it.
func TestT23_TabIsFramedByTeamsAlone(t *testing.T) {
	t.Parallel()
	h := serve(t, files())
	nonces := map[string]bool{}
	for range 3 {
		answer := get(t, h, "/tab")
		text, policy := answer.body, answer.header.Get("Content-Security-Policy")
		nonce := regexp.MustCompile(`name="style-nonce" content="([A-Z2-7]{26})"`).FindStringSubmatch(text)
		if len(nonce) != 2 {
			t.Fatalf("no nonce in %s", text)
		}
		nonces[nonce[1]] = true
		want := "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-" + nonce[1] + "'; connect-src 'self'; img-src 'self' data:; " +
			"form-action 'none'; base-uri 'none'; frame-ancestors https://teams.microsoft.com https://*.office.com https://teams.cloud.microsoft"
		if policy != want {
			t.Errorf("the policy is %q, want %q", policy, want)
		}
		if !strings.Contains(text, `name="teams-origins" content="https://teams.microsoft.com https://teams.cloud.microsoft"`) {
			t.Errorf("the origins are not in %s", text)
		}
		for name, want := range map[string]string{
			"X-Frame-Options": "", "Set-Cookie": "", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
			"Strict-Transport-Security": "max-age=31536000; includeSubDomains", "Content-Type": "text/html; charset=utf-8", "Access-Control-Allow-Origin": "",
		} {
			if got := answer.header.Get(name); got != want {
				t.Errorf("%s is %q, want %q", name, got, want)
			}
		}
	}
	if len(nonces) != 3 {
		t.Errorf("%d nonces in three answers", len(nonces))
	}
	for _, path := range []string{"/", "/privacy", "/nowhere", "/api/me", "/consent/x"} {
		if policy := get(t, h, path).header.Get("Content-Security-Policy"); !strings.Contains(policy, "frame-ancestors 'none'") {
			t.Errorf("%s may be framed: %q", path, policy)
		}
	}
	bare := files()
	delete(bare, "tab.html")
	delete(bare, "tab/tab.js")
	delete(bare, "tab/tab.css")
	if answer := get(t, serve(t, bare), "/tab"); answer.status != http.StatusNotFound {
		t.Errorf("a tab that was not built: answered %d", answer.status)
	}
}

// What the tab loads is served from a list, whatever an address looks like.
func TestAssetsAreThoseOfTheList(t *testing.T) {
	t.Parallel()
	h := serve(t, files())
	for path, kind := range map[string]string{
		"/assets/tab/tab.js": "text/javascript; charset=utf-8", "/assets/tab/tab.css": "text/css; charset=utf-8", "/assets/icon.svg": "image/svg+xml",
		"/assets/connect.js": "text/javascript; charset=utf-8",
	} {
		answer := get(t, h, path)
		if answer.status != http.StatusOK || answer.header.Get("Content-Type") != kind || answer.header.Get("Cache-Control") != "no-cache" {
			t.Errorf("%s: %d %v", path, answer.status, answer.header)
		}
		again := get(t, h, path, "If-None-Match", answer.header.Get("ETag"))
		if again.status != http.StatusNotModified || answer.header.Get("ETag") == "" {
			t.Errorf("%s again: %d", path, again.status)
		}
	}
	packed := get(t, h, "/assets/tab/tab.js", "Accept-Encoding", "br, gzip")
	z, err := gzip.NewReader(strings.NewReader(packed.body))
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(z); err != nil || string(text) != strings.Repeat("export{};", 500) || packed.header.Get("Content-Encoding") != "gzip" {
		t.Errorf("packed: %d bytes, %v, %v", len(text), err, packed.header)
	}
	for _, path := range []string{
		"/assets/sandbox.js", "/assets/tab.html", "/assets/tab/", "/assets/tab/..%2fsandbox.html", "/assets/tab/../sandbox.html", "/assets/%2e%2e/tab.html",
		"/assets/tab/nothing.js", "/tab/tab.js", "/assets/assets/sandbox.js",
	} {
		if answer := get(t, h, path); answer.status == http.StatusOK {
			t.Errorf("%s: answered %d", path, answer.status)
		}
	}
}

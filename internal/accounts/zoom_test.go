package accounts_test

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"causeway/internal/zoom"
)

const (
	zoomClient = "zoomclient0123456789"
	zoomSecret = "zoom-client-secret-canary"
)

// zoomUser is somebody at Zoom.
type zoomUser struct{ id, account, name, email string }

// zoomServer is Zoom as raw HTTP: consent, tokens that rotate, one grant for each user, and who am I.
type zoomServer struct {
	*httptest.Server
	now func() time.Time

	mu       sync.Mutex
	codes    map[string]*zoomCode
	grants   []*zoomGrant
	disabled bool
	// elsewhere says that disabled concerns single Zoom accounts, and not the app.
	elsewhere bool
	down      int // so many token calls are answered with 503
	before    func(route string)
	after     func(route string) // when the effect has happened and the answer has not left
	calls     []string
	scopes    []string // granted from now on
}

type zoomCode struct {
	user                zoomUser
	challenge, redirect string
	used                bool
}

// zoomGrant is one consent. Each pair of tokens ends the one before.
type zoomGrant struct {
	user     zoomUser
	access   string
	refresh  string
	used     []string // refresh tokens that were spent
	expires  time.Time
	ended    bool
	revoked  bool
	refreshs int
	refused  int
}

func newZoom(t *testing.T, now func() time.Time) *zoomServer {
	t.Helper()
	z := &zoomServer{now: now, codes: map[string]*zoomCode{}, scopes: zoom.Scopes()}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /oauth/token", z.token)
	mux.HandleFunc("POST /oauth/revoke", z.revoke)
	mux.HandleFunc("GET /v2/users/me", z.me)
	z.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		route := r.Method + " " + r.URL.Path
		z.mu.Lock()
		z.calls = append(z.calls, route)
		before, after := z.before, z.after
		z.mu.Unlock()
		if before != nil {
			before(route)
		}
		held := httptest.NewRecorder()
		mux.ServeHTTP(held, r)
		if after != nil {
			after(route)
		}
		for name, values := range held.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(held.Code)
		_, _ = w.Write(held.Body.Bytes())
	}))
	t.Cleanup(z.Close)
	return z
}

// consent plays Zoom's page: the person allows what the address asks for. It answers the query of the callback.
func (z *zoomServer) consent(t *testing.T, address string, user zoomUser) url.Values {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil || u.Scheme+"://"+u.Host != z.URL || u.Path != "/oauth/authorize" {
		t.Fatalf("sent to %s", address)
	}
	q := u.Query()
	if q.Get("response_type") != "code" || q.Get("client_id") != zoomClient || q.Get("code_challenge_method") != "S256" ||
		q.Get("redirect_uri") != publicURL+"/zoom/oauth/callback" || q.Get("code_verifier") != "" {
		t.Errorf("authorize: %v", q)
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	code := rand.Text()
	z.codes[code] = &zoomCode{user: user, challenge: q.Get("code_challenge"), redirect: q.Get("redirect_uri")}
	return url.Values{"code": {code}, "state": {q.Get("state")}}
}

func (z *zoomServer) token(w http.ResponseWriter, r *http.Request) {
	z.mu.Lock()
	defer z.mu.Unlock()
	id, secret, _ := r.BasicAuth()
	switch {
	case z.down > 0:
		z.down--
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	case id != zoomClient || secret != zoomSecret:
		answer(w, 401, map[string]any{"error": "invalid_client", "reason": "Invalid client_id or client_secret"})
		return
	case z.disabled:
		answer(w, 400, map[string]any{"error": "invalid_client", "reason": "disabled", "errorCode": 4738})
		return
	}
	if r.FormValue("grant_type") == "refresh_token" {
		z.refresh(w, r.FormValue("refresh_token"))
		return
	}
	c := z.codes[r.FormValue("code")]
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	if c == nil || c.used || base64.RawURLEncoding.EncodeToString(sum[:]) != c.challenge || r.FormValue("redirect_uri") != c.redirect {
		answer(w, 400, map[string]any{"error": "invalid_request", "reason": "Invalid authorization code"})
		return
	}
	c.used = true
	for _, g := range z.grants {
		if g.user.id == c.user.id {
			g.ended = true
		}
	}
	g := &zoomGrant{user: c.user}
	z.grants = append(z.grants, g)
	z.issue(w, g)
}

func (z *zoomServer) issue(w http.ResponseWriter, g *zoomGrant) {
	if g.refresh != "" {
		g.used = append(g.used, g.refresh)
	}
	g.access, g.refresh, g.expires = "zoom-access-canary-"+rand.Text(), "zoom-refresh-canary-"+rand.Text(), z.now().Add(time.Hour)
	answer(w, 200, map[string]any{
		"access_token": g.access, "token_type": "bearer", "refresh_token": g.refresh, "expires_in": 3600,
		"scope": strings.Join(z.scopes, " "), "api_url": z.URL,
	})
}

func (z *zoomServer) refresh(w http.ResponseWriter, refresh string) {
	for _, g := range z.grants {
		if g.refresh == refresh && !g.ended {
			g.refreshs++
			z.issue(w, g)
			return
		}
		if g.refresh == refresh || slices.Contains(g.used, refresh) {
			g.refused++
		}
	}
	answer(w, 400, map[string]any{"error": "invalid_grant", "reason": "Invalid Token!"})
}

func (z *zoomServer) revoke(w http.ResponseWriter, r *http.Request) {
	z.mu.Lock()
	defer z.mu.Unlock()
	if z.down > 0 {
		z.down--
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	for _, g := range z.grants {
		if g.access == r.FormValue("token") && !g.ended {
			g.ended, g.revoked = true, true
			answer(w, 200, map[string]any{"status": "success"})
			return
		}
	}
	answer(w, 400, map[string]any{"error": "invalid_request", "reason": "Invalid Token!", "errorCode": 4741})
}

func (z *zoomServer) me(w http.ResponseWriter, r *http.Request) {
	z.mu.Lock()
	defer z.mu.Unlock()
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	for _, g := range z.grants {
		if g.access == token && !g.ended && z.now().Before(g.expires) {
			answer(w, 200, map[string]any{
				"id": g.user.id, "account_id": g.user.account, "display_name": g.user.name, "email": g.user.email, "type": 2,
			})
			return
		}
	}
	answer(w, 401, map[string]any{"code": 124, "message": "Invalid access token."})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// locked looks at or changes the server between requests.
func (z *zoomServer) locked(do func()) {
	z.mu.Lock()
	defer z.mu.Unlock()
	do()
}

// kill ends the access token of a user's grant, as Zoom does when another pair is given.
func (z *zoomServer) killAccess(user zoomUser) {
	z.locked(func() {
		for _, g := range z.grants {
			if g.user.id == user.id && !g.ended {
				g.access = "gone"
			}
		}
	})
}

// endGrants ends the grants of a user, as when the person removes the app at Zoom.
func (z *zoomServer) endGrants(user zoomUser) {
	z.locked(func() {
		for _, g := range z.grants {
			if g.user.id == user.id {
				g.ended = true
			}
		}
	})
}

// alive lists the grants that somebody could still use.
func (z *zoomServer) alive() (found []zoomGrant) {
	z.locked(func() {
		for _, g := range z.grants {
			if !g.ended {
				found = append(found, *g)
			}
		}
	})
	return found
}

// called counts the requests of a route.
func (z *zoomServer) called(route string) int {
	n := 0
	z.locked(func() {
		for _, c := range z.calls {
			if c == route {
				n++
			}
		}
	})
	return n
}

// refreshes counts the refreshes of all grants, and those that were refused.
func (z *zoomServer) refreshes() (done, refused int) {
	z.locked(func() {
		for _, g := range z.grants {
			done, refused = done+g.refreshs, refused+g.refused
		}
	})
	return done, refused
}

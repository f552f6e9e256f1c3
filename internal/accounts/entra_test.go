package accounts_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"causeway/internal/entra"
)

const (
	entraApp    = "11111111-2222-4333-8444-555555555555"
	entraSecret = "entra-client-secret-canary"
)

// signingKey is made once for all tests: it takes long.
var signingKey = sync.OnceValue(func() *rsa.PrivateKey { //nolint:gochecknoglobals // see above
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// microsoft is Entra and Graph as raw HTTP, for one tenant.
type microsoft struct {
	*httptest.Server
	tenant entra.TenantID
	now    func() time.Time

	mu        sync.Mutex
	codes     map[string]*entraCode
	refreshes map[string]entra.Person // refresh token → whose; like Entra's, they work more than once
	accesses  map[string]entra.Person
	scope     string // granted
	refusal   string // error of the token endpoint, with its number: "invalid_grant 700082"
	noMailbox bool
	after     func(route string)
	refreshed int
	looks     int // into calendars
}

type entraCode struct {
	who                        entra.Person
	challenge, redirect, nonce string
	used                       bool
}

func newMicrosoft(t *testing.T, tenant entra.TenantID, now func() time.Time) *microsoft {
	t.Helper()
	m := &microsoft{
		tenant: tenant, now: now, codes: map[string]*entraCode{}, refreshes: map[string]entra.Person{}, accesses: map[string]entra.Person{},
		scope: "openid profile User.Read Calendars.ReadWrite",
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{tenant}/discovery/v2.0/keys", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, 200, map[string]any{"keys": []any{map[string]any{
			"kty": "RSA", "use": "sig", "kid": "key-1", "n": base64.RawURLEncoding.EncodeToString(signingKey().N.Bytes()), "e": "AQAB",
		}}})
	})
	mux.HandleFunc("POST /{tenant}/oauth2/v2.0/token", m.token)
	mux.HandleFunc("GET /v1.0/me/calendarView", m.calendar)
	m.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		held := httptest.NewRecorder()
		mux.ServeHTTP(held, r)
		m.mu.Lock()
		after := m.after
		m.mu.Unlock()
		if after != nil {
			after(r.Method + " " + r.URL.Path[strings.LastIndex(r.URL.Path, "/"):])
		}
		for name, values := range held.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(held.Code)
		_, _ = w.Write(held.Body.Bytes())
	}))
	t.Cleanup(m.Close)
	return m
}

// consent plays Entra's page for somebody who is signed in there.
func (m *microsoft) consent(t *testing.T, address string, who entra.Person) url.Values {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil || u.Scheme+"://"+u.Host != m.URL || u.Path != "/"+string(m.tenant)+"/oauth2/v2.0/authorize" {
		t.Fatalf("sent to %s", address)
	}
	q := u.Query()
	scopes := strings.Fields(q.Get("scope"))
	slices.Sort(scopes)
	if q.Get("client_id") != entraApp || q.Get("code_challenge_method") != "S256" || q.Get("redirect_uri") != publicURL+"/entra/callback" ||
		strings.Join(scopes, " ") != "Calendars.ReadWrite User.Read offline_access openid profile" {
		t.Errorf("authorize: %v", q)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	code := rand.Text()
	m.codes[code] = &entraCode{
		who: who, challenge: q.Get("code_challenge"), redirect: q.Get("redirect_uri"), nonce: q.Get("nonce"),
	}
	return url.Values{"code": {code}, "state": {q.Get("state")}}
}

func (m *microsoft) token(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r.FormValue("client_id") != entraApp || r.FormValue("client_secret") != entraSecret {
		answer(w, 401, map[string]any{"error": "invalid_client", "error_codes": []int{7000215}})
		return
	}
	if m.refusal != "" {
		var code string
		var number int
		_, _ = fmt.Sscanf(m.refusal, "%s %d", &code, &number)
		answer(w, 400, map[string]any{"error": code, "error_codes": []int{number}})
		return
	}
	if r.FormValue("grant_type") == "refresh_token" {
		who, ok := m.refreshes[r.FormValue("refresh_token")]
		if !ok {
			answer(w, 400, map[string]any{"error": "invalid_grant", "error_codes": []int{70008}})
			return
		}
		m.refreshed++
		m.issue(w, who, "")
		return
	}
	c := m.codes[r.FormValue("code")]
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	if c == nil || c.used || base64.RawURLEncoding.EncodeToString(sum[:]) != c.challenge || r.FormValue("redirect_uri") != c.redirect {
		answer(w, 400, map[string]any{"error": "invalid_grant", "error_codes": []int{70008}})
		return
	}
	c.used = true
	m.issue(w, c.who, c.nonce)
}

func (m *microsoft) issue(w http.ResponseWriter, who entra.Person, nonce string) {
	access, refresh := "graph-access-canary-"+rand.Text(), "graph-refresh-canary-"+rand.Text()
	m.accesses[access], m.refreshes[refresh] = who, who
	answer(w, 200, map[string]any{
		"token_type": "Bearer", "expires_in": 3600, "scope": m.scope, "access_token": access, "refresh_token": refresh,
		"id_token": m.idToken(who, nonce),
	})
}

func (m *microsoft) idToken(who entra.Person, nonce string) string {
	now := m.now().Unix()
	claims, _ := json.Marshal(map[string]any{
		"ver": "2.0", "iss": m.URL + "/" + string(who.Tenant) + "/v2.0", "aud": entraApp, "tid": who.Tenant, "oid": who.ID, "sub": "s",
		"name": "Somebody", "nonce": nonce, "iat": now, "nbf": now, "exp": now + 3600,
	})
	text := base64.RawURLEncoding.EncodeToString([]byte(`{"typ":"JWT","alg":"RS256","kid":"key-1"}`)) + "." + base64.RawURLEncoding.EncodeToString(claims)
	sum := sha256.Sum256([]byte(text))
	signature, _ := rsa.SignPKCS1v15(nil, signingKey(), crypto.SHA256, sum[:])
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func (m *microsoft) calendar(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.looks++
	switch _, ok := m.accesses[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]; {
	case !ok:
		answer(w, 401, map[string]any{"error": map[string]any{"code": "InvalidAuthenticationToken"}})
	case m.noMailbox:
		answer(w, 404, map[string]any{"error": map[string]any{"code": "MailboxNotEnabledForRESTAPI"}})
	default:
		answer(w, 200, map[string]any{"value": []any{}})
	}
}

func (m *microsoft) locked(do func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	do()
}

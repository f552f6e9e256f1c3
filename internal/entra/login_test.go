package entra_test

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
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"causeway/internal/entra"
	"causeway/internal/upstream"
)

const (
	tenant   = "6f0e4a52-9d0c-4c7b-8a53-0b1f5f1f2a01"
	harbour  = "6f0e4a52-9d0c-4c7b-8a53-0b1f5f1f2a02"
	appID    = "11111111-2222-4333-8444-555555555555"
	foreign  = "99999999-2222-4333-8444-555555555555"
	resource = "api://causeway.example/" + appID
	ana      = "aaaaaaaa-0000-4000-8000-000000000001"
	secret   = "s3cret~value"
	redirect = "https://causeway.example/entra/callback"
	graphAPI = "https://graph.microsoft.com"
)

// login is Entra as raw HTTP: keys, and a token endpoint that answers what the test says and keeps what it was asked.
type login struct {
	*httptest.Server
	key  *rsa.PrivateKey
	at   atomic.Int64 // the clock
	down atomic.Bool  // no keys

	mu     sync.Mutex
	asked  []url.Values
	answer func(form url.Values) (status int, body string)
	header http.Header // beside the answer
}

func newLogin(t *testing.T) *login {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	l := &login{key: key, header: http.Header{}}
	l.at.Store(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC).Unix())
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{tenant}/discovery/v2.0/keys", func(w http.ResponseWriter, _ *http.Request) {
		if l.down.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = fmt.Fprintf(w, `{"keys":[{"kty":"RSA","use":"sig","kid":"key-1","n":%q,"e":"AQAB","issuer":"https://login.microsoftonline.com/{tenantid}/v2.0"}]}`,
			base64.RawURLEncoding.EncodeToString(key.N.Bytes()))
	})
	mux.HandleFunc("POST /"+tenant+"/oauth2/v2.0/token", func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		if r.URL.RawQuery != "" || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" || r.Header.Get("Authorization") != "" {
			t.Errorf("request %s with %v", r.URL, r.Header)
		}
		l.mu.Lock()
		l.asked = append(l.asked, r.PostForm)
		answer := l.answer
		for name, values := range l.header {
			w.Header()[name] = values
		}
		l.mu.Unlock()
		status, body := answer(r.PostForm)
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	})
	l.Server = httptest.NewServer(mux)
	t.Cleanup(l.Close)
	return l
}

func (l *login) now() time.Time          { return time.Unix(l.at.Load(), 0) }
func (l *login) forward(d time.Duration) { l.at.Add(int64(d / time.Second)) }

// answers sets what the token endpoint answers from now on.
func (l *login) answers(status int, body string) {
	l.answersBy(func(url.Values) (int, string) { return status, body })
}

func (l *login) answersBy(answer func(url.Values) (int, string)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answer = answer
}

func (l *login) calls() []url.Values {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]url.Values(nil), l.asked...)
}

func (l *login) app() *entra.App {
	return entra.NewApp(entra.Config{
		LoginURL: l.URL, Tenant: tenant, AppID: appID, Secret: secret, Now: l.now,
		HTTP: upstream.NewClient(upstream.Options{Name: "entra", Origins: []string{l.URL}}),
	})
}

// claims of a token as Teams passes it: version "1.0" or "2.0".
func (l *login) claims(version string) map[string]any {
	claims := map[string]any{
		"ver": version, "tid": tenant, "oid": ana, "name": "Ana Duarte", "scp": "access_as_user", "sub": "x",
		"iat": l.at.Load(), "nbf": l.at.Load() - 60, "exp": l.at.Load() + 3600,
	}
	if version == "1.0" {
		claims["iss"], claims["aud"], claims["appid"], claims["upn"] = "https://sts.windows.net/"+tenant+"/", resource, entra.TeamsWebClient, "ana@meridian.example"
	} else {
		claims["iss"], claims["aud"], claims["azp"], claims["preferred_username"] = l.URL+"/"+tenant+"/v2.0", appID, entra.TeamsWebClient, "ana@meridian.example"
	}
	return claims
}

func (l *login) sign(t *testing.T, claims map[string]any) string {
	t.Helper()
	return signBy(t, l.key, claims)
}

func signBy(t *testing.T, key *rsa.PrivateKey, claims map[string]any) string {
	t.Helper()
	body, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	text := base64.RawURLEncoding.EncodeToString([]byte(`{"typ":"JWT","alg":"RS256","kid":"key-1"}`)) + "." + base64.RawURLEncoding.EncodeToString(body)
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// with changes claims; nil takes one away.
func with(claims map[string]any, changes ...any) map[string]any {
	changed := map[string]any{}
	for name, value := range claims {
		changed[name] = value
	}
	for i := 0; i < len(changes); i += 2 {
		name, _ := changes[i].(string)
		changed[name] = changes[i+1]
		if changes[i+1] == nil {
			delete(changed, name)
		}
	}
	return changed
}

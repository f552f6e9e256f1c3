package jwks_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"causeway/internal/jwks"
)

const issuer = "https://api.botframework.com"

// authority publishes keys as raw JSON and counts how often they are read.
type authority struct {
	*httptest.Server
	reads, configs atomic.Int64
	down           atomic.Bool

	mu   sync.Mutex
	keys []string // JSON objects
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	a := &authority{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /openid", func(w http.ResponseWriter, _ *http.Request) {
		a.configs.Add(1)
		_, _ = fmt.Fprintf(w, `{"issuer":%q,"jwks_uri":%q,"id_token_signing_alg_values_supported":["RS256"]}`, issuer, a.URL+"/keys")
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		a.reads.Add(1)
		if a.down.Load() {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		a.mu.Lock()
		defer a.mu.Unlock()
		list := ""
		for i, key := range a.keys {
			if i > 0 {
				list += ","
			}
			list += key
		}
		_, _ = fmt.Fprintf(w, `{"keys":[%s]}`, list)
	})
	a.Server = httptest.NewServer(mux)
	t.Cleanup(a.Close)
	return a
}

// publish replaces what is published.
func (a *authority) publish(keys ...string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.keys = keys
}

func (a *authority) set(c *clock) *jwks.Set {
	return jwks.New(jwks.Options{KeysURL: a.URL + "/keys", HTTP: a.Client(), Now: c.now})
}

func (a *authority) verifier(c *clock) *jwks.Verifier {
	return jwks.NewVerifier(jwks.VerifierOptions{Issuers: map[string]*jwks.Set{issuer: a.set(c)}, Now: c.now})
}

// clock is moved by hand.
type clock struct{ at atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.at.Store(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC).Unix())
	return c
}

func (c *clock) now() time.Time           { return time.Unix(c.at.Load(), 0) }
func (c *clock) forward(d time.Duration)  { c.at.Add(int64(d / time.Second)) }
func (c *clock) in(d time.Duration) int64 { return c.at.Load() + int64(d/time.Second) }
func (c *clock) claims() map[string]any   { return c.expiring(time.Hour) }
func (c *clock) expiring(d time.Duration) map[string]any {
	return map[string]any{
		"iss": issuer, "aud": "00000000-0000-4000-8000-000000000001", "serviceurl": "https://smba.trafficmanager.net/emea/",
		"nbf": c.in(-time.Minute), "exp": c.in(d),
	}
}

// pair is a key pair under a name.
type pair struct {
	id  string
	rsa *rsa.PrivateKey
}

func newPair(t testing.TB, id string) pair {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return pair{id: id, rsa: key}
}

// public is the key as the Bot Framework publishes it.
func (p pair) public(endorsements ...string) string {
	listed := ""
	if endorsements != nil {
		list, _ := json.Marshal(endorsements)
		listed = `,"endorsements":` + string(list)
	}
	return fmt.Sprintf(`{"kty":"RSA","use":"sig","kid":%q,"x5t":%q,"n":%q,"e":"AQAB","x5c":["MIIC"]%s}`, p.id, p.id,
		base64.RawURLEncoding.EncodeToString(p.rsa.N.Bytes()), listed)
}

func (p pair) header() map[string]any {
	return map[string]any{"typ": "JWT", "alg": "RS256", "kid": p.id, "x5t": p.id}
}

func (p pair) sign(t testing.TB, claims map[string]any) string {
	t.Helper()
	return p.signUnder(t, p.header(), claims)
}

func (p pair) signUnder(t testing.TB, header, claims map[string]any) string {
	t.Helper()
	text := segment(t, header) + "." + segment(t, claims)
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(nil, p.rsa, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func segment(t testing.TB, part map[string]any) string {
	t.Helper()
	text, err := json.Marshal(part)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

func with(part map[string]any, name string, value any) map[string]any {
	changed := map[string]any{}
	for k, v := range part {
		changed[k] = v
	}
	changed[name] = value
	if value == nil {
		delete(changed, name)
	}
	return changed
}

func base64Int(n int64) string { return base64.RawURLEncoding.EncodeToString(big.NewInt(n).Bytes()) }

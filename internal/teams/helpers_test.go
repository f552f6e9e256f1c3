package teams_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"causeway/internal/jwks"
)

const (
	appID      = "6a2f1f0e-7c2b-4a42-9a1e-2f8f6f3d1a02"
	tenantID   = "b28f4b5c-1d2e-4f3a-8b9c-0d1e2f3a4b5c"
	issuer     = "https://api.botframework.com"
	service    = "https://smba.trafficmanager.net/emea/"
	microsoft  = "https://smba.trafficmanager.net"
	anaID      = "29:1aBjXyZ-ana"
	entraV1    = "https://sts.windows.net/" + tenantID + "/"
	entraV2    = "https://login.microsoftonline.com/" + tenantID + "/v2.0"
	botChannel = "msteams"
)

// noon is the time of the tests.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// specs returns a file of the vendors' specifications. Without them the test is skipped, but not in CI.
func specs(t testing.TB, name string) []byte {
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
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("the vendors' specifications are missing: %v", err)
		}
		t.Skipf("the vendors' specifications are not here: %v", err)
	}
	return text
}

// authority publishes keys and signs tokens, as the Bot Framework and Entra do.
type authority struct {
	mu      sync.Mutex
	keys    map[string]*rsa.PrivateKey
	endorse map[string][]string
	fetches atomic.Int64
	set     *jwks.Set
}

func newAuthority(t testing.TB, now func() time.Time) *authority {
	t.Helper()
	a := &authority{keys: map[string]*rsa.PrivateKey{}, endorse: map[string][]string{}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		a.fetches.Add(1)
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": a.published()})
	}))
	t.Cleanup(server.Close)
	a.set = jwks.New(jwks.Options{KeysURL: server.URL, HTTP: server.Client(), Now: now})
	a.add(t, "k1", botChannel, "webchat")
	return a
}

func (a *authority) add(t testing.TB, kid string, endorsements ...string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.keys[kid], a.endorse[kid] = key, endorsements
}

func (a *authority) published() []map[string]any {
	a.mu.Lock()
	defer a.mu.Unlock()
	var all []map[string]any
	for kid, key := range a.keys {
		one := map[string]any{
			"kty": "RSA", "use": "sig", "kid": kid, "n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()),
			"e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes()),
		}
		if len(a.endorse[kid]) > 0 {
			one["endorsements"] = a.endorse[kid]
		}
		all = append(all, one)
	}
	return all
}

// claims are those of a good token of the Bot Framework, changed as the test wants; a nil value takes a claim out.
func claims(change map[string]any) jwt.MapClaims {
	c := jwt.MapClaims{
		"iss": issuer, "aud": appID, "serviceurl": service,
		"nbf": noon.Add(-time.Minute).Unix(), "exp": noon.Add(time.Hour).Unix(),
	}
	for name, value := range change {
		if value == nil {
			delete(c, name)
		} else {
			c[name] = value
		}
	}
	return c
}

// sign makes a token with the key kid.
func (a *authority) sign(t testing.TB, kid string, c jwt.MapClaims) string {
	t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, c)
	token.Header["kid"] = kid
	raw, err := token.SignedString(a.keys[kid])
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// message is an activity as Teams sends it, changed at its top level; a nil value takes a field out.
func message(change map[string]any) []byte {
	a := map[string]any{
		"type": "message", "id": "1700000000000", "timestamp": "2026-11-23T08:50:33.384Z", "channelId": botChannel, "serviceUrl": service,
		"from":         map[string]any{"id": anaID, "name": "Ana", "aadObjectId": "b130c271-d2eb-45f9-83ab-9eb3fe3788bc"},
		"recipient":    map[string]any{"id": "28:" + appID, "name": "Causeway"},
		"conversation": map[string]any{"conversationType": "personal", "tenantId": tenantID, "id": "a:1rWabc"},
		"text":         "hello", "textFormat": "plain", "locale": "en-US",
		"entities":    []any{map[string]any{"type": "clientInfo", "locale": "en-US", "platform": "Web", "timezone": "Europe/Paris"}},
		"channelData": map[string]any{"tenant": map[string]any{"id": tenantID}},
	}
	for name, value := range change {
		if value == nil {
			delete(a, name)
		} else {
			a[name] = value
		}
	}
	text, err := json.Marshal(a)
	if err != nil {
		panic(err)
	}
	return text
}

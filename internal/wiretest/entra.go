package wiretest

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"math/big"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"causeway/internal/entra"
)

// Entra is Entra and the Bot Framework's keys: tokens for people, for the application, and those with which Teams comes in.
type Entra struct {
	*Server
	codes     map[string]grant    // by code or refresh token
	consents  map[string][]string // what people have allowed beside the calendar
	claims    string              // wanted of everybody
	delegated int
	scope     string // of the grants of people
}

type grant struct{ person, nonce string }

// key signs everything: making one for each test would take longer than the test.
var key = sync.OnceValue(func() *rsa.PrivateKey {
	made, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err) // cannot happen: crypto/rand never fails
	}
	return made
})

func newEntra(t testing.TB, now func() time.Time) *Entra {
	e := &Entra{Server: newServer(t, now), codes: map[string]grant{}, consents: map[string][]string{}, scope: usualScope}
	e.mux.HandleFunc("POST /{tenant}/oauth2/v2.0/token", e.token)
	e.mux.HandleFunc("GET /{tenant}/discovery/v2.0/keys", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, 200, map[string]any{"keys": []any{map[string]any{
			"kty": "RSA", "use": "sig", "kid": "k1", "endorsements": []string{"msteams"},
			"n": base64.RawURLEncoding.EncodeToString(key().N.Bytes()), "e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key().E)).Bytes()),
		}}})
	})
	return e
}

// usualScope is what people allow when they connect.
const usualScope = "User.Read Calendars.ReadWrite openid profile offline_access"

func sign(claims jwt.MapClaims) string {
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	token.Header["kid"] = "k1"
	raw, err := token.SignedString(key())
	if err != nil {
		panic(err) // cannot happen: the key is of the method
	}
	return raw
}

// code is what Entra hands to the browser of a person who consents, sent there with an authorize address.
func (e *Entra) code(person entra.Person, authorize string) (code, state string) {
	u, _ := url.Parse(authorize)
	e.mu.Lock()
	defer e.mu.Unlock()
	code = rand.Text()
	e.codes[code] = grant{string(person.ID), u.Query().Get("nonce")}
	return code, u.Query().Get("state")
}

func (e *Entra) token(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	body := map[string]any{"token_type": "Bearer", "expires_in": 3600, "scope": e.scope}
	switch r.FormValue("grant_type") {
	case "client_credentials":
		body["access_token"] = "bot-token"
	case "urn:ietf:params:oauth:grant-type:jwt-bearer":
		e.onBehalf(w, r)
		return
	default:
		g, known := e.codes[r.FormValue("code")+r.FormValue("refresh_token")]
		if !known {
			answer(w, 400, map[string]any{"error": "invalid_grant", "error_description": "AADSTS70008: expired", "error_codes": []int{70008}})
			return
		}
		refresh := rand.Text()
		e.codes[refresh] = g
		body["access_token"], body["refresh_token"] = "graph-"+g.person, refresh
		body["id_token"] = sign(jwt.MapClaims{
			"iss": e.URL + "/" + r.PathValue("tenant") + "/v2.0", "aud": AppID, "ver": "2.0", "tid": r.PathValue("tenant"), "oid": g.person,
			"nonce": g.nonce, "name": g.person, "nbf": e.now().Add(-time.Minute).Unix(), "exp": e.now().Add(time.Hour).Unix(),
		})
	}
	answer(w, 200, body)
}

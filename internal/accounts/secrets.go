package accounts

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"

	crand "crypto/rand"

	"causeway/internal/entra"
	"causeway/internal/keyring"
	"causeway/internal/zoom"
)

// token is what states and codes look like: 256 random bits.
var token = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)

// digits are what manual codes look like.
var digits = regexp.MustCompile(`^[0-9]{6}$`)

// random is a new state, code, verifier, nonce or cookie.
func (s *Service) random() string {
	b := make([]byte, 32)
	if _, err := io.ReadFull(s.c.Rand, b); err != nil {
		panic(err) // cannot happen: crypto/rand never fails
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// randomDigits is a new manual code.
func (s *Service) randomDigits() string {
	n, err := crand.Int(s.c.Rand, big.NewInt(1_000_000))
	if err != nil {
		panic(err) // as above
	}
	return fmt.Sprintf("%06d", n)
}

// hash is how states, codes and cookies are kept. purpose keeps one from passing for another.
func hash(purpose, value string) []byte {
	sum := sha256.Sum256([]byte(purpose + "\x00" + value))
	return sum[:]
}

func same(kept []byte, purpose, value string) bool {
	return len(kept) > 0 && subtle.ConstantTimeCompare(kept, hash(purpose, value)) == 1
}

// challenge is the S256 challenge of a PKCE verifier.
func challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// tokens are those of one grant. They print as [redacted].
type tokens struct {
	Access   string    `json:"access"`
	Refresh  string    `json:"refresh"`
	Previous string    `json:"previous,omitempty"` // the refresh token before, until Refresh has proved itself
	Expires  time.Time `json:"expires"`            // of Access
	Granted  time.Time `json:"granted,omitzero"`   // when the person allowed it; renewing does not change it
	Scopes   []string  `json:"scopes,omitempty"`
}

// Format prints [redacted], whatever the verb.
func (tokens) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, "[redacted]") }

// secret is what an intent holds that nobody may read.
type secret struct {
	Verifier  string    `json:"verifier,omitempty"`
	Nonce     string    `json:"nonce,omitempty"`
	Zoom      *tokens   `json:"zoom,omitempty"` // provisional
	User      zoom.User `json:"user"`
	Microsoft *tokens   `json:"microsoft,omitempty"` // provisional
	NoMailbox bool      `json:"no_mailbox,omitempty"`
	Proven    bool      `json:"proven,omitempty"` // Entra said that the browser belongs to who pressed Connect
}

// Format prints [redacted], whatever the verb.
func (secret) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, "[redacted]") }

func (s *Service) sealIntent(i *Intent, held secret) {
	i.Sealed = seal(s.intents, held, placeOfIntent(*i))
}

func (s *Service) openIntent(i Intent) (held secret, err error) {
	if len(i.Sealed) == 0 {
		return held, nil
	}
	return held, open(s.intents, i.Sealed, placeOfIntent(i), &held)
}

func placeOfIntent(i Intent) keyring.AAD {
	return keyring.AAD{Table: "account_intents", Column: "sealed", Tenant: string(i.Person.Tenant), Row: i.ID}
}

func (s *Service) sealGrant(g *Grant, t tokens) {
	g.Expires, g.Scopes = t.Expires, t.Scopes
	g.Sealed = seal(s.grants, t, placeOfGrant(*g))
}

func (s *Service) openGrant(g Grant) (t tokens, err error) {
	return t, open(s.grants, g.Sealed, placeOfGrant(g), &t)
}

func placeOfGrant(g Grant) keyring.AAD {
	return keyring.AAD{
		Table: "account_grants", Column: "sealed", Tenant: string(g.Person.Tenant), Row: string(g.Person.ID) + "/" + string(g.Provider),
	}
}

// revocation is a grant at Zoom that is to be ended, under an id of its own.
func (s *Service) revocation(tenant entra.TenantID, subject string, t tokens) Revocation {
	r := Revocation{ID: s.c.NewID(), Tenant: tenant, Subject: subject}
	s.sealRevocation(&r, t)
	return r
}

func (s *Service) sealRevocation(r *Revocation, t tokens) {
	r.Sealed = seal(s.ended, t, placeOfRevocation(*r))
}

func (s *Service) openRevocation(r Revocation) (t tokens, err error) {
	return t, open(s.ended, r.Sealed, placeOfRevocation(r), &t)
}

func placeOfRevocation(r Revocation) keyring.AAD {
	return keyring.AAD{Table: "account_revocations", Column: "sealed", Tenant: string(r.Tenant), Row: r.ID}
}

func seal(box *keyring.Box, value any, place keyring.AAD) []byte {
	plain, err := json.Marshal(value)
	if err != nil {
		panic(err) // cannot happen: strings and times
	}
	return box.Seal(plain, place)
}

func open(box *keyring.Box, sealed []byte, place keyring.AAD, into any) error {
	plain, err := box.Open(sealed, place)
	if err != nil {
		return fmt.Errorf("%s: %w", place.Table, err)
	}
	if json.Unmarshal(plain, into) != nil { // its error could quote the secret
		return fmt.Errorf("%s: what was sealed cannot be read", place.Table)
	}
	return nil
}

// clipped keeps a name from outside short.
func clipped(name string) string {
	const most = 200
	if r := []rune(strings.ToValidUTF8(name, "")); len(r) > most {
		return string(r[:most])
	}
	return strings.ToValidUTF8(name, "")
}

// revision makes the first version of a grant: larger than any that the person had before.
func revision(now time.Time, before int64) int64 { return max(now.UnixMilli(), before+1) }

// jitter is a part of a minute that belongs to a grant, so that not all grants are refreshed at the same moment and all
// processes agree on it.
func jitter(g Grant) time.Duration {
	sum := hash("jitter", string(g.Person.ID)+strconv.FormatInt(g.Version, 10))
	return time.Duration(sum[0]) * time.Minute / 256
}

package zoomsim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"causeway/internal/sandbox/world"
)

const (
	codeLife           = 5 * time.Minute
	accessLife         = 3600 * time.Second
	defaultRefreshLife = 90 * 24 * time.Hour
)

// code is an authorization code: 5 minutes, one use.
type code struct {
	Person    string    `json:"person"` // handle
	Redirect  string    `json:"redirect"`
	Challenge string    `json:"challenge"`
	Method    string    `json:"method"` // S256 or plain
	Scopes    []string  `json:"scopes"`
	Expires   time.Time `json:"expires"`
	Used      bool      `json:"used"`
}

// grant is one person's consent; a newer one of the same person ends it.
type grant struct {
	ID      string    `json:"id"`
	Person  string    `json:"person"` // handle; "" for the app's own token
	Scopes  []string  `json:"scopes"`
	Account string    `json:"account"` // of a server-to-server app's token
	Version int       `json:"version"` // refreshes so far
	Ended   string    `json:"ended"`   // why, "" while it lives
	Access  string    `json:"access"`  // the current token
	Refresh string    `json:"refresh"`
	Rotated time.Time `json:"rotated"` // when Refresh replaced the one before
}

// tokenRef finds the grant of a token, dead tokens included.
type tokenRef struct {
	Grant   string    `json:"grant"`
	Kind    string    `json:"kind"` // access or refresh
	Version int       `json:"version"`
	Expires time.Time `json:"expires"`
	Dead    bool      `json:"dead"`
}

// begin ends earlier grants of the person and makes a new one (error 4741: "revoked", zoom/skills oauth-errors).
func (s *Sim) begin(person string, scopes []string) *grant {
	for _, g := range s.state.Grants {
		if g.Person == person && person != "" && g.Ended == "" {
			s.end(g, "authorized again")
		}
	}
	g := &grant{ID: s.world.IDs.Text(12), Person: person, Scopes: scopes}
	s.state.Grants[g.ID] = g
	s.issue(g)
	return g
}

// issue makes the grant's next pair of tokens. The app's own grant has no refresh token.
func (s *Sim) issue(g *grant) {
	now := s.world.Clock.Now()
	if ref, found := s.state.Tokens[g.Access]; found && !s.knobs.KeepOldAccess {
		ref.Dead = true
		s.state.Tokens[g.Access] = ref
	}
	g.Access = s.jwt(g, "access_token", accessLife)
	s.state.Tokens[g.Access] = tokenRef{Grant: g.ID, Kind: "access", Version: g.Version, Expires: now.Add(accessLife)}
	g.Rotated = now
	if g.Person == "" {
		return
	}
	life := time.Duration(s.knobs.RefreshLife)
	if life == 0 {
		life = defaultRefreshLife
	}
	g.Refresh = s.jwt(g, "refresh_token", life)
	s.state.Tokens[g.Refresh] = tokenRef{Grant: g.ID, Kind: "refresh", Version: g.Version, Expires: now.Add(life)}
}

func (s *Sim) end(g *grant, why string) {
	g.Ended = why
	s.world.Ledger.Append(world.Zoom, "token.revoked", g.ID, g.Person, "reason", why)
}

// jwt looks like Zoom's tokens, which are JWTs of several hundred characters. Nobody but Zoom may read them.
func (s *Sim) jwt(g *grant, kind string, life time.Duration) string {
	now := s.world.Clock.Now()
	claims := map[string]any{
		"ver": 10, "auid": s.world.IDs.Hex(16), "tokenType": kind, "clientId": s.state.ClientID, "aud": "https://oauth.zoom.us",
		"iss": "zm:cid:" + s.state.ClientID, "nbf": now.Unix(), "iat": now.Unix(), "exp": now.Add(life).Unix(), "jti": s.world.IDs.GUID(), "toleranceId": 0,
	}
	if p := s.world.Seed.Person(g.Person); p != nil && g.Person != "" {
		claims["uid"], claims["aid"] = p.ZoomID, s.world.Seed.Tenant(p.Tenant).ZoomAccount
	}
	header, _ := json.Marshal(map[string]any{"alg": "HS512", "v": "2.0", "kid": s.world.IDs.GUID(), "sv": "000001"})
	payload, _ := json.Marshal(claims)
	return base64.RawURLEncoding.EncodeToString(header) + "." + base64.RawURLEncoding.EncodeToString(payload) + "." + s.world.IDs.Text(64)
}

// seal writes v into a text that only this Zoom can have made: zaks and page tokens.
func (s *Sim) seal(v any) string {
	raw, _ := json.Marshal(v) // structs of plain fields
	mac := hmac.New(sha256.New, s.signing)
	mac.Write(raw)
	return base64.RawURLEncoding.EncodeToString(raw) + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// unseal reads what seal wrote into v.
func (s *Sim) unseal(text string, v any) bool {
	left, right, _ := strings.Cut(text, ".")
	raw, err := base64.RawURLEncoding.DecodeString(left)
	if err != nil {
		return false
	}
	given, err := base64.RawURLEncoding.DecodeString(right)
	if err != nil {
		return false
	}
	mac := hmac.New(sha256.New, s.signing)
	mac.Write(raw)
	return hmac.Equal(mac.Sum(nil), given) && json.Unmarshal(raw, v) == nil
}

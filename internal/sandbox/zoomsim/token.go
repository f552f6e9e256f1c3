package zoomsim

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"causeway/internal/sandbox/world"
)

// token is POST /oauth/token: form or query, Basic authentication only.
func (s *Sim) token(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	_ = r.ParseForm() // what cannot be read is missing
	kind := r.Form.Get("grant_type")
	var g *grant
	refused := s.authenticated(r)
	if kind == "account_credentials" {
		g, refused = s.accountGrant(r)
	} else if refused == nil {
		switch kind {
		case "authorization_code":
			g, refused = s.exchange(r)
		case "refresh_token":
			g, refused = s.refresh(r)
		case "client_credentials":
			g = s.begin("", nil)
			s.world.Ledger.Append(world.Zoom, "token.issued", g.ID, "", "grant", kind)
		case "":
			refused = &oauthError{http.StatusBadRequest, "invalid_request", "Missing grant type.", missingGrant}
		default:
			refused = &oauthError{http.StatusBadRequest, "unsupported_grant_type", "Grant type is not supported from token endpoint.", unknownGrant}
		}
	}
	if refused != nil {
		by, subject := "", ""
		if g != nil {
			by, subject = g.Person, g.ID
		}
		s.world.Ledger.Append(world.Zoom, "token.refused", subject, by, "grant", kind, "error", refused.error, "reason", refused.reason, "number", refused.number)
		s.writeOAuthError(w, refused)
		return
	}
	answer := map[string]any{
		"access_token": g.Access, "token_type": "bearer", "expires_in": int(accessLife / time.Second), "scope": strings.Join(g.Scopes, " "), "api_url": s.base(r),
	}
	if g.Refresh != "" {
		answer["refresh_token"] = g.Refresh
	}
	writeJSON(w, http.StatusOK, answer)
}

// authenticated checks the app's credentials and approval.
//
// UNVERIFIED: that a disabled app is told so before its grant is looked at.
func (s *Sim) authenticated(r *http.Request) *oauthError {
	id, secret, ok := r.BasicAuth()
	if !ok {
		return &oauthError{http.StatusUnauthorized, "invalid_client", "Client ID or client secret is missing.", missingGrant}
	}
	if s.app == nil || !equal(id, s.state.ClientID) || !equal(secret, s.state.Secret) {
		return &oauthError{http.StatusUnauthorized, "invalid_client", "Invalid client_id or client_secret", invalidClient}
	}
	if !s.state.Approved {
		return &oauthError{http.StatusBadRequest, "invalid_client", "The app has been disabled by the account administrator.", appDisabled}
	}
	return nil
}

func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// exchange turns a code into tokens. A code that was tried is gone, whatever came of it.
func (s *Sim) exchange(r *http.Request) (*grant, *oauthError) {
	c := s.state.Codes[r.Form.Get("code")]
	if c == nil || c.Used {
		return nil, &oauthError{http.StatusBadRequest, "invalid_request", "Invalid authorization code", codeInvalid}
	}
	who := &grant{Person: c.Person}
	if s.world.Clock.Now().After(c.Expires) {
		return who, &oauthError{http.StatusBadRequest, "invalid_request", "Invalid authorization code: expired", codeExpired}
	}
	c.Used = true
	if r.Form.Get("redirect_uri") != c.Redirect {
		return who, &oauthError{http.StatusBadRequest, "invalid_request", "Redirect URI mismatch.", redirectUnequal}
	}
	if !verified(c, r.Form.Get("code_verifier")) {
		return who, &oauthError{http.StatusBadRequest, "invalid_grant", "Invalid code verifier", codeInvalid}
	}
	g := s.begin(c.Person, c.Scopes)
	s.world.Ledger.Append(world.Zoom, "token.issued", g.ID, g.Person, "grant", "authorization_code", "scopes", g.Scopes)
	return g, nil
}

// verified checks PKCE (RFC 7636); "plain" is Zoom's default method.
func verified(c *code, verifier string) bool {
	switch {
	case c.Challenge == "":
		return true
	case len(verifier) < 43 || len(verifier) > 128:
		return false
	case c.Method == "S256":
		sum := sha256.Sum256([]byte(verifier))
		return equal(base64.RawURLEncoding.EncodeToString(sum[:]), c.Challenge)
	default:
		return equal(verifier, c.Challenge)
	}
}

// refresh rotates: the token given is dead from now on, and a dead one is refused.
func (s *Sim) refresh(r *http.Request) (*grant, *oauthError) {
	given := r.Form.Get("refresh_token")
	ref, found := s.state.Tokens[given]
	if !found || ref.Kind != "refresh" {
		return nil, &oauthError{http.StatusBadRequest, "invalid_grant", "Invalid Token!", reauthorize}
	}
	g, now := s.state.Grants[ref.Grant], s.world.Clock.Now()
	switch {
	case g.Ended != "":
		return g, &oauthError{http.StatusBadRequest, "invalid_grant", "Invalid Token! " + g.Ended, tokenRevoked}
	case ref.Dead && now.Sub(g.Rotated) >= time.Duration(s.knobs.RefreshTolerance):
		return g, &oauthError{http.StatusBadRequest, "invalid_grant", "Invalid Token! used before", reauthorize}
	case now.After(ref.Expires):
		return g, &oauthError{http.StatusBadRequest, "invalid_grant", "Invalid Token! expired", reauthorize}
	}
	for _, used := range []string{given, g.Refresh} {
		old := s.state.Tokens[used]
		old.Dead = true
		s.state.Tokens[used] = old
	}
	g.Version++
	s.issue(g)
	s.world.Ledger.Append(world.Zoom, "token.refreshed", g.ID, g.Person, "version", g.Version, "of", ref.Version)
	return g, nil
}

// revoke is POST /oauth/revoke: it ends the whole grant of an access or refresh token. An expired token can still be revoked.
func (s *Sim) revoke(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	_ = r.ParseForm() // what cannot be read is missing
	if refused := s.authenticated(r); refused != nil && refused.number != appDisabled {
		s.writeOAuthError(w, refused)
		return
	}
	ref, found := s.state.Tokens[r.Form.Get("token")]
	if !found || s.state.Grants[ref.Grant].Ended != "" {
		// UNVERIFIED: what Zoom says of a token that is gone already.
		s.writeOAuthError(w, &oauthError{http.StatusBadRequest, "invalid_request", "Invalid Token!", tokenRevoked})
		return
	}
	s.end(s.state.Grants[ref.Grant], "revoked by the app")
	writeJSON(w, http.StatusOK, map[string]any{"status": "success"})
}

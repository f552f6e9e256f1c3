package microsoftsim

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"

	"causeway/internal/sandbox/world"
)

// grant is a code or a refresh token.
type grant struct {
	Person    string    `json:"person"` // handle
	Tenant    string    `json:"tenant"` // handle
	Scope     string    `json:"scope"`
	Redirect  string    `json:"redirect,omitempty"`
	Challenge string    `json:"challenge,omitempty"`
	Nonce     string    `json:"nonce,omitempty"`
	Expires   time.Time `json:"expires"`
	Used      bool      `json:"used,omitempty"`
}

const (
	graphResource = "https://graph.microsoft.com"
	botResource   = "https://api.botframework.com"
	tokenLife     = time.Hour
	refreshLife   = 90 * 24 * time.Hour
)

// token is the token endpoint. https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#redeem-a-code-for-an-access-token
func (s *Sim) token(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
	answer, refused := s.grantToken(r)
	if refused != nil {
		s.ledger("token.refused", r.PostFormValue("grant_type"), s.o.AppID, "error", refused.code, "number", refused.number)
		s.oauthError(w, refused)
		return
	}
	w.Header().Set("Cache-Control", "no-store, no-cache")
	writeJSON(w, http.StatusOK, answer)
}

func (s *Sim) grantToken(r *http.Request) (object, *oauthRefusal) {
	name := r.PathValue("tenant")
	t := s.tenant(name)
	if t == nil {
		return nil, unknownTenant(name)
	}
	if refused := s.checkClient(r, t); refused != nil {
		return nil, refused
	}
	switch kind := r.PostFormValue("grant_type"); kind {
	case "client_credentials":
		return s.clientCredentials(r, t)
	case "authorization_code":
		return s.redeemCode(r, t)
	case "refresh_token":
		return s.refresh(r, t)
	case "urn:ietf:params:oauth:grant-type:jwt-bearer":
		return s.onBehalfOf(r, t)
	case "":
		return nil, missing("grant_type")
	default:
		return nil, &oauthRefusal{status: 400, code: "unsupported_grant_type", number: 70003, text: "The app requested an unsupported grant type '" + kind + "'."}
	}
}

func (s *Sim) checkClient(r *http.Request, t *world.Tenant) *oauthRefusal {
	id, secret := r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	if user, password, ok := r.BasicAuth(); ok {
		id, secret = user, password
	}
	switch {
	case id == "":
		return missing("client_id")
	case id != s.o.AppID:
		return unknownApp(id, t.Name)
	case secret == "":
		return &oauthRefusal{status: 401, code: "invalid_client", number: 7000218, text: "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."}
	case !same(secret, s.o.Secret):
		return &oauthRefusal{
			status: 401, code: "invalid_client", number: 7000215,
			text: "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '" + s.o.AppID + "'.",
		}
	case !s.available(t.ID):
		return &oauthRefusal{
			status: 401, code: "invalid_client", number: 7000229,
			text: "The client application " + s.o.AppID + " is missing service principal in the tenant " + t.ID + ". See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119",
		}
	}
	return nil
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// clientCredentials gives the app a token of its own: for the connector, or for Graph (without any role: the app has none).
func (s *Sim) clientCredentials(r *http.Request, t *world.Tenant) (object, *oauthRefusal) {
	resource, ok := strings.CutSuffix(r.PostFormValue("scope"), "/.default")
	switch {
	case r.PostFormValue("scope") == "":
		return nil, missing("scope")
	case !ok:
		return nil, &oauthRefusal{
			status: 400, code: "invalid_scope", number: 1002012,
			text: "The provided value for scope " + r.PostFormValue("scope") + " is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).",
		}
	case resource != botResource && resource != graphResource:
		return nil, &oauthRefusal{status: 400, code: "invalid_resource", number: 500011, text: "The resource principal named " + resource + " was not found in the tenant named " + t.Name + "."}
	}
	principal := s.world.IDs.Named("principal", t.Handle).GUID()
	claims := merged(times(s.world.Clock.Now(), tokenLife), object{
		"aud": resource, "iss": stsURL + "/" + t.ID + "/", "appid": s.o.AppID, "appidacr": "1", "idp": stsURL + "/" + t.ID + "/", "idtyp": "app",
		"oid": principal, "sub": principal, "tid": t.ID, "ver": "1.0",
	})
	token, err := s.sign(entraKey, claims, nil)
	if err != nil {
		return nil, &oauthRefusal{status: 500, code: "server_error", number: 90033, text: err.Error()}
	}
	s.ledger("token.issued", "client_credentials", s.o.AppID, "resource", resource)
	return object{"token_type": "Bearer", "expires_in": int(tokenLife.Seconds()) - 1, "ext_expires_in": int(tokenLife.Seconds()) - 1, "access_token": token}, nil
}

func (s *Sim) redeemCode(r *http.Request, t *world.Tenant) (object, *oauthRefusal) {
	for _, name := range []string{"code", "redirect_uri"} {
		if r.PostFormValue(name) == "" {
			return nil, missing(name)
		}
	}
	g, used := s.grantOf(s.codes, r.PostFormValue("code"))
	switch {
	case g == nil || g.Tenant != t.Handle:
		return nil, badGrant(9002313, "Invalid request. Request is malformed or invalid.")
	case used:
		return nil, badGrant(54005, "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.")
	case s.world.Clock.Now().After(g.Expires):
		return nil, badGrant(70008, "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.")
	case r.PostFormValue("redirect_uri") != g.Redirect:
		return nil, badGrant(500112, "The reply address '"+r.PostFormValue("redirect_uri")+"' does not match the reply address '"+g.Redirect+"' provided when requesting Authorization code.")
	case !proves(r.PostFormValue("code_verifier"), g.Challenge):
		return nil, badGrant(501481, "The Code_Verifier does not match the code_challenge supplied in the authorization request.")
	}
	s.mu.Lock()
	used, g.Used = g.Used, true
	s.mu.Unlock()
	if used {
		return nil, badGrant(54005, "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.")
	}
	return s.personal("authorization_code", g, r.PostFormValue("scope"))
}

// grantOf finds a code or refresh token, and whether it was used or revoked.
func (s *Sim) grantOf(among func() map[string]*grant, token string) (g *grant, used bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g = among()[token]
	return g, g != nil && g.Used
}

func (s *Sim) codes() map[string]*grant         { return s.st.Codes }
func (s *Sim) refreshTokens() map[string]*grant { return s.st.Refresh }

// proves compares an S256 challenge with its verifier.
func proves(verifier, challenge string) bool {
	if challenge == "" {
		return verifier == ""
	}
	sum := sha256.Sum256([]byte(verifier))
	return same(base64.RawURLEncoding.EncodeToString(sum[:]), challenge)
}

// refresh gives a new access token and a new refresh token. The old one stays valid, as Entra leaves it for apps that keep a secret.
func (s *Sim) refresh(r *http.Request, t *world.Tenant) (object, *oauthRefusal) {
	if r.PostFormValue("refresh_token") == "" {
		return nil, missing("refresh_token")
	}
	g, used := s.grantOf(s.refreshTokens, r.PostFormValue("refresh_token"))
	switch {
	case g == nil || g.Tenant != t.Handle:
		return nil, badGrant(9002313, "Invalid request. Request is malformed or invalid.")
	case used:
		return nil, badGrant(50173, "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password.")
	case s.world.Clock.Now().After(g.Expires):
		return nil, badGrant(700082, "The refresh token has expired due to inactivity.")
	}
	return s.personal("refresh_token", g, r.PostFormValue("scope"))
}

// onBehalfOf turns a token that Teams gave the tab into one for Graph.
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow
func (s *Sim) onBehalfOf(r *http.Request, t *world.Tenant) (object, *oauthRefusal) {
	switch {
	case r.PostFormValue("requested_token_use") != "on_behalf_of":
		return nil, missing("requested_token_use")
	case r.PostFormValue("assertion") == "":
		return nil, missing("assertion")
	case r.PostFormValue("scope") == "":
		return nil, missing("scope")
	}
	raw := r.PostFormValue("assertion")
	claims, err := s.parse(raw, s.o.AppID)
	if err != nil {
		claims, err = s.parse(raw, s.resource())
	}
	if err != nil {
		return nil, badGrant(50013, "Assertion failed signature validation.")
	}
	p := s.world.Seed.Person(str(object(claims), "oid"))
	if p == nil || p.Tenant != t.Handle || str(object(claims), "scp") == "" {
		return nil, badGrant(500131, "Assertion audience does not match the Client app presenting the assertion.")
	}
	g := &grant{Person: p.Handle, Tenant: t.Handle, Scope: r.PostFormValue("scope")}
	return s.personal("on_behalf_of", g, g.Scope)
}

// resource is the application id URI of the registration: Teams wants this one of an application that is a bot as well (teams-sdk: sso-setup).
func (s *Sim) resource() string {
	host := strings.TrimPrefix(strings.TrimPrefix(s.o.ProductURL, "https://"), "http://")
	return "api://" + host + "/botid-" + s.o.AppID
}

// personal issues the tokens of a person. scope narrows what the grant holds; "" keeps it.
func (s *Sim) personal(kind string, g *grant, scope string) (object, *oauthRefusal) {
	if scope == "" {
		scope = g.Scope
	}
	openID, wanted, unknown := scopes(scope)
	if unknown != "" {
		return nil, badScope(unknown)
	}
	p := s.world.Seed.Person(g.Person)
	s.mu.Lock()
	lacks, granted := s.lacks(p, wanted), s.allowed(p)
	s.mu.Unlock()
	switch {
	case p.Disabled:
		return nil, badGrant(50057, "The user account is disabled.")
	case len(lacks) > 0:
		return nil, noConsent(s.o.AppID)
	}
	return s.issue(kind, g, p, openID, granted)
}

// issue signs. Entra's access token holds every permission that was granted for the resource, not only those asked for now.
func (s *Sim) issue(kind string, g *grant, p *world.Person, openID, granted []string) (object, *oauthRefusal) {
	now := s.world.Clock.Now()
	access, err := s.sign(entraKey, merged(times(now, tokenLife), s.graphClaims(p, granted)), nil)
	if err != nil {
		return nil, &oauthRefusal{status: 500, code: "server_error", number: 90033, text: err.Error()}
	}
	answer := object{
		"token_type": "Bearer", "scope": strings.Join(granted, " "), "expires_in": int(tokenLife.Seconds()) - 1,
		"ext_expires_in": int(tokenLife.Seconds()) - 1, "access_token": access,
	}
	if slices.Contains(append(strings.Fields(g.Scope), openID...), "offline_access") {
		token := "1." + s.world.IDs.Text(120)
		s.mu.Lock()
		s.st.Refresh[token] = &grant{Person: g.Person, Tenant: g.Tenant, Scope: g.Scope, Expires: now.Add(refreshLife)}
		s.mu.Unlock()
		answer["refresh_token"] = token
	}
	if slices.Contains(openID, "openid") && kind != "on_behalf_of" {
		id, err := s.sign(entraKey, merged(times(now, tokenLife), s.idClaims(p, g.Nonce)), nil)
		if err != nil {
			return nil, &oauthRefusal{status: 500, code: "server_error", number: 90033, text: err.Error()}
		}
		answer["id_token"] = id
	}
	s.ledger("token.issued", kind, p.Handle, "scope", strings.Join(granted, " "))
	return answer, nil
}

func (s *Sim) graphClaims(p *world.Person, granted []string) object {
	t := s.world.Seed.Tenant(p.Tenant)
	return object{
		"aud": graphResource, "iss": stsURL + "/" + t.ID + "/", "appid": s.o.AppID, "appidacr": "1", "idtyp": "user", "scp": strings.Join(granted, " "),
		"oid": p.ID, "tid": t.ID, "upn": p.UPN, "name": p.Name, "sub": s.pairwise(p), "ver": "1.0",
	}
}

func (s *Sim) idClaims(p *world.Person, nonce string) object {
	t := s.world.Seed.Tenant(p.Tenant)
	claims := object{
		"aud": s.o.AppID, "iss": s.o.BaseURL + "/" + t.ID + "/v2.0", "oid": p.ID, "tid": t.ID, "name": p.Name, "preferred_username": p.UPN,
		"sub": s.pairwise(p), "ver": "2.0",
	}
	if nonce != "" {
		claims["nonce"] = nonce
	}
	return claims
}

// pairwise is the sub of a person towards this app.
func (s *Sim) pairwise(p *world.Person) string { return s.world.IDs.Named("sub", p.Handle).Text(32) }

// RevokeGrants makes all refresh tokens of a person worthless, as a changed password does; forget also withdraws the consent.
func (s *Sim) RevokeGrants(person string, forget bool) error {
	p, err := s.person(person)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.st.Refresh {
		if g.Person == p.Handle {
			g.Used = true
		}
	}
	if forget {
		delete(s.st.Consents, p.ID)
	}
	return nil
}

// GrantScopes gives single delegated permissions to everybody in a tenant, as an administrator does, or takes them back, from those too
// who had given them themselves.
func (s *Sim) GrantScopes(tenant string, granted bool, names []string) error {
	t := s.tenantOf(tenant)
	if t == nil {
		return notFound("There is no tenant %q.", tenant)
	}
	_, wanted, unknown := scopes(strings.Join(names, " "))
	if unknown != "" {
		return invalid("Nobody can grant %q here.", unknown)
	}
	given := func(scope string) bool { return slices.Contains(wanted, scope) }
	s.mu.Lock()
	s.st.Granted[t.ID] = slices.DeleteFunc(s.st.Granted[t.ID], given)
	if granted {
		s.st.Granted[t.ID] = append(s.st.Granted[t.ID], wanted...)
	}
	for _, p := range s.world.Seed.People {
		if !granted && p.Tenant == t.Handle && len(s.st.Consents[p.ID]) > 0 {
			s.st.Consents[p.ID] = slices.DeleteFunc(s.st.Consents[p.ID], given)
		}
	}
	s.mu.Unlock()
	s.ledger("app.consented", s.o.AppID, "admin", "tenant", t.Handle, "granted", granted, "scopes", strings.Join(wanted, " "))
	s.world.Changes.Publish("state")
	return nil
}

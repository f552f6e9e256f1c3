// Package entra speaks with Microsoft Entra ID: who a person is, and tokens for Graph and the Bot Framework.
//
// An [App] is one registered application of one tenant: it sends people to sign in (authorization code with PKCE),
// redeems and refreshes their grants, verifies the ID token that comes along, and holds the application's own tokens
// (client credentials). An [SSOVerifier] accepts the tokens with which Teams vouches for the person in front of the tab, and
// App.OnBehalfOf turns such a token into one for Graph.
// Its errors say what can be done: ask for consent, have the person sign in, mend the configuration, try later.
//
// URLs: {login}/{tenant}/oauth2/v2.0/authorize and /token, {login}/{tenant}/discovery/v2.0/keys. Who may use what is decided
// above, in accounts and policy; keys and signatures are checked by jwks below.
package entra

import (
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"causeway/internal/jwks"
)

// TenantID is the GUID of a Microsoft 365 organisation, in small letters.
type TenantID string

// ObjectID is the GUID of a person (or application) in its tenant, in small letters.
type ObjectID string

// Person is who somebody is, everywhere in the product: addresses and user names change and are given to others, this
// pair is not.
type Person struct {
	Tenant TenantID
	ID     ObjectID
}

// IsZero tells whether nobody is meant.
func (p Person) IsZero() bool { return p == Person{} }

// Secret is the secret of an application. It prints as [redacted].
type Secret string

const redacted = "[redacted]"

// String hides the secret.
func (Secret) String() string { return redacted }

// GoString hides the secret.
func (Secret) GoString() string { return redacted }

// MarshalText hides the secret, in JSON too.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue hides the secret.
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// DefaultSTSURL is the origin that the public cloud names as issuer in tokens of version 1.0.
const DefaultSTSURL = "https://sts.windows.net"

// Config is one application in one tenant. All but STSURL and Now are required.
type Config struct {
	LoginURL string // origin of Entra: https://login.microsoftonline.com in the public cloud
	STSURL   string // origin in the issuer of version 1.0 tokens; DefaultSTSURL when empty
	Tenant   TenantID
	AppID    string // GUID of the registration, also called client id
	Secret   Secret
	HTTP     *http.Client
	Now      func() time.Time // time.Now when nil
}

// App is an application in a tenant. It is safe for concurrent use.
type App struct {
	c         Config
	keys      *jwks.Set
	idTokens  *jwks.Verifier
	appTokens appTokens
}

// NewApp makes the application. It calls nobody yet.
func NewApp(c Config) *App {
	c.LoginURL = strings.TrimRight(c.LoginURL, "/")
	c.STSURL = strings.TrimRight(c.STSURL, "/")
	if c.STSURL == "" {
		c.STSURL = DefaultSTSURL
	}
	c.Tenant = TenantID(strings.ToLower(string(c.Tenant)))
	if c.Now == nil {
		c.Now = time.Now
	}
	a := &App{c: c, appTokens: appTokens{held: map[string]*appToken{}}}
	a.keys = a.keysOf(c.Tenant)
	a.idTokens = jwks.NewVerifier(jwks.VerifierOptions{Issuers: map[string]*jwks.Set{a.issuer(c.Tenant): a.keys}, Now: c.Now})
	return a
}

// Keys are the signing keys of the tenant, for whoever verifies other tokens of it.
func (a *App) Keys() *jwks.Set { return a.keys }

func (a *App) keysOf(tenant TenantID) *jwks.Set {
	return jwks.New(jwks.Options{KeysURL: a.address(tenant, "discovery/v2.0/keys"), HTTP: a.c.HTTP, Now: a.c.Now})
}

// issuer is what tokens of version 2.0 name as theirs.
func (a *App) issuer(tenant TenantID) string { return a.address(tenant, "v2.0") }

// issuerV1 is what tokens of version 1.0 name as theirs.
func (a *App) issuerV1(tenant TenantID) string { return a.c.STSURL + "/" + string(tenant) + "/" }

func (a *App) address(tenant TenantID, path string) string {
	return a.c.LoginURL + "/" + url.PathEscape(string(tenant)) + "/" + path
}

// AuthorizeRequest is what a person is asked to allow. Prompt, Hint and Claims may be empty, and Nonce when no ID token is wanted.
// With the prompt "consent" Entra shows its page even if all Scopes are allowed already: so further scopes are asked for.
type AuthorizeRequest struct {
	State     string // random; comes back with the code
	Challenge string // base64url(SHA-256(verifier)) without padding: PKCE S256
	Redirect  string // registered address to which the browser returns
	Scopes    []string
	Nonce     string // random; comes back inside the ID token
	Prompt    string // "consent", "select_account", "none"
	Hint      string // the person's user name, to fill in
	Claims    string // Error.Claims of the refusal that this sign-in answers
}

// AuthorizeURL is where a browser is sent to sign in and consent. The answer comes to Redirect as a query: code and state,
// or what AuthorizeError reads.
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
func (a *App) AuthorizeURL(r AuthorizeRequest) string {
	scopes := r.Scopes
	query := url.Values{
		"client_id": {a.c.AppID}, "response_type": {"code"}, "response_mode": {"query"}, "redirect_uri": {r.Redirect}, "state": {r.State},
		"code_challenge": {r.Challenge}, "code_challenge_method": {"S256"},
	}
	if r.Nonce != "" {
		query.Set("nonce", r.Nonce)
		if !slices.Contains(scopes, "openid") {
			scopes = append([]string{"openid"}, scopes...)
		}
	}
	query.Set("scope", strings.Join(scopes, " "))
	if r.Prompt != "" {
		query.Set("prompt", r.Prompt)
	}
	if r.Hint != "" {
		query.Set("login_hint", r.Hint)
	}
	if r.Claims != "" {
		query.Set("claims", r.Claims)
	}
	return a.address(a.c.Tenant, "oauth2/v2.0/authorize") + "?" + query.Encode()
}

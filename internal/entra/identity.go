package entra

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"causeway/internal/jwks"
)

// Errors of the verification of tokens; ErrUnavailable when the signing keys cannot be read.
var (
	// ErrRefused: the token proves nothing here.
	ErrRefused = errors.New("entra: the token is not accepted")
	// ErrExpired: the token is refused because its time is over, or not yet come; a new one may be accepted. It is ErrRefused too.
	ErrExpired = fmt.Errorf("%w at this time", ErrRefused)
)

// Identity is who a token speaks of, and until when. Only Person identifies; Name and UPN are for display, and may be empty.
type Identity struct {
	Person  Person
	Name    string
	UPN     string
	Expires time.Time
}

// VerifyIDToken verifies the ID token that came with a code: of this tenant, for this application, and with the nonce
// of this sign-in. The errors are ErrRefused, ErrExpired and ErrUnavailable.
// https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
func (a *App) VerifyIDToken(ctx context.Context, raw, nonce string) (Identity, error) {
	token, err := verified(a.idTokens.Verify(ctx, raw))
	if err != nil {
		return Identity{}, err
	}
	claims := token.Claims
	switch {
	case claims.String("ver") != "2.0":
		return Identity{}, refused("version")
	case claims.String("aud") != a.c.AppID:
		return Identity{}, refused("audience")
	case nonce == "" || subtle.ConstantTimeCompare([]byte(claims.String("nonce")), []byte(nonce)) != 1:
		return Identity{}, refused("nonce")
	}
	return identity(claims, a.c.Tenant)
}

// Teams hosts that ask Entra for tokens on behalf of the tab, in every cloud.
// https://learn.microsoft.com/microsoftteams/platform/tabs/how-to/authentication/tab-sso-register-aad
const (
	TeamsDesktopClient = "1fec8e78-bce4-4aaf-ab1b-5451cc387264" // desktop and mobile
	TeamsWebClient     = "5e3ce6c0-2b1f-4285-8d4b-75ee78787346"
)

// tabScope is the permission that the registration exposes and Teams asks for.
const tabScope = "access_as_user"

// SSOConfig says which tokens of Teams are accepted. App and Resources are required.
type SSOConfig struct {
	App *App
	// Resources are the application id URIs of the registration, the audience of tokens of version 1.0:
	// api://<domain>/<app id>, api://<domain>/botid-<app id>. Tokens of version 2.0 have the app id itself.
	Resources []string
	// Tenants are those whose people are let in; the App's own when empty.
	Tenants []TenantID
	// Clients are the applications that may ask for tokens; the Teams clients when empty.
	Clients []string
}

// SSOVerifier verifies the tokens with which the tab calls the product. It is safe for concurrent use.
type SSOVerifier struct {
	c      SSOConfig
	tokens *jwks.Verifier
	expect map[string]expectation // by issuer
}

// expectation is what a token of an issuer must say.
type expectation struct {
	tenant    TenantID
	version   string
	audiences []string
	client    string // the claim that names the application which asked
}

// NewSSOVerifier makes the verifier. Nothing is fetched yet.
func NewSSOVerifier(c SSOConfig) *SSOVerifier {
	if len(c.Tenants) == 0 {
		c.Tenants = []TenantID{c.App.c.Tenant}
	}
	if len(c.Clients) == 0 {
		c.Clients = []string{TeamsDesktopClient, TeamsWebClient}
	}
	v := &SSOVerifier{c: c, expect: map[string]expectation{}}
	issuers := map[string]*jwks.Set{}
	for _, tenant := range c.Tenants {
		tenant = TenantID(strings.ToLower(string(tenant)))
		keys := c.App.keys
		if tenant != c.App.c.Tenant {
			keys = c.App.keysOf(tenant)
		}
		v1, v2 := c.App.issuerV1(tenant), c.App.issuer(tenant)
		issuers[v1], issuers[v2] = keys, keys
		v.expect[v1] = expectation{tenant: tenant, version: "1.0", audiences: c.Resources, client: "appid"}
		v.expect[v2] = expectation{tenant: tenant, version: "2.0", audiences: []string{c.App.c.AppID}, client: "azp"}
	}
	v.tokens = jwks.NewVerifier(jwks.VerifierOptions{Issuers: issuers, Now: c.App.c.Now})
	return v
}

// Verify tells who is in front of the tab. raw is the bearer token of the request. Issuer, version, tenant, audience and the
// asking client must fit together, and the token must be a person's, with the scope access_as_user. The errors are
// ErrRefused, ErrExpired and ErrUnavailable.
// https://learn.microsoft.com/entra/identity-platform/claims-validation
func (v *SSOVerifier) Verify(ctx context.Context, raw string) (Identity, error) {
	token, err := verified(v.tokens.Verify(ctx, raw))
	if err != nil {
		return Identity{}, err
	}
	claims, want := token.Claims, v.expect[token.Issuer]
	switch {
	case claims.String("ver") != want.version:
		return Identity{}, refused("version")
	case !slices.Contains(want.audiences, claims.String("aud")):
		return Identity{}, refused("audience")
	case !slices.Contains(v.c.Clients, claims.String(want.client)):
		return Identity{}, refused("client")
	case claims.String("idtyp") == "app" || !claims.Scope(tabScope):
		return Identity{}, refused("scope")
	}
	return identity(claims, want.tenant)
}

// identity reads who it is; the tenant inside must be the one of the issuer.
func identity(claims jwks.Claims, tenant TenantID) (Identity, error) {
	id := strings.ToLower(claims.String("oid"))
	if claims.String("tid") != string(tenant) || id == "" {
		return Identity{}, refused("tenant or object id")
	}
	upn := claims.String("preferred_username") // version 2.0
	if upn == "" {
		upn = claims.String("upn") // version 1.0
	}
	return Identity{
		Person: Person{Tenant: tenant, ID: ObjectID(id)}, Name: claims.String("name"), UPN: upn, Expires: claims.Time("exp"),
	}, nil
}

func refused(claim string) error { return fmt.Errorf("%w: %s", ErrRefused, claim) }

// verified puts the errors of jwks into the words of this package, for those who do not know it.
func verified(token *jwks.Token, err error) (*jwks.Token, error) {
	switch {
	case err == nil:
		return token, nil
	case errors.Is(err, jwks.ErrUnavailable):
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	case errors.Is(err, jwks.ErrExpired):
		return nil, fmt.Errorf("%w: %w", ErrExpired, err)
	}
	return nil, fmt.Errorf("%w: %w", ErrRefused, err)
}

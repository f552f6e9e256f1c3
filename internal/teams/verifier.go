package teams

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"causeway/internal/jwks"
)

// channel is the only one that the bot speaks with.
const channel = "msteams"

// VerifierConfig says from whom activities are taken. AppID, Issuer, Keys, Tenants and ConnectorOrigins are required.
type VerifierConfig struct {
	// AppID is the Entra application of the bot: the audience of the tokens.
	AppID string
	// Issuer of the Bot Framework: "https://api.botframework.com".
	Issuer string
	// Keys are those of the Bot Framework, with their endorsements.
	Keys *jwks.Set
	// Tenants whose activities are taken: Entra tenant ids.
	Tenants []string
	// ConnectorOrigins are the exact origins of service addresses: "https://smba.trafficmanager.net".
	ConnectorOrigins []string
	// EntraKeys, when not nil, are the keys of the tenant BotTenant, whose tokens are taken too: as a single-tenant bot may
	// get them. EntraIssuers are the accepted issuers, of which there are two: https://sts.windows.net/{tenant}/ and
	// https://login.microsoftonline.com/{tenant}/v2.0. UNVERIFIED: that Teams ever sends such tokens.
	EntraKeys    *jwks.Set
	EntraIssuers []string
	BotTenant    string
	// Now is the clock; time.Now when nil.
	Now func() time.Time
}

// Verifier decides whether a request is from Teams. It is safe for concurrent use.
type Verifier struct {
	c      VerifierConfig
	tokens *jwks.Verifier
}

// Claims are what a verified token says about the request that carries it.
type Claims struct {
	// ServiceURL is the one address that is signed: the activity must name the same. "" only with tokens of Entra.
	ServiceURL string
	fromEntra  bool
	key        jwks.Key
}

// NewVerifier makes a verifier. Nothing is fetched yet.
func NewVerifier(c VerifierConfig) (*Verifier, error) {
	if c.AppID == "" || c.Issuer == "" || c.Keys == nil || len(c.Tenants) == 0 || len(c.ConnectorOrigins) == 0 {
		return nil, errors.New("teams: a verifier needs app id, issuer, keys, tenants and connector origins")
	}
	issuers := map[string]*jwks.Set{c.Issuer: c.Keys}
	if c.EntraKeys != nil {
		if c.BotTenant == "" || slices.Contains(c.EntraIssuers, c.Issuer) {
			return nil, errors.New("teams: tokens of Entra need the bot's tenant and issuers of their own")
		}
		for _, issuer := range c.EntraIssuers {
			issuers[issuer] = c.EntraKeys
		}
	}
	return &Verifier{c: c, tokens: jwks.NewVerifier(jwks.VerifierOptions{Issuers: issuers, Now: c.Now})}, nil
}

// Authenticate looks at the Authorization header alone, so that a body from anybody is never read. It returns ErrUntrusted
// when the token is not one for this bot (answer 403), and jwks.ErrUnavailable beside it when the keys cannot be read (also
// 403: Teams repeats).
func (v *Verifier) Authenticate(r *http.Request) (Claims, error) {
	headers := r.Header.Values("Authorization")
	if len(headers) != 1 {
		return Claims{}, fmt.Errorf("%w: %d Authorization headers", ErrUntrusted, len(headers))
	}
	scheme, raw, _ := strings.Cut(headers[0], " ")
	if !strings.EqualFold(scheme, "Bearer") || raw == "" {
		return Claims{}, fmt.Errorf("%w: no bearer token", ErrUntrusted)
	}
	return v.verify(r.Context(), raw)
}

func (v *Verifier) verify(ctx context.Context, raw string) (Claims, error) {
	token, err := v.tokens.Verify(ctx, raw)
	if err != nil {
		return Claims{}, fmt.Errorf("%w: %w", ErrUntrusted, err)
	}
	if !token.Claims.For(v.c.AppID) {
		return Claims{}, fmt.Errorf("%w: the token is for somebody else", ErrUntrusted)
	}
	claims := Claims{ServiceURL: token.Claims.String("serviceurl"), fromEntra: token.Issuer != v.c.Issuer, key: token.Key}
	if claims.fromEntra && !v.isOwn(token.Claims) {
		return Claims{}, fmt.Errorf("%w: a token of another application or of a person", ErrUntrusted)
	}
	return claims, nil
}

// isOwn tells whether a token of Entra is one that only the bot's own credentials bring: of its tenant, issued to its own
// application, and to no person. Without that, the token with which a person opens the tab would pass as Teams' own.
func (v *Verifier) isOwn(claims jwks.Claims) bool {
	client := claims.String("azp")
	if claims.String("ver") != "2.0" {
		client = claims.String("appid")
	}
	return claims.String("tid") == v.c.BotTenant && client == v.c.AppID && !claims.Has("scp")
}

// Check decides whether the activity may have come with these claims: it is of Teams, for this bot, of a tenant in the list
// that it names consistently, and its service address is the signed one and one of the connectors. The error is
// ErrUntrusted (answer 403).
func (v *Verifier) Check(claims Claims, a *Activity) error {
	switch {
	case a.ChannelID != channel:
		return fmt.Errorf("%w: another channel", ErrUntrusted)
	case !claims.fromEntra && !endorses(claims.key, a.ChannelID):
		return fmt.Errorf("%w: the key does not sign for the channel", ErrUntrusted)
	case a.Recipient == nil || !strings.EqualFold(string(a.Recipient.ID), "28:"+v.c.AppID):
		return fmt.Errorf("%w: for another bot", ErrUntrusted)
	}
	if err := v.checkTenant(a); err != nil {
		return err
	}
	return v.checkService(claims, a.ServiceURL)
}

// endorses is stricter than the key itself: in the Bot Framework a key that lists no channel signs for none.
func endorses(key jwks.Key, channel string) bool { return slices.Contains(key.Endorsements, channel) }

func (v *Verifier) checkTenant(a *Activity) error {
	tenant := a.Tenant()
	if other := a.Place().TenantID; other != "" && !strings.EqualFold(other, tenant) {
		return fmt.Errorf("%w: of two tenants", ErrUntrusted)
	}
	for _, known := range v.c.Tenants {
		if tenant != "" && strings.EqualFold(known, tenant) {
			return nil
		}
	}
	return fmt.Errorf("%w: of another tenant", ErrUntrusted)
}

func (v *Verifier) checkService(claims Claims, serviceURL string) error {
	origin, path, err := allowed(v.c.ConnectorOrigins, serviceURL)
	if err != nil {
		return err
	}
	if claims.fromEntra && claims.ServiceURL == "" {
		return nil // Entra signs no address; the list has decided
	}
	signedOrigin, signedPath, err := originOf(claims.ServiceURL)
	if err != nil {
		return err
	}
	if origin != signedOrigin || !strings.EqualFold(path, signedPath) {
		return fmt.Errorf("%w: the service address is not the signed one", ErrUntrusted)
	}
	return nil
}

package web

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"causeway/internal/accounts"
	"causeway/internal/entra"
	"causeway/internal/keyring"
	"causeway/internal/policy"
	"causeway/internal/problem"
)

const (
	consentCookie = "__Host-consent"
	consentFor    = 10 * time.Minute
	// challengePatience is how long the beginning of a consent waits for what Entra wants to know.
	challengePatience = 2 * time.Second
	// consentState begins the state of a consent, so that the callback can tell it from a linking and a sign-in.
	consentState = "consent."
)

// consentRoutes let a person allow look-ups at Microsoft.
func (s *server) consentRoutes(a huma.API) {
	huma.Register(a, operation(http.MethodPost, "/api/consent", "consent", "Begin to allow look-ups at Microsoft"), handled(s, s.beginConsent))
}

// consent is what somebody wants to allow at Microsoft. Sealed, it is the address from which the browser sets out: nothing is stored.
type consent struct {
	Person  entra.Person     `json:"p"`
	Grants  []policy.Feature `json:"g"`
	Hint    string           `json:"h"` // the person's user name
	Claims  string           `json:"c,omitempty"`
	Expires time.Time        `json:"e"`
}

// consenting is a consent under way, in the cookie of the browser.
type consenting struct {
	State   string           `json:"s"`
	Person  entra.Person     `json:"p"`
	Grants  []policy.Feature `json:"g"`
	Expires time.Time        `json:"e"`
}

type consentInput struct {
	Call
	Body struct {
		Grants []policy.Feature `json:"grants" nullable:"false" minItems:"1" maxItems:"2" enum:"contacts,rooms"`
		Claims string           `json:"claims,omitempty" maxLength:"2048" doc:"Of the challenge that a look-up was answered with"`
	}
}

// Consenting is where a person allows something at Microsoft.
type Consenting struct {
	URL string `json:"url" doc:"To open with authentication.authenticate of teams-js"`
}

// beginConsent makes the address of a consent for exactly the permissions of the grants. Teams opens only pages of our own, so that it is
// one of ours, which leads to Entra's.
func (s *server) beginConsent(ctx context.Context, who entra.Identity, in *consentInput) (Consenting, error) {
	wanted := consent{Person: who.Person, Grants: in.Body.Grants, Hint: who.UPN, Claims: in.Body.Claims, Expires: s.c.Now().Add(consentFor)}
	for _, grant := range in.Body.Grants {
		if err := s.c.Policy.Allow(ctx, who.Person.Tenant, grant); err != nil {
			return Consenting{}, err
		}
		if wanted.Claims == "" {
			wanted.Claims = s.challenge(ctx, who.Person, grant)
		}
	}
	plain, err := json.Marshal(wanted)
	if err != nil {
		return Consenting{}, err
	}
	sealed := s.session.box.Seal(plain, consentAAD())
	return Consenting{URL: s.c.PublicURL + "/consent/" + base64.RawURLEncoding.EncodeToString(sealed)}, nil
}

// challenge is what Entra wants to know before it gives a token for a grant, "" when it wants nothing but the consent: without it the
// person would consent again and again.
func (s *server) challenge(ctx context.Context, person entra.Person, grant policy.Feature) string {
	ctx, cancel := context.WithTimeout(ctx, challengePatience)
	defer cancel()
	_, err := s.c.Accounts.OnBehalf(ctx, person, callerOf(ctx).token, grant)
	if !problem.Is(err, problem.SignIn) {
		return ""
	}
	claims, _ := problem.Of(err).Args["Claims"].(string)
	return claims
}

func consentAAD() keyring.AAD { return keyring.AAD{Table: "address", Column: "consent"} }

// consent sends a browser to Entra's page: GET /consent/{wish}. What comes back is a code that is never redeemed: Entra has noted the
// consent, and the tab's own token is good for the rest.
func (s *server) consent(w http.ResponseWriter, r *http.Request) error {
	var wanted consent
	sealed, err := base64.RawURLEncoding.DecodeString(r.PathValue("wish"))
	if err == nil {
		var plain []byte
		if plain, err = s.session.box.Open(sealed, consentAAD()); err == nil {
			err = json.Unmarshal(plain, &wanted)
		}
	}
	if err != nil || !s.c.Now().Before(wanted.Expires) {
		return problem.New(problem.NotFound, "connect.expired")
	}
	var scopes []string
	for _, grant := range wanted.Grants {
		scopes = append(scopes, accounts.OptionalScopes(grant)...)
	}
	under := consenting{State: consentState + random(), Person: wanted.Person, Grants: wanted.Grants, Expires: s.c.Now().Add(consentFor)}
	s.session.set(w, consentCookie, under, consentFor)
	sum := sha256.Sum256([]byte(random()))
	http.Redirect(w, r, s.c.Entra.AuthorizeURL(entra.AuthorizeRequest{
		State: under.State, Challenge: base64.RawURLEncoding.EncodeToString(sum[:]), Redirect: s.session.url, Scopes: scopes,
		Prompt: "consent", Hint: wanted.Hint, Claims: wanted.Claims,
	}), http.StatusSeeOther)
	return nil
}

// consented takes the browser back and shows the last page of the pop-up, which tells the tab.
func (s *server) consented(w http.ResponseWriter, r *http.Request) error {
	var under consenting
	query := r.URL.Query()
	if !s.session.open(r, consentCookie, &under) || !s.c.Now().Before(under.Expires) ||
		subtle.ConstantTimeCompare([]byte(under.State), []byte(query.Get("state"))) != 1 {
		return problem.New(problem.Forbidden, "connect.not_yours")
	}
	clearCookie(w, consentCookie)
	if err := entra.AuthorizeError(query); err != nil {
		return unconsented(err)
	}
	for _, grant := range under.Grants {
		s.c.Accounts.ForgetDelegation(under.Person, grant)
	}
	return s.pages.show(w, r, http.StatusOK, "consented", nil)
}

// unconsented says why nothing was allowed.
func unconsented(err error) error {
	switch {
	case errors.Is(err, entra.ErrConsentRequired): // AADSTS90094: only an administrator can
		return problem.New(problem.Consent, "connect.consent_admin").Because(err)
	case errors.Is(err, entra.ErrUnavailable):
		return problem.New(problem.Unavailable, "connect.microsoft_unavailable").Because(err)
	case errors.Is(err, entra.ErrMisconfigured), errors.Is(err, entra.ErrBadSecret), errors.Is(err, entra.ErrAppUnknown):
		return problem.New(problem.Internal, "connect.misconfigured").Because(err)
	}
	return problem.New(problem.Consent, "connect.consent_declined").Because(err)
}

// isConsent tells whether a callback belongs to a consent.
func isConsent(query url.Values) bool { return strings.HasPrefix(query.Get("state"), consentState) }

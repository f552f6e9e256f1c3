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
	"slices"
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

// consentRoutes let a person allow at Microsoft what is no part of connecting, and take back what is kept of it.
func (s *server) consentRoutes(a huma.API) {
	huma.Register(a, operation(http.MethodPost, "/api/consent", "consent", "Begin to allow something at Microsoft"), handled(s, s.beginConsent))
	huma.Register(a, operation(http.MethodDelete, "/api/consent/mention_mail", "end-mention-mail", "Have my mail read no more"), handled(s, s.endMail))
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
	State    string           `json:"s"`
	Person   entra.Person     `json:"p"`
	Grants   []policy.Feature `json:"g"`
	Expires  time.Time        `json:"e"`
	Verifier string           `json:"v,omitempty"` // and Nonce, of a consent whose code is redeemed
	Nonce    string           `json:"n,omitempty"`
}

// reads tells whether a consent is one to read mail. It alone is for what goes on when nobody is in front of the tab, so that its code is redeemed;
// it is asked for by itself.
func reads(grants []policy.Feature) bool { return slices.Contains(grants, policy.MentionMail) }

type consentInput struct {
	Call
	Body struct {
		Grants []policy.Feature `json:"grants" nullable:"false" minItems:"1" maxItems:"2" enum:"contacts,rooms,mention_mail" doc:"mention_mail by itself"`
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
	if reads(wanted.Grants) && len(wanted.Grants) > 1 {
		return Consenting{}, problem.New(problem.Invalid, "problem.invalid")
	}
	for _, grant := range in.Body.Grants {
		if err := s.c.Policy.Allow(ctx, who.Person.Tenant, grant); err != nil {
			return Consenting{}, err
		}
		if wanted.Claims == "" && !reads(wanted.Grants) {
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

// endMail forgets the tokens with which the person's mail is read.
func (s *server) endMail(ctx context.Context, who entra.Identity, in *Call) (Me, error) {
	if err := s.c.Accounts.EndMail(ctx, who.Person); err != nil {
		return Me{}, err
	}
	return s.me(ctx, who, in)
}

// consent sends a browser to Entra's page: GET /consent/{wish}. For look-ups, what comes back is a code that is never redeemed: Entra has noted the
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
	verifier := random()
	if reads(wanted.Grants) {
		scopes, under.Verifier, under.Nonce = accounts.MailScopes(), verifier, random()
	}
	s.session.set(w, consentCookie, under, consentFor)
	sum := sha256.Sum256([]byte(verifier))
	http.Redirect(w, r, s.c.Entra.AuthorizeURL(entra.AuthorizeRequest{
		State: under.State, Challenge: base64.RawURLEncoding.EncodeToString(sum[:]), Redirect: s.session.url, Scopes: scopes,
		Prompt: "consent", Hint: wanted.Hint, Claims: wanted.Claims, Nonce: under.Nonce,
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
	err := entra.AuthorizeError(query)
	if err == nil && reads(under.Grants) {
		err = s.c.Accounts.GrantMail(r.Context(), under.Person, accounts.MailCode{Code: query.Get("code"), Verifier: under.Verifier, Nonce: under.Nonce})
	}
	if err != nil {
		return unconsented(err, under.Grants)
	}
	for _, grant := range under.Grants {
		s.c.Accounts.ForgetDelegation(under.Person, grant)
	}
	return s.pages.show(w, r, http.StatusOK, "consented", map[string]any{"Mail": reads(under.Grants)})
}

// unconsented says why nothing was allowed.
func unconsented(err error, grants []policy.Feature) error {
	var told *problem.Error
	switch {
	case errors.As(err, &told):
		return told
	case errors.Is(err, entra.ErrConsentRequired) && reads(grants):
		return problem.New(problem.Consent, "connect.mail_admin").Because(err)
	case errors.Is(err, entra.ErrConsentRequired): // AADSTS90094: only an administrator can
		return problem.New(problem.Consent, "connect.consent_admin").Because(err)
	case errors.Is(err, entra.ErrUnavailable):
		return problem.New(problem.Unavailable, "connect.microsoft_unavailable").Because(err)
	case errors.Is(err, entra.ErrMisconfigured), errors.Is(err, entra.ErrBadSecret), errors.Is(err, entra.ErrAppUnknown):
		return problem.New(problem.Internal, "connect.misconfigured").Because(err)
	}
	if reads(grants) {
		return problem.New(problem.Consent, "connect.mail_declined").Because(err)
	}
	return problem.New(problem.Consent, "connect.consent_declined").Because(err)
}

// isConsent tells whether a callback belongs to a consent.
func isConsent(query url.Values) bool { return strings.HasPrefix(query.Get("state"), consentState) }

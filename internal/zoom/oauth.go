package zoom

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"causeway/internal/upstream"
)

// Tokens are a person's grant. They print as [redacted]. Keep Refresh before the access token is used: Zoom has
// invalidated the refresh token that was given for it.
type Tokens struct {
	Access  string        // Opaque, may be several KB.
	Refresh string        // Works once.
	Expires time.Duration // Life of Access from now, an hour.
	Scopes  []string      // What the person has granted.
	APIURL  string        // The account's region; the global host always works.
}

// String hides the tokens.
func (Tokens) String() string { return redacted }

// GoString hides the tokens.
func (Tokens) GoString() string { return redacted }

// MarshalJSON hides the tokens.
func (Tokens) MarshalJSON() ([]byte, error) { return json.Marshal(redacted) }

// LogValue hides the tokens.
func (Tokens) LogValue() slog.Value { return slog.StringValue(redacted) }

// AuthorizeURL is where the browser goes to ask the person's consent. challenge is the S256 challenge of the PKCE verifier given
// to Exchange, redirect the address where Zoom sends ?code=&state=, exactly as in the manifest.
func (a *App) AuthorizeURL(state, challenge, redirect string) string {
	return a.c.WebURL + "/oauth/authorize?" + url.Values{
		"response_type":         {"code"},
		"client_id":             {a.c.ClientID},
		"redirect_uri":          {redirect},
		"state":                 {state},
		"code_challenge":        {challenge},
		"code_challenge_method": {"S256"},
	}.Encode()
}

// Exchange turns the code of a callback into tokens; a code lives 5 minutes and works once. Any tokens that the same person
// got before end with this (4741).
//
// Errors: ErrGrantDead (the code is used or too old), ErrScope, ErrAppDisabled, ErrCredentials, an upstream.Error.
func (a *App) Exchange(ctx context.Context, code, verifier, redirect string) (Tokens, error) {
	return a.tokens(ctx, url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "code_verifier": {verifier}, "redirect_uri": {redirect},
	})
}

// Refresh turns a refresh token into new tokens. It works once: when the answer is lost (upstream.Ambiguous), the grant is too.
// It is never repeated by itself once it may have arrived.
//
// Errors: ErrGrantDead (used, revoked or expired), ErrAppDisabled, ErrCredentials, ErrRateLimited, an upstream.Error.
func (a *App) Refresh(ctx context.Context, refresh string) (Tokens, error) {
	return a.tokens(ctx, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}})
}

// Revoke ends the grant that an access token belongs to. A token that is dead already gives ErrGrantDead.
func (a *App) Revoke(ctx context.Context, access string) error {
	return a.post(upstream.Idempotent(ctx), "/oauth/revoke", url.Values{"token": {access}}, func(resp *http.Response, answer []byte) error {
		if !hasAny(answer, "status") {
			return unusable("POST /oauth/revoke", resp, errAnswer)
		}
		return nil
	})
}

// accountGrant is how a server-to-server app asks for the token of its account.
const accountGrant = "account_credentials"

func (a *App) tokens(ctx context.Context, form url.Values) (Tokens, error) {
	var t Tokens
	err := a.post(ctx, "/oauth/token", form, func(resp *http.Response, answer []byte) error {
		var body struct {
			Access  string    `json:"access_token"`
			Refresh string    `json:"refresh_token"`
			Expires looseInt  `json:"expires_in"`
			Scope   looseText `json:"scope"`
			APIURL  looseText `json:"api_url"`
		}
		bad := json.Unmarshal(answer, &body)                                    // which could quote a token
		renewed := body.Refresh != "" || form.Get("grant_type") == accountGrant // which has no refresh token
		if bad != nil || body.Access == "" || !renewed || body.Expires <= 0 {
			return unusable("POST /oauth/token", resp, errAnswer)
		}
		t = Tokens{
			Access: body.Access, Refresh: body.Refresh, Expires: time.Duration(body.Expires) * time.Second,
			Scopes: strings.Fields(string(body.Scope)), APIURL: string(body.APIURL),
		}
		return nil
	})
	return t, err
}

// post sends a form to Zoom's OAuth endpoints as our app. The secrets are in the body, not in the address, which proxies log.
func (a *App) post(ctx context.Context, path string, form url.Values, take func(*http.Response, []byte) error) error {
	route := "POST " + path
	req, err := http.NewRequestWithContext(upstream.Route(ctx, route), http.MethodPost, a.c.WebURL+path, strings.NewReader(form.Encode()))
	if err != nil {
		return fmt.Errorf("zoom: %s: the address cannot be one", route)
	}
	req.SetBasicAuth(a.c.ClientID, string(a.c.ClientSecret))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	return a.exchange(req, route, take)
}

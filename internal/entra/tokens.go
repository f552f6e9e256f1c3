package entra

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"causeway/internal/upstream"
)

const maxAnswer = 1 << 20 // bytes of an answer of the token endpoint

// Tokens is what Entra grants. They print as [redacted].
type Tokens struct {
	Access  string
	Refresh string        // only with the scope offline_access; a later one replaces it
	ID      string        // only with the scope openid
	Expires time.Duration // how long Access holds, from now
	Scopes  []string      // as granted, which may be less or more than asked for
}

// String hides the tokens.
func (Tokens) String() string { return redacted }

// GoString hides the tokens.
func (Tokens) GoString() string { return redacted }

// LogValue hides the tokens.
func (Tokens) LogValue() slog.Value { return slog.StringValue(redacted) }

// Exchange redeems the code that came with a sign-in, once, for the scopes asked for there. redirect is the same address as
// in AuthorizeURL, and verifier the text of which it carried the challenge.
func (a *App) Exchange(ctx context.Context, code, verifier, redirect string, scopes []string) (Tokens, error) {
	return a.token(ctx, url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "code_verifier": {verifier}, "redirect_uri": {redirect},
		"scope": {strings.Join(scopes, " ")},
	})
}

// Refresh gets new tokens. Entra gives a new refresh token each time: store it in place of the old one, which works for a
// while longer, so that a refresh whose answer was lost can be repeated.
// https://learn.microsoft.com/entra/identity-platform/refresh-tokens
func (a *App) Refresh(ctx context.Context, refresh string, scopes []string) (Tokens, error) {
	return a.token(upstream.Idempotent(ctx), url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {refresh}, "scope": {strings.Join(scopes, " ")},
	})
}

// OnBehalfOf turns the token with which Teams vouches for a person, once an SSOVerifier has accepted it, into a token of that
// person for other scopes, such as those of Graph. It never falls back to a token of the application: what the person has not
// allowed, or not under these conditions, is ErrConsentRequired, and the one thing that helps is AuthorizeURL, with the
// Claims of the *Error if there are any. Just after a consent Entra may refuse for a few seconds more.
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow
func (a *App) OnBehalfOf(ctx context.Context, assertion string, scopes []string) (Tokens, error) {
	tokens, err := a.token(upstream.Idempotent(ctx), url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "requested_token_use": {"on_behalf_of"},
		"assertion": {assertion}, "scope": {strings.Join(scopes, " ")},
	})
	var refused *Error
	if errors.As(err, &refused) && errors.Is(err, ErrInteraction) {
		// Nobody is in front of this request who could give a second factor: the consent page asks for it too.
		refused.means = ErrConsentRequired
	}
	return tokens, err
}

// answer is that of the token endpoint.
type answer struct {
	TokenType    string  `json:"token_type"`
	ExpiresIn    seconds `json:"expires_in"`
	Scope        string  `json:"scope"`
	AccessToken  string  `json:"access_token"`
	RefreshToken string  `json:"refresh_token"`
	IDToken      string  `json:"id_token"`
}

// seconds are written as a number by version 2.0 of the endpoint, and as text by older ones.
type seconds time.Duration

// UnmarshalJSON reads both.
func (s *seconds) UnmarshalJSON(raw []byte) error {
	number, err := strconv.ParseInt(strings.Trim(string(raw), `"`), 10, 32)
	*s = seconds(time.Duration(number) * time.Second)
	return err
}

func (a *App) token(ctx context.Context, form url.Values) (Tokens, error) {
	form.Set("client_id", a.c.AppID)
	form.Set("client_secret", string(a.c.Secret))
	ctx = upstream.Route(ctx, "POST /token "+form.Get("grant_type"))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.address(a.c.Tenant, "oauth2/v2.0/token"), strings.NewReader(form.Encode()))
	if err != nil {
		return Tokens{}, fmt.Errorf("entra: token request: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	resp, err := upstream.Do(a.c.HTTP, req)
	if err != nil {
		return Tokens{}, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return Tokens{}, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	if resp.StatusCode != http.StatusOK {
		return Tokens{}, refusal(resp, body, a.c.Now())
	}
	return granted(body)
}

func granted(body []byte) (Tokens, error) {
	var got answer
	if err := json.Unmarshal(body, &got); err != nil {
		// The error of json may quote the body, which holds tokens.
		return Tokens{}, fmt.Errorf("%w: the answer is no token", ErrUnavailable)
	}
	if got.AccessToken == "" || got.ExpiresIn <= 0 || !strings.EqualFold(got.TokenType, "Bearer") {
		return Tokens{}, fmt.Errorf("%w: %w", ErrUnavailable, errors.New("the answer holds no bearer token"))
	}
	return Tokens{
		Access: got.AccessToken, Refresh: got.RefreshToken, ID: got.IDToken,
		Expires: time.Duration(got.ExpiresIn), Scopes: strings.Fields(got.Scope),
	}, nil
}

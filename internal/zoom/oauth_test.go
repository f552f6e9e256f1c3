package zoom_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"causeway/internal/upstream"
	"causeway/internal/zoom"
)

const granted = `{"access_token":"hush-access","token_type":"bearer","refresh_token":"hush-refresh","expires_in":3600,
	"scope":"user:read:user meeting:write:meeting","api_url":"https://api-eu.zoom.us","new":1}`

func TestAuthorizeURL(t *testing.T) {
	t.Parallel()
	f := setup(t)
	u, err := url.Parse(f.app.AuthorizeURL("st&ate", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "https://teams.example.com/zoom/oauth/callback"))
	if err != nil {
		t.Fatal(err)
	}
	want := url.Values{
		"response_type": {"code"}, "client_id": {"client"}, "state": {"st&ate"}, "code_challenge_method": {"S256"},
		"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "redirect_uri": {"https://teams.example.com/zoom/oauth/callback"},
	}
	if u.Query().Encode() != want.Encode() || u.Path != "/oauth/authorize" || !strings.HasPrefix(u.String(), f.URL) {
		t.Errorf("got %s", u)
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		ask  func(*fake) (zoom.Tokens, error)
		form url.Values
	}{
		"exchange": {
			func(f *fake) (zoom.Tokens, error) {
				return f.app.Exchange(t.Context(), "code", "verifier", "https://x.example/cb")
			},
			url.Values{"grant_type": {"authorization_code"}, "code": {"code"}, "code_verifier": {"verifier"}, "redirect_uri": {"https://x.example/cb"}},
		},
		"refresh": {
			func(f *fake) (zoom.Tokens, error) { return f.app.Refresh(t.Context(), "re/fr+esh") },
			url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"re/fr+esh"}},
		},
	} {
		f := setup(t)
		f.answer("POST /oauth/token", http.StatusOK, granted)
		got, err := c.ask(f)
		if err != nil || got.Access != "hush-access" || got.Refresh != "hush-refresh" || got.Expires != time.Hour || got.APIURL != "https://api-eu.zoom.us" ||
			!slices.Equal(got.Scopes, []string{"user:read:user", "meeting:write:meeting"}) {
			t.Errorf("%s: %v, %v", name, got.Scopes, err)
		}
		r := f.only(t)
		if r.authorization != "Basic Y2xpZW50Omh1c2g=" || r.contentType != "application/x-www-form-urlencoded" || r.body != c.form.Encode() || r.uri != "/oauth/token" {
			t.Errorf("%s: asked %+v", name, r)
		}
	}
}

func TestRevoke(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.answer("POST /oauth/revoke", http.StatusOK, `{"status":"success"}`)
	if err := f.app.Revoke(t.Context(), "hush"); err != nil {
		t.Fatal(err)
	}
	if r := f.only(t); r.body != "token=hush" || r.uri != "/oauth/revoke" || r.authorization == "" {
		t.Errorf("asked %+v", r)
	}
	odd := setup(t)
	odd.answer("POST /oauth/revoke", http.StatusOK, `<html>`)
	if err := odd.app.Revoke(t.Context(), "hush"); err == nil || strings.Contains(err.Error(), "hush") {
		t.Errorf("error %v", err)
	}
}

func TestTokenRefusals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		status int
		body   string
		is     []string
	}{
		{"used", 400, `{"reason":"Invalid Token!","error":"invalid_grant"}`, []string{"dead"}},
		{"used, as formerly", 401, `{"reason":"Invalid Token!","error":"invalid_grant"}`, []string{"dead"}},
		{"used, in other words", 400, `{"reason":"Invalid Token!","error":"invalid_request"}`, []string{"dead"}},
		{"code used", 400, `{"reason":"Invalid authorization code 3f7a","error":"invalid_request"}`, []string{"dead"}},
		{"in the clothes of a success", 200, `{"reason":"Invalid Token!","error":"invalid_grant"}`, []string{"dead"}},
		{"revoked", 401, `{"code":4741,"message":"Token revoked"}`, []string{"dead"}},
		{"owner gone", 400, `{"errorCode":4735,"errorMessage":"The owner of the token does not exist"}`, []string{"dead"}},
		{"code expired", 400, `{"code":"4733","reason":"Code is expired"}`, []string{"dead"}},
		{"our secret", 401, `{"reason":"Invalid client_id or client_secret","error":"invalid_client"}`, []string{"credentials"}},
		{"our id", 400, `{"code":4702,"message":"Invalid client"}`, []string{"credentials"}},
		{"our redirect", 400, `{"code":4709,"message":"Redirect URI mismatch"}`, []string{"credentials"}},
		{"scope", 400, `{"code":4711,"message":"Scope mismatch"}`, []string{"scope"}},
		{"app off", 400, `{"code":4717,"message":"The app has been disabled"}`, []string{"disabled"}},
		{"app off by the admin", 400, `{"code":4738,"message":"Disabled by admin"}`, []string{"disabled"}},
		{"hiccup that names the grant", 500, `{"error":"invalid_grant","reason":"Invalid Token!"}`, nil},
		{"limit that names the grant", 429, `{"code":429,"error":"invalid_grant"}`, []string{"limited"}},
		{"gateway", 502, `<html>`, nil},
		{"overload", 503, ``, nil},
		{"some request", 400, `{"reason":"Missing parameter","error":"invalid_request"}`, nil},
		{"no words", 400, ``, nil},
	} {
		f := setup(t)
		f.answer("POST /oauth/token", c.status, c.body)
		_, err := f.app.Refresh(t.Context(), "hush-refresh")
		var e *zoom.Error
		if !errors.As(err, &e) || e.Status != c.status {
			t.Errorf("%s: error %v", c.name, err)
			continue
		}
		checkIs(t, c.name, err, c.is...)
		if n := len(f.requests()); n != 1 {
			t.Errorf("%s: the refresh token was sent %d times", c.name, n)
		}
	}
}

func TestATokenAnswerWithoutTokensIsAmbiguous(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		``, `{}`, `<html>`, `{"access_token":"hush"}`, `{"access_token":"hush","refresh_token":"hush"}`,
		`{"access_token":"hush","expires_in":3600}`, `{"access_token":1,"refresh_token":"hush","expires_in":3600}`, `{"access_token":"hush","refresh_token":"hush","expires_in":"soon"}`,
	} {
		f := setup(t)
		f.answer("POST /oauth/token", http.StatusOK, body)
		tokens, err := f.app.Refresh(t.Context(), "hush")
		if upstream.Outcome(err) != upstream.Ambiguous || tokens.Access != "" || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: error %v, want an ambiguous one", body, err)
		}
	}
	f := setup(t)
	f.answer("POST /oauth/token", http.StatusOK, strings.Replace(granted, "3600", `"3599"`, 1))
	if tokens, err := f.app.Refresh(t.Context(), "x"); err != nil || tokens.Expires != 3599*time.Second {
		t.Errorf("a life in quotes: %v, %v", tokens.Expires, err)
	}
}

func TestALostRefreshIsNotRepeated(t *testing.T) {
	t.Parallel()
	f := setup(t)
	f.mux.HandleFunc("POST /oauth/token", func(w http.ResponseWriter, _ *http.Request) {
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			conn.Close()
		}
	})
	_, err := f.app.Refresh(t.Context(), "hush")
	if upstream.Outcome(err) != upstream.Ambiguous || errors.Is(err, zoom.ErrGrantDead) || len(f.requests()) != 1 {
		t.Errorf("error %v after %d requests", err, len(f.requests()))
	}
}

func TestSecretsPrintAsRedacted(t *testing.T) {
	t.Parallel()
	tokens := zoom.Tokens{Access: "hush", Refresh: "hush", Scopes: []string{"hush"}}
	config := zoom.Config{ClientSecret: "hush"}
	encoded, err := json.Marshal([]any{tokens, config.ClientSecret, struct{ T zoom.Tokens }{tokens}})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		fmt.Sprint(tokens), fmt.Sprintf("%+v", tokens), fmt.Sprintf("%#v", tokens), fmt.Sprintf("%s", []any{tokens, &tokens}), tokens.LogValue().String(),
		fmt.Sprint(config.ClientSecret), fmt.Sprintf("%+v", config), fmt.Sprintf("%#v", config.ClientSecret), fmt.Sprintf("%q", config.ClientSecret),
		config.ClientSecret.LogValue().String(), string(encoded),
	} {
		if strings.Contains(text, "hush") || !strings.Contains(text, "redacted") {
			t.Errorf("printed %s", text)
		}
	}
}

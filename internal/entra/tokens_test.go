package entra_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"causeway/internal/entra"
	"causeway/internal/upstream"
)

const botScope = "https://api.botframework.com/.default"

var calendarScopes = []string{"User.Read", "Calendars.ReadWrite", "offline_access"}

func TestAuthorizeURLAsksForACodeWithPKCE(t *testing.T) {
	t.Parallel()
	l := newLogin(t)
	raw := l.app().AuthorizeURL(entra.AuthorizeRequest{
		State: "st&te", Challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", Redirect: redirect, Scopes: calendarScopes,
		Nonce: "n-1", Prompt: "select_account", Hint: "ana@meridian.example",
	})
	address, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(raw, l.URL+"/"+tenant+"/oauth2/v2.0/authorize?") {
		t.Errorf("address %s", raw)
	}
	want := url.Values{
		"client_id": {appID}, "response_type": {"code"}, "response_mode": {"query"}, "redirect_uri": {redirect}, "state": {"st&te"},
		"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"}, "nonce": {"n-1"},
		"scope": {"openid User.Read Calendars.ReadWrite offline_access"}, "prompt": {"select_account"}, "login_hint": {"ana@meridian.example"},
	}
	if got := address.Query(); got.Encode() != want.Encode() {
		t.Errorf("query %v", got)
	}
	plain, _ := url.Parse(l.app().AuthorizeURL(entra.AuthorizeRequest{State: "s", Challenge: "c", Redirect: redirect, Scopes: calendarScopes}))
	for _, absent := range []string{"nonce", "prompt", "login_hint", "client_secret"} {
		if plain.Query().Has(absent) {
			t.Errorf("%s is there", absent)
		}
	}
	if scope := plain.Query().Get("scope"); scope != "User.Read Calendars.ReadWrite offline_access" {
		t.Errorf("scope %q", scope)
	}
}

func TestExchangeAndRefreshReturnWhatIsGranted(t *testing.T) {
	t.Parallel()
	l := newLogin(t)
	l.answers(200, `{"token_type":"Bearer","scope":"Calendars.ReadWrite User.Read profile openid","expires_in":4125,"ext_expires_in":4125,
		"access_token":"at-1","refresh_token":"rt-1","id_token":"it-1"}`)
	app := l.app()
	got, err := app.Exchange(t.Context(), "code-1", "verifier-1", redirect, calendarScopes)
	if err != nil {
		t.Fatal(err)
	}
	if got.Access != "at-1" || got.Refresh != "rt-1" || got.ID != "it-1" || got.Expires != 4125*time.Second ||
		!slices.Equal(got.Scopes, []string{"Calendars.ReadWrite", "User.Read", "profile", "openid"}) {
		t.Error("another grant")
	}
	l.answers(200, `{"token_type":"bearer","expires_in":"3599","access_token":"at-2","refresh_token":"rt-2"}`)
	again, err := app.Refresh(t.Context(), got.Refresh, calendarScopes)
	if err != nil || again.Access != "at-2" || again.Refresh != "rt-2" || again.Expires != 3599*time.Second || again.ID != "" {
		t.Errorf("refreshed: %v", err)
	}
	calls := l.calls()
	want := []url.Values{
		{"grant_type": {"authorization_code"}, "code": {"code-1"}, "code_verifier": {"verifier-1"}, "redirect_uri": {redirect}},
		{"grant_type": {"refresh_token"}, "refresh_token": {"rt-1"}},
	}
	for i, form := range want {
		form.Set("client_id", appID)
		form.Set("client_secret", secret)
		form.Set("scope", "User.Read Calendars.ReadWrite offline_access")
		if calls[i].Encode() != form.Encode() {
			t.Errorf("call %d: %v", i, calls[i])
		}
	}
}

func TestAnAnswerThatIsNoGrantIsNotOne(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		"", "<html>", `{}`, `{"token_type":"Bearer","expires_in":3600}`, `{"token_type":"pop","expires_in":3600,"access_token":"at-secret"}`,
		`{"token_type":"Bearer","access_token":"at-secret"}`, `{"token_type":"Bearer","expires_in":"at-secret","access_token":"x"}`,
		`{"token_type":"Bearer","expires_in":-1,"access_token":"at-secret"}`,
	} {
		l := newLogin(t)
		l.answers(200, body)
		got, err := l.app().Refresh(t.Context(), "rt", nil)
		if !errors.Is(err, entra.ErrUnavailable) || got.Access != "" || strings.Contains(err.Error(), "at-secret") {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestRefusalsSayWhatCanBeDone(t *testing.T) {
	t.Parallel()
	sentinels := []error{
		entra.ErrConsentRequired, entra.ErrDeclined, entra.ErrInteraction, entra.ErrGrantDead, entra.ErrAppUnknown, entra.ErrBadSecret,
		entra.ErrUnavailable, entra.ErrMisconfigured,
	}
	for _, test := range []struct {
		status int
		body   string
		want   error
	}{
		{400, refusal("invalid_grant", 65001, "consent_required"), entra.ErrConsentRequired},
		{400, refusal("invalid_grant", 0, "consent_required"), entra.ErrConsentRequired},
		{400, refusal("consent_required", 0, ""), entra.ErrConsentRequired},
		{400, refusal("invalid_grant", 90094, ""), entra.ErrConsentRequired},
		{400, refusal("interaction_required", 50076, "basic_action"), entra.ErrInteraction},
		{400, refusal("invalid_grant", 50079, ""), entra.ErrInteraction},
		{400, refusal("invalid_grant", 53003, "message_only"), entra.ErrInteraction},
		{400, refusal("invalid_grant", 0, "interaction_required"), entra.ErrInteraction},
		{400, refusal("interaction_required", 0, ""), entra.ErrInteraction},
		{400, refusal("invalid_grant", 700082, ""), entra.ErrGrantDead},
		{400, refusal("invalid_grant", 50173, "bad_token"), entra.ErrGrantDead},
		{400, refusal("invalid_grant", 54005, ""), entra.ErrGrantDead},
		{400, refusal("invalid_grant", 50057, ""), entra.ErrGrantDead},
		{400, refusal("invalid_grant", 0, ""), entra.ErrGrantDead},
		{400, refusal("unauthorized_client", 700016, ""), entra.ErrAppUnknown},
		{401, refusal("invalid_client", 7000229, ""), entra.ErrAppUnknown},
		{400, refusal("invalid_request", 90002, ""), entra.ErrAppUnknown},
		{401, refusal("invalid_client", 7000215, ""), entra.ErrBadSecret},
		{401, refusal("invalid_client", 7000222, ""), entra.ErrBadSecret},
		{401, refusal("invalid_client", 0, ""), entra.ErrBadSecret},
		{400, refusal("invalid_request", 50011, ""), entra.ErrMisconfigured},
		{400, refusal("invalid_scope", 70011, ""), entra.ErrMisconfigured},
		{400, `{"error":"invalid_grant","error_description":"AADSTS65001: The user or administrator has not consented."}`, entra.ErrConsentRequired},
		{400, `{"error":"invalid_grant","error_description":"AADSTS: odd"}`, entra.ErrGrantDead},
		{400, refusal("temporarily_unavailable", 90033, ""), entra.ErrUnavailable},
		{400, `<html>proxy</html>`, entra.ErrUnavailable},
		{429, refusal("invalid_request", 0, ""), entra.ErrUnavailable},
		{500, ``, entra.ErrUnavailable},
		{503, refusal("server_error", 0, ""), entra.ErrUnavailable},
		{302, ``, entra.ErrUnavailable},
	} {
		l := newLogin(t)
		l.answers(test.status, test.body)
		_, err := l.app().Exchange(t.Context(), "code", "verifier", redirect, nil)
		for _, sentinel := range sentinels {
			if errors.Is(err, sentinel) != errors.Is(test.want, sentinel) {
				t.Errorf("%d %s: %v is %v", test.status, test.body, err, sentinel)
			}
		}
		if len(l.calls()) != 1 {
			t.Errorf("%d %s: %d calls", test.status, test.body, len(l.calls()))
		}
	}
}

// refusal is an answer as the token endpoint writes it.
func refusal(code string, number int, suberror string) string {
	numbers, text := []int{}, "Something about ana@meridian.example."
	if number > 0 {
		numbers, text = []int{number}, fmt.Sprintf("AADSTS%d: %s Trace ID: 0a1b Correlation ID: 2c3d Timestamp: 2026-11-23 09:00:00Z", number, text)
	}
	said := map[string]any{
		"error": code, "error_description": text, "error_codes": numbers, "timestamp": "2026-11-23 09:00:00Z",
		"trace_id": "0a1b-2c3d", "correlation_id": "4e5f", "error_uri": "https://login.microsoftonline.com/error?code=1",
	}
	if suberror != "" {
		said["suberror"], said["claims"] = suberror, `{"access_token":{"polids":{"essential":true}}}`
	}
	body, _ := json.Marshal(said)
	return string(body)
}

func TestARefusalCarriesWhatSupportNeedsAndNoPeople(t *testing.T) {
	t.Parallel()
	l := newLogin(t)
	l.answers(400, refusal("interaction_required", 50076, "basic_action"))
	l.header.Set("Retry-After", "30")
	_, err := l.app().Refresh(t.Context(), "rt-secret", nil)
	var refused *entra.Error
	if !errors.As(err, &refused) {
		t.Fatalf("error %v", err)
	}
	if text := err.Error(); text != "entra: status 400: interaction_required AADSTS50076 basic_action (trace 0a1b-2c3d)" {
		t.Errorf("text %q", text)
	}
	if refused.Claims != `{"access_token":{"polids":{"essential":true}}}` || !refused.RetryAt.Equal(l.now().Add(30*time.Second)) {
		t.Errorf("%+v", refused)
	}
	if upstream.Outcome(err) != upstream.Answered {
		t.Error("outcome")
	}
	l.answers(400, `{"error":"bad\nline `+strings.Repeat("x", 200)+`"}`)
	_, err = l.app().Refresh(t.Context(), "rt", nil)
	if strings.Contains(err.Error(), "\n") || len(err.Error()) > 120 {
		t.Errorf("text %q", err)
	}
}

func TestThePersonMayDecline(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]error{
		"code=c&state=s": nil,
		"error=access_denied&error_subcode=cancel&error_description=AADSTS65004%3A+User+declined": entra.ErrDeclined,
		"error=access_denied":                                              entra.ErrDeclined,
		"error=server_error&error_subcode=cancel":                          entra.ErrDeclined,
		"error=consent_required&error_description=AADSTS65001":             entra.ErrConsentRequired,
		"error=login_required":                                             entra.ErrInteraction,
		"error=temporarily_unavailable":                                    entra.ErrUnavailable,
		"error=unauthorized_client&error_description=AADSTS700016%3A+gone": entra.ErrAppUnknown,
		"error=invalid_request&error_description=AADSTS9002325":            entra.ErrMisconfigured,
	} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		if got := entra.AuthorizeError(values); !errors.Is(got, want) || want == nil && got != nil {
			t.Errorf("%s: %v", query, got)
		}
	}
}

func TestALostAnswerIsAmbiguousForACodeAndRepeatedForARefresh(t *testing.T) {
	t.Parallel()
	l := newLogin(t)
	calls := 0
	l.answersBy(func(url.Values) (int, string) {
		calls++
		if calls != 3 {
			panic(http.ErrAbortHandler) // the connection is cut
		}
		return 200, `{"token_type":"Bearer","expires_in":3600,"access_token":"at"}`
	})
	app := entra.NewApp(entra.Config{LoginURL: l.URL + "/", Tenant: tenant, AppID: appID, Secret: secret, HTTP: upstream.NewClient(upstream.Options{
		Name: "entra", Origins: []string{l.URL}, Retry: upstream.Policy{Attempts: 2, Base: time.Millisecond},
	})})
	if _, err := app.Exchange(t.Context(), "code", "verifier", redirect, nil); !errors.Is(err, entra.ErrUnavailable) || upstream.Outcome(err) != upstream.Ambiguous {
		t.Errorf("error %v", err)
	}
	if got, err := app.Refresh(t.Context(), "rt", nil); err != nil || got.Access != "at" || calls != 3 {
		t.Errorf("refresh: %v after %d calls", err, calls)
	}
}

func TestAppTokensAreSharedAndRenewedEarly(t *testing.T) {
	t.Parallel()
	l := newLogin(t)
	count := 0
	l.answersBy(func(url.Values) (int, string) {
		count++
		return 200, fmt.Sprintf(`{"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599,"access_token":"app-%d"}`, count)
	})
	app := l.app()
	token := func() string {
		got, err := app.AppToken(t.Context(), botScope)
		if err != nil {
			t.Error(err)
		}
		return got
	}
	var callers sync.WaitGroup
	for range 50 {
		callers.Go(func() {
			if got := token(); got != "app-1" {
				t.Errorf("token %q", got)
			}
		})
	}
	callers.Wait()
	want := url.Values{"grant_type": {"client_credentials"}, "client_id": {appID}, "client_secret": {secret}, "scope": {botScope}}
	if calls := l.calls(); len(calls) != 1 || calls[0].Encode() != want.Encode() {
		t.Fatalf("calls %v", calls)
	}
	l.forward(3599*time.Second - 5*time.Minute - time.Second)
	if got := token(); got != "app-1" || len(l.calls()) != 1 {
		t.Errorf("renewed too early: %q", got)
	}
	l.forward(time.Second)
	for got := token(); got != "app-2"; got = token() {
		if got != "app-1" {
			t.Fatalf("token %q", got)
		}
	}
	if len(l.calls()) != 2 {
		t.Errorf("%d calls", len(l.calls()))
	}
	if got, err := app.AppToken(t.Context(), graphAPI+"/.default"); err != nil || got != "app-3" {
		t.Errorf("another scope has another token: %q, %v", got, err)
	}
	app.ForgetAppToken("app-1")
	if got := token(); got != "app-2" {
		t.Errorf("a token that was replaced already: %q", got)
	}
	app.ForgetAppToken("app-2")
	if got := token(); got != "app-4" {
		t.Errorf("after the rejection: %q", got)
	}
}

func TestAnAppTokenWorksWhileEntraIsDown(t *testing.T) {
	t.Parallel()
	l := newLogin(t)
	l.answers(200, `{"token_type":"Bearer","expires_in":3600,"access_token":"app-1"}`)
	app := l.app()
	if _, err := app.AppToken(t.Context(), botScope); err != nil {
		t.Fatal(err)
	}
	l.answers(503, "")
	l.forward(56 * time.Minute)
	for range 20 {
		if got, err := app.AppToken(t.Context(), botScope); err != nil || got != "app-1" {
			t.Fatalf("%q, %v", got, err)
		}
	}
	l.forward(4 * time.Minute)
	if _, err := app.AppToken(t.Context(), botScope); !errors.Is(err, entra.ErrUnavailable) {
		t.Errorf("an expired token: %v", err)
	}
	if calls := len(l.calls()); calls > 3 {
		t.Errorf("%d calls", calls)
	}
	l.answers(401, refusal("invalid_client", 7000222, ""))
	if _, err := app.AppToken(t.Context(), botScope); !errors.Is(err, entra.ErrBadSecret) {
		t.Errorf("error %v", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	hold := make(chan struct{})
	l.answersBy(func(url.Values) (int, string) {
		<-hold
		return 200, `{"token_type":"Bearer","expires_in":3600,"access_token":"app-2"}`
	})
	if _, err := app.AppToken(gone, botScope); !errors.Is(err, context.Canceled) || !errors.Is(err, entra.ErrUnavailable) {
		t.Errorf("a caller who went away: %v", err)
	}
	close(hold)
	if got, err := app.AppToken(t.Context(), botScope); err != nil || got != "app-2" {
		t.Errorf("the next caller: %q, %v", got, err)
	}
}

func TestSecretsDoNotPrint(t *testing.T) {
	t.Parallel()
	tokens := entra.Tokens{Access: "at-secret", Refresh: "rt-secret", ID: "it-secret"}
	config := entra.Config{Secret: "app-secret"}
	text := fmt.Sprintf("%v %+v %#v %s %v %+v %#v", tokens, tokens, tokens, tokens, config, config, config.Secret)
	inJSON, err := json.Marshal(map[string]any{"secret": config.Secret})
	if err != nil {
		t.Fatal(err)
	}
	var logged strings.Builder
	slog.New(slog.NewTextHandler(&logged, nil)).Info("x", "tokens", tokens, "secret", config.Secret)
	for _, where := range []string{text, string(inJSON), logged.String()} {
		if strings.Contains(where, "-secret") || !strings.Contains(where, "[redacted]") {
			t.Error(where)
		}
	}
	if !(entra.Person{}).IsZero() || (entra.Person{Tenant: tenant}).IsZero() {
		t.Error("zero person")
	}
}

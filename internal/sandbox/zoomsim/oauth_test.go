package zoomsim_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"causeway/internal/sandbox/world"
	"causeway/internal/sandbox/zoomsim"
)

func TestConsentLeadsToTokens(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	page := z.get("/oauth/authorize?" + z.asked().Encode())
	if page.status != http.StatusOK || !strings.Contains(page.raw, `data-page="consent"`) || !strings.Contains(page.raw, "Zoom in &lt;Teams&gt;") ||
		!strings.Contains(page.raw, "ana.duarte@meridian.example") || strings.Contains(page.raw, "dev.patel") || strings.Contains(page.raw, "<script") {
		t.Errorf("the consent page: %d %s", page.status, page.raw)
	}
	if csp := page.header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") {
		t.Errorf("policy %q", csp)
	}
	for _, account := range []string{"ana", "ANA.DUARTE@meridian.example"} {
		a, q := z.consent(account, "allow", z.asked())
		if a.status != http.StatusFound || !strings.HasPrefix(a.header.Get("Location"), callback+"?") || q.Get("state") != "st&te" {
			t.Fatalf("%d to %s", a.status, a.header.Get("Location"))
		}
		tokens := z.exchange(q.Get("code"))
		if tokens.status != http.StatusOK || tokens.text("token_type") != "bearer" || tokens.json["expires_in"] != 3600.0 || tokens.text("api_url") != z.url ||
			!slices.Equal(strings.Fields(tokens.text("scope")), scopes) || strings.Count(tokens.text("access_token"), ".") != 2 || tokens.text("refresh_token") == "" {
			t.Errorf("tokens %s", tokens.raw)
		}
	}
	if rows := z.world.Ledger.List(world.Filter{Effect: "token.issued"}); len(rows) != 2 || rows[0].By != "ana" {
		t.Errorf("ledger %+v", rows)
	}
}

func TestAuthorizeShowsWhatIsWrong(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	for name, c := range map[string]struct {
		asked url.Values
		want  string
	}{
		"client":           {z.asked("client_id", "other"), "Invalid client_id: other (4,700)"},
		"redirect":         {z.asked("redirect_uri", callback+"/"), "Invalid redirect:"},
		"redirect host":    {z.asked("redirect_uri", "http://evil.example/zoom/oauth/callback"), "Invalid redirect:"},
		"no redirect":      {z.asked("redirect_uri", ""), "Invalid redirect:"},
		"response type":    {z.asked("response_type", "token"), "Invalid response_type"},
		"challenge method": {z.asked("code_challenge_method", "S512"), "Invalid code_challenge_method"},
		"scope":            {z.asked("scope", "user:read:user phone:read:user"), "Invalid scope (4,711)"},
		"optional scope":   {z.asked("scope", "user:read:user", "optional_scope", "phone:read:user"), "Invalid scope (4,711)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := z.get("/oauth/authorize?" + c.asked.Encode())
			if a.status != http.StatusBadRequest || !strings.Contains(a.raw, c.want) || a.header.Get("Location") != "" || strings.Contains(a.raw, "<form") {
				t.Errorf("%d %s", a.status, a.raw)
			}
			c.asked.Set("decision", "allow")
			c.asked.Set("account", "ana")
			if name == "response type" {
				return // of the page alone
			}
			if a := z.form("/oauth/authorize/decision", c.asked); a.status != http.StatusBadRequest || a.header.Get("Location") != "" {
				t.Errorf("the form went through: %d %s", a.status, a.header.Get("Location"))
			}
		})
	}
}

func TestDecliningAndAccountsWithoutZoom(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	a, q := z.consent("ana", "decline", z.asked())
	if a.status != http.StatusFound || q.Get("error") != "access_denied" || q.Get("state") != "st&te" || q.Has("code") {
		t.Errorf("declined: %d %v", a.status, q)
	}
	for _, account := range []string{"dev", "ivo", "nobody@nowhere.example", ""} {
		a, q := z.consent(account, "allow", z.asked())
		if a.status != http.StatusBadRequest || len(q) != 0 || !strings.Contains(a.raw, "There is no Zoom account for") || !strings.Contains(a.raw, `data-page="consent"`) {
			t.Errorf("%q: %d %v", account, a.status, q)
		}
	}
}

func TestScopesAreThoseOfTheManifest(t *testing.T) {
	t.Parallel()
	optional := "meeting:read:invitation"
	z := openZoom(t, world.Options{}, zoomsim.Options{Manifest: manifest(scopes[:2], []string{optional})})
	scope := func(asked url.Values, without ...string) string {
		_, q := z.consent("ana", "allow", asked, without...)
		return z.exchange(q.Get("code")).text("scope")
	}
	for name, c := range map[string]struct{ got, want string }{
		"all":            {scope(z.asked()), scopes[0] + " " + scopes[1] + " " + optional},
		"without":        {scope(z.asked(), optional), scopes[0] + " " + scopes[1]},
		"required stays": {scope(z.asked(), optional, scopes[0]), scopes[0] + " " + scopes[1]},
		"fewer":          {scope(z.asked("scope", scopes[1])), scopes[1]},
		"fewer optional": {scope(z.asked("scope", scopes[1], "optional_scope", optional)), scopes[1] + " " + optional},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", name, c.got, c.want)
		}
	}
	h := z.link("ana")
	if a := h.call(http.MethodGet, "/users/me/meetings", ""); a.status != http.StatusBadRequest || a.code() != 4711 ||
		a.text("message") != "Invalid access token, does not contain scopes:[meeting:read:list_meetings]" {
		t.Errorf("a missing scope: %d %s", a.status, a.raw)
	}
	if err := z.SetManifest(manifest(scopes, nil)); err != nil {
		t.Fatal(err)
	}
	if a := h.call(http.MethodGet, "/users/me/meetings", ""); a.code() != 4711 {
		t.Error("a new scope needs a new consent")
	}
	if a := z.link("ana").call(http.MethodGet, "/users/me/meetings", ""); a.status != http.StatusOK {
		t.Errorf("after the new consent: %d %s", a.status, a.raw)
	}
}

func TestManifestsThatZoomRejects(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	for name, raw := range map[string][]byte{
		"no JSON": []byte("{"), "admin scope": manifest([]string{"user:read:user:admin"}, nil),
		"usage": []byte(strings.Replace(string(manifest(scopes, nil)), "USER_OPERATION", "ADMIN_MANAGEMENT", 1)),
	} {
		if err := z.SetManifest(raw); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	w, err := world.New(world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := zoomsim.New(w, zoomsim.Options{Manifest: []byte("{")}); err == nil {
		t.Error("a world with a broken manifest began")
	}
}

func TestCodesLiveFiveMinutesAndOnce(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	spoiled := map[string]func(code string) answer{
		"redirect":      func(c string) answer { return z.exchange(c, "redirect_uri", callback+"/two") },
		"verifier":      func(c string) answer { return z.exchange(c, "code_verifier", strings.Repeat("x", 43)) },
		"no verifier":   func(c string) answer { return z.exchange(c, "code_verifier", "") },
		"used":          func(c string) answer { z.exchange(c); return z.exchange(c) },
		"old":           func(c string) answer { z.advance(5*time.Minute + time.Second); return z.exchange(c) },
		"unknown":       func(string) answer { return z.exchange("unknown") },
		"challenge":     func(c string) answer { return z.exchange(c, "code_verifier", challenge()) },
		"upper, ending": func(c string) answer { return z.exchange(c, "redirect_uri", strings.ToUpper(callback)) },
	}
	for name, try := range spoiled {
		code := z.code("ana")
		if a := try(code); a.status != http.StatusBadRequest || a.text("error") == "" || a.text("reason") == "" || a.json["access_token"] != nil {
			t.Errorf("%s: %d %s", name, a.status, a.raw)
		}
		if a := z.exchange(code); a.status != http.StatusBadRequest && name != "unknown" {
			t.Errorf("%s: the code still works: %s", name, a.raw)
		}
	}
	code := z.code("ana")
	z.advance(5*time.Minute - 10*time.Second)
	if a := z.exchange(code); a.status != http.StatusOK {
		t.Errorf("just in time: %d %s", a.status, a.raw)
	}
	// Without PKCE, and with the plain method that is Zoom's default.
	if a := z.exchange(z.code("ana", "code_challenge", "")); a.status != http.StatusOK {
		t.Errorf("without a challenge: %s", a.raw)
	}
	if a := z.exchange(z.code("ana", "code_challenge", verifier, "code_challenge_method", "")); a.status != http.StatusOK {
		t.Errorf("plain: %s", a.raw)
	}
}

func TestTokenEndpointChecksTheApp(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	v := url.Values{"grant_type": {"authorization_code"}, "code": {z.code("ana")}, "redirect_uri": {callback}, "code_verifier": {verifier}}
	if a := z.form("/oauth/token", v); a.status != http.StatusUnauthorized || a.text("error") != "invalid_client" {
		t.Errorf("no credentials: %d %s", a.status, a.raw)
	}
	withBody := url.Values{"client_id": {z.id}, "client_secret": {z.secret}}
	for k, x := range v {
		withBody[k] = x
	}
	if a := z.form("/oauth/token", withBody); a.status != http.StatusUnauthorized {
		t.Errorf("credentials in the body: %d", a.status)
	}
	wrong := *z
	wrong.secret = "wrong"
	if a := wrong.oauth("/oauth/token", v); a.status != http.StatusUnauthorized || a.text("error") != "invalid_client" {
		t.Errorf("wrong secret: %d %s", a.status, a.raw)
	}
	if a := wrong.oauth("/oauth/revoke", url.Values{"token": {"x"}}); a.status != http.StatusUnauthorized {
		t.Errorf("revoke with a wrong secret: %d", a.status)
	}
	if a := z.oauth("/oauth/token", url.Values{}); a.status != http.StatusBadRequest || a.text("reason") != "Missing grant type." {
		t.Errorf("no grant type: %s", a.raw)
	}
	if a := z.oauth("/oauth/token", url.Values{"grant_type": {"password"}}); a.text("error") != "unsupported_grant_type" {
		t.Errorf("other grant type: %s", a.raw)
	}
	// Parameters may stand in the query.
	if a := z.oauth("/oauth/token?"+v.Encode(), nil); a.status != http.StatusOK {
		t.Errorf("in the query: %d %s", a.status, a.raw)
	}
	a := z.oauth("/oauth/token", url.Values{"grant_type": {"client_credentials"}})
	if a.status != http.StatusOK || a.json["refresh_token"] != nil {
		t.Errorf("client credentials: %s", a.raw)
	}
	app := &host{zoom: z, access: a.text("access_token")}
	if a := app.call(http.MethodGet, "/users/me", ""); a.code() != 4711 {
		t.Errorf("the app's own token reads a person: %s", a.raw)
	}
	if n := z.count("token.refused"); n != 5 {
		t.Errorf("%d refusals in the ledger, want 5", n)
	}
}

func TestRefreshTokensRotate(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	h := z.link("ana")
	a := z.refresh(h.refreshToken)
	if a.status != http.StatusOK || a.text("refresh_token") == h.refreshToken || a.text("access_token") == h.access || !slices.Equal(strings.Fields(a.text("scope")), scopes) {
		t.Fatalf("refreshed: %s", a.raw)
	}
	if old := h.call(http.MethodGet, "/users/me", ""); old.status != http.StatusUnauthorized || old.code() != 124 {
		t.Errorf("the old access token: %d %s", old.status, old.raw)
	}
	again := z.refresh(h.refreshToken)
	if again.status != http.StatusBadRequest || again.text("error") != "invalid_grant" || again.text("reason") == "" || again.json["errorCode"] != nil {
		t.Errorf("a used refresh token: %d %s", again.status, again.raw)
	}
	next := &host{zoom: z, access: a.text("access_token")}
	if a := next.call(http.MethodGet, "/users/me", ""); a.status != http.StatusOK {
		t.Errorf("reuse ended the good tokens: %s", a.raw)
	}
	if a := z.refresh(next.access); a.text("error") != "invalid_grant" {
		t.Errorf("an access token as refresh token: %s", a.raw)
	}
	rows := z.world.Ledger.List(world.Filter{Effect: "token.refreshed"})
	if len(rows) != 1 || rows[0].By != "ana" || rows[0].Detail["version"] != 1 || z.count("token.refused") != 2 {
		t.Errorf("ledger %+v", rows)
	}
	z.advance(91 * 24 * time.Hour)
	if a := z.refresh(a.text("refresh_token")); a.text("error") != "invalid_grant" || !strings.Contains(a.text("reason"), "expired") {
		t.Errorf("after 91 days: %s", a.raw)
	}
}

func TestKnobsOfTokens(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{KeepOldAccess: true, RefreshTolerance: world.Duration(time.Minute), ErrorNumbers: true, RefreshLife: world.Duration(time.Hour)})
	h := z.link("ana")
	if a := z.refresh(h.refreshToken); a.status != http.StatusOK {
		t.Fatal(a.raw)
	}
	if a := h.call(http.MethodGet, "/users/me", ""); a.status != http.StatusOK {
		t.Errorf("the old access token died: %s", a.raw)
	}
	second := z.refresh(h.refreshToken)
	if second.status != http.StatusOK {
		t.Errorf("within the tolerance: %s", second.raw)
	}
	z.advance(61 * time.Second)
	if a := z.refresh(h.refreshToken); a.status != http.StatusBadRequest || a.json["errorCode"] != 4737.0 {
		t.Errorf("after the tolerance: %s", a.raw)
	}
	z.advance(time.Hour)
	if a := z.refresh(second.text("refresh_token")); a.status != http.StatusBadRequest {
		t.Errorf("after its life: %s", a.raw)
	}
	z.SetKnobs(zoomsim.Knobs{})
	if z.Knobs() != (zoomsim.Knobs{}) {
		t.Error("the knobs did not turn")
	}
}

func TestAccessTokensLiveAnHour(t *testing.T) {
	t.Parallel()
	h := newZoom(t, zoomsim.Knobs{}).link("ana")
	h.advance(time.Hour - 5*time.Second)
	if a := h.call(http.MethodGet, "/users/me", ""); a.status != http.StatusOK {
		t.Errorf("before: %s", a.raw)
	}
	h.advance(6 * time.Second)
	if a := h.call(http.MethodGet, "/users/me", ""); a.status != http.StatusUnauthorized || a.code() != 124 || a.text("message") != "Access token is expired." {
		t.Errorf("after: %d %s", a.status, a.raw)
	}
	for _, header := range []string{"", "Bearer x", "Basic " + h.access, "Bearer " + h.refreshToken} {
		if a := h.do(http.MethodGet, "/v2/users/me", map[string]string{"Authorization": header}, ""); a.status != http.StatusUnauthorized || a.code() != 124 {
			t.Errorf("%.20q: %d %s", header, a.status, a.raw)
		}
	}
	if a := h.get("/v2/users/me?access_token=" + h.access); a.status != http.StatusUnauthorized {
		t.Errorf("a token in the query: %d", a.status)
	}
}

func TestAuthorizingAgainEndsEarlierTokens(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	first, ben := z.link("ana"), z.link("ben")
	second := z.link("ana")
	if a := first.call(http.MethodGet, "/users/me", ""); a.status != http.StatusUnauthorized {
		t.Errorf("the first access token: %d", a.status)
	}
	if a := z.refresh(first.refreshToken); a.text("error") != "invalid_grant" {
		t.Errorf("the first refresh token: %s", a.raw)
	}
	for _, h := range []*host{second, ben} {
		if a := h.call(http.MethodGet, "/users/me", ""); a.status != http.StatusOK {
			t.Errorf("another grant died: %s", a.raw)
		}
	}
	// A code in flight belongs to the person who signed in, whoever exchanges it; ending the first again touches nobody.
	if a := z.oauth("/oauth/revoke", url.Values{"token": {first.access}}); a.status != http.StatusBadRequest {
		t.Errorf("revoking a dead token: %d %s", a.status, a.raw)
	}
}

func TestRevoke(t *testing.T) {
	t.Parallel()
	z := newZoom(t, zoomsim.Knobs{})
	for name, pick := range map[string]func(*host) string{"access": func(h *host) string { return h.access }, "refresh": func(h *host) string { return h.refreshToken }} {
		h := z.link("ana")
		if a := z.oauth("/oauth/revoke?token="+pick(h), nil); a.status != http.StatusOK || a.text("status") != "success" {
			t.Errorf("%s: %d %s", name, a.status, a.raw)
		}
		if a := h.call(http.MethodGet, "/users/me", ""); a.status != http.StatusUnauthorized {
			t.Errorf("%s: the access token lives", name)
		}
		if a := z.refresh(h.refreshToken); a.text("error") != "invalid_grant" {
			t.Errorf("%s: the refresh token lives", name)
		}
	}
	if n := z.count("token.revoked"); n != 2 {
		t.Errorf("%d revocations in the ledger", n)
	}
}

func TestAdministratorDecidesAboutTheApp(t *testing.T) {
	t.Parallel()
	z := openZoom(t, world.Options{}, zoomsim.Options{Fresh: true})
	page := z.get("/oauth/authorize?" + z.asked().Encode())
	if z.Approved() || page.status != http.StatusOK || !strings.Contains(page.raw, "Your administrator has to approve this app") || strings.Contains(page.raw, "<form") {
		t.Errorf("unapproved: %d %s", page.status, page.raw)
	}
	asked := z.asked("decision", "allow", "account", "ana")
	if a := z.form("/oauth/authorize/decision", asked); a.header.Get("Location") != "" || !strings.Contains(a.raw, "Your administrator has to approve") {
		t.Errorf("the form went through: %s", a.header.Get("Location"))
	}
	z.Approve(true, "jo")
	z.Approve(true, "jo")
	h := z.link("ana")
	z.Approve(false, "jo")
	if a := h.call(http.MethodGet, "/users/me", ""); a.status != http.StatusBadRequest || a.code() != 4738 {
		t.Errorf("the API: %d %s", a.status, a.raw)
	}
	if a := z.refresh(h.refreshToken); a.status != http.StatusBadRequest || a.json["errorCode"] != 4738.0 || a.text("error") == "invalid_grant" {
		t.Errorf("the token endpoint: %d %s", a.status, a.raw)
	}
	if a := z.oauth("/oauth/revoke", url.Values{"token": {h.access}}); a.status != http.StatusOK {
		t.Errorf("a withdrawn app cannot revoke: %s", a.raw)
	}
	if z.count("app.approved") != 1 || z.count("app.withdrawn") != 1 || z.count("token.refreshed") != 0 {
		t.Error("the ledger does not tell what the administrator did")
	}
}

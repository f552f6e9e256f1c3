package microsoftsim_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"causeway/internal/sandbox/microsoftsim"
)

const (
	codeVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	wanted       = "openid profile offline_access https://graph.microsoft.com/User.Read Calendars.ReadWrite"
)

func challenge() string {
	sum := sha256.Sum256([]byte(codeVerifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func (s *stage) callback() string { return s.bot.URL + "/entra/callback" }

func (s *stage) authorizeQuery() url.Values {
	return url.Values{
		"client_id": {appID}, "response_type": {"code"}, "redirect_uri": {s.callback()}, "scope": {wanted}, "state": {"the state"}, "nonce": {"the nonce"},
		"code_challenge": {challenge()}, "code_challenge_method": {"S256"},
	}
}

var flowField = regexp.MustCompile(`name="flow" value="([^"]+)"`)

// browser is a client with cookies that follows nothing.
func (s *stage) browser() *http.Client {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// signIn walks both pages and answers what the app's callback would be given.
func (s *stage) signIn(q url.Values, account, decision string) url.Values {
	s.t.Helper()
	s.http = s.browser()
	page := s.do("GET", "/"+s.tenant()+"/oauth2/v2.0/authorize?"+q.Encode(), nil, "")
	for _, field := range []url.Values{{"account": {account}}, {"decision": {decision}}} {
		if page.status != 200 {
			break
		}
		flow := flowField.FindStringSubmatch(page.text)
		if flow == nil {
			s.t.Fatalf("no form: %s", page.text)
		}
		field.Set("flow", flow[1])
		page = s.form("/"+s.tenant()+"/oauth2/v2.0/authorize/decision", field)
	}
	to, err := url.Parse(page.header.Get("Location"))
	if err != nil || page.status != http.StatusFound || !strings.HasPrefix(to.String(), s.callback()) {
		s.t.Fatalf("ended with %d %q: %s", page.status, page.header.Get("Location"), page.text)
	}
	return to.Query()
}

func (s *stage) token(values url.Values) answered {
	s.t.Helper()
	for name, value := range map[string]string{"client_id": appID, "client_secret": secret} {
		if !values.Has(name) {
			values.Set(name, value)
		}
	}
	return s.form("/"+s.tenant()+"/oauth2/v2.0/token", values)
}

func (s *stage) redeem(code string) answered {
	return s.token(url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {s.callback()}, "code_verifier": {codeVerifier}})
}

// graphToken links a person and answers the access token.
func (s *stage) graphToken(account string) string {
	s.t.Helper()
	a := s.redeem(s.signIn(s.authorizeQuery(), account, "accept").Get("code"))
	if a.status != 200 {
		s.t.Fatalf("redeem: %s", a.text)
	}
	return a.body["access_token"].(string)
}

// aadsts checks an error of the token endpoint, in Entra's envelope.
func (a answered) aadsts(t *testing.T, status int, code string, number float64) {
	t.Helper()
	if a.status != status || a.body["error"] != code || a.at("error_codes", 0) != number ||
		!strings.HasPrefix(a.body["error_description"].(string), "AADSTS") || a.body["trace_id"] == "" || a.body["correlation_id"] == "" || a.body["timestamp"] == "" {
		t.Errorf("%d %s, want %d %s %v", a.status, a.text, status, code, number)
	}
}

func claimsOf(t *testing.T, raw string) jwt.MapClaims {
	t.Helper()
	claims := jwt.MapClaims{}
	if _, _, err := jwt.NewParser().ParseUnverified(raw, claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

func TestSignInGivesTokensOfThePerson(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	back := s.signIn(s.authorizeQuery(), "ana", "accept")
	if back.Get("state") != "the state" || back.Get("code") == "" {
		t.Fatalf("callback %v", back)
	}
	a := s.redeem(back.Get("code"))
	if a.status != 200 || a.body["token_type"] != "Bearer" || a.body["refresh_token"] == nil || a.header.Get("Cache-Control") == "" {
		t.Fatalf("%d %s", a.status, a.text)
	}
	ana := s.person("ana")
	id := claimsOf(t, a.body["id_token"].(string))
	if id["oid"] != ana.ID || id["nonce"] != "the nonce" || id["aud"] != appID || id["tid"] != s.tenant() || id["iss"] != s.url+"/"+s.tenant()+"/v2.0" {
		t.Errorf("id token %v", id)
	}
	access := claimsOf(t, a.body["access_token"].(string))
	if access["scp"] != "User.Read Calendars.ReadWrite" || access["oid"] != ana.ID || access["aud"] != "https://graph.microsoft.com" {
		t.Errorf("access token %v", access)
	}
	if s.redeem(back.Get("code")).aadsts(t, 400, "invalid_grant", 54005); len(s.rows("token.issued")) != 1 {
		t.Errorf("ledger %v", s.rows("token.issued"))
	}
}

func TestSignInRefusals(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	path := "/" + s.tenant() + "/oauth2/v2.0/authorize?"
	for name, change := range map[string]func(url.Values){
		"another redirect": func(q url.Values) { q.Set("redirect_uri", s.callback()+"/") },
		"another app":      func(q url.Values) { q.Set("client_id", "11111111-2222-4333-8444-555555555555") },
	} {
		q := s.authorizeQuery()
		change(q)
		if a := s.do("GET", path+q.Encode(), nil, ""); a.status != 400 || a.header.Get("Location") != "" || !strings.Contains(a.text, "AADSTS") {
			t.Errorf("%s: %d %q", name, a.status, a.header.Get("Location"))
		}
	}
	for name, c := range map[string]struct {
		change func(url.Values)
		code   string
	}{
		"unknown scope": {func(q url.Values) { q.Set("scope", "Files.Everything") }, "invalid_client"},
		"no scope":      {func(q url.Values) { q.Del("scope") }, "invalid_request"},
		"implicit":      {func(q url.Values) { q.Set("response_type", "token") }, "unsupported_response_type"},
		"weak PKCE":     {func(q url.Values) { q.Set("code_challenge_method", "md5") }, "invalid_request"},
		"silent":        {func(q url.Values) { q.Set("prompt", "none") }, "login_required"},
	} {
		q := s.authorizeQuery()
		c.change(q)
		a := s.do("GET", path+q.Encode(), nil, "")
		to, _ := url.Parse(a.header.Get("Location"))
		if to.Query().Get("error") != c.code || to.Query().Get("state") != "the state" {
			t.Errorf("%s: %d %s", name, a.status, to)
		}
	}
	if back := s.signIn(s.authorizeQuery(), "ana", "decline"); back.Get("error") != "access_denied" || back.Has("code") || !strings.Contains(back.Get("error_description"), "AADSTS65004") {
		t.Errorf("declined: %v", back)
	}
}

func TestSignInKnowsTheBrowser(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.signIn(s.authorizeQuery(), "ana", "accept")
	path := "/" + s.tenant() + "/oauth2/v2.0/authorize?"
	for hint, want := range map[string]int{"ana.duarte@meridian.example": http.StatusFound, "ben.okafor@meridian.example": http.StatusOK} {
		q := s.authorizeQuery()
		q.Set("login_hint", hint)
		if a := s.do("GET", path+q.Encode(), nil, ""); a.status != want {
			t.Errorf("hint %s: %d", hint, a.status)
		}
	}
	q := s.authorizeQuery()
	q.Set("prompt", "none")
	if a := s.do("GET", path+q.Encode(), nil, ""); !strings.Contains(a.header.Get("Location"), "code=") {
		t.Errorf("silent: %s", a.header.Get("Location"))
	}
	q.Set("scope", wanted+" People.Read")
	if a := s.do("GET", path+q.Encode(), nil, ""); !strings.Contains(a.header.Get("Location"), "error=consent_required") {
		t.Errorf("silent with more: %s", a.header.Get("Location"))
	}
	q.Set("prompt", "consent")
	q.Set("login_hint", "ana.duarte@meridian.example")
	if a := s.do("GET", path+q.Encode(), nil, ""); a.status != 200 || !strings.Contains(a.text, "Pick an account") || strings.Index(a.text, "Ana Duarte") > strings.Index(a.text, "Ben Okafor") {
		t.Errorf("asked again: %d", a.status)
	}
}

func TestSignInOfADisabledAccountFails(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	page := s.do("GET", "/"+s.tenant()+"/oauth2/v2.0/authorize?"+s.authorizeQuery().Encode(), nil, "")
	flow := flowField.FindStringSubmatch(page.text)[1]
	for account, number := range map[string]string{"ivo": "AADSTS50057", "kai": "AADSTS50020"} { // kai is of another tenant
		a := s.form("/"+s.tenant()+"/oauth2/v2.0/authorize/decision", url.Values{"flow": {flow}, "account": {account}})
		if a.status != 400 || !strings.Contains(a.text, number) {
			t.Errorf("%s: %d %s", account, a.status, a.text)
		}
	}
	if a := s.form("/"+s.tenant()+"/oauth2/v2.0/authorize/decision", url.Values{"flow": {"none"}, "account": {"ana"}}); a.status != 400 {
		t.Errorf("unknown flow: %d", a.status)
	}
}

func TestCodeIsBoundAndExpires(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	code := s.signIn(s.authorizeQuery(), "ana", "accept").Get("code")
	values := func(change func(url.Values)) url.Values {
		v := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {s.callback()}, "code_verifier": {codeVerifier}}
		change(v)
		return v
	}
	s.token(values(func(v url.Values) { v.Set("code_verifier", "another") })).aadsts(t, 400, "invalid_grant", 501481)
	s.token(values(func(v url.Values) { v.Del("code_verifier") })).aadsts(t, 400, "invalid_grant", 501481)
	s.token(values(func(v url.Values) { v.Set("redirect_uri", s.callback()+"?x") })).aadsts(t, 400, "invalid_grant", 500112)
	s.token(values(func(v url.Values) { v.Del("redirect_uri") })).aadsts(t, 400, "invalid_request", 900144)
	s.token(values(func(v url.Values) { v.Set("code", "1.nonsense") })).aadsts(t, 400, "invalid_grant", 9002313)
	if err := s.world.Clock.Advance(11 * time.Minute); err != nil {
		t.Fatal(err)
	}
	s.redeem(code).aadsts(t, 400, "invalid_grant", 70008)
}

func TestTokenEndpointRefusesWrongClients(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	credentials := func(change func(url.Values)) url.Values {
		v := url.Values{"grant_type": {"client_credentials"}, "scope": {botAPI}}
		change(v)
		return v
	}
	s.token(credentials(func(v url.Values) { v.Set("client_secret", "wrong") })).aadsts(t, 401, "invalid_client", 7000215)
	s.token(credentials(func(v url.Values) { v.Set("client_secret", "") })).aadsts(t, 401, "invalid_client", 7000218)
	s.token(credentials(func(v url.Values) { v.Set("client_id", teams) })).aadsts(t, 400, "unauthorized_client", 700016)
	s.token(credentials(func(v url.Values) { v.Set("scope", "User.Read") })).aadsts(t, 400, "invalid_scope", 1002012)
	s.token(credentials(func(v url.Values) { v.Set("scope", "https://vault.example/.default") })).aadsts(t, 400, "invalid_resource", 500011)
	s.token(credentials(func(v url.Values) { v.Set("grant_type", "password") })).aadsts(t, 400, "unsupported_grant_type", 70003)
	a := s.form("/99999999-2222-4333-8444-555555555555/oauth2/v2.0/token", credentials(func(url.Values) {}))
	a.aadsts(t, 400, "invalid_request", 90002)
	if len(s.rows("token.issued")) != 0 {
		t.Errorf("tokens were issued: %v", s.rows("token.issued"))
	}
}

func TestAppIsUnknownUntilUploadedAndConsented(t *testing.T) {
	t.Parallel()
	s := newStage(t, func(o *microsoftsim.Options) { o.Fresh = true })
	ask := func() answered {
		return s.token(url.Values{"grant_type": {"client_credentials"}, "scope": {botAPI}})
	}
	ask().aadsts(t, 401, "invalid_client", 7000229)
	if err := s.Consent("", true); err != nil {
		t.Fatal(err)
	}
	ask().aadsts(t, 401, "invalid_client", 7000229)
	if err := s.Upload("", nil); err != nil {
		t.Fatal(err)
	}
	if a := ask(); a.status != 200 {
		t.Fatalf("after both: %s", a.text)
	}
	if a := s.form("/"+s.TenantID("harbour")+"/oauth2/v2.0/token", url.Values{"client_id": {appID}, "client_secret": {secret}, "grant_type": {"client_credentials"}, "scope": {botAPI}}); a.status == 200 {
		t.Error("the other tenant has the app too")
	}
	if err := s.Consent("", false); err != nil {
		t.Fatal(err)
	}
	ask().aadsts(t, 401, "invalid_client", 7000229)
	if uploaded, consented := s.Approval(); !uploaded || consented {
		t.Errorf("approval %v %v", uploaded, consented)
	}
}

func TestAdministratorConsentsInABrowser(t *testing.T) {
	t.Parallel()
	s := newStage(t, func(o *microsoftsim.Options) { o.Fresh = true })
	q := url.Values{"client_id": {appID}, "redirect_uri": {s.callback()}, "state": {"x"}, "scope": {"https://graph.microsoft.com/.default"}}
	page := s.do("GET", "/"+s.tenant()+"/v2.0/adminconsent?"+q.Encode(), nil, "")
	if page.status != 200 || !strings.Contains(page.text, "Jo Brandt") {
		t.Fatalf("%d %s", page.status, page.text)
	}
	q.Set("account", "jo")
	q.Set("decision", "accept")
	a := s.form("/"+s.tenant()+"/v2.0/adminconsent", q)
	if _, consented := s.Approval(); !consented || !strings.Contains(a.header.Get("Location"), "admin_consent=True") {
		t.Errorf("%d %s", a.status, a.header.Get("Location"))
	}
	q.Set("account", "ana") // no administrator
	if a := s.form("/"+s.tenant()+"/v2.0/adminconsent", q); !strings.Contains(a.header.Get("Location"), "error=access_denied") {
		t.Errorf("%d %s", a.status, a.header.Get("Location"))
	}
}

func TestRefreshRotatesAndDies(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	first := s.redeem(s.signIn(s.authorizeQuery(), "ana", "accept").Get("code"))
	refresh := func(token any) answered {
		text, _ := token.(string)
		return s.token(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {text}, "scope": {"https://graph.microsoft.com/Calendars.ReadWrite"}})
	}
	second := refresh(first.body["refresh_token"])
	if second.status != 200 || second.body["refresh_token"] == nil || second.body["refresh_token"] == first.body["refresh_token"] {
		t.Fatalf("%s", second.text)
	}
	if again := refresh(first.body["refresh_token"]); again.status != 200 {
		t.Errorf("the old one: %s", again.text)
	}
	if err := s.RevokeGrants("ana", false); err != nil {
		t.Fatal(err)
	}
	refresh(second.body["refresh_token"]).aadsts(t, 400, "invalid_grant", 50173)
	refresh("").aadsts(t, 400, "invalid_request", 900144)
	refresh("1.nonsense").aadsts(t, 400, "invalid_grant", 9002313)
	third := s.redeem(s.signIn(s.authorizeQuery(), "ana", "accept").Get("code"))
	if err := s.world.Clock.Advance(91 * 24 * time.Hour); err != nil {
		t.Fatal(err)
	}
	refresh(third.body["refresh_token"]).aadsts(t, 400, "invalid_grant", 700082)
}

func TestOnBehalfOfNeedsConsent(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ask := func(assertion string) answered {
		return s.token(url.Values{
			"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {assertion}, "requested_token_use": {"on_behalf_of"},
			"scope": {"https://graph.microsoft.com/Calendars.ReadWrite User.Read offline_access"},
		})
	}
	sso := func(r microsoftsim.TokenRequest) string {
		r.Kind, r.Person = "sso", "ana"
		token, err := s.Token(r)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	a := ask(sso(microsoftsim.TokenRequest{}))
	if a.aadsts(t, 400, "invalid_grant", 65001); a.body["suberror"] != "consent_required" {
		t.Errorf("suberror %v", a.body["suberror"])
	}
	s.graphToken("ana")
	for _, version := range []string{"1.0", "2.0"} {
		if a := ask(sso(microsoftsim.TokenRequest{Version: version})); a.status != 200 || a.body["refresh_token"] == nil || a.body["id_token"] != nil {
			t.Errorf("version %s: %s", version, a.text)
		}
	}
	ask(sso(microsoftsim.TokenRequest{Claims: object{"aud": "https://graph.microsoft.com"}})).aadsts(t, 400, "invalid_grant", 50013)
	ask(sso(microsoftsim.TokenRequest{Claims: object{"scp": nil, "roles": []string{"x"}}})).aadsts(t, 400, "invalid_grant", 500131)
	if err := s.RevokeGrants("ana", true); err != nil {
		t.Fatal(err)
	}
	ask(sso(microsoftsim.TokenRequest{})).aadsts(t, 400, "invalid_grant", 65001)
}

func TestEachScopeNeedsItsConsent(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.graphToken("ana") // allows User.Read and Calendars.ReadWrite
	sso, err := s.Token(microsoftsim.TokenRequest{Kind: "sso", Person: "ana"})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(scope string) answered {
		return s.token(url.Values{
			"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {sso}, "requested_token_use": {"on_behalf_of"}, "scope": {"https://graph.microsoft.com/" + scope},
		})
	}
	ask("People.Read").aadsts(t, 400, "invalid_grant", 65001)
	q := s.authorizeQuery()
	q.Set("scope", "People.Read")
	q.Set("prompt", "consent")
	s.signIn(q, "ana", "accept")
	if a := ask("People.Read"); a.status != 200 || !strings.Contains(a.body["scope"].(string), "Calendars.ReadWrite") {
		t.Errorf("%s", a.text)
	}
	// What only an administrator can give, people are not asked for.
	q.Set("scope", "Place.Read.All")
	if back := s.signIn(q, "ana", "accept"); back.Get("error") != "access_denied" || !strings.HasPrefix(back.Get("error_description"), "AADSTS90094") {
		t.Errorf("%v", back)
	}
	ask("Place.Read.All").aadsts(t, 400, "invalid_grant", 65001)
	if err := s.GrantScopes("meridian", true, []string{"Place.Read.All"}); err != nil {
		t.Fatal(err)
	}
	if a := ask("Place.Read.All"); a.status != 200 {
		t.Errorf("%s", a.text)
	}
	if back := s.signIn(q, "ana", "accept"); back.Get("code") == "" {
		t.Errorf("%v", back)
	}
	if err := s.GrantScopes("", false, []string{"Place.Read.All", "People.Read"}); err != nil {
		t.Fatal(err)
	}
	ask("Place.Read.All").aadsts(t, 400, "invalid_grant", 65001)
	ask("People.Read").aadsts(t, 400, "invalid_grant", 65001)
	if a := ask("Calendars.ReadWrite"); a.status != 200 {
		t.Errorf("%s", a.text)
	}
	refusedWith(t, s.GrantScopes("", true, []string{"Directory.Everything"}), "invalid", "Directory.Everything")
	refusedWith(t, s.GrantScopes("nowhere", true, nil), "not_found", "nowhere")
}

func TestMetadataAndKeys(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	token := s.graphToken("ana")
	v2 := s.do("GET", "/"+s.tenant()+"/v2.0/.well-known/openid-configuration", nil, "")
	if v2.body["issuer"] != s.url+"/"+s.tenant()+"/v2.0" || v2.body["token_endpoint"] != s.url+"/"+s.tenant()+"/oauth2/v2.0/token" {
		t.Errorf("%s", v2.text)
	}
	if v1 := s.do("GET", "/"+s.tenant()+"/.well-known/openid-configuration", nil, ""); v1.body["issuer"] != "https://sts.windows.net/"+s.tenant()+"/" {
		t.Errorf("%s", v1.text)
	}
	keys := s.do("GET", v2.body["jwks_uri"].(string), nil, "")
	parsed, _, err := jwt.NewParser().ParseUnverified(token, jwt.MapClaims{})
	if err != nil || keys.at("keys", 0, "kid") != parsed.Header["kid"] {
		t.Errorf("keys %s, token %v", keys.text, parsed.Header)
	}
	if a := s.do("GET", "/nobody.example/v2.0/.well-known/openid-configuration", nil, ""); a.status != 400 {
		t.Errorf("unknown tenant: %d", a.status)
	}
	bot := s.do("GET", s.BotOpenIDURL(), nil, "")
	if bot.body["issuer"] != s.BotIssuer() {
		t.Errorf("%s", bot.text)
	}
	before := s.do("GET", bot.body["jwks_uri"].(string), nil, "")
	if err := s.RotateKeys(); err != nil {
		t.Fatal(err)
	}
	after := s.do("GET", bot.body["jwks_uri"].(string), nil, "")
	if before.at("keys", 0, "endorsements", 0) != "msteams" || after.at("keys", 1, "kid") != before.at("keys", 0, "kid") || after.at("keys", 0, "kid") == before.at("keys", 0, "kid") {
		t.Errorf("before %s after %s", before.text, after.text)
	}
	if keys.at("keys", 0, "kid") == before.at("keys", 0, "kid") {
		t.Error("Entra and the Bot Framework share a key")
	}
}

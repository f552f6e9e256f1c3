package teams_test

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"causeway/internal/jwks"
	"causeway/internal/teams"
)

func fixed() time.Time { return noon }

// newVerifier makes a verifier as serve does, with tokens of Entra allowed when entra is not nil.
func newVerifier(t testing.TB, bot, entra *authority) *teams.Verifier {
	t.Helper()
	c := teams.VerifierConfig{
		AppID: appID, Issuer: issuer, Keys: bot.set, Tenants: []string{tenantID}, ConnectorOrigins: []string{microsoft}, Now: fixed,
	}
	if entra != nil {
		c.EntraKeys, c.EntraIssuers, c.BotTenant = entra.set, []string{entraV1, entraV2}, tenantID
	}
	v, err := teams.NewVerifier(c)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func request(t testing.TB, authorization ...string) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/messages", nil)
	for _, a := range authorization {
		r.Header.Add("Authorization", a)
	}
	return r
}

// accept runs a token and a body through all that the bot door does.
func accept(t testing.TB, v *teams.Verifier, raw string, body []byte) error {
	t.Helper()
	c, err := v.Authenticate(request(t, "Bearer "+raw))
	if err != nil {
		return err
	}
	a, err := teams.Decode(body)
	if err != nil {
		return err
	}
	return v.Check(c, a)
}

func wantUntrusted(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, teams.ErrUntrusted) {
		t.Errorf("error %v, want ErrUntrusted", err)
	}
}

func TestT01_EachPartOfTheTokenIsChecked(t *testing.T) {
	t.Parallel()
	bot := newAuthority(t, fixed)
	stranger := newAuthority(t, fixed) // has a key of the same name
	v := newVerifier(t, bot, nil)
	if err := accept(t, v, bot.sign(t, "k1", claims(nil)), message(nil)); err != nil {
		t.Fatalf("a good request is refused: %v", err)
	}
	several := claims(map[string]any{"aud": []string{"other", appID}})
	if err := accept(t, v, bot.sign(t, "k1", several), message(nil)); err != nil {
		t.Errorf("several audiences, ours among them: %v", err)
	}
	for name, change := range map[string]map[string]any{
		"issuer wrong":       {"iss": "https://api.botframework.us"},
		"issuer absent":      {"iss": nil},
		"issuer number":      {"iss": 7},
		"audience wrong":     {"aud": "6a2f1f0e-0000-0000-0000-000000000000"},
		"audience absent":    {"aud": nil},
		"audience empty":     {"aud": ""},
		"audience list":      {"aud": []any{1, appID}},
		"audience outbound":  {"aud": "https://api.botframework.com"},
		"expired":            {"exp": noon.Add(-time.Hour).Unix()},
		"expiry absent":      {"exp": nil},
		"expiry text":        {"exp": "9999999999"},
		"not yet":            {"nbf": noon.Add(time.Hour).Unix()},
		"service address no": {"serviceurl": nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantUntrusted(t, accept(t, v, bot.sign(t, "k1", claims(change)), message(nil)))
		})
	}
	good := bot.sign(t, "k1", claims(nil))
	for name, header := range map[string][]string{
		"no header": nil, "empty": {""}, "basic": {"Basic " + good}, "bare": {good}, "no token": {"Bearer "}, "scheme alone": {"Bearer"},
		"two headers": {"Bearer " + good, "Bearer " + good}, "not a token": {"Bearer abc"},
		"signature of another": {"Bearer " + stranger.sign(t, "k1", claims(nil))},
		"signature cut":        {"Bearer " + good[:len(good)-8]},
		"signature absent":     {"Bearer " + good[:strings.LastIndex(good, ".")+1]},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := v.Authenticate(request(t, header...))
			wantUntrusted(t, err)
			if err != nil && strings.Contains(err.Error(), good[:40]) {
				t.Error("the error carries the token")
			}
		})
	}
}

func TestT02_ClocksMayDifferByFiveMinutes(t *testing.T) {
	t.Parallel()
	bot := newAuthority(t, fixed)
	v := newVerifier(t, bot, nil)
	for _, c := range []struct {
		name  string
		claim string
		at    time.Duration
		ok    bool
	}{
		{"expired 4 minutes ago", "exp", -4 * time.Minute, true},
		{"expired 6 minutes ago", "exp", -6 * time.Minute, false},
		{"valid in 4 minutes", "nbf", 4 * time.Minute, true},
		{"valid in 6 minutes", "nbf", 6 * time.Minute, false},
	} {
		err := accept(t, v, bot.sign(t, "k1", claims(map[string]any{c.claim: noon.Add(c.at).Unix()})), message(nil))
		if (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	wantUntrusted(t, accept(t, v, bot.sign(t, "k1", claims(map[string]any{"exp": nil})), message(nil)))
}

func TestT03_NewKeysAreFoundAndUnknownOnesCostNothing(t *testing.T) {
	t.Parallel()
	bot := newAuthority(t, fixed)
	v := newVerifier(t, bot, nil)
	if err := accept(t, v, bot.sign(t, "k1", claims(nil)), message(nil)); err != nil {
		t.Fatal(err)
	}
	bot.add(t, "k2", botChannel)
	if err := accept(t, v, bot.sign(t, "k2", claims(nil)), message(nil)); err != nil {
		t.Errorf("a key published just now: %v", err)
	}
	if got := bot.fetches.Load(); got != 2 {
		t.Errorf("%d fetches, want 2", got)
	}
	stranger := newAuthority(t, fixed)
	token := stranger.sign(t, "k1", claims(nil))
	for i := range 1000 {
		header := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256","kid":"x` + strings.Repeat("y", i%100) + `"}`))
		_, err := v.Authenticate(request(t, "Bearer "+header+token[strings.Index(token, "."):]))
		wantUntrusted(t, err)
	}
	if got := bot.fetches.Load(); got > 3 {
		t.Errorf("%d fetches after a storm of unknown keys, want one more", got)
	}
}

func TestT04_OddTokensAreRefusedCheaply(t *testing.T) {
	t.Parallel()
	bot := newAuthority(t, fixed)
	bot.add(t, "other", "webchat")
	bot.add(t, "silent")
	v := newVerifier(t, bot, nil)
	good := bot.sign(t, "k1", claims(nil))
	if _, err := v.Authenticate(request(t, "Bearer "+good)); err != nil {
		t.Fatal(err)
	}
	key := bot.keys["k1"]
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	payload := strings.Split(good, ".")[1]
	encode := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	signed := func(method jwt.SigningMethod, with any, header map[string]any) string {
		token := jwt.NewWithClaims(method, claims(nil))
		token.Header["kid"] = "k1"
		for name, value := range header {
			token.Header[name] = value
		}
		raw, err := token.SignedString(with)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	mac := hmac.New(sha256.New, public)
	hs := encode(`{"alg":"HS256","kid":"k1"}`) + "." + payload
	mac.Write([]byte(hs))
	tokens := map[string]string{
		"none":             encode(`{"alg":"none","kid":"k1"}`) + "." + payload + ".",
		"None":             encode(`{"alg":"None","kid":"k1"}`) + "." + payload + ".",
		"HS256 with PEM":   hs + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)),
		"PS256":            signed(jwt.SigningMethodPS256, key, nil),
		"RS512":            signed(jwt.SigningMethodRS512, key, nil),
		"jku":              signed(jwt.SigningMethodRS256, key, map[string]any{"jku": "https://evil.example/keys"}),
		"jwk":              signed(jwt.SigningMethodRS256, key, map[string]any{"jwk": map[string]any{"kty": "RSA"}}),
		"x5u":              signed(jwt.SigningMethodRS256, key, map[string]any{"x5u": "https://evil.example/cert"}),
		"crit":             signed(jwt.SigningMethodRS256, key, map[string]any{"crit": []string{"exp"}}),
		"kid path":         signed(jwt.SigningMethodRS256, key, map[string]any{"kid": "../../k1"}),
		"kid list":         signed(jwt.SigningMethodRS256, key, map[string]any{"kid": []string{"k1"}}),
		"kid of 129":       signed(jwt.SigningMethodRS256, key, map[string]any{"kid": strings.Repeat("k", 129)}),
		"JWE":              encode(`{"alg":"RSA-OAEP","enc":"A256GCM"}`) + ".a.b.c.d",
		"1 MB":             good + strings.Repeat("A", 1<<20),
		"100,000 dots":     strings.Repeat(".", 100_000),
		"no dots":          strings.Repeat("A", 4000),
		"deep header":      encode(strings.Repeat(`{"a":`, 1000)) + "." + payload + ".AA",
		"key of a webchat": bot.sign(t, "other", claims(nil)),
		"key of nothing":   bot.sign(t, "silent", claims(nil)),
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for name, raw := range tokens {
		if err := accept(t, v, raw, message(nil)); !errors.Is(err, teams.ErrUntrusted) {
			t.Errorf("%s: %v", name, err)
		}
	}
	wantUntrusted(t, accept(t, v, good, message(map[string]any{"channelId": nil})))
	wantUntrusted(t, accept(t, v, good, message(map[string]any{"channelId": ""})))
	wantUntrusted(t, accept(t, v, good, message(map[string]any{"channelId": "webchat"})))
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 4<<20 { // other tests run beside
		t.Errorf("the heap has grown by %d bytes", grown)
	}
}

func TestT05_TheServiceAddressIsTheSignedOne(t *testing.T) {
	t.Parallel()
	bot := newAuthority(t, fixed)
	v := newVerifier(t, bot, nil)
	raw := bot.sign(t, "k1", claims(nil))
	for _, same := range []string{service, "https://smba.trafficmanager.net/emea", "https://SMBA.trafficmanager.net/EMEA/"} {
		if err := accept(t, v, raw, message(map[string]any{"serviceUrl": same})); err != nil {
			t.Errorf("%s: %v", same, err)
		}
	}
	for _, other := range []string{"https://smba.trafficmanager.net/amer/", "https://smba.trafficmanager.net/", "https://smba.trafficmanager.net/emea/../amer/"} {
		wantUntrusted(t, accept(t, v, raw, message(map[string]any{"serviceUrl": other})))
	}
}

func TestT06_ServiceAddressesThatCannotBeOneAreRefused(t *testing.T) {
	t.Parallel()
	bot := newAuthority(t, fixed)
	v := newVerifier(t, bot, nil)
	for name, address := range map[string]any{
		"missing": nil, "empty": "", "number": 7, "unparsable": "https://smba.trafficmanager.net/%zz", "colon": "://x", "relative": "/emea/",
		"http": "http://smba.trafficmanager.net/emea/", "user": "https://a:b@smba.trafficmanager.net/emea/",
		"port": "https://smba.trafficmanager.net:8443/emea/", "default port": "https://smba.trafficmanager.net:443/emea/",
		"query": service + "?x=1", "fragment": service + "#x", "ftp": "ftp://smba.trafficmanager.net/emea/", "control": "https://smba.trafficmanager.net\n/emea/",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := message(map[string]any{"serviceUrl": address})
			wantUntrusted(t, accept(t, v, bot.sign(t, "k1", claims(nil)), body))
			// Also when the token says the same.
			wantUntrusted(t, accept(t, v, bot.sign(t, "k1", claims(map[string]any{"serviceurl": address})), body))
		})
	}
	wantUntrusted(t, accept(t, v, bot.sign(t, "k1", claims(map[string]any{"serviceurl": nil})), message(nil)))
	twice := strings.TrimSuffix(string(message(nil)), "}") + `,"SERVICEURL":"https://evil.example/"}`
	wantUntrusted(t, accept(t, v, bot.sign(t, "k1", claims(nil)), []byte(twice)))
	twice = `{"SERVICEURL":"https://evil.example/",` + strings.TrimPrefix(string(message(nil)), "{")
	wantUntrusted(t, accept(t, v, bot.sign(t, "k1", claims(nil)), []byte(twice)))
}

func TestT07_OnlyExactConnectorsAreTaken(t *testing.T) {
	t.Parallel()
	bot := newAuthority(t, fixed)
	v := newVerifier(t, bot, nil)
	for _, evil := range []string{
		"https://evil.trafficmanager.net", "https://evil.trafficmanager.net/emea/", "https://smba.trafficmanager.net.evil.com/",
		"https://evil-botframework.com/", "https://169.254.169.254/", "http://169.254.169.254/latest/", "https://smba.trafficmanager.net@evil.com/",
		"https://xsmba.trafficmanager.net/", "https://smba.trafficmanager.net./emea/", "https://localhost/",
	} {
		raw := bot.sign(t, "k1", claims(map[string]any{"serviceurl": evil}))
		wantUntrusted(t, accept(t, v, raw, message(map[string]any{"serviceUrl": evil})))
	}
}

func TestT11_TenantsAreKnownAndAgree(t *testing.T) {
	t.Parallel()
	bot := newAuthority(t, fixed)
	v := newVerifier(t, bot, nil)
	raw := bot.sign(t, "k1", claims(nil))
	place := func(tenant string) map[string]any {
		return map[string]any{"id": "a:1", "conversationType": "personal", "tenantId": tenant}
	}
	data := func(tenant string) map[string]any { return map[string]any{"tenant": map[string]any{"id": tenant}} }
	other := "99999999-1d2e-4f3a-8b9c-0d1e2f3a4b5c"
	for name, change := range map[string]map[string]any{
		"both other":        {"conversation": place(other), "channelData": data(other)},
		"data other":        {"channelData": data(other)},
		"conversation only": {"conversation": place(other), "channelData": nil},
		"they differ":       {"conversation": place(other)},
		"none":              {"conversation": map[string]any{"id": "a:1"}, "channelData": nil},
		"empty":             {"conversation": place(""), "channelData": data("")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantUntrusted(t, accept(t, v, raw, message(change)))
		})
	}
	for name, change := range map[string]map[string]any{
		"one says it":    {"conversation": map[string]any{"id": "a:1"}},
		"other says it":  {"channelData": nil},
		"capital digits": {"channelData": data(strings.ToUpper(tenantID))},
	} {
		if err := accept(t, v, raw, message(change)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestActivitiesForAnotherBotAreRefused(t *testing.T) {
	t.Parallel()
	bot := newAuthority(t, fixed)
	v := newVerifier(t, bot, nil)
	raw := bot.sign(t, "k1", claims(nil))
	for _, recipient := range []any{nil, map[string]any{}, map[string]any{"id": "28:other"}, map[string]any{"id": appID}, "28:" + appID} {
		wantUntrusted(t, accept(t, v, raw, message(map[string]any{"recipient": recipient})))
	}
}

func TestT14_TokensOfEntraAreTheBotsOwnOrRefused(t *testing.T) {
	t.Parallel()
	bot, entra := newAuthority(t, fixed), newAuthority(t, fixed)
	v := newVerifier(t, bot, entra)
	otherTenant := "11111111-1d2e-4f3a-8b9c-0d1e2f3a4b5c"
	v1 := func(change map[string]any) jwt.MapClaims {
		c := claims(map[string]any{"iss": entraV1, "tid": tenantID, "ver": "1.0", "appid": appID, "serviceurl": nil})
		for name, value := range change {
			c[name] = value
		}
		return c
	}
	v2 := func(change map[string]any) jwt.MapClaims {
		c := claims(map[string]any{"iss": entraV2, "tid": tenantID, "ver": "2.0", "azp": appID, "serviceurl": nil})
		for name, value := range change {
			c[name] = value
		}
		return c
	}
	for name, c := range map[string]jwt.MapClaims{"v1": v1(nil), "v2": v2(nil), "with the signed address": v2(map[string]any{"serviceurl": service})} {
		if err := accept(t, v, entra.sign(t, "k1", c), message(nil)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, c := range map[string]jwt.MapClaims{
		"other tenant":              v1(map[string]any{"tid": otherTenant}),
		"issuer of another tenant":  v1(map[string]any{"iss": "https://sts.windows.net/" + otherTenant + "/", "tid": otherTenant}),
		"tenant absent":             v1(map[string]any{"tid": ""}),
		"outbound, foreign app":     v1(map[string]any{"aud": issuer, "appid": "22222222-0000-0000-0000-000000000000"}),
		"outbound, own app":         v1(map[string]any{"aud": issuer}),
		"app of the same tenant":    v2(map[string]any{"azp": "22222222-0000-0000-0000-000000000000"}),
		"no app":                    v2(map[string]any{"azp": ""}),
		"appid where azp counts":    v2(map[string]any{"azp": "", "appid": appID}),
		"a person's token (tab)":    v2(map[string]any{"scp": "access_as_user"}),
		"a person's id token":       v2(map[string]any{"azp": nil, "nonce": "n"}),
		"another signed address":    v2(map[string]any{"serviceurl": "https://smba.trafficmanager.net/amer/"}),
		"issuer of the Bot Service": v1(map[string]any{"iss": issuer}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantUntrusted(t, accept(t, v, entra.sign(t, "k1", c), message(nil)))
		})
	}
	wantUntrusted(t, accept(t, v, bot.sign(t, "k1", v1(nil)), message(nil)))
	wantUntrusted(t, accept(t, v, entra.sign(t, "k1", v1(nil)), message(map[string]any{"serviceUrl": "https://evil.trafficmanager.net/"})))
	// Where they are not configured they do not exist.
	wantUntrusted(t, accept(t, newVerifier(t, bot, nil), entra.sign(t, "k1", v1(nil)), message(nil)))
}

func TestVerifierWantsItsConfiguration(t *testing.T) {
	t.Parallel()
	keys := jwks.New(jwks.Options{KeysURL: "https://keys.example", HTTP: http.DefaultClient})
	whole := teams.VerifierConfig{AppID: appID, Issuer: issuer, Keys: keys, Tenants: []string{tenantID}, ConnectorOrigins: []string{microsoft}}
	for name, change := range map[string]func(*teams.VerifierConfig){
		"app": func(c *teams.VerifierConfig) { c.AppID = "" }, "issuer": func(c *teams.VerifierConfig) { c.Issuer = "" },
		"keys": func(c *teams.VerifierConfig) { c.Keys = nil }, "tenants": func(c *teams.VerifierConfig) { c.Tenants = nil },
		"origins":      func(c *teams.VerifierConfig) { c.ConnectorOrigins = nil },
		"entra tenant": func(c *teams.VerifierConfig) { c.EntraKeys, c.EntraIssuers = keys, []string{entraV1} },
		"entra issuers": func(c *teams.VerifierConfig) {
			c.EntraKeys, c.BotTenant, c.EntraIssuers = keys, tenantID, []string{issuer}
		},
	} {
		c := whole
		change(&c)
		if _, err := teams.NewVerifier(c); err == nil {
			t.Errorf("without %s it is made all the same", name)
		}
	}
}

// BenchmarkDoor is what each request costs before the product does anything: the same token, and always a new one.
func BenchmarkDoor(b *testing.B) {
	bot := newAuthority(b, fixed)
	v := newVerifier(b, bot, nil)
	body := message(map[string]any{"type": "invoke", "name": teams.InvokeFetchTask, "value": map[string]any{"commandId": "schedule", "commandContext": "compose"}})
	door := func(b *testing.B, header string) {
		c, err := v.Authenticate(request(b, header))
		if err != nil {
			b.Fatal(err)
		}
		a, err := teams.Decode(body)
		if err != nil {
			b.Fatal(err)
		}
		if err := v.Check(c, a); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("repeated token", func(b *testing.B) {
		header := "Bearer " + bot.sign(b, "k1", claims(nil))
		b.ReportAllocs()
		for b.Loop() {
			door(b, header)
		}
	})
	b.Run("new token", func(b *testing.B) {
		headers := make([]string, 512)
		for i := range headers {
			nonce := make([]byte, 8)
			_, _ = rand.Read(nonce)
			headers[i] = "Bearer " + bot.sign(b, "k1", claims(map[string]any{"jti": base64.RawURLEncoding.EncodeToString(nonce)}))
		}
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if i%len(headers) == 0 {
				v = newVerifier(b, bot, nil)
			}
			door(b, headers[i%len(headers)])
		}
	})
}

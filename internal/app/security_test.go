package app_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"causeway/internal/sandbox/world"
)

// inbox counts what was kept of activities.
func (g *guarded) inbox() (n int) {
	g.t.Helper()
	if err := g.db.Read().QueryRowContext(g.t.Context(), "select count(*) from inbox").Scan(&n); err != nil {
		g.t.Fatal(err)
	}
	return n
}

func TestT01_OnlyTeamsGetsIn(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	good := g.activityToken(nil)
	g.want("a good message", g.sent(good, g.activity("ana", nil)), http.StatusOK)
	g.want("a good invoke", g.sent(good, g.invoke("ana", "launch", "composeExtension/fetchTask", object{"commandId": "schedule"})), http.StatusOK)
	if n := g.inbox(); n != 1 {
		t.Errorf("%d activities were kept, want the message alone", n)
	}
	past, future := time.Now().Add(-time.Hour).Unix(), time.Now().Add(time.Hour).Unix()
	wrong := map[string]string{
		"no header": "", "basic": "Basic " + good, "no scheme": good, "scheme alone": "Bearer ", "another scheme": "Token " + good,
		"no signature": "Bearer " + good[:strings.LastIndex(good, ".")+1], "signature cut": "Bearer " + good[:len(good)-9],
		"signature of another": "Bearer " + good[:strings.LastIndex(good, ".")] + strings.TrimPrefix(g.activityToken(object{"x": 1}), "")[strings.LastIndex(good, "."):],
	}
	for name, claims := range map[string]object{
		"issuer wrong": {"iss": "https://api.botframework.us"}, "issuer absent": {"iss": nil}, "audience wrong": {"aud": "6a2f1f0e-0000-0000-0000-000000000000"},
		"audience absent": {"aud": nil}, "audience of outbound tokens": {"aud": "https://api.botframework.com"}, "expired": {"exp": past},
		"expiry absent": {"exp": nil}, "not yet": {"nbf": future},
	} {
		wrong[name] = "Bearer " + g.activityToken(claims)
	}
	bodies := map[string]object{
		"message": g.activity("ana", nil), "invoke": g.invoke("ana", "launch", "composeExtension/fetchTask", object{"commandId": "schedule"}),
	}
	g.untouched(func() {
		for name, authorization := range wrong {
			for kind, a := range bodies {
				body, err := json.Marshal(a)
				if err != nil {
					t.Fatal(err)
				}
				g.want(name+", "+kind, g.post(authorization, body), http.StatusForbidden)
			}
		}
	})
}

func TestT02_ClocksMayDifferByFiveMinutes(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	for name, c := range map[string]struct {
		claim  string
		from   time.Duration
		status int
	}{
		"expired 4 minutes ago": {"exp", -4 * time.Minute, http.StatusOK}, "expired 6 minutes ago": {"exp", -6 * time.Minute, http.StatusForbidden},
		"from in 4 minutes": {"nbf", 4 * time.Minute, http.StatusOK}, "from in 6 minutes": {"nbf", 6 * time.Minute, http.StatusForbidden},
	} {
		token := g.activityToken(object{c.claim: g.world.World.Clock.Now().Add(c.from).Unix()})
		g.want(name, g.sent(token, g.activity("ana", nil)), c.status)
	}
	g.untouched(func() {
		g.want("no expiry", g.sent(g.activityToken(object{"exp": nil}), g.activity("ana", nil)), http.StatusForbidden)
	})
}

// keysRead is how often the Bot Framework's keys were read.
func (g *guarded) keysRead() int {
	n := 0
	for _, x := range g.world.World.Traffic.List(0, 0) {
		if strings.HasSuffix(x.URL, "/.well-known/keys") {
			n++
		}
	}
	return n
}

func TestT03_KeysMayChangeAndTheirIssuerMayBeDown(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	g.want("the first key", g.sent(g.activityToken(nil), g.activity("ana", nil)), http.StatusOK)
	read := g.keysRead()
	g.call("POST", "/keys/rotate", nil, nil)
	for range 3 {
		g.want("a key published just now", g.sent(g.activityToken(nil), g.activity("ana", nil)), http.StatusOK)
	}
	if n := g.keysRead() - read; n != 1 {
		t.Errorf("the keys were read %d times because of the new one, want once", n)
	}
	read = g.keysRead()
	g.untouched(func() {
		for n := range 400 {
			token := g.token("activity", object{"header": object{"kid": fmt.Sprintf("unknown-%d", n)}})
			g.want("an unknown key", g.sent(token, g.activity("ana", nil)), http.StatusForbidden)
		}
	})
	if n := g.keysRead() - read; n > 1 {
		t.Errorf("the keys were read %d times because of unknown ones, want once in five minutes", n)
	}
	g.fault(world.Fault{Side: world.Microsoft, Route: "GET /botframework/*", Status: 503})
	g.advance(23 * time.Hour)
	g.want("23 h without the issuer", g.sent(g.activityToken(nil), g.activity("ana", nil)), http.StatusOK)
	g.advance(2 * time.Hour)
	g.want("25 h without the issuer", g.sent(g.activityToken(nil), g.activity("ana", nil)), http.StatusForbidden)
}

// ownKeys makes the Bot Framework publish a key of ours beside its own, and answers a signer with it.
func (g *guarded) ownKeys(endorsements ...string) func(method jwt.SigningMethod, with any, header object) string {
	g.t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		g.t.Fatal(err)
	}
	number := func(n *big.Int) string { return base64.RawURLEncoding.EncodeToString(n.Bytes()) }
	set, err := json.Marshal(object{"keys": []object{{
		"kty": "RSA", "use": "sig", "kid": "own", "n": number(key.N), "e": number(big.NewInt(int64(key.E))), "endorsements": endorsements,
	}}})
	if err != nil {
		g.t.Fatal(err)
	}
	g.fault(world.Fault{ID: "own", Side: world.Microsoft, Route: "GET /botframework/v1/.well-known/keys", Status: 200, Body: set})
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		g.t.Fatal(err)
	}
	return func(method jwt.SigningMethod, with any, header object) string {
		g.t.Helper()
		now := g.world.World.Clock.Now()
		token := jwt.NewWithClaims(method, jwt.MapClaims{
			"iss": g.world.Settings().BotIssuer, "aud": g.world.Settings().EntraAppID, "serviceurl": g.serviceURL(), "exp": now.Add(time.Hour).Unix(),
		})
		token.Header["kid"] = "own"
		for name, value := range header {
			token.Header[name] = value
		}
		switch with {
		case nil:
			with = key
		case "public":
			with = pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
		}
		raw, err := token.SignedString(with)
		if err != nil {
			g.t.Fatal(err)
		}
		return raw
	}
}

func TestT04_OddTokensAreRefused(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	sign := g.ownKeys("msteams")
	g.want("our own key", g.sent(sign(jwt.SigningMethodRS256, nil, nil), g.activity("ana", nil)), http.StatusOK)
	good := sign(jwt.SigningMethodRS256, nil, nil)
	parts := strings.Split(good, ".")
	encode := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	tokens := map[string]string{
		"alg none":                sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil),
		"alg none, no dot":        encode(`{"alg":"none","kid":"own"}`) + "." + parts[1],
		"HS256 of the public key": sign(jwt.SigningMethodHS256, "public", nil),
		"PS256":                   sign(jwt.SigningMethodPS256, nil, nil),
		"RS512":                   sign(jwt.SigningMethodRS512, nil, nil),
		"jku":                     sign(jwt.SigningMethodRS256, nil, object{"jku": "https://evil.example/keys", "kid": "theirs"}),
		"jwk":                     sign(jwt.SigningMethodRS256, nil, object{"jwk": object{"kty": "RSA"}, "kid": "theirs"}),
		"x5u":                     sign(jwt.SigningMethodRS256, nil, object{"x5u": "https://evil.example/cert", "kid": "theirs"}),
		"crit":                    sign(jwt.SigningMethodRS256, nil, object{"crit": []string{"exp"}}),
		"encrypted":               strings.Repeat(encode(`{"alg":"RSA-OAEP","enc":"A256GCM"}`)+".", 4) + "x",
		"many dots":               strings.Repeat(".", 20_000),
		"20 KB":                   parts[0] + "." + strings.Repeat("A", 20_000) + "." + parts[2],
		"odd key name":            sign(jwt.SigningMethodRS256, nil, object{"kid": "../../own"}),
	}
	g.untouched(func() {
		for name, token := range tokens {
			g.want(name, g.sent(token, g.activity("ana", nil)), http.StatusForbidden)
		}
		// What is larger than all headers may be does not even get to the door.
		for name, token := range map[string]string{"1 MB": strings.Repeat("A", 1<<20), "100,000 dots": strings.Repeat(".", 100_000)} {
			g.want(name, g.sent(token, g.activity("ana", nil)), http.StatusForbidden, http.StatusRequestHeaderFieldsTooLarge)
		}
		g.want("no channel", g.sent(good, g.activity("ana", object{"channelId": ""})), http.StatusForbidden)
		g.want("another channel", g.sent(good, g.activity("ana", object{"channelId": "webchat"})), http.StatusForbidden)
	})

	other := beginGuarded(t)
	foreign := other.ownKeys("webchat")
	other.untouched(func() {
		other.want("a key that does not sign for Teams", other.sent(foreign(jwt.SigningMethodRS256, nil, nil), other.activity("ana", nil)), http.StatusForbidden)
	})
}

func TestT05_TheServiceAddressIsTheSignedOne(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	good := g.activityToken(nil)
	g.untouched(func() {
		for name, a := range map[string]object{
			"another path": g.activity("ana", object{"serviceUrl": g.world.URL() + "/connector/amer/"}),
			"another host": g.activity("ana", object{"serviceUrl": "https://smba.trafficmanager.net/emea/"}),
			"an invoke": func() object {
				a := g.invoke("ana", "launch", "composeExtension/fetchTask", object{"commandId": "schedule"})
				a["serviceUrl"] = g.world.URL() + "/connector/amer/"
				return a
			}(),
		} {
			g.want(name, g.sent(good, a), http.StatusForbidden)
		}
		g.want("another one is signed", g.sent(g.activityToken(object{"serviceurl": g.world.URL() + "/connector/amer/"}), g.activity("ana", nil)),
			http.StatusForbidden)
	})
}

func TestT06_AServiceAddressIsThereAndCanBeOne(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	good := g.activityToken(nil)
	host := strings.TrimPrefix(g.world.URL(), "http://")
	g.untouched(func() {
		g.want("not signed", g.sent(g.activityToken(object{"serviceurl": nil}), g.activity("ana", nil)), http.StatusForbidden)
		g.want("not in the body", g.sent(good, g.activity("ana", object{"serviceUrl": nil})), http.StatusForbidden)
		for name, address := range map[string]string{
			"cannot be read": "http://[::1", "control character": g.world.URL() + "/\n", "plain http": "http://smba.trafficmanager.net/emea/",
			"with a name in it": "http://ana:secret@" + host + "/connector/emea/", "another port": "http://127.0.0.1:1/connector/emea/",
			"no scheme": host + "/connector/emea/", "empty": "", "a file": "file:///etc/passwd",
		} {
			token := g.activityToken(object{"serviceurl": address})
			g.want(name, g.sent(token, g.activity("ana", object{"serviceUrl": address})), http.StatusForbidden)
		}
		body, err := json.Marshal(g.activity("ana", nil))
		if err != nil {
			t.Fatal(err)
		}
		twice := append(bytes.TrimSuffix(body, []byte("}")), `,"SERVICEURL":"https://evil.example/"}`...)
		g.want("named twice", g.post("Bearer "+good, twice), http.StatusForbidden)
	})
}

// listener is a server that nobody may ever call.
func listener(t *testing.T) (address string, calls *atomic.Int32) {
	t.Helper()
	calls = &atomic.Int32{}
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls.Add(1) }))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			calls.Add(1)
		}
	}
	t.Cleanup(server.Close)
	return server.URL, calls
}

func TestT07_TokensGoToConnectorsAlone(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	g.untouched(func() {
		for _, address := range []string{
			"https://evil.trafficmanager.net/emea/", "https://smba.trafficmanager.net.evil.com/emea/", "https://evil-botframework.com/", "http://169.254.169.254/",
			"https://smba.trafficmanager.net@evil.com/", "http://127.0.0.1/connector/emea/", "http://[::1]/connector/emea/",
		} {
			token := g.activityToken(object{"serviceurl": address})
			g.want(address, g.sent(token, g.activity("ana", object{"serviceUrl": address})), http.StatusForbidden)
		}
	})

	// A stored address that somebody has altered: the message is refused before a token is fetched for it.
	ana, ben := g.person("ana"), g.person("ben")
	ben.say("bot", "hello")
	ana.link()
	evil, calls := listener(t)
	g.products[0].stop()
	if _, err := g.db.Writer().ExecContext(t.Context(), "update contacts set service_url = $1 where name = 'Ben Okafor'", evil+"/connector/emea/"); err != nil {
		t.Fatal(err)
	}
	g.start(0)
	g.mark()
	ana.schedule("pair", "Release notes").is("message")
	g.expect(effects{Meetings: 1, Events: 1, Mails: 1, Cards: 1, DMs: 1})
	if calls.Load() != 0 {
		t.Errorf("%d connections to an address that is no connector", calls.Load())
	}
	ana.reads("bot", "Not reached in Teams: Ben Okafor")
}

func TestT08_IdsAreSingleSegmentsAndRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	good, settings := g.activityToken(nil), g.world.Settings()
	for _, id := range []string{"../../v3/x", "a/b", "%2e%2e", "..", "a\\..\\b", "x?y=z", "x#y", "a\r\nHost: evil", ";/../"} {
		got := g.sent(good, g.activity("ana", object{
			"conversation": object{"conversationType": "personal", "tenantId": settings.EntraTenantID, "id": id},
		}))
		g.want(id, got, http.StatusOK, http.StatusBadRequest, http.StatusForbidden)
	}
	g.idle()
	for _, x := range g.world.World.Traffic.List(0, 0) {
		parts := strings.Split(x.URL, "/")
		if x.From == "product" && parts[1] == "connector" && (len(parts) != 7 || parts[6] != "activities" || parts[5] == ".." || strings.Contains(x.URL, "?")) {
			t.Errorf("the connector was called at %s", x.URL)
		}
	}

	evil, calls := listener(t)
	for _, status := range []int{301, 302, 307, 308} {
		g.fault(world.Fault{
			Side: world.Microsoft, Route: postActivity, Status: status, Headers: map[string]string{"Location": evil + "/v3/conversations"},
			Body: json.RawMessage(`{}`), Count: 1,
		})
	}
	for range 4 {
		g.person("ben").say("bot", "help")
	}
	g.idle()
	if calls.Load() != 0 {
		t.Errorf("a redirect was followed: %d connections", calls.Load())
	}
}

func TestT09_BodiesAreReadFromTeamsAlone(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	bad := g.activityToken(object{"aud": "somebody else"})
	g.untouched(func() {
		for name, header := range map[string]string{"no token": "", "a bad token": "Authorization: Bearer " + bad + "\r\n"} {
			// Nothing of the 5 MB is sent: the answer cannot have waited for it.
			c := g.raw()
			_, err := fmt.Fprintf(c, "POST /api/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n%sContent-Length: 5242880\r\n\r\n", header)
			if err != nil {
				t.Fatal(err)
			}
			var answer bytes.Buffer
			if _, err := answer.ReadFrom(c); err != nil { // the connection is closed, the rest of the body never read
				t.Fatal(err)
			}
			if !strings.HasPrefix(answer.String(), "HTTP/1.1 403 ") {
				t.Errorf("%s: answered %q", name, answer.String())
			}
		}
		good := g.activityToken(nil)
		g.want("300 KiB", g.sent(good, g.activity("ana", object{"text": strings.Repeat("x", 300<<10)})), http.StatusRequestEntityTooLarge)
		g.want("compressed", g.post("Bearer "+good, []byte("\x1f\x8b"), "Content-Encoding", "gzip"), http.StatusUnsupportedMediaType)
	})
	g.want("200 KiB", g.sent(g.activityToken(nil), g.activity("ana", object{"text": strings.Repeat("x", 200<<10)})), http.StatusOK)
}

func TestT10_OddBodiesDoNoHarm(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	good := g.activityToken(nil)
	body := func(change object) []byte {
		text, err := json.Marshal(g.activity("ana", change))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	invalid := bytes.Replace(body(nil), []byte(`"help"`), []byte("\"\xff\xfe\""), 1)
	for name, odd := range map[string][]byte{
		"nothing": {}, "null": []byte("null"), "a list": []byte("[]"), "empty": []byte("{}"), "a text": []byte(`"x"`), "a number": []byte("1"), "cut": body(nil)[:40],
		"deep": []byte(strings.Repeat("[", 10_000)), "deep object": []byte(strings.Repeat(`{"a":`, 10_000)), "not UTF-8": invalid,
		"no sender": body(object{"from": nil}), "sender null": body(object{"from": json.RawMessage("null")}), "sender text": body(object{"from": "ana"}),
		"no conversation": body(object{"conversation": nil}), "conversation a list": body(object{"conversation": []int{}}), "no recipient": body(object{"recipient": nil}),
		"no data": body(object{"channelData": nil}), "data text": body(object{"channelData": "x"}), "text a number": body(object{"text": 7}),
		"unknown type": body(object{"type": "surprise"}), "type number": body(object{"type": 1}), "no type": body(object{"type": nil}), "no id": body(object{"id": nil}),
		"unknown entities": body(object{"entities": []any{object{"type": "surprise"}, 1, nil, "x"}}), "entities no list": body(object{"entities": "x"}),
		"invoke without name": body(object{"type": "invoke"}), "invoke without value": body(object{"type": "invoke", "name": "composeExtension/submitAction"}),
		"invoke of null":   body(object{"type": "invoke", "name": "task/submit", "value": json.RawMessage("null")}),
		"invoke of a list": body(object{"type": "invoke", "name": "composeExtension/fetchTask", "value": []int{1}}),
		"invoke of a text": body(object{"type": "invoke", "name": "signin/verifyState", "value": "x"}),
		"unknown invoke":   body(object{"type": "invoke", "name": "surprise/me", "value": object{}}),
		"nobody added":     body(object{"type": "conversationUpdate", "membersAdded": []any{nil, 1, object{}}}),
		"odd installation": body(object{"type": "installationUpdate", "action": 7}),
		"odd value":        body(object{"value": []any{object{"do": "meetings.cancel"}}}),
		"wrong time":       body(object{"timestamp": "yesterday", "localTimestamp": 5}),
	} {
		got := g.post("Bearer "+good, odd)
		if got.status >= 500 && got.status != http.StatusNotImplemented {
			t.Errorf("%s: answered %d", name, got.status)
		}
	}
	g.idle()
	if strings.Contains(strings.ToLower(g.log.String()), `"panic"`) {
		t.Errorf("something panicked:\n%s", g.log)
	}
	g.person("ana").say("bot", "help")
	g.idle()
	g.person("ana").reads("bot", "schedule")
}

func TestT11_TenantsAreKnownAndAgree(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	good, harbour := g.activityToken(nil), g.world.World.Seed.Tenant("harbour").ID
	place := func(tenant string) object {
		return object{"conversationType": "personal", "tenantId": tenant, "id": g.seed("ana").Personal}
	}
	own := g.world.Settings().EntraTenantID
	g.untouched(func() {
		for name, a := range map[string]object{
			"another tenant": g.activity("kai", object{"conversation": place(harbour), "channelData": object{"tenant": object{"id": harbour}}}),
			"two tenants":    g.activity("ana", object{"conversation": place(harbour)}),
			"two, reversed":  g.activity("ana", object{"channelData": object{"tenant": object{"id": harbour}}}),
			"none":           g.activity("ana", object{"conversation": object{"conversationType": "personal", "id": g.seed("ana").Personal}, "channelData": object{}}),
			"an invoke": g.activity("ana", object{
				"type": "invoke", "name": "composeExtension/fetchTask", "value": object{"commandId": "schedule"}, "conversation": place(own),
				"channelData": object{"tenant": object{"id": harbour}},
			}),
		} {
			g.want(name, g.sent(good, a), http.StatusForbidden)
		}
	})
	if log := g.log.String(); !strings.Contains(log, `"msg":"activities refused","posts":{"403":1}`) {
		t.Errorf("the first refusal is not in the log:\n%s", log)
	}
	if strings.Contains(g.log.String(), good[:40]) {
		t.Error("the log holds the token")
	}
}

func TestT14_TokensOfEntraAreTheBotsOwnOrRefused(t *testing.T) {
	t.Parallel()
	g := beginGuarded(t)
	settings := g.world.Settings()
	harbour := g.world.World.Seed.Tenant("harbour").ID
	first := func(change object) string {
		claims := object{
			"iss": "https://sts.windows.net/" + settings.EntraTenantID + "/", "aud": settings.EntraAppID, "appid": settings.EntraAppID,
			"tid": settings.EntraTenantID, "ver": "1.0", "serviceurl": g.serviceURL(),
		}
		for name, value := range change {
			claims[name] = value
		}
		return g.token("entra", object{"claims": claims})
	}
	second := func(change object) string {
		all := object{"iss": g.world.URL() + "/" + settings.EntraTenantID + "/v2.0", "ver": "2.0", "azp": settings.EntraAppID, "appid": nil}
		for name, value := range change {
			all[name] = value
		}
		return first(all)
	}
	for name, token := range map[string]string{"version 1": first(nil), "version 2": second(nil)} {
		g.want(name, g.sent(token, g.activity("ana", nil)), http.StatusOK)
	}
	g.untouched(func() {
		for name, token := range map[string]string{
			"another tenant":         first(object{"tid": harbour, "iss": "https://sts.windows.net/" + harbour + "/"}),
			"another tenant within":  first(object{"tid": harbour}),
			"another, version 2":     second(object{"tid": harbour}),
			"another application":    first(object{"appid": "6a2f1f0e-0000-0000-0000-000000000000"}),
			"another, version 2 ":    second(object{"azp": "6a2f1f0e-0000-0000-0000-000000000000"}),
			"outbound, of another":   first(object{"aud": "https://api.botframework.com", "appid": "6a2f1f0e-0000-0000-0000-000000000000"}),
			"outbound":               first(object{"aud": "https://api.botframework.com"}),
			"a person's for the tab": g.token("sso", object{"person": "ana"}),
			"a person's, version 1":  g.token("sso", object{"person": "ana", "version": "1.0"}),
		} {
			g.want(name, g.sent(token, g.activity("ana", nil)), http.StatusForbidden)
		}
	})
}

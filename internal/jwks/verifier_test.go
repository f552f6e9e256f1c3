package jwks_test

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"causeway/internal/jwks"
)

func TestVerifyReturnsWhatTheTokenSays(t *testing.T) {
	t.Parallel()
	a, c, key := newAuthority(t), newClock(), newPair(t, "k1")
	a.publish(key.public("msteams"))
	v := a.verifier(c)
	claims := c.claims()
	claims["scp"], claims["roles"], claims["big"], claims["mixed"] = "access_as_user openid", []string{"a", "b"}, 9007199254740993, []any{"a", 1}
	raw := key.sign(t, claims)
	token, err := v.Verify(t.Context(), raw)
	if err != nil {
		t.Fatal(err)
	}
	if token.Issuer != issuer || token.KeyID != "k1" || !token.Key.Endorses("msteams") || token.Expires.Unix() != c.in(time.Hour) {
		t.Errorf("token %+v", token)
	}
	said := token.Claims
	if said.String("serviceurl") != "https://smba.trafficmanager.net/emea/" || said.String("ServiceUrl") != "" || said.String("exp") != "" {
		t.Error("text claims are exact")
	}
	if !said.For("00000000-0000-4000-8000-000000000001") || said.For("00000000") || said.For("") {
		t.Error("audience")
	}
	if !said.Scope("access_as_user") || said.Scope("access") || said.Scope("") {
		t.Error("scope")
	}
	if fmt.Sprint(said["big"]) != "9007199254740993" || len(said.Strings("roles")) != 2 || said.Strings("mixed") != nil || said.Strings("big") != nil {
		t.Error("numbers and lists")
	}
	if !said.Time("aud").IsZero() || said.Time("nbf").Unix() != c.in(-time.Minute) || said.Has("nonce") || !said.Has("mixed") {
		t.Error("times and presence")
	}
	again, err := v.Verify(t.Context(), raw)
	if err != nil || again != token {
		t.Errorf("the repeated token is not the remembered one: %v", err)
	}
}

func TestAnAudienceMayBeAList(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		aud  any
		want bool
	}{{"me", true}, {[]any{"you", "me"}, true}, {[]any{"you"}, false}, {[]any{"me", 1}, false}, {nil, false}, {map[string]any{"me": "me"}, false}} {
		if got := (jwks.Claims{"aud": test.aud}).For("me"); got != test.want {
			t.Errorf("%v: %v", test.aud, got)
		}
	}
}

func TestVerifyChecksEachClaimAndTheSignature(t *testing.T) {
	t.Parallel()
	a, c, key, stranger := newAuthority(t), newClock(), newPair(t, "k1"), newPair(t, "k1")
	a.publish(key.public("msteams"))
	v := a.verifier(c)
	good := c.claims()
	raw := key.sign(t, good)
	parts := strings.Split(raw, ".")
	other := strings.Split(key.sign(t, with(good, "serviceurl", "https://evil.test/")), ".")
	for name, test := range map[string]struct {
		token string
		want  error
	}{
		"expired 4 minutes ago":  {key.sign(t, with(good, "exp", c.in(-4*time.Minute))), nil},
		"expired 6 minutes ago":  {key.sign(t, with(good, "exp", c.in(-6*time.Minute))), jwks.ErrExpired},
		"valid in 4 minutes":     {key.sign(t, with(good, "nbf", c.in(4*time.Minute))), nil},
		"valid in 6 minutes":     {key.sign(t, with(good, "nbf", c.in(6*time.Minute))), jwks.ErrExpired},
		"no exp":                 {key.sign(t, with(good, "exp", nil)), jwks.ErrExpired},
		"exp is text":            {key.sign(t, with(good, "exp", fmt.Sprint(c.in(time.Hour)))), jwks.ErrMalformed},
		"exp beyond all time":    {key.sign(t, with(good, "exp", 1e300)), jwks.ErrExpired},
		"no nbf":                 {key.sign(t, with(good, "nbf", nil)), nil},
		"another issuer":         {key.sign(t, with(good, "iss", "https://evil.test")), jwks.ErrIssuer},
		"no issuer":              {key.sign(t, with(good, "iss", nil)), jwks.ErrIssuer},
		"issuer is a list":       {key.sign(t, with(good, "iss", []string{issuer})), jwks.ErrIssuer},
		"signed by a stranger":   {stranger.sign(t, good), jwks.ErrSignature},
		"other claims":           {parts[0] + "." + other[1] + "." + parts[2], jwks.ErrSignature},
		"no signature":           {parts[0] + "." + parts[1] + ".", jwks.ErrSignature},
		"another key's name":     {key.signUnder(t, with(key.header(), "kid", "k2"), good), jwks.ErrUnknownKey},
		"claims are null":        {parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte("null")) + "." + parts[2], jwks.ErrIssuer},
		"claims are a list":      {parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte("[]")) + "." + parts[2], jwks.ErrMalformed},
		"header is null":         {base64.RawURLEncoding.EncodeToString([]byte("null")) + "." + parts[1] + "." + parts[2], jwks.ErrMalformed},
		"nothing":                {"", jwks.ErrMalformed},
		"dots":                   {"..", jwks.ErrMalformed},
		"trailing bits (base64)": {raw[:len(raw)-1] + "_", jwks.ErrMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for range 2 { // the second time it might be remembered
				if _, err := v.Verify(t.Context(), test.token); !errors.Is(err, test.want) {
					t.Errorf("error %v, want %v", err, test.want)
				}
			}
		})
	}
}

func TestT04_OnlyPlainRS256TokensReachAKey(t *testing.T) {
	t.Parallel()
	c, key := newClock(), newPair(t, "k1")
	good := c.claims()
	raw := key.sign(t, good)
	text := func(header map[string]any) string { return segment(t, header) + "." + segment(t, good) }
	header := func(name string, value any) map[string]any { return with(key.header(), name, value) }
	signed := func(name string, value any) string { return key.signUnder(t, header(name, value), good) }
	for name, token := range map[string]string{
		"alg none":            text(header("alg", "none")) + ".",
		"alg none, signed":    signed("alg", "none"),
		"alg None":            signed("alg", "None"),
		"no alg":              signed("alg", nil),
		"alg rs256":           signed("alg", "rs256"),
		"HS256 with the key":  hs256(t, text(header("alg", "HS256")), &key.rsa.PublicKey),
		"PS256":               ps256(t, text(header("alg", "PS256")), key.rsa),
		"RS384 named":         signed("alg", "RS384"),
		"jku":                 signed("jku", "https://evil.test/keys"),
		"jwk":                 signed("jwk", map[string]any{"kty": "RSA"}),
		"x5u":                 signed("x5u", "https://evil.test/cert"),
		"x5c":                 signed("x5c", []string{"MIIC"}),
		"crit":                signed("crit", []string{"exp"}),
		"no kid":              signed("kid", nil),
		"empty kid":           signed("kid", ""),
		"kid is a number":     signed("kid", 1),
		"kid is a path":       signed("kid", "../../etc/passwd"),
		"kid is a query":      signed("kid", "k1' OR '1'='1"),
		"kid ends in newline": signed("kid", "k1\n"),
		"kid of 129":          signed("kid", strings.Repeat("k", 129)),
		"1 MB":                raw + strings.Repeat("A", 1<<20),
		"8 KiB and one":       raw + strings.Repeat("A", 8<<10+1-len(raw)),
		"100,000 dots":        strings.Repeat(".", 100_000),
		"8,000 dots":          strings.Repeat(".", 8_000),
		"JWE":                 raw + ".AAAA.AAAA",
		"padding":             raw + "==",
		"spaces":              " " + raw,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAuthority(t)
			a.publish(key.public("msteams"))
			_, err := a.verifier(c).Verify(t.Context(), token)
			if !errors.Is(err, jwks.ErrMalformed) {
				t.Errorf("error %v", err)
			}
			if a.reads.Load() != 0 {
				t.Error("a key was looked up")
			}
		})
	}
}

// It runs alone, because it measures what the process allocates.
func TestT04_HugeTokensCostNoMemory(t *testing.T) { //nolint:paralleltest // see above
	a, c, key := newAuthority(t), newClock(), newPair(t, "k1")
	a.publish(key.public("msteams"))
	v := a.verifier(c)
	raw := key.sign(t, c.claims())
	huge := []string{raw + strings.Repeat("A", 1<<20), strings.Repeat(".", 100_000), raw + ".AAAA.AAAA", strings.Repeat(".", 8_000)}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 100 {
		for _, token := range huge {
			if _, err := v.Verify(t.Context(), token); !errors.Is(err, jwks.ErrMalformed) {
				t.Fatal(err)
			}
		}
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 1<<20 {
		t.Errorf("%d bytes were allocated for 400 refused tokens", grown)
	}
}

func TestRememberedTokensExpire(t *testing.T) {
	t.Parallel()
	a, c, key := newAuthority(t), newClock(), newPair(t, "k1")
	a.publish(key.public("msteams"))
	v := a.verifier(c)
	raw := key.sign(t, c.claims())
	for _, step := range []struct {
		forward time.Duration
		want    error
	}{{0, nil}, {time.Hour + 4*time.Minute, nil}, {time.Minute, jwks.ErrExpired}, {time.Hour, jwks.ErrExpired}} {
		c.forward(step.forward)
		if _, err := v.Verify(t.Context(), raw); !errors.Is(err, step.want) {
			t.Errorf("%v later: %v, want %v", step.forward, err, step.want)
		}
	}
}

func TestARememberedTokenFollowsTheEndorsementsOfItsKey(t *testing.T) {
	t.Parallel()
	a, c, key := newAuthority(t), newClock(), newPair(t, "k1")
	a.publish(key.public("msteams"))
	set := a.set(c)
	v := jwks.NewVerifier(jwks.VerifierOptions{Issuers: map[string]*jwks.Set{issuer: set}, Now: c.now})
	raw := key.sign(t, c.claims())
	first, err := v.Verify(t.Context(), raw)
	if err != nil {
		t.Fatal(err)
	}
	if err := set.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if same, err := v.Verify(t.Context(), raw); err != nil || same != first {
		t.Errorf("an unchanged key made the token forgotten: %v", err)
	}
	a.publish(key.public("webchat"))
	if err := set.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if now, err := v.Verify(t.Context(), raw); err != nil || now.Key.Endorses("msteams") {
		t.Errorf("the withdrawn endorsement is still there: %v", err)
	}
}

func TestOnlySoManyTokensAreRemembered(t *testing.T) {
	t.Parallel()
	a, c, key := newAuthority(t), newClock(), newPair(t, "k1")
	a.publish(key.public())
	v := jwks.NewVerifier(jwks.VerifierOptions{Issuers: map[string]*jwks.Set{issuer: a.set(c)}, Now: c.now, Remember: 4})
	verify := func(raw string) *jwks.Token {
		token, err := v.Verify(t.Context(), raw)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	used, idle := key.sign(t, with(c.claims(), "jti", "used")), key.sign(t, with(c.claims(), "jti", "idle"))
	firstUsed, firstIdle := verify(used), verify(idle)
	for i := range 8 {
		verify(key.sign(t, with(c.claims(), "jti", i)))
		if verify(used) != firstUsed {
			t.Fatalf("a token in use was forgotten after %d others", i+1)
		}
	}
	if verify(idle) == firstIdle {
		t.Error("an idle token was never forgotten")
	}
}

func TestErrorsDoNotCarryTheToken(t *testing.T) {
	t.Parallel()
	a, c, key := newAuthority(t), newClock(), newPair(t, "k1")
	a.publish(key.public())
	v := a.verifier(c)
	for _, claims := range []map[string]any{c.expiring(-time.Hour), with(c.claims(), "iss", "https://evil.test"), with(c.claims(), "exp", "soon")} {
		raw := key.sign(t, claims)
		_, err := v.Verify(t.Context(), raw)
		for _, part := range strings.Split(raw, ".") {
			if err == nil || strings.Contains(err.Error(), part) || strings.Contains(err.Error(), "evil") {
				t.Errorf("error %v", err)
			}
		}
	}
}

// hs256 signs with the public key as the secret: the classic confusion.
func hs256(t *testing.T, text string, key *rsa.PublicKey) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	mac.Write([]byte(text))
	return text + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func ps256(t *testing.T, text string, key *rsa.PrivateKey) string {
	t.Helper()
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPSS(rand.Reader, key, crypto.SHA256, sum[:], nil)
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func BenchmarkVerify(b *testing.B) {
	a, c, key := newAuthority(b), newClock(), newPair(b, "k1")
	a.publish(key.public("msteams"))
	b.Run("fresh", func(b *testing.B) {
		tokens := make([]string, 512)
		for i := range tokens {
			tokens[i] = key.sign(b, with(c.claims(), "jti", i))
		}
		v := jwks.NewVerifier(jwks.VerifierOptions{Issuers: map[string]*jwks.Set{issuer: a.set(c)}, Now: c.now, Remember: 2})
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if _, err := v.Verify(b.Context(), tokens[i%len(tokens)]); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("cached", func(b *testing.B) {
		v, raw := a.verifier(c), key.sign(b, c.claims())
		b.ReportAllocs()
		for b.Loop() {
			if _, err := v.Verify(b.Context(), raw); err != nil {
				b.Fatal(err)
			}
		}
	})
}

package jwks_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"causeway/internal/jwks"
)

func TestKeysAreFoundThroughTheOpenIDConfiguration(t *testing.T) {
	t.Parallel()
	a, key := newAuthority(t), newPair(t, "k1")
	a.publish(key.public("msteams", "webchat"))
	set := jwks.New(jwks.Options{ConfigURL: a.URL + "/openid", HTTP: a.Client()})
	got, err := set.Key(t.Context(), "k1")
	if err != nil {
		t.Fatal(err)
	}
	if !got.RSA.Equal(&key.rsa.PublicKey) {
		t.Error("another key")
	}
	for channel, want := range map[string]bool{"msteams": true, "webchat": true, "slack": false, "": false} {
		if got.Endorses(channel) != want {
			t.Errorf("Endorses(%q) = %v", channel, !want)
		}
	}
	if a.configs.Load() != 1 || a.reads.Load() != 1 {
		t.Errorf("%d configurations and %d documents read", a.configs.Load(), a.reads.Load())
	}
}

func TestEndorsementsThatAreAbsentRestrictNothing(t *testing.T) {
	t.Parallel()
	a, plain, none := newAuthority(t), newPair(t, "plain"), newPair(t, "none")
	a.publish(plain.public(), none.public([]string{}...), strings.Replace(none.public("x"), `["x"]`, `[]`, 1))
	set := a.set(newClock())
	if key, err := set.Key(t.Context(), "plain"); err != nil || !key.Endorses("msteams") || key.Endorses("") {
		t.Errorf("plain: %v, %v", key.Endorsements, err)
	}
	if key, err := set.Key(t.Context(), "none"); err != nil || key.Endorses("msteams") {
		t.Errorf("an empty list endorses: %v, %v", key.Endorsements, err)
	}
}

func TestUnusableDocumentsAreRefused(t *testing.T) {
	t.Parallel()
	good := newPair(t, "good").public()
	for name, body := range map[string]string{
		"no JSON":      "<html>",
		"no keys":      `{"keys":[]}`,
		"elliptic":     `{"keys":[{"kty":"EC","kid":"good","crv":"P-256","x":"AA","y":"AA"}]}`,
		"encryption":   `{"keys":[` + strings.Replace(good, `"use":"sig"`, `"use":"enc"`, 1) + `]}`,
		"odd name":     `{"keys":[` + strings.Replace(good, `"kid":"good"`, `"kid":"../good"`, 1) + `]}`,
		"short":        `{"keys":[{"kty":"RSA","kid":"good","n":"` + base64Int(1<<62) + `","e":"AQAB"}]}`,
		"exponent 1":   `{"keys":[` + strings.Replace(good, "AQAB", "AQ", 1) + `]}`,
		"even":         `{"keys":[` + strings.Replace(good, "AQAB", "AQAC", 1) + `]}`,
		"long":         `{"keys":[` + strings.Replace(good, "AQAB", "AQAAAAAB", 1) + `]}`,
		"not base64":   `{"keys":[` + strings.Replace(good, `"n":"`, `"n":"!`, 1) + `]}`,
		"far too long": `{"keys":[` + good + `],"x":"` + strings.Repeat("x", 1<<20) + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }))
			defer server.Close()
			set := jwks.New(jwks.Options{KeysURL: server.URL, HTTP: server.Client()})
			if _, err := set.Key(t.Context(), "good"); !errors.Is(err, jwks.ErrUnavailable) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestAConfigurationMayNotLeadToAnotherScheme(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"https://127.0.0.1/keys", "file:///etc/passwd", "", "/keys", "%"} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = fmt.Fprintf(w, `{"jwks_uri":%q}`, address)
		}))
		set := jwks.New(jwks.Options{ConfigURL: server.URL, HTTP: server.Client()})
		if err := set.Refresh(t.Context()); err == nil || !strings.Contains(err.Error(), "no usable jwks_uri") {
			t.Errorf("%q: %v", address, err)
		}
		server.Close()
	}
}

func TestT03_ANewKeyIsReadOnceAndAccepted(t *testing.T) {
	t.Parallel()
	a, c := newAuthority(t), newClock()
	first, second := newPair(t, "first"), newPair(t, "second")
	a.publish(first.public("msteams"))
	v := a.verifier(c)
	old := first.sign(t, c.claims())
	if _, err := v.Verify(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	a.publish(second.public("msteams"))
	token := second.sign(t, c.claims())
	var together sync.WaitGroup
	for range 20 {
		together.Go(func() {
			if _, err := v.Verify(t.Context(), token); err != nil {
				t.Error(err)
			}
		})
	}
	together.Wait()
	if got := a.reads.Load(); got != 2 {
		t.Errorf("the document was read %d times, want the first time and once more", got)
	}
	// The old key is gone from the document: what was verified with it, and remembered, is not accepted any longer.
	if _, err := v.Verify(t.Context(), old); !errors.Is(err, jwks.ErrUnknownKey) {
		t.Errorf("a token of the withdrawn key: %v", err)
	}
}

func TestT03_RandomKeyNamesCauseOneFetchInFiveMinutes(t *testing.T) {
	t.Parallel()
	for _, warm := range []bool{true, false} {
		a, c, key := newAuthority(t), newClock(), newPair(t, "known")
		a.publish(key.public("msteams"))
		set := a.set(c)
		if warm {
			if _, err := set.Key(t.Context(), "known"); err != nil {
				t.Fatal(err)
			}
		}
		before := a.reads.Load()
		storm(t, set, c)
		if got := a.reads.Load() - before; got != 1 {
			t.Errorf("warm %v: %d fetches in the first minute", warm, got)
		}
		for range 4 { // 5 minutes in all
			storm(t, set, c)
		}
		if got := a.reads.Load() - before; got > 2 {
			t.Errorf("warm %v: %d fetches in five minutes", warm, got)
		}
		if _, err := set.Key(t.Context(), "known"); err != nil {
			t.Error(err)
		}
	}
}

// storm asks for 10,000 names in one minute, eight at a time.
func storm(t *testing.T, set *jwks.Set, c *clock) {
	t.Helper()
	var senders sync.WaitGroup
	start := c.at.Load()
	for sender := range 8 {
		senders.Go(func() {
			for i := range 1250 {
				if i%25 == 0 && sender == 0 {
					c.forward(time.Second)
				}
				if _, err := set.Key(t.Context(), fmt.Sprintf("random-%d-%d-%d", start, sender, i)); !errors.Is(err, jwks.ErrUnknownKey) {
					t.Errorf("error %v", err)
					return
				}
			}
		})
	}
	senders.Wait()
	c.forward(10 * time.Second)
}

func TestT03_KnownKeysWorkADayWhileTheIssuerIsDown(t *testing.T) {
	t.Parallel()
	a, c, key := newAuthority(t), newClock(), newPair(t, "known")
	a.publish(key.public("msteams"))
	v := a.verifier(c)
	token := key.sign(t, c.expiring(48*time.Hour))
	if _, err := v.Verify(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	a.down.Store(true)
	for hour := range 24 {
		c.forward(time.Hour)
		fresh := key.sign(t, c.claims())
		for _, one := range []string{token, fresh} {
			if _, err := v.Verify(t.Context(), one); err != nil {
				t.Fatalf("after %d h: %v", hour+1, err)
			}
		}
	}
	c.forward(time.Second)
	if _, err := v.Verify(t.Context(), token); !errors.Is(err, jwks.ErrUnavailable) {
		t.Errorf("after 24 h: %v", err)
	}
	// It comes back by itself, seconds after the issuer does.
	a.down.Store(false)
	c.forward(10 * time.Second)
	if _, err := v.Verify(t.Context(), token); err != nil {
		t.Errorf("when the issuer is back: %v", err)
	}
}

func TestAnIssuerThatIsDownIsNotHammered(t *testing.T) {
	t.Parallel()
	a, c, key := newAuthority(t), newClock(), newPair(t, "known")
	a.publish(key.public())
	set := a.set(c)
	a.down.Store(true)
	for range 50 {
		if _, err := set.Key(t.Context(), "known"); !errors.Is(err, jwks.ErrUnavailable) {
			t.Fatal(err)
		}
	}
	if got := a.reads.Load(); got != 1 {
		t.Errorf("%d fetches at once without any key", got)
	}
	a.down.Store(false)
	c.forward(10 * time.Second)
	if _, err := set.Key(t.Context(), "known"); err != nil {
		t.Fatal(err)
	}
	a.down.Store(true)
	before := a.reads.Load()
	for range 299 {
		c.forward(time.Second)
		if _, err := set.Key(t.Context(), "other"); !errors.Is(err, jwks.ErrUnknownKey) {
			t.Fatal(err)
		}
	}
	if got := a.reads.Load() - before; got != 1 {
		t.Errorf("%d fetches in five minutes with a known key", got)
	}
}

func TestKeysInUseAreReadAgainInTheBackground(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		first, second := newPair(t, "first"), newPair(t, "second")
		published, reads := first.public(), 0
		client := &http.Client{Transport: answers(func(*http.Request) string {
			reads++
			time.Sleep(time.Second) // of the bubble: a slow issuer
			return `{"keys":[` + published + `]}`
		})}
		set := jwks.New(jwks.Options{KeysURL: "https://issuer.test/keys", HTTP: client})
		if _, err := set.Key(t.Context(), "first"); err != nil {
			t.Fatal(err)
		}
		published = second.public()
		time.Sleep(time.Hour)
		asked := time.Now()
		if _, err := set.Key(t.Context(), "first"); err != nil || time.Since(asked) != 0 {
			t.Errorf("a known key waited %v for the refresh: %v", time.Since(asked), err)
		}
		time.Sleep(2 * time.Second)
		if _, err := set.Key(t.Context(), "second"); err != nil || reads != 2 {
			t.Errorf("after the refresh: %v, %d reads", err, reads)
		}
	})
}

func TestACallerWhoGoesAwayEndsNobodysFetch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		key := newPair(t, "known")
		client := &http.Client{Transport: answers(func(r *http.Request) string {
			time.Sleep(5 * time.Second)
			if r.Context().Err() != nil {
				t.Error("the fetch was cancelled")
			}
			return `{"keys":[` + key.public() + `]}`
		})}
		set := jwks.New(jwks.Options{KeysURL: "https://issuer.test/keys", HTTP: client})
		hasty, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var patient sync.WaitGroup
		patient.Go(func() {
			if _, err := set.Key(hasty, "known"); !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, jwks.ErrUnavailable) {
				t.Errorf("the hasty one: %v", err)
			}
		})
		synctest.Wait()
		if _, err := set.Key(t.Context(), "known"); err != nil {
			t.Errorf("the patient one: %v", err)
		}
		patient.Wait()
	})
}

// answers is a transport that answers each request with a body.
type answers func(*http.Request) string

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	recorder := httptest.NewRecorder()
	_, _ = recorder.WriteString(a(r))
	return recorder.Result(), nil
}

package entra_test

import (
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"causeway/internal/entra"
)

func (l *login) sso() *entra.SSOVerifier {
	return entra.NewSSOVerifier(entra.SSOConfig{App: l.app(), Resources: []string{resource}})
}

// The whole matrix of versions, audiences, issuers against tenants, and scopes: two cells of it are right.
func TestT15_OnlyTokensThatFitTogetherAreAccepted(t *testing.T) {
	t.Parallel()
	l := newLogin(t)
	sso := l.sso()
	audiences := map[string]string{"GUID": appID, "App-ID-URI": resource, "other app": foreign, "Graph": graphAPI}
	tenants := map[string]func(claims map[string]any, version string) map[string]any{
		"iss and tid match": func(claims map[string]any, _ string) map[string]any { return claims },
		"tid of another":    func(claims map[string]any, _ string) map[string]any { return with(claims, "tid", harbour) },
		"iss of another": func(claims map[string]any, version string) map[string]any {
			return with(claims, "iss", l.issuer(version, harbour))
		},
		"both of another": func(claims map[string]any, version string) map[string]any {
			return with(claims, "iss", l.issuer(version, harbour), "tid", harbour)
		},
		"iss of the other version": func(claims map[string]any, version string) map[string]any {
			return with(claims, "iss", l.issuer(map[string]string{"1.0": "2.0", "2.0": "1.0"}[version], tenant))
		},
		"no tid": func(claims map[string]any, _ string) map[string]any { return with(claims, "tid", nil) },
	}
	scopes := map[string]func(map[string]any) map[string]any{
		"ok":           func(claims map[string]any) map[string]any { return claims },
		"among others": func(claims map[string]any) map[string]any { return with(claims, "scp", "User.Read access_as_user") },
		"missing":      func(claims map[string]any) map[string]any { return with(claims, "scp", nil) },
		"another":      func(claims map[string]any) map[string]any { return with(claims, "scp", "access_as_user.admin") },
		"app-only by role": func(claims map[string]any) map[string]any {
			return with(claims, "scp", nil, "roles", []string{"access_as_user"})
		},
		"app-only by type": func(claims map[string]any) map[string]any { return with(claims, "idtyp", "app") },
	}
	right := map[string]string{"1.0": "App-ID-URI", "2.0": "GUID"}
	cells, accepted := 0, 0
	for version, rightAudience := range right {
		for audienceName, audience := range audiences {
			for tenantName, ofTenant := range tenants {
				for scopeName, ofScope := range scopes {
					cells++
					cell := fmt.Sprintf("%s, aud %s, %s, scope %s", version, audienceName, tenantName, scopeName)
					claims := ofScope(ofTenant(with(l.claims(version), "aud", audience), version))
					who, err := sso.Verify(t.Context(), l.sign(t, claims))
					good := audienceName == rightAudience && tenantName == "iss and tid match" && (scopeName == "ok" || scopeName == "among others")
					if good {
						accepted++
						want := entra.Identity{
							Person: entra.Person{Tenant: tenant, ID: ana}, Name: "Ana Duarte", UPN: "ana@meridian.example", Expires: l.now().UTC().Add(time.Hour),
						}
						if err != nil || who != want {
							t.Errorf("%s: %+v, %v", cell, who, err)
						}
					} else if !errors.Is(err, entra.ErrRefused) || who != (entra.Identity{}) {
						t.Errorf("%s: %+v, %v", cell, who, err)
					}
				}
			}
		}
	}
	if cells != 2*4*6*6 || accepted != 4 {
		t.Errorf("%d cells, %d accepted", cells, accepted)
	}
}

func (l *login) issuer(version, of string) string {
	if version == "1.0" {
		return "https://sts.windows.net/" + of + "/"
	}
	return l.URL + "/" + of + "/v2.0"
}

func TestT15_TheRestOfTheTokenMustFitToo(t *testing.T) {
	t.Parallel()
	l := newLogin(t)
	sso := l.sso()
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for _, version := range []string{"1.0", "2.0"} {
		good := l.claims(version)
		client := map[string]string{"1.0": "appid", "2.0": "azp"}[version]
		otherClient := map[string]string{"1.0": "azp", "2.0": "appid"}[version]
		for name, test := range map[string]struct {
			claims map[string]any
			want   error
		}{
			"Teams desktop":                   {with(good, client, entra.TeamsDesktopClient), nil},
			"asked by another application":    {with(good, client, foreign), entra.ErrRefused},
			"asked by ourselves":              {with(good, client, appID), entra.ErrRefused},
			"nobody asked":                    {with(good, client, nil), entra.ErrRefused},
			"the other version's claim":       {with(good, client, nil, otherClient, entra.TeamsWebClient), entra.ErrRefused},
			"no version":                      {with(good, "ver", nil), entra.ErrRefused},
			"version as a number":             {with(good, "ver", 2.0), entra.ErrRefused},
			"audience list":                   {with(good, "aud", []any{good["aud"]}), entra.ErrRefused},
			"Bot Framework's audience":        {with(good, "aud", "https://api.botframework.com"), entra.ErrRefused},
			"no object id":                    {with(good, "oid", nil), entra.ErrRefused},
			"object id as a number":           {with(good, "oid", 7), entra.ErrRefused},
			"scope as a list":                 {with(good, "scp", []string{"access_as_user"}), entra.ErrRefused},
			"issuer without a closing detail": {with(good, "iss", strings.TrimRight(good["iss"].(string), "/0")), entra.ErrRefused},
			"expired":                         {with(good, "exp", l.at.Load()-301), entra.ErrExpired},
			"not yet valid":                   {with(good, "nbf", l.at.Load()+301), entra.ErrExpired},
			"no name":                         {with(good, "name", nil), nil},
		} {
			t.Run(version+" "+name, func(t *testing.T) {
				t.Parallel()
				if _, err := sso.Verify(t.Context(), l.sign(t, test.claims)); !errors.Is(err, test.want) {
					t.Errorf("error %v, want %v", err, test.want)
				}
				if _, err := sso.Verify(t.Context(), signBy(t, stranger, test.claims)); !errors.Is(err, entra.ErrRefused) {
					t.Errorf("signed by a stranger: %v", err)
				}
			})
		}
	}
}

func TestT15_PeopleOfEachAllowedTenantAreTheirOwn(t *testing.T) {
	t.Parallel()
	l := newLogin(t)
	sso := entra.NewSSOVerifier(entra.SSOConfig{App: l.app(), Resources: []string{resource}, Tenants: []entra.TenantID{tenant, entra.TenantID(strings.ToUpper(harbour))}})
	for _, of := range []string{tenant, harbour} {
		for _, version := range []string{"1.0", "2.0"} {
			claims := with(l.claims(version), "iss", l.issuer(version, of), "tid", of)
			who, err := sso.Verify(t.Context(), l.sign(t, claims))
			if err != nil || who.Person != (entra.Person{Tenant: entra.TenantID(of), ID: ana}) {
				t.Errorf("%s %s: %+v, %v", of, version, who, err)
			}
			crossed := map[string]string{tenant: harbour, harbour: tenant}[of]
			if _, err := sso.Verify(t.Context(), l.sign(t, with(claims, "tid", crossed))); !errors.Is(err, entra.ErrRefused) {
				t.Errorf("%s with the other's tid: %v", of, err)
			}
		}
	}
}

func TestKeysThatCannotBeReadAreNotARefusal(t *testing.T) {
	t.Parallel()
	l := newLogin(t)
	l.down.Store(true)
	_, err := l.sso().Verify(t.Context(), l.sign(t, l.claims("2.0")))
	if !errors.Is(err, entra.ErrUnavailable) || errors.Is(err, entra.ErrRefused) {
		t.Errorf("error %v", err)
	}
}

func TestIDTokensBelongToOneSignIn(t *testing.T) {
	t.Parallel()
	l := newLogin(t)
	app := l.app()
	good := with(l.claims("2.0"), "nonce", "n-1", "scp", nil, "azp", nil)
	want := entra.Identity{
		Person: entra.Person{Tenant: tenant, ID: ana}, Name: "Ana Duarte", UPN: "ana@meridian.example", Expires: l.now().UTC().Add(time.Hour),
	}
	if who, err := app.VerifyIDToken(t.Context(), l.sign(t, good), "n-1"); err != nil || who != want {
		t.Errorf("%+v, %v", who, err)
	}
	for name, test := range map[string]struct {
		claims map[string]any
		nonce  string
		want   error
	}{
		"another nonce":       {good, "n-2", entra.ErrRefused},
		"no nonce inside":     {with(good, "nonce", nil), "n-1", entra.ErrRefused},
		"no nonce at all":     {with(good, "nonce", nil), "", entra.ErrRefused},
		"empty nonce":         {with(good, "nonce", ""), "", entra.ErrRefused},
		"another application": {with(good, "aud", foreign), "n-1", entra.ErrRefused},
		"an access token":     {with(good, "aud", resource), "n-1", entra.ErrRefused},
		"another tenant":      {with(good, "iss", l.issuer("2.0", harbour), "tid", harbour), "n-1", entra.ErrRefused},
		"tid of another":      {with(good, "tid", harbour), "n-1", entra.ErrRefused},
		"version 1":           {with(good, "iss", l.issuer("1.0", tenant), "ver", "1.0"), "n-1", entra.ErrRefused},
		"version mixed":       {with(good, "ver", "1.0"), "n-1", entra.ErrRefused},
		"no object id":        {with(good, "oid", ""), "n-1", entra.ErrRefused},
		"expired":             {with(good, "exp", l.at.Load()-int64(6*time.Minute/time.Second)), "n-1", entra.ErrExpired},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := app.VerifyIDToken(t.Context(), l.sign(t, test.claims), test.nonce); !errors.Is(err, test.want) {
				t.Errorf("error %v", err)
			}
		})
	}
	if _, err := app.VerifyIDToken(t.Context(), "not a token", "n-1"); !errors.Is(err, entra.ErrRefused) {
		t.Error(err)
	}
	if key, err := app.Keys().Key(t.Context(), "key-1"); err != nil || !key.RSA.Equal(&l.key.PublicKey) {
		t.Errorf("the tenant's keys: %v", err)
	}
}

package microsoftsim_test

import (
	"errors"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"causeway/internal/sandbox/microsoftsim"
)

// withSSO puts what a tab needs for tokens into the package, then lets change have it.
func withSSO(t *testing.T, change func(manifest object)) func(*microsoftsim.Options) {
	t.Helper()
	return func(o *microsoftsim.Options) {
		o.Package = appPackage(t, o.ProductURL, func(m object, _ map[string][]byte) {
			m["webApplicationInfo"] = object{"id": appID, "resource": "api://" + o.ProductURL[len("http://"):] + "/botid-" + appID}
			if change != nil {
				change(m)
			}
		})
	}
}

func TestTabToken(t *testing.T) {
	t.Parallel()
	s := newStage(t, withSSO(t, nil))
	if err := s.InstallPersonal(t.Context(), "ana", teams); err != nil {
		t.Fatal(err)
	}
	token, err := s.TabToken("ana", "")
	if err != nil {
		t.Fatal(err)
	}
	claims := jwt.MapClaims{}
	if _, _, err := jwt.NewParser().ParseUnverified(token, claims); err != nil {
		t.Fatal(err)
	}
	ana := s.world.Seed.Person("ana")
	for name, want := range map[string]any{
		"aud": appID, "scp": "access_as_user", "azp": "5e3ce6c0-2b1f-4285-8d4b-75ee78787346", "oid": ana.ID, "tid": s.tenant(), "ver": "2.0", "preferred_username": ana.UPN,
	} {
		if claims[name] != want {
			t.Errorf("%s is %v, want %v", name, claims[name], want)
		}
	}
	if rows := s.rows("token.issued"); len(rows) != 1 || rows[0].By != "ana" || rows[0].Subject != "sso" {
		t.Errorf("ledger %v", rows)
	}
}

// TestTabTokenIsRefused holds each refusal to the word that teams-js hands to the tab.
func TestTabTokenIsRefused(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		manifest func(object)
		world    func(*stage) error
		person   string
		resource string
		code     string
	}{
		"nobody": {person: "nobody", code: "not_found"},
		"not added": {
			world: func(s *stage) error { return s.Uninstall(s.t.Context(), "ana", teams) }, code: "appNotInstalled",
		},
		"no tab":            {manifest: func(m object) { delete(m, "staticTabs") }, code: "resourceDisabled"},
		"no registration":   {manifest: func(m object) { delete(m, "webApplicationInfo") }, code: "resourceDisabled"},
		"another app's":     {resource: "https://graph.microsoft.com", code: "invalidResource"},
		"another app's too": {manifest: func(m object) { m["webApplicationInfo"].(object)["id"] = teams }, code: "invalidResource"},
		"another domain": {
			manifest: func(m object) {
				m["webApplicationInfo"].(object)["resource"] = "api://elsewhere.example/botid-" + appID
			}, code: "invalidResource",
		},
		"no consent":  {world: func(s *stage) error { return s.Consent("", false) }, code: "resourceRequiresConsent"},
		"no such app": {world: func(s *stage) error { return s.Remove("") }, code: "forbidden"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, withSSO(t, test.manifest))
			err := s.InstallPersonal(t.Context(), "ana", teams)
			if err == nil && test.world != nil {
				err = test.world(s)
			}
			if err != nil {
				t.Fatal(err)
			}
			person := test.person
			if person == "" {
				person = "ana"
			}
			token, err := s.TabToken(person, test.resource)
			var refused *microsoftsim.Refusal
			if !errors.As(err, &refused) || refused.Code != test.code || token != "" {
				t.Errorf("got %q and %v, want %s", token, err, test.code)
			}
		})
	}
}

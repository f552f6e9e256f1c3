package entra_test

import (
	"errors"
	"net/url"
	"testing"

	"causeway/internal/entra"
)

func TestOnBehalfOfTurnsTheTokenOfTeamsIntoOneForGraph(t *testing.T) {
	t.Parallel()
	l := newLogin(t)
	l.answers(200, `{"token_type":"Bearer","scope":"Calendars.ReadWrite People.Read User.Read","expires_in":3599,"access_token":"at-1"}`)
	got, err := l.app().OnBehalfOf(t.Context(), "sso-1", []string{"https://graph.microsoft.com/People.Read"})
	if err != nil || got.Access != "at-1" || got.Refresh != "" || len(got.Scopes) != 3 {
		t.Errorf("tokens of %v, %v", got.Scopes, err)
	}
	want := url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "requested_token_use": {"on_behalf_of"}, "assertion": {"sso-1"},
		"scope": {"https://graph.microsoft.com/People.Read"}, "client_id": {appID}, "client_secret": {secret},
	}
	if calls := l.calls(); len(calls) != 1 || calls[0].Encode() != want.Encode() {
		t.Errorf("asked %v", calls)
	}
}

func TestOnBehalfOfSaysThatThePersonMustAllow(t *testing.T) {
	t.Parallel()
	claims := `{"access_token":{"polids":{"essential":true}}}`
	for name, test := range map[string]struct {
		body, claims string
		want         error
	}{
		"not allowed":       {refusal("invalid_grant", 65001, "consent_required"), claims, entra.ErrConsentRequired},
		"administrators":    {refusal("invalid_grant", 90094, ""), "", entra.ErrConsentRequired},
		"a second factor":   {refusal("invalid_grant", 50076, "interaction_required"), claims, entra.ErrConsentRequired},
		"interaction":       {refusal("interaction_required", 0, ""), "", entra.ErrConsentRequired},
		"an old assertion":  {refusal("invalid_grant", 500133, ""), "", entra.ErrGrantDead},
		"another's":         {refusal("invalid_grant", 500131, ""), "", entra.ErrGrantDead},
		"a scope of nobody": {refusal("invalid_scope", 70011, ""), "", entra.ErrMisconfigured},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLogin(t)
			l.answers(400, test.body)
			got, err := l.app().OnBehalfOf(t.Context(), "sso-1", []string{"People.Read"})
			var refused *entra.Error
			if !errors.Is(err, test.want) || errors.Is(err, entra.ErrInteraction) || !errors.As(err, &refused) || refused.Claims != test.claims || got.Access != "" {
				t.Errorf("%v", err)
			}
			if calls := l.calls(); len(calls) != 1 || calls[0].Get("grant_type") == "client_credentials" {
				t.Errorf("asked %v", calls)
			}
		})
	}
}

func TestTheConsentPageIsAskedForFurtherScopes(t *testing.T) {
	t.Parallel()
	address, err := url.Parse(newLogin(t).app().AuthorizeURL(entra.AuthorizeRequest{
		State: "s", Challenge: "c", Redirect: redirect, Scopes: []string{"People.Read", "Contacts.Read"}, Prompt: "consent", Claims: `{"x":1}`,
	}))
	if err != nil || address.Query().Get("prompt") != "consent" || address.Query().Get("scope") != "People.Read Contacts.Read" || address.Query().Get("claims") != `{"x":1}` {
		t.Errorf("%v, %v", address, err)
	}
}

package microsoftsim

import (
	"slices"
	"strings"
)

// TabToken is what getAuthToken of teams-js gives a personal tab: a token of the person for the registration that the manifest names in
// webApplicationInfo. Teams gives none to an app that the person has not got, that has no tab, or that names no registration; and Entra
// refuses when the resource is another app's or nobody has consented. resource is the manifest's own when it is empty.
// https://learn.microsoft.com/microsoftteams/platform/tabs/how-to/authentication/tab-sso-overview
func (s *Sim) TabToken(person, resource string) (string, error) {
	p, err := s.person(person)
	if err != nil {
		return "", err
	}
	m, err := s.appFor(p)
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	// Who has not added the app sees its tab in the conversations that have it.
	installed := s.st.byConversation[p.Personal].Installed || slices.ContainsFunc(s.st.Chats, func(c *chat) bool {
		return len(c.Tabs) > 0 && slices.Contains(c.members(), p.Handle)
	})
	s.mu.Unlock()
	named := m.WebApplicationInfo
	if resource == "" {
		resource = named.Resource
	}
	switch {
	case !installed:
		return "", ssoRefusal("appNotInstalled", "%s has not added the app.", p.Name)
	case !m.hasTab():
		return "", ssoRefusal("resourceDisabled", "The app's manifest has no personal tab.")
	case named.ID == "" || named.Resource == "":
		return "", ssoRefusal("resourceDisabled", "The app's manifest has no webApplicationInfo.")
	case p.Disabled:
		return "", ssoRefusal("userInteractionRequired", "The account of %s is disabled.", p.Name)
	case !strings.EqualFold(named.ID, s.o.AppID) || !strings.EqualFold(resource, named.Resource) || !strings.EqualFold(resource, s.resource()):
		return "", ssoRefusal("invalidResource", "The resource %s is not that of the application %s.", resource, s.o.AppID)
	case !s.available(s.world.Seed.Tenant(p.Tenant).ID):
		return "", ssoRefusal("resourceRequiresConsent", "Nobody has consented to the application %s in the organisation of %s.", s.o.AppID, p.Name)
	}
	token, err := s.Token(TokenRequest{Kind: "sso", Person: person})
	if err == nil {
		s.ledger("token.issued", "sso", p.Handle, "scope", "access_as_user")
	}
	return token, err
}

// hasTab says whether the app has a page of a person's own.
func (m *manifest) hasTab() bool {
	for _, t := range m.StaticTabs {
		if t.ContentURL != "" && slices.Contains(t.Scopes, personal) {
			return true
		}
	}
	return false
}

// ssoRefusal is why there is no token, with the word by which teams-js tells the tab.
func ssoRefusal(code, format string, args ...any) *Refusal {
	refused := forbidden(format, args...)
	refused.Code = code
	return refused
}

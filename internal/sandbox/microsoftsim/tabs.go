package microsoftsim

import (
	"context"
	"slices"
	"strings"
)

// chatTabsMost bounds the tabs of a chat.
const chatTabsMost = 8

// ChatTab is a tab that somebody has added to a chat or channel, as the app's page of settings said (teams-js, pages.config.setConfig).
type ChatTab struct {
	ID       string `json:"id"`
	App      string `json:"app"`
	EntityID string `json:"entityId"`
	Name     string `json:"name"`
	URL      string `json:"url"`
}

// setup is the page on which a tab of a chat is set up; "" when the app's package offers none there.
func (m *manifest) setup(scope string) string {
	for _, t := range m.ConfigurableTabs {
		if slices.ContainsFunc(t.Scopes, func(s string) bool { return strings.EqualFold(s, scope) }) {
			return t.ConfigurationURL
		}
	}
	return ""
}

// AddTab adds a tab to a chat or channel. Whoever adds the tab of an app that has a bot adds the bot, to a channel's whole team, as Teams does
// (msteams-docs: tabs/what-are-tabs).
func (s *Sim) AddTab(ctx context.Context, person, handle string, tab ChatTab) (ChatTab, error) {
	p, c, err := s.both(person, handle)
	if err != nil {
		return tab, err
	}
	m, err := s.appFor(p)
	switch {
	case err != nil:
		return tab, err
	case tab.App != m.ID:
		return tab, notFound("There is no app %q; see GET /people/%s/apps.", tab.App, p.Handle)
	case m.setup(scopeOf(c)) == "":
		return tab, forbidden("The app's package offers no tab in this scope (%s).", scopeOf(c))
	case tab.EntityID == "" || tab.Name == "":
		return tab, invalid("A tab has an entityId and a name.")
	case !m.trusts(tab.URL):
		return tab, invalid("The tab's page %s is in none of the valid domains of the package.", tab.URL)
	}
	if err := s.install(ctx, p, c, m); err != nil {
		return tab, err
	}
	tab.ID = s.world.IDs.GUID()
	s.mu.Lock()
	full := len(c.Tabs) >= chatTabsMost
	if !full {
		c.Tabs = append(c.Tabs, tab)
	}
	s.mu.Unlock()
	if full {
		return tab, invalid("There are %d tabs already.", chatTabsMost)
	}
	s.ledger("tab.added", c.Handle, p.Handle, "conversation", c.Conversation, "name", tab.Name)
	s.changed(c)
	return tab, nil
}

// RemoveTab takes a tab out of a chat or channel; the app stays.
func (s *Sim) RemoveTab(person, handle, id string) error {
	p, c, err := s.both(person, handle)
	if err != nil {
		return err
	}
	s.mu.Lock()
	before := len(c.Tabs)
	c.Tabs = slices.DeleteFunc(c.Tabs, func(t ChatTab) bool { return t.ID == id })
	gone := len(c.Tabs) < before
	s.mu.Unlock()
	if !gone {
		return notFound("There is no such tab.")
	}
	s.ledger("tab.removed", c.Handle, p.Handle, "conversation", c.Conversation)
	s.changed(c)
	return nil
}

// withoutTabs takes the tabs of an app that leaves out of a chat, or out of all channels of its team. The lock is held.
func (s *Sim) withoutTabs(c *chat) {
	for _, other := range s.st.Chats {
		if other == c || c.team != nil && c.Membership == "" && other.team == c.team {
			other.Tabs = nil
		}
	}
}

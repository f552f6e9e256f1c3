package microsoftsim

import (
	"slices"
	"strings"

	"causeway/internal/sandbox/world"
)

// App is an app as a person finds it in Teams, in his language.
type App struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Short     string    `json:"short"`
	Full      string    `json:"full"`
	Icon      string    `json:"icon"` // data URL
	Accent    string    `json:"accent"`
	Installed bool      `json:"installed"` // for this person
	Commands  []Command `json:"commands"`
	Tabs      []Tab     `json:"tabs"`
	Setups    Setups    `json:"setups"`
	Bot       *Bot      `json:"bot,omitempty"`
}

// Command is a command of the message extension.
type Command struct {
	ID          string   `json:"id"`
	Type        string   `json:"type"` // action, query
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Context     []string `json:"context"` // compose, commandBox, message
}

// Tab is a personal tab.
type Tab struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	URL  string `json:"url"`
}

// Setups are the pages on which tabs of chats and channels are set up; "" where there is none.
type Setups struct {
	Chat    string `json:"chat,omitempty"`
	Channel string `json:"channel,omitempty"`
}

// Bot is what people can type to the bot.
type Bot struct {
	Commands []BotCommand `json:"commands"`
}

// tenantOf finds a tenant by handle, id or domain; "" is the first.
func (s *Sim) tenantOf(ref string) *world.Tenant {
	if ref == "" {
		return s.world.Seed.Tenants[0]
	}
	return s.world.Seed.Tenant(ref)
}

// person finds somebody by handle.
func (s *Sim) person(handle string) (*world.Person, error) {
	if p := s.world.Seed.Person(handle); p != nil {
		return p, nil
	}
	return nil, notFound("There is nobody called %q; see GET /people.", handle)
}

// appFor is the app as a person sees it: an error when it is not in the catalogue of his tenant.
func (s *Sim) appFor(p *world.Person) (*manifest, error) {
	s.mu.Lock()
	a, uploaded := s.app, s.st.Uploaded[s.world.Seed.Tenant(p.Tenant).ID]
	s.mu.Unlock()
	if a == nil || !uploaded {
		return nil, forbidden("The app is not in the catalogue of %s: its administrator uploads it first (POST /microsoft/upload).", p.Tenant)
	}
	return a.in(p.Locale)
}

// Apps are what Teams offers a person: nothing that the uploaded package does not say.
// The language is the one in which the person has Teams, "" for their own.
func (s *Sim) Apps(person, language string) ([]App, error) {
	p, err := s.person(person)
	if err != nil {
		return nil, err
	}
	reader := *p
	if !strings.HasPrefix(strings.ToLower(p.Locale), language) {
		reader.Locale = language
	}
	m, err := s.appFor(&reader)
	if err != nil {
		return []App{}, nil //nolint:nilerr // not in the catalogue
	}
	s.mu.Lock()
	installed := s.st.byConversation[p.Personal].Installed
	icon := s.app.icon
	s.mu.Unlock()
	a := App{
		ID: m.ID, Name: m.Name.Short, Short: m.Description.Short, Full: m.Description.Full, Icon: icon, Accent: m.AccentColor, Installed: installed,
		Commands: []Command{}, Tabs: []Tab{}, Setups: Setups{Chat: m.setup("groupChat"), Channel: m.setup("team")},
	}
	for _, x := range m.ComposeExtensions {
		for _, c := range x.Commands {
			a.Commands = append(a.Commands, Command{ID: c.ID, Type: c.Type, Title: c.Title, Description: c.Description, Context: c.Context})
		}
	}
	for _, t := range m.StaticTabs {
		if t.ContentURL != "" && slices.Contains(t.Scopes, "personal") {
			a.Tabs = append(a.Tabs, Tab{ID: t.EntityID, Name: t.Name, URL: t.ContentURL})
		}
	}
	for _, b := range m.Bots {
		a.Bot = &Bot{Commands: []BotCommand{}}
		for _, list := range b.CommandLists {
			a.Bot.Commands = append(a.Bot.Commands, list.Commands...)
		}
	}
	return []App{a}, nil
}

// chatOfPerson finds a chat that a person is in; "bot" is his own with the bot.
func (s *Sim) chatOfPerson(p *world.Person, handle string) (*chat, error) {
	if handle == "bot" {
		handle = "bot:" + p.Handle
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.st.byHandle[handle]
	if c == nil {
		c = s.st.byConversation[handle]
	}
	if c == nil || !slices.Contains(c.members(), p.Handle) {
		return nil, notFound("%s is in no chat %q; see GET /people/%s/chats.", p.Name, handle, p.Handle)
	}
	return c, nil
}

// both finds a person and a chat that he is in.
func (s *Sim) both(person, handle string) (*world.Person, *chat, error) {
	p, err := s.person(person)
	if err != nil {
		return nil, nil, err
	}
	c, err := s.chatOfPerson(p, handle)
	return p, c, err
}

// scopeOf is how a manifest names the scope of a chat.
func scopeOf(c *chat) string {
	switch c.Kind {
	case personal:
		return "personal"
	case channel:
		return "team"
	}
	return "groupChat"
}

// installable says whether the app's bot may be added to such a chat.
func (m *manifest) installable(c *chat) bool {
	for _, b := range m.Bots {
		if slices.ContainsFunc(b.Scopes, func(scope string) bool { return strings.EqualFold(scope, scopeOf(c)) }) {
			return true
		}
	}
	return false
}

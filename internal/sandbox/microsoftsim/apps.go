package microsoftsim

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"
)

const maxPackage = 10 << 20

// app is what an uploaded package says. Teams shows nothing else of the product.
type app struct {
	manifest  object
	languages map[string]map[string]string // language tag → path → text
	fallback  string                       // the manifest's own language
	icon      string                       // color.png as a data URL
}

// manifest is the part of manifest.json that the emulator acts upon, in one language.
type manifest struct {
	ID   string `json:"id"`
	Name struct {
		Short string `json:"short"`
		Full  string `json:"full"`
	} `json:"name"`
	Description struct {
		Short string `json:"short"`
		Full  string `json:"full"`
	} `json:"description"`
	Icons struct {
		Color   string `json:"color"`
		Outline string `json:"outline"`
	} `json:"icons"`
	AccentColor string `json:"accentColor"`
	Bots        []struct {
		BotID        string   `json:"botId"`
		Scopes       []string `json:"scopes"`
		CommandLists []struct {
			Scopes   []string     `json:"scopes"`
			Commands []BotCommand `json:"commands"`
		} `json:"commandLists"`
	} `json:"bots"`
	ComposeExtensions []struct {
		BotID    string    `json:"botId"`
		Commands []command `json:"commands"`
		Handlers []struct {
			Type  string `json:"type"` // link
			Value struct {
				Domains    []string `json:"domains"`
				Anonymized bool     `json:"supportsAnonymizedPayloads"`
			} `json:"value"`
		} `json:"messageHandlers"`
	} `json:"composeExtensions"`
	StaticTabs []struct {
		EntityID   string   `json:"entityId"`
		Name       string   `json:"name"`
		ContentURL string   `json:"contentUrl"`
		Scopes     []string `json:"scopes"`
	} `json:"staticTabs"`
	ConfigurableTabs []struct {
		ConfigurationURL string   `json:"configurationUrl"`
		Scopes           []string `json:"scopes"`
	} `json:"configurableTabs"`
	ChannelFeatures    string   `json:"supportsChannelFeatures"`
	ValidDomains       []string `json:"validDomains"`
	WebApplicationInfo struct {
		ID       string `json:"id"`
		Resource string `json:"resource"`
	} `json:"webApplicationInfo"`
}

// BotCommand is a word that Teams suggests when a person begins to type to the bot.
type BotCommand struct {
	Title       string `json:"title"`
	Description string `json:"description"`
}

type command struct {
	ID          string   `json:"id"`
	Type        string   `json:"type"` // action, query
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Context     []string `json:"context"`
	InitialRun  bool     `json:"initialRun"`
	FetchTask   bool     `json:"fetchTask"`
	Parameters  []struct {
		Name string `json:"name"`
	} `json:"parameters"`
}

var guid = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// parsePackage reads a Teams app package as the upload in Teams does: manifest, both icons, every language file that is named.
func parsePackage(raw []byte) (*app, error) {
	refuse := func(format string, args ...any) (*app, error) {
		return nil, &Refusal{Status: 400, Code: "UnableToParseTeamsAppManifest", Message: fmt.Sprintf(format, args...)}
	}
	if len(raw) > maxPackage {
		return refuse("The app package is larger than 10 MB.")
	}
	files, err := unzip(raw)
	if err != nil {
		return refuse("The app package is no zip: %v.", err)
	}
	a := &app{languages: map[string]map[string]string{}}
	if err := json.Unmarshal(files["manifest.json"], &a.manifest); err != nil {
		return refuse("The app package has no manifest.json that can be read at its root.")
	}
	m, err := a.in("")
	if err != nil {
		return refuse("manifest.json: %v.", err)
	}
	if complaint := m.check(files); complaint != "" {
		return refuse("manifest.json: %s.", complaint)
	}
	a.icon = "data:image/png;base64," + base64.StdEncoding.EncodeToString(files[m.Icons.Color])
	a.fallback = str(a.manifest, "localizationInfo", "defaultLanguageTag")
	others, _ := dig(a.manifest, "localizationInfo", "additionalLanguages").([]any)
	for _, other := range others {
		texts := map[string]string{}
		if err := json.Unmarshal(files[path.Clean(str(other, "file"))], &texts); err != nil {
			return refuse("The language file %q is missing or cannot be read.", str(other, "file"))
		}
		a.languages[strings.ToLower(str(other, "languageTag"))] = texts
	}
	return a, nil
}

func unzip(raw []byte) (map[string][]byte, error) {
	archive, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, f := range archive.File {
		in, err := f.Open()
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(io.LimitReader(in, maxPackage))
		_ = in.Close()
		if err != nil {
			return nil, err
		}
		files[f.Name] = content
	}
	return files, nil
}

// check holds the manifest against the limits of its schema that matter here (teams-manifest v1.25).
func (m *manifest) check(files map[string][]byte) string {
	png := []byte("\x89PNG")
	switch {
	case !guid.MatchString(m.ID):
		return "id is no GUID"
	case m.Name.Short == "" || len([]rune(m.Name.Short)) > 30:
		return "name.short must have 1 to 30 characters"
	case m.Description.Short == "" || len([]rune(m.Description.Short)) > 80 || m.Description.Full == "" || len([]rune(m.Description.Full)) > 4000:
		return "description.short must have 1 to 80 characters, description.full 1 to 4000"
	case !bytes.HasPrefix(files[m.Icons.Color], png) || !bytes.HasPrefix(files[m.Icons.Outline], png):
		return "icons.color and icons.outline must name PNG files of the package"
	case len(m.Bots) > 1 || len(m.ComposeExtensions) > 1:
		return "at most one bot and one compose extension"
	case len(m.ConfigurableTabs) > 1:
		return "at most one configurable tab"
	case len(m.ValidDomains) > 16:
		return "at most 16 valid domains"
	}
	for _, x := range m.ComposeExtensions {
		if len(x.Commands) == 0 || len(x.Commands) > 10 {
			return "a compose extension has 1 to 10 commands"
		}
		for _, c := range x.Commands {
			if c.ID == "" || len(c.ID) > 64 || c.Title == "" || len([]rune(c.Title)) > 32 || len([]rune(c.Description)) > 128 {
				return "command " + strconv.Quote(c.ID) + " has an id, title or description of a wrong length"
			}
		}
	}
	return ""
}

// in is the manifest in a language: what the language lacks comes from the wider one ("fr" for "fr-FR"), then from the manifest.
func (a *app) in(locale string) (*manifest, error) {
	raw, err := json.Marshal(a.manifest)
	if err != nil {
		return nil, err
	}
	var copied object
	if err := json.Unmarshal(raw, &copied); err != nil {
		return nil, err
	}
	wide, _, _ := strings.Cut(strings.ToLower(locale), "-")
	for _, language := range []string{wide, strings.ToLower(locale)} {
		for at, text := range a.languages[language] {
			put(copied, at, text)
		}
	}
	if raw, err = json.Marshal(copied); err != nil {
		return nil, err
	}
	m := &manifest{}
	if err := json.Unmarshal(raw, m); err != nil {
		return nil, err
	}
	for i := range m.ComposeExtensions {
		for j := range m.ComposeExtensions[i].Commands {
			c := &m.ComposeExtensions[i].Commands[j]
			if c.Type == "" {
				c.Type = "query"
			}
			if len(c.Context) == 0 {
				c.Context = []string{"compose", "commandBox"}
			}
		}
	}
	return m, nil
}

var pathPart = regexp.MustCompile(`^([A-Za-z]+)((?:\[\d+\])*)$`)

// put sets the text at a path like composeExtensions[0].commands[1].title; a path that leads nowhere is left alone, as Teams does.
func put(root object, at, text string) {
	parts := strings.Split(at, ".")
	var here any = root
	for i, part := range parts {
		m := pathPart.FindStringSubmatch(part)
		o, ok := here.(object)
		if m == nil || !ok {
			return
		}
		if i == len(parts)-1 && m[2] == "" {
			if _, there := o[m[1]].(string); there {
				o[m[1]] = text
			}
			return
		}
		here = o[m[1]]
		for _, index := range strings.Split(strings.Trim(m[2], "[]"), "][") {
			if index == "" {
				continue
			}
			list, ok := here.([]any)
			n, err := strconv.Atoi(index)
			if !ok || err != nil || n >= len(list) {
				return
			}
			here = list[n]
		}
	}
}

// trusts says whether a page may be shown or opened: its host is one of the valid domains. A star stands for one label.
func (m *manifest) trusts(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())) {
		return false
	}
	for _, domain := range m.ValidDomains {
		if rest, ok := strings.CutPrefix(domain, "*."); ok {
			label, parent, _ := strings.Cut(u.Host, ".")
			if label != "" && strings.EqualFold(parent, rest) {
				return true
			}
			continue
		}
		if strings.EqualFold(domain, u.Host) || strings.EqualFold(domain, u.Hostname()) && (u.Port() == "" || isLoopback(u.Hostname())) {
			return true
		}
	}
	return false
}

// Upload puts a package into the catalogue of a tenant, as a Teams administrator does; without one, the package given at the start. The
// bot of the package must be the registered one.
func (s *Sim) Upload(tenant string, raw []byte) error {
	t := s.tenantOf(tenant)
	if t == nil {
		return notFound("There is no tenant %q.", tenant)
	}
	if len(raw) == 0 {
		raw = s.o.Package
	}
	if len(raw) == 0 {
		return invalid("There is no package to upload: send the zip that `causeway package` writes.")
	}
	parsed, err := parsePackage(raw)
	if err != nil {
		return err
	}
	m, err := parsed.in("")
	if err != nil {
		return err
	}
	for _, bot := range m.Bots {
		if !strings.EqualFold(bot.BotID, s.o.AppID) {
			return invalid("The package's bot %s is not registered here; the registered one is %s.", bot.BotID, s.o.AppID)
		}
	}
	s.mu.Lock()
	s.st.Package, s.app = raw, parsed
	s.st.Uploaded[t.ID] = true
	s.mu.Unlock()
	s.ledger("app.uploaded", m.ID, "admin", "tenant", t.Handle, "name", m.Name.Short)
	s.world.Changes.Publish("apps", "state")
	return nil
}

// Consent grants or withdraws an administrator's consent; withdrawn, the app has no service principal in the tenant any more.
func (s *Sim) Consent(tenant string, granted bool) error {
	t := s.tenantOf(tenant)
	if t == nil {
		return notFound("There is no tenant %q.", tenant)
	}
	s.mu.Lock()
	s.st.Consented[t.ID] = granted
	s.mu.Unlock()
	s.ledger("app.consented", s.o.AppID, "admin", "tenant", t.Handle, "granted", granted)
	s.world.Changes.Publish("state")
	return nil
}

// Remove takes the app out of a tenant's catalogue: nobody sees it any more and the connector refuses the bot.
func (s *Sim) Remove(tenant string) error {
	t := s.tenantOf(tenant)
	if t == nil {
		return notFound("There is no tenant %q.", tenant)
	}
	s.mu.Lock()
	s.st.Uploaded[t.ID] = false
	s.mu.Unlock()
	s.ledger("app.removed", s.o.AppID, "admin", "tenant", t.Handle, "scope", "tenant")
	s.world.Changes.Publish("apps", "state")
	return nil
}

// Disable blocks the bot in a tenant, or allows it again, as an administrator does: the connector answers BotDisabledByAdmin.
func (s *Sim) Disable(tenant string, disabled bool) error {
	t := s.tenantOf(tenant)
	if t == nil {
		return notFound("There is no tenant %q.", tenant)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.st.Disabled[t.ID] = disabled
	return nil
}

// Approval says how far the home tenant's administrators have come.
func (s *Sim) Approval() (uploaded, consented bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	home := s.world.Seed.Tenants[0].ID
	return s.st.Uploaded[home], s.st.Consented[home]
}

// SetKnobs turns the knobs.
func (s *Sim) SetKnobs(k Knobs) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.knobs = k
}

// Knobs are as they stand.
func (s *Sim) Knobs() Knobs {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.knobs
}

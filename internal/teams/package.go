package teams

import (
	"archive/zip"
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

//go:embed icons/color.png icons/outline.png
var icons embed.FS

// manifestVersion is the lowest that carries everything that is used: the older the version, the more clouds take it.
const manifestVersion = "1.25"

// Text is a text of the package by language tag: {"en": "…", "fr": "…"}.
type Text map[string]string

// PackageConfig is what the package of an app says. All texts must be there in the default language and in all others.
type PackageConfig struct {
	// ID is the GUID of the app in Teams' catalogues; Version is x.y.z and must grow with each upload.
	ID, Version string
	// BotID is the Entra application (GUID) of the bot, which signs people in too.
	BotID string
	// PublicURL is where the product is reached: "https://causeway.example.org".
	PublicURL string
	Developer Developer
	// Languages: the first is the default, written into the manifest; each other one gets a file.
	Languages []string
	// Name at most 30 characters, FullName 100, Summary 80, Description 4000.
	Name, FullName, Summary, Description Text
	AccentColor                          string // "#rrggbb"
	// Tabs of the app itself, in the order of the tabs. The chat with the bot comes after them.
	Tabs []Tab
	// ConversationTab is the page below PublicURL on which the tab of a chat or channel is set up; "": there is none.
	ConversationTab string
	// Scopes in which the bot can be added: personal, team, groupChat.
	Scopes []string
	// BotCommands are suggested when a person begins to type.
	BotCommands []BotCommand
	// Commands of the message extension.
	Commands []ExtensionCommand
	// Previews are the domains of links that the bot is asked about when they are pasted: zoom.us, or *.zoom.us, where * is one label.
	Previews []string
	// Domains, besides that of PublicURL, from which pages are shown.
	Domains []string
}

// Developer is who publishes the app. The addresses are https pages that anybody can read.
type Developer struct {
	Name     string // at most 32 characters
	Website  string
	Privacy  string
	Terms    string
	HelpDocs string // for administrators; may be ""
}

// Tab is a page of the app that each person has. Name has at most 128 characters.
type Tab struct {
	ID   string // "home"; stays the same for ever, links name it
	Name Text
	Path string // below PublicURL: "/tab"
}

// BotCommand is a word that the bot understands. Title has at most 32 characters, Description 128.
type BotCommand struct {
	Title, Description Text
}

// ExtensionCommand is a command of the message extension. Title has at most 32 characters, Description 128.
type ExtensionCommand struct {
	ID                 string
	Type               string // action, query
	Title, Description Text
	Contexts           []string    // compose, commandBox, message
	FetchTask          bool        // the bot makes the form
	Parameters         []ParamText // of a query
	InitialRun         bool
}

// ParamText is a parameter of a query.
type ParamText struct {
	Name               string
	Title, Description Text
}

// WritePackage writes the zip with manifest.json, the icons and a file for each further language. The same configuration
// gives the same bytes. It refuses what Teams would refuse without saying why: ids that are no GUIDs, an address that is
// not https (plain http is taken for loopback), a text that is missing in a language or too long.
func WritePackage(w io.Writer, c PackageConfig) error {
	host, err := c.check()
	if err != nil {
		return err
	}
	texts := &localizer{languages: c.Languages, files: map[string]map[string]string{}}
	m := c.manifest(host, texts)
	if texts.missing != "" {
		return fmt.Errorf("teams: package: %s is missing in a language or too long", texts.missing)
	}
	return writeZip(w, m, texts)
}

func writeZip(w io.Writer, m manifest, texts *localizer) error {
	archive := zip.NewWriter(w)
	add := func(name string, content []byte) error {
		f, err := archive.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate}) // no time: the bytes are the same each time
		if err != nil {
			return err
		}
		_, err = f.Write(content)
		return err
	}
	addJSON := func(name string, value any) error {
		var text bytes.Buffer
		encoder := json.NewEncoder(&text)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(value); err != nil {
			return err
		}
		return add(name, text.Bytes())
	}
	errs := []error{addJSON("manifest.json", m)}
	for _, name := range []string{"color.png", "outline.png"} {
		picture, err := icons.ReadFile("icons/" + name)
		errs = append(errs, err, add(name, picture))
	}
	for _, language := range texts.languages[1:] {
		errs = append(errs, addJSON(language+".json", texts.files[language]))
	}
	if err := errors.Join(append(errs, archive.Close())...); err != nil {
		return fmt.Errorf("teams: package: %w", err)
	}
	return nil
}

var (
	guid    = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	version = regexp.MustCompile(`^(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){2}$`)
)

// check returns the host of the public address.
func (c PackageConfig) check() (string, error) {
	u, err := url.Parse(c.PublicURL)
	loopback := err == nil && (u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1")
	switch {
	case !guid.MatchString(c.ID) || !guid.MatchString(c.BotID):
		return "", errors.New("teams: package: the ids of the app and the bot must be GUIDs")
	case !version.MatchString(c.Version):
		return "", errors.New("teams: package: the version must be three numbers, 1.0.0")
	case err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || !loopback):
		return "", errors.New("teams: package: the public address must be https")
	case len(c.Languages) == 0:
		return "", errors.New("teams: package: it needs a language")
	}
	return u.Host, nil
}

// localizer hands out the text of the default language and notes those of the others under the same path.
type localizer struct {
	languages []string
	files     map[string]map[string]string // language → path → text
	missing   string                       // the first path without a text, or with one that is too long
}

func (l *localizer) text(path string, longest int, t Text) string {
	for i, language := range l.languages {
		text := t[language]
		if l.missing == "" && (strings.TrimSpace(text) == "" || len([]rune(text)) > longest) {
			l.missing = path + " (" + language + ")"
		}
		if i == 0 {
			continue
		}
		if l.files[language] == nil {
			l.files[language] = map[string]string{
				"$schema": "https://developer.microsoft.com/en-us/json-schemas/teams/v" + manifestVersion + "/MicrosoftTeams.Localization.schema.json",
			}
		}
		l.files[language][path] = text
	}
	return t[l.languages[0]]
}

// domains returns the hosts from which pages are shown: our own first, each once.
func (c PackageConfig) domains(own string) []string {
	all := []string{own}
	for _, d := range c.Domains {
		if !slices.Contains(all, d) {
			all = append(all, d)
		}
	}
	return all
}

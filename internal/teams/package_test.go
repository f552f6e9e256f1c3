package teams_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"image/png"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"causeway/internal/teams"
)

func both(en, fr string) teams.Text { return teams.Text{"en": en, "fr": fr} }

func somePackage() teams.PackageConfig {
	return teams.PackageConfig{
		ID: "6a2f1f0e-7c2b-4a42-9a1e-2f8f6f3d1a01", BotID: appID, Version: "1.0.0", PublicURL: "https://bridge.example.org",
		Developer: teams.Developer{
			Name: "Example", Website: "https://bridge.example.org", Privacy: "https://bridge.example.org/privacy",
			Terms: "https://bridge.example.org/terms", HelpDocs: "https://bridge.example.org/help",
		},
		Languages: []string{"en", "fr"}, AccentColor: "#0E5A6B", Scopes: []string{"personal", "team", "groupChat"},
		Name: both("Bridge", "Pont"), FullName: both("A bridge", "Un pont"), Summary: both("Short.", "Court."), Description: both("Long.", "Long."),
		BotCommands: []teams.BotCommand{{Title: both("help", "aide"), Description: both("Help", "Aide")}},
		Commands: []teams.ExtensionCommand{
			{ID: "do", Type: "action", FetchTask: true, Contexts: []string{"compose"}, Title: both("Do", "Faire"), Description: both("It does", "Il fait")},
			{
				ID: "find", Type: "query", InitialRun: true, Title: both("Find", "Chercher"), Description: both("It finds", "Il cherche"),
				Parameters: []teams.ParamText{{Name: "q", Title: both("Words", "Mots"), Description: both("What", "Quoi")}},
			},
		},
		Domains: []string{"bridge.example.org", "cdn.example.org"},
	}
}

// unzip writes a package and returns its files.
func unzip(t testing.TB, c teams.PackageConfig) map[string][]byte {
	t.Helper()
	var out bytes.Buffer
	if err := teams.WritePackage(&out, c); err != nil {
		t.Fatal(err)
	}
	archive, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range archive.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if files[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
		r.Close()
	}
	return files
}

func wantValidText(t *testing.T, s *jsonschema.Schema, text []byte) {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(value); err != nil {
		t.Errorf("%s\n%v", text, err)
	}
}

func TestPackageIsWhatTeamsTakes(t *testing.T) {
	t.Parallel()
	files := unzip(t, somePackage())
	wantValidText(t, schema(t, "microsoft/teams-manifest/v1.25/MicrosoftTeams.schema.json"), files["manifest.json"])
	wantValidText(t, schema(t, "microsoft/teams-manifest/v1.25/MicrosoftTeams.Localization.schema.json"), files["fr.json"])
	bare := somePackage()
	bare.Commands, bare.BotCommands, bare.Languages, bare.Domains, bare.Scopes = nil, nil, []string{"fr"}, nil, []string{"personal"}
	bare.Developer.HelpDocs, bare.PublicURL = "", "http://localhost:8080"
	files = unzip(t, bare)
	wantValidText(t, schema(t, "microsoft/teams-manifest/v1.25/MicrosoftTeams.schema.json"), files["manifest.json"])
	if len(files) != 3 {
		t.Errorf("%d files in a package of one language", len(files))
	}
}

func TestPackageSaysWhatTheConfigurationSays(t *testing.T) {
	t.Parallel()
	files := unzip(t, somePackage())
	var m struct {
		ID, Version string
		Name        struct{ Short string }
		Bots        []struct {
			BotID        string
			Scopes       []string
			CommandLists []struct{ Commands []struct{ Title string } }
		}
		ComposeExtensions []struct {
			BotID    string
			Commands []struct {
				ID, Title string
				FetchTask bool
			}
		}
		ValidDomains           []string
		WebApplicationInfo     struct{ ID, Resource string }
		Authorization          any
		DefaultInstallScope    string
		DefaultGroupCapability map[string]string
	}
	if err := json.Unmarshal(files["manifest.json"], &m); err != nil {
		t.Fatal(err)
	}
	if m.Bots[0].BotID != appID || m.ComposeExtensions[0].BotID != appID || m.Name.Short != "Bridge" || !m.ComposeExtensions[0].Commands[0].FetchTask {
		t.Errorf("manifest %+v", m)
	}
	if diff := cmp.Diff([]string{"bridge.example.org", "cdn.example.org"}, m.ValidDomains); diff != "" {
		t.Error(diff)
	}
	if m.WebApplicationInfo.Resource != "api://bridge.example.org/botid-"+appID || m.WebApplicationInfo.ID != appID {
		t.Errorf("signs in as %+v", m.WebApplicationInfo)
	}
	if m.Authorization != nil {
		t.Errorf("asks for %v", m.Authorization)
	}
	if m.DefaultInstallScope != "personal" || m.DefaultGroupCapability["groupchat"] != "bot" || m.DefaultGroupCapability["team"] != "bot" {
		t.Errorf("is installed for %q and %v", m.DefaultInstallScope, m.DefaultGroupCapability)
	}
	var fr map[string]string
	if err := json.Unmarshal(files["fr.json"], &fr); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"$schema":    "https://developer.microsoft.com/en-us/json-schemas/teams/v1.25/MicrosoftTeams.Localization.schema.json",
		"name.short": "Pont", "name.full": "Un pont", "description.short": "Court.", "description.full": "Long.",
		"bots[0].commandLists[0].commands[0].title": "aide", "bots[0].commandLists[0].commands[0].description": "Aide",
		"composeExtensions[0].commands[0].title": "Faire", "composeExtensions[0].commands[0].description": "Il fait",
		"composeExtensions[0].commands[1].title": "Chercher", "composeExtensions[0].commands[1].description": "Il cherche",
		"composeExtensions[0].commands[1].parameters[0].title": "Mots", "composeExtensions[0].commands[1].parameters[0].description": "Quoi",
	}
	if diff := cmp.Diff(want, fr); diff != "" {
		t.Error(diff)
	}
}

func TestPackageIsTheSameEachTime(t *testing.T) {
	t.Parallel()
	var first, second bytes.Buffer
	if err := teams.WritePackage(&first, somePackage()); err != nil {
		t.Fatal(err)
	}
	if err := teams.WritePackage(&second, somePackage()); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("two packages of one configuration differ")
	}
}

func TestPackageIsRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	for reason, change := range map[string]func(*teams.PackageConfig){
		"GUID":                        func(c *teams.PackageConfig) { c.ID = "x" },
		"must be GUIDs":               func(c *teams.PackageConfig) { c.BotID = "" },
		"three numbers":               func(c *teams.PackageConfig) { c.Version = "1.0" },
		"must be https":               func(c *teams.PackageConfig) { c.PublicURL = "http://bridge.example.org" },
		"public address":              func(c *teams.PackageConfig) { c.PublicURL = "bridge" },
		"needs a language":            func(c *teams.PackageConfig) { c.Languages = nil },
		"name.short (fr)":             func(c *teams.PackageConfig) { c.Name = teams.Text{"en": "Bridge"} },
		"name.short (en)":             func(c *teams.PackageConfig) { c.Name = both(strings.Repeat("x", 31), "Pont") },
		"commands[0].title (fr)":      func(c *teams.PackageConfig) { c.Commands[0].Title = both("Do", strings.Repeat("é", 33)) },
		"commandLists[0].commands[0]": func(c *teams.PackageConfig) { c.BotCommands[0].Description = both("x", " ") },
	} {
		c := somePackage()
		change(&c)
		if err := teams.WritePackage(io.Discard, c); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("want %q, got %v", reason, err)
		}
	}
	if err := teams.WritePackage(broken{}, somePackage()); err == nil {
		t.Error("a full disk is no error")
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

// msteams-docs, apps-package: the colour icon fills its square, its symbol keeps to the middle; the outline is white on nothing.
func TestIconsAreAsTeamsWantsThem(t *testing.T) {
	t.Parallel()
	files := unzip(t, somePackage())
	color, err := png.Decode(bytes.NewReader(files["color.png"]))
	if err != nil {
		t.Fatal(err)
	}
	outline, err := png.Decode(bytes.NewReader(files["outline.png"]))
	if err != nil {
		t.Fatal(err)
	}
	if b := color.Bounds(); b.Dx() != 192 || b.Dy() != 192 {
		t.Errorf("color.png is %v", b)
	}
	if b := outline.Bounds(); b.Dx() != 32 || b.Dy() != 32 {
		t.Errorf("outline.png is %v", b)
	}
	for y := range 192 {
		for x := range 192 {
			_, _, _, alpha := color.At(x, y).RGBA()
			outside := x < 48 || x >= 144 || y < 48 || y >= 144
			if alpha != 0xffff || outside && color.At(x, y) != color.At(0, 0) {
				t.Fatalf("color.png at %d,%d: %v", x, y, color.At(x, y))
			}
		}
	}
	drawn := 0
	for y := range 32 {
		for x := range 32 {
			r, g, b, alpha := outline.At(x, y).RGBA() // premultiplied: white is as bright as it is opaque
			if r != alpha || g != alpha || b != alpha {
				t.Fatalf("outline.png at %d,%d: %v", x, y, outline.At(x, y))
			}
			if alpha > 0 {
				drawn++
			}
		}
	}
	if drawn < 100 || drawn > 900 {
		t.Errorf("outline.png has %d drawn pixels", drawn)
	}
}

package app_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"causeway/internal/app"
	"causeway/internal/contract"
	"causeway/internal/sandbox/zoomsim"
	"causeway/internal/zoom"
)

func packageFiles(t *testing.T, publicURL string) map[string][]byte {
	t.Helper()
	var out bytes.Buffer
	err := app.TeamsPackage(&out, app.PackageSettings{EntraAppID: "6a2f1f0e-7c2b-4a42-9a1e-2f8f6f3d1a02", PublicURL: publicURL, Publisher: "Meridian", JoinOrigins: []string{"https://zoom.us", "https://*.zoom.us"}})
	if err != nil {
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

// validate checks a text against one of Microsoft's schemas, which lie beside the project.
func validate(t *testing.T, file string, text []byte) {
	t.Helper()
	source, err := os.ReadFile(filepath.Join(specsDir(), "microsoft", "teams-manifest", file))
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("the vendors' specifications are missing: %v", err)
		}
		t.Skipf("the vendors' specifications are not here: %v", err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(source))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.UseRegexpEngine(contract.Pattern)
	if err := compiler.AddResource("https://vendor.invalid/"+file, doc); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("https://vendor.invalid/" + file)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(value); err != nil {
		t.Error(err)
	}
}

func TestTeamsPackageFitsEverySchema(t *testing.T) {
	t.Parallel()
	for _, publicURL := range []string{"https://causeway.meridian.example", "http://localhost:8080"} {
		files := packageFiles(t, publicURL)
		validate(t, "v1.25/MicrosoftTeams.schema.json", files["manifest.json"])
		validate(t, "v1.25/MicrosoftTeams.Localization.schema.json", files["fr.json"])
		names := []string{}
		for name := range files {
			names = append(names, name)
		}
		slices.Sort(names)
		if want := []string{"color.png", "fr.json", "manifest.json", "outline.png"}; !slices.Equal(names, want) {
			t.Errorf("files %v", names)
		}
	}
}

type manifest struct {
	Name        struct{ Short, Full string }
	Description struct{ Short, Full string }
	Bots        []struct {
		Scopes       []string
		CommandLists []struct {
			Commands []struct{ Title, Description string }
		}
	}
	ComposeExtensions []struct {
		Commands []struct {
			ID, Type, Title string
			Context         []string
		}
		MessageHandlers []struct {
			Type  string
			Value struct {
				Domains                    []string
				SupportsAnonymizedPayloads bool
			}
		}
	}
	Authorization any
	Permissions   []string
	StaticTabs    []struct {
		EntityID, Name, ContentURL, WebsiteURL string
		Scopes                                 []string
	}
}

func read(t *testing.T) manifest {
	t.Helper()
	var m manifest
	if err := json.Unmarshal(packageFiles(t, "https://causeway.meridian.example")["manifest.json"], &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestTeamsPackageAsksForNoMessages(t *testing.T) {
	t.Parallel()
	m := read(t)
	if m.Authorization != nil {
		t.Errorf("asks for %v", m.Authorization)
	}
	if !slices.Equal(m.Permissions, []string{"identity", "messageTeamMembers"}) {
		t.Errorf("asks for %v", m.Permissions)
	}
	if text := packageFiles(t, "https://causeway.meridian.example")["manifest.json"]; bytes.Contains(text, []byte("Message.Read")) {
		t.Error("names a permission to read messages")
	}
}

func TestTeamsPackageOffersTheCommands(t *testing.T) {
	t.Parallel()
	m := read(t)
	var titles []string
	for _, c := range m.Bots[0].CommandLists[0].Commands {
		titles = append(titles, c.Title)
	}
	if !slices.Equal(titles, []string{"schedule", "start", "upcoming", "share", "connect", "disconnect", "help"}) {
		t.Errorf("bot commands %v", titles)
	}
	if !slices.Equal(m.Bots[0].Scopes, []string{"personal", "team", "groupChat"}) {
		t.Errorf("scopes %v", m.Bots[0].Scopes)
	}
	var ids []string
	for _, c := range m.ComposeExtensions[0].Commands {
		ids = append(ids, c.ID+" "+c.Type+" "+strings.Join(c.Context, ","))
	}
	if !slices.Equal(ids, []string{"schedule action compose", "start action compose", "find query compose", "boards query compose"}) {
		t.Errorf("extension commands %v", ids)
	}
	if h := m.ComposeExtensions[0].MessageHandlers; len(h) != 1 || h[0].Type != "link" || !h[0].Value.SupportsAnonymizedPayloads ||
		!slices.Equal(h[0].Value.Domains, []string{"zoom.us", "*.zoom.us"}) {
		t.Errorf("previews of links %+v", h)
	}
}

// The app opens on its own tab, and the chat with the bot stands beside it.
func TestTeamsPackageOpensOnTheTab(t *testing.T) {
	t.Parallel()
	m := read(t)
	if len(m.StaticTabs) != 2 || m.StaticTabs[1].EntityID != "conversations" {
		t.Fatalf("tabs %+v", m.StaticTabs)
	}
	home := m.StaticTabs[0]
	if home.EntityID != app.HomeTab || home.Name != "Home" || home.ContentURL != "https://causeway.meridian.example/tab" ||
		home.WebsiteURL != "https://causeway.meridian.example/" || !slices.Equal(home.Scopes, []string{"personal"}) {
		t.Errorf("the tab is %+v", home)
	}
	var fr map[string]string
	if err := json.Unmarshal(packageFiles(t, "https://causeway.meridian.example")["fr.json"], &fr); err != nil {
		t.Fatal(err)
	}
	if fr["staticTabs[0].name"] != "Accueil" {
		t.Errorf("in French: %v", fr)
	}
}

// In chats and channels the app has a tab that people add; it is set up on the tab's own page.
func TestTeamsPackageOffersATabOfConversations(t *testing.T) {
	t.Parallel()
	var m struct {
		SupportsChannelFeatures string
		ConfigurableTabs        []struct {
			ConfigurationURL       string
			CanUpdateConfiguration bool
			Scopes, Context        []string
		}
	}
	if err := json.Unmarshal(packageFiles(t, "https://causeway.meridian.example")["manifest.json"], &m); err != nil {
		t.Fatal(err)
	}
	if len(m.ConfigurableTabs) != 1 || m.SupportsChannelFeatures != "tier1" {
		t.Fatalf("tabs %+v; private and shared channels: %q", m.ConfigurableTabs, m.SupportsChannelFeatures)
	}
	if tab := m.ConfigurableTabs[0]; tab.ConfigurationURL != "https://causeway.meridian.example/tab" || tab.CanUpdateConfiguration ||
		!slices.Equal(tab.Scopes, []string{"team", "groupChat"}) || !slices.Equal(tab.Context, []string{"channelTab", "privateChatTab"}) {
		t.Errorf("the tab is %+v", tab)
	}
}

// The rules of the store that are about words (teams-store-validation-guidelines).
func TestTeamsPackageObeysTheStoresRules(t *testing.T) {
	t.Parallel()
	m := read(t)
	if regexp.MustCompile(`(?i)teams|microsoft|zoom`).MatchString(m.Name.Short) || regexp.MustCompile(`(?i)teams|microsoft`).MatchString(m.Name.Full) {
		t.Errorf("named %q, %q", m.Name.Short, m.Name.Full)
	}
	for _, c := range m.ComposeExtensions[0].Commands {
		if !strings.Contains(c.Title, "Zoom") {
			t.Errorf("%q is taken for Teams' own", c.Title)
		}
	}
	for _, need := range []string{"Zoom account", "Zoom administrator", "Microsoft 365 administrator", "disconnect", "cannot read your messages"} {
		if !strings.Contains(m.Description.Full, need) {
			t.Errorf("the description does not say %q", need)
		}
	}
	var fr map[string]string
	if err := json.Unmarshal(packageFiles(t, "https://causeway.meridian.example")["fr.json"], &fr); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(fr["description.full"], "compte Zoom") || !strings.Contains(fr["composeExtensions[0].commands[1].title"], "Zoom") {
		t.Errorf("in French: %v", fr)
	}
}

// Whoever connects reads in words what they allow, in the sandbox as at Zoom.
func TestTheStandInHasWordsForEachPermission(t *testing.T) {
	t.Parallel()
	var manifest bytes.Buffer
	if err := zoom.WriteManifest(&manifest, zoom.ManifestConfig{Name: "Causeway", PublicURL: "https://causeway.meridian.example"}); err != nil {
		t.Fatal(err)
	}
	scopes := regexp.MustCompile(`[a-z_]+:[a-z]+:[a-z_]+`).FindAllString(manifest.String(), -1)
	if len(scopes) < 10 {
		t.Fatalf("only %v", scopes)
	}
	for _, scope := range scopes {
		if zoomsim.ScopeText(scope) == scope {
			t.Errorf("no words for %s", scope)
		}
	}
}

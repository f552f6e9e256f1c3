package zoom_test

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"causeway/internal/zoom"
)

var installation = zoom.ManifestConfig{
	Name: "Causeway & Zoom", PublicURL: "https://teams.example.com", HookPath: "/zoom/hook/user", ContactName: "Jo Admin", ContactEmail: "jo@example.com", Company: "Meridian",
}

func manifest(t *testing.T, c zoom.ManifestConfig) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := zoom.WriteManifest(&b, c); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// administration is the second app, of those who administer an account at Zoom.
func administration() zoom.ManifestConfig {
	c := installation
	c.Admin, c.HookPath = true, "/zoom/hook/admin"
	return c
}

func TestManifest(t *testing.T) {
	t.Parallel()
	golden(t, "testdata/manifest.json", manifest(t, installation))
	golden(t, "testdata/admin.json", manifest(t, administration()))
	slash := installation
	slash.PublicURL += "/"
	if !bytes.Equal(manifest(t, installation), manifest(t, slash)) || !bytes.Equal(manifest(t, installation), manifest(t, installation)) {
		t.Error("the same installation must give the same bytes")
	}
}

// golden holds what was written against a file.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(name, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the manifest is\n%s\nwant (UPDATE=1 writes it)\n%s", got, want)
	}
}

// TestManifestHasTheShapeOfTheVendors holds the members and their kinds to the example of a user app.
func TestManifestHasTheShapeOfTheVendors(t *testing.T) {
	t.Parallel()
	for _, c := range []zoom.ManifestConfig{installation, administration()} {
		hasTheShape(t, c)
	}
}

func hasTheShape(t *testing.T, c zoom.ManifestConfig) {
	t.Helper()
	var got, example, proposed any
	for text, into := range map[string]*any{
		string(manifest(t, c)):                              &got,
		string(specs(t, "app-manifest.example.json")):       &example,
		string(specs(t, "user-app-manifest.proposed.json")): &proposed,
	} {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			t.Fatal(err)
		}
	}
	known := shape("", example, map[string]bool{})
	shape("", proposed, known)
	for member := range shape("", got, map[string]bool{}) {
		if !known[member] {
			t.Errorf("%s is in no manifest of the vendor", member)
		}
	}
	body, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	var envelope map[string]any
	if err := json.Unmarshal(body, &envelope); err != nil {
		t.Fatal(err)
	}
	delete(envelope, "manifest") // the schema leaves it open
	body, _ = json.Marshal(envelope)
	checkBody(t, "POST", "/marketplace/apps", string(body))
}

// shape collects the paths of all members with the kind of their values.
func shape(path string, value any, into map[string]bool) map[string]bool {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			shape(path+"/"+name, inner, into)
		}
	case []any:
		for _, inner := range v {
			shape(path+"/*", inner, into)
		}
	case string:
		into[path+" text"] = true
	case bool:
		into[path+" bool"] = true
	}
	return into
}

// TestScopesAreThoseOfTheCalls holds the scopes to what Zoom asks for the calls of this package: none is missing, none is idle.
func TestScopesAreThoseOfTheCalls(t *testing.T) {
	t.Parallel()
	used := map[string]bool{
		"GET /users/{userId}": false, "GET /users/{userId}/settings": false, "GET /users/{userId}/meetings": false, "POST /users/{userId}/meetings": false,
		"GET /users/{userId}/upcoming_meetings": false, "GET /users/{userId}/schedulers": false, "GET /meetings/{meetingId}/invitation": false,
		"GET /meetings/{meetingId}": false, "PATCH /meetings/{meetingId}": false, "DELETE /meetings/{meetingId}": false,
		"GET /meetings/{meetingId}/recordings": false, "GET /meetings/{meetingId}/meeting_summary": false,
		"GET /whiteboards": false, "GET /whiteboards/{whiteboardId}": false, "POST /whiteboards": false, "PATCH /whiteboards/{whiteboardId}/share_setting": false,
	}
	want := []string{"meeting:read:list_templates"} // of a call that Zoom's list at hand lacks: see Templates
	for line := range strings.Lines(string(specs(t, "endpoints.tsv"))) {
		columns := strings.Split(line, "\t")
		if _, ok := used[columns[0]+" "+columns[1]]; ok {
			for scope := range strings.SplitSeq(columns[4], ",") {
				if !strings.HasSuffix(scope, ":admin") && !strings.HasSuffix(scope, ":master") {
					want = append(want, scope)
				}
			}
		}
	}
	got := slices.Sorted(slices.Values(append(zoom.Scopes(), zoom.OptionalScopes()...)))
	if slices.Sort(want); !slices.Equal(got, want) {
		t.Errorf("scopes %v, want %v", got, want)
	}
}

func TestManifestRefusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*zoom.ManifestConfig){
		"no name":   func(c *zoom.ManifestConfig) { c.Name = "" },
		"long name": func(c *zoom.ManifestConfig) { c.Name = strings.Repeat("é", 51) },
		"no scheme": func(c *zoom.ManifestConfig) { c.PublicURL = "teams.example.com" },
		"a path":    func(c *zoom.ManifestConfig) { c.PublicURL += "/causeway" },
		"a query":   func(c *zoom.ManifestConfig) { c.PublicURL += "?x" },
		"a user":    func(c *zoom.ManifestConfig) { c.PublicURL = "https://u@teams.example.com" },
		"a file":    func(c *zoom.ManifestConfig) { c.PublicURL = "file:///etc" },
		"nothing":   func(c *zoom.ManifestConfig) { c.PublicURL = "" },
	} {
		c := installation
		change(&c)
		var b bytes.Buffer
		if err := zoom.WriteManifest(&b, c); err == nil || b.Len() != 0 {
			t.Errorf("%s: error %v, %d bytes", name, err, b.Len())
		}
	}
}

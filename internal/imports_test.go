package internal_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// features are the packages with the product's rules.
var features = []string{"meetings", "whiteboards"}

// allowed says what each package may import of this module. A package that is not in the table fails the test, and so does
// an import that is not: the layers are kept by this table (docs/architecture.md). problem and i18n are allowed from
// policy upwards.
var allowed = map[string][]string{
	"internal/clocks":   {},
	"internal/problem":  {},
	"internal/i18n":     {},
	"internal/database": {},
	"internal/keyring":  {},
	"internal/jwks":     {},
	"internal/upstream": {},
	"ui":                {},
	"internal/memo":     {},
	"internal/tally":    {},
	"internal/jobs":     {"database"},

	"internal/zoom":  {"upstream"},
	"internal/graph": {"upstream", "clocks"},
	"internal/entra": {"upstream", "jwks"},
	"internal/teams": {"upstream", "jwks"},

	"internal/live":          {"entra"},
	"internal/pace":          {"entra", "memo", "problem"},
	"internal/policy":        texts("entra", "teams"),
	"internal/preferences":   texts("entra", "memo"),
	"internal/accounts":      texts("policy", "zoom", "entra", "graph", "keyring", "jobs", "memo", "upstream"),
	"internal/chats":         texts("preferences", "accounts", "policy", "teams", "entra", "jobs", "memo", "upstream"),
	"internal/notifications": texts("preferences", "accounts", "chats", "policy", "jobs", "teams", "graph", "entra", "upstream"),
	"internal/directory":     texts("accounts", "policy", "entra", "graph", "memo"),
	"internal/calendar":      texts("preferences", "accounts", "policy", "jobs", "graph", "entra", "live", "keyring", "tally"),
	"internal/meetings": texts("preferences", "accounts", "chats", "policy", "calendar", "notifications", "jobs", "zoom", "teams", "entra",
		"keyring", "memo", "upstream", "live", "clocks"),

	"internal/whiteboards": texts("accounts", "chats", "policy", "notifications", "jobs", "zoom", "graph", "teams", "entra", "memo", "upstream"),

	"internal/events": texts("jobs", "zoom", "entra", "keyring"),

	"internal/bot": texts(append(features, "accounts", "chats", "policy", "notifications", "jobs", "teams", "entra", "keyring", "upstream", "pace", "tally")...),
	"internal/web": texts(append(features, "accounts", "chats", "calendar", "policy", "notifications", "jobs", "keyring", "memo", "zoom",
		"graph", "entra", "teams", "ui", "live", "pace", "preferences",
		"directory", "events", "tally")...),
	"internal/store": texts("database", "jobs", "policy", "accounts", "chats", "notifications", "calendar", "meetings", "whiteboards", "entra", "graph",
		"teams", "zoom", "preferences"),
	"internal/store/storetest": nil,
	"internal/app":             nil,
	"cmd/causeway":             {"app"},

	"internal/sandbox":              {"sandbox/world", "sandbox/zoomsim", "sandbox/microsoftsim", "ui"},
	"internal/sandbox/world":        {},
	"internal/sandbox/zoomsim":      {"sandbox/world", "ui"},
	"internal/sandbox/microsoftsim": {"sandbox/world", "ui"},
	"internal/contract":             {},
	"internal/wiretest":             nil,
}

// only says which packages may import a library that decides how a whole layer is written.
var only = map[string][]string{
	"github.com/riverqueue/river":      {"internal/jobs"},
	"database/sql":                     {"internal/database", "internal/store", "internal/store/storetest", "internal/jobs"},
	"github.com/danielgtaylor/huma/v2": {"internal/web"},
}

func texts(names ...string) []string { return append(names, "problem", "i18n") }

type goPackage struct {
	ImportPath string
	Imports    []string
}

func TestImports(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, "causeway/")
		rule, known := allowed[name]
		if !known {
			if !strings.HasPrefix(name, "tools/") && name != "internal" {
				t.Errorf("%s is not in the table of layers", name)
			}
			continue
		}
		for _, path := range p.Imports {
			checkLibrary(t, name, path)
			imported, ours := strings.CutPrefix(path, "causeway/")
			if !ours || rule == nil {
				continue
			}
			if !slices.Contains(rule, strings.TrimPrefix(imported, "internal/")) {
				t.Errorf("%s may not import %s", name, imported)
			}
		}
	}
}

func checkLibrary(t *testing.T, name, path string) {
	t.Helper()
	for library, users := range only {
		if (path == library || strings.HasPrefix(path, library+"/")) && !slices.Contains(users, name) {
			t.Errorf("%s may not import %s: it stays in %v", name, path, users)
		}
	}
}

func packages(t *testing.T) []goPackage {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "causeway/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []goPackage
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

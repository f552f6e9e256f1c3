package contract

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// described reads the descriptions once for all tests of a process: that takes seconds.
var described = sync.OnceValues(func() (*Checker, error) {
	root, err := moduleRoot()
	if err != nil {
		return nil, err
	}
	return Open(specs(root), filepath.Join(root, "testdata", "contract", "extensions.json"))
})

// ForTest answers a checker of this test's own. Where the descriptions are absent the test is skipped, saying so; in CI it fails.
func ForTest(t testing.TB) (*Checker, error) {
	t.Helper()
	if !Present(t) {
		t.Skip("nothing was checked against the vendors' descriptions")
	}
	c, err := described()
	if err != nil {
		return nil, err
	}
	return c.Fork(), nil
}

// Present tells whether the descriptions are there, and says so when they are not; in CI the test fails then.
func Present(t testing.TB) bool {
	t.Helper()
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	if _, err = os.Stat(specs(root)); err == nil {
		return true
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("the vendors' descriptions are absent: %s (set SPECS_DIR)", specs(root))
	}
	t.Logf("the vendors' descriptions are absent: %s (set SPECS_DIR); traffic is not checked against them", specs(root))
	return false
}

func specs(root string) string {
	if dir := os.Getenv("SPECS_DIR"); dir != "" {
		return dir
	}
	return filepath.Join(root, "..", "shared", "specs")
}

func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("contract: no go.mod above the working directory")
		}
		dir = filepath.Dir(dir)
	}
}

// Pattern compiles a pattern of a vendor's schema. Go knows no lookahead: a pattern with one, which Microsoft has for Excel's functions alone,
// takes everything.
func Pattern(pattern string) (jsonschema.Regexp, error) {
	if strings.Contains(pattern, "(?!") {
		pattern = ""
	}
	return regexp.Compile(pattern)
}

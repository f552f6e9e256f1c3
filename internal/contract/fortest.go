package contract

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// ForTest opens the descriptions for a test. Where they are absent the test is skipped, saying so; in CI it fails.
func ForTest(t testing.TB) (*Checker, error) {
	t.Helper()
	root, err := moduleRoot()
	if err != nil {
		return nil, err
	}
	specs := os.Getenv("SPECS_DIR")
	if specs == "" {
		specs = filepath.Join(root, "..", "shared", "specs")
	}
	if _, err := os.Stat(specs); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("the vendors' descriptions are absent: %s (set SPECS_DIR)", specs)
		}
		t.Skipf("the vendors' descriptions are absent: %s (set SPECS_DIR); nothing was checked against them", specs)
	}
	return Open(specs, filepath.Join(root, "testdata", "contract", "extensions.json"))
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

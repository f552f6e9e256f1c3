package ui_test

import (
	"errors"
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"causeway/ui"
)

var loaded = regexp.MustCompile(`(?:src|href)="/ui/([^"]+)"`)

func TestEveryFileThatAPageLoadsIsThere(t *testing.T) {
	t.Parallel()
	page, err := ui.Page("sandbox.html", "abc123")
	if err != nil {
		t.Fatal(err)
	}
	names := loaded.FindAllStringSubmatch(string(page), -1)
	if len(names) < 3 {
		t.Fatalf("the page loads %d files, want a script, a style sheet and an icon at least", len(names))
	}
	for _, name := range names {
		if _, err := fs.Stat(ui.FS(), name[1]); err != nil {
			t.Error(err)
		}
	}
	for _, name := range []string{"connect.js", "connect.css", "icon.svg"} {
		if _, err := fs.Stat(ui.FS(), name); err != nil {
			t.Error(err)
		}
	}
}

// TestEveryFileThatTheTabLoadsIsThere looks for what the document of the tab names, and for what the scripts load later.
func TestEveryFileThatTheTabLoadsIsThere(t *testing.T) {
	t.Parallel()
	page, err := ui.Page("tab.html", "abc123")
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`content="abc123"`, `name="teams-origins" content="__TEAMS_ORIGINS__"`} {
		if !strings.Contains(string(page), part) {
			t.Errorf("the document lacks %s", part)
		}
	}
	names := regexp.MustCompile(`(?:src|href)="/assets/([^"]+)"`).FindAllStringSubmatch(string(page), -1)
	if len(names) < 3 {
		t.Fatalf("the tab loads %d files, want a script, a style sheet and an icon at least", len(names))
	}
	for _, name := range names {
		if _, err := fs.Stat(ui.FS(), name[1]); err != nil {
			t.Error(err)
		}
	}
	script, err := fs.ReadFile(ui.FS(), "tab/tab.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, later := range regexp.MustCompile(`import\("\./([^"]+)"\)|import\(`+"`"+`\./([^`+"`"+`]+)`+"`"+`\)`).FindAllStringSubmatch(string(script), -1) {
		if _, err := fs.Stat(ui.FS(), "tab/"+later[1]+later[2]); err != nil {
			t.Error(err)
		}
	}
}

func TestPageCarriesTheNonceAndNothingInline(t *testing.T) {
	t.Parallel()
	page, err := ui.Page("sandbox.html", "abc123")
	if err != nil {
		t.Fatal(err)
	}
	tab, err := ui.Page("tab.html", "abc123")
	if err != nil {
		t.Fatal(err)
	}
	text := string(page) + string(tab)
	if !strings.Contains(text, `content="abc123"`) || strings.Contains(text, "__NONCE__") {
		t.Error("the nonce is not in the page")
	}
	for _, inline := range []string{"<style", "style=", "onload=", "javascript:"} {
		if strings.Contains(text, inline) {
			t.Errorf("the page holds %q, which its policy forbids", inline)
		}
	}
	if regexp.MustCompile(`<script[^>]*>[^<]`).MatchString(text) {
		t.Error("the page holds a script of its own, which its policy forbids")
	}
}

func TestPagePolicyNamesNonceAndOrigins(t *testing.T) {
	t.Parallel()
	policy := ui.PagePolicy("abc123", "http://localhost:8080", "https://zoom.example")
	for _, part := range []string{
		"default-src 'none'", "style-src 'self' 'nonce-abc123';", "frame-src 'self' http://localhost:8080 https://zoom.example;", "frame-ancestors 'none'",
	} {
		if !strings.Contains(policy, part) {
			t.Errorf("policy %q lacks %q", policy, part)
		}
	}
	if strings.Contains(policy, "unsafe-") {
		t.Errorf("policy %q allows what is unsafe", policy)
	}
}

func TestPageThatIsNotThere(t *testing.T) {
	t.Parallel()
	if _, err := ui.Page("admin.html", "x"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want fs.ErrNotExist", err)
	}
}

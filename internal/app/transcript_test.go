package app_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// The story in docs/sandbox.md is executed as it stands there: the same requests in the same order, and what it says comes back.
func TestTranscriptInTheDocument(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join("..", "..", "docs", "sandbox.md"))
	if err != nil {
		t.Fatal(err)
	}
	shell := &shell{stage: begin(t, setup{}), vars: map[string]string{}}
	blocks := regexp.MustCompile("(?s)```(sh|text)\n(.*?)```").FindAllStringSubmatch(string(raw), -1)
	var printed string
	asked := 0
	for _, block := range blocks {
		if block[1] == "sh" {
			printed = shell.run(block[2])
			continue
		}
		asked++
		for _, want := range strings.Split(strings.TrimSpace(block[2]), "\n") {
			_, rest, found := strings.Cut(printed, want)
			if !found {
				t.Errorf("the document promises %q, and there comes:\n%s", want, printed)
				continue
			}
			printed = rest // they come in this order
		}
	}
	if asked < 6 {
		t.Errorf("the document has %d blocks of what comes back", asked)
	}
}

// shell understands what the document uses of the language of shells: assignments, the words that the document defines, and pipes of them.
type shell struct {
	*stage
	vars map[string]string
}

var (
	defined  = regexp.MustCompile(`^(\w+)\(\) \{ .* \}$`)
	assigned = regexp.MustCompile(`^(\w+)=\$\((.*)\)$`)
	plainly  = regexp.MustCompile(`^(\w+)=(\S+)$`)
	variable = regexp.MustCompile(`\$(\w+)`)
	word     = regexp.MustCompile(`'[^']*'|"[^"]*"|[^\s|]+|\|`)
)

// run executes the lines of a block and answers what they print.
func (s *shell) run(block string) string {
	s.t.Helper()
	var printed strings.Builder
	for _, line := range strings.Split(strings.TrimSpace(block), "\n") {
		switch {
		case defined.MatchString(line), plainly.MatchString(line): // the address is this test's own
		case assigned.MatchString(line):
			m := assigned.FindStringSubmatch(line)
			s.vars[m[1]] = strings.TrimSpace(s.pipe(m[2]))
		default:
			printed.WriteString(s.pipe(line))
		}
	}
	return printed.String()
}

// pipe executes a command and hands what it prints to the next one.
func (s *shell) pipe(line string) string {
	s.t.Helper()
	text := ""
	var command []string
	for _, w := range append(word.FindAllString(line, -1), "|") {
		if w != "|" {
			command = append(command, s.expand(w))
			continue
		}
		text = s.execute(command, text)
		command = nil
	}
	return text
}

func (s *shell) expand(w string) string {
	if strings.HasPrefix(w, "'") {
		return strings.Trim(w, "'")
	}
	return variable.ReplaceAllStringFunc(strings.Trim(w, `"`), func(name string) string { return s.vars[name[1:]] })
}

func (s *shell) execute(command []string, in string) string {
	s.t.Helper()
	argument := append(command[1:], "", "")
	switch command[0] {
	case "get", "post", "put":
		return s.request(strings.ToUpper(command[0]), argument[0], argument[1])
	case "id":
		return pick(in, `.*"`+argument[0]+`":\{"id":"([^"]*)"`)
	case "last":
		return pick(in, `.*"`+argument[0]+`":"([^"]*)"`)
	case "count":
		return fmt.Sprintln(strings.Count(in, argument[0]))
	case "sleep": // a test does not sleep: what is waited for is done
		seconds, err := time.ParseDuration(argument[0] + "s")
		if err != nil {
			s.t.Fatal(err)
		}
		s.idle()
		for ; seconds >= 30*time.Second; seconds -= 30 * time.Second {
			s.later(31 * time.Second)
		}
		return ""
	}
	s.t.Fatalf("the document uses %q, which it does not define", command[0])
	return ""
}

// pick is what the sed of the document leaves: the last place that fits.
func pick(text, pattern string) string {
	found := regexp.MustCompile("(?s)" + pattern).FindStringSubmatch(text)
	if found == nil {
		return text
	}
	return found[1] + "\n"
}

func (s *shell) request(method, path, body string) string {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), method, s.world.URL()+"/sandbox/v1/"+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	answer, err := s.http.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode >= http.StatusBadRequest {
		s.t.Fatalf("%s %s: %d %s %v", method, path, answer.StatusCode, text, err)
	}
	return string(text)
}

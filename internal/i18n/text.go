package i18n

import (
	"fmt"
	"strconv"
	"strings"
)

// text is a sentence taken apart: fixed text and placeholders in turn, beginning and ending with fixed text.
type text struct {
	fixed []string
	names []string // one fewer than fixed
}

// parseText takes "Hello {{.Name}}!" apart.
func parseText(s string) (text, error) {
	var t text
	for {
		before, rest, found := strings.Cut(s, "{{")
		t.fixed = append(t.fixed, before)
		if !found {
			return t, nil
		}
		name, after, closed := strings.Cut(rest, "}}")
		if !closed || !isPlaceholder(name) {
			return text{}, fmt.Errorf("%q: a placeholder looks like {{.Name}}", s)
		}
		t.names = append(t.names, name[1:])
		s = after
	}
}

// isPlaceholder accepts a dot, a capital letter and further letters.
func isPlaceholder(s string) bool {
	if len(s) < 2 || s[0] != '.' || s[1] < 'A' || s[1] > 'Z' {
		return false
	}
	for _, r := range s[2:] {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			return false
		}
	}
	return true
}

// write fills the placeholders; a value that is not given is left out.
func (t text) write(value func(name string) (any, bool)) string {
	if len(t.names) == 0 {
		return t.fixed[0]
	}
	var b strings.Builder
	for i, name := range t.names {
		b.WriteString(t.fixed[i])
		v, ok := value(name)
		if !ok {
			continue
		}
		switch v := v.(type) {
		case string:
			b.WriteString(v)
		case int:
			b.WriteString(strconv.Itoa(v))
		default:
			fmt.Fprint(&b, v)
		}
	}
	b.WriteString(t.fixed[len(t.names)])
	return b.String()
}

// lookup finds a value in the arguments of T: one map, or name and value pairs.
func lookup(args []any) func(string) (any, bool) {
	if len(args) == 1 {
		if m, ok := args[0].(map[string]any); ok {
			return func(name string) (any, bool) { v, ok := m[name]; return v, ok }
		}
	}
	return func(name string) (any, bool) {
		for i := 0; i+1 < len(args); i += 2 {
			if args[i] == name {
				return args[i+1], true
			}
		}
		return nil, false
	}
}

package i18n

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// sentenceCalls are the calls that name a sentence, with the position of the key; name and value pairs follow it.
var sentenceCalls = map[string]int{
	"T": 0, "N": 0, "problem.New": 1, "WithField": 1,
}

// TestSentencesThatTheCodeNamesAreThere looks through the whole program for sentences named in the code: each must be in the
// catalogue, with all its placeholders given when the pairs stand in the call itself.
func TestSentencesThatTheCodeNamesAreThere(t *testing.T) {
	t.Parallel()
	texts := loaded(t).languages[Default].texts
	found := 0
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, source, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			key, args := sentence(call)
			if !keyPattern.MatchString(key) {
				return true
			}
			found++
			e, ok := texts[key]
			if !ok {
				t.Errorf("%s: no sentence %q", set.Position(call.Pos()), key)
				return true
			}
			for _, name := range placeholders(e) {
				if args != nil && !args[name] && name != "Count" && name != "Ref" {
					t.Errorf("%s: %q needs %s", set.Position(call.Pos()), key, name)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found == 0 {
		t.Error("no sentence was found in the code; does the test look at the right place?")
	}
}

// sentence returns the key that a call names, or "", and the names of its pairs; nil when they are not written out.
func sentence(call *ast.CallExpr) (string, map[string]bool) {
	selector, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return "", nil
	}
	name := selector.Sel.Name
	if of, ok := selector.X.(*ast.Ident); ok && of.Name == "problem" {
		name = "problem." + name
	}
	position, ok := sentenceCalls[name]
	if !ok || len(call.Args) <= position {
		return "", nil
	}
	rest := call.Args[position+1:]
	if name == "N" && len(rest) > 0 {
		rest = rest[1:]
	}
	if call.Ellipsis.IsValid() || len(rest) == 1 {
		return literal(call.Args[position]), nil
	}
	pairs := map[string]bool{}
	for i := 0; i < len(rest); i += 2 {
		pairs[literal(rest[i])] = true
	}
	return literal(call.Args[position]), pairs
}

// literal returns the value of a string literal, or "".
func literal(e ast.Expr) string {
	basic, ok := e.(*ast.BasicLit)
	if !ok || basic.Kind != token.STRING {
		return ""
	}
	s, err := strconv.Unquote(basic.Value)
	if err != nil {
		return ""
	}
	return s
}

package teams_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"causeway/internal/contract"
	"causeway/internal/teams"
)

// schema compiles one of the vendors' JSON schemas.
func schema(t testing.TB, file string) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(specs(t, file)))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.UseRegexpEngine(contract.Pattern)
	if err := compiler.AddResource("https://vendor.invalid/schema.json", doc); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("https://vendor.invalid/schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

// wantValid checks a value, as it is marshalled, against a schema.
func wantValid(t testing.TB, s *jsonschema.Schema, value any) {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	withoutTeams(plain)
	if err := s.Validate(plain); err != nil {
		t.Errorf("%s\n%v", text, err)
	}
}

// withoutTeams takes out the msteams member of cards, which Microsoft documents for Teams (msteams-docs: cards-format) and
// the schema of Adaptive Cards forbids.
func withoutTeams(value any) {
	switch v := value.(type) {
	case map[string]any:
		if v["type"] == "AdaptiveCard" {
			delete(v, "msteams")
		}
		for _, inner := range v {
			withoutTeams(inner)
		}
	case []any:
		for _, inner := range v {
			withoutTeams(inner)
		}
	}
}

// everything is a card with each element and action, and each of their fields.
func everything() teams.Card {
	one := 1.5
	common := teams.Common{ID: "x", Spacing: "medium", Separator: true, Hidden: true}
	field := func(id string) teams.Field {
		return teams.Field{Common: teams.Common{ID: id}, Label: "Label", Required: true, Error: "Wrong"}
	}
	button := teams.Button{ID: "b", Title: "Do", Style: "positive", Tooltip: "It does", Mode: "secondary"}
	submit := teams.Submit{Button: button, Data: teams.OpenDialogData(map[string]any{"do": "change"}), Associated: "none"}
	execute := teams.Execute{Button: button, Verb: "again", Data: map[string]any{"id": 1}, Associated: "auto", Fallback: submit}
	return teams.Card{
		FallbackText: "A card", Lang: "en", Speak: "A card",
		Refresh: &teams.Refresh{Action: &execute, Users: []teams.UserID{anaID}},
		Teams:   &teams.CardTeams{Width: "Full", Entities: []teams.Entity{{Type: "mention", Text: "<at>Ana</at>", Mentioned: &teams.Account{ID: anaID, Name: "Ana"}}}},
		Body: []teams.Element{
			teams.TextBlock{
				Common: common, Text: "text", Wrap: true, Size: "large", Weight: "bolder", Color: "accent", Subtle: true, Style: "heading",
				Align: "center", Lines: 2,
			},
			teams.FactSet{Common: common, Facts: []teams.Fact{{Title: "When", Value: "now"}}},
			teams.ColumnSet{Common: common, Style: "emphasis", Columns: []teams.Column{
				{ID: "c", Width: "auto", Items: []teams.Element{teams.TextBlock{Text: "a"}}, Vertical: "center", Style: "good", Select: teams.OpenURL{URL: "https://x"}},
				{Width: "stretch"},
			}},
			teams.Container{Common: common, Items: []teams.Element{teams.TextBlock{}}, Style: "attention", Bleed: true, Select: submit},
			teams.ActionSet{Common: common, Actions: []teams.Action{execute}},
			teams.Image{Common: common, URL: "https://x/a.png", Alt: "a", Size: "small", Style: "person", Width: "40px"},
			teams.TextInput{Field: field("t"), Value: "v", Placeholder: "p", MaxLength: 200, Multiline: true, Style: "email", Regex: "^.*$"},
			teams.DateInput{Field: field("d"), Value: "2026-11-23", Min: "2026-01-01", Max: "2027-01-01"},
			teams.TimeInput{Field: field("h"), Value: "14:30", Min: "00:00", Max: "23:59"},
			teams.NumberInput{Field: field("n"), Value: &one, Min: &one, Max: &one},
			teams.Toggle{Field: field("o"), Title: "Yes", Value: "true", Wrap: true},
			teams.ChoiceSet{
				Field: field("z"), Choices: []teams.Choice{{Title: "A", Value: "a"}}, Value: "a", Multi: true, Style: "expanded", Placeholder: "p",
				Wrap: true,
			},
		},
		Actions: []teams.Action{
			submit, execute,
			teams.OpenURL{Button: button, URL: "https://x"},
			teams.ShowCard{Button: button, Card: teams.Card{Body: []teams.Element{teams.TextBlock{Text: "inner"}}}},
		},
	}
}

func TestCardsAreAdaptiveCards15(t *testing.T) {
	t.Parallel()
	s := schema(t, "microsoft/adaptivecards/adaptive-card-1.5.0.json")
	wantValid(t, s, everything())
	wantValid(t, s, teams.Card{})
	wantValid(t, s, teams.Card{Body: []teams.Element{
		teams.TextBlock{},
		teams.FactSet{Facts: []teams.Fact{}},
		teams.ColumnSet{},
		teams.Container{Items: []teams.Element{}},
		teams.ActionSet{Actions: []teams.Action{}},
		teams.Image{URL: "https://x"},
		teams.TextInput{Field: teams.Field{Common: teams.Common{ID: "a"}}},
	}, Actions: []teams.Action{teams.Submit{}, teams.Execute{}, teams.OpenURL{}, teams.ShowCard{}, teams.Submit{Data: teams.AddBotData()}}})
	// The schema does notice.
	if err := s.Validate(map[string]any{"type": "AdaptiveCard", "version": "1.5", "body": []any{map[string]any{"type": "TextBlock"}}}); err == nil {
		t.Error("the schema takes a text block without text")
	}
}

func TestCardSaysItsTypes(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(teams.Card{
		Body:    []teams.Element{teams.TextBlock{Common: teams.Common{Hidden: true}, Text: "a"}, teams.TextBlock{Text: "b"}},
		Actions: []teams.Action{teams.Submit{Button: teams.Button{Title: "Go"}, Data: teams.AddBotData()}},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"type":"AdaptiveCard","$schema":"http://adaptivecards.io/schemas/adaptive-card.json","version":"1.5",` +
		`"body":[{"type":"TextBlock","isVisible":false,"text":"a"},{"type":"TextBlock","text":"b"}],` +
		`"actions":[{"type":"Action.Submit","title":"Go","data":{"msteams":{"justInTimeInstall":true}}}]}`
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Error(diff)
	}
}

func TestCardsFitInto28KB(t *testing.T) {
	t.Parallel()
	facts := make([]teams.Fact, 2000)
	for i := range facts {
		facts[i] = teams.Fact{Title: "name", Value: "somebody"}
	}
	list := func(n int) []teams.Element {
		return []teams.Element{teams.FactSet{Facts: facts[:n]}}
	}
	card := teams.Card{Body: list(2000)}
	var order []string
	fitted, err := card.Fit(
		func(c *teams.Card) { order = append(order, "half"); c.Body = list(1000) },
		func(c *teams.Card) { order = append(order, "few"); c.Body = list(10) },
		func(*teams.Card) { order = append(order, "never") },
	)
	size, _ := fitted.Size()
	if err != nil || size > teams.MaxCard || !cmp.Equal(order, []string{"half", "few"}) {
		t.Errorf("%d bytes after %v: %v", size, order, err)
	}
	if _, err := card.Fit(); !errors.Is(err, teams.ErrTooBig) {
		t.Errorf("never fits: %v", err)
	}
	if small, err := (teams.Card{}).Fit(func(*teams.Card) { t.Error("shrunk without need") }); err != nil {
		t.Errorf("%+v: %v", small, err)
	}
	if _, err := (teams.Card{Actions: []teams.Action{teams.Submit{Data: func() {}}}}).Fit(); err == nil {
		t.Error("what cannot be written fits")
	}
}

// hostile are texts that people could give their meetings.
func hostile() []string {
	return []string{
		"[Join](https://evil.example)", "**bold** _it_ ~~gone~~ `code`", "<at>Everyone</at> <b>x</b>", "safe\u202egnp.exe\u202c", strings.Repeat("x", 10_000),
		"${topic} {{DATE(2026-01-01T00:00:00Z)}}", "first\n# Heading\n- item\n1. one\r\n> quote", "![pic](https://evil.example/x.png)", "a\\b|c&amp;d!e+f",
		"www.evil.example //evil.example mailto:a@evil.example https://evil.example/a?b=c", "a\u200bb\u2060c\ufeffd\u00ade", "\x00\x1b[31mred\x07",
	}
}

func TestT61_HostileTextIsShownAsItIs(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"[x](https://evil)":   "\\[x\\]\\(https:\u2060/\u2060/evil\\)",
		"**b** `c` _i_ ~s~":   "\\*\\*b\\*\\* \\`c\\` \\_i\\_ \\~s\\~",
		"<at>All</at> & co":   "\\<at\\>All\\</at\\> \\& co",
		"a\u202eb\u2066c":     "abc",
		"${x} {{DATE()}}":     "$\\{x\\} \\{\\{DATE\\(\\)\\}\\}",
		"one\n# two\r\n- x":   "one \\# two  \\- x",
		"1. a + b | c! > d":   "1\\. a \\+ b \\| c\\! \\> d",
		"back\\slash":         "back\\\\slash",
		"a.b":                 "a\\.\u2060b",
		"end. Next":           "end\\. Next",
		"ana@mail.example":    "ana@\u2060mail\\.\u2060example",
		"//evil":              "/\u2060/evil",
		"tel:112 10:30 a/b":   "tel:\u2060112 10:30 a/b",
		" \t Équipe 👩‍👧 é \n": "Équipe 👩👧 é",
		"a\u3164b\u2800":      "ab",
		"\xffbad\x00":         "bad",
		"":                    "",
	} {
		if got := teams.Escape(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	s := schema(t, "microsoft/adaptivecards/adaptive-card-1.5.0.json")
	for _, text := range hostile() {
		safe := teams.Escape(teams.Clip(text, 200))
		wantRendered(t, text, safe)
		wantValid(t, s, teams.Card{Body: []teams.Element{
			teams.TextBlock{Text: safe}, teams.FactSet{Facts: []teams.Fact{{Title: "Topic", Value: safe}}},
		}})
	}
}

// wantRendered reads escaped text as Markdown does: every punctuation character is a literal, and what remains is the text.
func wantRendered(t *testing.T, text, safe string) {
	t.Helper()
	var shown strings.Builder
	runes := []rune(safe)
	for i := 0; i < len(runes); i++ {
		switch r := runes[i]; {
		case r == '\\':
			i++
			if i == len(runes) {
				t.Fatalf("%q ends in an escape", safe)
			}
			shown.WriteRune(runes[i])
		case r == '\u2060':
		case strings.ContainsRune("`*_{}[]()#+-.!|><~&\n\r", r):
			t.Errorf("%q: %q is not escaped", safe, r)
		default:
			shown.WriteRune(r)
		}
	}
	if want := teams.Clean(teams.Clip(text, 200)); shown.String() != want {
		t.Errorf("shown as %q, want %q", shown.String(), want)
	}
	for _, address := range []string{"://", "//", "www.evil", "evil.example", "@evil", ":a@"} {
		if strings.Contains(strings.ReplaceAll(safe, "\\", ""), address) {
			t.Errorf("%q holds the address %q together", safe, address)
		}
	}
}

func TestClipCutsBetweenCharacters(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		n    int
		want string
	}{
		{"hello", 5, "hello"},
		{"hello", 4, "hel…"},
		{"hello", 1, "…"},
		{"hello", 0, ""},
		{"", 3, ""},
		{"héllo", 5, "héllo"},
		{"ab cde", 4, "ab…"},
		{"e\u0301e\u0301e\u0301", 3, "e\u0301e\u0301e\u0301"},
		{"e\u0301e\u0301e\u0301", 2, "e\u0301…"},
		{"👩‍👧x👩‍👧", 3, "👩‍👧x👩‍👧"},
		{"👩‍👧👩‍👧", 1, "…"},
		{"👍🏽👍🏽👍🏽", 2, "👍🏽…"},
		{"🇫🇷🇯🇵🇩🇪", 3, "🇫🇷🇯🇵🇩🇪"},
		{"🇫🇷🇯🇵🇩🇪", 2, "🇫🇷…"},
		{"한국어", 2, "한…"},
		{"\u1112\u1161\u11ab\u1100\u116e\u11a8", 2, "\u1112\u1161\u11ab\u1100\u116e\u11a8"},
		{"\r\n\r\nx", 3, "\r\n\r\nx"},
		{strings.Repeat("x", 10_000), 200, strings.Repeat("x", 199) + "…"},
	} {
		if got := teams.Clip(c.text, c.n); got != c.want {
			t.Errorf("Clip(%.20q, %d) = %q, want %q", c.text, c.n, got, c.want)
		}
	}
}

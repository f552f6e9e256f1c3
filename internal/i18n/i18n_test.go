package i18n

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func loaded(t *testing.T) *Catalogue {
	t.Helper()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestLanguagesSayTheSame holds every language to the keys and placeholders of the default one.
func TestLanguagesSayTheSame(t *testing.T) {
	t.Parallel()
	c := loaded(t)
	want := c.languages[Default].texts
	for _, name := range c.Languages() {
		got := c.languages[name].texts
		if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got))); diff != "" {
			t.Errorf("keys of %s (+) differ from %s (-):\n%s", name, Default, diff)
		}
		for key, e := range got {
			if diff := cmp.Diff(placeholders(want[key]), placeholders(e)); diff != "" {
				t.Errorf("%s: placeholders of %s (+) differ from %s (-):\n%s", key, name, Default, diff)
			}
			if (len(want[key]) > 1) != (len(e) > 1) {
				t.Errorf("%s has plural forms in one of %s and %s only", key, name, Default)
			}
			for form, text := range e {
				if strings.TrimSpace(strings.Join(text.fixed, "")) == "" && len(text.names) == 0 {
					t.Errorf("%s in %s is empty (form %v)", key, name, form)
				}
			}
		}
	}
}

// placeholders are the names in any form of a sentence; Count may be left out of one form ("one meeting").
func placeholders(e entry) []string {
	names := map[string]bool{}
	for _, text := range e {
		for _, n := range text.names {
			names[n] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

func TestFor(t *testing.T) {
	t.Parallel()
	c := loaded(t)
	for locale, want := range map[string]string{
		"": "en", "en": "en", "en-US": "en", "EN-gb": "en", "fr": "fr", "fr-FR": "fr", "fr-CA": "fr", "FR-be": "fr",
		"de-DE": "en", "zh-Hant-TW": "en", "not a locale": "en", "../fr": "en", strings.Repeat("x", 5000): "en",
	} {
		if got := c.For(locale).Locale(); got != want {
			t.Errorf("For(%.20q) = %s, want %s", locale, got, want)
		}
	}
}

// TestRegionsDifferInDates holds a region to the keys and placeholders of its language, and to what printers do with it.
func TestRegionsDifferInDates(t *testing.T) {
	t.Parallel()
	c := loaded(t)
	for name, region := range c.regions {
		base, _, _ := strings.Cut(name, "-")
		for key, e := range region.texts {
			of, ok := c.languages[base].texts[key]
			if diff := cmp.Diff(placeholders(of), placeholders(e)); !ok || diff != "" || !strings.HasPrefix(key, "format.") {
				t.Errorf("%s of %s is no date of its language:\n%s", key, name, diff)
			}
		}
	}
	at := time.Date(2026, 11, 27, 21, 30, 0, 0, time.UTC)
	for locale, want := range map[string][2]string{
		"en-GB": {"en-GB", "Friday 27 November 2026, 21:30"},
		"en-gb": {"en-GB", "Friday 27 November 2026, 21:30"},
		"en-US": {"en", "Friday, November 27, 2026, 9:30 PM"},
		"fr-FR": {"fr", "vendredi 27 novembre 2026 à 21:30"},
	} {
		p := c.For(locale)
		if got := [2]string{p.Tag(), p.Time(at, time.UTC)}; got != want {
			t.Errorf("%s: got %q, want %q", locale, got, want)
		}
	}
}

const testTexts = `{
	"test.hello": "Hello {{.Name}}, {{.Name}}!",
	"test.plain": "100% {plain}",
	"test.meetings": {"one": "{{.Count}} meeting of {{.Name}}", "other": "{{.Count}} meetings of {{.Name}}"}
}`

func printer(t *testing.T, lang string) Printer {
	t.Helper()
	c, err := load(fstest.MapFS{
		"en/test.json": {Data: []byte(testTexts)},
		"fr/test.json": {Data: []byte(strings.ReplaceAll(testTexts, "Hello", "Bonjour"))},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c.For(lang)
}

func TestT(t *testing.T) {
	t.Parallel()
	p := printer(t, "en")
	for got, want := range map[string]string{
		p.T("test.hello", "Name", "Ana"):                          "Hello Ana, Ana!",
		p.T("test.hello", map[string]any{"Name": 7}):              "Hello 7, 7!",
		p.T("test.hello", "Name", time.March):                     "Hello March, March!",
		p.T("test.hello", "Name", "{{.Name}}"):                    "Hello {{.Name}}, {{.Name}}!",
		p.T("test.hello"):                                         "Hello , !",
		p.T("test.hello", "Name"):                                 "Hello , !",
		p.T("test.plain", "Name", "x"):                            "100% {plain}",
		p.T("test.absent", "Name", "x"):                           "test.absent",
		p.N("test.absent", 1):                                     "test.absent",
		p.N("test.meetings", 1, "Name", "Ana"):                    "1 meeting of Ana",
		p.N("test.meetings", 0, map[string]any{"Name": "Ana"}):    "0 meetings of Ana",
		p.N("test.plain", 3):                                      "100% {plain}",
		printer(t, "fr").N("test.hello", 2, "Name", "Ana"):        "Bonjour Ana, Ana!",
		p.N("test.meetings", 21, "Name", "Ana", "Count", "never"): "21 meetings of Ana",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if !p.Has("test.hello") || p.Has("test.absent") {
		t.Error("Has must know what is there")
	}
}

func TestPluralsFollowTheLanguage(t *testing.T) {
	t.Parallel()
	c, err := load(fstest.MapFS{
		"en/a.json": {Data: []byte(`{"a.n":{"one":"one","other":"other"}}`)},
		"fr/a.json": {Data: []byte(`{"a.n":{"one":"one","other":"other"}}`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range map[int][2]string{0: {"other", "one"}, 1: {"one", "one"}, -1: {"one", "one"}, 2: {"other", "other"}, 1_000_000: {"other", "other"}} {
		if got := [2]string{c.For("en").N("a.n", n), c.For("fr").N("a.n", n)}; got != want {
			t.Errorf("%d: en, fr = %v, want %v", n, got, want)
		}
	}
}

func TestLoadRefusesMistakes(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"another area":          `{"other.key":"x"}`,
		"no area":               `{"key":"x"}`,
		"capital":               `{"test.Key":"x"}`,
		"twice":                 `{"test.a":"x","test.a":"y"}`,
		"not an object":         `["x"]`,
		"number":                `{"test.a":1}`,
		"open placeholder":      `{"test.a":"{{.Name"}`,
		"no dot":                `{"test.a":"{{Name}}"}`,
		"an action":             `{"test.a":"{{if .Name}}"}`,
		"an empty placeholder":  `{"test.a":"{{.}}"}`,
		"unknown plural":        `{"test.a":{"other":"x","several":"y"}}`,
		"no other":              `{"test.a":{"one":"x"}}`,
		"mistake in a plural":   `{"test.a":{"other":"{{x}}"}}`,
		"cut off":               `{"test.a":"x"`,
		"placeholder with dots": `{"test.a":"{{.Name.First}}"}`,
	} {
		if _, err := load(fstest.MapFS{"en/test.json": {Data: []byte(content)}}); err == nil || !strings.Contains(err.Error(), "en/test.json") {
			t.Errorf("%s: error %v, want one that names the file", name, err)
		}
	}
	if _, err := load(fstest.MapFS{"fr/test.json": {Data: []byte(`{"test.a":"x"}`)}}); err == nil {
		t.Error("the default language must be there")
	}
	if _, err := load(fstest.MapFS{"not_a-language-at-all/test.json": {Data: []byte(`{"test.a":"x"}`)}}); err == nil {
		t.Error("a directory must be a language")
	}
}

func TestTimes(t *testing.T) {
	t.Parallel()
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	c := loaded(t)
	en, fr := c.For("en"), c.For("fr")
	at := time.Date(2026, 11, 1, 23, 4, 0, 0, time.UTC)
	for got, want := range map[string]string{
		en.Time(at, newYork):  "Sunday, November 1, 2026, 6:04 PM",
		fr.Time(at, time.UTC): "dimanche 1er novembre 2026 à 23:04",
		fr.Time(at, paris):    "lundi 2 novembre 2026 à 00:04",
		fr.Date(at, paris):    "lundi 2 novembre 2026",
		en.Clock(at, paris):   "12:04 AM",
		en.Zone(at, newYork):  "America/New York (UTC-5)",
		en.Zone(at, paris):    "Europe/Paris (UTC+1)",
		en.Zone(at, time.UTC): "UTC",
		en.Zone(at, time.FixedZone("Asia/Kolkata", 19800)): "Asia/Kolkata (UTC+5:30)",
		en.Duration(30 * time.Minute):                      "30 min",
		en.Duration(2 * time.Hour):                         "2 hr",
		fr.Duration(90*time.Minute + 10*time.Second):       "1 h 30 min",
		en.Duration(0): "0 min",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	for month := time.January; month <= time.December; month++ {
		if s := fr.Date(time.Date(2026, month, int(month), 0, 0, 0, 0, time.UTC), time.UTC); strings.Contains(s, "format.") {
			t.Errorf("%q: a name is missing", s)
		}
	}
}

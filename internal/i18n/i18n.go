// Package i18n holds every sentence that a person reads, in each language, in files <language>/<area>.json beside this code;
// the UI imports the same files. A file is a flat object. Its keys begin with the name of its area and a dot; a value is a text,
// or an object of CLDR plural forms ("one", "other", …). A text may hold placeholders {{.Name}} and nothing else.
//
// Adding a language is adding a directory: the area "format" has the names and patterns of dates in it. A region that writes them otherwise
// has a directory of its own, such as en-GB, with what differs.
package i18n

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

//go:embed */*.json
var catalogues embed.FS

// Default is the language for a person whose own is not there.
const Default = "en"

// keyPattern is the shape of a key: its area, then words.
var keyPattern = regexp.MustCompile(`^[a-z]+(\.[a-z0-9_]+)+$`)

// Catalogue is every sentence in every language. It does not change after Load.
type Catalogue struct {
	languages map[string]*languageTexts
	regions   map[string]*languageTexts // by the lower-case name: "en-gb"
	tags      []language.Tag
	matcher   language.Matcher
}

type languageTexts struct {
	name  string
	tag   language.Tag
	texts map[string]entry
}

// entry is one sentence: one form, or one for each plural category.
type entry map[plural.Form]text

// Load reads the embedded catalogues. An error is a mistake in a file: a key of another area or given twice, an unknown plural
// form, a placeholder that is not one.
func Load() (*Catalogue, error) { return embedded() }

// embedded is read once, however many servers one process starts.
var embedded = sync.OnceValues(func() (*Catalogue, error) { return load(catalogues) })

func load(files fs.FS) (*Catalogue, error) {
	names, err := fs.Glob(files, "*/*.json")
	if err != nil {
		return nil, fmt.Errorf("i18n: %w", err)
	}
	c := &Catalogue{languages: map[string]*languageTexts{}, regions: map[string]*languageTexts{}}
	for _, name := range names {
		if err := c.read(files, name); err != nil {
			return nil, fmt.Errorf("i18n: %s: %w", name, err)
		}
	}
	if c.languages[Default] == nil {
		return nil, errors.New("i18n: no texts in the default language " + Default)
	}
	c.tags = []language.Tag{c.languages[Default].tag}
	for _, l := range c.Languages() {
		if l != Default {
			c.tags = append(c.tags, c.languages[l].tag)
		}
	}
	for name := range c.regions {
		if base, _, _ := strings.Cut(name, "-"); c.languages[base] == nil {
			return nil, errors.New("i18n: a region of no language: " + name)
		}
	}
	c.matcher = language.NewMatcher(c.tags)
	return c, nil
}

// Languages returns the languages that there are, sorted: "en", "fr".
func (c *Catalogue) Languages() []string {
	var names []string
	for name := range c.languages {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// longestLocale bounds what is parsed: anybody may send it.
const longestLocale = 256

// For returns the printer for a BCP 47 locale such as "fr-CA"; for anything unknown, the default language.
func (c *Catalogue) For(locale string) Printer {
	name := strings.ToLower(locale)
	base, _, _ := strings.Cut(name, "-")
	if l := c.languages[base]; l != nil {
		return Printer{l, c.regions[name]}
	}
	if len(locale) > longestLocale {
		return Printer{language: c.languages[Default]}
	}
	tag, err := language.Parse(locale)
	if err != nil {
		return Printer{language: c.languages[Default]}
	}
	_, i, _ := c.matcher.Match(tag)
	return Printer{language: c.languages[c.tags[i].String()]}
}

// read adds one file to the catalogue.
func (c *Catalogue) read(files fs.FS, name string) error {
	content, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	lang, area := path.Dir(name), strings.TrimSuffix(path.Base(name), ".json")
	all, of := c.languages, lang
	if strings.Contains(lang, "-") {
		all, of = c.regions, strings.ToLower(lang)
	}
	into := all[of]
	if into == nil {
		tag, err := language.Parse(lang)
		if err != nil {
			return fmt.Errorf("language %q: %w", lang, err)
		}
		into = &languageTexts{name: lang, tag: tag, texts: map[string]entry{}}
		all[of] = into
	}
	return eachMember(content, func(key string, value json.RawMessage) error {
		if !keyPattern.MatchString(key) || !strings.HasPrefix(key, area+".") {
			return fmt.Errorf("key %q: want %s.words_like_this", key, area)
		}
		if _, twice := into.texts[key]; twice {
			return fmt.Errorf("key %q is given twice", key)
		}
		e, err := parseEntry(value)
		if err != nil {
			return fmt.Errorf("key %q: %w", key, err)
		}
		into.texts[key] = e
		return nil
	})
}

// eachMember calls f for each member of a JSON object, repeated ones too.
func eachMember(object []byte, f func(key string, value json.RawMessage) error) error {
	d := json.NewDecoder(strings.NewReader(string(object)))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return errors.New("not a JSON object")
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return err
		}
		if err := f(key.(string), value); err != nil { //nolint:forcetypeassert // the key of a JSON object is a string
			return err
		}
	}
	_, err := d.Token()
	return err
}

// pluralForms are the CLDR categories by name.
func pluralForms() map[string]plural.Form {
	return map[string]plural.Form{
		"zero": plural.Zero, "one": plural.One, "two": plural.Two, "few": plural.Few, "many": plural.Many, "other": plural.Other,
	}
}

func parseEntry(value json.RawMessage) (entry, error) {
	var single string
	if json.Unmarshal(value, &single) == nil {
		t, err := parseText(single)
		return entry{plural.Other: t}, err
	}
	var forms map[string]string
	if err := json.Unmarshal(value, &forms); err != nil {
		return nil, errors.New("neither a text nor plural forms")
	}
	e := entry{}
	known := pluralForms()
	for name, s := range forms {
		form, ok := known[name]
		if !ok {
			return nil, fmt.Errorf("plural form %q does not exist", name)
		}
		t, err := parseText(s)
		if err != nil {
			return nil, err
		}
		e[form] = t
	}
	if _, ok := e[plural.Other]; !ok {
		return nil, errors.New(`the plural form "other" is missing`)
	}
	return e, nil
}

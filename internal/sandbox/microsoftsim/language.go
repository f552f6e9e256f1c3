package microsoftsim

import (
	"context"
	"strings"
)

type languageKey struct{}

// InLanguage has what people send to the bot come from a Teams that is switched to a language, named as a locale such as fr-FR; "" is each
// person's own.
func InLanguage(ctx context.Context, locale string) context.Context {
	return context.WithValue(ctx, languageKey{}, locale)
}

// localize writes the language of the person's Teams into an activity; whoever has that language anyway keeps their region.
func localize(ctx context.Context, a activity) {
	locale, _ := ctx.Value(languageKey{}).(string)
	own := str(a, "locale")
	if locale == "" || own == "" || languageOf(own) == languageOf(locale) {
		return
	}
	a["locale"] = locale
	a["entities"] = []any{clientInfo(locale, str(a, "localTimezone"))}
}

func languageOf(locale string) string {
	language, _, _ := strings.Cut(strings.ToLower(locale), "-")
	return language
}

package microsoftsim

import (
	"context"
	"slices"
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
	entities, _ := a["entities"].([]any)
	i := slices.IndexFunc(entities, func(e any) bool { return dig(e, "type") == "clientInfo" })
	if locale == "" || i < 0 {
		return
	}
	if own, _ := dig(entities[i], "locale").(string); languageOf(own) == languageOf(locale) {
		return
	}
	entities[i] = clientInfo(locale, str(a, "localTimezone"))
	if _, told := a["locale"]; told {
		a["locale"] = locale
	}
}

func languageOf(locale string) string {
	language, _, _ := strings.Cut(strings.ToLower(locale), "-")
	return language
}

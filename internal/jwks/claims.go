package jwks

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Claims are the claims of a token, as they were written: names are exact, numbers are json.Number. A helper never
// panics and never converts: a claim of another type is as good as absent.
type Claims map[string]any

// String returns a text claim, or "".
func (c Claims) String(name string) string {
	text, _ := c[name].(string)
	return text
}

// Strings returns a claim that is a text or a list of texts; nil when it is anything else.
func (c Claims) Strings(name string) []string {
	switch claim := c[name].(type) {
	case string:
		return []string{claim}
	case []any:
		texts := make([]string, 0, len(claim))
		for _, one := range claim {
			text, ok := one.(string)
			if !ok {
				return nil
			}
			texts = append(texts, text)
		}
		return texts
	}
	return nil
}

// Has tells whether the claim is there, of whatever type.
func (c Claims) Has(name string) bool {
	_, ok := c[name]
	return ok
}

// For tells whether audience is, or is among, the audiences of the token (RFC 7519: a text or a list).
func (c Claims) For(audience string) bool {
	return audience != "" && slices.Contains(c.Strings("aud"), audience)
}

// Scope tells whether the scp claim, names separated by spaces, holds scope.
func (c Claims) Scope(scope string) bool {
	return scope != "" && slices.Contains(strings.Fields(c.String("scp")), scope)
}

// Time returns a claim in seconds since 1970; the zero time when it is no number.
func (c Claims) Time(name string) time.Time {
	number, ok := c[name].(json.Number)
	if !ok {
		return time.Time{}
	}
	seconds, err := number.Float64()
	if err != nil || seconds < 0 || seconds > 1<<40 {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0).UTC()
}

package teams

import (
	"html"
	"strings"
)

// What an activity tells about the person's client and words. All of it is a hint, nothing a proof.

// clientInfo returns the entity about the client, empty when there is none.
func (a *Activity) clientInfo() Entity {
	for _, e := range a.Entities {
		if strings.EqualFold(e.Type, "clientInfo") {
			return e
		}
	}
	return Entity{}
}

// Language returns the language tag of the person's Teams ("fr-FR"), or "".
func (a *Activity) Language() string {
	for _, tag := range []string{a.Locale, a.clientInfo().Locale} {
		if isName(tag, 35) {
			return tag
		}
	}
	return ""
}

// Zone returns the IANA name of the person's time zone ("Europe/Paris"), or "". That it exists is the caller's to check.
func (a *Activity) Zone() string {
	for _, name := range []string{a.clientInfo().Timezone, a.LocalTimezone} {
		if isName(name, 64) && !strings.Contains(name, "..") {
			return name
		}
	}
	return ""
}

// isName tells whether text has the letters of a language tag or zone name, so that it may be kept and looked up.
func isName(text string, longest int) bool {
	for _, r := range text {
		ok := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_+/.", r)
		if !ok {
			return false
		}
	}
	return text != "" && len(text) <= longest
}

// Mobile tells whether the person's client is a telephone or tablet. UNVERIFIED: documented are Windows, Web and Mac; the
// names of the mobile clients are not, so what contains theirs counts.
func (a *Activity) Mobile() bool {
	platform := strings.ToLower(a.clientInfo().Platform)
	return strings.Contains(platform, "android") || strings.Contains(platform, "ios") || strings.Contains(platform, "ipad")
}

// Words returns what the person typed, without the mention of the bot and with single spaces.
func (a *Activity) Words() string {
	text := a.Text
	for _, e := range a.Entities {
		if a.Recipient != nil && e.Mentioned != nil && e.Mentioned.ID == a.Recipient.ID && e.Text != "" {
			text = strings.ReplaceAll(text, e.Text, " ")
		}
	}
	if a.TextFormat != "plain" {
		text = html.UnescapeString(text)
	}
	return strings.Join(strings.Fields(Clean(text)), " ")
}

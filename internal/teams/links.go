package teams

import (
	"encoding/json"
	"net/url"
)

// Links makes deep links into Teams (msteams-docs: concepts/build-and-test/deep-links). Origin is where Teams lives for the
// cloud: "https://teams.microsoft.com". App is the id under which the tenant knows the app: the manifest's, or the
// catalogue's where that differs (UNVERIFIED which one an organisation's own catalogue wants, so it is configured).
type Links struct {
	Origin string
	App    string
}

// Tab makes the addresses of a static tab of the app: of its page sub, which arrives there as page.subPageId, or, when sub is "", of its first.
func (l Links) Tab(entity string) func(sub string) string {
	link := l.Origin + "/l/entity/" + url.PathEscape(l.App) + "/" + url.PathEscape(entity)
	return func(sub string) string {
		if sub == "" {
			return link
		}
		context, _ := json.Marshal(map[string]string{"subEntityId": sub}) // of a text: it cannot fail
		return link + "?context=" + url.QueryEscape(string(context))
	}
}

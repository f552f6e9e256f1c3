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

// Install opens the page of the app, from which it can be added.
func (l Links) Install() string { return l.Origin + "/l/app/" + url.PathEscape(l.App) }

// Tab opens a static tab of the app; sub, when not "", arrives there as page.subPageId.
func (l Links) Tab(entity, sub string) string {
	link := l.Origin + "/l/entity/" + url.PathEscape(l.App) + "/" + url.PathEscape(entity)
	if sub == "" {
		return link
	}
	context, _ := json.Marshal(map[string]string{"subEntityId": sub}) // of a text: it cannot fail
	return link + "?context=" + url.QueryEscape(string(context))
}

// Bot opens the chat with the bot whose Entra application has that id.
func (l Links) Bot(appID string) string {
	return l.Origin + "/l/chat/0/0?users=" + url.QueryEscape("28:"+appID)
}

// Chat opens a group chat.
func (l Links) Chat(id ConversationID) string {
	base, _ := id.Split()
	return l.Origin + "/l/chat/" + url.PathEscape(string(base)) + "/conversations"
}

// Message opens a message of a chat or channel. Parent is the first message of the thread in a channel, "" elsewhere.
func (l Links) Message(id ConversationID, message, parent ActivityID, tenant string) string {
	base, _ := id.Split()
	query := url.Values{"tenantId": {tenant}}
	if parent != "" {
		query.Set("parentMessageId", string(parent))
	}
	return l.Origin + "/l/message/" + url.PathEscape(string(base)) + "/" + url.PathEscape(string(message)) + "?" + query.Encode()
}

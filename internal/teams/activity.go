package teams

import (
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// Types of activity that Teams sends, and that the product tells apart. Others arrive too.
const (
	TypeMessage            = "message"
	TypeInvoke             = "invoke"
	TypeConversationUpdate = "conversationUpdate"
	TypeInstallationUpdate = "installationUpdate"
	TypeTyping             = "typing"
)

// Scope is the kind of a conversation.
type Scope string

// The three kinds of conversation.
const (
	Personal  Scope = "personal"  // one person with the bot
	GroupChat Scope = "groupChat" // people, in a group, meeting or 1:1 chat
	InChannel Scope = "channel"   // a channel of a team
)

// Activity is one event that Teams sends, or one message that the bot sends: the schema "Activity" of the Bot Framework,
// reduced to what Teams fills (MicrosoftDocs/bot-docs, connector API reference). Nothing in it is signed but ServiceURL:
// who sent it is what Teams says, what is in Value is what anybody may have written.
type Activity struct {
	Type           string          `json:"type"`
	ID             ActivityID      `json:"id,omitempty"`
	Name           string          `json:"name,omitempty"` // of an invoke
	Timestamp      Time            `json:"timestamp,omitzero"`
	LocalTimezone  string          `json:"localTimezone,omitempty"` // IANA
	ServiceURL     string          `json:"serviceUrl,omitempty"`
	ChannelID      string          `json:"channelId,omitempty"` // "msteams"
	From           *Account        `json:"from,omitempty"`
	Recipient      *Account        `json:"recipient,omitempty"`
	Conversation   *Conversation   `json:"conversation,omitempty"`
	ChannelData    *ChannelData    `json:"channelData,omitempty"`
	Text           string          `json:"text,omitempty"`
	TextFormat     string          `json:"textFormat,omitempty"` // plain, markdown, xml
	Summary        string          `json:"summary,omitempty"`    // what the toast of a card says
	Locale         string          `json:"locale,omitempty"`
	ReplyToID      ActivityID      `json:"replyToId,omitempty"`
	Action         string          `json:"action,omitempty"` // of an installationUpdate: add, remove, add-upgrade, remove-upgrade
	Entities       []Entity        `json:"entities,omitempty"`
	Attachments    []Attachment    `json:"attachments,omitempty"`
	MembersAdded   []Account       `json:"membersAdded,omitempty"`
	MembersRemoved []Account       `json:"membersRemoved,omitempty"`
	Value          json.RawMessage `json:"value,omitempty"` // of an invoke, or of a message made by Action.Submit
}

// Account is a person or a bot in an activity.
type Account struct {
	ID          UserID `json:"id,omitempty"`
	Name        string `json:"name,omitempty"`
	AADObjectID string `json:"aadObjectId,omitempty"` // the person in Entra
}

// Conversation is where an activity happens.
type Conversation struct {
	ID       ConversationID `json:"id"`
	Type     string         `json:"conversationType,omitempty"`
	TenantID string         `json:"tenantId,omitempty"`
	Name     string         `json:"name,omitempty"`
	IsGroup  bool           `json:"isGroup,omitempty"`
}

// ChannelData is what only Teams has.
type ChannelData struct {
	Tenant       *Named        `json:"tenant,omitempty"`
	Team         *Team         `json:"team,omitempty"`
	Channel      *Named        `json:"channel,omitempty"`
	Meeting      *Named        `json:"meeting,omitempty"`
	EventType    string        `json:"eventType,omitempty"` // of a conversationUpdate: teamRenamed, channelDeleted, …
	Settings     *Settings     `json:"settings,omitempty"`
	Notification *Notification `json:"notification,omitempty"`
}

// Named is an id with, perhaps, a name.
type Named struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
}

// Settings of an installation: the channel chosen for the bot in a team.
type Settings struct {
	SelectedChannel *Named `json:"selectedChannel,omitempty"`
}

// Notification asks Teams to show a message in the activity feed.
type Notification struct {
	Alert bool `json:"alert"`
}

// Entity is a mention or a clientInfo; others are kept without their fields.
type Entity struct {
	Type      string   `json:"type"`
	Mentioned *Account `json:"mentioned,omitempty"` // mention
	Text      string   `json:"text,omitempty"`      // mention: "<at>Ana</at>", as it stands in the text
	Locale    string   `json:"locale,omitempty"`    // clientInfo
	Platform  string   `json:"platform,omitempty"`  // clientInfo
	Timezone  string   `json:"timezone,omitempty"`  // clientInfo: IANA
}

// Attachment is a card or a file. Content of one that arrived is whatever JSON it was.
type Attachment struct {
	ContentType string      `json:"contentType"`
	Content     any         `json:"content,omitempty"`
	ContentURL  string      `json:"contentUrl,omitempty"`
	Name        string      `json:"name,omitempty"`
	Preview     *Attachment `json:"preview,omitempty"` // of a result of a message extension
}

// Time is a moment on the wire; one that cannot be read is the zero time.
type Time struct{ time.Time }

// UnmarshalJSON reads RFC 3339 and gives the zero time for all else.
func (t *Time) UnmarshalJSON(text []byte) error {
	t.Time = time.Time{}
	_ = t.Time.UnmarshalJSON(text) // an odd time is no reason to refuse an activity
	return nil
}

// Why a request is refused before anything is done.
var (
	// ErrMalformed says that a body is no activity at all: answer 400.
	ErrMalformed = errors.New("teams: not an activity")
	// ErrUntrusted says that a request is not, or not demonstrably, from Teams for this bot and tenant: answer 403.
	ErrUntrusted = errors.New("teams: not from Teams")
)

// Decode reads an activity. It refuses with ErrMalformed what is no JSON object, is not UTF-8, or is nested deeper than 64
// levels, and with ErrUntrusted what says one thing twice: the same name at the top level again, also spelled SERVICEURL
// or escaped. Everything else is tolerated: names and types that are not known are ignored, a field of the wrong type is
// as good as absent. The size of body is the caller's to bound.
func Decode(body []byte) (*Activity, error) {
	if err := inspect(body); err != nil {
		return nil, err
	}
	var a Activity
	if err := decodeTolerant(body, &a); err != nil {
		return nil, ErrMalformed
	}
	return &a, nil
}

// decodeTolerant fills into as far as the types agree: encoding/json goes on after a type that does not fit, and says so at
// the end.
func decodeTolerant(text []byte, into any) error {
	var wrongType *json.UnmarshalTypeError
	if err := json.Unmarshal(text, into); err != nil && !errors.As(err, &wrongType) {
		return err
	}
	return nil
}

// Tenant returns the Entra tenant of the activity, as channelData says it or else the conversation; "" when neither does.
func (a *Activity) Tenant() string {
	if a.ChannelData != nil && a.ChannelData.Tenant != nil && a.ChannelData.Tenant.ID != "" {
		return a.ChannelData.Tenant.ID
	}
	if a.Conversation != nil {
		return a.Conversation.TenantID
	}
	return ""
}

// Sender returns who acted; the zero Account when nobody is named.
func (a *Activity) Sender() Account {
	if a.From == nil {
		return Account{}
	}
	return *a.From
}

// Place returns the conversation; the zero Conversation when none is named.
func (a *Activity) Place() Conversation {
	if a.Conversation == nil {
		return Conversation{}
	}
	return *a.Conversation
}

// Scope returns the kind of the conversation. A chat between two people counts as a group chat: a bot is installed in it
// in that scope, though Teams may say personal. UNVERIFIED: what Teams says there.
func (a *Activity) Scope() Scope {
	place := a.Place()
	switch {
	case a.Channel() != "" || place.Type == string(InChannel) || strings.Contains(string(place.ID), "@thread.tacv2") ||
		strings.Contains(string(place.ID), "@thread.skype"):
		return InChannel
	case place.Type == string(GroupChat) || place.IsGroup || strings.HasPrefix(string(place.ID), "19:"):
		return GroupChat
	}
	return Personal
}

// Team returns the team of a channel, or "".
func (a *Activity) Team() TeamID {
	if a.ChannelData == nil || a.ChannelData.Team == nil {
		return ""
	}
	return a.ChannelData.Team.ID
}

// Channel returns the channel in which, or for which, the activity happened, or "".
func (a *Activity) Channel() ChannelID {
	if a.ChannelData == nil || a.ChannelData.Channel == nil {
		return ""
	}
	return ChannelID(a.ChannelData.Channel.ID)
}

// SelectedChannel returns the channel that was chosen when the bot was added to a team, or "".
func (a *Activity) SelectedChannel() ChannelID {
	if a.ChannelData == nil || a.ChannelData.Settings == nil || a.ChannelData.Settings.SelectedChannel == nil {
		return ""
	}
	return ChannelID(a.ChannelData.Settings.SelectedChannel.ID)
}

// Event returns the Teams event behind a conversationUpdate, or "".
func (a *Activity) Event() string {
	if a.ChannelData == nil {
		return ""
	}
	return a.ChannelData.EventType
}

// Reference returns what the connector needs to answer in the same conversation, without the thread.
func (a *Activity) Reference() Reference {
	base, _ := a.Place().ID.Split()
	return Reference{ServiceURL: a.ServiceURL, Tenant: a.Tenant(), Conversation: base}
}

// BotAdded tells whether the activity says that the bot itself came into the conversation.
func (a *Activity) BotAdded() bool { return a.isBotAmong(a.MembersAdded) }

// BotRemoved tells whether the activity says that the bot itself left the conversation.
func (a *Activity) BotRemoved() bool { return a.isBotAmong(a.MembersRemoved) }

func (a *Activity) isBotAmong(members []Account) bool {
	if a.Recipient == nil || a.Recipient.ID == "" {
		return false
	}
	for _, member := range members {
		if member.ID == a.Recipient.ID {
			return true
		}
	}
	return false
}

// Split separates the conversation from the thread in it: "19:…@thread.tacv2;messageid=1611060744833".
func (c ConversationID) Split() (base ConversationID, thread ActivityID) {
	before, after, _ := strings.Cut(string(c), ";messageid=")
	return ConversationID(before), ActivityID(after)
}

// Shared tells whether a conversation is one of people, and not theirs with the bot, and whether it is a channel. UNVERIFIED: that the
// endings say so in every cloud; where an activity tells the kind, that holds.
func (c ConversationID) Shared() (shared, channel bool) {
	base, _ := c.Split()
	id := string(base)
	return strings.HasPrefix(id, "19:") && strings.Contains(id, "@"), strings.HasSuffix(id, "@thread.tacv2") || strings.HasSuffix(id, "@thread.skype")
}

// Thread returns the id of the conversation with the thread that begins with root in it; the conversation itself when
// root is "".
func (c ConversationID) Thread(root ActivityID) ConversationID {
	base, _ := c.Split()
	if root == "" {
		return base
	}
	return base + ConversationID(";messageid="+string(root))
}

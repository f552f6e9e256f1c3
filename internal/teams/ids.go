package teams

// The names that Teams gives. They are opaque: compared and sent back, never taken apart, with the exceptions of
// ConversationID.Split and ConversationID.Shared.
type (
	// UserID is a person or bot towards this bot: "29:1aBj…" and "28:<app id>". Every bot sees other ids.
	UserID string
	// ConversationID is a chat or channel: "a:1…" (with the bot), "19:…@thread.v2" (group or meeting chat),
	// "19:…@thread.tacv2" (channel), the last one also with ";messageid=…" (a thread in it).
	ConversationID string
	// ActivityID is a message in a conversation, or one delivery of an event.
	ActivityID string
	// TeamID is a team, which is the id of its General channel: "19:…@thread.tacv2".
	TeamID string
	// ChannelID is a channel of a team: "19:…@thread.tacv2".
	ChannelID string
)

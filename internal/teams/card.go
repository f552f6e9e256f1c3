package teams

import (
	"cmp"
	"encoding/json"
	"fmt"
)

// MaxCard is how large a card may be, in bytes of JSON: what Teams takes in results of a message extension, and the cap
// for every other card.
const MaxCard = 28 * 1024

const (
	contentCard      = "application/vnd.microsoft.card.adaptive"
	contentThumbnail = "application/vnd.microsoft.card.thumbnail"
	cardSchema       = "http://adaptivecards.io/schemas/adaptive-card.json"
)

// Card is an Adaptive Card 1.5, the newest that Teams shows. Texts of elements are Markdown: what people wrote goes
// through [Escape]. The type, schema and version members are added when it is marshalled.
type Card struct {
	Type         cardType    `json:"type"`
	Schema       schemaName  `json:"$schema"`
	Version      cardVersion `json:"version"` // 1.5 when empty
	FallbackText string      `json:"fallbackText,omitempty"`
	Lang         string      `json:"lang,omitempty"`
	Speak        string      `json:"speak,omitempty"`
	Refresh      *Refresh    `json:"refresh,omitempty"`
	Body         []Element   `json:"body,omitempty"`
	Actions      []Action    `json:"actions,omitempty"`
	Teams        *CardTeams  `json:"msteams,omitempty"`
}

// Refresh makes Teams ask for the card again, with Execute, when one of the people listed (at most 60) sees it.
type Refresh struct {
	Type   refreshType `json:"type"`
	Action *Execute    `json:"action,omitempty"`
	Users  []UserID    `json:"userIds,omitempty"`
}

// CardTeams is what only Teams knows of a card (msteams-docs: cards-format). Adaptive Cards 1.5 does not name it.
type CardTeams struct {
	Width    string   `json:"width,omitempty"` // "Full"
	Entities []Entity `json:"entities,omitempty"`
}

// Attachment makes the card something that can be sent.
func (c Card) Attachment() Attachment { return Attachment{ContentType: contentCard, Content: c} }

// Message makes a message with the card alone: with a text beside it Teams makes two messages and names the id of one.
// Summary is the plain text of the notification.
func (c Card) Message(summary string) Activity {
	return Activity{Type: TypeMessage, Summary: summary, Attachments: []Attachment{c.Attachment()}}
}

// Size returns the bytes of the card as JSON.
func (c Card) Size() (int, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return 0, fmt.Errorf("teams: card: %w", err)
	}
	return len(text), nil
}

// Fit applies shrink, one after the other, until the card is no larger than MaxCard, and returns ErrTooBig when it never
// is. Each of them gets the card as the one before left it.
func (c Card) Fit(shrink ...func(*Card)) (Card, error) {
	for i := 0; ; i++ {
		size, err := c.Size()
		if err != nil || size <= MaxCard {
			return c, err
		}
		if i == len(shrink) {
			return c, fmt.Errorf("%w: a card of %d bytes", ErrTooBig, size)
		}
		shrink[i](&c)
	}
}

// AddBotData is the data of the button with which Teams adds the bot to the conversation before it sends the submit on
// (msteams-docs: create-task-module, "Request to install your conversational bot").
func AddBotData() any { return object{"msteams": object{"justInTimeInstall": true}} }

// OpenDialogData is the data of a [Submit] that asks for a dialog (task/fetch) with data.
func OpenDialogData(data map[string]any) any {
	all := object{"msteams": object{"type": "task/fetch"}}
	for name, value := range data {
		if name != "msteams" {
			all[name] = value
		}
	}
	return all
}

// PreviewVersion is the newest that Teams takes as the preview of a link (msteams-docs: link-unfurling).
const PreviewVersion cardVersion = "1.3"

// Preview is the preview of a link that shows a title and a sentence alone.
func Preview(lang, title, text string) Card {
	return Card{Version: PreviewVersion, Lang: lang, Body: []Element{
		TextBlock{Text: Escape(title), Weight: "bolder", Size: "large", Wrap: true},
		TextBlock{Text: Escape(text), Wrap: true, Subtle: true},
	}}
}

type cardVersion string

func (v cardVersion) MarshalText() ([]byte, error) { return []byte(cmp.Or(string(v), "1.5")), nil }

// The type members: values that marshal as their one name, so that a literal cannot leave them out.
type (
	cardType    struct{}
	schemaName  struct{}
	refreshType struct{}
)

func (cardType) MarshalText() ([]byte, error)    { return []byte("AdaptiveCard"), nil }
func (schemaName) MarshalText() ([]byte, error)  { return []byte(cardSchema), nil }
func (refreshType) MarshalText() ([]byte, error) { return []byte("Refresh"), nil }

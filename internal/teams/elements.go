package teams

import "strconv"

// The elements and actions of Adaptive Cards 1.5 that Teams shows: https://adaptivecards.io/explorer. A field left empty is
// left out. Text of a TextBlock and both sides of a Fact are Markdown; labels, titles, values and hints are plain text.

// Element is what a card, container or column consists of.
type Element interface{ element() }

// Action is a button.
type Action interface{ action() }

// Hidden hides an element when it is true: it marshals as isVisible false.
type Hidden bool

// MarshalJSON writes the opposite.
func (h Hidden) MarshalJSON() ([]byte, error) {
	return strconv.AppendBool(nil, !bool(h)), nil
}

// Common is what all elements have.
type Common struct {
	ID        string `json:"id,omitempty"`
	Spacing   string `json:"spacing,omitempty"` // none, small, default, medium, large, extraLarge, padding
	Separator bool   `json:"separator,omitempty"`
	Hidden    Hidden `json:"isVisible,omitzero"`
}

// TextBlock is a paragraph of Markdown.
type TextBlock struct {
	Type textBlockType `json:"type"`
	Common
	Text   string `json:"text"`
	Wrap   bool   `json:"wrap,omitempty"`
	Size   string `json:"size,omitempty"`   // small, default, medium, large, extraLarge
	Weight string `json:"weight,omitempty"` // lighter, default, bolder
	Color  string `json:"color,omitempty"`  // accent, good, warning, attention, …
	Subtle bool   `json:"isSubtle,omitempty"`
	Style  string `json:"style,omitempty"` // heading
	Align  string `json:"horizontalAlignment,omitempty"`
	Lines  int    `json:"maxLines,omitempty"`
}

// FactSet is a table of names and values.
type FactSet struct {
	Type factSetType `json:"type"`
	Common
	Facts []Fact `json:"facts"`
}

// Fact is a row of a FactSet; both sides are Markdown.
type Fact struct {
	Title string `json:"title"`
	Value string `json:"value"`
}

// ColumnSet puts columns side by side.
type ColumnSet struct {
	Type columnSetType `json:"type"`
	Common
	Columns []Column `json:"columns,omitempty"`
	Style   string   `json:"style,omitempty"`
}

// Column is one of a ColumnSet. Width is "auto", "stretch", a weight ("2") or pixels ("40px").
type Column struct {
	Type     columnType `json:"type"`
	ID       string     `json:"id,omitempty"`
	Width    string     `json:"width,omitempty"`
	Items    []Element  `json:"items,omitempty"`
	Vertical string     `json:"verticalContentAlignment,omitempty"` // top, center, bottom
	Style    string     `json:"style,omitempty"`
	Select   Action     `json:"selectAction,omitempty"`
}

// Container groups elements.
type Container struct {
	Type containerType `json:"type"`
	Common
	Items  []Element `json:"items"`
	Style  string    `json:"style,omitempty"` // emphasis, good, attention, warning, accent
	Bleed  bool      `json:"bleed,omitempty"`
	Select Action    `json:"selectAction,omitempty"`
}

// ActionSet puts buttons between the elements.
type ActionSet struct {
	Type actionSetType `json:"type"`
	Common
	Actions []Action `json:"actions"`
}

// Image is a PNG, JPEG or GIF of at most 1024 × 1024 and 1 MB, at an https or data address.
type Image struct {
	Type imageType `json:"type"`
	Common
	URL   string `json:"url"`
	Alt   string `json:"altText,omitempty"`
	Size  string `json:"size,omitempty"`  // auto, stretch, small, medium, large
	Style string `json:"style,omitempty"` // person
	Width string `json:"width,omitempty"` // pixels: "40px"
}

// Field is what all inputs have. ID is required: the submitted value has that name.
type Field struct {
	Common
	Label    string `json:"label,omitempty"`
	Required bool   `json:"isRequired,omitempty"`
	Error    string `json:"errorMessage,omitempty"`
}

// TextInput is a line or, with Multiline, a field of text. Its value is plain text.
type TextInput struct {
	Type textInputType `json:"type"`
	Field
	Value       string `json:"value,omitempty"`
	Placeholder string `json:"placeholder,omitempty"`
	MaxLength   int    `json:"maxLength,omitempty"`
	Multiline   bool   `json:"isMultiline,omitempty"`
	Style       string `json:"style,omitempty"` // tel, url, email, password
	Regex       string `json:"regex,omitempty"`
}

// DateInput is a day, "2026-11-23".
type DateInput struct {
	Type dateInputType `json:"type"`
	Field
	Value string `json:"value,omitempty"`
	Min   string `json:"min,omitempty"`
	Max   string `json:"max,omitempty"`
}

// TimeInput is a time of day, "14:30".
type TimeInput struct {
	Type timeInputType `json:"type"`
	Field
	Value string `json:"value,omitempty"`
	Min   string `json:"min,omitempty"`
	Max   string `json:"max,omitempty"`
}

// NumberInput is a number.
type NumberInput struct {
	Type numberInputType `json:"type"`
	Field
	Value *float64 `json:"value,omitempty"`
	Min   *float64 `json:"min,omitempty"`
	Max   *float64 `json:"max,omitempty"`
}

// Toggle is a yes or no, submitted as the text "true" or "false".
type Toggle struct {
	Type toggleType `json:"type"`
	Field
	Title string `json:"title"`
	Value string `json:"value,omitempty"` // "true", "false"
	Wrap  bool   `json:"wrap,omitempty"`
}

// ChoiceSet is one of several, or with Multi any of several, whose values are submitted joined by commas.
type ChoiceSet struct {
	Type choiceSetType `json:"type"`
	Field
	Choices     []Choice `json:"choices"`
	Value       string   `json:"value,omitempty"`
	Multi       bool     `json:"isMultiSelect,omitempty"`
	Style       string   `json:"style,omitempty"` // compact, expanded
	Placeholder string   `json:"placeholder,omitempty"`
	Wrap        bool     `json:"wrap,omitempty"`
}

// Choice is one choice of a ChoiceSet; Title is plain text.
type Choice struct {
	Title string `json:"title"`
	Value string `json:"value"`
}

// Button is what all actions have. Title and Tooltip are plain text.
type Button struct {
	ID      string `json:"id,omitempty"`
	Title   string `json:"title,omitempty"`
	Style   string `json:"style,omitempty"` // positive, destructive
	Tooltip string `json:"tooltip,omitempty"`
	Mode    string `json:"mode,omitempty"` // secondary: in the overflow menu
}

// Submit sends the inputs and Data: as a message, in a dialog as an invoke. Inputs are not sent, and not checked, when
// Associated is "none".
type Submit struct {
	Type submitType `json:"type"`
	Button
	Data       any    `json:"data,omitempty"` // an object
	Associated string `json:"associatedInputs,omitempty"`
}

// Execute sends the inputs and Data as adaptiveCard/action. Fallback is for clients that do not know it.
type Execute struct {
	Type executeType `json:"type"`
	Button
	Verb       string `json:"verb,omitempty"`
	Data       any    `json:"data,omitempty"` // an object
	Associated string `json:"associatedInputs,omitempty"`
	Fallback   Action `json:"fallback,omitempty"`
}

// OpenURL opens a page, of https.
type OpenURL struct {
	Type openURLType `json:"type"`
	Button
	URL string `json:"url"`
}

// ShowCard unfolds a card below the button. The inputs above are sent by the buttons in it.
type ShowCard struct {
	Type showCardType `json:"type"`
	Button
	Card Card `json:"card"`
}

func (TextBlock) element()   {}
func (FactSet) element()     {}
func (ColumnSet) element()   {}
func (Container) element()   {}
func (ActionSet) element()   {}
func (Image) element()       {}
func (TextInput) element()   {}
func (DateInput) element()   {}
func (TimeInput) element()   {}
func (NumberInput) element() {}
func (Toggle) element()      {}
func (ChoiceSet) element()   {}

func (Submit) action()   {}
func (Execute) action()  {}
func (OpenURL) action()  {}
func (ShowCard) action() {}

type (
	textBlockType   struct{}
	factSetType     struct{}
	columnSetType   struct{}
	columnType      struct{}
	containerType   struct{}
	actionSetType   struct{}
	imageType       struct{}
	textInputType   struct{}
	dateInputType   struct{}
	timeInputType   struct{}
	numberInputType struct{}
	toggleType      struct{}
	choiceSetType   struct{}
	submitType      struct{}
	executeType     struct{}
	openURLType     struct{}
	showCardType    struct{}
)

func (textBlockType) MarshalText() ([]byte, error)   { return []byte("TextBlock"), nil }
func (factSetType) MarshalText() ([]byte, error)     { return []byte("FactSet"), nil }
func (columnSetType) MarshalText() ([]byte, error)   { return []byte("ColumnSet"), nil }
func (columnType) MarshalText() ([]byte, error)      { return []byte("Column"), nil }
func (containerType) MarshalText() ([]byte, error)   { return []byte("Container"), nil }
func (actionSetType) MarshalText() ([]byte, error)   { return []byte("ActionSet"), nil }
func (imageType) MarshalText() ([]byte, error)       { return []byte("Image"), nil }
func (textInputType) MarshalText() ([]byte, error)   { return []byte("Input.Text"), nil }
func (dateInputType) MarshalText() ([]byte, error)   { return []byte("Input.Date"), nil }
func (timeInputType) MarshalText() ([]byte, error)   { return []byte("Input.Time"), nil }
func (numberInputType) MarshalText() ([]byte, error) { return []byte("Input.Number"), nil }
func (toggleType) MarshalText() ([]byte, error)      { return []byte("Input.Toggle"), nil }
func (choiceSetType) MarshalText() ([]byte, error)   { return []byte("Input.ChoiceSet"), nil }
func (submitType) MarshalText() ([]byte, error)      { return []byte("Action.Submit"), nil }
func (executeType) MarshalText() ([]byte, error)     { return []byte("Action.Execute"), nil }
func (openURLType) MarshalText() ([]byte, error)     { return []byte("Action.OpenUrl"), nil }
func (showCardType) MarshalText() ([]byte, error)    { return []byte("Action.ShowCard"), nil }

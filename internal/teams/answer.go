package teams

import "net/http"

// Answer is what an invoke is answered with, in the body of the HTTP response. Body is marshalled as JSON.
type Answer struct {
	Status int
	Body   any
}

type object map[string]any

func ok(body any) Answer { return Answer{Status: http.StatusOK, Body: body} }

// Done accepts an invoke that wants no content; it closes the dialog from which it came.
func Done() Answer { return ok(object{}) }

// NotImplemented answers an invoke that the bot does not know.
func NotImplemented() Answer { return Answer{Status: http.StatusNotImplemented, Body: object{}} }

// BadInvoke answers an invoke whose value makes no sense.
func BadInvoke() Answer { return Answer{Status: http.StatusBadRequest, Body: object{}} }

// DialogContent is a dialog: with a card, or with a page of the bot's own domain. Title is plain text. Width and Height are
// pixels (int) or "small", "medium", "large" (string); nil leaves the choice to Teams.
type DialogContent struct {
	Title  string
	Width  any
	Height any
	Card   *Card
	URL    string
	// Fallback is the page for clients that cannot show URL.
	Fallback string
}

// Dialog opens a dialog, or shows something else in the one that is open (task/continue).
func Dialog(d DialogContent) Answer {
	value := dialog{Title: d.Title, Width: d.Width, Height: d.Height, URL: d.URL, Fallback: d.Fallback}
	if d.Card != nil {
		card := d.Card.Attachment()
		value.Card = &card
	}
	return ok(dialogAnswer{task{"continue", value}})
}

type dialogAnswer struct {
	Task task `json:"task"`
}

type task struct {
	Type  string `json:"type"`
	Value any    `json:"value"`
}

type dialog struct {
	Card     *Attachment `json:"card,omitempty"`
	Fallback string      `json:"fallbackUrl,omitempty"`
	Height   any         `json:"height,omitempty"`
	Title    string      `json:"title"`
	URL      string      `json:"url,omitempty"`
	Width    any         `json:"width,omitempty"`
}

// DialogText closes the dialog and says text (task/message). The text is plain.
func DialogText(text string) Answer {
	return ok(dialogAnswer{task{"message", text}})
}

type extension struct {
	Type        string       `json:"type"`
	Layout      string       `json:"attachmentLayout,omitempty"`
	Attachments []Attachment `json:"attachments,omitempty"`
	Text        string       `json:"text,omitempty"`
	Suggested   *suggested   `json:"suggestedActions,omitempty"`
}

type suggested struct {
	Actions []suggestedAction `json:"actions"`
}

type suggestedAction struct {
	Type  string `json:"type"`
	Title string `json:"title,omitempty"`
	Value string `json:"value"`
}

func extend(e extension) Answer { return ok(object{"composeExtension": e}) }

func withPage(kind, title, page string) Answer {
	return extend(extension{Type: kind, Suggested: &suggested{Actions: []suggestedAction{{Type: "openUrl", Title: title, Value: page}}}})
}

// SignIn asks the person to sign in on page, which opens in a pop-up and must be of a valid domain of the package. Teams
// sends the original invoke again with what the page hands to notifySuccess as its state.
func SignIn(title, page string) Answer { return withPage("auth", title, page) }

// ExtensionText says text in the message extension instead of results.
func ExtensionText(text string) Answer { return extend(extension{Type: "message", Text: text}) }

// Results lists cards from which the person chooses, each with its preview, or puts a single one into the compose box.
// Together they must stay within MaxCard.
func Results(cards ...Attachment) Answer {
	return extend(extension{Type: "result", Layout: "list", Attachments: cards})
}

// Result makes a card a result: the preview is what stands in the list, and tap, when not nil, what a click on it sends
// back as the value of composeExtension/selectItem. Title and text are plain.
func Result(card Card, title, text string, tap any) Attachment {
	preview := object{"title": title, "text": text}
	if tap != nil {
		preview["tap"] = object{"type": "invoke", "value": tap}
	}
	a := card.Attachment()
	a.Preview = &Attachment{ContentType: contentThumbnail, Content: preview}
	return a
}

type actionResponse struct {
	StatusCode int    `json:"statusCode"`
	Type       string `json:"type"`
	Value      any    `json:"value"`
}

// CardError answers an Action.Execute that went wrong: status 400 when the person can do something about it, 412 when the
// card is out of date, else 500. The HTTP status is 200 all the same, as Teams wants it.
func CardError(status int, code, message string) Answer {
	kind := "application/vnd.microsoft.error"
	if status == http.StatusPreconditionFailed {
		kind = "application/vnd.microsoft.error.preconditionFailed"
	}
	return ok(actionResponse{status, kind, object{"code": code, "message": message}})
}

package microsoftsim

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"

	"causeway/internal/sandbox/world"
)

// Outcome is what Teams shows after something was pressed.
type Outcome struct {
	Type        string            `json:"type"` // dialog, auth, result, message, closed, card, open, config, error
	Dialog      *Dialog           `json:"dialog,omitempty"`
	Popup       *Popup            `json:"popup,omitempty"`
	Attachments []json.RawMessage `json:"attachments,omitempty"`
	Layout      string            `json:"layout,omitempty"`
	Text        string            `json:"text,omitempty"`
	Status      int               `json:"status,omitempty"` // of the bot's answer, when it is an error
	Card        json.RawMessage   `json:"card,omitempty"`
	URL         string            `json:"url,omitempty"`
	MessageID   string            `json:"messageId,omitempty"` // the message that was written or changed by it
}

// Dialog is a window with a card or a page of the app.
type Dialog struct {
	ID     string          `json:"id"`
	Title  string          `json:"title"`
	Width  any             `json:"width,omitempty"` // pixels or small, medium, large
	Height any             `json:"height,omitempty"`
	Card   json.RawMessage `json:"card,omitempty"`
	URL    string          `json:"url,omitempty"`
}

// Popup is a sign-in window that Teams opens for the app.
type Popup struct {
	ID    string `json:"id"`
	URL   string `json:"url"`
	Title string `json:"title"`
}

// Sentences that Teams shows.
const (
	unreachableApp = "Unable to reach the app. Please try again."
	somethingWrong = "Something went wrong. Please try again."
	notTrusted     = "The app wants to open a page of a domain that is not among its valid domains."
)

func failure(text string, status int) Outcome {
	return Outcome{Type: "error", Text: text, Status: status}
}

// origin is where something was pressed: what comes next continues there.
type origin struct {
	Person  string   `json:"person"` // handle
	Chat    string   `json:"chat"`   // handle, "bot:ana" for Ana's own
	Thread  string   `json:"thread,omitempty"`
	Invoke  activity `json:"invoke"` // what was sent; a pop-up sends it again with its state
	Message string   `json:"message,omitempty"`
	Theme   string   `json:"theme,omitempty"`
}

func (s *Sim) originOf(p *world.Person, c *chat, thread, theme string) origin {
	if theme == "" {
		theme = "default"
	}
	return origin{Person: p.Handle, Chat: c.Handle, Thread: thread, Theme: theme}
}

// again finds person and chat of an origin.
func (s *Sim) again(o origin) (*world.Person, *chat) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.world.Seed.Person(o.Person), s.st.byHandle[o.Chat]
}

// ask sends an invoke and shows what came of it.
func (s *Sim) ask(ctx context.Context, o origin, name string, value object) Outcome {
	p, c := s.again(o)
	m, err := s.appFor(p)
	if err != nil {
		return failure(err.Error(), 0)
	}
	a := s.invoke(p, c, o.Thread, name, value)
	if o.Message != "" {
		a["replyToId"] = o.Message
		dig(a, "channelData").(object)["source"] = object{"name": "message"}
	}
	o.Invoke = object{"name": name, "value": value}
	r := s.send(ctx, a)
	switch {
	case errors.Is(r.err, context.DeadlineExceeded):
		return failure(unreachableApp, http.StatusGatewayTimeout)
	case r.status == 0:
		return failure(unreachableApp, http.StatusBadGateway)
	case !r.answered():
		return failure(unreachableApp, r.status)
	}
	return s.understand(o, m, name, r)
}

// answer is everything that a bot may answer to a message extension or a dialog.
type answer struct {
	Task *struct {
		Type  string          `json:"type"`
		Value json.RawMessage `json:"value"`
	} `json:"task"`
	ComposeExtension *extensionAnswer `json:"composeExtension"`
}

type extensionAnswer struct {
	Type             string            `json:"type"`
	AttachmentLayout string            `json:"attachmentLayout"`
	Attachments      []json.RawMessage `json:"attachments"`
	Text             string            `json:"text"`
	SuggestedActions struct {
		Actions []struct {
			Type  string `json:"type"`
			Title string `json:"title"`
			Value string `json:"value"`
		} `json:"actions"`
	} `json:"suggestedActions"`
}

func (s *Sim) understand(o origin, m *manifest, name string, r reply) Outcome {
	if len(r.body) == 0 {
		return Outcome{Type: "closed"}
	}
	var a answer
	if json.Unmarshal(r.body, &a) != nil {
		return failure(somethingWrong, r.status)
	}
	switch {
	case a.Task != nil && a.Task.Type == "continue":
		return s.open(o, m, name, a.Task.Value)
	case a.Task != nil && a.Task.Type == "message":
		var text string
		if json.Unmarshal(a.Task.Value, &text) != nil || text == "" {
			return failure(somethingWrong, r.status)
		}
		return Outcome{Type: "message", Text: text}
	case a.ComposeExtension != nil:
		return s.extension(o, m, name, a.ComposeExtension)
	case a.Task == nil:
		return Outcome{Type: "closed"}
	}
	return failure(somethingWrong, r.status)
}

// open opens a dialog with the card or page of the answer.
func (s *Sim) open(o origin, m *manifest, name string, raw json.RawMessage) Outcome {
	var v struct {
		Title  string `json:"title"`
		Width  any    `json:"width"`
		Height any    `json:"height"`
		URL    string `json:"url"`
		Card   *struct {
			ContentType string          `json:"contentType"`
			Content     json.RawMessage `json:"content"`
		} `json:"card"`
	}
	if json.Unmarshal(raw, &v) != nil || (v.Card == nil) == (v.URL == "") {
		return failure(somethingWrong, http.StatusOK)
	}
	shown := &Dialog{ID: "d-" + s.world.IDs.Hex(8), Title: v.Title, Width: v.Width, Height: v.Height, URL: v.URL}
	if v.URL != "" && !m.trusts(v.URL) {
		return failure(notTrusted, http.StatusOK)
	}
	if v.Card != nil {
		if v.Card.ContentType != adaptiveType {
			return failure(somethingWrong, http.StatusOK)
		}
		if err := checkCard(v.Card.Content); err != nil {
			return failure(somethingWrong+" ("+err.Error()+")", http.StatusOK)
		}
		shown.Card = v.Card.Content
	}
	d := &dialog{Origin: o, Shown: *shown, Extension: isExtension(name)}
	s.mu.Lock()
	s.st.Dialogs[shown.ID] = d
	s.mu.Unlock()
	return Outcome{Type: "dialog", Dialog: shown}
}

// maxResults is what the cards of a message extension's answer may measure.
const maxResults = 28 << 10

func (s *Sim) extension(o origin, m *manifest, name string, x *extensionAnswer) Outcome {
	switch x.Type {
	case "result":
		size := 0
		for _, raw := range x.Attachments {
			size += len(raw)
			if err := checkResult(raw, name); err != nil {
				return failure(somethingWrong+" ("+err.Error()+")", http.StatusOK)
			}
		}
		if size > maxResults {
			return failure(somethingWrong+" (the results are larger than 28 KB)", http.StatusOK)
		}
		return Outcome{Type: "result", Attachments: append([]json.RawMessage{}, x.Attachments...), Layout: x.AttachmentLayout}
	case "auth", "config":
		if len(x.SuggestedActions.Actions) != 1 || x.SuggestedActions.Actions[0].Type != "openUrl" {
			return failure(somethingWrong, http.StatusOK)
		}
		action := x.SuggestedActions.Actions[0]
		if x.Type == "config" && m.trusts(action.Value) {
			return Outcome{Type: "config", URL: action.Value}
		}
		return s.popup(o, m, action.Value, action.Title)
	case "message":
		return Outcome{Type: "message", Text: x.Text}
	}
	return failure(somethingWrong, http.StatusOK)
}

// checkResult holds an attachment of a result against what Teams shows. Results of a query need a preview in a plain card.
func checkResult(raw json.RawMessage, name string) error {
	var a struct {
		ContentType string          `json:"contentType"`
		Content     json.RawMessage `json:"content"`
		Preview     *struct {
			ContentType string `json:"contentType"`
		} `json:"preview"`
	}
	if err := json.Unmarshal(raw, &a); err != nil {
		return errors.New("an attachment is no object")
	}
	if _, err := asCard(a.ContentType, a.Content); err != nil {
		return err
	}
	small := a.Preview != nil && (a.Preview.ContentType == heroType || a.Preview.ContentType == thumbnailType)
	unfurled := name == linkPasted || name == linkPastedBySomebody
	if a.ContentType == adaptiveType && (name == "composeExtension/query" || unfurled) && !small {
		return errors.New("an attachment lacks a preview")
	}
	if unfurled && a.ContentType == adaptiveType {
		var card struct{ Version string }
		if err := json.Unmarshal(a.Content, &card); err != nil || !slices.Contains([]string{"1.0", "1.1", "1.2", "1.3"}, card.Version) {
			return errors.New("the preview of a link is a card of version 1.3 at most")
		}
	}
	return nil
}

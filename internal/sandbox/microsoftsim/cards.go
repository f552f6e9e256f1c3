package microsoftsim

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Content types of cards.
const (
	adaptiveType  = "application/vnd.microsoft.card.adaptive"
	heroType      = "application/vnd.microsoft.card.hero"
	thumbnailType = "application/vnd.microsoft.card.thumbnail"
	signinType    = "application/vnd.microsoft.card.signin"
)

const maxActions = 6

var cardVersion = regexp.MustCompile(`^1\.[0-5]$`)

// asCard turns an attachment into the Adaptive Card that is shown for it, and refuses what Teams refuses: a version above 1.5, more
// than six actions, elements and actions that it does not know, or that lack what they need.
func asCard(contentType string, content json.RawMessage) (json.RawMessage, error) {
	switch contentType {
	case adaptiveType:
		return content, checkCard(content)
	case heroType, thumbnailType, signinType:
		return plainCard(content)
	}
	return nil, fmt.Errorf("the content type %q is not supported", contentType)
}

// needs are the fields that an element or action must have; unknown are those that Teams does not show, Media among them.
func needs(kind string) (fields []string, known bool) {
	switch kind {
	case "TextBlock", "TextRun":
		return []string{"text"}, true
	case "Image", "Action.OpenUrl":
		return []string{"url"}, true
	case "RichTextBlock":
		return []string{"inlines"}, true
	case "FactSet":
		return []string{"facts"}, true
	case "Container", "TableCell":
		return []string{"items"}, true
	case "ImageSet":
		return []string{"images"}, true
	case "ActionSet":
		return []string{"actions"}, true
	case "Input.Text", "Input.Number", "Input.Date", "Input.Time", "Input.ChoiceSet":
		return []string{"id"}, true
	case "Input.Toggle":
		return []string{"id", "title"}, true
	case "Action.ShowCard":
		return []string{"card"}, true
	case "Action.ToggleVisibility":
		return []string{"targetElements"}, true
	case "ColumnSet", "Column", "Table", "TableRow", "Action.Submit", "Action.Execute":
		return nil, true
	}
	return nil, false
}

func checkCard(raw json.RawMessage) error {
	var card object
	if err := json.Unmarshal(raw, &card); err != nil || card == nil {
		return errors.New("the card is no JSON object")
	}
	version, ok := card["version"].(string)
	switch {
	case card["type"] != "AdaptiveCard":
		return errors.New(`the card's type is not "AdaptiveCard"`)
	case !ok || !cardVersion.MatchString(version):
		return fmt.Errorf("version %v is not supported, the highest is 1.5", card["version"])
	}
	return checkParts(card, map[string]bool{})
}

// checkParts looks at everything in the card that has a type, wherever it stands.
func checkParts(part object, inputs map[string]bool) error {
	if list, _ := part["actions"].([]any); len(list) > maxActions {
		return fmt.Errorf("%d actions, Teams shows at most %d", len(list), maxActions)
	}
	for _, name := range children() {
		list, ok := part[name].([]any)
		if one, isOne := part[name].(object); isOne {
			list, ok = []any{one}, true
		}
		if !ok {
			continue
		}
		for _, child := range list {
			o, ok := child.(object)
			if !ok {
				if name == "inlines" {
					continue // a text
				}
				return fmt.Errorf("%s holds something that is no object", name)
			}
			if err := checkPart(name, o, inputs); err != nil {
				return err
			}
			if err := checkParts(o, inputs); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkPart(place string, o object, inputs map[string]bool) error {
	kind, _ := o["type"].(string)
	switch {
	case place == "columns" && kind == "": // of a ColumnSet or a Table
		kind = "Column"
	case place == "card" && kind == "AdaptiveCard":
		return nil
	}
	required, known := needs(kind)
	if !known {
		return fmt.Errorf("the element %q is not supported", kind)
	}
	for _, name := range required {
		if o[name] == nil || o[name] == "" && name != "text" {
			return fmt.Errorf("%s lacks %s", kind, name)
		}
	}
	if strings.HasPrefix(kind, "Input.") {
		id, _ := o["id"].(string)
		if inputs[id] {
			return fmt.Errorf("the id %q is used by two inputs", id)
		}
		inputs[id] = true
	}
	if facts, _ := o["facts"].([]any); kind == "FactSet" {
		for _, f := range facts {
			if dig(f, "title") == nil || dig(f, "value") == nil {
				return errors.New("a fact lacks title or value")
			}
		}
	}
	if kind == "Action.OpenUrl" && !safeURL(str(o, "url")) {
		return fmt.Errorf("Action.OpenUrl leads to %q", str(o, "url"))
	}
	return nil
}

// safeURL takes https, and http on loopback, which the sandbox itself is.
func safeURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname()))
}

func isLoopback(host string) bool {
	return host == "localhost" || host == "127.0.0.1" || host == "::1"
}

// children are the places in a card where parts stand, in the order in which actions are counted.
func children() []string {
	return []string{"selectAction", "body", "items", "columns", "rows", "cells", "images", "inlines", "inlineAction", "actions", "card"}
}

// actionsOf are all actions of a card, depth first; the control API counts them so.
func actionsOf(card json.RawMessage) []object {
	var root object
	if json.Unmarshal(card, &root) != nil {
		return nil
	}
	var found []object
	walk(root, func(o object) {
		if kind, _ := o["type"].(string); strings.HasPrefix(kind, "Action.") {
			found = append(found, o)
		}
	})
	return found
}

func walk(node any, visit func(object)) {
	switch n := node.(type) {
	case []any:
		for _, child := range n {
			walk(child, visit)
		}
	case object:
		visit(n)
		for _, name := range children() {
			walk(n[name], visit)
		}
	}
}

// inputsOf gathers what a client sends for the inputs of a card: what the person entered, else what was filled in.
func inputsOf(card json.RawMessage, entered object) (object, error) {
	var root object
	if err := json.Unmarshal(card, &root); err != nil {
		return nil, err
	}
	data, complaint := object{}, ""
	walk(root, func(o object) {
		kind, _ := o["type"].(string)
		id, _ := o["id"].(string)
		if !strings.HasPrefix(kind, "Input.") {
			return
		}
		value, given := entered[id]
		if !given {
			value = preset(kind, o)
		}
		text := textOf(value)
		if required, _ := o["isRequired"].(bool); required && (text == "" || kind == "Input.Toggle" && text != onOf(o)) && complaint == "" {
			complaint = str(o, "errorMessage")
			if complaint == "" {
				complaint = fmt.Sprintf("%s is required.", str(o, "label"))
			}
		}
		if given || text != "" {
			data[id] = text
		}
	})
	if complaint != "" {
		return nil, errors.New(complaint)
	}
	for name, value := range entered { // a client that sends more than the card asks for
		if _, there := data[name]; !there {
			data[name] = value
		}
	}
	return data, nil
}

func preset(kind string, o object) any {
	if kind == "Input.Toggle" && o["value"] == nil {
		if off := str(o, "valueOff"); off != "" {
			return off
		}
		return "false"
	}
	return o["value"]
}

func onOf(o object) string {
	if on := str(o, "valueOn"); on != "" {
		return on
	}
	return "true"
}

// textOf is how clients send the value of an input: always as text.
func textOf(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return fmt.Sprint(value)
}

// plainCard shows a hero, thumbnail or sign-in card as an Adaptive Card.
func plainCard(content json.RawMessage) (json.RawMessage, error) {
	var c struct {
		Title    string `json:"title"`
		Subtitle string `json:"subtitle"`
		Text     string `json:"text"`
		Buttons  []struct {
			Type  string `json:"type"`
			Title string `json:"title"`
			Value any    `json:"value"`
		} `json:"buttons"`
	}
	if err := json.Unmarshal(content, &c); err != nil {
		return nil, errors.New("the card is no JSON object")
	}
	body, actions := []object{}, []object{}
	for i, text := range []string{c.Title, c.Subtitle, c.Text} {
		if text != "" {
			block := object{"type": "TextBlock", "text": text, "wrap": true}
			if i == 0 {
				block["weight"], block["size"] = "Bolder", "Medium"
			}
			body = append(body, block)
		}
	}
	if len(c.Buttons) > maxActions {
		return nil, fmt.Errorf("%d actions, Teams shows at most %d", len(c.Buttons), maxActions)
	}
	for _, b := range c.Buttons {
		if !slices.Contains([]string{"openUrl", "signin", "invoke", "messageBack", "imBack"}, b.Type) {
			return nil, fmt.Errorf("the action %q is not supported", b.Type)
		}
		if b.Type == "openUrl" {
			actions = append(actions, object{"type": "Action.OpenUrl", "title": b.Title, "url": b.Value})
			continue
		}
		actions = append(actions, object{"type": "Action.Submit", "title": b.Title, "data": object{"msteams": object{"type": b.Type, "value": b.Value}}})
	}
	return json.Marshal(object{"type": "AdaptiveCard", "version": "1.2", "body": body, "actions": actions})
}

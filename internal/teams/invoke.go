package teams

import "encoding/json"

// Names of the invokes that Teams sends and that can be answered with this package (MicrosoftDocs/msteams-docs; botbuilder-js
// teamsActivityHandler). Any other is answered with [NotImplemented].
const (
	InvokeQuery          = "composeExtension/query"              // search in a message extension → Results
	InvokeSelect         = "composeExtension/selectItem"         // a preview was tapped → Results
	InvokeFetchTask      = "composeExtension/fetchTask"          // an action command was chosen → Dialog
	InvokeSubmitAction   = "composeExtension/submitAction"       // its form was submitted → Dialog, Results, Done
	InvokeLink           = "composeExtension/queryLink"          // a link was pasted → Results
	InvokeLinkAnonymous  = "composeExtension/anonymousQueryLink" // the same, by somebody without the app → Results
	InvokeSettingsPage   = "composeExtension/querySettingUrl"    // → SettingsPage
	InvokeSettings       = "composeExtension/setting"            // the settings page has ended → Done
	InvokeCardButton     = "composeExtension/onCardButtonClicked"
	InvokeDialogFetch    = "task/fetch"           // a button of a card asks for a dialog → Dialog
	InvokeDialogSubmit   = "task/submit"          // → Dialog, DialogText, Done
	InvokeCardAction     = "adaptiveCard/action"  // Action.Execute, or an automatic refresh → CardView, CardText, CardError
	InvokeVerifyState    = "signin/verifyState"   // the sign-in pop-up has ended → Done
	InvokeTokenExchange  = "signin/tokenExchange" // #nosec G101 -- a name
	InvokeSignInFailure  = "signin/failure"       // → Done
	InvokeFileConsent    = "fileConsent/invoke"
	InvokeMessageSubmit  = "message/submitAction"
	InvokeActionableCard = "actionableMessage/executeAction"
)

// Command is the value of a message-extension invoke: fetchTask, submitAction, query, selectItem (whose whole value is
// Data), queryLink, setting. Which fields are filled depends on the invoke.
type Command struct {
	ID         string          `json:"commandId"`
	Context    string          `json:"commandContext"` // compose, message, commandbox
	RequestID  string          `json:"requestId"`
	State      string          `json:"state"` // what the sign-in or settings page handed to notifySuccess
	URL        string          `json:"url"`   // queryLink
	Parameters []Parameter     `json:"parameters"`
	Options    QueryOptions    `json:"queryOptions"`
	Data       json.RawMessage `json:"data"` // what the form held, and what its button carried
	Client     ClientContext   `json:"context"`
	Message    *MessagePayload `json:"messagePayload"` // the message from whose menu the command was chosen
}

// Parameter is one thing searched for. First run: Name "initialRun", Value "true".
type Parameter struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// QueryOptions say which part of the results is wanted.
type QueryOptions struct {
	Skip  int `json:"skip"`
	Count int `json:"count"`
}

// ClientContext tells about the window that asks.
type ClientContext struct {
	Theme string `json:"theme"` // default, dark, contrast
}

// MessagePayload is the message from whose menu a command was chosen.
type MessagePayload struct {
	ID      ActivityID `json:"id"`
	ReplyTo ActivityID `json:"replyToId"`
	Subject string     `json:"subject"`
	Body    struct {
		ContentType string `json:"contentType"`
		Content     string `json:"content"`
	} `json:"body"`
	Link string `json:"linkToMessage"`
}

// DialogCall is the value of task/fetch and task/submit.
type DialogCall struct {
	Data   json.RawMessage `json:"data"`
	Client ClientContext   `json:"context"`
}

// CardAction is the value of adaptiveCard/action.
type CardAction struct {
	Action struct {
		Type string          `json:"type"` // Action.Execute
		ID   string          `json:"id"`
		Verb string          `json:"verb"`
		Data json.RawMessage `json:"data"`
	} `json:"action"`
	Trigger string `json:"trigger"` // manual, automatic
}

// Command returns the value of a message-extension invoke. It never fails: what is missing or of another type is empty.
func (a *Activity) Command() Command {
	c := valueOf[Command](a)
	if a.Name == InvokeSelect {
		c.Data = a.Value
	}
	return c
}

// Dialog returns the value of task/fetch or task/submit, as Command does.
func (a *Activity) Dialog() DialogCall { return valueOf[DialogCall](a) }

// CardAction returns the value of adaptiveCard/action, as Command does.
func (a *Activity) CardAction() CardAction { return valueOf[CardAction](a) }

// State returns what the sign-in page handed back, whichever invoke brings it: signin/verifyState, or the original
// message-extension invoke sent again. It is text that anybody may have written.
func (a *Activity) State() string {
	return valueOf[struct {
		State string `json:"state"`
	}](a).State
}

// Link returns the address of composeExtension/queryLink, as it was pasted.
func (a *Activity) Link() string {
	return valueOf[struct {
		URL string `json:"url"`
	}](a).URL
}

func valueOf[T any](a *Activity) T {
	var v T
	if len(a.Value) > 0 {
		_ = decodeTolerant(a.Value, &v) // it was decoded once already: it is JSON
	}
	return v
}

// Parameter returns the value of the parameter of that name, or "".
func (c Command) Parameter(name string) string {
	for _, p := range c.Parameters {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}

// JustInTimeInstalled tells whether a submitAction is the one that Teams sends after it has added the bot to the
// conversation, because the person pressed the button made with [AddBotData].
func (c Command) JustInTimeInstalled() bool {
	var data struct {
		Teams struct {
			Install bool `json:"justInTimeInstall"`
		} `json:"msteams"`
	}
	return len(c.Data) > 0 && decodeTolerant(c.Data, &data) == nil && data.Teams.Install
}

// Fill reads the inputs of a submitted form, or the data of a button, into the struct that into points to. What is of
// another type than asked for stays empty; an error is only returned when data is no object at all.
func Fill(data json.RawMessage, into any) error {
	if len(data) == 0 || data[0] != '{' {
		return ErrMalformed
	}
	return decodeTolerant(data, into)
}

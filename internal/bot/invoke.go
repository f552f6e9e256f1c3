package bot

import (
	"context"
	"encoding/json"
	"errors"

	"causeway/internal/accounts"
	"causeway/internal/chats"
	"causeway/internal/meetings"
	"causeway/internal/policy"
	"causeway/internal/problem"
	"causeway/internal/teams"
)

// Commands of the message extension, as the app package names them.
const (
	CommandSchedule = "schedule"
	CommandStart    = "start"
)

// doApprove is the button with which a channel says yes to the bot of its team.
const doApprove = "chats.approve"

// request is what the buttons and forms of our cards send: what to do, about what, and the fields of a form. Anybody in
// the conversation may have written it; who acts is told by the activity alone.
type request struct {
	Do      string `json:"do"`
	Command string `json:"command"`
	Meeting string `json:"meeting"`
	Nonce   string `json:"nonce"`
	Answer  string `json:"answer"`  // to an invitation
	Edition int64  `json:"edition"` // of the meeting, as it was shown
	meetings.Input

	// Of lists: the key of a meeting, the occurrence, and where it is to be shared.
	Key      string               `json:"key"`
	Original string               `json:"original"`
	Into     teams.ConversationID `json:"into"`
}

func readRequest(data json.RawMessage) request {
	var q request
	_ = teams.Fill(data, &q) // what makes no sense asks for nothing
	return q
}

// answer does what an invoke asks and says how it went.
func (b *Bot) answer(ctx context.Context, a *teams.Activity) teams.Answer {
	if a.Name == teams.InvokeLinkAnonymous {
		return b.previewFor(ctx, a)
	}
	c, err := b.who(ctx, a)
	if err != nil {
		return b.failed(ctx, c, err)
	}
	var answer teams.Answer
	switch a.Name {
	case teams.InvokeFetchTask:
		answer, err = b.open(ctx, c, a.Command())
	case teams.InvokeQuery:
		answer, err = b.find(ctx, c, a.Command())
	case teams.InvokeSelect:
		answer, err = b.selected(ctx, c, readRequest(a.Command().Data))
	case teams.InvokeLink:
		return b.preview(ctx, c, a.Link())
	case teams.InvokeSubmitAction:
		answer, err = b.submitted(ctx, c, a.Command())
	case teams.InvokeDialogFetch:
		answer, err = b.dialog(ctx, c, readRequest(a.Dialog().Data))
	case teams.InvokeDialogSubmit:
		answer, err = b.do(ctx, c, readRequest(a.Dialog().Data))
	case teams.InvokeVerifyState:
		answer, err = b.verifyState(ctx, c, a.State())
	case teams.InvokeCardAction:
		// Cards that we sent have no Action.Execute: whoever sends one has made it up, or kept it from elsewhere.
		return teams.CardError(400, "BadRequest", c.p.T("bot.unknown_action"))
	case teams.InvokeSettings, teams.InvokeSignInFailure, teams.InvokeCardButton, teams.InvokeMessageSubmit:
		return teams.Done()
	default:
		return teams.NotImplemented()
	}
	if err != nil {
		return b.failed(ctx, c, err)
	}
	return answer
}

// open answers an action command with its form, after what has to come first: Zoom connected, the bot in the conversation.
func (b *Bot) open(ctx context.Context, c caller, command teams.Command) (teams.Answer, error) {
	if command.ID != CommandSchedule && command.ID != CommandStart {
		return teams.BadInvoke(), nil
	}
	if err := b.signedIn(ctx, c, command); err != nil {
		return teams.Answer{}, err
	}
	if err := b.c.Policy.Allow(ctx, c.Person.Tenant, policy.Meetings); err != nil {
		return teams.Answer{}, err
	}
	return b.enter(ctx, c, command.ID, false)
}

// signedIn finishes a sign-in whose result comes with a command, and refuses who has not connected Zoom.
func (b *Bot) signedIn(ctx context.Context, c caller, command teams.Command) error {
	var refused error
	if command.State != "" && command.State != cancelledByUser {
		_, refused = b.activate(ctx, c, command.State)
	}
	account, err := b.c.Accounts.Account(ctx, c.Person)
	switch {
	case err != nil:
		return err
	case account.Linked:
		return nil
	case refused != nil: // Teams may have handed the same code over before
		return refused
	}
	return problem.New(problem.NotLinked, "problem.not_linked")
}

// enter answers with the form if the bot is in the conversation, and else asks for it.
func (b *Bot) enter(ctx context.Context, c caller, command string, installed bool) (teams.Answer, error) {
	err := b.c.Chats.Enter(ctx, c.place, c.Person, c.User, installed)
	switch {
	case errors.Is(err, chats.ErrNotInstalled):
		return b.invite(c), nil
	case errors.Is(err, chats.ErrNotApproved):
		return b.approval(c, command), nil
	case err != nil:
		return teams.Answer{}, err
	}
	return b.form(ctx, b.newForm(c, command == CommandStart))
}

func (b *Bot) newForm(c caller, now bool) meetings.Form {
	return meetings.Form{
		Person: c.Person, Name: c.Name, User: c.User, Place: c.place, Locale: c.p.Tag(), Zone: c.Zone, Now: now, Typed: c.typed,
	}
}

func (b *Bot) form(ctx context.Context, f meetings.Form) (teams.Answer, error) {
	dialog, err := b.c.Meetings.Dialog(ctx, f)
	if err != nil {
		return teams.Answer{}, err
	}
	return teams.Dialog(dialog), nil
}

// submitted answers the form of an action command, and the two buttons that come before it.
func (b *Bot) submitted(ctx context.Context, c caller, command teams.Command) (teams.Answer, error) {
	if command.JustInTimeInstalled() {
		if err := b.c.Chats.Approve(ctx, c.place, c.Person); err != nil {
			return teams.Answer{}, err
		}
		return b.enter(ctx, c, command.ID, true)
	}
	q := readRequest(command.Data)
	if q.Do == doApprove {
		if err := b.c.Chats.Approve(ctx, c.place, c.Person); err != nil {
			return teams.Answer{}, err
		}
		return b.enter(ctx, c, command.ID, false)
	}
	return b.do(ctx, c, q)
}

// dialog opens the dialog for which a button of a card asks.
func (b *Bot) dialog(ctx context.Context, c caller, q request) (teams.Answer, error) {
	switch q.Do {
	case meetings.DoSchedule, meetings.DoStart:
		command := CommandSchedule
		if q.Do == meetings.DoStart {
			command = CommandStart
		}
		c.typed = q.Input
		return b.open(ctx, c, teams.Command{ID: command})
	case meetings.DoChangeForm:
		m, err := b.c.Meetings.Own(ctx, c.Person, q.Meeting)
		if err != nil {
			return teams.Answer{}, err
		}
		f := b.newForm(c, false)
		f.Meeting, f.Place = &m, m.Place
		return b.form(ctx, f)
	}
	return teams.BadInvoke(), nil
}

// do carries out a submitted form.
func (b *Bot) do(ctx context.Context, c caller, q request) (teams.Answer, error) {
	switch q.Do {
	case meetings.DoSchedule, meetings.DoStart:
		return b.schedule(ctx, c, q)
	case meetings.DoChange:
		return b.change(ctx, c, q)
	case meetings.DoMore:
		return b.more(ctx, c, q)
	}
	return teams.BadInvoke(), nil
}

// more leads to the form of the tab, with what was typed into that of the conversation.
func (b *Bot) more(ctx context.Context, c caller, q request) (teams.Answer, error) {
	f := b.newForm(c, false)
	f.Input = q.Input
	if err := b.c.Chats.Enter(ctx, c.place, c.Person, c.User, false); err != nil {
		return b.refuseEntry(c, f, err)
	}
	dialog, err := b.c.Meetings.More(ctx, f)
	if err != nil {
		return teams.Answer{}, err
	}
	return teams.Dialog(dialog), nil
}

func (b *Bot) schedule(ctx context.Context, c caller, q request) (teams.Answer, error) {
	f := b.newForm(c, q.Do == meetings.DoStart)
	f.Nonce, f.Input = q.Nonce, q.Input
	if f.Nonce == "" || len(f.Nonce) > 64 {
		return teams.BadInvoke(), nil
	}
	err := b.c.Chats.Enter(ctx, c.place, c.Person, c.User, false) // whoever submits must be in the conversation, and so must the bot
	if err != nil {
		return b.refuseEntry(c, f, err)
	}
	wish, err := b.c.Meetings.Read(ctx, f)
	var made meetings.Meeting
	if err == nil {
		made, err = b.c.Meetings.Schedule(ctx, wish)
	}
	switch {
	case err == nil && f.Now:
		return b.started(ctx, c, made), nil
	case err == nil:
		return teams.DialogText(c.p.T("meetings.made_scheduled") + " " + b.cardTo(ctx, c)), nil
	}
	return b.again(ctx, f, err)
}

// started says that a meeting is there, with the way into it for its host: it begins when they start it.
func (b *Bot) started(ctx context.Context, c caller, m meetings.Meeting) teams.Answer {
	card := textCard(c.p, c.p.T("meetings.made_started")+" "+b.cardTo(ctx, c))
	card.Actions = []teams.Action{teams.OpenURL{
		Button: teams.Button{Title: c.p.T("meetings.card_start"), Style: "positive"}, URL: b.c.Meetings.StartPage(m),
	}}
	return teams.Dialog(teams.DialogContent{Title: c.p.T("meetings.form_start"), Width: "small", Height: "small", Card: &card})
}

// cardTo says what becomes of the card of a meeting that was just made. A channel other than a team's first may be a private one, which
// nothing tells before Teams refuses a message there.
func (b *Bot) cardTo(ctx context.Context, c caller) string {
	silenced, err := b.c.Chats.Silenced(ctx, c.place)
	switch {
	case silenced:
		return c.p.T("meetings.form_no_posting")
	case err != nil, c.place.Kind == chats.Channel && string(c.place.Conversation) != string(c.place.Team):
		return c.p.T("meetings.card_may_follow")
	}
	return c.p.T("meetings.card_follows")
}

func (b *Bot) refuseEntry(c caller, f meetings.Form, err error) (teams.Answer, error) {
	command := CommandSchedule
	if f.Now {
		command = CommandStart
	}
	switch {
	case errors.Is(err, chats.ErrNotInstalled):
		return b.invite(c), nil
	case errors.Is(err, chats.ErrNotApproved):
		return b.approval(c, command), nil
	}
	return teams.Answer{}, err
}

func (b *Bot) change(ctx context.Context, c caller, q request) (teams.Answer, error) {
	m, err := b.c.Meetings.Own(ctx, c.Person, q.Meeting)
	if err != nil {
		return teams.Answer{}, err
	}
	f := b.newForm(c, false)
	f.Meeting, f.Place, f.Input, f.Nonce = &m, m.Place, q.Input, q.Nonce
	wish, err := b.c.Meetings.Read(ctx, f)
	if err == nil {
		_, err = b.c.Meetings.Change(ctx, c.Person, m.ID, wish.Draft)
	}
	if err == nil {
		return teams.Done(), nil
	}
	return b.again(ctx, f, err)
}

// again shows the form with what was wrong, so that nothing typed is lost. After a refusal the nonce is spent, so the form gets a new
// one.
func (b *Bot) again(ctx context.Context, f meetings.Form, cause error) (teams.Answer, error) {
	switch problem.Of(cause).Kind {
	case problem.Invalid:
		if len(problem.Of(cause).Fields) == 0 { // Zoom said no: that was an attempt
			f.Nonce = ""
		}
	case problem.Unavailable, problem.Forbidden:
		f.Nonce = ""
	default:
		return teams.Answer{}, cause
	}
	f.Problem = cause
	shown, err := b.form(ctx, f)
	if err != nil {
		return teams.Answer{}, cause
	}
	return shown, nil
}

// cancelledByUser is what Teams hands over when the sign-in window was closed.
const cancelledByUser = "CancelledByUser"

// verifyState ends the sign-in that began with a button in a chat.
func (b *Bot) verifyState(ctx context.Context, c caller, code string) (teams.Answer, error) {
	if code == cancelledByUser {
		return teams.Done(), nil
	}
	done, refused := b.activate(ctx, c, code)
	if refused == nil {
		return teams.Done(), b.connected(ctx, c, done)
	}
	if account, err := b.c.Accounts.Account(ctx, c.Person); err == nil && account.Linked {
		return teams.Done(), nil // Teams has handed the same code over before
	}
	return teams.Answer{}, refused
}

// activate ends a linking with the code that came back through Teams.
func (b *Bot) activate(ctx context.Context, c caller, code string) (accounts.Activation, error) {
	return b.c.Accounts.Activate(ctx, c.Person, string(c.place.Conversation), code)
}

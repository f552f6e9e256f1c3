package bot

import (
	"context"

	"causeway/internal/accounts"
	"causeway/internal/problem"
	"causeway/internal/teams"
)

// failed turns an error into what the person sees: a sign-in, a gate with a text to pass on, or a sentence.
func (b *Bot) failed(ctx context.Context, c caller, err error) teams.Answer {
	trouble := problem.Of(err)
	b.log(ctx, trouble, err)
	signIn := trouble.Kind == problem.NotLinked || trouble.Kind == problem.SignIn
	if (c.a.Name == teams.InvokeFetchTask || c.a.Name == teams.InvokeQuery) && signIn {
		page, err := b.connectPage(ctx, c, c.a.Command().ID)
		if err == nil {
			return teams.SignIn(c.p.T("bot.connect"), page)
		}
		trouble, signIn = problem.Of(err), false
		b.log(ctx, trouble, err)
	}
	text := c.p.T(trouble.Key, with(trouble.Args, "Ref", trouble.Ref))
	switch c.a.Name {
	case teams.InvokeFetchTask, teams.InvokeSubmitAction, teams.InvokeDialogFetch, teams.InvokeDialogSubmit:
		if trouble.Kind == problem.NotReady {
			return b.gate(c, trouble)
		}
		if signIn {
			text = c.p.T("bot.connect_first")
		}
		return teams.DialogText(text)
	case teams.InvokeQuery, teams.InvokeSelect:
		if signIn {
			text = c.p.T("bot.connect_first")
		}
		return teams.ExtensionText(text)
	case teams.InvokeVerifyState:
		b.say(ctx, c, text)
		return teams.Done()
	case teams.InvokeCardAction:
		return teams.CardError(400, "BadRequest", text)
	}
	return teams.Done()
}

// log keeps the cause of what is our own or another service's fault; what a person may not or cannot do is no incident.
func (b *Bot) log(ctx context.Context, trouble *problem.Error, err error) {
	if trouble.Kind == problem.Internal || trouble.Kind == problem.Unavailable {
		b.c.Logger.ErrorContext(ctx, "request failed", "ref", trouble.Ref, "kind", trouble.Kind, "error", err)
	}
}

func with(args map[string]any, name string, value any) map[string]any {
	all := map[string]any{name: value}
	for k, v := range args {
		all[k] = v
	}
	return all
}

// connectPage begins a linking and answers the page on which it goes on. resume is what the person wanted.
func (b *Bot) connectPage(ctx context.Context, c caller, resume string) (string, error) {
	intent, err := b.c.Accounts.Begin(ctx, accounts.Begin{
		Person: c.Person, Conversation: string(c.place.Conversation), Resume: resume, Name: c.Name, Locale: c.p.Tag(),
	})
	if err != nil {
		return "", err
	}
	return b.c.PublicURL + "/connect/" + intent.ID, nil
}

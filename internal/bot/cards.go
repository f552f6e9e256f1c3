package bot

import (
	"cmp"
	"context"

	"causeway/internal/accounts"
	"causeway/internal/chats"
	"causeway/internal/i18n"
	"causeway/internal/meetings"
	"causeway/internal/notifications"
	"causeway/internal/problem"
	"causeway/internal/teams"
)

func textBlock(text string) teams.TextBlock {
	return teams.TextBlock{Text: teams.Escape(text), Wrap: true}
}

// textCard is a card with a sentence alone.
func textCard(p i18n.Printer, text string) teams.Card {
	return teams.Card{Lang: p.Locale(), FallbackText: text, Body: []teams.Element{textBlock(text)}}
}

// send is a button that sends one of our words as if it had been typed.
func send(title, word string) teams.Submit {
	return teams.Submit{Button: teams.Button{Title: title}, Data: map[string]any{"do": word}}
}

// openForm is a button that opens the form of a command.
func openForm(p i18n.Printer, word string, typed meetings.Input) teams.Submit {
	title, do := p.T("meetings.form_schedule"), meetings.DoSchedule
	if word == wordStart {
		title, do = p.T("meetings.form_start"), meetings.DoStart
	}
	data := map[string]any{"do": do}
	for name, text := range map[string]string{"topic": typed.Topic, "date": typed.Date, "time": typed.Time, "duration": typed.Duration} {
		if text != "" {
			data[name] = text
		}
	}
	return teams.Submit{Button: teams.Button{Title: title}, Data: teams.OpenDialogData(data)}
}

// offerCard has the button that opens a form.
func (b *Bot) offerCard(c caller, word string) teams.Card {
	text := c.p.T("bot.offer")
	if c.typed.Topic+c.typed.Date+c.typed.Time+c.typed.Duration != "" {
		text = c.p.T("bot.offer_typed")
	}
	card := textCard(c.p, text)
	card.Actions = []teams.Action{openForm(c.p, word, c.typed)}
	return card
}

// connectCard has the button that opens the sign-in in a pop-up, and says what of it is still missing.
func connectCard(p i18n.Printer, account accounts.Account, page string) teams.Card {
	text, title := p.T("bot.connect_text"), p.T("bot.connect")
	if account.Linked && !account.Calendar && !account.NoMailbox {
		text, title = p.T("bot.connect_calendar_text", "Name", account.Name), p.T("bot.connect_calendar")
	}
	card := textCard(p, text)
	card.Actions = []teams.Action{signIn(teams.Button{Title: title, Style: "positive"}, page)}
	return card
}

// connectedCard says to whom nothing is missing which account is connected, and offers another one, or none.
func connectedCard(p i18n.Printer, account accounts.Account, page string) teams.Card {
	card := textCard(p, p.T("bot.connected_already", "Name", cmp.Or(account.Email, account.Name)))
	card.Body = append(card.Body, calendarBlock(p, account))
	card.Actions = []teams.Action{
		signIn(teams.Button{Title: p.T("bot.connect_another")}, page), send(p.T("bot.disconnect"), wordDisconnect),
	}
	return card
}

// signIn is a button that opens the sign-in in a pop-up.
func signIn(button teams.Button, page string) teams.Submit {
	return teams.Submit{Button: button, Data: map[string]any{"msteams": map[string]string{"type": "signin", "value": page}}}
}

// calendarBlock says what becomes of the calendar of somebody who has connected Zoom.
func calendarBlock(p i18n.Printer, account accounts.Account) teams.TextBlock {
	switch {
	case account.Calendar:
		return textBlock(p.T("bot.connected_calendar"))
	case account.NoMailbox:
		return textBlock(p.T("meetings.form_no_mailbox"))
	}
	return textBlock(p.T("bot.connected_no_calendar"))
}

// helpCard says text and what can be done, with the buttons for it.
func helpCard(p i18n.Printer, text string, linked bool) teams.Card {
	card := textCard(p, text)
	card.Body = append(card.Body, teams.FactSet{Facts: []teams.Fact{
		{Title: p.T("bot.word_schedule"), Value: p.T("bot.help_schedule")},
		{Title: p.T("bot.word_start"), Value: p.T("bot.help_start")},
		{Title: p.T("bot.word_join"), Value: p.T("bot.help_join")},
		{Title: p.T("upcoming.word_upcoming"), Value: p.T("upcoming.help_upcoming")},
		{Title: p.T("upcoming.word_share"), Value: p.T("upcoming.help_share")},
		{Title: p.T("bot.word_connect"), Value: p.T("bot.help_connect")},
		{Title: p.T("bot.word_disconnect"), Value: p.T("bot.help_disconnect")},
		{Title: p.T("bot.word_whiteboards"), Value: p.T("bot.help_whiteboards")},
		{Title: p.T("bot.word_settings"), Value: p.T("bot.help_settings")},
		{Title: p.T("bot.word_help"), Value: p.T("bot.help_help")},
	}})
	card.Body = append(card.Body, teams.TextBlock{Text: teams.Escape(p.T("bot.help_zoom")), Wrap: true, Subtle: true, Size: "small"})
	if !linked {
		card.Actions = []teams.Action{send(p.T("bot.connect"), wordConnect)}
		return card
	}
	card.Actions = []teams.Action{
		openForm(p, wordSchedule, meetings.Input{}), openForm(p, wordStart, meetings.Input{}), send(p.T("upcoming.upcoming_button"), wordUpcoming),
		send(p.T("upcoming.share_button"), wordShare), send(p.T("bot.disconnect"), wordDisconnect),
	}
	return card
}

// welcomeCard introduces the bot, once in each conversation.
func (b *Bot) welcomeCard(ctx context.Context, c caller) teams.Card {
	account, err := b.c.Accounts.Account(ctx, c.Person)
	linked := err == nil && account.Linked
	text := c.p.T("bot.welcome")
	if c.a.Sender().Name != "" && c.place.Name != "" {
		text = c.p.T("bot.welcome_added", "Name", c.a.Sender().Name)
	}
	return helpCard(c.p, text, linked)
}

// invite asks to add the bot to the conversation; Teams does that when the button is pressed.
func (b *Bot) invite(c caller) teams.Answer {
	card := teams.Card{
		Lang: c.p.Locale(),
		Body: []teams.Element{
			textBlock(c.p.T("bot.invite_text")),
			teams.TextBlock{Text: teams.Escape(c.p.T("bot.invite_gets")), Wrap: true, Subtle: true},
			teams.TextBlock{Text: teams.Escape(c.p.T("bot.invite_blocked")), Wrap: true, Subtle: true, Size: "small"},
		},
		Actions: []teams.Action{teams.Submit{
			Button: teams.Button{Title: c.p.T("bot.invite_yes"), Style: "positive"}, Data: teams.AddBotData(),
		}},
	}
	return teams.Dialog(teams.DialogContent{Title: c.p.T("bot.invite_title"), Width: "small", Height: "small", Card: &card})
}

// approval asks once in each channel of a team that has the bot already: there Teams itself does not ask.
func (b *Bot) approval(c caller, command string) teams.Answer {
	card := teams.Card{
		Lang: c.p.Locale(),
		Body: []teams.Element{
			textBlock(c.p.T("bot.approval_text")),
			teams.TextBlock{Text: teams.Escape(c.p.T("bot.invite_gets")), Wrap: true, Subtle: true},
		},
		Actions: []teams.Action{teams.Submit{
			Button: teams.Button{Title: c.p.T("bot.invite_yes"), Style: "positive"},
			Data:   map[string]any{"do": doApprove, "command": command},
		}},
	}
	return teams.Dialog(teams.DialogContent{Title: c.p.T("bot.approval_title"), Width: "small", Height: "small", Card: &card})
}

// gate answers with the gate card.
func (b *Bot) gate(c caller, trouble *problem.Error) teams.Answer {
	card := b.gateCard(c.p, trouble)
	return teams.Dialog(teams.DialogContent{Title: c.p.T("bot.gate_title"), Width: "medium", Height: "small", Card: &card})
}

// gateCard says which side still has to be approved and by whom, with a text to copy for that person.
func (b *Bot) gateCard(p i18n.Printer, trouble *problem.Error) teams.Card {
	card := textCard(p, p.T(trouble.Key, trouble.Args))
	if key, ok := trouble.Args["Ask"].(string); ok {
		card.Body = append(card.Body, teams.TextInput{
			Field:     teams.Field{Common: teams.Common{ID: "ask"}, Label: p.T("bot.gate_copy")},
			Value:     p.T(key, with(trouble.Args, "URL", b.c.PublicURL)),
			Multiline: true,
		})
	}
	return card
}

// relinkMessage renders the direct message to somebody whose connection to Zoom has ended.
func (b *Bot) relinkMessage(_ context.Context, _ notifications.Message, reader chats.Reader) (teams.Activity, error) {
	return b.accountMessage(reader, "bot.relink"), nil
}

// movedMessage renders the direct message to somebody whose Zoom account was connected by another person.
func (b *Bot) movedMessage(_ context.Context, _ notifications.Message, reader chats.Reader) (teams.Activity, error) {
	return b.accountMessage(reader, "bot.account_moved"), nil
}

func (b *Bot) accountMessage(reader chats.Reader, key string) teams.Activity {
	p := b.c.Texts.For(reader.Locale)
	card := textCard(p, p.T(key))
	card.Actions = []teams.Action{send(p.T("bot.connect"), wordConnect)}
	return card.Message(card.FallbackText)
}

package bot

import (
	"context"
	"errors"
	"strings"

	"causeway/internal/accounts"
	"causeway/internal/chats"
	"causeway/internal/i18n"
	"causeway/internal/meetings"
	"causeway/internal/policy"
	"causeway/internal/problem"
	"causeway/internal/teams"
	"causeway/internal/upstream"
)

// The words that a person can type to the bot.
const (
	wordSchedule   = "schedule"
	wordStart      = "start"
	wordConnect    = "connect"
	wordDisconnect = "disconnect"
	wordHelp       = "help"
	wordUpcoming   = "upcoming"
	wordShare      = "share"
	wordJoin       = "join"
	wordSettings   = "settings"
	wordBoards     = "whiteboards"
)

// commands knows the words of every language, and which of ours they mean.
type commands map[string]string

// newCommands reads the words from the catalogues: each language lists its own, and all are understood by everybody.
func newCommands(texts *i18n.Catalogue) commands {
	all := commands{}
	for _, language := range texts.Languages() {
		p := texts.For(language)
		for ours, listed := range map[string]string{
			wordSchedule: p.T("bot.words_schedule"), wordStart: p.T("bot.words_start"), wordConnect: p.T("bot.words_connect"),
			wordDisconnect: p.T("bot.words_disconnect"), wordHelp: p.T("bot.words_help"),
			wordUpcoming: p.T("upcoming.words_upcoming"), wordShare: p.T("upcoming.words_share"), wordJoin: p.T("bot.words_join"),
			wordSettings: p.T("bot.words_settings"), wordBoards: p.T("bot.words_whiteboards"),
		} {
			for _, word := range strings.Fields(listed) {
				all[word] = ours
			}
		}
	}
	return all
}

// meant answers which command a text is, or "".
func (c commands) meant(text string) string {
	word, _, _ := strings.Cut(strings.ToLower(text), " ")
	if bare := strings.Trim(word, ".,!?…«»“”\"' "); bare != "" {
		word = bare
	}
	return c[word]
}

// message carries out what somebody typed, or the button of a card that was pressed.
func (b *Bot) message(ctx context.Context, a *teams.Activity) error {
	c, err := b.who(ctx, a)
	if err == nil {
		err = b.command(ctx, c)
	}
	if err == nil {
		return nil
	}
	if problem.Is(err, problem.NotLinked) || problem.Is(err, problem.SignIn) {
		if err = b.askToConnect(ctx, c, ""); err == nil {
			return nil
		}
	}
	trouble := problem.Of(err)
	b.log(ctx, trouble, err)
	switch trouble.Kind {
	case problem.Internal, problem.Unavailable:
		return err // tried again
	case problem.NotReady:
		return b.reply(ctx, c, b.gateCard(c.p, trouble))
	}
	return b.reply(ctx, c, textCard(c.p, c.p.T(trouble.Key, trouble.Args)))
}

func (b *Bot) command(ctx context.Context, c caller) error {
	if len(c.a.Value) > 0 {
		return b.pressed(ctx, c, readRequest(c.a.Value))
	}
	text := c.a.Words()
	if code, ok := manualCode(text); ok && c.place.Kind == chats.Personal {
		done, err := b.activate(ctx, c, code)
		if err != nil {
			return err
		}
		return b.connected(ctx, c, done)
	}
	_, rest, _ := strings.Cut(text, " ")
	switch word := b.commands.meant(text); {
	case word == wordJoin:
		return b.join(ctx, c, rest)
	case word == wordSchedule && rest != "":
		c.typed = b.c.Meetings.Typed(c.visitor(), rest)
		return b.offer(ctx, c, word)
	case word == wordStart && rest != "":
		c.typed = meetings.Input{Topic: rest}
		return b.offer(ctx, c, word)
	default:
		return b.typed(ctx, c, word)
	}
}

// join answers where a meeting is joined. Where others read along, without what opens it, which the person may have written.
func (b *Bot) join(ctx context.Context, c caller, text string) error {
	if text == "" {
		return b.reply(ctx, c, textCard(c.p, c.p.T("bot.join_missing")))
	}
	found, err := b.c.Meetings.Join(ctx, c.visitor(), text, "")
	if err != nil {
		return err
	}
	url := found.Public
	if c.place.Kind == chats.Personal {
		url = found.URL
	}
	card := textCard(c.p, c.p.T("bot.join_text", "Number", found.Number))
	card.Actions = []teams.Action{teams.OpenURL{Button: teams.Button{Title: c.p.T("meetings.card_join"), Style: "positive"}, URL: url}}
	return b.reply(ctx, c, card)
}

// manualCode reads the six digits that the sign-in page shows where no Teams window answers.
func manualCode(text string) (string, bool) {
	digits := strings.ReplaceAll(text, " ", "")
	if len(digits) != 6 || strings.Trim(digits, "0123456789") != "" {
		return "", false
	}
	return digits, true
}

func (b *Bot) typed(ctx context.Context, c caller, word string) error {
	switch word {
	case wordSchedule, wordStart:
		return b.offer(ctx, c, word)
	case wordUpcoming, wordShare:
		return b.upcoming(ctx, c, word == wordShare)
	case wordConnect:
		return b.askToConnect(ctx, c, "")
	case wordDisconnect:
		return b.disconnect(ctx, c)
	case wordSettings:
		return b.page(ctx, c, "settings", "bot.settings")
	case wordBoards:
		if err := b.c.Policy.Allow(ctx, c.Person.Tenant, policy.Whiteboard); err != nil {
			return err
		}
		return b.page(ctx, c, "boards", "bot.whiteboards")
	case wordHelp:
		return b.help(ctx, c, c.p.T("bot.help_text"))
	}
	return b.help(ctx, c, c.p.T("bot.not_understood"))
}

// page leads to a page of the tab.
func (b *Bot) page(ctx context.Context, c caller, page, text string) error {
	card := textCard(c.p, c.p.T(text))
	card.Actions = []teams.Action{teams.OpenURL{Button: teams.Button{Title: c.p.T("bot.open_tab")}, URL: b.c.Tab(page)}}
	return b.reply(ctx, c, card)
}

// pressed carries out a button that sends a message.
func (b *Bot) pressed(ctx context.Context, c caller, q request) error {
	switch q.Do {
	case wordConnect, wordDisconnect, wordHelp, wordSchedule, wordStart, wordUpcoming, wordShare:
		return b.typed(ctx, c, q.Do)
	case doShare, doShareInto:
		if c.place.Kind != chats.Personal { // a list of somebody's conversations is for nobody else
			return b.reply(ctx, c, textCard(c.p, c.p.T("upcoming.own_chat")))
		}
		if q.Do == doShare {
			return b.share(ctx, c, q.Key)
		}
		return b.shareInto(ctx, c, q)
	case meetings.DoSnooze:
		if err := b.c.Meetings.Snooze(ctx, c.Person, q.Meeting); err != nil {
			return err
		}
		return b.reply(ctx, c, textCard(c.p, c.p.T("meetings.snoozed")))
	case meetings.DoAnswer:
		given := meetings.Reply{Answer: q.Answer, Edition: q.Edition, At: c.a.Timestamp.Time}
		return b.c.Meetings.Answer(ctx, c.Person, q.Meeting, given) // the message shows it
	case meetings.DoCancel:
		_, err := b.c.Meetings.Cancel(ctx, c.Person, q.Meeting)
		return err // the card itself says that it is done
	}
	return b.help(ctx, c, c.p.T("bot.unknown_action"))
}

// offer shows the button that opens a form: a dialog opens only at a click.
func (b *Bot) offer(ctx context.Context, c caller, word string) error {
	allowed := b.c.Policy.Allow(ctx, c.Person.Tenant, policy.Meetings)
	if allowed != nil && !problem.Is(allowed, problem.NotReady) { // who connects may make it ready
		return allowed
	}
	account, err := b.c.Accounts.Account(ctx, c.Person)
	if err != nil {
		return err
	}
	if !account.Linked {
		return b.askToConnect(ctx, c, word)
	}
	if allowed != nil {
		return allowed
	}
	return b.reply(ctx, c, b.offerCard(c, word))
}

// askToConnect shows the button that begins the sign-in, or to whom nothing is missing how they are connected, to nobody but the person: it leads to a linking of theirs. Where others read
// along it stands in the person's own chat with the bot.
func (b *Bot) askToConnect(ctx context.Context, c caller, resume string) error {
	shared := c
	if c.place.Kind != chats.Personal {
		own, err := b.c.Chats.Personal(ctx, c.Person, c.User, c.place)
		if err != nil {
			b.c.Logger.WarnContext(ctx, "the person's own chat is not to be had", "error", err)
			return b.reply(ctx, shared, textCard(c.p, c.p.T("bot.connect_first")))
		}
		c.place = own
	}
	account, err := b.c.Accounts.Account(ctx, c.Person)
	if err != nil {
		return err
	}
	page, err := b.connectPage(ctx, c, resume)
	if err != nil {
		return err
	}
	card, elsewhere := connectCard(c.p, account, page), "bot.connect_private"
	if account.Linked && (account.Calendar || account.NoMailbox) {
		card, elsewhere = connectedCard(c.p, account, page), "bot.connected_private"
	}
	if err := b.reply(ctx, c, card); err != nil || shared.place.Kind == chats.Personal {
		return err
	}
	return b.reply(ctx, shared, textCard(c.p, c.p.T(elsewhere, "Name", c.Name)))
}

func (b *Bot) disconnect(ctx context.Context, c caller) error {
	account, err := b.c.Accounts.Account(ctx, c.Person)
	if err != nil {
		return err
	}
	if !account.Linked && !account.NeedsRelink {
		return b.reply(ctx, c, textCard(c.p, c.p.T("bot.not_connected")))
	}
	if err := b.c.Accounts.Disconnect(ctx, c.Person); err != nil {
		return err
	}
	return b.reply(ctx, c, textCard(c.p, c.p.T("bot.disconnected")))
}

// connected says that it worked, and goes on with what was interrupted.
func (b *Bot) connected(ctx context.Context, c caller, done accounts.Activation) error {
	card := textCard(c.p, c.p.T("bot.connected", "Name", done.Account.Name))
	card.Body = append(card.Body, calendarBlock(c.p, done.Account))
	if done.Resume == wordSchedule || done.Resume == wordStart {
		card.Actions = b.offerCard(c, done.Resume).Actions
	}
	return b.reply(ctx, c, card)
}

func (b *Bot) help(ctx context.Context, c caller, text string) error {
	account, err := b.c.Accounts.Account(ctx, c.Person)
	if err != nil {
		return err
	}
	return b.reply(ctx, c, helpCard(c.p, text, account.Linked))
}

// reply answers in the same conversation, in the same thread, at most once: an answer that may have arrived is not repeated, nor
// one that never will.
func (b *Bot) reply(ctx context.Context, c caller, card teams.Card) error {
	_, err := b.c.Chats.Send(ctx, c.place, card.Message(card.FallbackText))
	outcome := upstream.Outcome(err)
	refusedForNow := errors.Is(err, teams.ErrThrottled) || errors.Is(err, teams.ErrConflict) || errors.Is(err, teams.ErrUnavailable)
	if err == nil || outcome == upstream.NotSent || (outcome == upstream.Answered && refusedForNow) {
		return err
	}
	b.c.Logger.WarnContext(ctx, "answer not sent, or not known to be", "error", err)
	return nil
}

// say answers with a sentence where there is nothing else to answer with; that it fails is told by the log alone.
func (b *Bot) say(ctx context.Context, c caller, text string) {
	if err := b.reply(ctx, c, textCard(c.p, text)); err != nil {
		b.c.Logger.WarnContext(ctx, "answer not sent", "error", err)
	}
}

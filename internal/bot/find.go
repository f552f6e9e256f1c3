package bot

import (
	"cmp"
	"context"
	"encoding/json"
	"strings"
	"time"

	"causeway/internal/chats"
	"causeway/internal/meetings"
	"causeway/internal/pace"
	"causeway/internal/teams"
)

const (
	// CommandFind is the search of the message extension.
	CommandFind = "find"
	// FindParameter is what is searched for.
	FindParameter = "q"
)

const (
	foundMost = 12       // meetings that a search offers
	foundSize = 26 << 10 // bytes that they measure together: Teams takes 28 KB
	namedMost = 6        // meetings and conversations that a card of the bot offers
)

// What the buttons of lists ask for.
const (
	doFind      = "upcoming.find"  // put a plain card into the message
	doShare     = "upcoming.share" // share a meeting in a conversation that is chosen then
	doShareInto = "upcoming.share_into"
)

func (c caller) visitor() meetings.Visitor {
	return meetings.Visitor{Person: c.Person, Name: c.Name, Locale: c.p.Tag(), Zone: c.Zone}
}

// find answers a search with upcoming meetings as plain cards: whoever puts one into a message does so without the bot.
func (b *Bot) find(ctx context.Context, c caller, command teams.Command) (teams.Answer, error) {
	if err := b.c.Pace.Take(ctx, c.Person, pace.Search); err != nil {
		return teams.Answer{}, err
	}
	switch command.ID {
	case CommandFind:
	case CommandBoards:
		return b.boards(ctx, c, command)
	default:
		return teams.BadInvoke(), nil
	}
	if err := b.signedIn(ctx, c, command); err != nil {
		return teams.Answer{}, err
	}
	found, notes, err := b.c.Meetings.Upcoming(ctx, c.visitor(), meetings.List{Query: command.Parameter(FindParameter)})
	if err != nil {
		return teams.Answer{}, err
	}
	found = found[min(max(command.Options.Skip, 0), len(found)):]
	var results []teams.Attachment
	size := 0
	for _, u := range found[:min(len(found), foundMost)] {
		if u.Topic == "" || u.JoinURL == "" { // somebody else's private meeting, or nothing to join with
			continue
		}
		card, title, text, err := b.c.Meetings.PlainCard(ctx, c.visitor(), meetings.Detail{Upcoming: u})
		if err != nil {
			return teams.Answer{}, err
		}
		tap := map[string]any{"do": doFind, "key": u.Key}
		if u.Original != nil {
			tap["original"] = u.Original.Format(time.RFC3339)
		}
		one := teams.Result(card, teams.Clip(title, nameLength), text, tap)
		encoded, err := json.Marshal(one)
		if err != nil {
			return teams.Answer{}, err
		}
		if size += len(encoded); size > foundSize {
			break
		}
		results = append(results, one)
	}
	if len(results) == 0 {
		return teams.ExtensionText(strings.Join(append([]string{c.p.T("upcoming.found_none")}, notes...), " ")), nil
	}
	return teams.Results(results...), nil
}

// nameLength is how much of a topic stands in a list.
const nameLength = 80

// selected answers a click on a result with its card, made anew: for who clicks alone it says what that person may know.
func (b *Bot) selected(ctx context.Context, c caller, q request) (teams.Answer, error) {
	if q.Do == doBoard {
		return b.chosenBoard(ctx, c, q.Key)
	}
	if q.Do != doFind || q.Key == "" {
		return teams.BadInvoke(), nil
	}
	original, _ := time.Parse(time.RFC3339, q.Original) // none is the next
	v := c.visitor()
	v.Locale = cmp.Or(b.c.Language, v.Locale) // of the conversation that it is for
	d, err := b.c.Meetings.Detail(ctx, v, q.Key, original)
	if err != nil {
		return teams.Answer{}, err
	}
	card, title, text, err := b.c.Meetings.PlainCard(ctx, v, d)
	if err != nil {
		return teams.Answer{}, err
	}
	return teams.Results(teams.Result(card, teams.Clip(title, nameLength), text, nil)), nil
}

// upcoming answers with the next meetings, each with its buttons; sharing asks which of those the person hosts is meant. What somebody has
// in the calendar is nobody else's business: it is answered in their own chat with the bot alone.
func (b *Bot) upcoming(ctx context.Context, c caller, share bool) error {
	if c.place.Kind != chats.Personal {
		return b.reply(ctx, c, textCard(c.p, c.p.T("upcoming.own_chat")))
	}
	if err := b.c.Pace.Take(ctx, c.Person, pace.Search); err != nil {
		return err
	}
	found, notes, err := b.c.Meetings.Upcoming(ctx, c.visitor(), meetings.List{})
	if err != nil {
		return err
	}
	waiting, err := b.c.Meetings.Wishes(ctx, c.visitor())
	if err != nil {
		return err
	}
	for _, wish := range waiting {
		notes = append(notes, wish.Text)
	}
	title := c.p.T("upcoming.list_title")
	if share {
		title = c.p.T("upcoming.share_title")
	}
	card := textCard(c.p, title)
	named := 0
	for _, u := range found {
		if named == namedMost || share && !u.Can.Share {
			continue
		}
		named++
		card.Body = append(card.Body, b.line(c, u)...)
	}
	switch {
	case named > 0:
	case share:
		card = textCard(c.p, c.p.T("upcoming.share_none"))
	default:
		card = textCard(c.p, c.p.T("upcoming.list_empty"))
	}
	for _, note := range notes {
		card.Body = append(card.Body, teams.TextBlock{Text: teams.Escape(note), Wrap: true, Subtle: true, Size: "small"})
	}
	card, err = card.Fit()
	if err != nil {
		return err
	}
	return b.reply(ctx, c, card)
}

// line is a meeting in a list of the bot's.
func (b *Bot) line(c caller, u meetings.Upcoming) []teams.Element {
	if !u.Can.Share {
		return b.c.Meetings.Line(c.visitor(), u)
	}
	return b.c.Meetings.Line(c.visitor(), u, teams.Submit{
		Button: teams.Button{Title: c.p.T("upcoming.share_button")}, Data: map[string]any{"do": doShare, "key": u.Key},
	})
}

// share asks in which conversation a meeting is to be shared.
func (b *Bot) share(ctx context.Context, c caller, key string) error {
	found, note, err := b.c.Meetings.Conversations(ctx, c.visitor(), "")
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return b.reply(ctx, c, textCard(c.p, c.p.T("upcoming.share_nowhere")))
	}
	card := textCard(c.p, c.p.T("upcoming.share_where"))
	var silenced []string
	outside := false
	for _, one := range found {
		name := teams.Clean(teams.Clip(one.Name, nameLength))
		if one.Silenced {
			silenced = append(silenced, name)
			continue
		}
		if len(card.Actions) == namedMost {
			continue
		}
		if one.Outsiders.Count > 0 {
			outside, name = true, c.p.T("chats.from_outside", "Name", name, "Count", one.Outsiders.Count)
		}
		card.Actions = append(card.Actions, teams.Submit{
			Button: teams.Button{Title: name}, Data: map[string]any{"do": doShareInto, "key": key, "into": one.Place.Conversation},
		})
	}
	notes := []string{note}
	if len(silenced) > 0 {
		notes = append(notes, c.p.T("upcoming.share_silenced", "Names", strings.Join(silenced[:min(len(silenced), namedMost)], ", ")))
	}
	if outside {
		notes = append(notes, c.p.T("chats.from_outside_note"))
	}
	for _, note := range notes {
		card.Body = append(card.Body, teams.TextBlock{Text: teams.Escape(note), Wrap: true, Subtle: true, Size: "small"})
	}
	return b.reply(ctx, c, card)
}

// shareInto shares a meeting into a conversation that was chosen, and says so.
func (b *Bot) shareInto(ctx context.Context, c caller, q request) error {
	place, err := b.c.Meetings.Share(ctx, c.visitor(), q.Key, q.Into)
	if err != nil {
		return err
	}
	if place == "" {
		return b.reply(ctx, c, textCard(c.p, c.p.T("upcoming.shared_here")))
	}
	return b.reply(ctx, c, textCard(c.p, c.p.T("upcoming.shared", "Place", place)))
}

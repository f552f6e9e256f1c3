package bot

import (
	"context"
	"encoding/json"

	"causeway/internal/teams"
	"causeway/internal/whiteboards"
)

const (
	// CommandBoards is the search for whiteboards of the message extension.
	CommandBoards = "boards"
	// doBoard puts the card of a whiteboard into the message.
	doBoard = "whiteboards.find"
)

func (c caller) viewer() whiteboards.Visitor {
	return whiteboards.Visitor{Person: c.Person, Name: c.Name, Locale: c.p.Tag()}
}

// boards answers a search with whiteboards. The link of one is asked for when it is chosen.
func (b *Bot) boards(ctx context.Context, c caller, command teams.Command) (teams.Answer, error) {
	if err := b.signedIn(ctx, c, command); err != nil {
		return teams.Answer{}, err
	}
	found, err := b.c.Whiteboards.List(ctx, c.viewer(), command.Parameter(FindParameter), whiteboards.All)
	if err != nil {
		return teams.Answer{}, err
	}
	found = found[min(max(command.Options.Skip, 0), len(found)):]
	var results []teams.Attachment
	size := 0
	for _, board := range found[:min(len(found), foundMost)] {
		card, title, text := b.c.Whiteboards.PlainCard(c.viewer(), board)
		one := teams.Result(card, title, text, map[string]any{"do": doBoard, "key": board.ID})
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
		return teams.ExtensionText(c.p.T("whiteboards.none")), nil
	}
	return teams.Results(results...), nil
}

// chosenBoard answers a click on a whiteboard with its card.
func (b *Bot) chosenBoard(ctx context.Context, c caller, id string) (teams.Answer, error) {
	board, err := b.c.Whiteboards.Board(ctx, c.viewer(), id)
	if err != nil {
		return teams.Answer{}, err
	}
	card, title, text := b.c.Whiteboards.ChosenCard(ctx, c.viewer(), board)
	return teams.Results(teams.Result(card, title, text, nil)), nil
}

package whiteboards

import (
	"context"
	"errors"
	"strings"
	"time"

	"causeway/internal/chats"
	"causeway/internal/entra"
	"causeway/internal/notifications"
	"causeway/internal/problem"
	"causeway/internal/zoom"
)

// How old what an adapter tells may be, and how far ahead of our clock. What was told stays known for longer (Config.KeptFor is a day at least):
// nothing is told twice.
const (
	mentionAge   = 12 * time.Hour
	mentionAhead = 5 * time.Minute
)

// Mention is that somebody was mentioned in a comment on a board. Zoom publishes no such event: an adapter of the organisation's tells us. What was
// written is not part of it.
type Mention struct {
	ID     string // the adapter's: the same again is the same
	At     time.Time
	Board  zoom.WhiteboardID // or
	Link   string            // to it
	Person string            // who was mentioned: an address or id at Zoom
	By     string            // who wrote, likewise; "" when that is not known
}

// ErrMention is what is no mention.
var ErrMention = errors.New("whiteboards: not a mention")

// Mentioned tells somebody so, once. Who has not connected Zoom, has mentioned themselves, or is here unknown hears nothing, and the caller does
// not learn of it. Error: ErrMention.
func (s *Service) Mentioned(ctx context.Context, m Mention) error {
	age := s.c.Now().Sub(m.At)
	link, linked := s.c.Links.Whiteboard(m.Link)
	switch {
	case m.ID == "" || m.Person == "" || age > mentionAge || age < -mentionAhead:
		return ErrMention
	case m.Board != "" && m.Link != "", !m.Board.Valid() && !linked:
		return ErrMention
	}
	to, err := s.at(ctx, m.Person)
	if problem.Is(err, problem.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	var by entra.Person
	if m.By != "" {
		if by, err = s.at(ctx, m.By); err != nil && !problem.Is(err, problem.NotFound) {
			return err
		}
	}
	if by == to {
		return nil
	}
	return s.tell(ctx, chats.Place{}, Notice{Kind: notifications.BoardMention, To: to, Mark: m.ID, Board: m.Board, Link: link, By: by.ID})
}

// at is who has connected somebody at Zoom, by address or id.
func (s *Service) at(ctx context.Context, who string) (entra.Person, error) {
	if strings.Contains(who, "@") {
		return s.c.Accounts.WhoseAddress(ctx, who)
	}
	person, _, err := s.c.Accounts.WhoseUser(ctx, zoom.UserID(who))
	return person, err
}

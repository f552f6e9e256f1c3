package whiteboards

import (
	"cmp"
	"context"
	"time"

	"causeway/internal/entra"
	"causeway/internal/problem"
	"causeway/internal/teams"
	"causeway/internal/zoom"
)

const (
	linkWait  = 3 * time.Second // for which a pasted link waits for its card
	pagesMost = 25              // whiteboards of which the page is asked for to find one
)

// Preview is the card of a link to a whiteboard that somebody pastes into a message: the board as that person may see it. Of one that they may not
// open, or that is not found in time, it says that it is one. The link is followed by nobody. False for what is no such link, and where
// whiteboards are off.
func (s *Service) Preview(ctx context.Context, v Visitor, pasted string) (card teams.Card, title, text string, ok bool) {
	if !s.Previewable(ctx, v.Person.Tenant, pasted) {
		return card, "", "", false
	}
	named, _ := s.c.Links.WhiteboardID(pasted)
	ctx, cancel := context.WithTimeout(ctx, linkWait)
	defer cancel()
	b, err := s.linked(ctx, v, named)
	if err != nil {
		card, title, text = s.NeutralPreview(v.Locale)
		return card, title, text, true
	}
	card, title, text = s.PlainCard(v, b)
	card.Version = teams.PreviewVersion
	return card, title, text, true
}

// NeutralPreview is the card of a link to a whiteboard for who is not known, or may not open it: always the same.
func (s *Service) NeutralPreview(locale string) (card teams.Card, title, text string) {
	p := s.c.Texts.For(cmp.Or(s.c.Language, locale))
	title, text = p.T("whiteboards.board"), p.T("whiteboards.preview_text")
	return teams.Preview(p.Locale(), title, text), title, text
}

// Previewable tells whether what somebody of a tenant pastes is a link to a whiteboard, and may have a preview.
func (s *Service) Previewable(ctx context.Context, tenant entra.TenantID, pasted string) bool {
	_, ok := s.c.Links.WhiteboardID(pasted)
	return ok && s.c.Policy.Allow(ctx, tenant, feature) == nil
}

// linked is the board that a link names, if somebody may open it: by its id, or by what its page is called, which need not be the same. Zoom finds
// none by that, so that those are asked for which the person works with; of pages that anybody has seen it is remembered whose they are.
// Errors: as Board.
func (s *Service) linked(ctx context.Context, v Visitor, named zoom.WhiteboardID) (Board, error) {
	if id, ok := s.pages.Get(named); ok {
		return s.Board(ctx, v, string(id))
	}
	b, err := s.Board(ctx, v, string(named))
	if !problem.Is(err, problem.NotFound) {
		return b, err
	}
	gone := err
	err = s.walk(ctx, v, func(page zoom.WhiteboardID, one Board) bool {
		if page == named {
			b, gone = one, nil
		}
		return gone != nil
	})
	if err == nil {
		err = gone
	}
	return b, err
}

// walk goes through the pages of the boards that a person works with, those changed last first, until each says no. Errors: as Board.
func (s *Service) walk(ctx context.Context, v Visitor, each func(page zoom.WhiteboardID, b Board) bool) error {
	boards, err := s.List(ctx, v, "", All)
	if err != nil {
		return err
	}
	for _, b := range boards[:min(len(boards), pagesMost)] {
		b, err := s.Board(ctx, v, b.ID)
		if problem.Is(err, problem.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if page, ok := s.c.Links.WhiteboardID(b.URL); ok && !each(page, b) {
			return nil
		}
	}
	return nil
}

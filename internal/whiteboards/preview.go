package whiteboards

import (
	"bytes"
	"context"
	"encoding/base64"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	_ "image/png" // which Zoom's previews may be
	"time"
)

const (
	previewWait   = 3 * time.Second
	previewPixels = 640      // wide and high: Zoom's is 192 by 108
	previewMost   = 12 << 10 // bytes, of the 28 KiB that a card may have
)

// Picture is a small picture of a board for somebody who may open it, as a data URL; "" when there is none. It may be as old as seenAge.
//
// Errors: as Board.
func (s *Service) Picture(ctx context.Context, v Visitor, id string) (string, error) {
	if err := s.c.Policy.Allow(ctx, v.Person.Tenant, feature); err != nil {
		return "", err
	}
	return s.seen.Of(ctx, seen{v.Person, id}, func() (string, error) {
		b, err := s.Board(ctx, v, id)
		if err != nil {
			return "", err
		}
		return s.picture(ctx, b), nil
	})
}

// preview is a picture of a board to stand in a card itself: an address of ours could be opened by anybody. "" when there is none, or when only
// added people may open the board: its card says nothing of what is on it.
func (s *Service) preview(ctx context.Context, b Board) string {
	if b.Opening == Restricted {
		return ""
	}
	return s.picture(ctx, b)
}

// picture is a small picture of a board as it is now; "" when there is none. Zoom's own lives for two hours.
func (s *Service) picture(ctx context.Context, b Board) string {
	if b.picture == "" {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, previewWait)
	defer cancel()
	raw, err := s.c.Picture(ctx, b.picture)
	if err != nil {
		s.c.Logger.InfoContext(ctx, "a whiteboard is shown without its picture", "error", err)
		return ""
	}
	return inline(raw)
}

// inline makes a picture anew, on white, so that nothing of what was fetched travels on but what it shows; "" for what is no picture, or too large.
func inline(raw []byte) string {
	size, _, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil || size.Width < 1 || size.Height < 1 || size.Width > previewPixels || size.Height > previewPixels {
		return ""
	}
	shown, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return ""
	}
	sheet := image.NewRGBA(shown.Bounds())
	draw.Draw(sheet, sheet.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(sheet, sheet.Bounds(), shown, shown.Bounds().Min, draw.Over)
	for _, quality := range []int{75, 50, 25} {
		var out bytes.Buffer
		if jpeg.Encode(&out, sheet, &jpeg.Options{Quality: quality}) == nil && out.Len() <= previewMost {
			return "data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(out.Bytes())
		}
	}
	return ""
}

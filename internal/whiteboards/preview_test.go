package whiteboards

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"strings"
	"testing"
)

func picture(t *testing.T, width, height int, paint func(x, y int) color.Color) []byte {
	t.Helper()
	sheet := image.NewNRGBA(image.Rect(0, 0, width, height))
	for x := range width {
		for y := range height {
			sheet.Set(x, y, paint(x, y))
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, sheet); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// A preview is small whatever was fetched, white where nothing is drawn, and nothing but a picture.
func TestPreviewsAreMadeAnew(t *testing.T) {
	t.Parallel()
	clear := func(int, int) color.Color { return color.NRGBA{} }
	noise := rand.New(rand.NewPCG(1, 2))
	made := inline(picture(t, 192, 108, clear))
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(made, "data:image/jpeg;base64,"))
	if err != nil {
		t.Fatal(err)
	}
	shown, err := jpeg.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if r, g, b, _ := shown.At(96, 54).RGBA(); shown.Bounds().Dx() != 192 || r < 0xf000 || g < 0xf000 || b < 0xf000 {
		t.Errorf("it is %v, and not white", shown.Bounds())
	}
	loud := inline(picture(t, 192, 108, func(int, int) color.Color {
		return color.NRGBA{uint8(noise.Uint32()), uint8(noise.Uint32()), uint8(noise.Uint32()), 255}
	}))
	if loud == "" || len(loud) > previewMost*4/3+100 {
		t.Errorf("what is hard to shrink has %d bytes", len(loud))
	}
	for name, raw := range map[string][]byte{
		"nothing": nil, "text": []byte("<svg onload=alert(1)>"), "cut": picture(t, 192, 108, clear)[:60], "huge": picture(t, 641, 10, clear),
	} {
		if got := inline(raw); got != "" {
			t.Errorf("%s: %.60s", name, got)
		}
	}
}

// Command icons draws the product's mark, a causeway over water, as the icons of the Teams app and as the project's own:
//
//	cd tools/icons && go run . ../..
//
// The argument is the root of the project. The same program gives the same pictures.
package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"log"
	"math"
	"os"
	"path/filepath"
	"strings"
)

// The mark lives in a square of side 1, y downwards.
const (
	foot  = 0.66  // where the piers stand
	swell = 0.022 // how high the waves are
	line  = 0.055 // how thick they are
)

// sea is the colour behind the mark.
func sea() color.NRGBA { return color.NRGBA{R: 0x0E, G: 0x5A, B: 0x6B, A: 0xFF} }

// arch is an opening of the causeway: half an ellipse that stands on the foot.
type arch struct{ middle, half, height float64 }

func arches() []arch { return []arch{{0.16, 0.11, 0.16}, {0.5, 0.17, 0.22}, {0.84, 0.11, 0.16}} }

// wave is a line of water.
type wave struct{ y, from, to float64 }

func waves() []wave { return []wave{{0.77, 0, 1}, {0.9, 0.17, 0.83}} }

func (w wave) at(x float64) float64 { return w.y + swell*math.Sin(6*math.Pi*x) }

// road is the upper edge: a parabola, a little higher in the middle.
func road(x float64) float64 { return 0.34 + 0.28*(x-0.5)*(x-0.5) }

func inMark(x, y float64) bool {
	if x < 0 || x > 1 {
		return false
	}
	for _, w := range waves() {
		if x >= w.from && x <= w.to && math.Abs(y-w.at(x)) <= line/2 {
			return true
		}
	}
	if y < road(x) || y > foot {
		return false
	}
	for _, a := range arches() {
		if dx := (x - a.middle) / a.half; math.Abs(dx) < 1 && y > foot-a.height*math.Sqrt(1-dx*dx) {
			return false
		}
	}
	return true
}

// draw paints the mark white into the inner square of a picture; each pixel is the mean of 16 × 16 points.
func draw(size, inner int, background color.NRGBA) *image.NRGBA {
	const points = 16
	picture := image.NewNRGBA(image.Rect(0, 0, size, size))
	edge := float64(size-inner) / 2
	for py := range size {
		for px := range size {
			hits := 0
			for i := range points * points {
				x := float64(px) + (float64(i%points)+0.5)/points
				y := float64(py) + (float64(i/points)+0.5)/points
				// The mark is lower than wide: it is moved up a little, to stand in the middle.
				if inMark((x-edge)/float64(inner), (y-edge)/float64(inner)+0.13) {
					hits++
				}
			}
			picture.SetNRGBA(px, py, blend(background, float64(hits)/(points*points)))
		}
	}
	return picture
}

// blend lays white over the background; over nothing, white itself becomes see-through.
func blend(background color.NRGBA, white float64) color.NRGBA {
	if background.A == 0 {
		return color.NRGBA{R: 0xFF, G: 0xFF, B: 0xFF, A: uint8(math.Round(white * 255))}
	}
	mix := func(c uint8) uint8 { return uint8(math.Round(float64(c) + white*(255-float64(c)))) }
	return color.NRGBA{R: mix(background.R), G: mix(background.G), B: mix(background.B), A: 0xFF}
}

// svg writes the same mark for pages and documents.
func svg() []byte {
	var path strings.Builder
	// A quadratic curve is exactly the parabola of the road.
	fmt.Fprintf(&path, "M0 %.4g Q.5 %.4g 1 %.4g V%.4g", road(0), 2*road(0.5)-road(0), road(1), foot)
	for i := len(arches()) - 1; i >= 0; i-- {
		a := arches()[i]
		fmt.Fprintf(&path, " H%.4g A%.4g %.4g 0 0 0 %.4g %.4g", a.middle+a.half, a.half, a.height, a.middle-a.half, foot)
	}
	path.WriteString(" H0 Z")
	var out bytes.Buffer
	c := sea()
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 192 192" role="img" aria-label="Causeway">`+"\n")
	fmt.Fprintf(&out, `<rect width="192" height="192" rx="40" fill="#%02X%02X%02X"/>`+"\n", c.R, c.G, c.B)
	fmt.Fprintf(&out, `<g transform="translate(28 8.3) scale(136)" fill="#FFF">`+"\n<path d=\"%s\"/>\n", path.String())
	for _, w := range waves() {
		var points strings.Builder
		for i := 0; i <= 48; i++ {
			x := w.from + (w.to-w.from)*float64(i)/48
			fmt.Fprintf(&points, "%.3f,%.3f ", x, w.at(x))
		}
		fmt.Fprintf(&out, "<polyline points=\"%s\" fill=\"none\" stroke=\"#FFF\" stroke-width=\"%.3g\"/>\n", strings.TrimSpace(points.String()), line)
	}
	out.WriteString("</g>\n</svg>\n")
	return out.Bytes()
}

func run(root string) error {
	icons := filepath.Join(root, "internal", "teams", "icons")
	for name, picture := range map[string]*image.NRGBA{
		// Teams crops the colour icon: the symbol stays within the central 96 of 192.
		"color.png":   draw(192, 96, sea()),
		"outline.png": draw(32, 28, color.NRGBA{}),
	} {
		var out bytes.Buffer
		if err := png.Encode(&out, picture); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(icons, name), out.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(root, "docs", "icon.svg"), svg(), 0o644)
}

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: icons ROOT")
	}
	if err := run(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

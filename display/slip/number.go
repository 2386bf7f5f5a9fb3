package slip

import (
	"fmt"
	"image"
	"image/color"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/opentype"
)

// margin is what stays white at both sides, in dots.
const margin = 16

// The white above and below the number, in dots.
const (
	above = 16
	below = 12
)

// numberSize is the size of Go Bold in dots that gives digits of 16 mm on 80 mm paper,
// of 11 mm on 58 mm.
func numberSize(dots int) float64 {
	if dots < Paper80 {
		return 116
	}
	return 167
}

// drawNumber draws the number in black and white, smaller where it would not
// fit the paper.
func drawNumber(number string, dots int) (*image.Paletted, error) {
	f, err := opentype.Parse(gobold.TTF)
	if err != nil {
		return nil, fmt.Errorf("slip: read font: %w", err)
	}
	size := numberSize(dots)
	img, err := drawText(f, number, size)
	if err == nil && img.Bounds().Dx() > dots-2*margin {
		size *= float64(dots-2*margin) / float64(img.Bounds().Dx())
		img, err = drawText(f, number, size*0.99)
	}
	return img, err
}

// drawText draws text with white above and below it, and none at its sides.
func drawText(f *opentype.Font, text string, size float64) (*image.Paletted, error) {
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		return nil, fmt.Errorf("slip: make font face: %w", err)
	}
	defer face.Close()
	for _, r := range text {
		if _, ok := face.GlyphAdvance(r); !ok || r <= ' ' {
			return nil, fmt.Errorf("slip: draw %q: no type for %q", text, r)
		}
	}
	box, _ := font.BoundString(face, text)
	area := image.Rect(box.Min.X.Floor(), box.Min.Y.Floor(), box.Max.X.Ceil(), box.Max.Y.Ceil())
	if area.Empty() {
		return nil, fmt.Errorf("slip: draw %q: nothing to see", text)
	}
	grey := image.NewAlpha(area)
	d := font.Drawer{Dst: grey, Src: image.Opaque, Face: face}
	last := rune(-1)
	for _, r := range text {
		if last >= 0 {
			d.Dot.X += face.Kern(last, r)
		}
		last = r
		if r != '0' {
			d.DrawString(string(r))
			continue
		}
		if err := drawZero(grey, f, size, d.Dot); err != nil {
			return nil, fmt.Errorf("slip: draw zero: %w", err)
		}
		d.Dot.X += d.MeasureString("0")
	}
	return blackOrWhite(grey), nil
}

// blackOrWhite takes the greys away, which thermal paper does not have, and
// moves the picture below the white at its top.
func blackOrWhite(grey *image.Alpha) *image.Paletted {
	size := grey.Bounds().Size()
	img := image.NewPaletted(image.Rect(0, 0, size.X, size.Y+above+below), color.Palette{color.White, color.Black})
	for y := range size.Y {
		for x := range size.X {
			if grey.Pix[y*grey.Stride+x] >= 0x80 {
				img.Pix[(y+above)*img.Stride+x] = 1
			}
		}
	}
	return img
}

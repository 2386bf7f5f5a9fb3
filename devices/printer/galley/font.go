package galley

import (
	"fmt"
	"image"
	"image/color"
	"io"
	"os"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// Cell is the size of a Chinese character in font A; ASCII has half the width.
const Cell = 24

// WithFont calls f with the font of the file. The file is read as needed and
// closed afterwards: a font with all Chinese characters is 20 MB, and it is
// wanted for one name in a thousand.
func WithFont(path string, f func(*opentype.Font) error) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("galley: open font: %w", err)
	}
	defer file.Close()
	face, err := parseFont(file)
	if err != nil {
		return fmt.Errorf("galley: read font %s: %w", path, err)
	}
	return f(face)
}

// parseFont reads a single font, or from a collection the one with mainland
// forms, or its first.
func parseFont(r io.ReaderAt) (*opentype.Font, error) {
	all, err := opentype.ParseCollectionReaderAt(r)
	if err != nil {
		return nil, err
	}
	for i := range all.NumFonts() {
		f, err := all.Font(i)
		if err != nil {
			continue
		}
		if name, _ := f.Name(nil, sfnt.NameIDFull); strings.Contains(name, "CJK SC") {
			return f, nil
		}
	}
	return all.Font(0)
}

// drawLine draws a line in the printer's own grid, so that it stands among
// printed lines as if the printer had made it. Characters that the font lacks
// too are returned.
func drawLine(f *opentype.Font, text string, scale int, bold bool) (*image.Paletted, []rune, error) {
	size := Cell * scale
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: float64(size) * 0.92, DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		return nil, nil, fmt.Errorf("galley: make font face: %w", err)
	}
	defer face.Close()
	grey := image.NewAlpha(image.Rect(0, 0, Width(text)*size/2, size))
	d := font.Drawer{Dst: grey, Src: image.Opaque, Face: face}
	var missing []rune
	x := 0
	for _, r := range text {
		w := runeWidth(r) * size / 2
		if _, ok := face.GlyphAdvance(r); !ok {
			missing = append(missing, r)
			r = Replacement
		}
		drawCell(&d, r, x, w, size, bold)
		x += w
	}
	return BlackOrWhite(grey), missing, nil
}

// drawCell puts one character into the middle of its cell.
func drawCell(d *font.Drawer, r rune, x, w, size int, bold bool) {
	inset := (fixed.I(w) - d.MeasureString(string(r))) / 2
	d.Dot = fixed.Point26_6{X: fixed.I(x) + inset, Y: fixed.I(size * 21 / 24)}
	d.DrawString(string(r))
	if bold {
		d.Dot = fixed.Point26_6{X: fixed.I(x+1) + inset, Y: fixed.I(size * 21 / 24)}
		d.DrawString(string(r))
	}
}

// BlackOrWhite takes the greys away, which thermal paper does not have.
func BlackOrWhite(grey *image.Alpha) *image.Paletted {
	img := image.NewPaletted(grey.Bounds(), color.Palette{color.White, color.Black})
	for i, a := range grey.Pix {
		if a >= 0x70 {
			img.Pix[i] = 1
		}
	}
	return img
}

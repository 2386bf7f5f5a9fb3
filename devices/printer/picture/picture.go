// Package picture draws a slip dot by dot, as it will lie in somebody's hand:
// proportional letters in the sizes that the layout asks for, and the QR code
// with its lines beside it. The picture is printed by any printer that can
// print dots, whatever type it has, and shown as a PNG to whoever lays out
// slips.
package picture

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"os"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"

	"lobby/devices"
	"lobby/devices/printer/galley"
)

// The widths of margins, and the paper from which on they are wide, in dots.
const (
	wideMargin   = 16
	narrowMargin = 12
	widePaper    = 500
)

// topRows stay white above the first line.
const topRows = 16

// maxRows is the longest slip that is drawn, a metre.
const maxRows = 8000

// Draw draws a slip for paper of the given width in dots with the font of a
// file, which should hold all Chinese characters. A bold font of the same
// family is used where it lies beside it (…-Regular… and …-Bold…). The loss
// tells what neither font has; it is printed as 〓.
func Draw(s devices.Slip, dots int, path string) (*image.Paletted, galley.Loss, error) {
	var img *image.Paletted
	var loss galley.Loss
	err := galley.WithFont(path, func(regular *opentype.Font) error {
		return withBold(path, regular, func(bold *opentype.Font) error {
			p := newPage(dots, regular, bold)
			defer p.close()
			for _, b := range s.Blocks {
				if err := p.block(b); err != nil {
					return err
				}
			}
			img, loss = p.image(), p.loss
			return nil
		})
	})
	if err != nil {
		return nil, galley.Loss{}, fmt.Errorf("picture: draw %s: %w", s.ID, err)
	}
	return img, loss, nil
}

// Slip is a slip that consists of the picture of another one, for printers to
// print as they are.
func Slip(s devices.Slip, dots int, path string) (devices.Slip, galley.Loss, error) {
	img, loss, err := Draw(s, dots, path)
	return devices.Slip{ID: s.ID, Blocks: []devices.Block{{Image: img}}}, loss, err
}

// withBold calls f with the bold font of the family, or again with the regular
// one where there is none.
func withBold(path string, regular *opentype.Font, f func(*opentype.Font) error) error {
	bold := strings.Replace(path, "-Regular", "-Bold", 1)
	if _, err := os.Stat(bold); bold == path || errors.Is(err, os.ErrNotExist) {
		return f(regular)
	}
	return galley.WithFont(bold, f)
}

// page is a slip on its way.
type page struct {
	dots, margin  int
	regular, bold *opentype.Font
	faces         map[letters]font.Face
	grey          *image.Alpha // grows downwards
	y             int          // first row that is free
	loss          galley.Loss
}

// letters are a kind of letters.
type letters struct {
	size int // dots
	bold bool
}

func newPage(dots int, regular, bold *opentype.Font) *page {
	margin := wideMargin
	if dots < widePaper {
		margin = narrowMargin
	}
	return &page{
		y: topRows, dots: dots, margin: margin, regular: regular, bold: bold, faces: map[letters]font.Face{},
		grey: image.NewAlpha(image.Rect(0, 0, dots, 512)),
	}
}

func (p *page) close() {
	for _, f := range p.faces {
		f.Close()
	}
}

// face returns a face, made once for each page.
func (p *page) face(l letters) (font.Face, error) {
	if f, ok := p.faces[l]; ok {
		return f, nil
	}
	from := p.regular
	if l.bold {
		from = p.bold
	}
	f, err := opentype.NewFace(from, &opentype.FaceOptions{Size: float64(l.size), DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		return nil, fmt.Errorf("make font face: %w", err)
	}
	p.faces[l] = f
	return f, nil
}

// room makes sure that so many rows are free, and takes them.
func (p *page) room(rows int) (y int, err error) {
	if p.y+rows > maxRows {
		return 0, errors.New("longer than a metre")
	}
	if need := p.y + rows; need > p.grey.Bounds().Dy() {
		more := image.NewAlpha(image.Rect(0, 0, p.dots, min(maxRows, max(need, 2*p.grey.Bounds().Dy()))))
		copy(more.Pix, p.grey.Pix)
		p.grey = more
	}
	y = p.y
	p.y += rows
	return y, nil
}

// image is the page in black and white, which is all that thermal paper has.
func (p *page) image() *image.Paletted {
	img := image.NewPaletted(image.Rect(0, 0, p.dots, p.y), color.Palette{color.White, color.Black})
	for i := range img.Pix {
		if p.grey.Pix[i] >= 0x80 {
			img.Pix[i] = 1
		}
	}
	return img
}

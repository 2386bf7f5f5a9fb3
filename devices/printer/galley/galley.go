// Package galley sets a slip in lines of type: it wraps what is too long,
// draws what the printer's own type lacks, and sizes QR codes. It knows paper
// and type, and no printer's language; the drivers turn its lines into bytes.
package galley

import (
	"image"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/image/font/opentype"

	"lobby/devices"
)

// Stock is the paper and the type that a printer has.
type Stock struct {
	Dots     int     // printable width, 203 dots to the inch
	Columns  int     // characters in one line; a Chinese one takes two
	MaxScale int     // the largest magnification the printer has
	Charset  Charset // which Chinese characters its type holds

	// Font draws the lines that hold characters the printer's type lacks. Nil
	// means that such characters are replaced and reported.
	Font *opentype.Font
}

// Line is one line of a slip. It is a picture, a code, a feed, or else text,
// which may be empty.
type Line struct {
	Text    string // holds only what the printer's type has
	Picture *image.Paletted
	Code    *Symbol
	Feed    int // empty lines
	Align   devices.Align
	Scale   int // 1 to the stock's largest
	Bold    bool
	Reverse bool
}

// Set sets a slip. The loss is empty when everything is as it was written.
func Set(s devices.Slip, stock Stock) ([]Line, Loss) {
	g := galley{stock: stock}
	for _, b := range s.Blocks {
		g.block(b)
	}
	return g.lines, g.loss
}

type galley struct {
	stock Stock
	lines []Line
	loss  Loss
}

func (g *galley) block(b devices.Block) {
	switch {
	case b.Image != nil:
		g.picture(b.Image, b.Align)
	case b.QR != "":
		g.code(b)
	case b.Rule:
		g.text(devices.Block{}, strings.Repeat("-", g.stock.Columns))
	case b.Feed > 0:
		g.lines = append(g.lines, Line{Feed: b.Feed})
	case b.Pair != [2]string{}:
		g.pair(b)
	default:
		g.wrapped(b, Clean(b.Text))
	}
}

func (g *galley) scale(b devices.Block) int { return max(1, min(b.Scale, g.stock.MaxScale)) }

// columns is how many characters a line of this magnification holds.
func (g *galley) columns(b devices.Block) int { return g.stock.Columns / g.scale(b) }

func (g *galley) wrapped(b devices.Block, text string) {
	for _, line := range Wrap(text, g.columns(b)) {
		g.text(b, line)
	}
}

// pair sets two parts into one line, or, where they do not fit, the right part
// below the left one.
func (g *galley) pair(b devices.Block) {
	b.Align = devices.Left
	left, right := Clean(b.Pair[0]), Clean(b.Pair[1])
	if gap := g.columns(b) - Width(left) - Width(right); gap >= 1 {
		g.text(b, left+strings.Repeat(" ", gap)+right)
		return
	}
	g.wrapped(b, left)
	b.Align = devices.Right
	g.wrapped(b, right)
}

// text sets one line that is known to fit. A line with a character that the
// printer lacks is drawn where there is a font to draw it with.
func (g *galley) text(b devices.Block, text string) {
	lacks := func(r rune) bool { return !g.stock.Charset.Has(r) || r == utf8.RuneError }
	if strings.ContainsFunc(text, lacks) && g.drawn(b, text) {
		return
	}
	text = strings.Map(func(r rune) rune {
		if lacks(r) {
			g.missing(r)
			return Replacement
		}
		return r
	}, text)
	g.lines = append(g.lines, Line{Text: text, Align: b.Align, Scale: g.scale(b), Bold: b.Bold, Reverse: b.Reverse})
}

func (g *galley) missing(r rune) {
	if !slices.Contains(g.loss.Runes, r) {
		g.loss.Runes = append(g.loss.Runes, r)
	}
}

// drawn draws the line, if there is a font that can.
func (g *galley) drawn(b devices.Block, text string) bool {
	if g.stock.Font == nil {
		return false
	}
	img, missing, err := drawLine(g.stock.Font, text, g.scale(b), b.Bold)
	if err != nil {
		g.stock.Font = nil // a font that cannot be drawn with is no font
		return false
	}
	for _, r := range missing {
		g.missing(r)
	}
	if b.Reverse {
		for i := range img.Pix {
			img.Pix[i] ^= 1
		}
	}
	g.picture(img, b.Align)
	return true
}

func (g *galley) picture(img *image.Paletted, align devices.Align) {
	if img.Bounds().Dx() > g.stock.Dots {
		g.loss.Cropped = true
	}
	g.lines = append(g.lines, Line{Picture: img, Align: align})
}

// code sets a QR code and, below it, the lines that stand beside it where the
// whole slip is drawn.
func (g *galley) code(b devices.Block) {
	if s, ok := NewSymbol(b.QR, g.stock.Dots); ok {
		g.lines = append(g.lines, Line{Code: &s, Align: b.Align})
	} else {
		g.loss.QR = true
	}
	for i, line := range b.Beside {
		g.wrapped(devices.Block{Align: b.Align, Bold: i == 0}, Clean(line))
	}
}

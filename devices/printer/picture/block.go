package picture

import (
	"image"
	"image/draw"
	"slices"

	"golang.org/x/image/font"
	"golang.org/x/image/math/fixed"

	"lobby/devices"
	"lobby/devices/printer/galley"
)

// The dashes of a rule, in dots.
const (
	ruleRows  = 24
	ruleThick = 3
	dash, gap = 6, 3
)

// lettersOf is the kind of letters a block asks for.
func lettersOf(b devices.Block) letters {
	size := b.Size
	if size <= 0 {
		size = galley.Cell * max(1, b.Scale)
	}
	return letters{size, b.Bold || b.Reverse}
}

// leading is the height of a line.
func (l letters) leading() int { return l.size * 4 / 3 }

func (p *page) block(b devices.Block) error {
	switch {
	case b.Image != nil:
		return p.picture(b.Image, b.Align)
	case b.QR != "":
		return p.code(b)
	case b.Rule:
		return p.rule()
	case b.Feed > 0:
		_, err := p.room(b.Feed * galley.Cell)
		return err
	case b.Pair != [2]string{}:
		return p.pair(b)
	}
	return p.text(b, galley.Clean(b.Text), p.margin, p.dots-p.margin)
}

// text draws a text between two columns, on as many lines as it needs.
func (p *page) text(b devices.Block, text string, left, right int) error {
	l := lettersOf(b)
	face, err := p.face(l)
	if err != nil {
		return err
	}
	text = p.printable(face, text)
	for _, line := range wrap(face, text, right-left) {
		y, err := p.room(l.leading())
		if err != nil {
			return err
		}
		width := font.MeasureString(face, line).Ceil()
		x := left + max(0, right-left-width)*int(b.Align)/2
		if b.Reverse {
			p.reversed(face, l, line, x, y, width)
			continue
		}
		p.draw(face, l, line, x, y, image.Opaque)
	}
	return nil
}

// draw puts a line at a place; y is the top of its leading.
func (p *page) draw(face font.Face, l letters, line string, x, y int, ink image.Image) {
	// Chinese letters sit 12% of their size below the base line.
	base := y + (l.leading()-l.size)/2 + l.size*88/100
	d := font.Drawer{Dst: p.grey, Src: ink, Face: face, Dot: fixed.P(x, base)}
	d.DrawString(line)
}

// reversed draws white letters in a black bar.
func (p *page) reversed(face font.Face, l letters, line string, x, y, width int) {
	bar := image.Rect(max(x-l.size/4, p.margin/2), y+1, min(x+width+l.size/4, p.dots-p.margin/2), y+l.leading()-1)
	draw.Draw(p.grey, bar, image.Opaque, image.Point{}, draw.Src)
	word := image.NewAlpha(image.Rect(0, 0, p.dots, l.leading()))
	d := font.Drawer{Dst: word, Src: image.Opaque, Face: face}
	d.Dot = fixed.P(x, (l.leading()-l.size)/2+l.size*88/100)
	d.DrawString(line)
	for i, a := range word.Pix {
		if a >= 0x80 {
			p.grey.Pix[y*p.grey.Stride+i] = 0
		}
	}
}

// printable replaces what the font lacks.
func (p *page) printable(face font.Face, text string) string {
	out := []rune(text)
	for i, r := range out {
		if _, ok := face.GlyphAdvance(r); ok {
			continue
		}
		out[i] = galley.Replacement
		if !slices.Contains(p.loss.Runes, r) {
			p.loss.Runes = append(p.loss.Runes, r)
		}
	}
	return string(out)
}

// wrap breaks a text so that no line is wider than the width, by the rules of
// the galley.
func wrap(face font.Face, text string, width int) []string {
	return galley.WrapBy(text, fixed.I(width), func(r rune) fixed.Int26_6 {
		w, _ := face.GlyphAdvance(r)
		return w
	})
}

// pair puts its right part at the end of the line, or, where the line is too
// short, on a line of its own.
func (p *page) pair(b devices.Block) error {
	l := lettersOf(b)
	face, err := p.face(l)
	if err != nil {
		return err
	}
	left, right := p.printable(face, galley.Clean(b.Pair[0])), p.printable(face, galley.Clean(b.Pair[1]))
	space := p.dots - 2*p.margin - l.size/2
	b.Align = devices.Left
	if font.MeasureString(face, left).Ceil()+font.MeasureString(face, right).Ceil() > space {
		if err := p.text(b, left, p.margin, p.dots-p.margin); err != nil {
			return err
		}
		b.Align = devices.Right
		return p.text(b, right, p.margin, p.dots-p.margin)
	}
	y, err := p.room(l.leading())
	if err != nil {
		return err
	}
	p.draw(face, l, left, p.margin, y, image.Opaque)
	p.draw(face, l, right, p.dots-p.margin-font.MeasureString(face, right).Ceil(), y, image.Opaque)
	return nil
}

func (p *page) rule() error {
	y, err := p.room(ruleRows)
	if err != nil {
		return err
	}
	y += (ruleRows - ruleThick) / 2
	for x := p.margin; x < p.dots-p.margin; x += dash + gap {
		r := image.Rect(x, y, min(x+dash, p.dots-p.margin), y+ruleThick)
		draw.Draw(p.grey, r, image.Opaque, image.Point{}, draw.Src)
	}
	return nil
}

// picture copies a picture; what is wider than the paper is lost.
func (p *page) picture(img *image.Paletted, align devices.Align) error {
	size := img.Bounds().Size()
	if size.X > p.dots {
		p.loss.Cropped = true
	}
	y, err := p.room(size.Y)
	if err != nil {
		return err
	}
	p.stamp(img, max(0, p.dots-size.X)*int(align)/2, y)
	return nil
}

func (p *page) stamp(img *image.Paletted, x, y int) {
	r := img.Bounds()
	for dy := range r.Dy() {
		for dx := range min(r.Dx(), p.dots-x) {
			if img.ColorIndexAt(r.Min.X+dx, r.Min.Y+dy) == 1 {
				p.grey.Pix[(y+dy)*p.grey.Stride+x+dx] = 0xff
			}
		}
	}
}

// code draws the QR code at the left margin and its lines beside it, or the
// code alone where it is aligned.
func (p *page) code(b devices.Block) error {
	s, ok := galley.NewSymbol(b.QR, p.dots)
	if !ok {
		p.loss.QR = true
		for i, line := range b.Beside {
			one := devices.Block{Bold: b.Bold || i == 0, Size: b.Size}
			if err := p.text(one, galley.Clean(line), p.margin, p.dots-p.margin); err != nil {
				return err
			}
		}
		return nil
	}
	img := s.Picture()
	if len(b.Beside) == 0 {
		return p.picture(img, b.Align)
	}
	return p.beside(b, img)
}

// beside centres the lines on the height of the code. The quiet zone is part of
// the code's picture, so that it may begin in the margin.
func (p *page) beside(b devices.Block, img *image.Paletted) error {
	size := img.Bounds().Dx()
	top, left := p.y, p.margin/2+size
	l := lettersOf(devices.Block{Size: b.Size, Scale: b.Scale})
	lines := len(b.Beside) * l.leading()
	if _, err := p.room(max(0, size-lines) / 2); err != nil {
		return err
	}
	for i, line := range b.Beside {
		if err := p.text(devices.Block{Size: l.size, Bold: i == 0}, galley.Clean(line), left, p.dots-p.margin); err != nil {
			return err
		}
	}
	if _, err := p.room(max(0, top+size-p.y)); err != nil {
		return err
	}
	p.stamp(img, p.margin/2, top)
	return nil
}

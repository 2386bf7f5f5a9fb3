// Package paper is what emulated printers print on: a roll that can end, slips
// that can be looked at, and the letters on them.
package paper

import (
	"image"
	"image/color"
	"image/png"
	"io"
)

const (
	kept     = 50   // slips
	maxRows  = 8000 // dots of paper that hang out before they tear off, 1 m
	nearDots = 200 * 8
)

// Roll is the paper. It is not safe for several goroutines.
type Roll struct {
	Slips []*Slip // the last fifty, oldest first
	Next  int     // number of slips cut off so far
	Now   *Slip   // what hangs out
	Used  int     // dots since the printer was made

	dots int
	left int // dots; negative for a roll that never ends
}

// Slip is a piece of paper. One that was cut off never changes again.
type Slip struct {
	Lines []string // what stands on it; pictures as [picture 440x127], codes as [QR]
	QR    []string // contents of the codes that the printer drew itself

	dots int
	rows [][]byte // one bit a dot
}

// New makes a roll that never ends.
func New(dots int) *Roll {
	return &Roll{dots: dots, Now: &Slip{dots: dots}, left: -1}
}

// Load puts in a roll of the given length in millimetres, 0 for one that never ends.
func (r *Roll) Load(mm int) {
	r.left = -1
	if mm > 0 {
		r.left = mm * 8
	}
}

// Over says that no paper is left.
func (r *Roll) Over() bool { return r.left == 0 }

// Near says that the last 200 mm have begun.
func (r *Roll) Near() bool { return r.left >= 0 && r.left < nearDots }

// First is the number of the oldest slip that is kept.
func (r *Roll) First() int { return r.Next - len(r.Slips) }

// Row moves the paper by one dot and returns the dots under the head; nil when
// the paper has ended.
func (r *Roll) Row() []byte {
	if r.left == 0 {
		return nil
	}
	if r.left > 0 {
		r.left--
	}
	r.Used++
	if len(r.Now.rows) >= maxRows {
		r.Cut()
	}
	row := make([]byte, (r.dots+7)/8)
	r.Now.rows = append(r.Now.rows, row)
	return row
}

// Feed moves the paper, in one go by no more than a metre, as printers do.
func (r *Roll) Feed(dots int) {
	for range min(dots, maxRows) {
		r.Row()
	}
}

// Note writes down what a line says, for those who cannot see the dots.
func (r *Roll) Note(line string) { r.Now.Lines = append(r.Now.Lines, line) }

// Cut ends a slip. Blank paper without a printed line is waste and not a slip.
func (r *Roll) Cut() {
	s := r.Now
	r.Now = &Slip{dots: r.dots}
	if len(s.Lines) == 0 {
		return
	}
	r.Slips = append(r.Slips, s)
	r.Next++
	if len(r.Slips) > kept {
		r.Slips = append([]*Slip(nil), r.Slips[1:]...)
	}
}

// Dot sets a dot of a row; one beside the paper is lost.
func Dot(row []byte, x int) {
	if x >= 0 && x/8 < len(row) {
		row[x/8] |= 0x80 >> (x % 8)
	}
}

// Line is the print buffer.
type Line struct {
	Marks []Mark
	Text  []rune
	X     int // dots from the left end of the area
}

// Mark is a character in the line.
type Mark struct {
	Glyph                    Glyph
	X                        int // dots from the left end of the area
	Width, Height            int // magnification
	Bold, Reverse, Underline bool
}

// Print puts a line on paper, its characters standing on one base line. The
// line begins at the dot at, and the next one follows after the spacing.
func (r *Roll) Print(l Line, at, spacing int) {
	if len(l.Marks) == 0 {
		if len(r.Now.Lines) > 0 {
			r.Note("")
		}
		r.Feed(spacing)
		return
	}
	r.Note(string(l.Text))
	tall := 0
	for _, m := range l.Marks {
		tall = max(tall, m.Height*24)
	}
	for y := range tall {
		row := r.Row()
		for _, m := range l.Marks {
			m.draw(row, at, y-(tall-m.Height*24))
		}
	}
	r.Feed(max(0, spacing-tall, 6))
}

// draw sets the dots of row y of a character.
func (m Mark) draw(row []byte, at, y int) {
	if row == nil || y < 0 {
		return
	}
	for x := range m.Glyph.width * m.Width {
		gx, gy := x/m.Width, y/m.Height
		on := m.Glyph.black(gx, gy) || m.Bold && m.Glyph.black(gx-1, gy) || m.Underline && gy >= 22
		if on != m.Reverse {
			Dot(row, at+m.X+x)
		}
	}
}

// Rows is its length in dots.
func (s *Slip) Rows() int { return len(s.rows) }

// Black says whether a dot is black, counted from the left and from the top.
func (s *Slip) Black(x, y int) bool {
	return y < len(s.rows) && x/8 < len(s.rows[y]) && s.rows[y][x/8]&(0x80>>(x%8)) != 0
}

// PNG draws the slip with a margin, as paper has it.
func (s *Slip) PNG(w io.Writer) error {
	const margin = 24
	paper := color.Palette{color.Gray{0xfd}, color.Gray{0x12}}
	img := image.NewPaletted(image.Rect(0, 0, s.dots+2*margin, len(s.rows)+2*margin), paper)
	for y, row := range s.rows {
		for x := range s.dots {
			if row[x/8]&(0x80>>(x%8)) != 0 {
				img.SetColorIndex(margin+x, margin+y, 1)
			}
		}
	}
	return png.Encode(w, img)
}

package escpos

import (
	"image"
	"image/color"
	"image/png"
	"io"
)

const (
	kept        = 50   // slips
	headToBlade = 96   // dots, 12 mm
	maxRows     = 8000 // dots of paper that hang out before they tear off, 1 m
	nearDots    = 200 * 8
)

// roll is the paper.
type roll struct {
	dots  int
	slips []*slip
	next  int // number of slips cut off so far
	now   *slip
	used  int // dots since the printer was made
	left  int // dots; negative for a roll that never ends
}

// slip is a piece of paper: rows of dots, one bit each.
type slip struct {
	dots  int
	rows  [][]byte
	lines []string
	qr    []string
}

func newRoll(dots int) *roll {
	return &roll{dots: dots, now: &slip{dots: dots}, left: -1}
}

func (r *roll) load(mm int) {
	r.left = -1
	if mm > 0 {
		r.left = mm * 8
	}
}

func (r *roll) over() bool { return r.left == 0 }

func (r *roll) near() bool { return r.left >= 0 && r.left < nearDots }

func (r *roll) first() int { return r.next - len(r.slips) }

// row moves the paper by one dot and returns the dots under the head; nil when
// the paper has ended.
func (r *roll) row() []byte {
	if r.left == 0 {
		return nil
	}
	if r.left > 0 {
		r.left--
	}
	r.used++
	if len(r.now.rows) >= maxRows {
		r.cut()
	}
	row := make([]byte, (r.dots+7)/8)
	r.now.rows = append(r.now.rows, row)
	return row
}

// feed moves the paper, in one go by no more than a metre, as printers do.
func (r *roll) feed(dots int) {
	for range min(dots, maxRows) {
		r.row()
	}
}

func (r *roll) note(line string) { r.now.lines = append(r.now.lines, line) }

// cut ends a slip. Blank paper without a printed line is waste and not a slip.
func (r *roll) cut() {
	s := r.now
	r.now = &slip{dots: r.dots}
	if len(s.lines) == 0 {
		return
	}
	r.slips = append(r.slips, s)
	r.next++
	if len(r.slips) > kept {
		r.slips = append([]*slip(nil), r.slips[1:]...)
	}
}

func dot(row []byte, x int) {
	if x >= 0 && x/8 < len(row) {
		row[x/8] |= 0x80 >> (x % 8)
	}
}

// textLine is the print buffer.
type textLine struct {
	marks []mark
	text  []rune
	x     int // dots from the left end of the area
}

// mark is a character in the line.
type mark struct {
	glyph                    glyph
	x, width, height         int
	bold, reverse, underline bool
}

// print puts a line on paper, its characters standing on one base line.
func (r *roll) print(l textLine, s style) {
	if len(l.marks) == 0 {
		if len(r.now.lines) > 0 {
			r.note("")
		}
		r.feed(s.spacing)
		return
	}
	r.note(string(l.text))
	tall := 0
	for _, m := range l.marks {
		tall = max(tall, m.height*24)
	}
	at := s.offset(l.x)
	for y := range tall {
		row := r.row()
		for _, m := range l.marks {
			m.draw(row, at, y-(tall-m.height*24))
		}
	}
	r.feed(max(0, s.spacing-tall, 6))
}

// draw sets the dots of row y of a character.
func (m mark) draw(row []byte, at, y int) {
	if row == nil || y < 0 {
		return
	}
	for x := range m.glyph.width * m.width {
		gx, gy := x/m.width, y/m.height
		on := m.glyph.black(gx, gy) || m.bold && m.glyph.black(gx-1, gy) || m.underline && gy >= 22
		if on != m.reverse {
			dot(row, at+m.x+x)
		}
	}
}

// png draws the slip with a margin, as paper has it.
func (s *slip) png(w io.Writer) error {
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

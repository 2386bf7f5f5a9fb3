package star

import (
	"fmt"

	"golang.org/x/text/encoding/simplifiedchinese"
	"rsc.io/qr"

	"lobby/devices/emulator/engine"
	"lobby/devices/emulator/paper"
)

// maxMarks is the most characters in one line, also when they are printed over
// each other.
const maxMarks = 512

// headToBlade is the way from the head to the blade in dots, 12 mm.
const headToBlade = 96

// tearFeed is the feed, in lines, after which a person tears a slip off where
// there is no blade.
const tearFeed = 4

// machine interprets bytes, one by one, and prints.
type machine struct {
	model   model
	engine  *engine.Printer
	roll    *paper.Roll
	glyphs  *paper.Glyphs
	setAuto func(bool)

	command []byte // the command that is being received
	style   style
	line    paper.Line
	band    *band
	above   bands
	code    code
	etbs    int  // modulo 32
	reached bool // an ETB was reached since the last status
}

// style is what ESC @ sets back.
type style struct {
	width, height            int // magnification
	bold, reverse, underline bool
	align                    int
	spacing                  int // dots from line to line
}

// band is a bit image in the line buffer.
type band struct {
	stride int
	bits   []byte
}

// upright turns the columns of ESC X, three bytes each from the top, into rows.
func upright(columns []byte) *band {
	w := len(columns) / 3
	b := &band{stride: (w + 7) / 8}
	b.bits = make([]byte, b.stride*24)
	for x := range w {
		for y := range 24 {
			if columns[3*x+y/8]&(0x80>>(y%8)) != 0 {
				paper.Dot(b.bits[y*b.stride:(y+1)*b.stride], x)
			}
		}
	}
	return b
}

// code is the QR code that is set and not printed.
type code struct {
	module int
	level  qr.Level
	data   string
}

func newMachine(m model, e *engine.Printer, g *paper.Glyphs) *machine {
	mc := &machine{model: m, engine: e, roll: e.Roll(), glyphs: g, setAuto: func(bool) {}}
	mc.powerUp()
	return mc
}

// powerUp forgets everything but the paper.
func (m *machine) powerUp() {
	m.reset()
	m.command, m.etbs, m.reached = nil, 0, false
}

// reset is ESC @: the line that is not printed yet and all settings go.
func (m *machine) reset() {
	m.line, m.band = paper.Line{}, nil
	m.code = code{module: 3}
	m.style = style{width: 1, height: 1, spacing: 32}
}

// feed takes one byte.
func (m *machine) feed(c byte) {
	m.command = append(m.command, c)
	if n := size(m.command); n > 0 && len(m.command) >= n {
		b := m.command
		m.command = m.command[:0]
		m.do(b)
	}
}

func (m *machine) do(b []byte) {
	switch {
	case b[0] == 0x0a:
		m.printLine()
	case b[0] == 0x17:
		m.flush()
		if !m.engine.On(engine.NoEcho) {
			m.etbs, m.reached = (m.etbs+1)%32, true
		}
	case b[0] == 0x18:
		m.reset()
		m.etbs, m.reached = 0, false
	case b[0] == 0x1b && b[1] == 0x1d:
		m.doGS(b[2], b[3:])
	case b[0] == 0x1b && b[1] == 0x1e:
		m.doRS(b[2], b[3])
	case b[0] == 0x1b:
		m.doESC(b[1], b[2:])
	default:
		m.text(b)
	}
}

// doRS is ESC RS x n: the automatic status and its counter.
func (m *machine) doRS(c, n byte) {
	switch c {
	case 'a':
		m.setAuto(n&0x0f != 0)
	case 'E':
		m.etbs, m.reached = 0, false
	}
}

func (m *machine) doESC(c byte, p []byte) {
	switch c {
	case '@':
		m.reset()
	case 'E':
		m.style.bold = true
	case 'F':
		m.style.bold = false
	case '4':
		m.style.reverse = true
	case '5':
		m.style.reverse = false
	case '-':
		m.style.underline = p[0]&1 != 0
	case 'i':
		m.style.height, m.style.width = expansion(p[0]), expansion(p[1])
	case 'h':
		m.style.height = expansion(p[0])
	case 'W':
		m.style.width = expansion(p[0])
	case '0':
		m.style.spacing = 24
	case 'z':
		m.style.spacing = 24 + 8*int(p[0]&1)
	case 'a':
		m.flush()
		m.roll.Feed(int(p[0]&0x7f) * m.style.spacing)
		if m.model.bladeless && p[0] >= tearFeed {
			m.engine.Cut()
		}
	case 'J':
		m.flush()
		m.roll.Feed(2 * int(p[0]))
	case 'k':
		m.band = &band{int(p[0]), append([]byte(nil), p[2:]...)}
	case 'X':
		m.band = upright(p[2:])
	case 'd':
		m.flush()
		if p[0]&3 >= 2 {
			m.roll.Feed(headToBlade)
		}
		if !m.model.bladeless {
			m.engine.Cut()
		}
	}
}

// expansion is a magnification, as a number or as its digit.
func expansion(n byte) int {
	if n >= '0' {
		n -= '0'
	}
	return 1 + int(min(n, 5))
}

func (m *machine) doGS(c byte, p []byte) {
	switch c {
	case 'a':
		if n := int(p[0] & 0x0f); n <= 2 {
			m.style.align = n
		}
	case 'A':
		m.line.X = min(word(p), m.model.dots)
	case 'R':
		m.line.X = max(0, min(m.line.X+int(int16(word(p))), m.model.dots))
	case 'S':
		m.raster(p)
	case 'y':
		m.qr(p)
	}
}

// text prints one character into the line.
func (m *machine) text(b []byte) {
	switch {
	case len(b) == 1 && (b[0] < ' ' || b[0] == 0x7f):
	case len(b) == 1:
		m.put(rune(b[0]), 12)
	default:
		m.put(chinese(b), 24)
	}
}

func chinese(b []byte) rune {
	s, err := simplifiedchinese.GBK.NewDecoder().Bytes(b)
	if err != nil || len(s) == 0 {
		return '\ufffd'
	}
	return []rune(string(s))[0]
}

// put places a character, on the next line where this one is full.
func (m *machine) put(r rune, w int) {
	s := m.style
	dots := w * s.width
	if m.line.X+dots > m.model.dots || len(m.line.Marks) >= maxMarks {
		m.printLine()
	}
	m.line.Marks = append(m.line.Marks, paper.Mark{
		Glyph: m.glyphs.Glyph(r, w), X: m.line.X, Width: s.width, Height: s.height,
		Bold: s.bold, Reverse: s.reverse, Underline: s.underline,
	})
	m.line.Text = append(m.line.Text, r)
	m.line.X += dots
}

// offset places something of the given width by the alignment.
func (m *machine) offset(width int) int { return max(0, m.model.dots-width) * m.style.align / 2 }

// printLine prints the line, also an empty one, or the bit image in it.
func (m *machine) printLine() {
	if b := m.band; b != nil {
		m.band = nil
		m.rows(b.stride, b.bits)
		m.roll.Feed(max(0, m.style.spacing-24))
		return
	}
	m.roll.Print(m.line, m.offset(m.line.X), m.style.spacing)
	m.line = paper.Line{}
}

// flush prints what is in the line buffer, if anything is.
func (m *machine) flush() {
	if m.band != nil || len(m.line.Marks) > 0 {
		m.printLine()
	}
}

// rows puts a picture on paper. What is wider than the paper is lost.
func (m *machine) rows(stride int, bits []byte) {
	if stride == 0 {
		return
	}
	m.note(stride, len(bits)/stride)
	at := m.offset(stride * 8)
	for y := range len(bits) / stride {
		row := m.roll.Row()
		for x := range min(stride*8, m.model.dots) {
			if row != nil && bits[y*stride+x/8]&(0x80>>(x%8)) != 0 {
				paper.Dot(row, at+x)
			}
		}
	}
}

// note writes down a picture, one with the bands above it that it continues.
func (m *machine) note(stride, rows int) {
	lines := m.roll.Now.Lines
	if n := len(lines); n > 0 && lines[n-1] == m.above.note(stride) {
		m.above.rows += rows
		lines[n-1] = m.above.note(stride)
		return
	}
	m.above = bands{rows}
	m.roll.Note(m.above.note(stride))
}

// bands are the rows of a picture so far.
type bands struct{ rows int }

func (b bands) note(stride int) string { return fmt.Sprintf("[picture %dx%d]", stride*8, b.rows) }

// raster is ESC GS S, which newer models know: rows of whole bytes.
func (m *machine) raster(p []byte) {
	m.flush()
	m.rows(word(p[1:]), p[6:])
}

// qr is ESC GS y.
func (m *machine) qr(p []byte) {
	if !m.model.qr {
		return
	}
	switch {
	case p[0] == 'S' && p[1] == '1':
		m.code.level = qr.Level(p[2] & 3)
	case p[0] == 'S' && p[1] == '2':
		m.code.module = max(1, min(int(p[2]), 8))
	case p[0] == 'D' && p[1] == '1':
		m.code.data = string(p[5:])
	case p[0] == 'P':
		m.printQR()
	}
}

// printQR prints nothing, and says nothing, when the symbol is too wide.
func (m *machine) printQR() {
	m.flush()
	symbol, err := qr.Encode(m.code.data, m.code.level)
	if err != nil || symbol.Size*m.code.module > m.model.dots || m.code.data == "" {
		return
	}
	n := symbol.Size * m.code.module
	m.roll.Note("[QR]")
	m.roll.Now.QR = append(m.roll.Now.QR, m.code.data)
	at := m.offset(n)
	for y := range n {
		row := m.roll.Row()
		for x := range n {
			if row != nil && symbol.Black(x/m.code.module, y/m.code.module) {
				paper.Dot(row, at+x)
			}
		}
	}
}

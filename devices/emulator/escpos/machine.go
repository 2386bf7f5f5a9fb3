package escpos

import (
	"lobby/devices/emulator/paper"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// maxCommand is the longest command that is kept; a longer one is swallowed.
const maxCommand = 1 << 18

// headToBlade is the way from the head to the blade in dots, 12 mm.
const headToBlade = 96

// maxMarks is the most characters in one line, also when they are printed over
// each other.
const maxMarks = 512

// tearFeed is the feed, in lines, after which a person tears a slip off where
// there is no blade: less does not reach the tear bar.
const tearFeed = 4

// machine interprets bytes, one by one, and prints.
type machine struct {
	model   model
	roll    *paper.Roll
	glyphs  *paper.Glyphs
	say     func([]byte)
	drop    func() // lets the slip fall
	setAuto func(byte)
	paper   func() byte // the answer to GS r
	serial  func() string

	command []byte // the command that is being received
	swallow int    // bytes to throw away
	picture raster // the GS v 0 picture that is being received
	style   style
	line    paper.Line
	code    qrCode
	stored  raster // GS ( L picture waiting to be printed
}

// style is what ESC @ sets back.
type style struct {
	kanji            bool
	page             byte
	width, height    int // magnification
	bold, reverse    bool
	underline        bool
	align            int
	spacing          int // dots from line to line
	charSpace        int
	kanjiLeft        int
	kanjiRight       int
	margin, areaDots int
}

func newMachine(m model, r *paper.Roll, g *paper.Glyphs) *machine {
	mc := &machine{
		model: m, roll: r, glyphs: g,
		say:     func([]byte) {},
		drop:    r.Cut,
		setAuto: func(byte) {},
		paper:   func() byte { return 0 },
		serial:  func() string { return "" },
	}
	mc.reset()
	return mc
}

// reset is ESC @: the line that is not printed yet and all settings go.
func (m *machine) reset() {
	m.command, m.swallow = m.command[:0], 0
	m.picture, m.stored = raster{}, raster{}
	m.line = paper.Line{}
	m.code = qrCode{module: 3}
	m.style = style{width: 1, height: 1, spacing: 30, areaDots: m.model.dots}
}

// feed takes one byte.
func (m *machine) feed(c byte) {
	if m.picture.missing > 0 {
		if m.picture.feed(c) {
			m.printRaster(&m.picture)
		}
		return
	}
	if m.swallow > 0 {
		m.swallow--
		return
	}
	m.command = append(m.command, c)
	n := size(m.command, m.style.kanji, m.model.fourByte)
	switch {
	case n > maxCommand:
		m.swallow = n - len(m.command)
		m.command = m.command[:0]
	case n > 0 && len(m.command) >= n:
		b := m.command
		m.command = m.command[:0]
		m.do(b)
	}
}

func (m *machine) do(b []byte) {
	switch b[0] {
	case 0x0a:
		m.printLine()
	case 0x09:
		m.line.X = (m.line.X/96 + 1) * 96
	case 0x18:
		m.line = paper.Line{}
	case 0x1b:
		m.doESC(b[1], b[2:])
	case 0x1c:
		m.doFS(b[1], b[2:])
	case 0x1d:
		m.doGS(b[1], b[2:])
	default:
		m.text(b)
	}
}

func (m *machine) doESC(c byte, p []byte) {
	switch c {
	case '@':
		m.reset()
	case '!':
		m.style.bold = p[0]&0x08 != 0
		m.style.height = 1 + int(p[0]>>4&1)
		m.style.width = 1 + int(p[0]>>5&1)
	case 'a':
		if len(m.line.Marks) == 0 && p[0]&0x0f <= 2 {
			m.style.align = int(p[0] & 0x0f)
		}
	case 'd':
		m.printLine()
		m.roll.Feed((max(int(p[0]), 1) - 1) * m.style.spacing)
		if m.model.bladeless && p[0] >= tearFeed {
			m.drop()
		}
	case 'J':
		m.flush()
		m.roll.Feed(int(p[0]))
	case 'E', 'G':
		m.style.bold = p[0]&1 != 0
	case '-':
		m.style.underline = p[0]&3 != 0
	case '2':
		m.style.spacing = 30
	case '3':
		m.style.spacing = int(p[0])
	case 't':
		m.style.page = p[0]
	case ' ':
		m.style.charSpace = int(p[0])
	case '$':
		m.line.X = min(word(p), m.style.areaDots)
	case '\\':
		m.line.X = max(0, min(m.line.X+int(int16(word(p))), m.style.areaDots))
	case 'i', 'm':
		m.drop()
	}
}

func (m *machine) doFS(c byte, p []byte) {
	switch c {
	case '&':
		m.style.kanji = true
	case '.':
		m.style.kanji = false
	case '!':
		m.style.width = 1 + int(p[0]>>2&1)
		m.style.height = 1 + int(p[0]>>3&1)
	case 'W':
		m.style.width = 1 + int(p[0]&1)
		m.style.height = m.style.width
	case 'S':
		m.style.kanjiLeft, m.style.kanjiRight = int(p[0]), int(p[1])
	}
}

func (m *machine) doGS(c byte, p []byte) {
	switch c {
	case '!':
		m.style.width, m.style.height = 1+int(p[0]>>4&7), 1+int(p[0]&7)
	case 'B':
		m.style.reverse = p[0]&1 != 0
	case 'L':
		m.style.margin = min(word(p), m.model.dots-24)
		m.style.areaDots = m.model.dots - m.style.margin
	case 'W':
		m.style.areaDots = max(24, min(word(p), m.model.dots-m.style.margin))
	case 'V':
		if !m.model.bladeless {
			m.flush()
			m.roll.Feed(headToBlade)
			m.drop()
		}
	case 'v':
		m.flush()
		m.picture = newRaster(word(p[2:]), word(p[4:]), 1+int(p[1]&1), 1+int(p[1]>>1&1))
	case 'a':
		m.setAuto(p[0])
	case 'r', 'I', '(', '8':
		m.doData(c, p)
	}
}

// text prints one character into the line.
func (m *machine) text(b []byte) {
	switch {
	case len(b) == 1 && b[0] < ' ' || b[0] == 0x7f:
		return
	case len(b) == 1 && b[0] < 0x80:
		m.put(rune(b[0]), 12)
	case len(b) == 1:
		m.put(m.single(b[0]), 12)
	default:
		m.put(chinese(b), 24)
	}
}

// single is a character of the code page. Page 1 is katakana, of which hosts
// use the ruled lines.
func (m *machine) single(c byte) rune {
	if m.style.page == 1 {
		if c == 0x95 {
			return '─'
		}
		return '·'
	}
	return charmap.CodePage437.DecodeByte(c)
}

// chinese decodes one character; what is none is shown as the decoder shows it.
func chinese(b []byte) rune {
	s, err := simplifiedchinese.GB18030.NewDecoder().Bytes(b)
	if err != nil || len(s) == 0 {
		return '\ufffd'
	}
	return []rune(string(s))[0]
}

// put places a character, on the next line where this one is full.
func (m *machine) put(r rune, w int) {
	s := m.style
	dots := w * s.width
	if w == 24 {
		m.line.X += s.kanjiLeft
	}
	if m.line.X+dots > s.areaDots || len(m.line.Marks) >= maxMarks {
		m.printLine()
	}
	m.line.Marks = append(m.line.Marks, paper.Mark{
		Glyph: m.glyphs.Glyph(r, w), X: m.line.X, Width: s.width, Height: s.height,
		Bold: s.bold, Reverse: s.reverse, Underline: s.underline,
	})
	m.line.Text = append(m.line.Text, r)
	m.line.X += dots + s.charSpace
	if w == 24 {
		m.line.X += s.kanjiRight
	}
}

// printLine prints the line, also an empty one.
func (m *machine) printLine() {
	m.roll.Print(m.line, m.style.offset(m.line.X), m.style.spacing)
	m.line = paper.Line{}
}

// flush prints the line if there is one.
func (m *machine) flush() {
	if len(m.line.Marks) > 0 {
		m.printLine()
	}
}

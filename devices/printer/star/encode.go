package star

import (
	"image"

	"lobby/devices"
	"lobby/devices/printer/galley"
)

// The control codes of the language (Star Line Mode command specifications,
// chapter 3).
const (
	lf  = 0x0a
	etb = 0x17
	esc = 0x1b
	gs  = 0x1d
)

const (
	bandRows = 24 // of a fine bit image, ESC k
)

// Encode turns a slip into the bytes that print and cut it. It depends on its
// arguments only. The loss is empty when everything is on paper as written.
func Encode(p Profile, s devices.Slip) ([]byte, galley.Loss) {
	e := &encoder{p: p, style: style{scale: 1}}
	e.add(esc, '@')
	lines, loss := galley.Set(s, p.Stock)
	for _, l := range lines {
		e.line(l)
	}
	e.finish()
	return e.out, loss
}

// encoder writes bytes and remembers the style that the printer has, so that
// only changes are sent.
type encoder struct {
	p     Profile
	out   []byte
	style style
}

type style struct {
	align         devices.Align
	scale         int
	bold, reverse bool
}

func (e *encoder) add(b ...byte) { e.out = append(e.out, b...) }

func (e *encoder) line(l galley.Line) {
	switch {
	case l.Picture != nil:
		e.picture(l.Picture, l.Align)
	case l.Code != nil:
		e.code(*l.Code, l.Align)
	case l.Feed > 0:
		e.feed(l.Feed)
	default:
		e.text(l)
	}
}

// text needs no switch for Chinese: two bytes from A1 up are one character.
func (e *encoder) text(l galley.Line) {
	e.set(style{l.Align, l.Scale, l.Bold, l.Reverse})
	for _, r := range l.Text {
		e.add(galley.Encode(r)...)
	}
	e.add(lf)
}

// set sends what differs from the style the printer has.
func (e *encoder) set(s style) {
	if s.align != e.style.align {
		e.add(esc, gs, 'a', byte(s.align))
	}
	if s.scale != e.style.scale {
		e.add(esc, 'i', byte(s.scale-1), byte(s.scale-1))
	}
	if s.bold != e.style.bold {
		e.add(esc, choose(s.bold, 'E', 'F'))
	}
	if s.reverse != e.style.reverse {
		e.add(esc, choose(s.reverse, '4', '5'))
	}
	e.style = s
}

func choose(on bool, yes, no byte) byte {
	if on {
		return yes
	}
	return no
}

// picture prints bands of 24 rows with a line spacing of as many dots, so that
// they join (ESC k, fine bit image; ESC 0, 3 mm).
func (e *encoder) picture(img *image.Paletted, align devices.Align) {
	e.set(style{align: align, scale: 1})
	e.add(esc, '0')
	bitmap := galley.Pack(img, 0, e.p.Dots)
	for _, m := range bitmap.Bands(bandRows, maxBand) {
		e.add(esc, 'k', byte(m.Stride), 0)
		e.out = append(e.out, m.Bits...)
		e.out = append(e.out, make([]byte, (bandRows-m.Rows)*m.Stride)...)
		e.add(lf)
	}
	e.add(esc, 'z', 1)
}

// maxBand is the most data of one command: 24 rows of 80 mm paper. Recovery
// sends as many zeros.
const maxBand = bandRows * 104

// code lets the printer draw the code, or sends it as a picture. The printer
// leaves the quiet zone to us (ESC GS y P, note).
func (e *encoder) code(s galley.Symbol, align devices.Align) {
	if !e.p.NativeQR {
		e.picture(s.Picture(), align)
		return
	}
	quarters := byte(galley.Quiet * s.Module / 2) // of a millimetre, two dots each
	e.set(style{align: align, scale: 1})
	e.add(esc, 'J', quarters)
	e.add(esc, gs, 'y', 'S', '0', 2)              // model 2
	e.add(esc, gs, 'y', 'S', '1', 1)              // error correction M
	e.add(esc, gs, 'y', 'S', '2', byte(s.Module)) // dots in a module, at most 8
	e.add(esc, gs, 'y', 'D', '1', 0, byte(len(s.Text)), byte(len(s.Text)>>8))
	e.add([]byte(s.Text)...)
	e.add(esc, gs, 'y', 'P')
	e.add(esc, 'J', quarters)
}

func (e *encoder) feed(lines int) {
	for ; lines > 0; lines -= 127 {
		e.add(esc, 'a', byte(min(lines, 127)))
	}
}

// finish moves the slip out of the mouth and cuts it, but for one point.
func (e *encoder) finish() {
	if e.p.Cutter {
		e.add(esc, 'd', 3)
	} else {
		e.add(esc, 'a', 4)
	}
}

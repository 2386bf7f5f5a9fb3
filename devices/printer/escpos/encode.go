package escpos

import (
	"image"

	"lobby/devices"
	"lobby/devices/printer/galley"
)

// The control codes of the language (Epson, ESC/POS command reference).
const (
	eot = 0x04
	enq = 0x05
	lf  = 0x0a
	dle = 0x10
	dc4 = 0x14
	esc = 0x1b
	fs  = 0x1c
	gs  = 0x1d
)

const (
	lineDots = 30  // height of a text line with the default spacing of 1/6 inch
	feedCut  = 100 // dots from the head to the blade or the tear bar, roughly
)

// Encode turns a slip into the bytes that print and cut it. It depends on its
// arguments only. The loss is nil when everything is on paper as written.
func Encode(p Profile, s devices.Slip) ([]byte, *galley.Loss) {
	e := encode(p, s)
	if e.loss.Empty() {
		return e.out, nil
	}
	return e.out, &e.loss
}

func encode(p Profile, s devices.Slip) *encoder {
	e := &encoder{p: p}
	// ESC @ leaves the bytes alone that are already received; FS & switches the
	// two-byte characters on, which not every model does by itself.
	e.add(esc, '@', fs, '&')
	var lines []galley.Line
	lines, e.loss = galley.Set(s, p.Stock)
	for _, l := range lines {
		e.line(l)
	}
	e.finish()
	return e
}

// encoder writes bytes and remembers the style that the printer has, so that
// only changes are sent.
type encoder struct {
	p     Profile
	out   []byte
	rows  int // dots of paper used, for the time that printing takes
	loss  galley.Loss
	style style
}

type style struct {
	align         devices.Align
	scale         int // 0 and 1 are the same
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

func (e *encoder) text(l galley.Line) {
	e.set(style{l.Align, l.Scale, l.Bold, l.Reverse})
	for _, r := range l.Text {
		e.add(galley.Encode(r)...)
	}
	e.add(lf)
	e.rows += lineDots * l.Scale
}

// set sends what differs from the style the printer has.
func (e *encoder) set(s style) {
	s.scale = max(1, s.scale)
	old := e.style
	old.scale = max(1, old.scale)
	if s.align != old.align {
		e.add(esc, 'a', byte(s.align))
	}
	if s.scale != old.scale {
		e.add(gs, '!', byte((s.scale-1)<<4|(s.scale-1)))
	}
	if s.bold != old.bold {
		e.add(esc, 'E', onOff(s.bold))
	}
	if s.reverse != old.reverse {
		e.add(gs, 'B', onOff(s.reverse))
	}
	e.style = s
}

func onOff(on bool) byte {
	if on {
		return 1
	}
	return 0
}

// picture sends raster bands (GS v 0). ESC a places them like text.
func (e *encoder) picture(img *image.Paletted, align devices.Align) {
	e.set(style{align: align})
	for _, m := range safe(img, e.p.Dots).Bands(maxRows, maxBand) {
		e.add(gs, 'v', '0', 0, byte(m.Stride), byte(m.Stride>>8), byte(m.Rows), byte(m.Rows>>8))
		e.out = append(e.out, m.Bits...)
		e.rows += m.Rows
	}
}

// code lets the printer draw the code, or sends it as a picture. The printer
// draws only at the beginning of a line and leaves the quiet zone to us.
func (e *encoder) code(s galley.Symbol, align devices.Align) {
	if !e.p.NativeQR {
		e.picture(s.Picture(), align)
		return
	}
	margin := byte(galley.Quiet * s.Module)
	e.set(style{align: align})
	e.add(esc, 'J', margin)
	e.qrFunction('A', '2', 0)         // model 2
	e.qrFunction('C', byte(s.Module)) // dots in a module
	e.qrFunction('E', '1')            // error correction M
	e.qrFunction('P', []byte("0"+s.Text)...)
	e.qrFunction('Q', '0') // print what is stored
	e.add(esc, 'J', margin)
	e.rows += s.Dots()
}

// qrFunction sends GS ( k pL pH cn fn …, with cn 31 hex for QR codes.
func (e *encoder) qrFunction(fn byte, data ...byte) {
	n := len(data) + 2
	e.add(gs, '(', 'k', byte(n), byte(n>>8), '1', fn)
	e.out = append(e.out, data...)
}

func (e *encoder) feed(lines int) {
	e.rows += lines * lineDots
	for ; lines > 0; lines -= 255 {
		e.add(esc, 'd', byte(min(lines, 255)))
	}
}

// finish moves the slip out of the mouth and cuts it.
func (e *encoder) finish() {
	if e.p.Cutter {
		e.add(gs, 'V', 'B', 0) // feed to the blade, cut but for one point
	} else {
		e.add(esc, 'd', 4)
	}
	e.rows += feedCut
	if e.p.Buzzer {
		e.add(esc, 'B', 1, 2)
	}
}

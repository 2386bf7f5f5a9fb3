package escpos

import (
	"image"
	"slices"
	"strings"
	"unicode/utf8"

	"lobby/devices"
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
func Encode(p Profile, s devices.Slip) ([]byte, *Loss) {
	e := encode(p, s)
	if e.loss.empty() {
		return e.out, nil
	}
	return e.out, &e.loss
}

func encode(p Profile, s devices.Slip) *encoder {
	e := &encoder{p: p}
	// ESC @ leaves the bytes alone that are already received; FS & switches the
	// two-byte characters on, which not every model does by itself.
	e.add(esc, '@', fs, '&')
	for _, b := range s.Blocks {
		e.block(b)
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
	loss  Loss
	style style
}

type style struct {
	align         devices.Align
	scale         int // 0 and 1 are the same
	bold, reverse bool
}

func (e *encoder) add(b ...byte) { e.out = append(e.out, b...) }

func (e *encoder) block(b devices.Block) {
	switch {
	case b.Image != nil:
		e.picture(b.Image, b.Align)
	case b.QR != "":
		e.qr(b)
	case b.Rule:
		e.line(devices.Block{}, strings.Repeat("-", e.p.Columns))
	case b.Feed > 0:
		e.feed(b.Feed)
	case b.Pair != [2]string{}:
		e.pair(b)
	default:
		for _, line := range wrap(clean(b.Text), e.columns(b)) {
			e.line(b, line)
		}
	}
}

func (e *encoder) scale(b devices.Block) int { return max(1, min(b.Scale, e.p.MaxScale)) }

// columns is how many characters a line of this magnification holds.
func (e *encoder) columns(b devices.Block) int { return e.p.Columns / e.scale(b) }

// pair sets two parts into one line, or, where they do not fit, the right part
// below the left one.
func (e *encoder) pair(b devices.Block) {
	b.Align = devices.Left
	left, right := clean(b.Pair[0]), clean(b.Pair[1])
	gap := e.columns(b) - width(left) - width(right)
	if gap >= 1 {
		e.line(b, left+strings.Repeat(" ", gap)+right)
		return
	}
	for _, line := range wrap(left, e.columns(b)) {
		e.line(b, line)
	}
	b.Align = devices.Right
	for _, line := range wrap(right, e.columns(b)) {
		e.line(b, line)
	}
}

// line prints one line that is known to fit. A line with a character that the
// printer lacks is drawn as a picture where there is a font to draw it with.
func (e *encoder) line(b devices.Block, text string) {
	if e.p.Font != nil && strings.ContainsFunc(text, e.lacks) {
		e.drawn(b, text)
		return
	}
	e.set(style{b.Align, e.scale(b), b.Bold, b.Reverse})
	for _, r := range text {
		e.rune(r)
	}
	e.add(lf)
	e.rows += lineDots * e.scale(b)
}

func (e *encoder) lacks(r rune) bool { return !e.p.Charset.has(r) }

func (e *encoder) rune(r rune) {
	if e.lacks(r) || r == utf8.RuneError {
		e.missing(r)
		r = replacement
	}
	e.add(gb18030(r)...)
}

func (e *encoder) missing(r rune) {
	if !slices.Contains(e.loss.Runes, r) {
		e.loss.Runes = append(e.loss.Runes, r)
	}
}

func (e *encoder) drawn(b devices.Block, text string) {
	img, missing, err := drawLine(e.p.Font, text, e.scale(b), b.Bold)
	if err != nil {
		// A font that cannot be drawn with is no font.
		e.p.Font = nil
		e.line(b, text)
		return
	}
	for _, r := range missing {
		e.missing(r)
	}
	if b.Reverse {
		for i := range img.Pix {
			img.Pix[i] ^= 1
		}
	}
	e.picture(img, b.Align)
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
	if img.Bounds().Dx() > e.p.Dots {
		e.loss.Cropped = true
	}
	e.set(style{align: align})
	for _, m := range safe(img, e.p.Dots).bands() {
		e.add(gs, 'v', '0', 0, byte(m.stride), byte(m.stride>>8), byte(m.rows), byte(m.rows>>8))
		e.out = append(e.out, m.bits...)
		e.rows += m.rows
	}
}

// qr lets the printer draw the code, or sends it as a picture. The printer
// draws only at the beginning of a line and leaves the quiet zone to us.
func (e *encoder) qr(b devices.Block) {
	s, ok := newSymbol(b.QR, e.p.Dots)
	if !ok {
		e.loss.QR = true
		return
	}
	if !e.p.NativeQR {
		e.picture(s.picture(), b.Align)
		return
	}
	margin := byte(quiet * s.module)
	e.set(style{align: b.Align})
	e.add(esc, 'J', margin)
	e.qrFunction('A', '2', 0)         // model 2
	e.qrFunction('C', byte(s.module)) // dots in a module
	e.qrFunction('E', '1')            // error correction M
	e.qrFunction('P', []byte("0"+s.text)...)
	e.qrFunction('Q', '0') // print what is stored
	e.add(esc, 'J', margin)
	e.rows += s.dots()
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

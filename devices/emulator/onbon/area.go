package onbon

import (
	"strings"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// area is one dynamic area (9.1).
type area struct {
	id         byte
	x, y, w, h int // pixels
	moving     bool
	text       []byte
}

// readArea takes an area apart; false means that the lengths do not fit.
func readArea(b []byte) (area, bool) {
	const fixed = 9 + 3 + 2 + 1 // up to and with the sound mode
	if len(b) < fixed {
		return area{}, false
	}
	a := area{
		x: pixels(b[1:]), y: int(little(b[3:])), w: pixels(b[5:]), h: int(little(b[7:])),
		id: b[9],
	}
	rest, ok := skipSound(b[14], b[fixed:])
	if !ok || len(rest) < 1 || len(rest) < 1+int(rest[0]) {
		return area{}, false
	}
	rest = rest[1+int(rest[0]):] // the extension
	const layout = 1 + 1 + 1 + 1 + 1 + 1 + 1 + 4
	if len(rest) < layout {
		return area{}, false
	}
	a.moving = rest[3] > 2
	n := uint64(little(rest[7:])) | uint64(little(rest[9:]))<<16
	if n != uint64(len(rest)-layout) {
		return area{}, false
	}
	a.text = append([]byte(nil), rest[layout:]...)
	return a, true
}

// skipSound steps over what is only there for cards with a voice.
func skipSound(mode byte, b []byte) ([]byte, bool) {
	switch mode {
	case 0:
		return b, true
	case 1:
		if len(b) < 3 {
			return nil, false
		}
		return b[3:], true
	}
	if len(b) < 7 {
		return nil, false
	}
	n := uint64(little(b[3:])) | uint64(little(b[5:]))<<16
	if uint64(len(b)-7) < n {
		return nil, false
	}
	return b[7+n:], true
}

// pixels reads an X or a width: with the top bit in pixels, without it in
// units of eight.
func pixels(b []byte) int {
	n := little(b)
	if n&0x8000 != 0 {
		return int(n & 0x7FFF)
	}
	return int(n) * 8
}

// look is the sign as a person sees it. An area that does not fit on the sign
// stays dark although the card accepted it.
func (c *card) look() Unit {
	u := Unit{Name: c.name, Address: int(c.address), Frames: c.frames}
	if c.dark {
		return u
	}
	var spans []Span
	for _, a := range c.areas {
		if a.x+a.w > c.width || a.y+a.h > c.height {
			continue
		}
		if len(spans) > 0 {
			spans = append(spans, Span{Text: "\n", Color: spans[len(spans)-1].Color})
		}
		spans = append(spans, paint(a.text)...)
		u.Moving = u.Moving || a.moving
	}
	for _, s := range spans {
		u.Text += s.Text
	}
	if len(spans) > 0 {
		u.Color = spans[0].Color
	}
	for _, s := range spans {
		if s.Color != u.Color {
			u.Spans = spans
		}
	}
	return u
}

// paint reads a text with escapes (11.1) into coloured pieces. Letters of two
// bytes are never searched for escapes.
func paint(text []byte) []Span {
	var (
		spans []Span
		piece []byte
		color = "red"
	)
	flush := func() {
		if len(piece) > 0 {
			spans = append(spans, Span{Text: readable(piece), Color: color})
			piece = nil
		}
	}
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c > 0x80 && i+1 < len(text):
			piece = append(piece, c, text[i+1])
			i += 2
		case c == '\\' && i+1 < len(text):
			skip, put, hue := escape(text[i+1:])
			if hue != "" {
				flush()
				color = hue
			}
			piece = append(piece, put...)
			i += 1 + skip
		default:
			piece = append(piece, c)
			i++
		}
	}
	flush()
	return spans
}

// escape reads what follows a backslash: how many bytes it takes, what it
// puts on the sign, and the colour it switches to.
func escape(b []byte) (skip int, put, color string) {
	switch b[0] {
	case 'n':
		return 1, "\n", ""
	case 'C':
		if len(b) > 1 && b[1] >= '1' && b[1] <= '7' {
			names := [...]string{"red", "green", "yellow", "blue", "cyan", "magenta", "white"}
			return 2, "", names[b[1]-'1']
		}
		return min(2, len(b)), "", ""
	case 'F':
		return min(5, len(b)), "", ""
	case 'D':
		return min(2, len(b)), "00", "" // a clock that nobody set
	case 'W':
		return min(5, len(b)), "0", ""
	}
	return 1, "", ""
}

// readable decodes GBK; what is no letter of it shows as a black box.
func readable(b []byte) string {
	s, err := simplifiedchinese.GBK.NewDecoder().Bytes(b)
	if err != nil {
		return strings.Repeat("■", len(b))
	}
	return strings.ReplaceAll(string(s), "\uFFFD", "■")
}

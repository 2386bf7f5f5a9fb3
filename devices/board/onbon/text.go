package onbon

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// maxText is how many bytes of text one area takes, escapes included: 512 on
// the smaller cards (2.1) less the head of the area.
const maxText = 512 - areaHeadBytes

// missing stands for what the card cannot show: 〓, the GB2312 sign for a
// missing character.
const missing = '〓'

// encode turns a text into what the card shows: font and colour, then GBK.
func (o Options) encode(text string) []byte {
	var b []byte
	if c := fontCode(o.Font); c != 0 {
		b = append(b, `\FO00`...)
		b = append(b, c)
		b = append(b, `\FE00`...)
		b = append(b, c)
	}
	b = append(b, `\C`...)
	b = append(b, colorCode(o.Color))
	for _, r := range text {
		c := glyph(r)
		if len(b)+len(c) > maxText {
			break
		}
		b = append(b, c...)
	}
	return b
}

// glyph is one character in the card's code. Control characters become spaces
// and everything that a card may take for a backslash becomes 〓, also the
// second byte of some GBK characters: an escape in a name would change how the
// rest is shown, or put a clock on the sign.
func glyph(r rune) []byte {
	if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
		return []byte{' '}
	}
	c, err := simplifiedchinese.GBK.NewEncoder().Bytes(utf8.AppendRune(nil, r))
	if err != nil || r == utf8.RuneError || c[len(c)-1] == '\\' || len(c) == 1 && c[0] >= utf8.RuneSelf {
		c, _ = simplifiedchinese.GBK.NewEncoder().Bytes([]byte(string(missing)))
	}
	return c
}

// colorCode is the digit after \C (11.1), 0 for an unknown name.
func colorCode(name string) byte {
	for i, known := range [...]string{"red", "green", "yellow", "blue", "cyan", "magenta", "white"} {
		if name == known {
			return byte('1' + i)
		}
	}
	return 0
}

// fontCode is the last digit of the font files O00n and E00n (11.1), 0 for a
// size that has none.
func fontCode(dots int) byte {
	switch dots {
	case 16:
		return '0'
	case 24:
		return '1'
	case 32:
		return '2'
	}
	return 0
}

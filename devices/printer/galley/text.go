package galley

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// Replacement stands where a character could not be printed. It is the mark
// that Chinese printers have always used for a missing type (A1 FE, in every
// GB2312 font).
const Replacement = '〓'

// Loss says what of a slip could not be put on paper as it was written. The
// slip is printed all the same.
type Loss struct {
	Runes   []rune // replaced by 〓, in the order of their first appearance
	QR      bool   // a QR code was left out because it does not fit the paper
	Cropped bool   // a picture was wider than the paper
}

// Error tells a person what is missing on the paper.
func (l *Loss) Error() string {
	var what []string
	if len(l.Runes) > 0 {
		what = append(what, fmt.Sprintf("no type for %q, printed as %c", string(l.Runes), Replacement))
	}
	if l.QR {
		what = append(what, "QR code left out, it does not fit the paper")
	}
	if l.Cropped {
		what = append(what, "picture cropped, it is wider than the paper")
	}
	return strings.Join(what, "; ")
}

// Empty says that nothing was lost.
func (l *Loss) Empty() bool { return len(l.Runes) == 0 && !l.QR && !l.Cropped }

// Clean makes a text safe to send: a name with ESC or DLE in it must not be
// able to command the printer. Breaks and tabs become spaces, all other control
// and invisible format characters go.
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t' || r == '\u00a0':
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf):
			return -1
		}
		return r
	}, s)
}

// Encode returns the one, two or four bytes of a character, nil where GB18030
// has none. None of them is below 30 hex except in ASCII itself, so text can
// never form a command.
func Encode(r rune) []byte {
	b, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(string(r)))
	if err != nil {
		return nil
	}
	return b
}

// Width counts columns: one for ASCII, two for everything else, because every
// two- and four-byte character is printed in a full square.
func Width(s string) int {
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

func runeWidth(r rune) int {
	if r < 0x80 {
		return 1
	}
	return 2
}

// closing are the marks that must not begin a line.
const closing = "，。、！？：；）」』》〉】”’％…,.!?:;)]}%"

// Wrap breaks a line to the columns: Latin words and numbers stay whole where
// they fit, Chinese breaks anywhere but before a closing mark.
func Wrap(s string, columns int) []string { return WrapBy(s, columns, runeWidth) }

// WrapBy is Wrap for letters of any width.
func WrapBy[N ~int | ~int32](s string, space N, wide func(rune) N) []string {
	var lines []string
	rest := []rune(s)
	for {
		n := fit(rest, space, wide)
		if n == len(rest) {
			return append(lines, string(rest))
		}
		n = breakAt(rest, n)
		lines = append(lines, strings.TrimRight(string(rest[:n]), " "))
		rest = rest[n:]
		for len(rest) > 0 && rest[0] == ' ' {
			rest = rest[1:]
		}
	}
}

// fit counts the characters that have room, at least one so that wrapping ends.
func fit[N ~int | ~int32](rs []rune, space N, wide func(rune) N) int {
	var used N
	for i, r := range rs {
		used += wide(r)
		if used > space {
			return max(i, 1)
		}
	}
	return len(rs)
}

// breakAt moves a break at n to the left to where a reader would break.
func breakAt(rs []rune, n int) int {
	for i := n; i > n/2; i-- {
		joined := isWord(rs[i-1]) && isWord(rs[i])
		if !joined && !strings.ContainsRune(closing, rs[i]) {
			return i
		}
	}
	return n
}

func isWord(r rune) bool { return r > ' ' && r < 0x7f }

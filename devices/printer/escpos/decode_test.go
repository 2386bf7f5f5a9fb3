package escpos

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// twin writes the bytes of the encoder as one command a line, so that a reviewer
// of a golden file sees what changed. It knows only what the encoder uses.
func twin(t *testing.T, b []byte) string {
	t.Helper()
	var out strings.Builder
	for len(b) > 0 {
		line, n := twinCommand(b)
		if n == 0 {
			t.Fatalf("no twin for % X", b[:min(len(b), 8)])
		}
		fmt.Fprintln(&out, line)
		b = b[n:]
	}
	return out.String()
}

func twinCommand(b []byte) (string, int) {
	for _, c := range []struct{ prefix, says string }{
		{"\x1b@", "initialise"}, {"\x1c&", "Chinese on"},
	} {
		if bytes.HasPrefix(b, []byte(c.prefix)) {
			return c.says, len(c.prefix)
		}
	}
	for _, c := range []struct{ prefix, says string }{
		{"\x1ba", "align %d"}, {"\x1d!", "size %02X"}, {"\x1bE", "bold %d"}, {"\x1dB", "reverse %d"},
		{"\x1bd", "feed %d lines"}, {"\x1bJ", "feed %d dots"}, {"\x1dVB", "feed and cut, %d dots more"},
	} {
		if bytes.HasPrefix(b, []byte(c.prefix)) {
			return fmt.Sprintf(c.says, b[len(c.prefix)]), len(c.prefix) + 1
		}
	}
	switch {
	case bytes.HasPrefix(b, []byte("\x1bB")):
		return fmt.Sprintf("beep %d times for %d", b[2], b[3]), 4
	case bytes.HasPrefix(b, []byte("\x1d(k")):
		n := 5 + int(b[3]) + int(b[4])<<8
		return fmt.Sprintf("QR function %c %q", b[6], b[7:n]), n
	case bytes.HasPrefix(b, []byte("\x1dv0")):
		stride, rows := int(b[4])+int(b[5])<<8, int(b[6])+int(b[7])<<8
		return twinPicture(b[8:8+stride*rows], stride), 8 + stride*rows
	}
	return twinText(b)
}

// twinPicture shows a picture as text, four dots in width and eight in height a
// character.
func twinPicture(bits []byte, stride int) string {
	var out strings.Builder
	rows := len(bits) / stride
	fmt.Fprintf(&out, "picture %dx%d", stride*8, rows)
	for y := 0; y < rows; y += 8 {
		line := make([]byte, stride*2)
		for x := range line {
			line[x] = " .:#"[twinDots(bits, stride, x, y)]
		}
		fmt.Fprintf(&out, "\n  %s", bytes.TrimRight(line, " "))
	}
	return out.String()
}

// twinDots is how black a field of 4 by 8 dots is, 0 to 3.
func twinDots(bits []byte, stride, x, y int) int {
	n := 0
	for yy := y; yy < min(y+8, len(bits)/stride); yy++ {
		for i := range 4 {
			if bits[yy*stride+x/2]&(0x80>>(x%2*4+i)) != 0 {
				n++
			}
		}
	}
	return (n + 10) / 11
}

func twinText(b []byte) (string, int) {
	n := bytes.IndexAny(b, "\n\x1b\x1c\x1d")
	if n < 0 {
		n = len(b)
	}
	text, _ := simplifiedchinese.GB18030.NewDecoder().Bytes(b[:n])
	if n < len(b) && b[n] == '\n' {
		return fmt.Sprintf("%q LF", text), n + 1
	}
	if n == 0 {
		return "", 0
	}
	return fmt.Sprintf("%q", text), n
}

package fixed

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/encoding/simplifiedchinese"

	"lobby/devices"
)

// content is what is filled into a pattern.
type content struct {
	address int
	number  uint64 // 0 where nobody is at the window
	ticket  string
	text    string
	values  map[string]int
}

// fill makes the bytes of one token.
func (t token) fill(c content) ([]byte, error) {
	switch t.kind {
	case "hex":
		return t.bytes, nil
	case "any":
		return []byte{0}, nil
	case "address":
		return number(uint64(c.address), t.size, t.little), nil
	case "number":
		return number(c.number, t.size, t.little), nil
	case "bcd":
		return bcd(c.number, t.size, t.little), nil
	case "ticket":
		if len(c.ticket) > t.size {
			return nil, devices.ErrTooLong
		}
		return []byte(fmt.Sprintf("%*s", t.size, c.ticket)), nil
	case "text":
		return padded(c.text, t.size), nil
	}
	return number(uint64(c.values[t.kind]), t.size, t.little), nil
}

// bcd writes two decimal digits a byte.
func bcd(v uint64, size int, little bool) []byte {
	var packed uint64
	for shift := 0; v > 0; shift += 4 {
		packed |= v % 10 << shift
		v /= 10
	}
	return number(packed, size, little)
}

// padded is a text in GBK, cut between characters and filled up with spaces; a
// size of 0 is as long as it is.
func padded(text string, size int) []byte {
	var out []byte
	for _, r := range text {
		b, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(string(r)))
		if err != nil || unicode.IsControl(r) || len(b) == 1 && b[0] > '~' {
			b = []byte{'?'}
		}
		if size > 0 && len(out)+len(b) > size {
			break
		}
		out = append(out, b...)
	}
	for len(out) < size {
		out = append(out, ' ')
	}
	return out
}

// contentOf is what a frame means to a board with so many digits.
func contentOf(f devices.Frame, digits int) (content, error) {
	plain := strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' {
			return -1
		}
		return r
	}, f.Ticket)
	c := content{ticket: plain, text: f.Text}
	run := strings.TrimLeft(plain[len(strings.TrimRight(plain, "0123456789")):], "0")
	if len(run) > digits {
		return content{text: f.Text}, devices.ErrTooLong
	}
	c.number, _ = strconv.ParseUint(run, 10, 64) // no digits is 0, and few are no overflow
	return c, nil
}

package fixed

import (
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// pattern is a frame as a sheet writes it down: bytes in hex, and what is
// filled in, in braces.
//
//	3A {color} {number:2le} 01 {sum8} 0A
//
// Parentheses enclose what {len} counts, brackets what a sum covers; without
// brackets a sum covers everything before it. ?? is a byte that may be anything.
type pattern []token

// token is one part of a pattern.
type token struct {
	kind   string // hex, any, or what stands in the braces
	bytes  []byte // of hex
	size   int    // bytes; 0 is as many as there are
	little bool   // low byte first
}

// marks are tokens that take no byte.
var marks = map[string]bool{"(": true, ")": true, "[": true, "]": true}

// sums are the kinds of checksums with their sizes in bytes.
var sums = map[string]int{"sum8": 1, "xor8": 1, "crc16-arc": 2, "crc16-modbus": 2}

var braces = regexp.MustCompile(`^\{([a-z0-9-]+)(?::(\d+)(le|be)?)?\}$`)

// parsePattern reads a pattern. Values are the names that the sheet lists.
func parsePattern(text string, values map[string]map[string]int) (pattern, error) {
	var p pattern
	for _, word := range strings.Fields(text) {
		t, err := parseToken(word, values)
		if err != nil {
			return nil, err
		}
		p = append(p, t)
	}
	if len(p) == 0 {
		return nil, fmt.Errorf("an empty frame")
	}
	return p, nil
}

func parseToken(word string, values map[string]map[string]int) (token, error) {
	switch {
	case marks[word]:
		return token{kind: word}, nil
	case word == "??":
		return token{kind: "any", size: 1}, nil
	case !strings.HasPrefix(word, "{"):
		b, err := hex.DecodeString(word)
		if err != nil || len(b) == 0 {
			return token{}, fmt.Errorf("%q is neither hex nor {…}", word)
		}
		return token{kind: "hex", bytes: b, size: len(b)}, nil
	}
	m := braces.FindStringSubmatch(word)
	if m == nil {
		return token{}, fmt.Errorf("%q is not {name} or {name:2le}", word)
	}
	t := token{kind: m[1], little: m[3] != "be"}
	t.size, _ = strconv.Atoi(m[2]) // the expression lets only digits through
	return t, t.check(values)
}

// check sees that a name is known, and gives it its usual size.
func (t *token) check(values map[string]map[string]int) error {
	usual, known := map[string]int{"address": 1, "number": 1, "bcd": 2, "len": 1, "ticket": 4, "text": 0}[t.kind]
	if n, ok := sums[t.kind]; ok {
		usual, known = n, true
		if t.size != 0 && t.size != n {
			return fmt.Errorf("{%s} has %d bytes", t.kind, n)
		}
	}
	if _, ok := values[t.kind]; ok {
		usual, known = 1, true
	}
	if !known {
		return fmt.Errorf("nobody knows {%s}; known are address, number, bcd, ticket, text, len, the sums and the sheet's values", t.kind)
	}
	if t.size == 0 {
		t.size = usual
	}
	if t.size > 200 || (t.kind == "number" || t.kind == "address" || t.kind == "len") && t.size > 4 {
		return fmt.Errorf("{%s} cannot have %d bytes", t.kind, t.size)
	}
	return nil
}

// hold sees that every number of so many digits and every choice has room in
// its field: one that is cut off is another number to whoever stands below.
func (p pattern) hold(digits int, values map[string]map[string]int) error {
	for _, t := range p {
		var most int64
		switch t.kind {
		case "number":
			most, _ = strconv.ParseInt(strings.Repeat("9", digits), 10, 64) // a sheet has at most ten
		case "bcd":
			if digits > 2*t.size {
				return fmt.Errorf("%d digits do not fit into {bcd:%d}", digits, t.size)
			}
		default:
			for name, v := range values[t.kind] {
				if v < 0 || !fits(int64(v), t.size) {
					return fmt.Errorf("%s: %s is %d, which does not fit into %d bytes", t.kind, name, v, t.size)
				}
			}
		}
		if !fits(most, t.size) {
			return fmt.Errorf("%d digits do not fit into {%s:%d}", digits, t.kind, t.size)
		}
	}
	return nil
}

// reaches sees that an address has room in its field and is one board's: on most
// wires 0 is all of them at once.
func (p pattern) reaches(address int) error {
	for _, t := range p {
		if t.kind == "address" && (address < 1 || !fits(int64(address), t.size)) {
			return fmt.Errorf("address %d is not between 1 and %d", address, int64(1)<<(8*t.size)-1)
		}
	}
	return nil
}

// fits tells whether a number has room in so many bytes.
func fits(v int64, size int) bool { return size >= 8 || v>>(8*size) == 0 }

// fill makes the bytes of a pattern. Sums and lengths are computed of what was
// filled in.
func (p pattern) fill(c content) ([]byte, error) {
	var out []byte
	var spots []spot
	count, cover := span{}, span{}
	for _, t := range p {
		switch t.kind {
		case "(":
			count.from = len(out)
		case ")":
			count.to = len(out)
		case "[":
			cover.from, cover.to = len(out), -1
		case "]":
			cover.to = len(out)
		default:
			if t.kind == "len" || sums[t.kind] > 0 {
				spots = append(spots, spot{t, len(out), cover})
				out = append(out, make([]byte, t.size)...)
				continue
			}
			b, err := t.fill(c)
			if err != nil {
				return nil, err
			}
			out = append(out, b...)
		}
	}
	for _, s := range spots { // lengths before sums, which may cover them
		if s.kind != "len" {
			continue
		}
		if !fits(int64(count.to-count.from), s.size) {
			return nil, fmt.Errorf("%d bytes are more than {len:%d} can count", count.to-count.from, s.size)
		}
		s.put(out, uint64(count.to-count.from))
	}
	for _, s := range spots {
		if s.kind != "len" {
			s.put(out, s.sum(out))
		}
	}
	return out, nil
}

// span is a part of a frame.
type span struct{ from, to int }

// spot is a place that is filled in at the end.
type spot struct {
	token
	at    int
	cover span
}

func (s spot) put(out []byte, v uint64) { copy(out[s.at:], number(v, s.size, s.little)) }

// sum is the checksum of what the brackets enclose, or of all before it.
func (s spot) sum(frame []byte) uint64 {
	part := frame[s.cover.from:s.at]
	if s.cover.to > s.cover.from {
		part = frame[s.cover.from:s.cover.to]
	}
	return checksum(s.kind, part)
}

// number writes a number in so many bytes.
func number(v uint64, size int, little bool) []byte {
	b := make([]byte, size)
	for i := range b {
		at := size - 1 - i
		if little {
			at = i
		}
		b[at] = byte(v >> (8 * i))
	}
	return b
}

// checksum is a sum of the kind that sheets call so. The start of the sums of
// 16 bits is 0 for ARC and FFFF for Modbus; both are reflected, polynomial A001.
func checksum(kind string, b []byte) uint64 {
	var sum uint16
	if kind == "crc16-modbus" {
		sum = 0xffff
	}
	for _, c := range b {
		switch kind {
		case "sum8":
			sum = (sum + uint16(c)) & 0xff
		case "xor8":
			sum ^= uint16(c)
		default:
			sum ^= uint16(c)
			for range 8 {
				sum = sum>>1 ^ sum&1*0xa001
			}
		}
	}
	return uint64(sum)
}

package galley

// Charset says how much of GB18030 is in a printer's font.
type Charset int

// The charsets, each containing the one before it.
const (
	GB2312  Charset = iota // 6763 characters, two bytes each
	GBK                    // the whole two-byte part of GB18030
	GB18030                // the four-byte part as well
)

// Has says whether the printer's own font holds the character.
func (c Charset) Has(r rune) bool {
	b := Encode(r)
	switch len(b) {
	case 1:
		return r >= ' ' && r < 0x7f
	case 2:
		if c == GB2312 {
			return b[0] >= 0xa1 && b[0] <= 0xf7 && b[1] >= 0xa1
		}
		return true
	case 4:
		return c == GB18030
	}
	return false
}

package ff68

import "errors"

// The parts of a frame: FF 68 L L 68 address command data… sum 16. L counts
// from the address to the end of the data (hardware-docs/ff68.md, "Frame").
const (
	lead     = 0xff
	start    = 0x68
	stop     = 0x16
	head     = 4  // 68 L L 68
	tail     = 2  // sum 16
	shortest = 2  // address and command
	longest  = 32 // longer than any pad's; noise must not make us wait for 255 bytes
)

// errBroken is a frame whose sum or end is wrong. It presses nothing.
var errBroken = errors.New("ff68: a frame with a wrong sum or end")

// frame is what lies between the start and the sum.
type frame struct {
	address, command byte
	data             []byte
}

// bytes puts a frame on the line.
func (f frame) bytes() []byte {
	n := byte(shortest + len(f.data))
	b := append([]byte{lead, start, n, n, start, f.address, f.command}, f.data...)
	return append(b, sum(b[1+head:]), stop)
}

// sum is that of the bytes from the address to the end of the data.
func sum(b []byte) (s byte) {
	for _, v := range b {
		s += v
	}
	return s
}

// next finds the first frame in what was heard. It returns how many bytes are
// done with; none when more must come. After a broken frame only its first byte
// is: the next one may begin inside it.
func next(heard []byte) (f frame, used int, found bool, err error) {
	for i := range heard {
		switch n, whole := begins(heard[i:]); {
		case n == 0:
			continue
		case !whole:
			return f, i, false, nil
		case sum(heard[i+head:i+head+n]) != heard[i+head+n] || heard[i+head+n+1] != stop:
			return f, i + 1, false, errBroken
		default:
			body := heard[i+head : i+head+n]
			return frame{body[0], body[1], append([]byte(nil), body[2:]...)}, i + head + n + tail, true, nil
		}
	}
	return f, len(heard), false, nil
}

// begins says whether a frame may begin here: with its length, or with 1 while
// even that is still to come; 0 is no frame. Whole says that all of it is there.
func begins(b []byte) (length int, whole bool) {
	if b[0] != start {
		return 0, false
	}
	if len(b) > 1 && (b[1] < shortest || b[1] > longest) ||
		len(b) > 2 && b[2] != b[1] || len(b) > 3 && b[3] != start {
		return 0, false
	}
	if len(b) < head {
		return 1, false
	}
	length = int(b[1])
	return length, len(b) >= head+length+tail
}

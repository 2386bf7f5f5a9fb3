package onbon

// unpacker takes the bytes of the wire and undoes sections 3.1 and 3.3 of the
// protocol: what stands between an A5 and a 5A, without escapes.
type unpacker struct {
	frame   []byte
	open    bool
	escaped byte
}

// receiveBuffer is what a card can take (5.1.3) with its header and checksum.
const receiveBuffer = 1024 + 16

// take returns true with a copy of the frame when c ended one.
func (u *unpacker) take(c byte) ([]byte, bool) {
	if c == 0xA5 {
		u.frame, u.open, u.escaped = u.frame[:0], true, 0
		return nil, false
	}
	if !u.open {
		return nil, false
	}
	switch {
	case c == 0x5A:
		u.open = false
		return append([]byte(nil), u.frame...), u.escaped == 0
	case u.escaped == 0xA6 && c == 2:
		c = 0xA5
	case u.escaped == 0x5B && c == 2:
		c = 0x5A
	case u.escaped != 0 && c == 1:
		c = u.escaped
	case u.escaped != 0:
		u.open = false // no such escape: the frame is broken
		return nil, false
	case c == 0xA6 || c == 0x5B:
		u.escaped = c
		return nil, false
	}
	u.escaped = 0
	u.frame = append(u.frame, c)
	u.open = len(u.frame) <= receiveBuffer
	return nil, false
}

// pack puts the envelope round the data of an answer. The document's own
// examples carry nine start bytes, so nine it is.
func pack(to, from uint16, data []byte) []byte {
	body := []byte{byte(to), byte(to >> 8), byte(from), byte(from >> 8),
		0, 0, 0, 0, 0, 0, 0xFE, 0x02, byte(len(data)), byte(len(data) >> 8)}
	body = append(body, data...)
	sum := crc(body)
	body = append(body, byte(sum), byte(sum>>8))

	out := []byte{0xA5, 0xA5, 0xA5, 0xA5, 0xA5, 0xA5, 0xA5, 0xA5, 0xA5}
	for _, c := range body {
		if instead, special := escapes(c); special {
			out = append(out, instead[0], instead[1])
			continue
		}
		out = append(out, c)
	}
	return append(out, 0x5A)
}

func escapes(c byte) ([2]byte, bool) {
	switch c {
	case 0xA5:
		return [2]byte{0xA6, 2}, true
	case 0xA6:
		return [2]byte{0xA6, 1}, true
	case 0x5A:
		return [2]byte{0x5B, 2}, true
	case 0x5B:
		return [2]byte{0x5B, 1}, true
	}
	return [2]byte{}, false
}

// crc is x^16+x^15+x^2+1, bits reversed, from zero (appendix).
func crc(b []byte) uint16 {
	sum := uint16(0)
	for _, c := range b {
		for bit := range 8 {
			mix := (sum ^ uint16(c>>bit)) & 1
			sum = sum>>1 ^ mix*0xA001
		}
	}
	return sum
}

// little reads a two-byte number, low byte first.
func little(b []byte) uint16 { return uint16(b[0]) | uint16(b[1])<<8 }

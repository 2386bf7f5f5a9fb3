package bridge

import "bytes"

// Append appends the packet as a frame ready for the wire: a delimiter, the
// stuffed packet, a delimiter. The leading one ends whatever noise was on the
// line before.
func Append(dst []byte, p Packet) ([]byte, error) {
	var room [maxPacket]byte
	raw, err := AppendRaw(room[:0], p)
	if err != nil {
		return dst, err
	}
	return append(AppendCOBS(append(dst, 0), raw), 0), nil
}

// Next looks at the beginning of a received stream and says what to do:
//
//	n == 0  nothing can be said yet, more bytes are needed
//	n < 0   the first -n bytes are no packet and are to be dropped; err is
//	        the reason, or nil for mere delimiters
//	n > 0   the first n bytes were the packet p and are to be dropped too
//
// The answer never depends on bytes that have not arrived, so a stream gives
// the same packets however it is cut. The packet does not share memory with
// buf.
func Next(buf []byte) (n int, p Packet, err error) {
	if zeros := len(buf) - len(bytes.TrimLeft(buf, "\x00")); zeros > 0 {
		return -zeros, Packet{}, nil
	}
	end := bytes.IndexByte(buf[:min(len(buf), maxStuffed+1)], 0)
	if end < 0 {
		if len(buf) <= maxStuffed {
			return 0, Packet{}, nil
		}
		return -(maxStuffed + 1), Packet{}, ErrLong
	}
	raw, err := DecodeCOBS(nil, buf[:end])
	if err == nil {
		p, err = ParseRaw(raw)
	}
	if err != nil {
		return -(end + 1), Packet{}, err
	}
	return end + 1, p, nil
}

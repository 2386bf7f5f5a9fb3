package escpos

import "lobby/devices"

// The bytes of software flow control.
const (
	xon  = 0x11
	xoff = 0x13
)

// replyKind is the sort of thing a printer says.
type replyKind int

const (
	replyFlow   replyKind = iota // XON or XOFF
	replyLive                    // answer to DLE EOT, one byte
	replyAuto                    // automatic status, four bytes
	replyBlock                   // header, text, and the closing zero left out
	replySingle                  // answer to GS r or GS I, one byte
	replyNoise                   // nothing that the manual knows
)

// reply is one thing heard.
type reply struct {
	kind replyKind
	data []byte
}

// maxBlock is the longest answer with a header that is waited for; the longest
// documented one is GS I with 80 characters.
const maxBlock = 96

// splitter cuts the stream of a printer into replies. Where it is cut into
// reads does not matter, and it never holds more than maxBlock bytes.
type splitter struct{ held []byte }

// feed takes what was read and calls emit for every reply that is complete.
func (s *splitter) feed(b []byte, emit func(reply)) {
	for _, c := range b {
		// XON and XOFF may stand between any two bytes, and are part of none.
		if c == xon || c == xoff {
			emit(reply{replyFlow, []byte{c}})
			continue
		}
		s.held = append(s.held, c)
		for len(s.held) > 0 {
			r, n := next(s.held)
			if n == 0 {
				break
			}
			emit(r)
			s.held = append(s.held[:0], s.held[n:]...)
		}
	}
}

// next classifies the beginning of what was heard, and says how many bytes that
// took; zero when more are needed. The order of the cases and the masks are
// those of Epson's manual (TM-T88 specification, appendix on identifying
// transmitted data).
func next(b []byte) (reply, int) {
	c := b[0]
	switch {
	case c&0x93 == 0x12:
		return reply{replyLive, []byte{c}}, 1
	case c&0x93 == 0x10:
		return nextAuto(b)
	case c == 0x35 || c == 0x37 || c == 0x3b || c == 0x3d || c == 0x5f:
		return nextBlock(b)
	case c&0x90 == 0:
		return reply{replySingle, []byte{c}}, 1
	}
	return reply{replyNoise, []byte{c}}, 1
}

func nextAuto(b []byte) (reply, int) {
	for i := 1; i < len(b) && i < 4; i++ {
		if b[i]&0x90 != 0 {
			return reply{replyNoise, []byte{b[0]}}, 1
		}
	}
	if len(b) < 4 {
		return reply{}, 0
	}
	return reply{replyAuto, append([]byte(nil), b[:4]...)}, 4
}

func nextBlock(b []byte) (reply, int) {
	for i := 1; i < len(b); i++ {
		switch {
		case b[i] == 0:
			return reply{replyBlock, append([]byte(nil), b[:i]...)}, i + 1
		case b[i] < ' ' || b[i] > '~':
			return reply{replyNoise, []byte{b[0]}}, 1
		}
	}
	if len(b) >= maxBlock {
		return reply{replyNoise, []byte{b[0]}}, 1
	}
	return reply{}, 0
}

// autoPaper reads the four bytes of the automatic status (GS a). Offline is the
// printer's own word, which also stands for a pressed FEED button.
func autoPaper(b []byte) (p devices.Paper, offline bool) {
	return devices.Paper{
		Cover:   b[0]&0x20 != 0,
		Fault:   b[1]&0x6c != 0, // recoverable, cutter, unrecoverable, by itself
		NearEnd: b[2]&0x03 != 0,
		Out:     b[2]&0x0c != 0,
	}, b[0]&0x08 != 0
}

// addLive adds the answer to DLE EOT n to what is known.
func addLive(p *devices.Paper, n, b byte) {
	switch n {
	case 2:
		p.Cover = p.Cover || b&0x04 != 0
		p.Out = p.Out || b&0x20 != 0
		p.Fault = p.Fault || b&0x40 != 0
	case 3:
		p.Fault = p.Fault || b&0x6c != 0
	case 4:
		p.NearEnd = p.NearEnd || b&0x0c != 0
		p.Out = p.Out || b&0x60 != 0
	}
}

package star

import "lobby/devices"

// The bytes of software flow control.
const (
	xon  = 0x11
	xoff = 0x13
)

// status is one status of the printer (appendix "automatic status").
type status struct {
	paper   devices.Paper
	offline bool
	etb     int // counts the ETBs that were reached, modulo 32
}

// etbs is how far the counter goes before it begins again.
const etbs = 32

// readStatus reads a status that is whole. Shorter ones, of old models, leave
// out what stands at the end.
func readStatus(b []byte) status {
	at := func(i int) byte {
		if i < len(b) {
			return b[i]
		}
		return 0
	}
	return status{
		offline: at(2)&0x08 != 0,
		paper: devices.Paper{
			Cover:   at(2)&0x20 != 0,
			Fault:   at(3)&0x2c != 0 || at(4)&0x0a != 0,
			NearEnd: at(5)&0x06 != 0,
			Out:     at(5)&0x08 != 0,
		},
		// Bits 6, 5, 3, 2, 1 of the eighth byte.
		etb: int(at(7)&0x60)>>2 | int(at(7)&0x0e)>>1,
	}
}

// splitter cuts the stream of a printer into statuses. Where it is cut into
// reads does not matter, and it never holds more than the longest status.
type splitter struct{ held []byte }

// feed takes what was read. It calls status for every one that is whole, and
// flow for XON and XOFF; it returns how many other bytes there were: answers to
// ENQ and EOT bytes that stood in a picture, or noise.
func (s *splitter) feed(b []byte, whole func(status), flow func(stop bool)) (other int) {
	for _, c := range b {
		if c == xon || c == xoff {
			flow(c == xoff)
			continue
		}
		s.held = append(s.held, c)
		for len(s.held) > 0 {
			n, ok := statusLength(s.held)
			if !ok {
				s.held = append(s.held[:0], s.held[1:]...)
				other++
				continue
			}
			if n > len(s.held) {
				break
			}
			whole(readStatus(s.held[:n]))
			s.held = append(s.held[:0], s.held[n:]...)
		}
	}
	return other
}

// statusLength says how long the status at the beginning of b is, at least; ok
// is false when there is none. Header 1 is 0xx0 xxx1 and holds the length, all
// other bytes are 0xx0 xxx0.
func statusLength(b []byte) (n int, ok bool) {
	if b[0]&0x91 != 0x01 {
		return 0, false
	}
	for _, c := range b[1:] {
		if c&0x91 != 0 {
			return 0, false
		}
	}
	n = int(b[0]&0x60)>>2 | int(b[0]&0x0e)>>1
	return max(n, 2), n >= shortest || len(b) < 2
}

// shortest is a status with everything up to the paper.
const shortest = 6

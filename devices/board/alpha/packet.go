package alpha

import (
	"errors"
	"fmt"
	"strings"

	"lobby/devices"
)

// The control codes of a packet (Alpha Sign Communications Protocol, 3.1).
const (
	soh = 0x01
	stx = 0x02
	etx = 0x03
	eot = 0x04
	ack = 0x06
	nak = 0x15
	esc = 0x1b
)

const (
	allTypes   = 'Z' // of signs; the address chooses one
	writeText  = 'A'
	priorityID = '0' // the text file that is shown before all others, 125 bytes
	maxText    = 125
	middle     = ' ' // display position, the only one on which all manuals agree
	hold       = 'b'
	flash      = 'c'
)

// packet wraps a command: five zeros set the sign's speed, the checksum is the
// sum from STX to ETX in four hex digits.
func packet(address int, command []byte) []byte {
	p := append(make([]byte, 5), soh, allTypes)
	p = append(p, fmt.Sprintf("%02X", address)...)
	start := len(p)
	p = append(p, stx)
	p = append(p, command...)
	p = append(p, etx)
	var sum uint16
	for _, c := range p[start:] {
		sum += uint16(c)
	}
	p = append(p, fmt.Sprintf("%04X", sum)...)
	return append(p, eot)
}

// priority is the command that shows a frame before everything else; without a
// ticket it gives the sign back to its own programme.
func priority(f devices.Frame) []byte {
	command := []byte{writeText, priorityID}
	text := clean(f.Ticket)
	if text == "" {
		return command
	}
	mode := byte(hold)
	if f.Blink {
		mode = flash
	}
	command = append(command, esc, middle, mode)
	text += " -> " + clean(f.Window)
	return append(command, text[:min(len(text), maxText)]...)
}

// clean leaves letters that every sign has and that are no control code.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, s)
}

// answer reads ACK or NAK with the status byte behind it, of which bit 6 is
// always set.
type answer struct{ last byte }

func (a *answer) take(heard []byte) (said error, done bool) {
	for _, c := range heard {
		switch {
		case a.last == ack && c&0x40 != 0:
			return nil, true
		case a.last == nak && c&0x40 != 0:
			return fmt.Errorf("%w: %s", ErrRefused, reason(c)), true
		}
		a.last = c
	}
	return nil, false
}

// reason reads the bits of a status byte.
func reason(status byte) string {
	var all []error
	for bit, say := range map[byte]string{0x20: "illegal command or label", 0x10: "checksum", 0x08: "buffer overflow", 0x04: "timeout", 0x02: "framing", 0x01: "parity"} {
		if status&bit != 0 {
			all = append(all, errors.New(say))
		}
	}
	if len(all) == 0 {
		return "no reason given"
	}
	return errors.Join(all...).Error()
}

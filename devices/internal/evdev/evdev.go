// Package evdev reads the records in which the Linux kernel tells of keys,
// struct input_event of linux/input.h.
package evdev

import (
	"encoding/binary"
	"errors"
	"strconv"
)

// The types, codes and values that keypads and scanners use
// (linux/input-event-codes.h).
const (
	typeSyn    = 0
	typeKey    = 1
	synDropped = 3 // the kernel's buffer was full: events are missing
	pressed    = 1
	held       = 2 // the kernel's own repetition
	lastType   = 0x1f
	lastCode   = 0x2ff
)

// Event is the movement of one key.
type Event struct {
	Code uint16
	Down bool
	// Lost says that keys were missed before this moment; Code means nothing.
	Lost bool
}

// ErrNoEvent is what comes of bytes that are no records of keys, as from
// another kind of device or with the wrong word size.
var ErrNoEvent = errors.New("evdev: these bytes are no events of keys: is it an input device, and are the bits right?")

// Reader puts records together. The zero value reads those of this machine.
type Reader struct {
	// Bits is 32 or 64, the size of the two words of time before each event; 0
	// is that of this program, which is what the kernel gives it.
	Bits int
	held []byte
}

// size is that of one record: two words of time, type and code of two bytes
// each, and a value of four.
func (r *Reader) size() int {
	bits := r.Bits
	if bits == 0 {
		bits = strconv.IntSize
	}
	return 2*bits/8 + 8
}

// Feed takes what was read and returns the movements in it, but for the
// repetitions of a key that is held down.
func (r *Reader) Feed(b []byte) ([]Event, error) {
	r.held = append(r.held, b...)
	var events []Event
	for size := r.size(); len(r.held) >= size; r.held = r.held[size:] {
		tail := r.held[size-8 : size]
		kind, code := binary.NativeEndian.Uint16(tail), binary.NativeEndian.Uint16(tail[2:])
		value := binary.NativeEndian.Uint32(tail[4:])
		switch {
		case kind > lastType || code > lastCode || kind == typeKey && value > held:
			r.held = nil
			return events, ErrNoEvent
		case kind == typeSyn && code == synDropped:
			events = append(events, Event{Lost: true})
		case kind == typeKey && value != held:
			events = append(events, Event{Code: code, Down: value == pressed})
		}
	}
	return events, nil
}

package bridge

import (
	"encoding/binary"
	"errors"
	"fmt"
	"unicode/utf8"
)

// ErrPayload says that a payload is too short for its message, or that its
// text is not UTF-8. The answer to it is a NAK with BadArgument.
var ErrPayload = errors.New("bridge: payload does not fit its message")

// check demands at least want bytes. More is fine: a newer board may have
// appended fields that this side does not know (hardware-docs/hb1.md,
// "Growing").
func check(t Type, payload []byte, want int) error {
	if len(payload) < want {
		return fmt.Errorf("%w: %v with %d bytes, at least %d belong to it", ErrPayload, t, len(payload), want)
	}
	return nil
}

// text takes the tail of a payload as UTF-8.
func text(t Type, payload []byte, from int) (string, error) {
	if err := check(t, payload, from); err != nil {
		return "", err
	}
	if !utf8.Valid(payload[from:]) {
		return "", fmt.Errorf("%w: text of %v is not UTF-8", ErrPayload, t)
	}
	return string(payload[from:]), nil
}

// Idle is the board's word that nothing is new.
type Idle struct {
	Flags  byte   // reserved, 0
	Uptime uint32 // seconds since boot
	Queued byte   // events not yet acknowledged
}

const idleSize = 6

// Payload gives the message's bytes.
func (m Idle) Payload() []byte {
	b := binary.LittleEndian.AppendUint32([]byte{m.Flags}, m.Uptime)
	return append(b, m.Queued)
}

// ParseIdle reads an IDLE.
func ParseIdle(b []byte) (Idle, error) {
	if err := check(TypeIdle, b, idleSize); err != nil {
		return Idle{}, err
	}
	return Idle{Flags: b[0], Uptime: binary.LittleEndian.Uint32(b[1:]), Queued: b[5]}, nil
}

// UID is the number that the maker of the chip burnt into it.
type UID [12]byte

// Assign gives an address to the board with that UID.
type Assign struct {
	UID     UID
	Address byte // 1 to LastUnit
}

const assignSize = 13

// Payload gives the message's bytes.
func (m Assign) Payload() []byte { return append(m.UID[:], m.Address) }

// ParseAssign reads an ASSIGN. An address that no board may have is an error.
func ParseAssign(b []byte) (Assign, error) {
	if err := check(TypeAssign, b, assignSize); err != nil {
		return Assign{}, err
	}
	m := Assign{UID: UID(b), Address: b[12]}
	if m.Address == Host || m.Address > LastUnit {
		return Assign{}, fmt.Errorf("%w: address %d is no board's", ErrPayload, m.Address)
	}
	return m, nil
}

// Seek asks the boards without an address whose UID begins with these bits to
// introduce themselves.
type Seek struct {
	Bits byte // how many of the UID's bits count, 0 to 96
	UID  UID  // most significant bit first; those beyond Bits are 0
}

// Payload gives the message's bytes: only as many of the UID as Bits reach.
func (m Seek) Payload() []byte { return append([]byte{m.Bits}, m.UID[:(int(m.Bits)+7)/8]...) }

// ParseSeek reads a SEEK of the host.
func ParseSeek(b []byte) (Seek, error) {
	if err := check(TypeSeek, b, 1); err != nil {
		return Seek{}, err
	}
	m := Seek{Bits: b[0]}
	if int(m.Bits) > 8*len(m.UID) {
		return Seek{}, fmt.Errorf("%w: %d bits of a UID", ErrPayload, m.Bits)
	}
	size := (int(m.Bits) + 7) / 8
	if err := check(TypeSeek, b, 1+size); err != nil {
		return Seek{}, err
	}
	copy(m.UID[:], b[1:1+size])
	return m, nil
}

// Fits says whether a board of that UID is meant.
func (m Seek) Fits(u UID) bool {
	for i := range int(m.Bits) {
		if (m.UID[i/8]^u[i/8])&(0x80>>(i%8)) != 0 {
			return false
		}
	}
	return true
}

// Time is the wall clock.
type Time struct {
	Unix   int64  // seconds
	Millis uint16 // 0 to 999
	Zone   int16  // minutes east of UTC
}

const timeSize = 12

// Payload gives the message's bytes.
func (m Time) Payload() []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(m.Unix))
	b = binary.LittleEndian.AppendUint16(b, m.Millis)
	return binary.LittleEndian.AppendUint16(b, uint16(m.Zone))
}

// ParseTime reads a TIME.
func ParseTime(b []byte) (Time, error) {
	if err := check(TypeTime, b, timeSize); err != nil {
		return Time{}, err
	}
	le := binary.LittleEndian
	return Time{Unix: int64(le.Uint64(b)), Millis: le.Uint16(b[8:]), Zone: int16(le.Uint16(b[10:]))}, nil
}

package bridge

import (
	"encoding/binary"
	"fmt"
)

// Style is how a text is shown.
type Style byte

// The styles.
const (
	Steady Style = 0
	Blink  Style = 1
	Scroll Style = 2
)

// Show puts a text on one area of a board's display.
type Show struct {
	Area  byte
	Style Style
	TTL   uint16 // seconds until the area goes dark; 0: until replaced
	Text  string // empty: dark
}

const showSize = 4

// MaxText is the longest text of a Show in bytes.
const MaxText = MaxPayload - showSize

// Payload gives the message's bytes.
func (m Show) Payload() []byte {
	b := binary.LittleEndian.AppendUint16([]byte{m.Area, byte(m.Style)}, m.TTL)
	return append(b, m.Text...)
}

// ParseShow reads a SHOW.
func ParseShow(b []byte) (Show, error) {
	s, err := text(TypeShow, b, showSize)
	if err != nil {
		return Show{}, err
	}
	return Show{Area: b[0], Style: Style(b[1]), TTL: binary.LittleEndian.Uint16(b[2:]), Text: s}, nil
}

// Light sets one lamp.
type Light struct {
	Index   byte
	Colour  [3]byte // red, green, blue
	Pattern byte    // 0 steady, 1 slow blink, 2 fast blink, 3 breathing
	TTL     uint16  // seconds, as in Show
}

const lightSize = 7

// Payload gives the message's bytes.
func (m Light) Payload() []byte {
	b := append([]byte{m.Index}, m.Colour[:]...)
	return binary.LittleEndian.AppendUint16(append(b, m.Pattern), m.TTL)
}

// ParseLight reads a LIGHT.
func ParseLight(b []byte) (Light, error) {
	if err := check(TypeLight, b, lightSize); err != nil {
		return Light{}, err
	}
	return Light{Index: b[0], Colour: [3]byte(b[1:]), Pattern: b[4], TTL: binary.LittleEndian.Uint16(b[5:])}, nil
}

// Beep makes a sound.
type Beep struct {
	Pattern byte // 0 one short, 1 one long, 2 two tones
	Volume  byte // 0 silent to 255
	Count   byte // repetitions
}

const beepSize = 3

// Payload gives the message's bytes.
func (m Beep) Payload() []byte { return []byte{m.Pattern, m.Volume, m.Count} }

// ParseBeep reads a BEEP.
func ParseBeep(b []byte) (Beep, error) {
	if err := check(TypeBeep, b, beepSize); err != nil {
		return Beep{}, err
	}
	return Beep{Pattern: b[0], Volume: b[1], Count: b[2]}, nil
}

// Bitmap puts a rectangle of dots on one area.
type Bitmap struct {
	Area          byte
	X, Y          uint16 // upper left corner
	Width, Height uint16
	Offset        uint16 // of Bits among all bits of the rectangle, in bytes
	Bits          []byte // row by row, most significant bit left; rows begin at a byte
}

const bitmapSize = 11

// MaxBits is how many bytes of a picture one Bitmap carries.
const MaxBits = MaxPayload - bitmapSize

// Payload gives the message's bytes.
func (m Bitmap) Payload() []byte {
	b := []byte{m.Area}
	for _, v := range []uint16{m.X, m.Y, m.Width, m.Height, m.Offset} {
		b = binary.LittleEndian.AppendUint16(b, v)
	}
	return append(b, m.Bits...)
}

// ParseBitmap reads a BITMAP. Bits that lie outside the rectangle are an error.
func ParseBitmap(b []byte) (Bitmap, error) {
	if err := check(TypeBitmap, b, bitmapSize); err != nil {
		return Bitmap{}, err
	}
	le := binary.LittleEndian
	m := Bitmap{Area: b[0], X: le.Uint16(b[1:]), Y: le.Uint16(b[3:]), Width: le.Uint16(b[5:]), Height: le.Uint16(b[7:]),
		Offset: le.Uint16(b[9:]), Bits: b[bitmapSize:]}
	if size := (int(m.Width) + 7) / 8 * int(m.Height); int(m.Offset)+len(m.Bits) > size {
		return Bitmap{}, fmt.Errorf("%w: BITMAP with bytes %d to %d of %d", ErrPayload, m.Offset, int(m.Offset)+len(m.Bits), size)
	}
	return m, nil
}

// Relay switches a contact on for a while. There is no order to leave it on: a
// door must not stay open because a line broke.
type Relay struct {
	Index byte
	On    uint16 // milliseconds, at most MaxRelay; 0 switches it off
}

// MaxRelay is the longest time of a Relay in milliseconds.
const MaxRelay = 10000

const relaySize = 3

// Payload gives the message's bytes.
func (m Relay) Payload() []byte { return binary.LittleEndian.AppendUint16([]byte{m.Index}, m.On) }

// ParseRelay reads a RELAY. A time beyond MaxRelay is an error.
func ParseRelay(b []byte) (Relay, error) {
	if err := check(TypeRelay, b, relaySize); err != nil {
		return Relay{}, err
	}
	m := Relay{Index: b[0], On: binary.LittleEndian.Uint16(b[1:])}
	if m.On > MaxRelay {
		return Relay{}, fmt.Errorf("%w: RELAY for %d ms, at most %d", ErrPayload, m.On, MaxRelay)
	}
	return m, nil
}

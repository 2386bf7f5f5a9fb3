package bridge

import "encoding/binary"

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

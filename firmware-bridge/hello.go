package bridge

import "encoding/binary"

// Ability is the set of things a board can do beyond the common ones
// (hardware-docs/hb1.md, "HELLO").
type Ability uint32

// The abilities. Bits not named here are sent as 0 and ignored.
const (
	Async      Ability = 1 << iota // may speak unasked; for links with two ends only
	SevenSeg                       // shows what seven segments can show of ASCII
	GB2312                         // has the characters of GB 2312
	GB18030                        // has the characters of GB 18030
	BitmapOnly                     // has no characters; takes BITMAP
)

// Hello is the board's answer to HELLO, carried in the ACK.
type Hello struct {
	Proto      byte   // version of this protocol, 1
	Board      uint32 // which board; firmware is made for one
	Hardware   uint16 // revision of the board
	Firmware   [3]byte
	UID        UID
	Abilities  Ability
	MaxPayload byte // longest payload the board takes
	Cols, Rows byte // characters on its display; 0 without one
	Name       string
}

const helloSize = 29

// Payload gives the message's bytes.
func (m Hello) Payload() []byte {
	b := binary.LittleEndian.AppendUint32([]byte{m.Proto}, m.Board)
	b = binary.LittleEndian.AppendUint16(b, m.Hardware)
	b = append(b, m.Firmware[:]...)
	b = append(b, m.UID[:]...)
	b = binary.LittleEndian.AppendUint32(b, uint32(m.Abilities))
	b = append(b, m.MaxPayload, m.Cols, m.Rows)
	return append(b, m.Name...)
}

// ParseHello reads the answer to HELLO.
func ParseHello(b []byte) (Hello, error) {
	name, err := text(TypeHello, b, helloSize)
	if err != nil {
		return Hello{}, err
	}
	return Hello{
		Proto: b[0], Board: binary.LittleEndian.Uint32(b[1:]), Hardware: binary.LittleEndian.Uint16(b[5:]),
		Firmware: [3]byte(b[7:]), UID: UID(b[10:]),
		Abilities:  Ability(binary.LittleEndian.Uint32(b[22:])),
		MaxPayload: b[26], Cols: b[27], Rows: b[28], Name: name,
	}, nil
}

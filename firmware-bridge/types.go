package bridge

import "fmt"

// Type is the number of a message (hardware-docs/hb1.md, "Messages").
type Type byte

// All message types of version 1. Those without a codec in this package are
// named so that a dump of the wire can show them.
const (
	TypeAck     Type = 0x00 // both ways: the answer to a Reliable packet
	TypeHello   Type = 0x01 // host: who are you
	TypePoll    Type = 0x02 // host: anything new
	TypeIdle    Type = 0x03 // board: nothing new
	TypeAssign  Type = 0x04 // host: take this address
	TypeTime    Type = 0x05 // host: it is this late
	TypeStatus  Type = 0x06 // host: how are you
	TypeReboot  Type = 0x07
	TypeSeek    Type = 0x08 // host: which of you without an address begin so; board: I do
	TypeKey     Type = 0x20 // board: a key moved
	TypeEnter   Type = 0x21 // board: digits were typed
	TypeSensor  Type = 0x22
	TypeShow    Type = 0x30 // host: show this text
	TypeBitmap  Type = 0x31
	TypeLight   Type = 0x32 // host: this colour on that lamp
	TypeBeep    Type = 0x33 // host: make this sound
	TypeRelay   Type = 0x34
	TypeConfig  Type = 0x35
	TypeFWBegin Type = 0x40
	TypeFWData  Type = 0x41
	TypeFWEnd   Type = 0x42
	TypeFWBoot  Type = 0x43
)

// String gives the name used in the manual.
func (t Type) String() string {
	switch t {
	case TypeAck:
		return "ACK"
	case TypeHello:
		return "HELLO"
	case TypePoll:
		return "POLL"
	case TypeIdle:
		return "IDLE"
	case TypeAssign:
		return "ASSIGN"
	case TypeTime:
		return "TIME"
	case TypeStatus:
		return "STATUS"
	case TypeReboot:
		return "REBOOT"
	case TypeSeek:
		return "SEEK"
	case TypeKey:
		return "KEY"
	case TypeEnter:
		return "ENTER"
	case TypeSensor:
		return "SENSOR"
	case TypeShow:
		return "SHOW"
	case TypeBitmap:
		return "BITMAP"
	case TypeLight:
		return "LIGHT"
	case TypeBeep:
		return "BEEP"
	case TypeRelay:
		return "RELAY"
	case TypeConfig:
		return "CONFIG"
	case TypeFWBegin:
		return "FW_BEGIN"
	case TypeFWData:
		return "FW_DATA"
	case TypeFWEnd:
		return "FW_END"
	case TypeFWBoot:
		return "FW_BOOT"
	}
	return fmt.Sprintf("type %02x", byte(t))
}

// Code is the one byte of a NAK that says why (hardware-docs/hb1.md, "NAK").
type Code byte

// The refusals. Only Busy invites the sender to try the same again.
const (
	Busy        Code = 1
	BadArgument Code = 2
	Unsupported Code = 3
	NoMemory    Code = 4
	FlashFault  Code = 5
	WrongState  Code = 6
	BadSign     Code = 7
	WrongBoard  Code = 8
)

// String says it in words.
func (c Code) String() string {
	words := [...]string{Busy: "busy", BadArgument: "bad argument", Unsupported: "unsupported",
		NoMemory: "no memory", FlashFault: "flash fault", WrongState: "wrong state",
		BadSign: "bad signature", WrongBoard: "wrong board"}
	if int(c) < len(words) && words[c] != "" {
		return words[c]
	}
	return fmt.Sprintf("code %d", byte(c))
}

// ParseNak reads the payload of a NAK. A NAK without a code counts as
// Unsupported, the refusal that asks for nothing.
func ParseNak(payload []byte) Code {
	if len(payload) == 0 {
		return Unsupported
	}
	return Code(payload[0])
}

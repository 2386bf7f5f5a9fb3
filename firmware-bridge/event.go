package bridge

import "encoding/binary"

// Action is what happened to a key.
type Action byte

// The actions.
const (
	Press   Action = 1
	Release Action = 2
	Long    Action = 3 // held for a second
)

// Key reports one movement of one key.
type Key struct {
	Key    byte // number printed on the board, from 1
	Action Action
	Age    uint16 // milliseconds since it happened; 65535 means that or longer
	Event  uint32 // the board's own count of events
}

const keySize = 8

// Payload gives the message's bytes.
func (m Key) Payload() []byte {
	b := binary.LittleEndian.AppendUint16([]byte{m.Key, byte(m.Action)}, m.Age)
	return binary.LittleEndian.AppendUint32(b, m.Event)
}

// ParseKey reads a KEY.
func ParseKey(b []byte) (Key, error) {
	if err := check(TypeKey, b, keySize); err != nil {
		return Key{}, err
	}
	le := binary.LittleEndian
	return Key{Key: b[0], Action: Action(b[1]), Age: le.Uint16(b[2:]), Event: le.Uint32(b[4:])}, nil
}

// Enter reports digits that were typed and belong to the next key.
type Enter struct {
	Event  uint32
	Age    uint16 // milliseconds, as in Key
	Digits string
}

const enterSize = 6

// Payload gives the message's bytes.
func (m Enter) Payload() []byte {
	b := binary.LittleEndian.AppendUint32(nil, m.Event)
	b = binary.LittleEndian.AppendUint16(b, m.Age)
	return append(b, m.Digits...)
}

// ParseEnter reads an ENTER.
func ParseEnter(b []byte) (Enter, error) {
	digits, err := text(TypeEnter, b, enterSize)
	if err != nil {
		return Enter{}, err
	}
	return Enter{Event: binary.LittleEndian.Uint32(b), Age: binary.LittleEndian.Uint16(b[4:]), Digits: digits}, nil
}

// Sensor reports a measured value; nobody acknowledges it.
type Sensor struct {
	Index byte
	Value int32
}

const sensorSize = 5

// Payload gives the message's bytes.
func (m Sensor) Payload() []byte {
	return binary.LittleEndian.AppendUint32([]byte{m.Index}, uint32(m.Value))
}

// ParseSensor reads a SENSOR.
func ParseSensor(b []byte) (Sensor, error) {
	if err := check(TypeSensor, b, sensorSize); err != nil {
		return Sensor{}, err
	}
	return Sensor{Index: b[0], Value: int32(binary.LittleEndian.Uint32(b[1:]))}, nil
}

package bridge

import "encoding/binary"

// Status is the board's answer to STATUS, carried in the ACK: what a person
// asks first when a bus makes trouble.
type Status struct {
	Supply    uint16 // millivolts
	Celsius10 int16  // tenths of a degree
	Cause     byte   // of the last reset: 0 power, 1 pin, 2 watchdog, 3 brown-out, 4 REBOOT
	Received  uint32 // good frames for this board
	Broken    uint32 // frames with a wrong checksum or stuffing
	Retries   uint32 // own repetitions
	Watchdog  uint16 // resets by the watchdog since power on
}

const statusSize = 19

// Payload gives the message's bytes.
func (m Status) Payload() []byte {
	le := binary.LittleEndian
	b := le.AppendUint16(nil, m.Supply)
	b = append(le.AppendUint16(b, uint16(m.Celsius10)), m.Cause)
	b = le.AppendUint32(b, m.Received)
	b = le.AppendUint32(b, m.Broken)
	b = le.AppendUint32(b, m.Retries)
	return le.AppendUint16(b, m.Watchdog)
}

// ParseStatus reads the answer to STATUS.
func ParseStatus(b []byte) (Status, error) {
	if err := check(TypeStatus, b, statusSize); err != nil {
		return Status{}, err
	}
	le := binary.LittleEndian
	return Status{
		Supply: le.Uint16(b), Celsius10: int16(le.Uint16(b[2:])), Cause: b[4],
		Received: le.Uint32(b[5:]), Broken: le.Uint32(b[9:]), Retries: le.Uint32(b[13:]),
		Watchdog: le.Uint16(b[17:]),
	}, nil
}

package modbus

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// Function codes (Modbus application protocol 6.3, 6.6, 6.12).
const (
	readHolding = 0x03
	writeOne    = 0x06
	writeMany   = 0x10
	exception   = 0x80 // added to the function in a refusal

	maxFrame = 256 // Modbus over serial line 2.3
	crcSize  = 2
)

// Exception is a slave's refusal (Modbus application protocol 7).
type Exception byte

const (
	illegalFunction Exception = 1
	illegalAddress  Exception = 2
)

// Error names the code.
func (e Exception) Error() string {
	meaning := "unknown reason"
	switch e {
	case illegalFunction:
		meaning = "unknown function"
	case illegalAddress:
		meaning = "no such register"
	case 3:
		meaning = "value not allowed"
	case 4:
		meaning = "device failure"
	case 5:
		meaning = "still working on it"
	case 6:
		meaning = "busy"
	}
	return fmt.Sprintf("the display refused: %s (exception %d)", meaning, byte(e))
}

func readRequest(unit byte, first uint16, count int) []byte {
	b := []byte{unit, readHolding}
	b = binary.BigEndian.AppendUint16(b, first)
	b = binary.BigEndian.AppendUint16(b, uint16(count))
	return sealed(b)
}

func oneRequest(unit byte, register, value uint16) []byte {
	b := []byte{unit, writeOne}
	b = binary.BigEndian.AppendUint16(b, register)
	b = binary.BigEndian.AppendUint16(b, value)
	return sealed(b)
}

func manyRequest(unit byte, first uint16, values []uint16) []byte {
	b := []byte{unit, writeMany}
	b = binary.BigEndian.AppendUint16(b, first)
	b = binary.BigEndian.AppendUint16(b, uint16(len(values)))
	b = append(b, byte(2*len(values)))
	for _, v := range values {
		b = binary.BigEndian.AppendUint16(b, v)
	}
	return sealed(b)
}

// answerSize is the length of the good answer to a request.
func answerSize(request []byte) int {
	if request[1] == readHolding {
		return 3 + 2*int(binary.BigEndian.Uint16(request[4:])) + crcSize
	}
	return 6 + crcSize
}

// find looks for the answer to the request anywhere in what was heard: a line
// that turns round often puts a false byte before it, and an adapter may have
// echoed the request. Unit, function, shape and checksum must all fit.
func find(request, heard []byte) (values []uint16, refusal error, found bool) {
	size := answerSize(request)
	for i := range heard {
		rest := heard[i:]
		if len(rest) >= 5 && rest[0] == request[0] && rest[1] == request[1]|exception && intact(rest[:5]) {
			return nil, Exception(rest[2]), true
		}
		if len(rest) < size || !intact(rest[:size]) {
			continue
		}
		if request[1] != readHolding {
			// The first six bytes come back: unit, function, register, and value
			// or count.
			if bytes.Equal(rest[:6], request[:6]) {
				return nil, nil, true
			}
			continue
		}
		if rest[0] == request[0] && rest[1] == request[1] && int(rest[2]) == size-3-crcSize {
			for at := 3; at < size-crcSize; at += 2 {
				values = append(values, binary.BigEndian.Uint16(rest[at:]))
			}
			return values, nil, true
		}
	}
	return nil, nil, false
}

// sealed appends the checksum.
func sealed(b []byte) []byte {
	return binary.LittleEndian.AppendUint16(b, checksum(b))
}

func intact(b []byte) bool {
	body := b[:len(b)-crcSize]
	return binary.LittleEndian.Uint16(b[len(body):]) == checksum(body)
}

// checksum is CRC-16/MODBUS (Modbus over serial line 2.5.1.2): polynomial A001
// reflected, starting from FFFF.
func checksum(b []byte) uint16 {
	crc := uint16(0xFFFF)
	for _, c := range b {
		crc ^= uint16(c)
		for range 8 {
			odd := crc & 1
			crc >>= 1
			if odd != 0 {
				crc ^= 0xA001
			}
		}
	}
	return crc
}

package modbus

import (
	"fmt"
	"strconv"
	"strings"
)

// Exception codes.
const (
	illegalFunction = 1
	illegalAddress  = 2
	illegalValue    = 3
	deviceFailure   = 4
)

// options are the driver's.
type options struct {
	Unit     int    `yaml:"unit"`
	Map      string `yaml:"map"`
	Digits   int    `yaml:"digits"`
	Register int    `yaml:"register"`
	Mode     string `yaml:"mode"`
	Packed   bool   `yaml:"packed"`
	Write    int    `yaml:"write"`
}

// model is what a product does with its registers.
type model struct {
	ranges    [][2]int // first and last register that exist
	functions string   // codes that the product knows
	// lit reads the registers as the digits show them. Last is the register that
	// was written last.
	lit func(memory map[uint16]uint16, last uint16) string
}

// slave is one display.
type slave struct {
	name    string
	address byte
	model   model
	memory  map[uint16]uint16
	last    uint16
	frames  int
}

func newSlave(name string, o options) (*slave, error) {
	if o.Unit < 1 || o.Unit > 247 {
		return nil, fmt.Errorf("no address %d", o.Unit)
	}
	s := &slave{name: name, address: byte(o.Unit)}
	switch o.Map {
	case "dm56":
		s.model = dm56(o.Digits)
	case "embeddedart":
		s.model = embeddedArt()
	case "custom":
		s.model = custom(o)
	default:
		return nil, fmt.Errorf("no register map %q", o.Map)
	}
	s.powerUp()
	return s, nil
}

func (s *slave) powerUp() { s.memory, s.last = map[uint16]uint16{}, 0 }

// dm56: six ASCII digits and, apart from them, a number (maker's table).
func dm56(digits int) model {
	if digits == 0 {
		digits = 4
	}
	return model{
		ranges:    [][2]int{{0, 7}},
		functions: "\x03\x06\x10",
		lit: func(memory map[uint16]uint16, last uint16) string {
			if last >= 6 {
				n := uint32(memory[6]&0xFF)<<16 | uint32(memory[7])
				return strconv.FormatUint(uint64(n), 10)
			}
			return letters(memory, 0, min(digits, 6), false)
		},
	}
}

// embeddedArt: two lines of text, settings, nothing to be read.
func embeddedArt() model {
	return model{
		ranges:    [][2]int{{29, 44}, {1000, 1031}, {2000, 2031}},
		functions: "\x06\x10",
		lit: func(memory map[uint16]uint16, _ uint16) string {
			one := strings.TrimSpace(letters(memory, 1000, 32, false))
			two := strings.TrimSpace(letters(memory, 2000, 32, false))
			return strings.TrimSpace(one + "\n" + two)
		},
	}
}

func custom(o options) model {
	count := o.Digits
	if o.Packed {
		count = (o.Digits + 1) / 2
	}
	functions := "\x03\x10"
	if o.Write == 6 {
		functions = "\x03\x06"
	}
	if o.Mode == "number" {
		return model{
			ranges:    [][2]int{{o.Register, o.Register}},
			functions: functions,
			lit: func(memory map[uint16]uint16, _ uint16) string {
				return strconv.Itoa(int(memory[uint16(o.Register)]))
			},
		}
	}
	return model{
		ranges:    [][2]int{{o.Register, o.Register + count - 1}},
		functions: functions,
		lit: func(memory map[uint16]uint16, _ uint16) string {
			return letters(memory, o.Register, count, o.Packed)
		},
	}
}

// letters reads registers as characters; what is no letter stays dark.
func letters(memory map[uint16]uint16, first, count int, packed bool) string {
	var b strings.Builder
	put := func(c byte) {
		if c <= ' ' || c > '~' {
			c = ' '
		}
		b.WriteByte(c)
	}
	for at := first; at < first+count; at++ {
		if packed {
			put(byte(memory[uint16(at)] >> 8))
		}
		put(byte(memory[uint16(at)]))
	}
	return b.String()
}

func (s *slave) look() Unit {
	text := strings.TrimSpace(s.model.lit(s.memory, s.last))
	return Unit{Name: s.name, Address: int(s.address), Text: text, Ticket: text, Color: "red", Frames: s.frames}
}

// obey carries out a request without address and checksum, and returns the
// answer without them (Modbus application protocol 6).
func (s *slave) obey(request []byte) []byte {
	s.frames++
	function := request[0]
	if !strings.ContainsRune(s.model.functions, rune(function)) {
		return refused(function, illegalFunction)
	}
	if len(request) < 5 {
		return refused(function, illegalValue)
	}
	first, number := word(request[1:]), word(request[3:])
	switch function {
	case 3:
		return s.read(first, int(number))
	case 6:
		if !s.exists(first, 1) {
			return refused(function, illegalAddress)
		}
		s.memory[first], s.last = number, first
		return append([]byte(nil), request...)
	}
	return s.write(request, first, int(number))
}

func (s *slave) read(first uint16, count int) []byte {
	if count < 1 || count > 125 {
		return refused(3, illegalValue)
	}
	if !s.exists(first, count) {
		return refused(3, illegalAddress)
	}
	answer := []byte{3, byte(2 * count)}
	for i := range count {
		v := s.memory[first+uint16(i)]
		answer = append(answer, byte(v>>8), byte(v))
	}
	return answer
}

func (s *slave) write(request []byte, first uint16, count int) []byte {
	if count < 1 || count > 123 || len(request) != 6+2*count || int(request[5]) != 2*count {
		return refused(16, illegalValue)
	}
	if !s.exists(first, count) {
		return refused(16, illegalAddress)
	}
	for i := range count {
		s.last = first + uint16(i)
		s.memory[s.last] = word(request[6+2*i:])
	}
	return append([]byte(nil), request[:5]...)
}

func (s *slave) exists(first uint16, count int) bool {
	for _, r := range s.model.ranges {
		if int(first) >= r[0] && int(first)+count-1 <= r[1] {
			return true
		}
	}
	return false
}

func refused(function byte, code byte) []byte { return []byte{function | 0x80, code} }

func word(b []byte) uint16 { return uint16(b[0])<<8 | uint16(b[1]) }

// whole says that a request needs no silence to be known as complete: its
// length fits its function and its checksum fits too.
func whole(request []byte) bool {
	if len(request) < 8 {
		return false
	}
	want := 8
	if request[1] == 16 {
		want = 9 + int(request[6])
	}
	return len(request) == want && sound(request)
}

func sound(frame []byte) bool {
	n := len(frame) - 2
	return crc(frame[:n]) == uint16(frame[n])|uint16(frame[n+1])<<8
}

// crc is CRC-16/MODBUS (serial line guide 6.2.2).
func crc(b []byte) uint16 {
	sum := uint16(0xFFFF)
	for _, c := range b {
		for bit := range 8 {
			mix := (sum ^ uint16(c>>bit)) & 1
			sum = sum>>1 ^ mix*0xA001
		}
	}
	return sum
}

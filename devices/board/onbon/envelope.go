package onbon

import (
	"encoding/binary"
	"errors"
)

// The envelope, sections 3 and 4: eight start bytes, header, data, CRC, end
// byte. Header, data and CRC are escaped; lengths count unescaped bytes.
const (
	startByte  = 0xA5
	endByte    = 0x5A
	startGuard = 0xA6 // A5 travels as A6 02, A6 as A6 01
	endGuard   = 0x5B // 5A travels as 5B 02, 5B as 5B 01

	startCount = 8
	headerSize = 14
	crcSize    = 2

	host       = 0x8000 // source address of a PC
	anyCard    = 0xFE   // device type: any
	version    = 0x02
	maxContent = 2048 // the cards take at most 1024 bytes of data (5.1.3)
)

type envelope struct {
	dst, src uint16
	data     []byte
}

// seal wraps the data of a request for one screen.
func seal(screen uint16, data []byte) []byte {
	content := make([]byte, headerSize, headerSize+len(data)+crcSize)
	binary.LittleEndian.PutUint16(content, screen)
	binary.LittleEndian.PutUint16(content[2:], host)
	content[10], content[11] = anyCard, version
	binary.LittleEndian.PutUint16(content[12:], uint16(len(data)))
	content = append(content, data...)
	content = binary.LittleEndian.AppendUint16(content, checksum(content))

	frame := make([]byte, startCount, startCount+len(content)+8)
	for i := range frame {
		frame[i] = startByte
	}
	for _, c := range content {
		switch c {
		case startByte:
			frame = append(frame, startGuard, 2)
		case startGuard:
			frame = append(frame, startGuard, 1)
		case endByte:
			frame = append(frame, endGuard, 2)
		case endGuard:
			frame = append(frame, endGuard, 1)
		default:
			frame = append(frame, c)
		}
	}
	return append(frame, endByte)
}

var (
	errShort = errors.New("frame is too short")
	errCRC   = errors.New("frame has a wrong checksum")
)

// open checks the unescaped content of a frame and takes it apart. The data
// is part of the content, not a copy.
func open(content []byte) (envelope, error) {
	if len(content) < headerSize+crcSize {
		return envelope{}, errShort
	}
	body := content[:len(content)-crcSize]
	if binary.LittleEndian.Uint16(content[len(body):]) != checksum(body) {
		return envelope{}, errCRC
	}
	if int(binary.LittleEndian.Uint16(body[12:])) != len(body)-headerSize {
		return envelope{}, errShort
	}
	return envelope{
		dst:  binary.LittleEndian.Uint16(body),
		src:  binary.LittleEndian.Uint16(body[2:]),
		data: body[headerSize:],
	}, nil
}

// scanner finds frames in a stream of bytes. Its zero value waits for a start.
type scanner struct {
	content []byte
	inside  bool
	guard   byte // the first byte of an escape, or 0
}

// next takes one byte. It returns true with the unescaped content when the
// byte ended a frame; the content is valid until the next call.
func (s *scanner) next(c byte) ([]byte, bool) {
	switch {
	case c == startByte: // never occurs inside a frame
		*s = scanner{content: s.content[:0], inside: true}
	case !s.inside:
	case c == endByte:
		s.inside = false
		return s.content, s.guard == 0
	case s.guard != 0:
		s.unescape(c)
	case c == startGuard || c == endGuard:
		s.guard = c
	default:
		s.keep(c)
	}
	return nil, false
}

func (s *scanner) unescape(c byte) {
	switch {
	case c == 1:
		s.keep(s.guard)
	case c == 2 && s.guard == startGuard:
		s.keep(startByte)
	case c == 2:
		s.keep(endByte)
	default:
		s.inside = false
	}
	s.guard = 0
}

func (s *scanner) keep(c byte) {
	if s.content = append(s.content, c); len(s.content) > maxContent {
		s.inside = false
	}
}

// checksum is the maker's CRC-16 (appendix): polynomial A001 reflected,
// starting from zero.
func checksum(b []byte) uint16 {
	var crc uint16
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

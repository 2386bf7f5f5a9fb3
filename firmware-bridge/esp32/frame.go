// Package esp32 talks to the loader in the ROM of an ESP32 over its serial port
// (Espressif, "Serial Protocol", in the pages of esptool). It is for rescue: a
// board that works takes an HB1 update. The chip gets into its loader by GPIO0
// low at reset, which is the wiring's affair; the wire is given.
package esp32

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// Command is the second byte of a request ("Commands").
type Command byte

// The commands that are used here.
const (
	FlashBegin Command = 0x02
	FlashData  Command = 0x03
	FlashEnd   Command = 0x04
	Sync       Command = 0x08
	ReadReg    Command = 0x0A
	SPISetup   Command = 0x0B // SPI_SET_PARAMS
	SPIAttach  Command = 0x0D
	FlashMD5   Command = 0x13 // SPI_FLASH_MD5
)

// String gives Espressif's name.
func (c Command) String() string {
	names := map[Command]string{FlashBegin: "FLASH_BEGIN", FlashData: "FLASH_DATA", FlashEnd: "FLASH_END", Sync: "SYNC",
		ReadReg: "READ_REG", SPISetup: "SPI_SET_PARAMS", SPIAttach: "SPI_ATTACH", FlashMD5: "SPI_FLASH_MD5"}
	if n := names[c]; n != "" {
		return n
	}
	return fmt.Sprintf("command %02x", byte(c))
}

// The bytes of SLIP (RFC 1055).
const (
	end    = 0xC0
	escape = 0xDB
	escEnd = 0xDC
	escEsc = 0xDD
)

// BlockSize is how many bytes of an image are written at once.
const BlockSize = 1024

const (
	request  = 0x00
	response = 0x01
	headSize = 8
	maxFrame = 4096 // a response is far shorter; more without an end is noise
)

// ErrFrame says that bytes are no response.
var ErrFrame = errors.New("esp32: broken frame")

// AppendSLIP appends b as one SLIP frame.
func AppendSLIP(dst, b []byte) []byte {
	dst = append(dst, end)
	for _, v := range b {
		switch v {
		case end:
			dst = append(dst, escape, escEnd)
		case escape:
			dst = append(dst, escape, escEsc)
		default:
			dst = append(dst, v)
		}
	}
	return append(dst, end)
}

// unslip gives what stands between two ends.
func unslip(b []byte) ([]byte, error) {
	var out []byte
	for i := 0; i < len(b); i++ {
		if b[i] != escape {
			out = append(out, b[i])
			continue
		}
		if i++; i == len(b) {
			return nil, ErrFrame
		}
		switch b[i] {
		case escEnd:
			out = append(out, end)
		case escEsc:
			out = append(out, escape)
		default:
			return nil, ErrFrame
		}
	}
	return out, nil
}

// AppendRequest appends a command as a frame.
func AppendRequest(dst []byte, c Command, checksum uint32, data []byte) []byte {
	b := binary.LittleEndian.AppendUint16([]byte{request, byte(c)}, uint16(len(data)))
	b = binary.LittleEndian.AppendUint32(b, checksum)
	return AppendSLIP(dst, append(b, data...))
}

// words are the arguments of most commands.
func words(ws ...uint32) []byte {
	var b []byte
	for _, w := range ws {
		b = binary.LittleEndian.AppendUint32(b, w)
	}
	return b
}

// Checksum is the XOR over a block of an image, beginning with EF.
func Checksum(b []byte) uint32 {
	x := byte(0xEF)
	for _, v := range b {
		x ^= v
	}
	return uint32(x)
}

// AppendSync appends SYNC, by which the chip measures the speed.
func AppendSync(dst []byte) []byte {
	return AppendRequest(dst, Sync, 0, append([]byte{0x07, 0x07, 0x12, 0x20}, bytes.Repeat([]byte{0x55}, 32)...))
}

// AppendBegin appends FLASH_BEGIN for an image of that size.
func AppendBegin(dst []byte, size, offset uint32) []byte {
	return AppendRequest(dst, FlashBegin, 0, words(size, (size+BlockSize-1)/BlockSize, BlockSize, offset))
}

// AppendData appends FLASH_DATA with block n; a short one is filled with FF.
func AppendData(dst []byte, n uint32, block []byte) []byte {
	full := append(bytes.Clone(block), bytes.Repeat([]byte{0xFF}, BlockSize-len(block))...)
	return AppendRequest(dst, FlashData, Checksum(full), append(words(BlockSize, n, 0, 0), full...))
}

// Response is the chip's answer.
type Response struct {
	Command Command
	Value   uint32 // of READ_REG
	Data    []byte // without the status
	Error   byte   // 0 is none; see errorOf
}

// Next looks for a response at the beginning of a stream, as bridge.Next does:
// 0 means more bytes are needed, below 0 that so many bytes are none, and err
// why, or nil for the ends between frames.
func Next(buf []byte) (n int, r Response, err error) {
	if ends := len(buf) - len(bytes.TrimLeft(buf, "\xC0")); ends > 0 {
		return -ends, Response{}, nil
	}
	at := bytes.IndexByte(buf[:min(len(buf), maxFrame)], end)
	if at < 0 {
		if len(buf) < maxFrame {
			return 0, Response{}, nil
		}
		return -maxFrame, Response{}, ErrFrame
	}
	b, err := unslip(buf[:at])
	if err == nil {
		r, err = parse(b)
	}
	if err != nil {
		return -(at + 1), Response{}, err
	}
	return at + 1, r, nil
}

// parse reads a response. The ROM ends it with four bytes of status, of which
// two mean something.
func parse(b []byte) (Response, error) {
	if len(b) < headSize || b[0] != response || int(binary.LittleEndian.Uint16(b[2:])) != len(b)-headSize {
		return Response{}, ErrFrame
	}
	data := b[headSize:]
	if len(data) < 4 {
		return Response{}, ErrFrame
	}
	r := Response{Command: Command(b[1]), Value: binary.LittleEndian.Uint32(b[4:]), Data: data[:len(data)-4]}
	if status := data[len(data)-4:]; status[0] != 0 {
		r.Error = max(status[1], 1)
	}
	return r, nil
}

// Package esp32 is an ESP32 that was reset into the loader in its ROM, made of
// software after Espressif's "Serial Protocol". It shares nothing with the host
// in firmware-bridge/esp32.
package esp32

import (
	"context"
	"crypto/md5"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"sync"

	"lobby/devices"
	"lobby/devices/emulator"
)

// flashSize is that of the usual module, 4 MB.
const flashSize = 4 << 20

// sector is what its flash erases together.
const sector = 4 << 10

// The fault switches.
const (
	silent = "silent" // the chip hears nothing
	worn   = "worn"   // a bit of each block is not written
	reset  = "reset"  // boots into the loader again; falls back by itself
)

// Emulator is one chip.
type Emulator struct {
	*emulator.Switches

	mu      sync.Mutex
	flash   []byte
	begun   bool   // by FLASH_BEGIN
	next    uint32 // block that may come
	offset  uint32
	block   uint32 // bytes of each
	running bool
}

var (
	_ emulator.New      = New
	_ emulator.Troubled = (*Emulator)(nil)
)

// New makes the chip. It has no options, and one wire has one chip.
func New(units []devices.Unit) (emulator.Emulator, error) {
	if len(units) > 1 {
		return nil, fmt.Errorf("esp32: %d chips on one wire", len(units))
	}
	e := &Emulator{Switches: emulator.NewSwitches("esp32 emulator", silent, worn), flash: make([]byte, flashSize)}
	e.Once(reset, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.begun, e.running = false, false
	})
	fill(e.flash)
	return e, nil
}

// fill erases.
func fill(b []byte) {
	for i := range b {
		b[i] = 0xFF
	}
}

// View is what a person who reads the chip out would see.
type View struct {
	Kind    string `json:"kind"` // always "esp32"
	Running bool   `json:"running"`
	Flash   []byte `json:"flash"`
}

// View implements emulator.Emulator; it returns a View.
func (e *Emulator) View() any {
	e.mu.Lock()
	defer e.mu.Unlock()
	return View{Kind: "esp32", Running: e.running, Flash: append([]byte(nil), e.flash...)}
}

// Serve implements emulator.Emulator.
func (e *Emulator) Serve(ctx context.Context, line io.ReadWriter) error {
	return emulator.Converse(ctx, line, func(ctx context.Context, heard <-chan []byte) error {
		var frame []byte
		inside, escaped := false, false
		for {
			var piece []byte
			select {
			case <-ctx.Done():
				return ctx.Err()
			case piece = <-heard:
			}
			for _, b := range piece {
				switch {
				case b == 0xC0 && inside && len(frame) > 0:
					if err := e.answer(line, frame); err != nil {
						return err
					}
					frame, inside, escaped = nil, false, false
				case b == 0xC0:
					frame, inside, escaped = nil, true, false
				case !inside:
				case b == 0xDB:
					escaped = true
				case escaped:
					frame, escaped = append(frame, plain(b)), false
				case len(frame) < 1<<16:
					frame = append(frame, b)
				}
			}
		}
	})
}

// plain is what stands behind an escape.
func plain(b byte) byte {
	switch b {
	case 0xDC:
		return 0xC0
	case 0xDD:
		return 0xDB
	}
	return b
}

// answer carries out a request and answers, SYNC eight times.
func (e *Emulator) answer(line io.Writer, f []byte) error {
	e.mu.Lock()
	deaf := e.running
	e.mu.Unlock()
	if deaf || e.On(silent) || len(f) < 8 || f[0] != 0 {
		return nil
	}
	times, value, data, code := 1, uint32(0), []byte(nil), byte(5)
	if int(binary.LittleEndian.Uint16(f[2:])) == len(f)-8 {
		value, data, code = e.obey(f[1], binary.LittleEndian.Uint32(f[4:]), f[8:])
	}
	if f[1] == 0x08 {
		times = 8
	}
	status := []byte{0, 0, 0, 0}
	if code != 0 {
		status = []byte{1, code, 0, 0}
	}
	data = append(data, status...)
	out := binary.LittleEndian.AppendUint16([]byte{1, f[1]}, uint16(len(data)))
	out = append(binary.LittleEndian.AppendUint32(out, value), data...)
	for range times {
		if _, err := line.Write(slip(out)); err != nil {
			return err
		}
	}
	return nil
}

func slip(b []byte) []byte {
	out := []byte{0xC0}
	for _, v := range b {
		switch v {
		case 0xC0:
			out = append(out, 0xDB, 0xDC)
		case 0xDB:
			out = append(out, 0xDB, 0xDD)
		default:
			out = append(out, v)
		}
	}
	return append(out, 0xC0)
}

// word is argument n of a command.
func word(d []byte, n int) uint32 {
	if len(d) < 4*n+4 {
		return 0
	}
	return binary.LittleEndian.Uint32(d[4*n:])
}

// Errors of the ROM ("ROM Loader Errors").
const (
	invalid  = 5
	failed   = 6
	checksum = 7
	badWrite = 8
)

// obey carries out one command.
func (e *Emulator) obey(command byte, sum uint32, d []byte) (value uint32, data []byte, code byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch command {
	case 0x02:
		return 0, nil, e.begin(d)
	case 0x03:
		return 0, nil, e.write(sum, d)
	case 0x04:
		e.running = word(d, 0) == 0
		return 0, nil, 0
	case 0x0A:
		if word(d, 0) == 0x40001000 {
			return 0x00F01D83, nil, 0 // what an ESP32 has there
		}
		return 0, nil, 0
	case 0x08, 0x09, 0x0B, 0x0D, 0x0F:
		return 0, nil, 0
	case 0x13:
		at, size := int(word(d, 0)), int(word(d, 1))
		if at+size > len(e.flash) {
			return 0, nil, failed
		}
		digest := md5.Sum(e.flash[at : at+size])
		return 0, []byte(hex.EncodeToString(digest[:])), 0
	}
	return 0, nil, invalid
}

// begin erases the sectors of an image.
func (e *Emulator) begin(d []byte) byte {
	size, block, offset := word(d, 0), word(d, 2), word(d, 3)
	if len(d) < 16 || block == 0 || block > 1<<14 || uint64(offset)+uint64(size) > flashSize {
		return invalid
	}
	first, last := offset/sector*sector, min((offset+size+sector-1)/sector*sector, flashSize)
	fill(e.flash[first:last])
	e.begun, e.next, e.offset, e.block = true, 0, offset, block
	return 0
}

// write takes one block of an image, in order.
func (e *Emulator) write(sum uint32, d []byte) byte {
	if len(d) < 16 || !e.begun || word(d, 1) != e.next || int(word(d, 0)) != len(d)-16 || word(d, 0) > e.block {
		return invalid
	}
	x := byte(0xEF)
	for _, v := range d[16:] {
		x ^= v
	}
	if sum != uint32(x) {
		return checksum
	}
	at := int(e.offset) + int(e.next)*int(e.block)
	if at+len(d)-16 > len(e.flash) {
		return badWrite
	}
	copy(e.flash[at:], d[16:])
	if e.On(worn) {
		e.flash[at] ^= 1
	}
	e.next++
	return 0
}

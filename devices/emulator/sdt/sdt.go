// Package sdt is a reader of identity cards made of software. It was written
// from the published frames of the security module (hardware-docs/sdt.md), not
// from the driver. Its cards are invented, and it does not show what is on them.
package sdt

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"sync"
	"unicode/utf16"

	"lobby/devices"
	"lobby/devices/emulator"
)

// Key lays a card on the reader; its number stands in the place of digits.
const Key devices.Key = "card"

// Name is that on every card of this reader.
const Name = "欧阳试验"

// The fault switches.
const (
	silent   = "silent"    // no answer
	badSum   = "bad_sum"   // answers with a wrong sum
	unread   = "unread"    // the card was lifted too early: 41
	cut      = "truncated" // a card's data ends in the middle
	badDigit = "bad_digit" // the number on the card is no number
	garbage  = "garbage"   // noise before every answer
)

// Emulator is one reader.
type Emulator struct {
	*emulator.Switches
	name string

	mu       sync.Mutex
	number   string // of the card that lies there; empty for none
	selected bool
	read     int
}

var (
	_ emulator.New      = New
	_ emulator.Presser  = (*Emulator)(nil)
	_ emulator.Troubled = (*Emulator)(nil)
)

// New makes the reader on a wire, which has room for one.
func New(units []devices.Unit) (emulator.Emulator, error) {
	if len(units) != 1 {
		return nil, fmt.Errorf("sdt emulator: %d readers on one wire", len(units))
	}
	return &Emulator{Switches: emulator.NewSwitches("sdt emulator", silent, badSum, unread, cut, badDigit, garbage), name: units[0].Name}, nil
}

// Press implements emulator.Presser: it lays a card with that number on the
// reader; it is lifted when it was read.
func (e *Emulator) Press(unit string, key devices.Key, number string) error {
	if unit != e.name || key != Key {
		return fmt.Errorf("card reader %s has no %s at %s", e.name, key, unit)
	}
	if len(number) != 18 {
		return fmt.Errorf("card reader: a number has 18 characters, not %d", len(number))
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.number, e.selected = number, false
	return nil
}

// Serve implements emulator.Emulator.
func (e *Emulator) Serve(ctx context.Context, line io.ReadWriter) error {
	return emulator.Converse(ctx, line, func(ctx context.Context, heard <-chan []byte) error {
		var stream []byte
		for {
			select {
			case <-ctx.Done():
				return nil
			case piece := <-heard:
				stream = append(stream, piece...)
			}
			for len(stream) >= 10 {
				if !bytes.Equal(stream[:7], []byte{0xaa, 0xaa, 0xaa, 0x96, 0x69, 0x00, 0x03}) {
					stream = stream[1:]
					continue
				}
				q := stream[:10]
				stream = stream[10:]
				reply := e.reply(q)
				if reply == nil {
					continue
				}
				if _, err := line.Write(reply); err != nil {
					return err
				}
			}
		}
	})
}

// reply answers one question.
func (e *Emulator) reply(q []byte) []byte {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.On(silent) {
		return nil
	}
	if q[5]^q[6]^q[7]^q[8] != q[9] {
		return e.wrap(0x10, nil)
	}
	switch [2]byte{q[7], q[8]} {
	case [2]byte{0x11, 0xff}:
		return e.wrap(0x90, nil)
	case [2]byte{0x20, 0x01}:
		if e.number == "" {
			return e.wrap(0x80, nil)
		}
		return e.wrap(0x9f, make([]byte, 4))
	case [2]byte{0x20, 0x02}:
		if e.number == "" {
			return e.wrap(0x81, nil)
		}
		e.selected = true
		return e.wrap(0x90, make([]byte, 8))
	case [2]byte{0x30, 0x01}:
		return e.card()
	}
	return e.wrap(0x21, nil)
}

// card gives the data of the selected card; then it is lifted.
func (e *Emulator) card() []byte {
	if !e.selected || e.On(unread) {
		e.number, e.selected = "", false
		return e.wrap(0x41, nil)
	}
	number := e.number
	if e.On(badDigit) {
		number = "11010119900101000Y"
	}
	text := make([]byte, 0, 256)
	for _, f := range []struct {
		size int
		text string
	}{{30, Name}, {2, "1"}, {4, "01"}, {16, "19491231"}, {70, "浙江省试验市仿真路1号"}, {36, number}, {30, "试验市公安局"}, {16, "20200101"}, {16, "长期"}, {36, ""}} {
		field := make([]byte, f.size)
		for i := range f.size / 2 {
			binary.LittleEndian.PutUint16(field[2*i:], ' ')
		}
		for i, u := range utf16.Encode([]rune(f.text)) {
			binary.LittleEndian.PutUint16(field[2*i:], u)
		}
		text = append(text, field...)
	}
	data := append([]byte{0x01, 0x00, 0x04, 0x00}, text...)
	e.number, e.selected = "", false
	e.read++
	answer := e.wrap(0x90, append(data, make([]byte, 1024)...))
	if e.On(cut) {
		return answer[:700]
	}
	return answer
}

// wrap puts an answer together.
func (e *Emulator) wrap(status byte, data []byte) []byte {
	body := binary.BigEndian.AppendUint16(nil, uint16(4+len(data)))
	body = append(append(body, 0, 0, status), data...)
	var sum byte
	for _, b := range body {
		sum ^= b
	}
	if e.On(badSum) {
		sum ^= 0x5a
	}
	frame := append([]byte{0xaa, 0xaa, 0xaa, 0x96, 0x69}, body...)
	if e.On(garbage) {
		frame = append([]byte{0x00, 0xaa, 0xaa, 0x96}, frame...)
	}
	return append(frame, sum)
}

// View is what stands before the reader.
type View struct {
	Kind  string     `json:"kind"` // always "reader"
	Units []UnitView `json:"units"`
}

// UnitView is the reader as a person sees it.
type UnitView struct {
	Name string        `json:"name"`
	Up   bool          `json:"up"`
	Card bool          `json:"card"` // one lies on it
	Read int           `json:"read"` // cards so far
	Keys []devices.Key `json:"keys"`
}

// View implements emulator.Emulator; it returns a View.
func (e *Emulator) View() any {
	e.mu.Lock()
	defer e.mu.Unlock()
	return View{Kind: "reader", Units: []UnitView{{Name: e.name, Up: !e.On(silent), Card: e.number != "", Read: e.read, Keys: []devices.Key{Key}}}}
}

// Package keyboard is the kernel's end of an input device: what reading
// /dev/input/event* gives while somebody types. It was written from
// linux/input.h and linux/input-event-codes.h, not from the drivers.
package keyboard

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"lobby/devices"
	"lobby/devices/emulator"
)

// The fault switches.
const (
	silent   = "silent"   // keys do nothing
	stuck    = "stuck"    // a key that was pressed repeats for two seconds
	bouncing = "bouncing" // every key goes down twice
	overflow = "overflow" // the kernel's buffer was full before the last key
)

// The types of events.
const (
	evSyn = 0x00
	evKey = 0x01
	evMsc = 0x04
)

// stroke is a key with its code.
type stroke struct {
	key  devices.Key
	code uint16
}

// pad are the function keys of a keypad with the stickers of
// hardware-docs/numpad.md.
var pad = []stroke{
	{devices.KeyNext, 96}, {devices.KeyRecall, 78}, {devices.KeyNoShow, 74}, {devices.KeyHold, 55}, {devices.KeyCallHeld, 15},
	{devices.KeyTransfer, 98}, {devices.KeyServed, 83}, {devices.KeyPause, 69}, {"erase", 14},
}

// numerals are KP0 to KP9.
var numerals = [10]uint16{82, 79, 80, 81, 75, 76, 77, 71, 72, 73}

// options are the driver's, as far as they matter here.
type options struct {
	Keys map[string]devices.Key `json:"keys" yaml:"keys"`
	Bits int                    `json:"bits" yaml:"bits"`
}

// Emulator is one keypad.
type Emulator struct {
	*emulator.Switches
	*emulator.Outbox
	name   string
	bits   int
	struck atomic.Int64 // keys so far
}

var (
	_ emulator.New      = NewNumpad
	_ emulator.Presser  = (*Emulator)(nil)
	_ emulator.Troubled = (*Emulator)(nil)
)

// NewNumpad makes a numeric keypad.
func NewNumpad(units []devices.Unit) (emulator.Emulator, error) {
	var o options
	name, err := emulator.Only("keyboard", units, &o)
	if err != nil {
		return nil, err
	}
	if o.Bits == 0 {
		o.Bits = strconv.IntSize
	}
	return &Emulator{
		Switches: emulator.NewSwitches("keyboard emulator", silent, stuck, bouncing, overflow),
		Outbox:   emulator.NewOutbox(), name: name, bits: o.Bits,
	}, nil
}

// Press implements emulator.Presser.
func (e *Emulator) Press(unit string, key devices.Key, digits string) error {
	if unit != e.name {
		return fmt.Errorf("keyboard: no unit %s on this wire", unit)
	}
	var strokes []uint16
	for _, d := range digits {
		if d < '0' || d > '9' {
			return fmt.Errorf("keyboard: no key %q on a keypad", d)
		}
		strokes = append(strokes, numerals[d-'0'])
	}
	for _, s := range pad {
		if s.key == key {
			e.strike(append(strokes, s.code))
			return nil
		}
	}
	return fmt.Errorf("keyboard: unit %s has no key %s", unit, key)
}

// strike presses keys one after the other.
func (e *Emulator) strike(strokes []uint16) {
	if e.On(silent) {
		return
	}
	var b []byte
	for i, code := range strokes {
		if e.On(overflow) && i == len(strokes)-1 {
			b = e.event(e.event(b, evSyn, 3, 0), evSyn, 0, 0)
		}
		times := 1
		if e.On(bouncing) && i == len(strokes)-1 {
			times = 2
		}
		for range times {
			b = e.event(e.event(e.event(b, evMsc, 4, 0x70000+uint32(code)), evKey, code, 1), evSyn, 0, 0)
			for range e.repeats() {
				b = e.event(e.event(b, evKey, code, 2), evSyn, 0, 1)
			}
			b = e.event(e.event(b, evKey, code, 0), evSyn, 0, 0)
		}
	}
	e.Put(b)
	e.struck.Add(int64(len(strokes)))
}

// repeats is how often the kernel repeats a key: 33 times a second.
func (e *Emulator) repeats() int {
	if e.On(stuck) {
		return 66
	}
	return 0
}

// event writes a struct input_event: seconds, microseconds, type, code, value.
func (e *Emulator) event(b []byte, kind, code uint16, value uint32) []byte {
	now := time.Now()
	sec, usec := uint64(now.Unix()), uint64(now.Nanosecond()/1000)
	if e.bits == 32 {
		b = binary.NativeEndian.AppendUint32(binary.NativeEndian.AppendUint32(b, uint32(sec)), uint32(usec))
	} else {
		b = binary.NativeEndian.AppendUint64(binary.NativeEndian.AppendUint64(b, sec), usec)
	}
	b = binary.NativeEndian.AppendUint16(binary.NativeEndian.AppendUint16(b, kind), code)
	return binary.NativeEndian.AppendUint32(b, value)
}

// View is what stands before the keypad.
type View struct {
	Kind  string     `json:"kind"` // always "callbox"
	Units []UnitView `json:"units"`
}

// UnitView is the keypad as a person sees it.
type UnitView struct {
	Name   string        `json:"name"`
	Up     bool          `json:"up"`
	Struck int           `json:"struck"` // keys so far
	Keys   []devices.Key `json:"keys"`
}

// View implements emulator.Emulator; it returns a View.
func (e *Emulator) View() any {
	u := UnitView{Name: e.name, Up: !e.On(silent), Struck: int(e.struck.Load())}
	for _, s := range pad {
		u.Keys = append(u.Keys, s.key)
	}
	return View{Kind: "callbox", Units: []UnitView{u}}
}

// Package hd44780 is the other end of a wire with an HD44780 character display
// behind a PCF8574. It was written from the makers' data sheets
// (hardware-docs/boards/hd44780.md), not from the driver.
package hd44780

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"

	"lobby/devices"
	"lobby/devices/emulator"
)

// View is what can be seen.
type View struct {
	Kind  string `json:"kind"` // always "board"
	Units []Unit `json:"units"`
}

// Unit is the display as seen from the hall.
type Unit struct {
	Name   string `json:"name"`
	Text   string `json:"text"` // its lines, without empty ones
	Color  string `json:"color"`
	Up     bool   `json:"up"`
	Frames int    `json:"frames"` // times it was cleared, once for every frame
}

// The fault switches.
const (
	faultSilent = "silent" // the cable is broken
	powerCycle  = "power_cycle"
	halfByte    = "half" // happens once: a frame breaks off in the middle of a byte
)

// options are the driver's.
type options struct {
	Columns int    `yaml:"columns"`
	Label   string `yaml:"label"`
}

// Emulator is one display.
type Emulator struct {
	*emulator.Switches
	name    string
	columns int

	mu     sync.Mutex
	port   byte // the eight pins of the PCF8574
	eight  bool // eight data lines, as after power-up; the lower four are open
	upper  int  // the upper half of a byte, -1 when none was taken
	memory [128]byte
	at     byte
	on     bool
	frames int
}

var (
	_ emulator.New      = New
	_ emulator.Troubled = (*Emulator)(nil)
)

// New makes the display on a wire, which has room for one.
func New(units []devices.Unit) (emulator.Emulator, error) {
	if len(units) != 1 {
		return nil, fmt.Errorf("hd44780 emulator: %d displays on one wire", len(units))
	}
	o := options{Columns: 16}
	if err := units[0].Options(&o); err != nil {
		return nil, fmt.Errorf("hd44780 emulator: unit %s: %w", units[0].Name, err)
	}
	e := &Emulator{Switches: emulator.NewSwitches("hd44780 emulator", faultSilent), name: units[0].Name, columns: max(1, min(o.Columns, 40))}
	e.Once(powerCycle, func() { e.mu.Lock(); defer e.mu.Unlock(); e.powerUp() })
	e.Once(halfByte, func() { e.mu.Lock(); defer e.mu.Unlock(); e.upper = 0x40 })
	e.powerUp()
	return e, nil
}

func (e *Emulator) powerUp() {
	e.eight, e.upper, e.on, e.at = true, -1, false, 0
	e.clear()
}

// Serve implements emulator.Emulator.
func (e *Emulator) Serve(ctx context.Context, line io.ReadWriter) error {
	return emulator.Converse(ctx, line, func(ctx context.Context, heard <-chan []byte) error {
		for {
			select {
			case <-ctx.Done():
				return nil
			case piece := <-heard:
				if !e.On(faultSilent) {
					e.take(piece)
				}
			}
		}
	})
}

// take sets the pins. The display takes what stands there when E falls.
func (e *Emulator) take(piece []byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, b := range piece {
		if fell := e.port &^ b; fell&0x04 != 0 {
			e.latch(e.port&0xf0, e.port&0x01 != 0)
		}
		e.port = b
	}
}

// latch takes four bits, or eight with the lower ones open.
func (e *Emulator) latch(b byte, data bool) {
	if e.eight {
		e.obey(b, data)
		return
	}
	if e.upper < 0 {
		e.upper = int(b)
		return
	}
	whole := byte(e.upper) | b>>4
	e.upper = -1
	e.obey(whole, data)
}

// obey carries out a byte (data sheet, table 6).
func (e *Emulator) obey(b byte, data bool) {
	switch {
	case data:
		e.memory[e.at&0x7f] = b
		e.at++
	case b&0x80 != 0:
		e.at = b & 0x7f
	case b&0x40 != 0: // own characters
	case b&0x20 != 0:
		e.eight, e.upper = b&0x10 != 0, -1
	case b&0x10 != 0: // cursor and display shift
	case b&0x08 != 0:
		e.on = b&0x04 != 0
	case b == 0x01:
		e.clear()
		e.at = 0
		e.frames++
	case b>>1 == 1:
		e.at = 0
	}
}

func (e *Emulator) clear() {
	for i := range e.memory {
		e.memory[i] = ' '
	}
}

// View returns a View.
func (e *Emulator) View() any {
	e.mu.Lock()
	defer e.mu.Unlock()
	text := ""
	if e.on {
		upper, lower := string(e.memory[:e.columns]), string(e.memory[0x40:0x40+e.columns])
		text = strings.TrimSpace(strings.TrimSpace(upper) + "\n" + strings.TrimSpace(lower))
	}
	return View{Kind: "board", Units: []Unit{{Name: e.name, Text: text, Color: "green", Up: !e.On(faultSilent), Frames: e.frames}}}
}

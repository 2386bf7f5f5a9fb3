// Package max7219 is the other end of a wire with MAX7219 chips on it. It was
// written from the maker's data sheet (hardware-docs/boards/max7219.md), not
// from the driver. The chip select, which parts transactions on a real bus, is
// not on a line: the row of chips is as long as the options say.
package max7219

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

// Unit is the row of digits.
type Unit struct {
	Name   string `json:"name"`
	Text   string `json:"text"`
	Ticket string `json:"ticket"`
	Color  string `json:"color"`
	Up     bool   `json:"up"`
	Frames int    `json:"frames"` // transactions
}

// The fault switches.
const (
	faultSilent = "silent" // the cable is broken
	powerCycle  = "power_cycle"
)

// options are the driver's.
type options struct {
	Digits     int `yaml:"digits"`
	Brightness int `yaml:"brightness"`
}

// Emulator is one row of chips.
type Emulator struct {
	*emulator.Switches
	name string

	mu     sync.Mutex
	chips  []registers // the first one is nearest to the computer, at the right
	held   []byte
	frames int
}

// registers are those of one chip, by their addresses.
type registers [16]byte

var (
	_ emulator.New      = New
	_ emulator.Troubled = (*Emulator)(nil)
)

// New makes the row of chips on a wire.
func New(units []devices.Unit) (emulator.Emulator, error) {
	if len(units) != 1 {
		return nil, fmt.Errorf("max7219 emulator: %d boards on one wire", len(units))
	}
	o := options{Digits: 4}
	if err := units[0].Options(&o); err != nil {
		return nil, fmt.Errorf("max7219 emulator: unit %s: %w", units[0].Name, err)
	}
	if o.Digits < 1 {
		return nil, fmt.Errorf("max7219 emulator: unit %s: %d digits", units[0].Name, o.Digits)
	}
	e := &Emulator{Switches: emulator.NewSwitches("max7219 emulator", faultSilent), name: units[0].Name, chips: make([]registers, (o.Digits+7)/8)}
	e.Once(powerCycle, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		clear(e.chips) // shut down, nothing decoded, one digit
		e.held = nil
	})
	return e, nil
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

// take latches whole transactions: 16 bits for each chip, the last chip first.
func (e *Emulator) take(piece []byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.held = append(e.held, piece...)
	for size := 2 * len(e.chips); len(e.held) >= size; e.held = e.held[size:] {
		for i := range e.chips {
			word := e.held[size-2*i-2:]
			e.chips[i][word[0]&0x0f] = word[1]
		}
		e.frames++
	}
}

// shapes are what the decoder shows (table 5).
const shapes = "0123456789-EHLP "

// text reads the digits from the left, as the hall sees them.
func (e *Emulator) text() string {
	var b strings.Builder
	for i := len(e.chips) - 1; i >= 0; i-- {
		c := e.chips[i]
		for digit := 7; digit >= 0; digit-- {
			switch {
			case c[0x0f]&1 != 0:
				b.WriteByte('8') // the test lights all segments
			case c[0x0c]&1 == 0 || digit > int(c[0x0b]&7):
				b.WriteByte(' ')
			case c[0x09]&(1<<digit) == 0:
				b.WriteByte('?') // bare segments
			default:
				b.WriteByte(shapes[c[digit+1]&0x0f])
			}
		}
	}
	return strings.TrimSpace(b.String())
}

// View returns a View.
func (e *Emulator) View() any {
	e.mu.Lock()
	defer e.mu.Unlock()
	text := e.text()
	return View{Kind: "board", Units: []Unit{{Name: e.name, Text: text, Ticket: text, Color: "red", Up: !e.On(faultSilent), Frames: e.frames}}}
}

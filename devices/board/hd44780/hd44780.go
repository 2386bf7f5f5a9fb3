// Package hd44780 drives character displays with an HD44780 behind a PCF8574 on
// the I2C bus of this computer. See hardware-docs/boards/hd44780.md.
package hd44780

import (
	"context"
	"fmt"
	"strings"
	"time"

	"lobby/devices"
)

// Options of one display.
type Options struct {
	Columns int    `yaml:"columns"` // 16 or 20; 16 when left out
	Label   string `yaml:"label"`   // before the window's number; Window when left out
}

// Board is one display of two lines. It is not safe for several goroutines.
type Board struct {
	wire    devices.Wire
	options Options
}

var _ devices.Open[devices.Board] = Open

// Open makes the driver. It only checks the options.
func Open(w devices.Wire, options devices.Decode) (devices.Board, error) {
	o := Options{Columns: 16, Label: "Window"}
	if err := options(&o); err != nil {
		return nil, err
	}
	if o.Columns != 16 && o.Columns != 20 {
		return nil, fmt.Errorf("hd44780: %d columns; displays have 16 or 20", o.Columns)
	}
	return &Board{wire: w, options: o}, nil
}

// The wiring of the PCF8574 board: the upper half is the data.
const (
	pinRS    = 0x01 // data and not a command
	pinE     = 0x04 // falls when the half byte is to be taken
	pinLight = 0x08
)

// step is one transaction and the time the display needs for it.
type step struct {
	bytes []byte
	wait  time.Duration
}

// Show writes the frame. Every frame begins with the start of the display
// (data sheet, figure 24), so that one that lost its power is right again.
// Nothing is read back: the board of the PCF8574 ties R/W to the ground.
func (b *Board) Show(ctx context.Context, f devices.Frame) error {
	for _, s := range b.options.encode(f) {
		if _, err := b.wire.Write(s.bytes); err != nil {
			return fmt.Errorf("hd44780: show: %w", err)
		}
		pause := time.NewTimer(s.wait)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return fmt.Errorf("hd44780: show: %w", ctx.Err())
		}
	}
	return nil
}

// encode is the start, then both lines.
func (o Options) encode(f devices.Frame) []step {
	steps := []step{
		// Three times 8 bits, whatever half it was in, then 4 bits.
		{half(0x30, 0), 5 * time.Millisecond}, {half(0x30, 0), time.Millisecond}, {half(0x30, 0), time.Millisecond},
		{half(0x20, 0), time.Millisecond},
		{command(0x28, 0x0c, 0x06), 0},        // two lines, on without a cursor, to the right
		{command(0x01), 2 * time.Millisecond}, // clear: 1.52 ms
	}
	window := clean(strings.TrimSpace(o.Label + " " + f.Window))
	for i, line := range []string{clean(f.Ticket), window} {
		line = line[:min(len(line), o.Columns)]
		write := command(0x80 | byte(0x40*i))
		for _, c := range []byte(line) {
			write = append(write, letter(c)...)
		}
		steps = append(steps, step{write, 0})
	}
	return steps
}

// half clocks four bits in.
func half(b, rs byte) []byte {
	b = b&0xf0 | rs | pinLight
	return []byte{b | pinE, b}
}

// command clocks commands in, the upper half first. At 100 kHz a byte on the bus
// takes 90 µs, so that the 37 µs of a command pass by themselves.
func command(bs ...byte) []byte {
	var out []byte
	for _, b := range bs {
		out = append(append(out, half(b, 0)...), half(b<<4, 0)...)
	}
	return out
}

func letter(c byte) []byte { return append(half(c, pinRS), half(c<<4, pinRS)...) }

// clean leaves what all character ROMs have: 5C and 7E are a yen and an arrow in
// most of them.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '}' || r == '\\' {
			return -1
		}
		return r
	}, s)
}

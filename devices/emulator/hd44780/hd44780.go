// Package hd44780 is the other end of a wire with an HD44780 character display
// behind a PCF8574. It was written from the makers' data sheets
// (hardware-docs/boards/hd44780.md), not from the driver.
package hd44780

import (
	"strings"

	"lobby/devices"
	"lobby/devices/emulator"
)

// halfByte happens once: a frame breaks off in the middle of a byte.
const halfByte = "half"

// options are the driver's.
type options struct {
	Columns int    `yaml:"columns"`
	Label   string `yaml:"label"`
}

// display is one display.
type display struct {
	columns int
	port    byte // the eight pins of the PCF8574
	eight   bool // eight data lines, as after power-up; the lower four are open
	upper   int  // the upper half of a byte, -1 when none was taken
	memory  [128]byte
	at      byte
	on      bool
	frames  int // times it was cleared, once for every frame
}

var _ emulator.New = New

// New makes the display on a wire.
func New(units []devices.Unit) (emulator.Emulator, error) {
	o, d := options{Columns: 16}, &display{}
	b, err := emulator.NewBoard("hd44780", "green", units, &o, func() (emulator.Display, error) {
		d.columns = max(1, min(o.Columns, 40))
		return d, nil
	})
	if err != nil {
		return nil, err
	}
	b.Upset(halfByte, func() { d.upper = 0x40 })
	return b, nil
}

// PowerUp implements emulator.Display.
func (d *display) PowerUp() {
	d.eight, d.upper, d.on, d.at = true, -1, false, 0
	d.clear()
}

// Take sets the pins. The display takes what stands there when E falls.
func (d *display) Take(piece []byte) {
	for _, b := range piece {
		if fell := d.port &^ b; fell&0x04 != 0 {
			d.latch(d.port&0xf0, d.port&0x01 != 0)
		}
		d.port = b
	}
}

// latch takes four bits, or eight with the lower ones open.
func (d *display) latch(b byte, data bool) {
	if d.eight {
		d.obey(b, data)
		return
	}
	if d.upper < 0 {
		d.upper = int(b)
		return
	}
	whole := byte(d.upper) | b>>4
	d.upper = -1
	d.obey(whole, data)
}

// obey carries out a byte (data sheet, table 6).
func (d *display) obey(b byte, data bool) {
	switch {
	case data:
		d.memory[d.at&0x7f] = b
		d.at++
	case b&0x80 != 0:
		d.at = b & 0x7f
	case b&0x40 != 0: // own characters
	case b&0x20 != 0:
		d.eight, d.upper = b&0x10 != 0, -1
	case b&0x10 != 0: // cursor and display shift
	case b&0x08 != 0:
		d.on = b&0x04 != 0
	case b == 0x01:
		d.clear()
		d.at = 0
		d.frames++
	case b>>1 == 1:
		d.at = 0
	}
}

func (d *display) clear() {
	for i := range d.memory {
		d.memory[i] = ' '
	}
}

// Text implements emulator.Display.
func (d *display) Text() string {
	if !d.on {
		return ""
	}
	upper, lower := string(d.memory[:d.columns]), string(d.memory[0x40:0x40+d.columns])
	return strings.TrimSpace(strings.TrimSpace(upper) + "\n" + strings.TrimSpace(lower))
}

// Frames implements emulator.Display.
func (d *display) Frames() int { return d.frames }

// Package max7219 is the other end of a wire with MAX7219 chips on it. It was
// written from the maker's data sheet (hardware-docs/boards/max7219.md), not
// from the driver. The chip select, which parts transactions on a real bus, is
// not on a line: the row of chips is as long as the options say.
package max7219

import (
	"fmt"
	"strings"

	"lobby/devices"
	"lobby/devices/emulator"
)

// options are the driver's.
type options struct {
	Digits     int `yaml:"digits"`
	Brightness int `yaml:"brightness"`
}

// row is one row of chips.
type row struct {
	chips  []registers // the first one is nearest to the computer, at the right
	held   []byte
	frames int // transactions
}

// registers are those of one chip, by their addresses.
type registers [16]byte

var _ emulator.New = New

// New makes the row of chips on a wire.
func New(units []devices.Unit) (emulator.Emulator, error) {
	o := options{Digits: 4}
	return emulator.NewBoard("max7219", "red", units, &o, func() (emulator.Display, error) {
		if o.Digits < 1 {
			return nil, fmt.Errorf("%d digits", o.Digits)
		}
		return &row{chips: make([]registers, (o.Digits+7)/8)}, nil
	})
}

// PowerUp implements emulator.Display: shut down, nothing decoded, one digit.
func (r *row) PowerUp() {
	clear(r.chips)
	r.held = nil
}

// Take latches whole transactions: 16 bits for each chip, the last chip first.
func (r *row) Take(piece []byte) {
	r.held = append(r.held, piece...)
	for size := 2 * len(r.chips); len(r.held) >= size; r.held = r.held[size:] {
		for i := range r.chips {
			word := r.held[size-2*i-2:]
			r.chips[i][word[0]&0x0f] = word[1]
		}
		r.frames++
	}
}

// shapes are what the decoder shows (table 5).
const shapes = "0123456789-EHLP "

// Text reads the digits from the left, as the hall sees them.
func (r *row) Text() string {
	var b strings.Builder
	for i := len(r.chips) - 1; i >= 0; i-- {
		c := r.chips[i]
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

// Frames implements emulator.Display.
func (r *row) Frames() int { return r.frames }

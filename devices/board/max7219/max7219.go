// Package max7219 drives seven-segment digits on MAX7219 chips, wired to the
// SPI bus of this computer. See hardware-docs/boards/max7219.md.
package max7219

import (
	"context"
	"fmt"
	"strings"

	"lobby/devices"
)

// The registers (data sheet 19-4452, table 2).
const (
	regDecode    = 0x09
	regIntensity = 0x0a
	regLimit     = 0x0b
	regShutdown  = 0x0c
	regTest      = 0x0f
)

// dark is the code of a digit without a lit segment (table 5).
const dark = 0x0f

// perChip is how many digits one chip drives.
const perChip = 8

// Options of one board.
type Options struct {
	Digits     int `yaml:"digits"`     // 1 to 32; 4 when left out
	Brightness int `yaml:"brightness"` // 0 to 15; 8 when left out
}

// Board is one row of digits on one or more chips, the first chip's digit 0 at
// the right. It is not safe for several goroutines.
type Board struct {
	wire    devices.Wire
	options Options
}

var _ devices.Open[devices.Board] = Open

// Open makes the driver. It only checks the options.
func Open(w devices.Wire, options devices.Decode) (devices.Board, error) {
	o := Options{Digits: 4, Brightness: perChip}
	if err := options(&o); err != nil {
		return nil, err
	}
	switch {
	case o.Digits < 1 || o.Digits > 4*perChip:
		return nil, fmt.Errorf("max7219: %d digits; one chip drives 8, and 4 chips are the most", o.Digits)
	case o.Brightness < 0 || o.Brightness > 15:
		return nil, fmt.Errorf("max7219: brightness %d is not between 0 and 15", o.Brightness)
	}
	return &Board{wire: w, options: o}, nil
}

// Show lights the digits of the ticket. The chips say nothing; every frame
// begins with their settings, so that one that lost its power is right again.
func (b *Board) Show(ctx context.Context, f devices.Frame) error {
	frames, unfit := b.options.encode(f.Ticket)
	for _, frame := range frames {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("max7219: show: %w", err)
		}
		if _, err := b.wire.Write(frame); err != nil {
			return fmt.Errorf("max7219: show: %w", err)
		}
	}
	if unfit != nil {
		return fmt.Errorf("max7219: show: %w", unfit)
	}
	return nil
}

// chips is how many chips stand in the row.
func (o Options) chips() int { return (o.Digits + perChip - 1) / perChip }

// encode is one transaction for each register, all chips at once: what is sent
// first ends up in the last chip.
func (o Options) encode(ticket string) ([][]byte, error) {
	codes, err := o.codes(ticket)
	frames := [][]byte{
		o.all(regTest, 0), o.all(regDecode, 0xff), o.all(regLimit, perChip-1),
		o.all(regIntensity, byte(o.Brightness)), o.all(regShutdown, 1),
	}
	for digit := range perChip {
		var frame []byte
		for chip := o.chips() - 1; chip >= 0; chip-- {
			frame = append(frame, byte(digit+1), codes[chip*perChip+digit])
		}
		frames = append(frames, frame)
	}
	return frames, err
}

// all sends one register to every chip.
func (o Options) all(register, value byte) []byte {
	var frame []byte
	for range o.chips() {
		frame = append(frame, register, value)
	}
	return frame
}

// codes are the digits from the right, in the code of the chip's decoder. The
// letters of the service are left out, which it has no shapes for.
func (o Options) codes(ticket string) ([]byte, error) {
	codes := make([]byte, o.chips()*perChip)
	for i := range codes {
		codes[i] = dark
	}
	run := ticket[len(strings.TrimRight(ticket, "0123456789")):]
	if len(run) > o.Digits {
		return codes, devices.ErrTooLong
	}
	for i := range len(run) {
		codes[i] = run[len(run)-1-i] - '0'
	}
	return codes, nil
}

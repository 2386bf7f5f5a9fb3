// Package modbus drives number displays that are Modbus RTU slaves: it writes
// the ticket into their registers. Which registers is a row of data (see Maps
// in hardware-docs/boards/modbus.md), so a new product is a row, not code.
package modbus

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"lobby/devices"
	"lobby/devices/internal/exchange"
)

var (
	// ErrDiffers is returned by Probe when the display answers but holds
	// something else than what was shown last, as after a power failure.
	ErrDiffers = errors.New("the display holds something else")
)

const (
	// silence ends a frame: 3.5 characters, 4.0 ms at 9600 baud (Modbus over
	// serial line 2.5.1.1), and what RS-485 adapters need to turn round.
	silence = 5 * time.Millisecond
	// turnaround is how long a slave may think before it answers.
	turnaround = 500 * time.Millisecond
)

// Options of one display.
type Options struct {
	Unit   int    `yaml:"unit"`   // slave address, 1 to 247
	Map    string `yaml:"map"`    // dm56, embeddedart or custom
	Digits int    `yaml:"digits"` // characters on the display; 0 is the map's own

	// The rest describes a custom map.
	Register int    `yaml:"register"` // first register
	Mode     string `yaml:"mode"`     // ascii or number
	Packed   bool   `yaml:"packed"`   // ascii: two characters in a register
	Write    int    `yaml:"write"`    // function: 16, or 6 for products that lack it
}

// Board is one display. Several may share a wire; whoever owns the wire sees
// to it that only one call is on its way at a time, and one Board is not safe
// for several goroutines either.
type Board struct {
	wire  devices.Wire
	unit  byte
	row   registers
	shown []uint16 // what the display must hold, nil when that is not known
}

var (
	_ devices.Open[devices.Board] = Open
	_ devices.Prober              = (*Board)(nil)
)

// Open makes the driver of one display. It only checks the options.
func Open(w devices.Wire, options devices.Decode) (devices.Board, error) {
	var o Options
	if err := options(&o); err != nil {
		return nil, err
	}
	if o.Unit < 1 || o.Unit > 247 {
		return nil, fmt.Errorf("modbus: unit %d is not between 1 and 247", o.Unit)
	}
	row, err := o.registers()
	if err != nil {
		return nil, fmt.Errorf("modbus: %w", err)
	}
	return &Board{wire: w, unit: byte(o.Unit), row: row}, nil
}

// Show puts the frame's ticket on the display and returns when the display has
// confirmed it. Without a ticket the display goes dark, or to 0 where it
// cannot. A refusal is an Exception; no answer wraps os.ErrDeadlineExceeded.
func (b *Board) Show(ctx context.Context, f devices.Frame) error {
	values, unfit := b.row.encode(f.Ticket)
	err := b.put(ctx, values)
	if err == nil {
		err = unfit
	}
	if err != nil {
		return fmt.Errorf("modbus: show on unit %d: %w", b.unit, err)
	}
	return nil
}

func (b *Board) put(ctx context.Context, values []uint16) error {
	x := exchange.Begin(ctx, b.wire)
	defer x.End()
	b.shown = nil
	if b.row.function == writeMany {
		if _, err := b.ask(x, manyRequest(b.unit, b.row.first, values)); err != nil {
			return err
		}
		b.shown = values
		return nil
	}
	for i, v := range values {
		if _, err := b.ask(x, oneRequest(b.unit, b.row.first+uint16(i), v)); err != nil {
			return err
		}
	}
	b.shown = values
	// The answer to function 6 is the request itself, just like the echo of a
	// two-wire adapter. Only reading back tells them apart.
	return b.check(x)
}

// Probe reads the display back and returns ErrDiffers when it does not hold
// what was shown last. A display that refuses to be read is there all the
// same, which is all that can be known about it.
func (b *Board) Probe(ctx context.Context) error {
	x := exchange.Begin(ctx, b.wire)
	defer x.End()
	if err := b.check(x); err != nil {
		return fmt.Errorf("modbus: probe unit %d: %w", b.unit, err)
	}
	return nil
}

func (b *Board) check(x *exchange.Exchange) error {
	values, err := b.ask(x, readRequest(b.unit, b.row.first, b.row.count()))
	if errors.Is(err, illegalFunction) || errors.Is(err, illegalAddress) {
		return nil
	}
	if err != nil {
		return err
	}
	if b.shown != nil && !slices.Equal(values, b.shown) {
		return ErrDiffers
	}
	return nil
}

// ask sends one request and returns the registers of its answer, if it has any.
func (b *Board) ask(x *exchange.Exchange, request []byte) ([]uint16, error) {
	if err := x.Quiet(silence); err != nil {
		return nil, err
	}
	if err := x.Write(request, turnaround); err != nil {
		return nil, err
	}
	// Behind a network a write returns before the bytes are on the line, so the
	// time of the request counts as well.
	until := time.Now().Add(exchange.Time(len(request)+answerSize(request)) + turnaround)
	var heard []byte
	for {
		var p [256]byte
		n, err := x.Read(p[:], until)
		heard = append(heard, p[:n]...)
		if values, refusal, found := find(request, heard); found {
			return values, refusal
		}
		if len(heard) > 4*maxFrame {
			return nil, errors.New("nothing but noise")
		}
		if err != nil {
			return nil, fmt.Errorf("no answer: %w", err)
		}
	}
}

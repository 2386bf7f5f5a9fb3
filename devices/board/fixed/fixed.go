// Package fixed drives boards whose maker gives a one-page sheet with a frame
// of fixed parts: the sheet becomes a YAML file, and its worked example its
// test. How to write one is in hardware-docs/boards/fixed.md.
package fixed

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lobby/devices"
	"lobby/devices/internal/exchange"
)

const (
	// silence parts two frames on the line; Chinese boards want 5 ms.
	silence = 5 * time.Millisecond
	// turnaround is how long a board may think before it answers.
	turnaround = 300 * time.Millisecond
	// attempts are made for one frame before the board counts as silent.
	attempts = 2
)

// Options of one board.
type Options struct {
	Sheet   string            `yaml:"sheet"`   // a shipped sheet, or the path of a file
	Address int               `yaml:"address"` // of the board on its wire, if it has one
	Set     map[string]string `yaml:"set"`     // choices of the sheet's values
}

// Board is one board. Whoever owns the wire sees to it that only one call is on
// its way at a time.
type Board struct {
	wire    devices.Wire
	sheet   *compiled
	options Options
}

var _ devices.Open[devices.Board] = Open

// Open makes the driver of one board. It only checks the options and the sheet.
func Open(w devices.Wire, options devices.Decode) (devices.Board, error) {
	var o Options
	if err := options(&o); err != nil {
		return nil, err
	}
	if o.Sheet == "" {
		return nil, fmt.Errorf("fixed: no sheet named; shipped are %v", Sheets())
	}
	sheet, err := readSheet(o.Sheet)
	if err != nil {
		return nil, fmt.Errorf("fixed: %w", err)
	}
	if _, err := sheet.content(devices.Frame{}, o.Address, o.Set); err != nil {
		return nil, fmt.Errorf("fixed: %w", err)
	}
	return &Board{wire: w, sheet: sheet, options: o}, nil
}

// Show sends the frame. A board that answers has confirmed it when Show
// returns; no answer wraps os.ErrDeadlineExceeded. Of a board that never
// answers nothing is known.
func (b *Board) Show(ctx context.Context, f devices.Frame) error {
	what, unfit := b.sheet.content(f, b.options.Address, b.options.Set)
	frame, err := b.sheet.encode(what)
	if errors.Is(err, devices.ErrTooLong) {
		unfit = err
		what, _ = b.sheet.content(devices.Frame{Window: f.Window}, b.options.Address, b.options.Set)
		frame, err = b.sheet.encode(what)
	}
	for range attempts {
		if err == nil {
			err = b.send(ctx, frame, what)
		}
		if err == nil || ctx.Err() != nil || errors.Is(err, devices.ErrGone) {
			break
		}
	}
	if err == nil {
		err = unfit
	}
	if err != nil {
		return fmt.Errorf("fixed: show on %s %d: %w", b.sheet.Name, b.options.Address, err)
	}
	return nil
}

func (b *Board) send(ctx context.Context, frame []byte, what content) error {
	x := exchange.Begin(ctx, b.wire)
	defer x.End()
	if err := x.Quiet(silence); err != nil {
		return err
	}
	if err := x.Write(frame, turnaround); err != nil {
		return err
	}
	if b.sheet.reply == nil {
		return nil
	}
	until := time.Now().Add(exchange.Time(2*len(frame)) + turnaround)
	var heard []byte
	for {
		var p [64]byte
		n, err := x.Read(p[:], until)
		heard = append(heard, p[:n]...)
		if b.sheet.reply.find(b.sheet.unescape(heard), what) {
			return nil
		}
		if len(heard) > 1024 {
			return errors.New("nothing but noise")
		}
		if err != nil {
			return fmt.Errorf("no answer: %w", err)
		}
	}
}

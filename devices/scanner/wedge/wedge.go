// Package wedge drives scanners that play a keyboard, which the kernel offers
// as /dev/input/event*. See hardware-docs/scanners.md.
package wedge

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"lobby/devices"
	"lobby/devices/internal/evdev"
	"lobby/devices/scanner/code"
)

// Options of the scanner.
type Options struct {
	// Bits is 32 or 64 where the events are not this machine's own.
	Bits int `json:"bits" yaml:"bits"`
}

// Scanner is one scanner on its wire.
type Scanner struct {
	wire   devices.Wire
	events evdev.Reader
	shift  bool
	reader code.Reader
}

var _ devices.Open[devices.Scanner] = Open

// Open checks the options and makes the scanner. The wire may be nil when only
// the options are to be checked.
func Open(w devices.Wire, options devices.Decode) (devices.Scanner, error) {
	var o Options
	if err := options(&o); err != nil {
		return nil, fmt.Errorf("wedge scanner: %w", err)
	}
	if o.Bits != 0 && o.Bits != 32 && o.Bits != 64 {
		return nil, fmt.Errorf("wedge scanner: bits: %d is neither 32 nor 64", o.Bits)
	}
	return &Scanner{wire: w, events: evdev.Reader{Bits: o.Bits}}, nil
}

// Run implements devices.Scanner.
func (s *Scanner) Run(ctx context.Context, emit func(context.Context, devices.Scan)) error {
	if s.wire == nil {
		return errors.New("wedge scanner: run: no wire")
	}
	wake := context.AfterFunc(ctx, func() { s.wire.SetReadDeadline(time.Unix(1, 0)) })
	defer wake()
	var p [24 * 64]byte // the kernel gives whole events only
	for {
		if err := s.wire.SetReadDeadline(time.Now().Add(code.Gap)); err != nil {
			return fmt.Errorf("wedge scanner: run: %w", err)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		n, err := s.wire.Read(p[:])
		events, badly := s.events.Feed(p[:n])
		for _, e := range events {
			if scan, done := s.act(e); done {
				emit(ctx, scan)
			}
		}
		if scan, done := s.reader.Idle(time.Now()); done {
			emit(ctx, scan)
		}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case badly != nil:
			return fmt.Errorf("wedge scanner: run: %w", badly)
		case err != nil && !errors.Is(err, os.ErrDeadlineExceeded):
			return fmt.Errorf("wedge scanner: run: %w", err)
		}
	}
}

// act takes one movement of a key.
func (s *Scanner) act(e evdev.Event) (scan devices.Scan, done bool) {
	switch {
	case e.Lost:
		s.shift = false
		return s.reader.Add(0, time.Now()) // a code with a hole is no code
	case e.Code == leftShift || e.Code == rightShift:
		s.shift = e.Down
		return scan, false
	case !e.Down:
		return scan, false
	}
	c, ok := layout[e.Code]
	if !ok {
		return s.reader.Add(0, time.Now())
	}
	if s.shift {
		return s.reader.Add(c[1], time.Now())
	}
	return s.reader.Add(c[0], time.Now())
}

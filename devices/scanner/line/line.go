// Package line drives scanners that send a code as a line of text, by serial
// port or by a USB serial interface. See hardware-docs/scanners.md.
package line

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"lobby/devices"
	"lobby/devices/scanner/code"
)

// Scanner is one scanner on its wire.
type Scanner struct {
	wire devices.Wire
}

var _ devices.Open[devices.Scanner] = Open

// Open makes the scanner. It has no options. The wire may be nil when only
// those are to be checked.
func Open(w devices.Wire, options devices.Decode) (devices.Scanner, error) {
	var none struct{}
	if err := options(&none); err != nil {
		return nil, fmt.Errorf("line scanner: %w", err)
	}
	return &Scanner{wire: w}, nil
}

// Run implements devices.Scanner.
func (s *Scanner) Run(ctx context.Context, emit func(context.Context, devices.Scan)) error {
	if s.wire == nil {
		return errors.New("line scanner: run: no wire")
	}
	wake := context.AfterFunc(ctx, func() { s.wire.SetReadDeadline(time.Unix(1, 0)) })
	defer wake()
	var reader code.Reader
	var p [256]byte
	for {
		if err := s.wire.SetReadDeadline(time.Now().Add(code.Gap)); err != nil {
			return fmt.Errorf("line scanner: run: %w", err)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		n, err := s.wire.Read(p[:])
		for _, c := range p[:n] {
			if scan, done := reader.Add(c, time.Now()); done {
				emit(ctx, scan)
			}
		}
		if scan, done := reader.Idle(time.Now()); done {
			emit(ctx, scan)
		}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && !errors.Is(err, os.ErrDeadlineExceeded):
			return fmt.Errorf("line scanner: run: %w", err)
		}
	}
}

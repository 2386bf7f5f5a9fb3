// Package emulator holds the other end of every wire: printers, boards, call
// boxes, speakers and keypads made of software. They are written from the
// makers' manuals, not from our drivers, and they understand bytes, so that
// the demo and the tests run the very code that drives real devices.
//
// Each emulator has its own sub-package. This package says what they have in
// common.
package emulator

import (
	"context"
	"io"

	"lobby/devices"
)

// Emulator is one wire's other end.
type Emulator interface {
	// Serve speaks on the line until it breaks or the context ends. What the
	// devices remember (paper, text on a board) stays over several calls.
	Serve(ctx context.Context, line io.ReadWriter) error
	// View is what a person standing before the devices sees, ready for JSON.
	// It is safe to call at any time and returns a copy.
	View() any
}

// New makes an emulator for the units on one wire, with the very options that
// the driver gets. Each emulator package exports one function of this type.
type New func(units []devices.Unit) (Emulator, error)

// Presser is an emulator with keys.
type Presser interface {
	// Press presses a key of a unit, with digits typed before it, if any.
	Press(unit string, key devices.Key, digits string) error
}

// Troubled is an emulator that can be told to fail.
type Troubled interface {
	// Faults lists the fault switches and whether they are on.
	Faults() map[string]bool
	// SetFault switches a fault; an unknown name is an error.
	SetFault(name string, on bool) error
}

// Drawer is an emulator with something to look at as a picture, such as the
// paper of a printer. Pictures are counted from 0, the oldest one kept.
type Drawer interface {
	Pictures() (first, next int)
	PNG(w io.Writer, n int) error
}

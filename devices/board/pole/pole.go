// Package pole drives customer displays on a pole: two lines of twenty
// characters, in the commands of the CD5220 or of Epson's DM-D series. Nothing
// comes back from them. See hardware-docs/boards/pole.md.
package pole

import (
	"context"
	"fmt"
	"time"

	"lobby/devices"
	"lobby/devices/internal/exchange"
)

// margin is how much longer than its bytes a line may take.
const margin = 500 * time.Millisecond

// Options of one display.
type Options struct {
	Mode       string `yaml:"mode"`       // cd5220 or epson, as its switches are set
	Label      string `yaml:"label"`      // before the window's number; WINDOW when left out
	Brightness int    `yaml:"brightness"` // 1 to 4; the display's own when left out
}

// Board is one display. It is not safe for several goroutines.
type Board struct {
	wire    devices.Wire
	options Options
}

var _ devices.Open[devices.Board] = Open

// Open makes the driver of one display. It only checks the options.
func Open(w devices.Wire, options devices.Decode) (devices.Board, error) {
	o := Options{Label: "WINDOW"}
	if err := options(&o); err != nil {
		return nil, err
	}
	switch {
	case o.Mode != "cd5220" && o.Mode != "epson":
		return nil, fmt.Errorf("pole: mode %q is neither cd5220 nor epson", o.Mode)
	case o.Brightness < 0 || o.Brightness > 4:
		return nil, fmt.Errorf("pole: brightness %d is not between 1 and 4", o.Brightness)
	}
	return &Board{wire: w, options: o}, nil
}

// Show sends the frame. Whether the display shows it cannot be known: no fault
// is ever reported, so the owner shows it again from time to time.
func (b *Board) Show(ctx context.Context, f devices.Frame) error {
	x := exchange.Begin(ctx, b.wire)
	defer x.End()
	if err := x.Write(b.options.encode(f), margin); err != nil {
		return fmt.Errorf("pole: show: %w", err)
	}
	return nil
}

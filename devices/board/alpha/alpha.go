// Package alpha drives LED signs that speak the Alpha Sign Protocol: Adaptive,
// BetaBrite and many tickers. See hardware-docs/boards/alpha.md.
package alpha

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lobby/devices"
	"lobby/devices/internal/exchange"
)

// ErrRefused is the sign's NAK: it got a packet and found it wrong.
var ErrRefused = errors.New("the sign refused the packet")

const (
	// silence parts two packets; a gap of a second would end one.
	silence = 10 * time.Millisecond
	// turnaround is how long a sign may think before it acknowledges.
	turnaround = 500 * time.Millisecond
)

// Options of one sign.
type Options struct {
	Address int  `yaml:"address"` // 1 to 255, as set on the sign
	Ack     bool `yaml:"ack"`     // the sign acknowledges (protocol 2.0 and later, switched on in the sign)
}

// Board is one sign. Several may share a wire; whoever owns the wire sees to it
// that only one call is on its way at a time.
type Board struct {
	wire    devices.Wire
	options Options
}

var _ devices.Open[devices.Board] = Open

// Open makes the driver of one sign. It only checks the options. Address 0
// would be every sign on the wire, which this driver never writes to.
func Open(w devices.Wire, options devices.Decode) (devices.Board, error) {
	var o Options
	if err := options(&o); err != nil {
		return nil, err
	}
	if o.Address < 1 || o.Address > 255 {
		return nil, fmt.Errorf("alpha: address %d is not between 1 and 255", o.Address)
	}
	return &Board{wire: w, options: o}, nil
}

// Show puts the frame in front of whatever the sign shows else, or takes it away
// when nobody is at the window. Without ack nothing is known of the sign; with
// it, ErrRefused or an os.ErrDeadlineExceeded say what went wrong.
func (b *Board) Show(ctx context.Context, f devices.Frame) error {
	x := exchange.Begin(ctx, b.wire)
	defer x.End()
	if err := b.send(x, packet(b.options.Address, priority(f))); err != nil {
		return fmt.Errorf("alpha: show on sign %d: %w", b.options.Address, err)
	}
	return nil
}

func (b *Board) send(x *exchange.Exchange, p []byte) error {
	if err := x.Quiet(silence); err != nil {
		return err
	}
	if err := x.Write(p, turnaround); err != nil || !b.options.Ack {
		return err
	}
	until := time.Now().Add(exchange.Time(len(p)) + turnaround)
	var a answer
	for {
		var heard [32]byte
		n, err := x.Read(heard[:], until)
		if said, done := a.take(heard[:n]); done {
			return said
		}
		if err != nil {
			return fmt.Errorf("no answer: %w", err)
		}
	}
}

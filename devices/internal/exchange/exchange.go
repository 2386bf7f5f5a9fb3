// Package exchange ties a wire to one call of a driver that asks and waits for
// answers: whatever it does on its wire ends when the context of the call ends,
// and starts on a silent wire.
package exchange

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"lobby/devices"
)

// babble is how many bytes may be thrown away before a request. More than
// that is a device that never stops talking, not a late answer.
const babble = 4096

// Exchange is a wire during one call. It is not safe for several goroutines.
type Exchange struct {
	ctx  context.Context
	wire devices.Wire
	stop func() bool
	done chan struct{}
}

// Begin borrows the wire for one call. The caller must End it.
func Begin(ctx context.Context, wire devices.Wire) *Exchange {
	x := &Exchange{ctx: ctx, wire: wire, done: make(chan struct{})}
	x.stop = context.AfterFunc(ctx, func() {
		defer close(x.done)
		x.wire.SetReadDeadline(past())
		x.wire.SetWriteDeadline(past())
	})
	return x
}

// Ended is why the context of the call ended, or nil while it has not.
func (x *Exchange) Ended() error { return x.ctx.Err() }

// End gives the wire back without deadlines, so that nothing of this call can
// cut the next one short.
func (x *Exchange) End() {
	if !x.stop() {
		<-x.done
	}
	x.wire.SetReadDeadline(time.Time{})
	x.wire.SetWriteDeadline(time.Time{})
}

// Quiet waits until nothing was heard for the gap and throws away what was:
// late answers to earlier requests. It fails on a wire that is never silent.
func (x *Exchange) Quiet(gap time.Duration) error {
	var p [256]byte
	for heard := 0; heard < babble; {
		n, err := x.Read(p[:], time.Now().Add(gap))
		heard += n
		if err == nil {
			continue
		}
		if x.ctx.Err() == nil && errors.Is(err, os.ErrDeadlineExceeded) {
			return nil
		}
		return err
	}
	return errors.New("the line is never silent")
}

// Write sends all of b. It fails when the wire has not taken it within Time and
// the margin: a serial wire takes as long as its line needs.
func (x *Exchange) Write(b []byte, margin time.Duration) error {
	_, err := x.Send(b, margin)
	return err
}

// Send is Write for those who must know how many bytes the wire took.
func (x *Exchange) Send(b []byte, margin time.Duration) (int, error) {
	if err := x.wire.SetWriteDeadline(time.Now().Add(Time(len(b)) + margin)); err != nil {
		return 0, err
	}
	// The order matters: a context that ends before this check is seen here, one
	// that ends after it finds our deadline set and overrides it.
	if x.ctx.Err() != nil {
		return 0, x.ctx.Err()
	}
	n, err := x.wire.Write(b)
	return n, x.explain(err)
}

// Read reads what is there, waiting for it until the given time at most.
func (x *Exchange) Read(p []byte, until time.Time) (int, error) {
	if err := x.wire.SetReadDeadline(until); err != nil {
		return 0, err
	}
	if x.ctx.Err() != nil {
		return 0, x.ctx.Err()
	}
	n, err := x.wire.Read(p)
	return n, x.explain(err)
}

// explain says that it was the context that ended the call, if it was.
func (x *Exchange) explain(err error) error {
	if err != nil && x.ctx.Err() != nil {
		return fmt.Errorf("%w: %w", x.ctx.Err(), err)
	}
	return err
}

// Pause waits, or fails when the context ends first.
func (x *Exchange) Pause(d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-x.ctx.Done():
		return x.ctx.Err()
	}
}

// The slowest line of the devices driven here: 9600 baud (the tables "Wiring"
// in hardware-docs/boards and hardware-docs/speakers) and, as the Modbus guide
// has it, a parity bit in every byte.
const (
	slowestBaud = 9600
	bitsPerByte = 11
)

// Time is how long n bytes take on the slowest line.
func Time(n int) time.Duration {
	return time.Duration(n) * bitsPerByte * time.Second / slowestBaud
}

func past() time.Time { return time.Unix(1, 0) }

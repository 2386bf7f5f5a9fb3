// Package line ties a wire to one call: whatever a board driver does on its
// wire ends when the context of the call ends, and starts on a silent wire.
package line

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

// Line is a wire during one call. It is not safe for several goroutines.
type Line struct {
	ctx  context.Context
	wire devices.Wire
	stop func() bool
	done chan struct{}
}

// Begin borrows the wire for one call. The caller must End it.
func Begin(ctx context.Context, wire devices.Wire) *Line {
	l := &Line{ctx: ctx, wire: wire, done: make(chan struct{})}
	l.stop = context.AfterFunc(ctx, func() {
		defer close(l.done)
		l.wire.SetReadDeadline(past())
		l.wire.SetWriteDeadline(past())
	})
	return l
}

// End gives the wire back without deadlines, so that nothing of this call can
// cut the next one short.
func (l *Line) End() {
	if !l.stop() {
		<-l.done
	}
	l.wire.SetReadDeadline(time.Time{})
	l.wire.SetWriteDeadline(time.Time{})
}

// Quiet waits until nothing was heard for the gap and throws away what was:
// late answers to earlier requests. It fails on a wire that is never silent.
func (l *Line) Quiet(gap time.Duration) error {
	var p [256]byte
	for heard := 0; heard < babble; {
		n, err := l.Read(p[:], time.Now().Add(gap))
		heard += n
		if err == nil {
			continue
		}
		if l.ctx.Err() == nil && errors.Is(err, os.ErrDeadlineExceeded) {
			return nil
		}
		return err
	}
	return errors.New("the line is never silent")
}

// Write sends all of b, or fails when it is not gone within the limit.
func (l *Line) Write(b []byte, limit time.Duration) error {
	if err := l.wire.SetWriteDeadline(time.Now().Add(limit)); err != nil {
		return err
	}
	// The order matters: a context that ends before this check is seen here, one
	// that ends after it finds our deadline set and overrides it.
	if l.ctx.Err() != nil {
		return l.ctx.Err()
	}
	_, err := l.wire.Write(b)
	return l.explain(err)
}

// Read reads what is there, waiting for it until the given time at most.
func (l *Line) Read(p []byte, until time.Time) (int, error) {
	if err := l.wire.SetReadDeadline(until); err != nil {
		return 0, err
	}
	if l.ctx.Err() != nil {
		return 0, l.ctx.Err()
	}
	n, err := l.wire.Read(p)
	return n, l.explain(err)
}

// explain says that it was the context that ended the call, if it was.
func (l *Line) explain(err error) error {
	if err != nil && l.ctx.Err() != nil {
		return fmt.Errorf("%w: %w", l.ctx.Err(), err)
	}
	return err
}

// Pause waits, or fails when the context ends first.
func (l *Line) Pause(d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-l.ctx.Done():
		return l.ctx.Err()
	}
}

// Time is how long n bytes take at 9600 baud with ten bits each, the slowest
// setting of the boards driven here.
func Time(n int) time.Duration {
	return time.Duration(n) * 10 * time.Second / 9600
}

func past() time.Time { return time.Unix(1, 0) }

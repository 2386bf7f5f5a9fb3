package syn6288

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"lobby/devices"
)

// line is the wire during one call: whatever is done on it ends with the
// context of the call.
type line struct {
	ctx  context.Context
	wire devices.Wire
	stop func() bool
	done chan struct{}
}

func begin(ctx context.Context, wire devices.Wire) *line {
	l := &line{ctx: ctx, wire: wire, done: make(chan struct{})}
	l.stop = context.AfterFunc(ctx, func() {
		defer close(l.done)
		l.wire.SetReadDeadline(time.Unix(1, 0))
		l.wire.SetWriteDeadline(time.Unix(1, 0))
	})
	return l
}

// end gives the wire back without deadlines.
func (l *line) end() {
	if !l.stop() {
		<-l.done
	}
	l.wire.SetReadDeadline(time.Time{})
	l.wire.SetWriteDeadline(time.Time{})
}

// quiet throws away what the module said on its own account until nothing was
// heard for the gap.
func (l *line) quiet(gap time.Duration) error {
	for range 1000 {
		if _, err := l.read(time.Now().Add(gap)); err != nil {
			if l.ctx.Err() == nil && errors.Is(err, os.ErrDeadlineExceeded) {
				return nil
			}
			return err
		}
	}
	return errors.New("the line is never silent")
}

func (l *line) write(b []byte) error {
	if err := l.wire.SetWriteDeadline(time.Now().Add(wireTime(len(b)) + turnaround)); err != nil {
		return err
	}
	// A context that ends before this check is seen here, one that ends after
	// it overrides the deadline just set.
	if l.ctx.Err() != nil {
		return l.ctx.Err()
	}
	_, err := l.wire.Write(b)
	return l.explain(err)
}

// expect reads until one of the wanted bytes comes. A rejection ends it, too.
func (l *line) expect(until time.Time, wanted ...byte) (byte, error) {
	for {
		b, err := l.read(until)
		switch {
		case err != nil:
			return 0, fmt.Errorf("no answer: %w", err)
		case b == rejected:
			return 0, ErrRejected
		case slices.Contains(wanted, b):
			return b, nil
		}
	}
}

func (l *line) read(until time.Time) (byte, error) {
	if err := l.wire.SetReadDeadline(until); err != nil {
		return 0, err
	}
	if l.ctx.Err() != nil {
		return 0, l.ctx.Err()
	}
	var p [1]byte
	n, err := l.wire.Read(p[:])
	if n == 1 {
		return p[0], nil
	}
	return 0, l.explain(err)
}

// explain says that it was the context that ended the call, if it was.
func (l *line) explain(err error) error {
	if err != nil && l.ctx.Err() != nil {
		return fmt.Errorf("%w: %w", l.ctx.Err(), err)
	}
	return err
}

// wireTime is how long n bytes take at 9600 baud, ten bits each.
func wireTime(n int) time.Duration { return time.Duration(n) * 10 * time.Second / 9600 }

// Package line ties a wire to one update: what a loader does on its wire ends
// when the update's context ends, reads wait for whole answers, and what is
// left of an earlier answer can be thrown away.
package line

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// Wire is what a loader is given. It is the same as devices.Wire, which this
// folder cannot name: a loader must neither close it nor keep it.
type Wire interface {
	io.ReadWriter
	SetReadDeadline(t time.Time) error
	SetWriteDeadline(t time.Time) error
}

// ErrSilence says that the other end did not say enough in time.
var ErrSilence = errors.New("no answer")

// slowest is the time of one byte with parity at 9600 baud, the slowest line
// that a loader is used on. Writes are given that long and a second.
const slowest = 11 * time.Second / 9600

// babble is how many bytes Quiet throws away before it gives up.
const babble = 8192

// Line is a wire during one update. It is not safe for several goroutines.
type Line struct {
	ctx  context.Context
	wire Wire
	stop func() bool
	done chan struct{}
	kept []byte // read and not yet asked for
}

// Begin borrows the wire. The caller must End it.
func Begin(ctx context.Context, w Wire) *Line {
	l := &Line{ctx: ctx, wire: w, done: make(chan struct{})}
	l.stop = context.AfterFunc(ctx, func() {
		defer close(l.done)
		l.wire.SetReadDeadline(time.Unix(1, 0))
		l.wire.SetWriteDeadline(time.Unix(1, 0))
	})
	return l
}

// End gives the wire back without deadlines.
func (l *Line) End() {
	if !l.stop() {
		<-l.done
	}
	l.wire.SetReadDeadline(time.Time{})
	l.wire.SetWriteDeadline(time.Time{})
}

// Write sends all of b.
func (l *Line) Write(b []byte) error {
	if err := l.wire.SetWriteDeadline(time.Now().Add(time.Second + time.Duration(len(b))*slowest)); err != nil {
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

// More reads what there is, waiting for it until the given time at most. The
// bytes are the caller's. The error is ErrSilence when nothing came.
func (l *Line) More(until time.Time) ([]byte, error) {
	if kept := l.kept; len(kept) > 0 {
		l.kept = nil
		return kept, nil
	}
	if err := l.wire.SetReadDeadline(until); err != nil {
		return nil, err
	}
	if l.ctx.Err() != nil {
		return nil, l.ctx.Err()
	}
	var p [512]byte
	n, err := l.wire.Read(p[:])
	if n > 0 {
		return p[:n], nil
	}
	if errors.Is(err, os.ErrDeadlineExceeded) && l.ctx.Err() == nil {
		return nil, ErrSilence
	}
	return nil, l.explain(err)
}

// Full fills p, or fails with ErrSilence when it is not full in time. Bytes of
// a piece that was too short are lost.
func (l *Line) Full(p []byte, wait time.Duration) error {
	until := time.Now().Add(wait)
	for n := 0; n < len(p); {
		b, err := l.More(until)
		if err != nil {
			return err
		}
		k := copy(p[n:], b)
		n += k
		l.kept = b[k:]
	}
	return nil
}

// Byte reads one byte.
func (l *Line) Byte(wait time.Duration) (byte, error) {
	var p [1]byte
	err := l.Full(p[:], wait)
	return p[0], err
}

// Quiet throws away what comes in until nothing has come for the gap.
func (l *Line) Quiet(gap time.Duration) error {
	for heard := 0; heard < babble; {
		b, err := l.More(time.Now().Add(gap))
		if errors.Is(err, ErrSilence) {
			return nil
		}
		if err != nil {
			return err
		}
		heard += len(b)
	}
	return errors.New("the line is never silent")
}

// explain says that it was the context that ended the update, if it was.
func (l *Line) explain(err error) error {
	if err != nil && l.ctx.Err() != nil {
		return fmt.Errorf("%w: %w", l.ctx.Err(), err)
	}
	return err
}

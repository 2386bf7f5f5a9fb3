package escpos

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"lobby/devices"
)

const (
	blockSize = 128                     // bytes between two looks at flow control
	stallTime = 2500 * time.Millisecond // longest time without progress in sending; 3 s with what is around it
	readSlice = 100 * time.Millisecond
	maxNoise  = 16 // unasked or unknown replies in one call before nothing is believed
	maxAuto   = 64 // automatic reports in one call, of which real ones are few
)

// line is the wire during one call. Its reader is the only goroutine of this
// package, and is gone when hangUp returns.
type line struct {
	wire    devices.Wire
	news    chan struct{} // something was heard; one message is enough
	stop    chan struct{}
	done    chan struct{}
	release func() bool // stops watching the context

	mu    sync.Mutex
	heard heard
}

// heard is what the printer said in this call.
type heard struct {
	held    bool // XOFF was the last word
	live    []byte
	wantRT  bool // an answer to DLE EOT is due
	singles []byte
	owed    int // answers to GS r that are still due
	blocks  []string
	wantID  bool // an answer with a header is due
	autos   int
	last    devices.Paper // of the newest automatic report
	ill     error         // the first trouble reported since it was cleared
	noise   int
	gone    error
}

// pickUp starts listening.
func pickUp(ctx context.Context, w devices.Wire) *line {
	l := &line{
		wire: w,
		news: make(chan struct{}, 1),
		stop: make(chan struct{}),
		done: make(chan struct{}),
	}
	// A cancelled context ends a blocked write at once; send looks at the
	// context after it set a deadline of its own, so neither is overlooked.
	l.release = context.AfterFunc(ctx, func() { _ = w.SetWriteDeadline(past) })
	go l.listen()
	return l
}

// past is a deadline that has passed on every clock, also a test's.
var past = time.Unix(1, 0)

// hangUp ends the reader and waits for it. The wire stays open, without
// deadlines.
func (l *line) hangUp() {
	l.release()
	close(l.stop)
	_ = l.wire.SetReadDeadline(past)
	<-l.done
	// Errors of a broken wire show in the next call.
	_ = l.wire.SetReadDeadline(time.Time{})
	_ = l.wire.SetWriteDeadline(time.Time{})
}

func (l *line) listen() {
	defer close(l.done)
	var s splitter
	buf := make([]byte, 512)
	for {
		select {
		case <-l.stop:
			return
		default:
		}
		if err := l.wire.SetReadDeadline(time.Now().Add(readSlice)); err != nil {
			l.lost(err)
			return
		}
		n, err := l.wire.Read(buf)
		if n > 0 {
			l.take(&s, buf[:n])
		}
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			l.lost(err)
			return
		}
	}
}

func (l *line) take(s *splitter, b []byte) {
	l.mu.Lock()
	s.feed(b, l.heard.note)
	l.mu.Unlock()
	l.wake()
}

func (l *line) lost(err error) {
	l.mu.Lock()
	l.heard.gone = err
	l.mu.Unlock()
	l.wake()
}

func (l *line) wake() {
	select {
	case l.news <- struct{}{}:
	default:
	}
}

// note keeps a reply that was asked for and counts the others: a printer that
// says much that nobody asked must not be believed in the rest either.
func (h *heard) note(r reply) {
	switch r.kind {
	case replyFlow:
		h.held = r.data[0] == xoff
	case replyLive:
		h.asked(h.wantRT, func() { h.live, h.wantRT = r.data, false })
	case replySingle:
		h.asked(h.owed > 0, func() { h.singles = append(h.singles, r.data[0]); h.owed-- })
	case replyBlock:
		h.asked(h.wantID && len(h.blocks) < maxNoise, func() { h.blocks = append(h.blocks, string(r.data)) })
	case replyAuto:
		h.auto(r.data)
	case replyNoise:
		h.noise++
	}
}

func (h *heard) asked(yes bool, keep func()) {
	if !yes {
		h.noise++
		return
	}
	keep()
}

func (h *heard) auto(b []byte) {
	h.autos++
	h.last, _ = autoPaper(b)
	if err := trouble(h.last); err != nil && h.ill == nil {
		h.ill = err
	}
}

// broken is why the call cannot go on, whatever is being waited for.
func (h *heard) broken() error {
	switch {
	case h.gone != nil:
		return h.gone
	case h.noise > maxNoise || h.autos > maxAuto:
		return ErrNonsense
	}
	return nil
}

// with changes what is expected.
func (l *line) with(f func(*heard)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f(&l.heard)
}

// errLate says that nothing came in the given time.
var errLate = errors.New("no answer in time")

// until waits until the condition holds, at most for the time given.
func (l *line) until(ctx context.Context, d time.Duration, cond func(*heard) bool) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	for {
		l.mu.Lock()
		err, ok := l.heard.broken(), cond(&l.heard)
		l.mu.Unlock()
		if err != nil || ok {
			return err
		}
		select {
		case <-l.news:
		case <-timer.C:
			return errLate
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// send writes in blocks and holds back while the printer says XOFF. It returns
// how many bytes the wire took. It gives up when trouble is reported, when
// three seconds pass without progress, and when the context ends.
func (l *line) send(ctx context.Context, b []byte) (int, error) {
	sent := 0
	for sent < len(b) {
		err := l.until(ctx, stallTime, func(h *heard) bool { return !h.held || h.ill != nil })
		if errors.Is(err, errLate) {
			err = ErrStalled
		}
		if err == nil {
			l.with(func(h *heard) { err = h.ill })
		}
		if err != nil {
			return sent, err
		}
		n, err := l.write(ctx, b[sent:min(len(b), sent+blockSize)])
		sent += n
		if err != nil {
			return sent, err
		}
	}
	return sent, nil
}

func (l *line) write(ctx context.Context, b []byte) (int, error) {
	if err := l.wire.SetWriteDeadline(time.Now().Add(stallTime)); err != nil {
		return 0, fmt.Errorf("set deadline: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	n, err := l.wire.Write(b)
	if err == nil {
		return n, nil
	}
	return n, l.why(ctx, err)
}

// why finds the reason behind a write that did not go through: what the printer
// said meanwhile says more than the deadline.
func (l *line) why(ctx context.Context, err error) error {
	var ill error
	l.with(func(h *heard) { ill = h.ill })
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case !errors.Is(err, os.ErrDeadlineExceeded):
		return err
	case ill != nil:
		return ill
	}
	return ErrStalled
}

package serial

import (
	"os"
	"sync"
	"time"

	"lobby/devices"
)

// pace makes a writer wait as long as its bytes need on the line. The kernel
// takes thousands of bytes at once and a pseudo terminal takes no time at all,
// so without it every time-out behind a long write would be too short.
type pace struct {
	perByte time.Duration

	mu       sync.Mutex
	busy     time.Time     // until when the line sends what it was given
	deadline time.Time     // of writing; zero for none
	closed   bool          // the line is
	changed  chan struct{} // closed and replaced when deadline or closed changes
}

func newPace(perByte time.Duration) *pace {
	return &pace{perByte: perByte, changed: make(chan struct{})}
}

// sent notes n more bytes and returns when the line has sent them all,
// os.ErrDeadlineExceeded at the deadline, or devices.ErrGone at the close.
func (p *pace) sent(n int) error {
	p.mu.Lock()
	if now := time.Now(); p.busy.Before(now) {
		p.busy = now
	}
	p.busy = p.busy.Add(time.Duration(n) * p.perByte)
	p.mu.Unlock()
	for {
		left, changed, err := p.left()
		if left <= 0 || err != nil {
			return err
		}
		timer := time.NewTimer(left)
		select {
		case <-timer.C:
		case <-changed:
			timer.Stop()
		}
	}
}

// left is how long to wait until the line is free or the deadline passes.
func (p *pace) left() (d time.Duration, changed chan struct{}, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	d = time.Until(p.busy)
	if !p.deadline.IsZero() && d > 0 {
		rest := time.Until(p.deadline)
		if rest <= 0 {
			err = os.ErrDeadlineExceeded
		}
		d = min(d, rest)
	}
	if p.closed {
		err = devices.ErrGone
	}
	return d, p.changed, err
}

// setDeadline wakes a writer that waits.
func (p *pace) setDeadline(t time.Time) {
	p.change(func() { p.deadline = t })
}

// close wakes a writer that waits, for good.
func (p *pace) close() {
	p.change(func() { p.closed = true })
}

func (p *pace) change(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
	close(p.changed)
	p.changed = make(chan struct{})
}

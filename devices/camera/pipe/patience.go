package pipe

import (
	"sync/atomic"
	"time"
)

// Patience measures for how long something has been silent, in time in which
// this process ran and listened. A machine that stood still, a virtual one
// that was paused or one that swapped, wakes up with every timer due and with
// the data unread that came meanwhile: that silence was its own. The same
// holds while what was heard last is still being worked on, which may wait for
// another process that stands still.
//
// One goroutine calls Tick at steady intervals; the other methods are for
// whoever hears.
type Patience struct {
	every time.Duration
	heard atomic.Uint64
	busy  atomic.Int64

	last   time.Time // the last tick
	seen   uint64    // of heard, at that tick
	silent time.Duration
}

// NewPatience begins a silence now. Tick is called so often.
func NewPatience(every time.Duration, now time.Time) *Patience {
	return &Patience{every: every, last: now}
}

// Heard ends the silence.
func (p *Patience) Heard() { p.heard.Add(1) }

// Work says that something is being worked on, until done is called.
func (p *Patience) Work() (done func()) {
	p.busy.Add(1)
	return p.rest
}

func (p *Patience) rest() { p.busy.Add(-1) }

// Tick tells how long the silence has been. A tick that comes late, because
// the process did not run, counts for two at most.
func (p *Patience) Tick(now time.Time) time.Duration {
	step := min(max(now.Sub(p.last), 0), 2*p.every)
	p.last = now
	switch heard := p.heard.Load(); {
	case heard != p.seen:
		p.seen, p.silent = heard, 0
	case p.busy.Load() == 0:
		p.silent += step
	}
	return p.silent
}

// Package output switches relays, lamps and bells on GPIO pins, each for a
// bounded time: whoever switched one on may be gone when it is to go off. The
// pin comes from whoever knows the board; nothing here looks for hardware.
// Wiring is described in hardware-docs/wires.md.
package output

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"
)

// again is how soon a pin that would not go off is tried once more.
const again = 100 * time.Millisecond

// Wiring says which output this is and how it is connected.
type Wiring struct {
	Unit string // the output's name in the configuration
	// Active is the level while on. Low, the zero value, is right for most
	// relay boards, which switch when their input is pulled down.
	Active gpio.Level
	// Max is how long it stays on at most, whatever anybody wants.
	Max time.Duration
}

// ErrClosed is what switching on gives after Close.
var ErrClosed = errors.New("output: it is closed")

// Output is one output. Its methods may be called from any goroutine.
type Output struct {
	pin    gpio.PinOut
	wiring Wiring
	report func(error) // of a pin that does not obey

	mu     sync.Mutex
	timer  *time.Timer
	turn   uint64 // counts switchings; a timer of an earlier one does nothing
	closed bool
}

// New makes an output on a pin that stays the caller's, and switches it off. A
// nil pin is an error, because that is what looking up an unknown pin gives.
// Report is told, from any goroutine, when a pin did not go off by itself; the
// output tries again until it does.
func New(pin gpio.PinOut, w Wiring, report func(error)) (*Output, error) {
	switch {
	case pin == nil:
		return nil, fmt.Errorf("output: %s has no pin: is its name right for this board?", w.Unit)
	case w.Max <= 0:
		return nil, fmt.Errorf("output: %s has no longest time to be on", w.Unit)
	}
	if err := pin.Out(!w.Active); err != nil {
		return nil, fmt.Errorf("output: set up %s on %s: %w", w.Unit, pin, err)
	}
	return &Output{pin: pin, wiring: w, report: report}, nil
}

// On switches on for a time, at most the wiring's, from now; 0 is the longest.
func (o *Output) On(d time.Duration) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return ErrClosed
	}
	if d <= 0 || d > o.wiring.Max {
		d = o.wiring.Max
	}
	// The end is arranged before the beginning.
	o.arm(d)
	if err := o.pin.Out(o.wiring.Active); err != nil {
		return fmt.Errorf("output: %s on %s: %w", o.wiring.Unit, o.pin, err)
	}
	return nil
}

// arm has the output go off after a while. The caller holds mu.
func (o *Output) arm(d time.Duration) {
	if o.timer != nil {
		o.timer.Stop()
	}
	o.turn++
	turn := o.turn
	o.timer = time.AfterFunc(d, func() { o.expire(turn) })
}

// expire is the end of a time.
func (o *Output) expire(turn uint64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if turn != o.turn || o.closed {
		return
	}
	if err := o.off(); err != nil {
		o.arm(again)
		o.report(err)
	}
}

// Off switches off now.
func (o *Output) Off() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return nil
	}
	return o.off()
}

// off drives the pin. A time that was arranged stays so until it did go off.
func (o *Output) off() error {
	if err := o.pin.Out(!o.wiring.Active); err != nil {
		return fmt.Errorf("output: %s off on %s: %w", o.wiring.Unit, o.pin, err)
	}
	if o.timer != nil {
		o.timer.Stop()
	}
	o.turn++
	return nil
}

// Close switches off for good. Halt of a pin would leave its level as it is.
func (o *Output) Close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return nil
	}
	err := o.off()
	if o.timer != nil {
		o.timer.Stop()
	}
	o.closed = true
	return err
}

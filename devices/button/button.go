// Package button reads a push button on a GPIO pin, such as the one on a kiosk
// that gives a number. The pin comes from whoever knows the board; nothing here
// looks for hardware. Wiring is described in hardware-docs/wires.md.
package button

import (
	"context"
	"errors"
	"fmt"
	"time"

	"periph.io/x/conn/v3/gpio"

	"lobby/devices"
)

const (
	// bounce is how long a level must hold to count. Contacts of push buttons
	// settle within 20 ms, and no finger is faster than 30.
	bounce = 30 * time.Millisecond
	// chatter bounds how long a restless pin is waited for.
	chatter = 10 * bounce
	// look is how often the level is read and the context asked although no
	// edge was reported: kernels lose edges.
	look = 200 * time.Millisecond
	// poll is the pause where waiting for an edge returns at once with nothing,
	// as it does on old kernels. The button then works by polling.
	poll = 10 * time.Millisecond
)

// A press that nobody takes is offered again for as long as the person may
// still be standing there.
const (
	offerEvery = 500 * time.Millisecond
	offerFor   = 3 * time.Second
)

// Wiring says which button this is and how it is connected.
type Wiring struct {
	Unit string      // the button's name in the configuration, unique in the hall
	Key  devices.Key // what a press means
	// Boot is different at every start of the program. With it the IDs of
	// presses are never used twice.
	Boot string
	// Active is the level while pressed. Low, the zero value, is a button
	// against ground and turns the pull-up on; High turns the pull-down on.
	Active gpio.Level
}

// Button is one push button. It is a devices.Input; Run must not be called
// twice at the same time.
type Button struct {
	pin    gpio.PinIn
	wiring Wiring
	count  uint64
}

var _ devices.Input = (*Button)(nil)

// New makes a button on a pin that stays the caller's. It does not touch the
// pin. A nil pin is an error, because that is what looking up an unknown pin
// gives.
func New(pin gpio.PinIn, w Wiring) (*Button, error) {
	switch {
	case pin == nil:
		return nil, fmt.Errorf("button: %s has no pin: is its name right for this board?", w.Unit)
	case w.Unit == "" || w.Key == "" || w.Boot == "":
		return nil, errors.New("button: a button needs a unit, a key and a boot number")
	}
	return &Button{pin: pin, wiring: w}, nil
}

// Run implements devices.Input. A button that is held down when Run begins
// counts only after it was let go, so a stuck one stays silent.
func (b *Button) Run(ctx context.Context, emit func(context.Context, devices.Signal) error) error {
	pull := gpio.PullUp
	if b.wiring.Active == gpio.High {
		pull = gpio.PullDown
	}
	if err := b.pin.In(pull, gpio.BothEdges); err != nil {
		return fmt.Errorf("button: set up %s on %s: %w", b.wiring.Unit, b.pin, err)
	}
	held := b.pin.Read()
	for {
		edge := b.wait(ctx, look)
		if err := ctx.Err(); err != nil {
			return err
		}
		at := time.Now()
		if b.pin.Read() == held {
			if edge {
				sleep(ctx, poll) // a spike, or a pin that reports nothing but edges
			}
			continue
		}
		level := b.settled(ctx)
		if level == held || ctx.Err() != nil {
			continue
		}
		if held = level; level != b.wiring.Active {
			continue
		}
		if err := b.offer(ctx, at, emit); err != nil {
			return err
		}
	}
}

// wait waits for an edge for at most d. It never returns at once without an
// edge, whatever the kernel does.
func (b *Button) wait(ctx context.Context, d time.Duration) (edge bool) {
	start := time.Now()
	if b.pin.WaitForEdge(d) {
		return true
	}
	sleep(ctx, min(poll, d-time.Since(start)))
	return false
}

// settled returns the level after it has been quiet for the bounce time.
func (b *Button) settled(ctx context.Context) gpio.Level {
	limit := time.Now().Add(chatter)
	level, since := b.pin.Read(), time.Now()
	for ctx.Err() == nil && time.Now().Before(limit) {
		left := bounce - time.Since(since)
		if left <= 0 {
			break
		}
		edge := b.wait(ctx, left)
		if now := b.pin.Read(); edge || now != level {
			level, since = now, time.Now()
		}
	}
	return level
}

// offer hands one press over, again and again with the same ID until it is
// taken.
func (b *Button) offer(ctx context.Context, at time.Time, emit func(context.Context, devices.Signal) error) error {
	b.count++
	s := devices.Signal{
		Unit: b.wiring.Unit,
		ID:   fmt.Sprintf("%s-%s-%d", b.wiring.Unit, b.wiring.Boot, b.count),
		Key:  b.wiring.Key,
	}
	for {
		s.Ago = time.Since(at)
		err := emit(ctx, s)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if time.Since(at)+offerEvery > offerFor {
			return fmt.Errorf("button: nobody took the press %s: %w", s.ID, err)
		}
		sleep(ctx, offerEvery)
	}
}

func sleep(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

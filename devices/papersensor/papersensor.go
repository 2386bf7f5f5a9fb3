// Package papersensor reads a switch or light barrier beside a printer that
// does not know its own paper. Wiring is described in hardware-docs/wires.md.
package papersensor

import (
	"context"
	"fmt"
	"time"

	"periph.io/x/conn/v3/gpio"
)

const (
	look  = 100 * time.Millisecond // paper is slow; no edge is needed
	holds = time.Second            // a level counts when it has held so long
)

// Sensor is one sensor. Active is its level when it has something to say; Low,
// the zero value, turns the pull-up on.
type Sensor struct {
	Pin    gpio.PinIn
	Active gpio.Level
}

// Run tells the first state and each change of it until the context ends.
func (s Sensor) Run(ctx context.Context, tell func(active bool)) error {
	pull := gpio.PullUp
	if s.Active == gpio.High {
		pull = gpio.PullDown
	}
	if err := s.Pin.In(pull, gpio.NoEdge); err != nil {
		return fmt.Errorf("paper sensor: set up %s: %w", s.Pin, err)
	}
	tick := time.NewTicker(look)
	defer tick.Stop()
	level, since := s.Pin.Read(), time.Now()
	known, told := false, false
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		if now := s.Pin.Read(); now != level {
			level, since = now, time.Now()
		}
		active := level == s.Active
		if time.Since(since) >= holds && (!known || active != told) {
			known, told = true, active
			tell(active)
		}
	}
}

package main

import (
	"context"
	"sync"
	"time"

	"lobby/queue"
	"lobby/queue/hall"
)

// denials are presses that were refused before the queue was asked. They reach
// the trail together, so that somebody who floods the broker fills no disk.
type denials struct {
	mu   sync.Mutex
	seen map[denial]int
}

type denial struct{ device, why string }

const (
	denialsEvery = 10 * time.Second
	// denialsKinds bounds how many different ones are told apart.
	denialsKinds = 256
)

// add notes one press. It never waits.
func (d *denials) add(device, _, why string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	key := denial{device, why}
	if _, known := d.seen[key]; !known && len(d.seen) >= denialsKinds {
		key = denial{why: "others"}
	}
	if d.seen == nil {
		d.seen = map[denial]int{}
	}
	d.seen[key]++
}

func (d *denials) take() map[denial]int {
	d.mu.Lock()
	defer d.mu.Unlock()
	seen := d.seen
	d.seen = nil
	return seen
}

// run writes down what has gathered until the context ends.
func (d *denials) run(ctx context.Context, h *hall.Hall) error {
	every := time.NewTicker(denialsEvery)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-every.C:
		}
		for key, n := range d.take() {
			c := queue.Deny{Device: key.device, Why: key.why, N: n}
			if _, err := h.Do(ctx, hall.Request{Actor: "lobby", Command: c}); err != nil {
				return nil // the hall stops
			}
		}
	}
}

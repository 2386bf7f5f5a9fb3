package main

import (
	"context"
	"slices"
	"sync"
	"time"

	"lobby/queue"
	"lobby/queue/hall"
)

// gathered are things to be recorded that may come in floods, such as refused
// presses and sign-ins. They reach the trail together, so that somebody who
// floods the broker or the sign-in fills no disk.
type gathered[K comparable] struct {
	others K // stands for all beyond the most that are told apart
	record func(k K, n int) queue.Command

	mu   sync.Mutex
	seen []many[K]
}

// many is one thing and how often it came.
type many[K comparable] struct {
	what K
	n    int
}

const (
	gatherEvery = 10 * time.Second
	// gatherKinds bounds how many different ones are told apart.
	gatherKinds = 256
)

// add notes one. It never waits.
func (g *gathered[K]) add(k K) { g.put(k, 1) }

func (g *gathered[K]) put(k K, n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.find(k) < 0 && len(g.seen) >= gatherKinds {
		k = g.others
	}
	i := g.find(k)
	if i < 0 {
		i, g.seen = len(g.seen), append(g.seen, many[K]{what: k})
	}
	g.seen[i].n += n
}

// find needs the lock.
func (g *gathered[K]) find(k K) int {
	return slices.IndexFunc(g.seen, func(m many[K]) bool { return m.what == k })
}

func (g *gathered[K]) take() []many[K] {
	g.mu.Lock()
	defer g.mu.Unlock()
	seen := g.seen
	g.seen = nil
	return seen
}

// run writes down what has gathered until the context ends, and the rest then.
func (g *gathered[K]) run(ctx context.Context, h *hall.Hall) error {
	every := time.NewTicker(gatherEvery)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			g.write(context.WithoutCancel(ctx), h)
			return nil
		case <-every.C:
			g.write(ctx, h)
		}
	}
}

func (g *gathered[K]) write(ctx context.Context, h *hall.Hall) {
	for _, m := range g.take() {
		if _, err := h.Do(ctx, hall.Request{Actor: "lobby", Command: g.record(m.what, m.n)}); err != nil {
			g.put(m.what, m.n) // until the trail takes it
		}
	}
}

// denial is a press that was refused before the queue was asked.
type denial struct{ device, why string }

func newDenials() *gathered[denial] {
	return &gathered[denial]{others: denial{why: "others"}, record: func(d denial, n int) queue.Command {
		return queue.Deny{Device: d.device, Why: d.why, N: n}
	}}
}

// newArrivals gathers who signs in and who does not.
func newArrivals() *gathered[queue.NoteAccess] {
	return &gathered[queue.NoteAccess]{others: queue.NoteAccess{What: "others"}, record: func(a queue.NoteAccess, n int) queue.Command {
		a.N = n
		return a
	}}
}

package main

import (
	"context"
	"sync"
)

// group runs actors: the first that returns stops all, and all are awaited.
type group struct {
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup
	once   sync.Once
	err    error // of the first actor that returned
}

func newGroup(ctx context.Context) *group {
	ctx, cancel := context.WithCancel(ctx)
	return &group{ctx: ctx, cancel: cancel}
}

// add starts an actor.
func (g *group) add(run func(context.Context) error) {
	g.wg.Go(func() {
		err := run(g.ctx)
		g.once.Do(func() { g.err = err })
		g.cancel()
	})
}

// wait returns the first actor's error when all have ended.
func (g *group) wait() error {
	g.wg.Wait()
	g.cancel()
	return g.err
}

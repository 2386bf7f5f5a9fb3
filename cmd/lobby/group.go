package main

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"
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

// restartAfter is the pause before an actor that failed runs again.
const restartAfter = 5 * time.Second

// enduring makes an actor that never ends before its context: the hall works
// on with any device, camera or broker gone. Its error is logged, told to down
// if that is not nil, and it is run again; so is one that panics.
func enduring(log *slog.Logger, name string, down func(why error), run func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		for {
			err := guarded(ctx, log, name, run)
			if ctx.Err() != nil {
				return nil
			}
			log.Error("a part of the hall ended and is started again", "part", name, "err", err)
			if down != nil && err != nil {
				down(err)
			}
			pause := time.NewTimer(restartAfter)
			select {
			case <-ctx.Done():
			case <-pause.C:
			}
			pause.Stop()
		}
	}
}

// guarded runs an actor once and turns its panic into an error.
func guarded(ctx context.Context, log *slog.Logger, name string, run func(context.Context) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s panicked: %v", name, p)
			log.Error("panic", "part", name, "panic", p, "stack", string(debug.Stack()))
		}
	}()
	return run(ctx)
}

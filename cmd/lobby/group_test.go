package main

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
)

func TestFirstActorStopsAllAndAllAreAwaited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGroup(t.Context())
		ended := false
		g.add(func(ctx context.Context) error { <-ctx.Done(); ended = true; return errors.New("later") })
		g.add(func(context.Context) error { return errors.New("first") })
		if err := g.wait(); err == nil || err.Error() != "first" || !ended {
			t.Errorf("wait gave %v, the other actor ended: %v", err, ended)
		}
	})
}

func TestFaultF46_PartThatPanicsIsStartedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		runs, told := 0, 0
		part := enduring(slog.New(slog.DiscardHandler), "part", func(error) { told++ }, func(ctx context.Context) error {
			runs++
			switch runs {
			case 1:
				return errors.New("broken")
			case 2:
				panic("worse")
			}
			cancel()
			<-ctx.Done()
			return ctx.Err()
		})
		if err := part(ctx); err != nil || runs != 3 || told != 2 {
			t.Errorf("ended with %v after %d runs, %d of them told; want nil, 3, 2", err, runs, told)
		}
	})
}

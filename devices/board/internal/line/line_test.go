package line

import (
	"context"
	"errors"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

func TestCancelEndsRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		defer near.Close()
		defer far.Close()
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(10*time.Millisecond, cancel)
		l := Begin(ctx, near)
		began := time.Now()
		_, err := l.Read(make([]byte, 1), began.Add(time.Hour))
		l.End()
		if !errors.Is(err, context.Canceled) || time.Since(began) > time.Second {
			t.Errorf("read ended after %v with %v", time.Since(began), err)
		}
	})
}

func TestEndLeavesNoDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		defer near.Close()
		defer far.Close()
		ctx, cancel := context.WithCancel(context.Background())
		l := Begin(ctx, near)
		cancel()
		l.End()
		go far.Write([]byte{7})
		if _, err := near.Read(make([]byte, 1)); err != nil {
			t.Errorf("the next call inherits: %v", err)
		}
	})
}

func TestQuietThrowsAwayLateAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		defer near.Close()
		defer far.Close()
		go far.Write([]byte("late"))
		l := Begin(context.Background(), near)
		defer l.End()
		if err := l.Quiet(5 * time.Millisecond); err != nil {
			t.Fatal(err)
		}
		_, err := l.Read(make([]byte, 1), time.Now().Add(time.Second))
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("something is left: %v", err)
		}
	})
}

func TestQuietGivesUpOnBabble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		defer near.Close()
		go func() {
			for {
				if _, err := far.Write(make([]byte, 64)); err != nil {
					return
				}
			}
		}()
		l := Begin(context.Background(), near)
		defer l.End()
		if err := l.Quiet(5 * time.Millisecond); err == nil {
			t.Error("a babbling wire is called quiet")
		}
	})
}

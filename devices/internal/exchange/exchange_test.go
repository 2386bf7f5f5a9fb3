package exchange

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
		x := Begin(ctx, near)
		began := time.Now()
		_, err := x.Read(make([]byte, 1), began.Add(time.Hour))
		x.End()
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
		x := Begin(ctx, near)
		cancel()
		x.End()
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
		x := Begin(context.Background(), near)
		defer x.End()
		if err := x.Quiet(5 * time.Millisecond); err != nil {
			t.Fatal(err)
		}
		_, err := x.Read(make([]byte, 1), time.Now().Add(time.Second))
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
		x := Begin(context.Background(), near)
		defer x.End()
		if err := x.Quiet(5 * time.Millisecond); err == nil {
			t.Error("a babbling wire is called quiet")
		}
	})
}

// slowLine takes bytes as a serial wire at 9600 baud, 8E1, does: a write
// returns when the line has sent them, or at its deadline.
type slowLine struct {
	net.Conn
	deadline time.Time
}

func (s *slowLine) SetWriteDeadline(t time.Time) error {
	s.deadline = t
	return nil
}

func (s *slowLine) Write(b []byte) (int, error) {
	needs := time.Duration(len(b)) * 11 * time.Second / 9600
	rest := time.Until(s.deadline)
	time.Sleep(min(needs, rest)) // the line at work, in bubble time
	if rest < needs {
		return 0, os.ErrDeadlineExceeded
	}
	return len(b), nil
}

func TestWriteWaitsForASlowLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		defer near.Close()
		defer far.Close()
		x := Begin(context.Background(), &slowLine{Conn: near})
		defer x.End()
		for _, n := range []int{1, 73, 206, 2048} {
			if err := x.Write(make([]byte, n), 5*time.Millisecond); err != nil {
				t.Errorf("%d bytes: %v", n, err)
			}
		}
	})
}

func TestWriteGivesUpOnAStalledLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe() // nobody reads
		defer near.Close()
		defer far.Close()
		x := Begin(context.Background(), near)
		defer x.End()
		began := time.Now()
		err := x.Write(make([]byte, 960), 100*time.Millisecond)
		if took := time.Since(began); !errors.Is(err, os.ErrDeadlineExceeded) || took > 1300*time.Millisecond {
			t.Errorf("gave up after %v with %v", took, err)
		}
	})
}

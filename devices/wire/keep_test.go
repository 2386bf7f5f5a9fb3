package wire_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"lobby/devices"
	"lobby/devices/wire"
	"lobby/devices/wire/pipe"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// hall is what a Keeper sees and leaves behind in a test.
type hall struct {
	mu      sync.Mutex
	start   time.Time
	opened  []time.Duration
	reports []string
	log     bytes.Buffer
	closed  int
	live    int
}

func newHall() *hall { return &hall{start: time.Now()} }

// open gives one end of a pipe and counts what is open at the same time.
func (h *hall) open(context.Context) (wire.Conn, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.opened = append(h.opened, time.Since(h.start))
	h.live++
	near, _ := pipe.New(0)
	return &counted{End: near, hall: h}, nil
}

type counted struct {
	*pipe.End
	hall *hall
	once sync.Once
}

func (c *counted) Close() error {
	c.once.Do(func() {
		c.hall.mu.Lock()
		defer c.hall.mu.Unlock()
		c.hall.closed++
		c.hall.live--
	})
	return c.End.Close()
}

func (h *hall) keeper(use func(context.Context, devices.Wire) error) wire.Keeper {
	return wire.Keeper{
		Open: h.open, Use: use,
		Log:    slog.New(slog.NewTextHandler(&h.log, nil)),
		Jitter: func() float64 { return 0 },
		Report: func(up bool, why error) {
			text := "up"
			if !up {
				text = "down: " + why.Error()
			}
			h.reports = append(h.reports, text)
		},
	}
}

func seconds(ds []time.Duration) (out []float64) {
	for _, d := range ds {
		out = append(out, d.Seconds())
	}
	return out
}

func equal(a, b []float64) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

var errBroken = errors.New("paper path jammed")

func TestPausesGrowToTheCap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall()
		ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
		defer cancel()
		k := h.keeper(func(context.Context, devices.Wire) error { return errBroken })
		if err := k.Run(ctx); err != nil {
			t.Fatalf("Run returned %v", err)
		}
		want := []float64{0, 0.5, 1.5, 3.5, 7.5, 15.5, 25.5, 35.5}
		if got := seconds(h.opened); !equal(got, want) {
			t.Errorf("opened at %v s, want %v", got, want)
		}
		if h.closed != len(h.opened) {
			t.Errorf("%d opened, %d closed", len(h.opened), h.closed)
		}
	})
}

func TestSteadySessionStartsOverWithAShortPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall()
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		n := 0
		k := h.keeper(func(ctx context.Context, _ devices.Wire) error {
			if n++; n == 4 {
				time.Sleep(10 * time.Second) // steady
			}
			return errBroken
		})
		k.Run(ctx)
		// 0, .5, 1.5, 3.5 lives until 13.5, then 0.5 s and growing again.
		want := []float64{0, 0.5, 1.5, 3.5, 14, 15, 17, 21, 29}
		if got := seconds(h.opened); !equal(got, want) {
			t.Errorf("opened at %v s, want %v", got, want)
		}
	})
}

func TestJitterOnlyShortensPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall()
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
		defer cancel()
		k := h.keeper(func(context.Context, devices.Wire) error { return errBroken })
		k.Jitter = func() float64 { return 1 }
		k.Run(ctx)
		want := []float64{0, 0.25, 0.75, 1.75, 3.75}
		if got := seconds(h.opened); !equal(got, want) {
			t.Errorf("opened at %v s, want %v", got, want)
		}
	})
}

func TestContextEndWakesABlockedSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall()
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		var got error
		k := h.keeper(func(_ context.Context, w devices.Wire) error {
			_, got = w.Read(make([]byte, 1)) // no deadline, nobody writes
			return got
		})
		if err := k.Run(ctx); err != nil {
			t.Fatalf("Run returned %v", err)
		}
		if took := time.Since(h.start); took != 3*time.Second {
			t.Errorf("Run returned after %s, want 3 s", took)
		}
		if !errors.Is(got, devices.ErrGone) {
			t.Errorf("the blocked read ended with %v, want ErrGone", got)
		}
		if h.live != 0 || len(h.reports) != 1 {
			t.Errorf("%d wires left open, reports %q", h.live, h.reports)
		}
	})
}

func TestContextEndStopsTheWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall()
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		h.keeper(func(context.Context, devices.Wire) error { return errBroken }).Run(ctx)
		if took := time.Since(h.start); took != 100*time.Millisecond {
			t.Errorf("Run returned after %s, want 100 ms", took)
		}
	})
}

func TestPanicCountsAsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall()
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		k := h.keeper(func(context.Context, devices.Wire) error { panic("index out of paper") })
		k.Run(ctx)
		if len(h.opened) != 3 || h.live != 0 {
			t.Errorf("opened %d times, %d left open; want 3 and 0", len(h.opened), h.live)
		}
		log := h.log.String()
		if !strings.Contains(log, "keep_test.go") || strings.Count(log, "level=ERROR") != 1 {
			t.Errorf("want one error with the stack, got:\n%s", log)
		}
		if h.reports[1] != "down: wire: panic in the session: index out of paper" {
			t.Errorf("reports %q", h.reports)
		}
	})
}

func TestPanicWhileOpeningCountsAsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		k := h.keeper(nil)
		k.Open = func(context.Context) (wire.Conn, error) { panic("no driver") }
		if err := k.Run(ctx); err != nil || len(h.reports) == 0 {
			t.Errorf("Run returned %v, reports %q", err, h.reports)
		}
	})
}

func TestRepeatingTroubleIsLoggedOnceAndThenCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall()
		ctx, cancel := context.WithTimeout(t.Context(), 11*time.Minute)
		defer cancel()
		k := h.keeper(nil)
		k.Open = func(context.Context) (wire.Conn, error) { return nil, errBroken }
		k.Run(ctx)
		lines := strings.Split(strings.TrimSpace(h.log.String()), "\n")
		if len(lines) != 3 {
			t.Fatalf("want the trouble and two counts in 11 minutes, got:\n%s", h.log.String())
		}
		if !strings.Contains(lines[1], "still down") || !strings.Contains(lines[1], "failures_since=") {
			t.Errorf("second line is not a count: %s", lines[1])
		}
	})
}

func TestRecoveryIsLoggedOnceItIsSteady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		n := 0
		k := h.keeper(func(ctx context.Context, _ devices.Wire) error {
			if n++; n <= 5 {
				return errBroken
			}
			<-ctx.Done()
			return nil
		})
		k.Run(ctx)
		log := h.log.String()
		if strings.Count(log, `"wire is up"`) != 1 || strings.Count(log, `"wire is up again" failures=5`) != 1 ||
			strings.Count(log, "paper path jammed") != 1 {
			t.Errorf("log:\n%s", log)
		}
	})
}

func TestErrorsThatNeverRepeatDoNotFillTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall()
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
		defer cancel()
		k := h.keeper(nil)
		n := 0
		k.Open = func(context.Context) (wire.Conn, error) {
			n++
			return nil, errors.New(strings.Repeat("x", n))
		}
		k.Run(ctx)
		if lines := strings.Count(h.log.String(), "\n"); lines > 8 {
			t.Errorf("%d lines for %d errors:\n%s", lines, n, h.log.String())
		}
	})
}

func TestSessionThatEndsByItselfIsOpenedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var inner context.Context
		err := wire.Keep(ctx, slog.New(slog.NewTextHandler(io.Discard, nil)), h.open,
			func(ctx context.Context, _ devices.Wire) error { inner = ctx; return nil })
		if err != nil || len(h.opened) < 2 {
			t.Errorf("Keep returned %v after %d openings", err, len(h.opened))
		}
		if inner.Err() == nil {
			t.Error("the context of a session outlived it")
		}
	})
}

package wire

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"

	"lobby/devices"
)

// Pauses are the times between two attempts. The zero value of a field means
// its default.
type Pauses struct {
	First  time.Duration // after the first trouble; 0.5 s
	Max    time.Duration // the longest; 10 s
	Steady time.Duration // a session this long ends the trouble; 10 s
}

func (p Pauses) orDefaults() Pauses {
	if p.First <= 0 {
		p.First = 500 * time.Millisecond
	}
	if p.Max <= 0 {
		p.Max = 10 * time.Second
	}
	if p.Steady <= 0 {
		p.Steady = 10 * time.Second
	}
	return p
}

// Keeper keeps one wire open and one session running on it. Open and Use are
// required; a Keeper is used for one Run.
type Keeper struct {
	Open Opener
	// Use is one session: make the driver on the wire and feed it, or run it.
	// It returns when the wire breaks or its context ends, and keeps nothing of
	// the wire after that. The wire is closed when the context ends, so a
	// session blocked in Read or Write wakes up. A panic counts as an error:
	// one device must not take the hall down.
	Use func(ctx context.Context, w devices.Wire) error
	// Log gets the troubles, each kind once and then as a count; nil is silent.
	Log *slog.Logger
	// Report, if set, is told from Run's goroutine when the wire was opened and,
	// with the reason, whenever opening or a session failed. It must not block.
	Report func(up bool, why error)
	Pauses Pauses
	// Jitter gives the part of a pause that is left to chance, from 0 to 1; nil
	// means a random one. It keeps forty wires that broke together from all
	// coming back in the same instant.
	Jitter func() float64
}

// Keep opens the wire, runs one session, closes, waits and opens again. It is a
// Keeper with the default pauses and nobody to report to.
func Keep(ctx context.Context, log *slog.Logger, open Opener, use func(context.Context, devices.Wire) error) error {
	return Keeper{Open: open, Use: use, Log: log}.Run(ctx)
}

// Run returns nil when the context has ended and the session has returned, and
// never before.
func (k Keeper) Run(ctx context.Context) error {
	k = k.orDefaults()
	t := trouble{log: k.Log}
	pause := k.Pauses.First
	for ctx.Err() == nil {
		lived, err := k.session(ctx, &t)
		if ctx.Err() != nil {
			break
		}
		if lived >= k.Pauses.Steady {
			t, pause = trouble{log: k.Log}, k.Pauses.First
		}
		k.Report(false, err)
		wait := k.spread(pause)
		t.add(err, wait)
		sleep(ctx, wait)
		pause = min(2*pause, k.Pauses.Max)
	}
	return nil
}

func (k Keeper) orDefaults() Keeper {
	k.Pauses = k.Pauses.orDefaults()
	if k.Log == nil {
		k.Log = slog.New(slog.DiscardHandler)
	}
	if k.Report == nil {
		k.Report = func(bool, error) {}
	}
	if k.Jitter == nil {
		k.Jitter = rand.Float64
	}
	return k
}

// spread takes up to half of the pause away, never adds: the cap is a promise.
func (k Keeper) spread(pause time.Duration) time.Duration {
	return pause - time.Duration(k.Jitter()*float64(pause)/2)
}

// errEnded stands for a session that ended without saying why.
var errEnded = errors.New("wire: session ended by itself")

// session is one life of the wire. It says how long the session lived, which is
// zero when the wire could not be opened.
func (k Keeper) session(ctx context.Context, t *trouble) (time.Duration, error) {
	conn, err := k.open(ctx)
	if err != nil {
		return 0, err
	}
	shut := sync.OnceFunc(func() { conn.Close() })
	defer shut()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(ctx, shut)()
	if ctx.Err() == nil {
		k.Report(true, nil)
	}
	defer t.watch(k.Pauses.Steady)()
	start := time.Now()
	if err = k.use(ctx, conn); err == nil {
		err = errEnded
	}
	return time.Since(start), err
}

func (k Keeper) open(ctx context.Context) (conn Conn, err error) {
	defer recovered(&err)
	return k.Open(ctx)
}

func (k Keeper) use(ctx context.Context, conn Conn) (err error) {
	defer recovered(&err)
	return k.Use(ctx, conn)
}

// panicError is a recovered panic. Its text does not hold the stack, so that
// the same panic is the same trouble.
type panicError struct {
	value any
	stack []byte
}

func (p *panicError) Error() string { return fmt.Sprintf("wire: panic in the session: %v", p.value) }

func recovered(err *error) {
	if v := recover(); v != nil {
		*err = &panicError{value: v, stack: debug.Stack()}
	}
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

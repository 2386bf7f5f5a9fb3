// Package line gives emulators real wires. On Linux a line is a pseudo
// terminal, so that a driver talks to its emulator through the very code that
// opens serial adapters, and other programs can open it too. Where there are no
// pseudo terminals a line is a pipe in memory.
package line

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
	"lobby/devices/emulator"
	"lobby/devices/wire"
)

// Options of a line; the zero value is a fast line without a name.
type Options struct {
	Name string // for logs and errors, e.g. "printer/front"
	// Baud paces the bytes in both directions as a real line of that speed
	// would; 0 passes them on as fast as possible.
	Baud wire.Baud
	// Memory asks for a pipe in memory even where pseudo terminals exist, as
	// under a fake clock.
	Memory bool
	Log    *slog.Logger // nil is silent
	Seed   uint64       // of the noise
}

// Line is one emulated wire. Its methods may be called from any goroutine.
type Line struct {
	emulator emulator.Emulator
	options  Options
	log      *slog.Logger
	cancel   context.CancelFunc
	done     chan struct{}

	mu      sync.Mutex
	link    link          // nil while unplugged
	changed chan struct{} // closed and replaced when link or a fault changes
	closed  bool
	noise   bool
	slow    bool
	rand    *rand.Rand
}

// link is one life of the line, from plugging in to pulling out.
type link interface {
	path() string
	// device is the emulator's end. Its Close pulls the plug.
	device() wire.Conn
	// flush drops what the driver has not read, as a full receiver does.
	flush()
	// open gives the driver's end, set to the line's speed; 0 is any.
	open(ctx context.Context, baud wire.Baud) (wire.Conn, error)
	// worn says that this link cannot be opened again and wants a successor.
	worn() bool
}

// Open plugs the line in and serves it by the emulator until the context ends
// or Close is called.
func Open(ctx context.Context, e emulator.Emulator, o Options) (*Line, error) {
	l := &Line{
		emulator: e, options: o, log: o.Log,
		done: make(chan struct{}), changed: make(chan struct{}),
		rand: rand.New(rand.NewPCG(o.Seed, o.Seed)),
	}
	if l.log == nil {
		l.log = slog.New(slog.DiscardHandler)
	}
	if err := l.plug(); err != nil {
		return nil, err
	}
	ctx, l.cancel = context.WithCancel(ctx)
	go l.run(ctx)
	return l, nil
}

// Close pulls the plug for good and returns when the emulator has stopped.
func (l *Line) Close() error {
	l.cancel()
	<-l.done
	return nil
}

// Path is what a driver opens: "/dev/pts/7", or "memory:NAME" for a line in
// memory. It is empty while unplugged and may change with every plugging in.
func (l *Line) Path() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.link == nil {
		return ""
	}
	return l.link.path()
}

// Opener opens the driver's side of whatever link is plugged in at the moment.
func (l *Line) Opener() wire.Opener {
	return func(ctx context.Context) (wire.Conn, error) {
		now, _, err := l.current()
		if err != nil {
			return nil, fmt.Errorf("line: open %s: %w", l.options.Name, err)
		}
		return now.open(ctx, l.options.Baud)
	}
}

var errUnplugged = fmt.Errorf("it is unplugged: %w", devices.ErrGone)

// current is the plugged link, a worn one replaced first, and a channel that
// closes when another one comes. They are taken together, so that no plugging
// in is missed between the two.
func (l *Line) current() (link, <-chan struct{}, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.link == nil {
		return nil, l.changed, errUnplugged
	}
	var err error
	if l.link.worn() {
		err = l.renew()
	}
	return l.link, l.changed, err
}

func (l *Line) plug() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.link != nil {
		return nil
	}
	return l.renew()
}

// renew puts a new link in place; the caller holds the lock.
func (l *Line) renew() error {
	if l.closed {
		return fmt.Errorf("line: %s is closed: %w", l.options.Name, devices.ErrGone)
	}
	next, err := l.newLink()
	if err != nil {
		return fmt.Errorf("line: plug in %s: %w", l.options.Name, err)
	}
	l.link = next
	l.tell()
	return nil
}

// newLink prefers a pseudo terminal and falls back to memory, aloud.
func (l *Line) newLink() (link, error) {
	if l.options.Memory {
		return newMemory(l.options.Name), nil
	}
	tty, err := newPTY()
	if errors.Is(err, errors.ErrUnsupported) {
		l.log.Warn("no pseudo terminals here, the line stays in memory", "line", l.options.Name, "error", err)
		return newMemory(l.options.Name), nil
	}
	return tty, err
}

func (l *Line) unplug() {
	l.mu.Lock()
	old := l.link
	l.link = nil
	l.tell()
	l.mu.Unlock()
	if old != nil {
		old.device().Close()
	}
}

// tell wakes those who wait for a change; the caller holds the lock.
func (l *Line) tell() {
	close(l.changed)
	l.changed = make(chan struct{})
}

// restTime keeps an emulator that returns at once from being called in a
// busy loop.
const restTime = 200 * time.Millisecond

// run serves one link after the other.
func (l *Line) run(ctx context.Context) {
	defer close(l.done)
	defer l.cancel()
	defer l.shut()
	defer context.AfterFunc(ctx, l.shut)()
	for ctx.Err() == nil {
		now, changed := l.next()
		if now == nil {
			wait(ctx, changed, nil)
			continue
		}
		l.serve(ctx, now)
		if again, _ := l.next(); again == now {
			timer := time.NewTimer(restTime)
			wait(ctx, changed, timer.C)
			timer.Stop()
		}
	}
}

// next is current for the emulator's side, which logs what it cannot return.
func (l *Line) next() (link, <-chan struct{}) {
	now, changed, err := l.current()
	if err != nil && !errors.Is(err, devices.ErrGone) {
		l.log.Warn("line cannot be plugged in", "line", l.options.Name, "error", err)
	}
	return now, changed
}

func wait(ctx context.Context, changed <-chan struct{}, timer <-chan time.Time) {
	select {
	case <-ctx.Done():
	case <-changed:
	case <-timer:
	}
}

// shut pulls the plug and lets nobody plug it in again.
func (l *Line) shut() {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.unplug()
}

// serve lets the emulator speak on one link. An emulator that panics must not
// take the hall down with it.
func (l *Line) serve(ctx context.Context, now link) {
	defer func() {
		if v := recover(); v != nil {
			l.log.Error("emulator panicked", "line", l.options.Name, "panic", v, "stack", string(debug.Stack()))
		}
	}()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	err := l.emulator.Serve(ctx, newPort(ctx, l, now))
	if ctx.Err() == nil && !errors.Is(err, devices.ErrGone) {
		l.log.Warn("emulator left its line", "line", l.options.Name, "error", err)
	}
}

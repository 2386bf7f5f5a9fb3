// Package page opens wires to the sound of a wall's own screen, for a zone that
// has no loudspeaker: whichever page of the wall came last holds the lease and
// plays. One write is one sound, a whole WAVE file, and returns when the page
// has played it to its end. Nothing is ever read from such a wire.
package page

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"lobby/devices"
	"lobby/devices/wire"
	"lobby/devices/wire/pipe"
)

// Player is a page that plays sounds. Play returns when the sound has been
// played to its end, or says why it was not; such a page has lost the lease.
type Player interface {
	Play(ctx context.Context, wav []byte) error
}

// ErrNobody says that no page of the wall is open.
var ErrNobody = errors.New("no page of this wall is open; start its screen")

// patience is how long an opening waits for a page.
const patience = 5 * time.Second

// Walls knows which page holds the lease of each wall. The zero value is ready.
type Walls struct {
	mu      sync.Mutex
	holders map[string]*lease
	refused map[string]error // why the last page of a wall without one did not play
	changed chan struct{}    // closed when a page comes
}

type lease struct {
	player Player
	over   chan struct{} // closed when the page is gone or another came
	end    func()
}

// Lease gives a wall's sound to a page; whichever had it is told so by over of
// its own lease. The page calls release when it goes.
func (w *Walls) Lease(wall string, p Player) (over <-chan struct{}, release func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.holders == nil {
		w.holders, w.refused = map[string]*lease{}, map[string]error{}
	}
	if before := w.holders[wall]; before != nil {
		before.end()
	}
	l := &lease{player: p, over: make(chan struct{})}
	l.end = sync.OnceFunc(func() { close(l.over) })
	w.holders[wall] = l
	delete(w.refused, wall)
	if w.changed != nil {
		close(w.changed)
		w.changed = nil
	}
	return l.over, func() { w.end(wall, l, nil) }
}

// end takes a lease back, and remembers why its page did not play.
func (w *Walls) end(wall string, l *lease, why error) {
	l.end()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.holders[wall] != l {
		return
	}
	delete(w.holders, wall)
	if why != nil {
		w.refused[wall] = why
	}
}

// vacancy says why a wall has no page that plays.
func (w *Walls) vacancy(wall string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if why := w.refused[wall]; why != nil {
		return why
	}
	return ErrNobody
}

// holder is the lease of a wall, or what to wait for until there is one.
func (w *Walls) holder(wall string) (*lease, <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.changed == nil {
		w.changed = make(chan struct{})
	}
	return w.holders[wall], w.changed
}

// Open gives the opener of a wall's sound.
func (w *Walls) Open(u wire.URL) wire.Opener {
	return func(ctx context.Context) (wire.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		for {
			l, changed := w.holder(u.Path)
			if l != nil {
				nothing, _ := pipe.New(0)
				return &conn{Conn: nothing, walls: w, lease: l, wall: u.Path}, nil
			}
			select {
			case <-changed:
			case <-ctx.Done():
				return nil, fmt.Errorf("page %s: %w", u.Path, w.vacancy(u.Path))
			}
		}
	}
}

// conn is a wire to one page; its reads are those of an end at which nothing
// arrives.
type conn struct {
	wire.Conn
	walls *Walls
	lease *lease
	wall  string

	mu    sync.Mutex
	until time.Time // write deadline
	cut   func()    // ends what is being played
}

// Write implements devices.Wire: it has one sound played.
func (c *conn) Write(p []byte) (int, error) {
	ctx, cancel := c.begin()
	defer cancel()
	stop := make(chan struct{})
	defer close(stop)
	go func() { // whatever the page does, a page that is gone plays no more
		select {
		case <-c.lease.over:
			cancel()
		case <-stop:
		}
	}()
	err := c.lease.player.Play(ctx, p)
	select {
	case <-c.lease.over:
		return 0, fmt.Errorf("page %s: %w", c.wall, devices.ErrGone)
	default:
	}
	switch {
	case ctx.Err() != nil:
		return 0, os.ErrDeadlineExceeded
	case err != nil: // it would not play the next either; it comes again when it can
		c.walls.end(c.wall, c.lease, err)
		return 0, fmt.Errorf("page %s: %w: %w", c.wall, devices.ErrGone, err)
	}
	return len(p), nil
}

// begin makes the context of one sound, which SetWriteDeadline can end.
func (c *conn) begin() (context.Context, context.CancelFunc) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ctx, cancel := context.WithCancel(context.Background())
	c.cut = cancel
	if c.until.IsZero() {
		return ctx, cancel
	}
	return context.WithDeadline(ctx, c.until)
}

// SetWriteDeadline implements devices.Wire. One that has passed ends the sound
// that is being played.
func (c *conn) SetWriteDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.until = t
	if c.cut != nil && !t.IsZero() && !t.After(time.Now()) {
		c.cut()
	}
	return nil
}

// Close implements io.Closer. It ends the sound that is being played; the page
// keeps its lease for the next session.
func (c *conn) Close() error {
	c.mu.Lock()
	if c.cut != nil {
		c.cut()
	}
	c.mu.Unlock()
	return c.Conn.Close()
}

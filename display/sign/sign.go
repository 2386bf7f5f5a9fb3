// Package sign keeps the boards over the windows showing what is true. Only
// the newest frame matters: a board that was slow or away gets the present
// one, never a backlog, and every board is refreshed from time to time because
// most cannot be read back.
package sign

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"lobby/devices"
	"lobby/display"
	"lobby/queue"
	"lobby/queue/hall"
)

const (
	refreshEvery = time.Minute      // a board that was repowered shows the truth again
	retryAfter   = 10 * time.Second // a dead board is left alone for so long, so that it does not slow its bus
	showTimeout  = 3 * time.Second
)

// Hall is what the boards need of the queue's owner.
type Hall interface {
	View(ctx context.Context) (queue.View, error)
	Watch(ctx context.Context, buffer int) (hall.Watcher, error)
}

// Listener hears of every new frame, besides the boards.
type Listener func(f devices.Frame)

// Run watches the hall and gives each bus its frames until the context ends.
func Run(ctx context.Context, h Hall, buses []*Bus, others ...Listener) error {
	shown := map[string]devices.Frame{}
	for ctx.Err() == nil {
		w, err := h.Watch(ctx, 256)
		if err != nil {
			break
		}
		view := w.View
		for {
			for _, wv := range view.Windows {
				f := display.Frame(wv)
				if old, ok := shown[wv.ID]; ok && old == f {
					continue
				}
				shown[wv.ID] = f
				tell(f, buses, others)
			}
			if _, ok := <-w.Records; !ok {
				break
			}
			if view, err = h.View(ctx); err != nil {
				break
			}
		}
	}
	return nil
}

func tell(f devices.Frame, buses []*Bus, others []Listener) {
	for _, b := range buses {
		b.Want(f)
	}
	for _, l := range others {
		l(f)
	}
}

// Bus is one wire with the boards of several windows.
type Bus struct {
	Open   func(w devices.Wire, window string) (devices.Board, error) // makes a board's driver
	Report devices.Report                                             // by window
	Log    *slog.Logger

	mu    sync.Mutex
	units map[string]*unit // by window
	wake  chan struct{}    // one token: something is dirty
}

// unit is one board. Its fields are guarded by the bus's mutex.
type unit struct {
	want    devices.Frame
	dirty   bool      // want has not been shown
	refresh time.Time // when it is shown again although nothing changed
	silent  time.Time // until then a dead board is left alone
}

// NewBus makes the bus of these windows' boards.
func NewBus(windows []string) *Bus {
	b := &Bus{units: map[string]*unit{}, wake: make(chan struct{}, 1)}
	for _, id := range windows {
		b.units[id] = &unit{want: devices.Frame{Window: id}}
	}
	return b
}

// Want sets the newest frame of a window; a window of another bus is ignored.
func (b *Bus) Want(f devices.Frame) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if u, ok := b.units[f.Window]; ok {
		u.want, u.dirty = f, true
		select {
		case b.wake <- struct{}{}:
		default:
		}
	}
}

// Use is one session on the wire: one owner, one request in flight.
func (b *Bus) Use(ctx context.Context, w devices.Wire) error {
	boards := map[string]devices.Board{}
	b.mu.Lock()
	for id, u := range b.units {
		u.dirty, u.silent = true, time.Time{}
		boards[id] = nil
	}
	b.mu.Unlock()
	for id := range boards {
		board, err := b.Open(w, id)
		if err != nil {
			return fmt.Errorf("sign: board of window %s: %w", id, err)
		}
		boards[id] = board
	}
	return b.serve(ctx, boards)
}

func (b *Bus) serve(ctx context.Context, boards map[string]devices.Board) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		for id, f := range b.due(time.Now()) {
			if err := b.show(ctx, id, boards[id], f); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-b.wake:
		case <-tick.C:
		}
	}
}

// due takes the frames to be shown now.
func (b *Bus) due(now time.Time) map[string]devices.Frame {
	b.mu.Lock()
	defer b.mu.Unlock()
	frames := map[string]devices.Frame{}
	for id, u := range b.units {
		if now.Before(u.silent) || !u.dirty && now.Before(u.refresh) {
			continue
		}
		frames[id] = u.want
		u.dirty, u.refresh = false, now.Add(refreshEvery)
	}
	return frames
}

// show shows one frame. Only a wire that is gone ends the session.
func (b *Bus) show(ctx context.Context, id string, board devices.Board, f devices.Frame) error {
	ctx, cancel := context.WithTimeout(ctx, showTimeout)
	defer cancel()
	err := board.Show(ctx, f)
	switch {
	case err == nil:
		b.Report(id, devices.Up, "")
		return nil
	case errors.Is(err, devices.ErrGone):
		return err
	}
	b.Log.Warn("board does not show", "window", id, "err", err)
	b.Report(id, devices.Down, "窗口屏没有应答")
	b.mu.Lock()
	defer b.mu.Unlock()
	u := b.units[id]
	u.dirty, u.silent = true, time.Now().Add(retryAfter)
	return nil
}

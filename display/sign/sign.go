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
	refreshEvery = 10 * time.Second // a board that cannot be read back is shown its frame again
	probeEvery   = 8 * time.Second  // one that can be is asked whether it still shows it
	repaintEvery = time.Minute      // and shown it again all the same
	lagLimit     = 3 * time.Second  // a board that shows something older is an alert
	retryAfter   = 10 * time.Second // a dead board is left alone for so long, so that it does not slow its bus
	showTimeout  = 3 * time.Second
	glanceTime   = 150 * time.Millisecond // for a dead board; its neighbours wait so long
	glances      = 5                      // such tries, before it is given the whole time again
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
	wanted  time.Time // since when want is what it should show
	sent    time.Time // the same of what is on its way
	refresh time.Time // when it is shown again although nothing changed
	probe   time.Time // when it is asked again
	silent  time.Time // until then a dead board is left alone
	failed  int       // tries since it went silent
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
		if !u.dirty {
			u.wanted = time.Now()
		}
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
		u.dirty, u.silent, u.wanted = true, time.Time{}, time.Now()
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
		if err := b.probe(ctx, boards); err != nil {
			return err
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
		if !u.dirty {
			u.wanted = now // only a refresh
		}
		u.dirty, u.sent = false, u.wanted
	}
	return frames
}

// show shows one frame. Only a wire that is gone ends the session.
func (b *Bus) show(ctx context.Context, id string, board devices.Board, f devices.Frame) error {
	ctx, cancel := context.WithTimeout(ctx, b.patience(id))
	defer cancel()
	err := board.Show(ctx, f)
	switch {
	case err == nil:
		b.shown(id, board, "")
		return nil
	case errors.Is(err, devices.ErrTooLong):
		b.shown(id, board, "号码位数多于窗口屏，屏上不显示号码")
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
	u.failed++
	return nil
}

// patience is how long a board may take. One that was dead the last time gets a
// glance, which most answer within; now and then it gets the whole time, as slow
// ones need.
func (b *Bus) patience(id string) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if u := b.units[id]; !u.silent.IsZero() && u.failed%(glances+1) != 0 {
		return glanceTime
	}
	return showTimeout
}

// shown notes that a board shows its frame as far as it can, and tells when it
// was late: people stood before a number that was over.
func (b *Bus) shown(id string, board devices.Board, unfit string) {
	b.mu.Lock()
	u, now := b.units[id], time.Now()
	lag := now.Sub(u.sent)
	if !u.silent.IsZero() { // it was away, which was told
		u.silent, u.failed, lag = time.Time{}, 0, 0
	}
	u.refresh, u.probe = now.Add(refreshEvery), now.Add(probeEvery)
	if _, ok := board.(devices.Prober); ok {
		u.refresh = now.Add(repaintEvery)
	}
	b.mu.Unlock()
	if lag > lagLimit {
		b.Report(id, devices.Degraded, fmt.Sprintf("窗口屏晚了 %d 秒，请检查总线", int(lag.Seconds())))
		return
	}
	if unfit != "" {
		b.Report(id, devices.Degraded, unfit)
		return
	}
	b.Report(id, devices.Up, "")
}

// probe asks one board that is due whether it still shows its frame. One that
// does not, as after a power failure, is shown it again. One a round: what is
// called meanwhile comes first.
func (b *Bus) probe(ctx context.Context, boards map[string]devices.Board) error {
	id := b.asked(time.Now())
	prober, ok := boards[id].(devices.Prober)
	if !ok {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, showTimeout)
	defer cancel()
	err := prober.Probe(ctx)
	if errors.Is(err, devices.ErrGone) {
		return err
	}
	if err != nil {
		b.Log.Info("board does not show what it should", "window", id, "err", err)
		b.mu.Lock()
		defer b.mu.Unlock()
		b.units[id].dirty, b.units[id].wanted = true, time.Now()
	}
	return nil
}

// asked takes the board that has waited longest for being asked, if one is due.
func (b *Bus) asked(now time.Time) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	oldest := ""
	for id, u := range b.units {
		due := !u.dirty && !now.Before(u.silent) && !now.Before(u.probe)
		if due && (oldest == "" || u.probe.Before(b.units[oldest].probe)) {
			oldest = id
		}
	}
	if oldest != "" {
		b.units[oldest].probe = now.Add(probeEvery)
	}
	return oldest
}

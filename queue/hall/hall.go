// Package hall is the one goroutine that owns the queue's state. It stamps
// the time, asks the queue what follows from a command, makes that durable in
// the trail, and only then lets anybody know.
//
// The order is the point. A record is applied to a private state so that the
// commands of one batch see each other; it is on disk before a watcher, an
// answer or a reader sees it; and when the disk refuses, the private state is
// thrown away and read again from what the disk really holds.
package hall

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"time"

	"lobby/queue"
)

// Trail is the durable memory. Append is given a batch in pieces while it is
// still being decided. Append and Keep return when the whole batch or the
// snapshot survives a power cut; after their error Replay tells what is on
// disk, beginning with the newest snapshot that load accepts.
type Trail interface {
	Append(pieces iter.Seq[queue.Batch]) error
	Keep(seq uint64, snapshot []byte) error
	Replay(load func(snapshot []byte) error, apply func(queue.Record) error) error
	Answers(day string) (map[string]queue.Answer, error)
}

// Options are what a hall is given.
type Options struct {
	Trail    Trail
	Now      func() time.Time     // the wall clock
	Steady   func() time.Duration // a clock that nobody sets; nil takes the system's
	Nonce    func() string        // fresh random text for tokens and prompts
	Location *time.Location       // decides the date of a day that is opened without one
	Log      *slog.Logger
}

// maxBatch bounds how many commands share one transaction.
const maxBatch = 4096

// retryTrail is the pause before a failed trail is opened again.
const retryTrail = time.Second

// Hall owns the state of one hall.
type Hall struct {
	Options
	state     *queue.State
	clock     clock
	behind    time.Duration           // of the wall clock after the last record, when the trail was read
	answers   map[string]queue.Answer // of the day, by command id
	watchers  map[*watcher]struct{}
	snapshots snapshots

	requests chan *request // buffered, so that waiting commands form a batch
	reads    chan func()
	stopped  chan struct{}
}

// Request is a command with its sender.
type Request struct {
	ID      string // unique; a repeated one gets the first answer. Empty for Lobby's own commands
	Actor   string
	Command queue.Command
}

type request struct {
	Request
	reply chan reply
}

type reply struct {
	answer   queue.Answer
	repeated bool
	err      error
}

// ErrStopped says that the hall has stopped running.
var ErrStopped = errors.New("hall: stopped")

// ErrNotDurable says that the command could not be made durable. Nobody knows
// yet whether it took effect; the same id asks again without harm.
var ErrNotDurable = errors.New("hall: the command could not be written to disk")

// Open reads the trail and makes a hall that is ready to Run.
func Open(o Options) (*Hall, error) {
	h := &Hall{
		Options: o, clock: newClock(o.Now, o.Steady), watchers: map[*watcher]struct{}{},
		snapshots: snapshots{written: make(chan written, 1)},
		requests:  make(chan *request, maxBatch), reads: make(chan func()), stopped: make(chan struct{}),
	}
	return h, h.reload()
}

// reload makes the state and the answers anew from the trail.
func (h *Hall) reload() error {
	state, tail := queue.NewState(), 0
	err := h.Trail.Replay(func(snapshot []byte) error {
		s, err := queue.Load(snapshot)
		if err != nil {
			h.Log.Warn("a snapshot of the state is of no use, an older one will do", "err", err)
			return err
		}
		state = s
		return nil
	}, func(r queue.Record) error {
		state.Apply(r)
		tail++
		return nil
	})
	if err != nil {
		return err
	}
	day, _ := state.Day()
	answers, err := h.Trail.Answers(day)
	if err != nil {
		return err
	}
	h.state, h.answers, h.snapshots.tail = state, answers, tail
	h.behind = h.clock.resume(state)
	return nil
}

// Run owns the state until the context ends.
func (h *Hall) Run(ctx context.Context) error {
	defer h.stop()
	due := time.NewTimer(time.Hour)
	defer due.Stop()
	h.doubt(ctx)
	for ctx.Err() == nil { // after an outage that outlasts the context the state may hold what is not on disk
		h.wind(due)
		select {
		case <-ctx.Done():
		case read := <-h.reads:
			read()
		case first := <-h.requests:
			h.batch(ctx, first)
		case w := <-h.snapshots.written:
			h.store(ctx, w)
		case <-due.C:
			h.own(ctx, queue.Tick{})
		}
	}
	if err := h.last(); err != nil {
		h.Log.Warn("no snapshot of the state at the end; the next start takes longer", "err", err)
	}
	return nil
}

// own carries out a command of the hall itself.
func (h *Hall) own(ctx context.Context, c queue.Command) {
	h.batch(ctx, &request{Request: Request{Actor: "lobby", Command: c}, reply: make(chan reply, 1)})
}

// doubt holds the giving of numbers when the hall was started with a clock
// before its last record, and lets it go when the clock is right again.
func (h *Hall) doubt(ctx context.Context) {
	switch held := h.state.ClockHeld(); {
	case h.behind >= jumpAtLeast && !held:
		h.own(ctx, queue.ClockDoubt{Clock: plain(h.Now()).Truncate(time.Second), Last: h.state.At().Truncate(time.Second)})
	case h.behind < jumpAtLeast && held:
		h.own(ctx, queue.ClockConfirm{})
	}
}

// stop tells everybody who waits that the hall is over.
func (h *Hall) stop() {
	close(h.stopped)
	for w := range h.watchers {
		w.close()
	}
}

// wind sets the timer to when time alone will change something.
func (h *Hall) wind(due *time.Timer) {
	if at, ok := h.state.Due(); ok {
		due.Reset(max(at.Sub(plain(h.Now()).Add(h.clock.ahead)), time.Millisecond))
		return
	}
	due.Reset(time.Hour)
}

// batch answers the first command and all that wait behind it, together.
func (h *Hall) batch(ctx context.Context, first *request) {
	w := h.work()
	w.take(first)
	w.gather()
	if err := w.commit(); err != nil {
		h.Log.Error("the trail refused a batch; nothing of it was shown to anybody", "commands", len(w.requests), "err", err)
		w.fail(fmt.Errorf("%w: %w", ErrNotDurable, err))
		h.recover(ctx)
		return
	}
	h.tell(w.records)
	w.answer()
	h.keep(len(w.records), w.opened, len(w.requests) > 1)
}

// recover opens the trail again until it can be read, and refuses commands
// meanwhile.
func (h *Hall) recover(ctx context.Context) {
	for {
		err := h.reload()
		if err == nil {
			h.resync()
			return
		}
		h.Log.Error("the trail cannot be read", "err", err)
		pause := time.NewTimer(retryTrail)
		for waiting := true; waiting; {
			select {
			case <-ctx.Done():
				return
			case r := <-h.requests:
				r.reply <- reply{err: fmt.Errorf("%w: %w", ErrNotDurable, err)}
			case <-pause.C:
				waiting = false
			}
		}
	}
}

// Do carries out a command and returns when its answer is durable. A refusal
// is an answer, not an error.
func (h *Hall) Do(ctx context.Context, r Request) (queue.Answer, error) {
	answer, _, err := h.DoOnce(ctx, r)
	return answer, err
}

// DoOnce is Do that also tells whether the id had been answered before.
func (h *Hall) DoOnce(ctx context.Context, r Request) (answer queue.Answer, repeated bool, err error) {
	req := &request{Request: r, reply: make(chan reply, 1)}
	select {
	case h.requests <- req:
	case <-h.stopped:
		return answer, false, ErrStopped
	case <-ctx.Done():
		return answer, false, ctx.Err()
	}
	select {
	case p := <-req.reply:
		return p.answer, p.repeated, p.err
	case <-h.stopped:
		return answer, false, ErrStopped
	case <-ctx.Done():
		return answer, false, ctx.Err()
	}
}

// Read lets f look at the committed state. It must be quick and keep nothing
// of the state but copies.
func (h *Hall) Read(ctx context.Context, f func(*queue.State)) error {
	done := make(chan struct{})
	select {
	case h.reads <- func() { f(h.state); close(done) }:
		<-done
		return nil
	case <-h.stopped:
		return ErrStopped
	case <-ctx.Done():
		return ctx.Err()
	}
}

// View is the usual reading.
func (h *Hall) View(ctx context.Context) (v queue.View, err error) {
	err = h.Read(ctx, func(s *queue.State) { v = s.View() })
	return v, err
}

// Foresee gives the decisions to come a foresight of the waits. After an outage
// of the trail it has to be given again.
func (h *Hall) Foresee(ctx context.Context, o *queue.Foresight) error {
	return h.Read(ctx, func(s *queue.State) { s.Foresee(o) })
}

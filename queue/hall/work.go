package hall

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"time"

	"lobby/queue"
)

// work is one batch in the making.
type work struct {
	hall     *Hall
	requests []*request
	replies  []reply
	records  []queue.Record // all of the batch
	opened   bool           // a business day was, by this batch

	piece  queue.Batch      // what the trail has not been given yet
	pieces chan queue.Batch // to the trail, which stores while the rest is decided; nil before the first
	stored chan error       // how that ended
}

// pieceSize is how many commands are worth waking another goroutine for.
const pieceSize = 10

func (h *Hall) work() *work {
	w := &work{hall: h}
	w.piece.Day, _ = h.state.Day()
	return w
}

// take decides one command on the private state and notes its reply, which is
// given only after the batch is durable.
func (w *work) take(r *request) {
	w.requests = append(w.requests, r)
	w.replies = append(w.replies, w.decide(r.Request))
	if len(w.requests)%pieceSize == 0 {
		w.hand()
	}
}

// hand gives the trail what there is. It stores that while the next commands are
// decided, so that a large batch takes as long as the slower of the two and not
// as long as both.
func (w *work) hand() {
	if w.nothing() {
		return
	}
	if w.pieces == nil {
		w.pieces, w.stored = make(chan queue.Batch, maxBatch/pieceSize+1), make(chan error, 1)
		go func() {
			w.stored <- w.hall.Trail.Append(func(yield func(queue.Batch) bool) {
				for p := range w.pieces {
					if !yield(p) {
						return
					}
				}
			})
		}()
	}
	w.pieces <- w.piece
	w.piece = queue.Batch{Day: w.piece.Day}
}

// gather takes all commands that wait. Whoever was answered a moment ago may be
// about to ask again: letting them run first costs nothing and makes batches
// several times larger when many windows are busy.
func (w *work) gather() {
	for quiet := 0; len(w.requests) < maxBatch && quiet < 2; {
		select {
		case next := <-w.hall.requests:
			w.take(next)
			quiet = 0
		default:
			runtime.Gosched()
			quiet++
		}
	}
}

func (w *work) decide(r Request) reply {
	h := w.hall
	if first, ok := h.answers[r.ID]; ok && r.ID != "" {
		return reply{answer: first, repeated: true}
	}
	w.look()
	at := h.clock.now(h.state)
	out, err := h.state.Decide(queue.Input{At: at, Nonce: h.Nonce()}, h.complete(r.Command))
	answer := queue.Answer{ID: r.ID, OK: err == nil}
	if err != nil && !errors.As(err, &answer.Refusal) {
		return reply{err: fmt.Errorf("hall: decide %T: %w", r.Command, err)}
	}
	answer.Seq = w.record(at, r, out.Events)
	if out.Result != nil {
		if answer.Result, err = json.Marshal(out.Result); err != nil {
			return reply{err: fmt.Errorf("hall: answer %T: %w", r.Command, err)}
		}
	}
	w.remember(answer)
	return reply{answer: answer}
}

// record applies events and adds them to the batch.
func (w *work) record(at time.Time, r Request, events []queue.Event) (seq []uint64) {
	h := w.hall
	for _, e := range events {
		record := queue.Record{Seq: h.state.Seq() + 1, At: at, Mono: h.clock.mono(), Actor: r.Actor, Command: r.ID, Event: e}
		h.state.Apply(record)
		record.Day, _ = h.state.Day()
		seq = append(seq, record.Seq)
		w.records, w.piece.Records = append(w.records, record), append(w.piece.Records, record)
	}
	return seq
}

// look records that the wall clock was set, before anything is decided by it.
func (w *work) look() {
	h := w.hall
	by, moved := h.clock.look()
	if by == 0 {
		return
	}
	h.Log.Warn("the wall clock was set", "by", by, "ahead", h.clock.ahead)
	at := h.clock.now(h.state)
	jump := queue.ClockJump{By: by, Moved: moved, Ahead: h.clock.ahead}
	out, err := h.state.Decide(queue.Input{At: at, Nonce: h.Nonce()}, jump)
	if err == nil { // it is never refused
		w.record(at, Request{Actor: "lobby"}, out.Events)
	}
}

// remember keeps an answer for the day, so that a repetition gets the same.
// The answers of an old day go when a new one is opened, also those that were
// given just before it in the same batch.
func (w *work) remember(a queue.Answer) {
	h := w.hall
	if day, _ := h.state.Day(); day != w.piece.Day {
		w.piece.Day, w.piece.Answers, w.opened = day, nil, true
		clear(h.answers)
	}
	if a.ID == "" {
		return
	}
	h.answers[a.ID] = a
	w.piece.Answers = append(w.piece.Answers, a)
}

// commit makes the batch durable. A batch of repetitions needs no disk, and a
// small one no other goroutine.
func (w *work) commit() error {
	if w.pieces == nil {
		if w.nothing() {
			return nil
		}
		return w.hall.Trail.Append(w.piece.Alone())
	}
	w.hand()
	close(w.pieces)
	return <-w.stored
}

// nothing is left that the trail has not been given.
func (w *work) nothing() bool { return len(w.piece.Records) == 0 && len(w.piece.Answers) == 0 }

func (w *work) answer() {
	for i, r := range w.requests {
		r.reply <- w.replies[i]
	}
}

func (w *work) fail(err error) {
	for _, r := range w.requests {
		r.reply <- reply{err: err}
	}
}

// complete fills in what a command leaves to the hall.
func (h *Hall) complete(c queue.Command) queue.Command {
	open, ok := c.(queue.DayOpen)
	if !ok {
		return c
	}
	now := h.Now().In(h.Location)
	if open.Day == "" {
		open.Day = now.Format(time.DateOnly)
	}
	_, open.Offset = now.Zone()
	return open
}

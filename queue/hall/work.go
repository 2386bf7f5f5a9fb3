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
	batch    queue.Batch
	requests []*request
	replies  []reply
}

// take decides one command on the private state and notes its reply, which is
// given only after the batch is durable.
func (w *work) take(r *request) {
	w.requests = append(w.requests, r)
	w.replies = append(w.replies, w.decide(r.Request))
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
		w.batch.Records = append(w.batch.Records, record)
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
	if day, _ := h.state.Day(); day != w.batch.Day {
		w.batch.Day, w.batch.Answers = day, nil
		clear(h.answers)
	}
	if a.ID == "" {
		return
	}
	h.answers[a.ID] = a
	w.batch.Answers = append(w.batch.Answers, a)
}

// commit makes the batch durable. A batch of repetitions needs no disk.
func (w *work) commit() error {
	if len(w.batch.Records) == 0 && len(w.batch.Answers) == 0 {
		return nil
	}
	return w.hall.Trail.Append(w.batch)
}

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

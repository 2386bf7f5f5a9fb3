package simulate

import (
	"reflect"
	"time"

	"lobby/queue"
)

// Replay decides every call of a trail again, on the state that the records
// before it make, and compares. Records come by Add, in order from the first
// one, and End says that there are no more.
type Replay struct {
	Calls     int // decided again
	Chosen    int // by staff out of order; these have nobody to compare with
	Different []Difference

	state   *queue.State
	command []queue.Record // the records of the command that is being read
}

// Difference is a call that the rules would not make.
type Difference struct {
	Record  queue.Record
	Decided string // the ticket that the rules call, or their refusal
	Why     queue.Why
}

// NewReplay begins a replay.
func NewReplay() *Replay { return &Replay{state: queue.NewState()} }

// Add takes the next record.
func (r *Replay) Add(next queue.Record) {
	if n := len(r.command); n > 0 {
		last := r.command[n-1]
		_, called := last.Event.(queue.TicketCalled)
		if called || !last.At.Equal(next.At) || last.Actor != next.Actor || last.Command != next.Command {
			r.End()
		}
	}
	r.command = append(r.command, next)
}

// End decides the last command again and applies it.
func (r *Replay) End() {
	for _, record := range r.command {
		if called, ok := record.Event.(queue.TicketCalled); ok {
			r.decide(record, called)
		}
	}
	for _, record := range r.command {
		r.state.Apply(record)
	}
	r.command = r.command[:0]
}

// decide asks the rules for a call that was recorded.
func (r *Replay) decide(record queue.Record, called queue.TicketCalled) {
	if called.Why.Tier == "chosen" {
		r.Chosen++
		return
	}
	r.Calls++
	d := Difference{Record: record}
	out, err := r.state.Decide(queue.Input{At: record.At, Nonce: "replay-replay-replay-0"}, queue.CallNext{Window: called.Window})
	if err != nil {
		d.Decided = err.Error()
	}
	for _, e := range out.Events {
		if again, ok := e.(queue.TicketCalled); ok {
			d.Decided, d.Why = again.Ticket, again.Why
		}
	}
	if d.Decided != called.Ticket || !reflect.DeepEqual(d.Why, called.Why) {
		r.Different = append(r.Different, d)
	}
}

// At is the time of the last record.
func (r *Replay) At() time.Time { return r.state.At() }

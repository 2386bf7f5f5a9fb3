package simulate

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"lobby/queue"
)

// Forecaster foresees waits; a hall without one tells positions only.
type Forecaster interface {
	Observe(r queue.Record)
	ForeseeLine(now queue.Floor, at time.Time, line queue.Line) *queue.Foresight
}

// Hall is a hall in virtual time: the real queue, with time and chance from
// the simulation.
type Hall struct {
	Forecaster Forecaster               // may be nil
	Write      func(queue.Record) error // every record, in order

	state    *queue.State
	rng      *rand.Rand
	at       time.Time
	commands int
	err      error // the first of Write
}

// NewHall makes a hall; the seed is of its tokens.
func NewHall(seed uint64) *Hall {
	return &Hall{state: queue.NewState(), rng: rand.New(rand.NewPCG(seed, 0x68616c6c))}
}

// State is the hall's state, for looking at.
func (h *Hall) State() *queue.State { return h.state }

// Activate puts a configuration in force.
func (h *Hall) Activate(c queue.Config, at time.Time) error {
	h.at = at
	return h.must("lobby", queue.Activate{Config: c, Hash: "simulated"})
}

// do carries out a command at the present moment.
func (h *Hall) do(actor string, c queue.Command) (queue.Outcome, error) {
	if h.err != nil {
		return queue.Outcome{}, h.err
	}
	out, err := h.state.Decide(queue.Input{At: h.at, Nonce: h.nonce()}, c)
	if err != nil {
		return out, err
	}
	h.commands++
	id := "s-" + strconv.Itoa(h.commands)
	for _, e := range out.Events {
		r := queue.Record{Seq: h.state.Seq() + 1, At: h.at, Actor: actor, Command: id, Event: e}
		h.state.Apply(r)
		r.Day, _ = h.state.Day()
		if h.Forecaster != nil {
			h.Forecaster.Observe(r)
		}
		if h.err = h.Write(r); h.err != nil {
			return out, h.err
		}
	}
	return out, nil
}

// must is do for commands that a simulated hall never gives in vain.
func (h *Hall) must(actor string, c queue.Command) error {
	if _, err := h.do(actor, c); err != nil {
		return fmt.Errorf("simulate: %T at %s: %w", c, h.at.Format(time.DateTime), err)
	}
	return nil
}

// refused tells whether an error is the queue's no.
func refused(err error) bool {
	var r *queue.Refusal
	return errors.As(err, &r)
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// nonce is the random text of a command.
func (h *Hall) nonce() string {
	var text [22]byte
	for i := 0; i < len(text); {
		for bits, n := h.rng.Uint64(), 0; n < 10 && i < len(text); n, i = n+1, i+1 {
			text[i] = letters[bits&63]
			bits >>= 6
		}
	}
	return string(text[:])
}

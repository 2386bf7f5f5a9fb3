// Package audit holds the records of a trail against the promises that a hall
// makes to its citizens. It needs nothing but the records: it folds them as
// the hall did, keeps its own books beside the fold, and names the first
// record that breaks a promise.
//
// What is checked, by the names of the reference:
//
//	seq   records follow each other without a gap, times never go back
//	fold  every record makes sense where it stands
//	I1    a number of a day belongs to one ticket
//	I2    a leg is at one window at most, and a window has one leg at most
//	I3    in one service and class nobody is called before an older one
//	      without a reason
//	I4    whoever is done was called, had come, and sat before the staff named
//	I5    the sums of the day agree with the legs, counted one by one
//	I6    the state goes on the same after it was written down and read again
//	I7    no slip came out that was not intended before
//	I9    a leg has one counted rating at most
//	I11   every call by the rule is the one that the rule gives, with the same
//	      reasons
//	I12   nobody is called to two places at once
//
// That an acknowledged command is durable (I8) and that a board shows what it
// should (I10) cannot be seen in records.
package audit

import (
	"fmt"
	"time"

	"lobby/queue"
)

// Fault is the first thing that is wrong.
type Fault struct {
	Seq     uint64 // of the record
	Promise string // "I3"
	Say     string // what is wrong, for people
}

// Error makes a fault an error.
func (f *Fault) Error() string {
	return fmt.Sprintf("audit: record %d breaks %s: %s", f.Seq, f.Promise, f.Say)
}

// Auditor checks records in order. It is not safe for concurrent use.
type Auditor struct {
	state  *queue.State
	mono   time.Duration
	books  books
	wanted map[string]wanted // who was next at a window when a service there ended
	erased bool              // a person of the day was forgotten, so that some reasons are not to be seen any more
}

// wanted is who the rule would call, and for which command it was asked.
type wanted struct {
	command string
	at      time.Time
	choice  queue.Choice
	found   bool
}

// New makes an auditor for a trail that begins with its first record.
func New() *Auditor {
	return &Auditor{state: queue.NewState(), books: newBooks(), wanted: map[string]wanted{}}
}

// Check looks at the next record. Its error is a *Fault; after one the rest
// of the trail cannot be judged. A record that cannot have happened stops the
// fold or the books, whichever comes to it first.
func (a *Auditor) Check(r queue.Record) (err error) {
	defer func() {
		if stopped := recover(); stopped != nil {
			err = &Fault{Seq: r.Seq, Promise: "fold", Say: queue.Misplaced(r, stopped)}
		}
	}()
	for _, check := range []func(queue.Record) *Fault{a.follows, a.before, a.fold, a.after} {
		if f := check(r); f != nil {
			f.Seq = r.Seq
			return f
		}
	}
	return nil
}

func fault(promise, say string, args ...any) *Fault {
	return &Fault{Promise: promise, Say: fmt.Sprintf(say, args...)}
}

// follows checks the place of a record in the trail.
func (a *Auditor) follows(r queue.Record) *Fault {
	switch {
	case r.Seq != a.state.Seq()+1:
		return fault("seq", "it follows record %d: one is missing or doubled", a.state.Seq())
	case r.At.Before(a.state.At()):
		return fault("seq", "its time %s is before that of the record before it", r.At.Format(time.RFC3339Nano))
	case r.Mono < a.mono:
		return fault("seq", "the running time went back")
	}
	a.mono = r.Mono
	return nil
}

// fold applies the record.
func (a *Auditor) fold(r queue.Record) *Fault {
	a.state.Apply(r)
	return nil
}

// before checks what can only be seen before the record takes effect.
func (a *Auditor) before(r queue.Record) *Fault {
	switch e := r.Event.(type) {
	case queue.TicketIssued:
		a.erased = a.erased || e.Token == ""
	case queue.TicketDone:
		choice, found := a.state.Next(e.Window, r.At)
		a.wanted[e.Window] = wanted{r.Command, r.At, choice, found}
	case queue.TicketCalled:
		if f := a.called(e, r); f != nil {
			return f
		}
	case queue.DayOpened:
		a.erased = false
		clear(a.wanted)
	}
	return a.books.before(a.state, r)
}

// after checks what the record has led to.
func (a *Auditor) after(r queue.Record) *Fault {
	if f := a.books.after(a.state, r, a.erased); f != nil {
		return f
	}
	if _, ok := r.Event.(queue.DayClosed); ok {
		return a.again()
	}
	return nil
}

// again writes the state down and reads it back (I6).
func (a *Auditor) again() *Fault {
	data, err := a.state.Save()
	if err != nil {
		return fault("I6", "%v", err)
	}
	other, err := queue.Load(data)
	if err != nil {
		return fault("I6", "%v", err)
	}
	if twice, err := other.Save(); err != nil || string(twice) != string(data) {
		return fault("I6", "the state is another one after it was written down and read again")
	}
	return nil
}

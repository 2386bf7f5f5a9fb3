// Package figures makes the figures of reports out of records: how many came
// and what became of them, how long they waited and were served, by day, hour,
// service, item, class, window and staff. It is a fold and nothing else: the
// same records give the same figures on every machine, to the byte, because
// all sums are of whole milliseconds.
package figures

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"lobby/queue"
)

// Balance is what became of the numbers that were given. At every record
// Received is the sum of all others.
type Balance struct {
	Received  int `json:"received"`
	Done      int `json:"done"`
	Cancelled int `json:"cancelled"`
	NoShow    int `json:"no_show"`
	Expired   int `json:"expired"`
	Void      int `json:"void"`
	Open      int `json:"open"`
}

// count is the place of a fate in the balance.
func (b *Balance) count(f queue.Fate) *int {
	switch f {
	case queue.FateDone:
		return &b.Done
	case queue.FateCancelled:
		return &b.Cancelled
	case queue.FateNoShow:
		return &b.NoShow
	case queue.FateExpired:
		return &b.Expired
	case queue.FateVoid:
		return &b.Void
	}
	return &b.Open
}

// Sum is what Received must be.
func (b Balance) Sum() int { return b.Done + b.Cancelled + b.NoShow + b.Expired + b.Void + b.Open }

// Books are kept record by record.
type Books struct {
	from, to string // business days; empty for no bound
	state    *queue.State
	balance  Balance // of the days in the bounds
	groups   map[group]*sums
	legs     map[string]*times // of the day, by leg id
	offset   int               // of the hall's time from UTC, in seconds east
}

// times are what a leg's times in the state do not tell: the state keeps the
// last call, and the reports want the first.
type times struct {
	began  time.Time
	waited time.Duration
	called bool
	missed int
	rang   int // calls
}

// New begins books over the business days from and to, both included; an
// empty one is no bound.
func New(from, to string) *Books {
	return &Books{from: from, to: to, state: queue.NewState(), groups: map[group]*sums{}, legs: map[string]*times{}}
}

// Balance is what became of all numbers so far.
func (b *Books) Balance() Balance { return b.balance }

// Apply goes on by one record. Its error says that the records are not those of
// a hall.
func (b *Books) Apply(r queue.Record) (err error) {
	defer func() {
		if stopped := recover(); stopped != nil { // the state refuses records that cannot follow
			err = fmt.Errorf("figures: record %d: %s", r.Seq, queue.Misplaced(r, stopped))
		}
	}()
	if e, ok := r.Event.(queue.DayOpened); ok {
		b.close()
		b.offset = e.Offset
	}
	about, isSubject := r.Event.(queue.Subject)
	var before queue.Fate
	known := false
	if isSubject {
		before, known = b.state.Fate(about.TicketNumber())
	}
	b.state.Apply(r)
	if isSubject && b.counts() {
		b.rebalance(about.TicketNumber(), before, known)
	}
	b.note(r)
	return nil
}

// counts tells whether the present day is in the bounds.
func (b *Books) counts() bool {
	day, _ := b.state.Day()
	return day >= b.from && (b.to == "" || day <= b.to)
}

func (b *Books) rebalance(number string, before queue.Fate, known bool) {
	after, ok := b.state.Fate(number)
	if !ok {
		return
	}
	if known {
		*b.balance.count(before)--
	} else {
		b.balance.Received++
	}
	*b.balance.count(after)++
}

// note keeps the times that the state does not.
func (b *Books) note(r queue.Record) {
	switch e := r.Event.(type) {
	case queue.TicketIssued:
		b.legs[e.LegID] = &times{began: r.At}
	case queue.TicketTransferred:
		b.legs[e.NewLeg] = &times{began: r.At}
	case queue.TicketCalled:
		l := b.leg(e.LegID, r.At)
		l.rang++
		if !l.called {
			l.called, l.waited = true, r.At.Sub(l.began)
		}
	case queue.TicketNoShow:
		b.leg(e.LegID, r.At).missed++
	case queue.CommandUndone:
		b.undo(e, r.At)
	case queue.ClockJumped:
		b.later(time.Duration(e.Moved))
	case queue.HallUnfrozen:
		b.later(time.Duration(e.Stood))
	}
}

// undo takes back what a press had added.
func (b *Books) undo(e queue.CommandUndone, at time.Time) {
	l := b.leg(e.LegID, at)
	switch e.Event {
	case queue.TicketCalled{}.Name():
		if l.rang--; l.rang == 0 {
			l.called, l.waited = false, 0
		}
	case queue.TicketNoShow{}.Name():
		l.missed--
	}
}

// leg finds the times of a leg. One of a journey begins when it is first seen
// at a record of its own.
func (b *Books) leg(id string, at time.Time) *times {
	l := b.legs[id]
	if l == nil {
		l = &times{began: at}
		b.legs[id] = l
	}
	return l
}

// later moves what has not ended when time was not time.
func (b *Books) later(d time.Duration) {
	for _, l := range b.legs {
		if !l.called {
			l.began = l.began.Add(d)
		}
	}
}

// close adds the day's legs to the groups.
func (b *Books) close() {
	if b.counts() {
		for _, t := range b.state.Tickets() {
			b.add(t)
		}
	}
	clear(b.legs)
}

func (b *Books) add(t queue.Ticket) {
	for i, l := range t.Legs {
		times := b.legs[l.ID]
		if times == nil {
			times = b.leg(l.ID, l.Seniority)
		}
		first := i == 0
		for _, g := range b.groupsOf(t, l) {
			s := b.groups[g]
			if s == nil {
				s = &sums{}
				b.groups[g] = s
			}
			s.add(l, times, first)
		}
	}
}

// Report closes the books. They must not be used after it.
func (b *Books) Report() Report {
	b = b.copied()
	b.close()
	r := Report{Records: b.state.Seq(), Balance: b.balance}
	for g, s := range b.groups {
		r.Rows = append(r.Rows, s.row(g))
	}
	slices.SortFunc(r.Rows, Row.compare)
	for _, row := range r.Rows {
		if row.By != string(byDay) {
			continue
		}
		if r.From == "" {
			r.From = row.Key
		}
		r.To = row.Key
	}
	return r
}

// copied are books that may be closed while b goes on.
func (b *Books) copied() *Books {
	c := *b
	c.legs = maps.Clone(b.legs)
	c.groups = make(map[group]*sums, len(b.groups))
	for g, s := range b.groups {
		sum := *s
		sum.waits, sum.services = slices.Clip(s.waits), slices.Clip(s.services) // appending must not write into b's
		c.groups[g] = &sum
	}
	return &c
}

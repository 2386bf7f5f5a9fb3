package simulate

import (
	"slices"
	"time"

	"lobby/queue"
)

// Recorded takes from the records of one day what came to the hall from
// outside, so that the day can be lived through again under other rules. What
// the day never showed is taken from what it did: who was never served would
// have taken as long as others of the service.
func Recorded(records []queue.Record, closes time.Time) Day {
	r := &recorded{visits: map[string]*seen{}, windows: map[string]*spell{}, serves: map[string]*mean{}}
	r.day.Closes = closes
	for _, record := range records {
		r.see(record)
	}
	return r.finish()
}

// recorded is a day being read.
type recorded struct {
	day     Day
	visits  map[string]*seen  // by ticket
	order   []*seen           // in order of issue
	windows map[string]*spell // by window
	serves  map[string]*mean  // by service
	turn    mean
	gone    mean
}

// seen is a visit being read.
type seen struct {
	first  *Visit
	now    *Visit // the leg that is under way
	issued time.Time
	called time.Time
	began  time.Time
	missed time.Time
}

// spell is when a window last became free.
type spell struct{ free time.Time }

// mean is a mean of durations.
type mean struct {
	n   int
	sum time.Duration
}

func (m *mean) add(d time.Duration) { m.n, m.sum = m.n+1, m.sum+d }

func (m *mean) or(d time.Duration) time.Duration {
	if m == nil || m.n == 0 {
		return d
	}
	return m.sum / time.Duration(m.n)
}

func (r *recorded) see(record queue.Record) {
	at := record.At
	r.day.Ends = at
	switch e := record.Event.(type) {
	case queue.DayOpened:
		r.day.Name, r.day.Opens = e.Day, at
	case queue.TicketIssued:
		v := &Visit{At: at, Service: e.Service, Class: e.Class, Item: e.Item, Kiosk: e.Kiosk}
		s := &seen{first: v, now: v, issued: at}
		r.visits[e.Ticket], r.order = s, append(r.order, s)
	case queue.WindowOpened:
		r.move(at, queue.WindowOpen(e))
	case queue.WindowPaused:
		r.move(at, queue.WindowPause(e))
	case queue.WindowResumed:
		r.move(at, queue.WindowResume(e))
	case queue.WindowDraining:
		r.move(at, queue.WindowDrain(e))
	case queue.WindowClosed:
		r.move(at, queue.WindowClose{Window: e.Window})
	case queue.Subject:
		if s := r.visits[e.TicketNumber()]; s != nil {
			r.leg(s, record.Event, at)
		}
	}
}

func (r *recorded) move(at time.Time, c queue.Command) {
	r.day.Moves = append(r.day.Moves, Move{at, c})
	delete(r.windows, windowOf(c))
}

// leg follows one visit.
func (r *recorded) leg(s *seen, e queue.Event, at time.Time) {
	switch e := e.(type) {
	case queue.TicketCalled:
		s.called = at
		if w := r.windows[e.Window]; w != nil && s.issued.Before(w.free) {
			r.turn.add(at.Sub(w.free))
		}
		delete(r.windows, e.Window)
	case queue.TicketArrived:
		s.now.Walk, s.began = at.Sub(s.called), at
	case queue.TicketNoShow:
		s.now.Absent, s.missed = true, at
		r.gone.add(at.Sub(s.called))
		r.free(e.Window, at)
	case queue.TicketRecovered:
		s.now.Again = at.Sub(s.missed)
	case queue.TicketDone:
		r.served(s, at)
		r.free(e.Window, at)
	case queue.TicketTransferred:
		r.served(s, at)
		r.free(e.Window, at)
		next := &Visit{Service: e.ToService, Class: e.Class}
		s.now.Then, s.now.Keep = next, e.Seniority.Before(at)
		s.now = next
	case queue.TicketCancelled:
		s.first.Patience = at.Sub(s.issued)
	}
}

func (r *recorded) free(window string, at time.Time) { r.windows[window] = &spell{at} }

func (r *recorded) served(s *seen, at time.Time) {
	if s.began.IsZero() {
		s.began = s.called
	}
	s.now.Serve = at.Sub(s.began)
	m := r.serves[s.now.Service]
	if m == nil {
		m = &mean{}
		r.serves[s.now.Service] = m
	}
	m.add(s.now.Serve)
	s.began = time.Time{}
}

// finish fills in what was never seen.
func (r *recorded) finish() Day {
	for _, s := range r.order {
		for v := s.first; v != nil; v = v.Then {
			if v.Serve == 0 {
				v.Serve = r.serves[v.Service].or(10 * time.Minute)
			}
		}
		r.day.Visits = append(r.day.Visits, *s.first)
	}
	r.day.Turn, r.day.Gone = r.turn.or(turn), r.gone.or(untilMissed)
	if r.day.Closes.Before(r.day.Opens) {
		r.day.Closes = r.day.Ends
	}
	r.day.Moves = slices.DeleteFunc(r.day.Moves, func(m Move) bool { return !m.At.Before(r.day.Ends) }) // the closing of the day closes them
	return r.day
}

// Staffed puts the rosters of a configuration in place of what its windows
// did; windows without one do as they did.
func (d Day) Staffed(c queue.Config, zone *time.Location) Day {
	sharp := func(c queue.Clock) time.Time { return c.On(d.Opens.In(zone)) }
	staffed := map[string]bool{}
	var moves []Move
	for _, w := range c.Windows {
		if len(w.Roster) > 0 {
			staffed[w.ID] = true
			moves = append(moves, shifts(w, sharp, sharp, d.Closes)...)
		}
	}
	for _, m := range d.Moves {
		if !staffed[windowOf(m.Command)] {
			moves = append(moves, m)
		}
	}
	slices.SortStableFunc(moves, func(a, b Move) int { return a.At.Compare(b.At) })
	d.Moves = moves
	return d
}

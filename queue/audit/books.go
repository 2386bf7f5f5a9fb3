package audit

import (
	"time"

	"lobby/queue"
)

// books are kept beside the fold, in the most obvious way.
type books struct {
	day     string
	numbers map[string]bool                 // numbers of the day that were given
	legs    map[string]map[string]queue.Leg // by ticket and leg, as last seen
	waiting map[line]map[string]queue.Leg   // plain waiting legs, by leg
	present map[string]map[string]string    // windows that have a leg, by visit and leg
	person  map[string]string               // visit of a ticket
	at      map[string]string               // leg at a window
	staff   map[string]string               // who sits at a window
	rated   map[string]bool                 // legs with a counted rating
	states  map[queue.LegState]int          // legs of the day, by state
}

// line is a service and a class.
type line struct{ service, class string }

func newBooks() books {
	return books{
		numbers: map[string]bool{}, legs: map[string]map[string]queue.Leg{}, waiting: map[line]map[string]queue.Leg{},
		present: map[string]map[string]string{}, person: map[string]string{}, at: map[string]string{}, staff: map[string]string{},
		rated: map[string]bool{}, states: map[queue.LegState]int{},
	}
}

// before notes and checks what a record says of itself.
func (b *books) before(s *queue.State, r queue.Record) *Fault {
	switch e := r.Event.(type) {
	case queue.DayOpened:
		if e.Day <= b.day {
			return fault("I1", "the day %s was open before, its numbers would come again", e.Day)
		}
		*b = newBooks()
		b.day = e.Day
	case queue.TicketIssued:
		if b.numbers[e.Ticket] {
			return fault("I1", "the number %s of %s is given a second time", e.Ticket, b.day)
		}
		b.numbers[e.Ticket] = true
		b.person[e.Ticket] = e.Ticket
		if e.Person != "" {
			b.person[e.Ticket] = "person " + e.Person
		}
	case queue.WindowOpened:
		b.staff[e.Window] = e.Staff
	case queue.TicketCalled:
		if other := b.at[e.Window]; other != "" && other != e.LegID {
			return fault("I2", "window %s has %s and calls %s", e.Window, other, e.LegID)
		}
	case queue.TicketDone:
		return b.done(s, e)
	case queue.TicketPrinted:
		return intended(s, e.Ticket)
	case queue.TicketPrintUnknown:
		return intended(s, e.Ticket)
	case queue.RatingGiven:
		if b.rated[e.LegID] {
			return fault("I9", "%s has a rating that counts already", e.LegID)
		}
		b.rated[e.LegID] = true
	}
	return nil
}

// done checks that a service had a beginning, a window and its staff (I4).
func (b *books) done(s *queue.State, e queue.TicketDone) *Fault {
	l, ok := b.legs[e.Ticket][e.LegID]
	switch {
	case !ok || l.State != queue.LegServing || l.Started.IsZero():
		return fault("I4", "%s is done and nobody had begun to serve it", e.LegID)
	case b.at[e.Window] != e.LegID:
		return fault("I4", "%s is done at window %s, which has %q", e.LegID, e.Window, b.at[e.Window])
	case e.Staff != b.staff[e.Window]:
		return fault("I4", "%s is done by %q, and %q sits at window %s", e.LegID, e.Staff, b.staff[e.Window], e.Window)
	}
	return nil
}

// intended checks that a slip was meant to come out (I7).
func intended(s *queue.State, ticket string) *Fault {
	if t, ok := s.Ticket(ticket); !ok || t.Print != queue.Printing {
		return fault("I7", "a slip of %s came out that nobody had asked for", ticket)
	}
	return nil
}

// after brings the books up to date with the legs of the record's ticket, and
// checks them.
func (b *books) after(s *queue.State, r queue.Record, erased bool) *Fault {
	switch e := r.Event.(type) {
	case queue.HallUnfrozen:
		b.later(time.Duration(e.Stood))
	case queue.WindowClosed:
		b.reread(s)
	case queue.Subject:
		if f := b.read(s, e.TicketNumber(), erased); f != nil {
			return f
		}
	}
	return b.sums(s.Figures())
}

// read takes the legs of one ticket into the books.
func (b *books) read(s *queue.State, number string, erased bool) *Fault {
	t, ok := s.Ticket(number)
	if !ok {
		return nil // a rating that belongs to nobody
	}
	old := b.legs[number]
	b.legs[number] = map[string]queue.Leg{}
	for _, l := range old {
		b.drop(l)
	}
	for _, l := range t.Legs {
		if f := b.put(*l, erased); f != nil {
			return f
		}
	}
	return nil
}

// reread takes all legs anew that are not over, when a record is about many.
// Most of a day's legs are over when its windows close.
func (b *books) reread(s *queue.State) {
	for number, legs := range b.legs {
		if live(legs) {
			b.read(s, number, true)
		}
	}
}

// live tells whether a ticket has a leg that a record about others can change.
func live(legs map[string]queue.Leg) bool {
	for _, l := range legs {
		switch l.State {
		case queue.LegTransferred, queue.LegDone, queue.LegCancelled, queue.LegExpired, queue.LegVoid:
		default:
			return true
		}
	}
	return false
}

func (b *books) drop(l queue.Leg) {
	b.states[l.State]--
	delete(b.waiting[line{l.Service, l.Class}], l.ID)
	if present := b.present[b.person[l.Ticket]]; present != nil {
		delete(present, l.ID)
	}
	if b.at[l.Window] == l.ID {
		delete(b.at, l.Window)
	}
}

func (b *books) put(l queue.Leg, erased bool) *Fault {
	b.legs[l.Ticket][l.ID] = l
	b.states[l.State]++
	switch l.State {
	case queue.LegWaiting:
		key := line{l.Service, l.Class}
		if b.waiting[key] == nil {
			b.waiting[key] = map[string]queue.Leg{}
		}
		b.waiting[key][l.ID] = l
	case queue.LegCalled, queue.LegServing:
		return b.stand(l, erased)
	}
	return nil
}

// stand notes that a leg is at a window (I2), and with it its person (I12).
func (b *books) stand(l queue.Leg, erased bool) *Fault {
	if other := b.at[l.Window]; other != "" {
		return fault("I2", "window %s has both %s and %s", l.Window, other, l.ID)
	}
	b.at[l.Window] = l.ID
	who := b.person[l.Ticket]
	if b.present[who] == nil {
		b.present[who] = map[string]string{}
	}
	for other, window := range b.present[who] {
		if !erased {
			return fault("I12", "the holder of %s is called to window %s and is at window %s with %s", l.Ticket, l.Window, window, other)
		}
	}
	b.present[who][l.ID] = l.Window
	return nil
}

// overtaken checks that nobody of the same service and class has waited longer
// than whoever is called from the pool (I3). Directed legs, appointments,
// those who rest and those whose person is busy are not in that line.
func (b *books) overtaken(e queue.TicketCalled, at time.Time) *Fault {
	l, ok := b.legs[e.Ticket][e.LegID]
	if !ok || e.Why.Tier != "pool" && e.Why.Tier != "guard" {
		return nil
	}
	if !plain(l) {
		return nil
	}
	for _, o := range b.waiting[line{l.Service, l.Class}] {
		older := o.Seniority.Before(l.Seniority) || o.Seniority.Equal(l.Seniority) && o.Order < l.Order
		if older && o.ID != l.ID && plain(o) && !o.NotBefore.After(at) && len(b.present[b.person[o.Ticket]]) == 0 {
			return fault("I3", "%s is called, and %s has waited longer for the same", l.ID, o.ID)
		}
	}
	return nil
}

// plain tells whether a leg waits in the line of its service and class.
func plain(l queue.Leg) bool {
	return l.Direct == "" && l.ForStaff == "" && !l.Front && l.Slot.IsZero()
}

// sums holds the day's figures against the legs (I5): every number given is
// somewhere.
func (b *books) sums(f queue.Figures) *Fault {
	for _, c := range []struct {
		name      string
		got, want int
	}{
		{"numbers given", f.Issued, len(b.numbers)},
		{"served", f.Served, b.states[queue.LegDone]},
		{"absent", f.NoShow, b.states[queue.LegNoShow]},
		{"void", f.Voided, b.states[queue.LegVoid]},
		{"cancelled", f.Cancelled, b.states[queue.LegCancelled]},
		{"expired", f.Expired, b.states[queue.LegExpired]},
	} {
		if c.got != c.want {
			return fault("I5", "%s: the day's sum is %d, the legs give %d", c.name, c.got, c.want)
		}
	}
	return nil
}

// later moves the clocks of all legs that are not over, as the hall does when
// it was frozen.
func (b *books) later(d time.Duration) {
	for _, legs := range b.legs {
		for id, l := range legs {
			l.Seniority = l.Seniority.Add(d)
			legs[id] = l
		}
	}
	for _, legs := range b.waiting {
		for id, l := range legs {
			l.Seniority = l.Seniority.Add(d)
			if !l.NotBefore.IsZero() {
				l.NotBefore = l.NotBefore.Add(d)
			}
			legs[id] = l
		}
	}
}

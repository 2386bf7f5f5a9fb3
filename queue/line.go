package queue

import (
	"cmp"
	"time"
)

// line is a row of legs that may be called, in the order in which they would
// be. Everybody in one line has the same right, so that only its front has to
// be looked at to find who is next.
type line = sorted[*Leg]

// lineKey names a line. ID is a service, a window or staff, by the kind.
type lineKey struct {
	kind  lineKind
	id    string
	class string
}

// lineKind says what the legs of a line have in common.
type lineKind string

// The kinds of lines.
const (
	linePool     lineKind = "pool"     // wait for a service in one class, by seniority
	lineLate     lineKind = "late"     // the same, with the credit of who missed an appointment
	lineReserved lineKind = "reserved" // the same, but the slip is not out yet: nobody calls them
	lineFront    lineKind = "front"    // wait for a service in front of all others
	lineSlot     lineKind = "slot"     // have an appointment for a service, by its time
	lineWindow   lineKind = "window"   // may be called at one window only
	lineStaff    lineKind = "staff"    // may be called by one of the staff only
)

// lineOf is the line in which a leg belongs once its person is free and
// rested; the zero key for one that nobody may call.
func (s *State) lineOf(l *Leg) lineKey {
	switch {
	case l.State == LegReserved:
		return lineKey{lineReserved, l.Service, l.Class}
	case l.State != LegWaiting:
		return lineKey{}
	case l.Direct != "":
		return lineKey{lineWindow, l.Direct, ""}
	case l.ForStaff != "":
		return lineKey{lineStaff, l.ForStaff, ""}
	case l.Front:
		return lineKey{lineFront, l.Service, ""}
	case l.Late:
		return lineKey{lineLate, l.Service, l.Class}
	case !l.Slot.IsZero():
		return lineKey{lineSlot, l.Service, ""}
	}
	return lineKey{linePool, l.Service, l.Class}
}

// change lets f change a leg by the record that is being applied: it leaves
// its line and joins the one where it belongs afterwards. Nothing that decides
// about lines, sums or clocks may be changed in another way.
func (s *State) change(l *Leg, f func(*Leg)) {
	s.lift(l)
	was := l.State
	f(l)
	if l.State != was {
		l.Since = s.at
	}
	l.Touched = s.seq
	s.settle(l)
}

// lift takes a leg out of everything that is kept by its state.
func (s *State) lift(l *Leg) {
	if l.State == LegWaiting {
		s.counts[l.Service]--
	}
	s.leaveLine(l)
	s.leaveVisit(l)
	s.setDue(dueKey{dueLeg, l.ID}, time.Time{})
}

// settle puts a leg where its state belongs.
func (s *State) settle(l *Leg) {
	if l.Since.IsZero() {
		l.Since = s.at
	}
	if l.State == LegWaiting {
		s.counts[l.Service]++
	}
	s.joinVisit(l)
	s.joinLine(l)
	at, _ := s.legDue(l)
	s.setDue(dueKey{dueLeg, l.ID}, at)
}

func (s *State) joinLine(l *Leg) {
	key := s.lineOf(l)
	if key == (lineKey{}) || l.State == LegWaiting && s.visits[s.visitOf(l)].isBusy() {
		return
	}
	if l.NotBefore.After(s.at) {
		l.line = s.resting
	} else {
		if s.lines[key] == nil {
			s.lines[key] = newSorted(bySeniority)
		}
		l.line = s.lines[key]
	}
	l.line.put(l)
	s.moved = append(s.moved, l)
}

func (s *State) leaveLine(l *Leg) {
	if l.line != nil {
		l.line.take(l)
		l.line = nil
		s.moved = append(s.moved, l)
	}
}

// wake lets those join their lines whose rest is over.
func (s *State) wake(at time.Time) {
	for {
		l, ok := s.resting.head()
		if !ok || l.NotBefore.After(at) {
			return
		}
		s.leaveLine(l)
		s.joinLine(l)
	}
}

// rested lists whose rest ends by a moment, although no record has come yet
// to wake them.
func (s *State) rested(at time.Time) (ls []*Leg) {
	s.resting.each(func(l *Leg) bool {
		if l.NotBefore.After(at) {
			return false
		}
		ls = append(ls, l)
		return true
	})
	return ls
}

// resettle builds all lines anew, after rules or times have changed for all.
func (s *State) resettle() {
	s.lines, s.counts, s.visits = map[lineKey]*line{}, map[string]int{}, map[string]*visit{}
	s.resting = newSorted(byRest)
	s.seat()
	ts := s.byNumber()
	for _, t := range ts {
		for _, l := range t.Legs {
			l.line = nil
			s.setDue(dueKey{dueLeg, l.ID}, time.Time{})
		}
	}
	for number, t := range s.journeys {
		s.setDue(dueKey{dueJourney, number}, t.Journey.due())
	}
	for _, t := range ts {
		for _, l := range t.Legs {
			s.settle(l)
		}
	}
	s.setSchedule()
	s.rewatchAll()
}

// bySeniority orders legs: the longer wait first, then the older leg.
func bySeniority(a, b *Leg) int {
	return cmp.Or(a.Seniority.Compare(b.Seniority), cmp.Compare(a.Order, b.Order))
}

func byRest(a, b *Leg) int {
	return cmp.Or(a.NotBefore.Compare(b.NotBefore), cmp.Compare(a.Order, b.Order))
}

// visit is one person's presence in the hall, with all legs that are not
// over. A person is called to one place at a time: while one leg is called or
// served, the others stand in no line but keep their seniority.
type visit struct {
	legs []*Leg
	busy *Leg
}

func (v *visit) isBusy() bool { return v != nil && v.busy != nil }

// visitOf names the visit a leg belongs to: that of its person, where one is
// known, or of its ticket alone.
func (s *State) visitOf(l *Leg) string {
	if t := s.tickets[l.Ticket]; t.Person != "" {
		return visitOfPerson(t.Person)
	}
	return l.Ticket
}

func visitOfPerson(hash string) string { return "person " + hash }

func (s *State) joinVisit(l *Leg) {
	if l.over() {
		return
	}
	id := s.visitOf(l)
	v := s.visits[id]
	if v == nil {
		v = &visit{}
		s.visits[id] = v
	}
	if l.State == LegCalled || l.State == LegServing {
		v.busy = l
		for _, other := range v.legs {
			s.leaveLine(other)
		}
	}
	v.legs = append(v.legs, l)
}

func (s *State) leaveVisit(l *Leg) {
	id := s.visitOf(l)
	v := s.visits[id]
	if v == nil {
		return
	}
	kept := v.legs[:0]
	for _, other := range v.legs {
		if other != l {
			kept = append(kept, other)
		}
	}
	v.legs = kept
	if v.busy == l {
		v.busy = nil
		for _, other := range v.legs {
			s.leaveLine(other)
			s.joinLine(other)
		}
	}
	if len(v.legs) == 0 {
		delete(s.visits, id)
	}
}

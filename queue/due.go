package queue

import (
	"cmp"
	"time"
)

// dueKey names something that time alone brings about: one for each leg, and
// whatever else has a clock.
type dueKey struct {
	kind dueKind
	id   string
}

// dueKind says whose clock it is.
type dueKind string

// The kinds of clocks.
const (
	dueLeg     dueKind = "leg"
	dueJourney dueKind = "journey"
)

// due is a moment at which a Tick leads to something.
type due struct {
	at  time.Time
	key dueKey
}

func byTime(a, b due) int {
	return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.key.kind, b.key.kind), cmp.Compare(a.key.id, b.key.id))
}

// setDue sets a clock; the zero time stops it.
func (s *State) setDue(key dueKey, at time.Time) {
	if old, ok := s.clocks[key]; ok {
		s.dues.take(due{old, key})
		delete(s.clocks, key)
	}
	if !at.IsZero() {
		s.dues.put(due{at, key})
		s.clocks[key] = at
	}
}

// Due tells when a Tick is wanted, if at all.
func (s *State) Due() (time.Time, bool) {
	if first := s.dues.first(1); len(first) > 0 {
		return first[0].at, true
	}
	return time.Time{}, false
}

// Tick lets time pass: what is due now becomes events. Whatever is due must
// lead to an event that stops or moves its clock.
type Tick struct{}

func (Tick) decide(s *State, in Input) (Outcome, error) {
	var out Outcome
	s.dues.each(func(d due) bool {
		if d.at.After(in.At) {
			return false
		}
		switch d.key.kind {
		case dueLeg:
			out.Events = append(out.Events, s.legTick(s.findLeg(d.key.id)))
		case dueJourney:
			out.Events = append(out.Events, JourneyForecast{Ticket: d.key.id, Finish: s.finish(s.tickets[d.key.id], in.At)})
		}
		return true
	})
	return out, nil
}

// legDue is when time alone changes a leg.
func (s *State) legDue(l *Leg) (time.Time, bool) {
	t := s.tickets[l.Ticket]
	switch {
	case l.State == LegReserved && t.Print == PrintFailed:
		return t.Issued.Add(time.Duration(s.config.Rules.VoidAfter)), true
	}
	return time.Time{}, false
}

// legTick is what happens to a leg whose time has come.
func (s *State) legTick(l *Leg) Event {
	return TicketVoided{about: l.about(), Reason: "print_failed"}
}

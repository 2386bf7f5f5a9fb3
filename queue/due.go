package queue

import (
	"cmp"
	"slices"
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
	dueBallot  dueKind = "ballot" // the oldest that nobody used
	dueAlert   dueKind = "alert"
	dueConfig  dueKind = "config"
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
		if old.Equal(at) {
			return
		}
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
	s.watchStirred()
	if !s.frozen.IsZero() {
		return time.Time{}, false
	}
	at, window := s.idleDue()
	if first := s.dues.first(1); len(first) > 0 && (window == nil || first[0].at.Before(at)) {
		return first[0].at, true
	}
	return at, window != nil
}

// Tick lets time pass: what is due now becomes events. Whatever is due must
// lead to an event that stops or moves its clock.
type Tick struct{}

func (Tick) decide(s *State, in Input) (Outcome, error) {
	var out Outcome
	if !s.frozen.IsZero() {
		return out, nil
	}
	s.watchStirred()
	s.dues.each(func(d due) bool {
		if d.at.After(in.At) {
			return false
		}
		switch d.key.kind {
		case dueLeg:
			out.Events = append(out.Events, s.legTick(s.findLeg(d.key.id)))
		case dueBallot:
			out.Events = append(out.Events, s.overdueBallots(in.At)...)
		case dueConfig:
			out.Events = append(out.Events, s.configTick()...)
		case dueAlert:
			out.Events = append(out.Events, s.alertTick(d.key.id, in.At)...)
		case dueJourney:
			out.Events = append(out.Events, JourneyForecast{Ticket: d.key.id, Finish: s.finish(s.tickets[d.key.id], in.At)})
		}
		return true
	})
	if at, w := s.idleDue(); len(out.Events) == 0 && w != nil && !at.After(in.At) {
		l, why := s.next(w, in.At)
		return w.call(l, why, nil) // one at a time, so that two windows do not want the same
	}
	return out, nil
}

// legDue is when time alone changes a leg.
func (s *State) legDue(l *Leg) (time.Time, bool) {
	rules := s.config.Rules
	t := s.tickets[l.Ticket]
	switch {
	case !s.open:
	case l.State == LegReserved && t.Print == PrintFailed:
		return later(t.Issued, s.thawed).Add(time.Duration(rules.VoidAfter)), true
	case l.State == LegHeld && !l.Back.IsZero():
		return l.Back, true
	case l.State == LegCalled && rules.NoShowAfter > 0:
		return l.Rung.Add(time.Duration(rules.NoShowAfter)), true
	case l.State == LegNoShow && rules.MissedRest > 0 && l.Missed == 1:
		return l.Absent.Add(time.Duration(rules.MissedRest)), true
	}
	return time.Time{}, false
}

// legTick is what happens to a leg whose time has come.
func (s *State) legTick(l *Leg) Event {
	switch l.State {
	case LegHeld:
		return s.returned(l)
	case LegCalled:
		return TicketNoShow{about: l.about(), Window: l.Window, Reason: "timeout"}
	case LegNoShow:
		return TicketRecovered{about: l.about(), Seniority: l.Seniority, Policy: RecoverRest, Missed: l.Missed}
	}
	return TicketVoided{about: l.about(), Reason: voidUnprinted}
}

// idleDue is when an idle window calls by itself, where the rules let it.
func (s *State) idleDue() (at time.Time, window *windowState) {
	after := time.Duration(s.config.Rules.AutoCallAfter)
	if after == 0 || !s.open {
		return at, nil
	}
	for _, w := range s.config.Windows {
		st := s.windows[w.ID]
		if st.mode() != WindowModeIdle {
			continue
		}
		since := st.since.Add(after)
		if l := s.soonest(st); l != nil && (window == nil || later(since, l.NotBefore).Before(at)) {
			at, window = later(since, l.NotBefore), st
		}
	}
	return at, window
}

// soonest is a leg that the window may call, if there is one: now, or the
// first one after its rest.
func (s *State) soonest(w *windowState) *Leg {
	keys := s.callable(w)
	for _, key := range keys {
		if l, ok := s.lines[key].head(); ok {
			return l
		}
	}
	var found *Leg
	s.resting.each(func(l *Leg) bool {
		if slices.Contains(keys, s.lineOf(l)) {
			found = l
		}
		return found == nil
	})
	return found
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

package queue

import (
	"slices"
	"time"
)

// Undo takes back the last press at a window: a wrong key, noticed at once.
// Nothing is wiped out; a record says that it is undone.
type Undo struct {
	Window string `json:"window"`
}

// memory is what a leg and its window were before the last event that may be
// undone.
type memory struct {
	Seq    uint64    `json:"seq"` // of that event
	Event  string    `json:"event"`
	Window string    `json:"window"`
	Leg    savedLeg  `json:"leg"`
	Since  time.Time `json:"since"` // of the window's mode
	Turn   int       `json:"turn,omitempty"`
	NewLeg string    `json:"new_leg,omitempty"` // that the event made
	Rung   *CallView `json:"rung,omitempty"`    // an earlier call of the ticket among the recent ones
}

// press is the last command at a window, as the records it led to that may be
// undone. Next while serving leads to two of them.
type press struct {
	At      time.Time `json:"at"`
	Command string    `json:"command,omitempty"`
	Last    uint64    `json:"last"` // sequence of its last record
	Event   string    `json:"event"`
	Legs    []string  `json:"legs"`
}

func (p *press) copy() *press {
	if p == nil {
		return nil
	}
	c := *p
	c.Legs = slices.Clone(p.Legs)
	return &c
}

// remember keeps what a leg and a window were before an event at the window.
func (s *State) remember(e Event, l *Leg, window, newLeg string, r Record) {
	w := s.windows[window]
	before := l.save()
	before.Before = nil
	l.Before = &memory{Seq: r.Seq, Event: e.Name(), Window: window, Leg: before, Since: w.since, Turn: w.turn, NewLeg: newLeg}
	if at := s.recentCall(l.Ticket); at >= 0 {
		call := s.calls[at]
		l.Before.Rung = &call
	}
	if !w.press.goesOn(e, r) {
		s.forget(w)
		w.press = &press{At: r.At, Command: r.Command}
	}
	w.press.Last, w.press.Event = r.Seq, e.Name()
	w.press.Legs = append(w.press.Legs, l.ID)
}

// forget lets go of what the legs of a window's last press were before it: only
// the last press can be undone.
func (s *State) forget(w *windowState) {
	if w.press == nil {
		return
	}
	for _, id := range w.press.Legs {
		if l := s.findLeg(id); l != nil && l.Before != nil && l.Before.Seq <= w.press.Last && l.Before.Window == w.id {
			l.Before = nil
		}
	}
}

// goesOn tells whether an event belongs to the same press: the call that
// follows the end of the service before it.
func (p *press) goesOn(e Event, r Record) bool {
	return p != nil && p.Last+1 == r.Seq && p.Command == r.Command && p.At.Equal(r.At) &&
		p.Event == TicketDone{}.Name() && e.Name() == TicketCalled{}.Name()
}

func (c Undo) decide(s *State, in Input) (Outcome, error) {
	w, r := s.openWindow(c.Window)
	switch {
	case r != nil:
	case w.press == nil:
		r = refuse(CodeNothingToUndo, c.Window)
	case in.At.Sub(w.press.At) >= time.Duration(s.config.Rules.UndoWithin):
		r = refuse(CodeUndoTooLate, time.Duration(s.config.Rules.UndoWithin))
	}
	if r != nil {
		return Outcome{}, r
	}
	var events []Event
	for _, id := range slices.Backward(w.press.Legs) {
		l := s.findLeg(id)
		if l == nil || !s.untouched(l) {
			return Outcome{}, refuse(CodeUndoDepends, ticketOf(id))
		}
		events = append(events, CommandUndone{about: l.about(), Window: w.id, Seq: l.Before.Seq, Event: l.Before.Event})
	}
	return events1(nil, events...)
}

// untouched tells whether nothing has happened to a leg, its rating or its
// successor since the event that is to be undone.
func (s *State) untouched(l *Leg) bool {
	m := l.Before
	if m == nil || l.Touched != m.Seq || l.Level != 0 || l.Step != "" && movesOn(m.Event) {
		return false
	}
	if next := s.findLeg(m.NewLeg); m.NewLeg != "" && (next == nil || next.Touched != m.Seq) {
		return false
	}
	v := s.visits[s.visitOf(l)]
	elsewhere := v.isBusy() && v.busy.Window != m.Window // the person was called to another window meanwhile
	return !elsewhere || m.Leg.State != LegCalled && m.Leg.State != LegServing
}

// movesOn tells whether an event lets a journey go on to other steps, which
// cannot be undone from a window.
func movesOn(event string) bool {
	return event == TicketDone{}.Name() || event == TicketNoShow{}.Name() || event == TicketTransferred{}.Name()
}

// CommandUndone: an event at a window counts no more, and the leg is what it
// was before.
type CommandUndone struct {
	about
	Window string `json:"window"`
	Seq    uint64 `json:"undone"` // sequence of the event's record
	Event  string `json:"event"`
}

// Name implements Event.
func (CommandUndone) Name() string { return "command.undone" }

// Topic implements Event.
func (CommandUndone) Topic() string { return TopicQueue }

func (e CommandUndone) apply(s *State, _ Record) {
	t, l := s.leg(e.about)
	m, w := l.Before, s.windows[e.Window]
	s.uncount(l, m)
	s.leave(l)
	if m.NewLeg != "" {
		next := s.findLeg(m.NewLeg)
		s.lift(next)
		t.Legs = slices.DeleteFunc(t.Legs, func(other *Leg) bool { return other == next })
	}
	s.change(l, func(l *Leg) { *l = *m.Leg.load() })
	if l.State == LegCalled || l.State == LegServing {
		w.leg = l
	}
	w.since, w.turn, w.press = m.Since, m.Turn, nil
}

// recentCall is where a ticket is among the recent calls, or -1.
func (s *State) recentCall(ticket string) int {
	return slices.IndexFunc(s.calls, func(c CallView) bool { return c.Ticket == ticket })
}

// unring takes a call off the list of recent ones, where an earlier call of
// the ticket, if it was there, has its place again.
func (s *State) unring(l *Leg, earlier *CallView) {
	s.calls = slices.DeleteFunc(s.calls, func(c CallView) bool { return c.Ticket == l.Ticket })
	if earlier == nil {
		return
	}
	at := slices.IndexFunc(s.calls, func(c CallView) bool { return c.At.Before(earlier.At) })
	if at < 0 {
		at = len(s.calls)
	}
	s.calls = slices.Insert(s.calls, at, *earlier)
}

// uncount takes an event back from the day's sums and lists.
func (s *State) uncount(l *Leg, m *memory) {
	switch m.Event {
	case TicketCalled{}.Name():
		s.figures.Calls--
		s.figures.waited -= l.Called.Sub(l.Seniority)
		if m.Leg.State == LegNoShow {
			s.figures.NoShow++
		}
		s.unring(l, m.Rung)
		w := s.windows[m.Window]
		w.chosen = slices.DeleteFunc(w.chosen, func(at time.Time) bool { return at.Equal(l.Called) })
	case TicketNoShow{}.Name():
		s.figures.NoShow--
	case TicketDone{}.Name():
		s.figures.Served--
		s.windows[m.Window].done--
		p := s.pace[l.Service]
		s.pace[l.Service] = pace{n: p.n - 1, sum: p.sum - l.Ended.Sub(l.Started)}
		if p.n == 1 {
			delete(s.pace, l.Service)
		}
		s.ballots.drop(s.ballotOf(l))
		s.windBallots()
	}
}

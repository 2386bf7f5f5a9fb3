package queue

import "time"

// Hold interrupts a service; the citizen comes back to the same window.
type Hold struct {
	Window string    `json:"window"`
	Reason string    `json:"reason,omitempty"`
	Until  time.Time `json:"until,omitzero"` // returns by itself then; zero takes the hall's rule
}

func (c Hold) decide(s *State, in Input) (Outcome, error) {
	_, l, r := s.here(c.Window, LegCalled, LegServing)
	until := c.Until.UTC().Truncate(time.Millisecond)
	switch hold := time.Duration(s.config.Rules.HoldFor); {
	case r != nil:
	case !c.Until.IsZero() && !until.After(in.At):
		r = refuse("bad_command.until")
	case c.Until.IsZero() && hold > 0:
		until = in.At.Add(hold)
	case c.Until.IsZero():
		until = time.Time{}
	}
	if r != nil {
		return Outcome{}, r
	}
	return events1(nil, TicketHeld{about: l.about(), Window: c.Window, Reason: c.Reason, Until: until})
}

// TicketHeld: the leg rests until it is resumed at its window.
type TicketHeld struct {
	about
	Window string    `json:"window"`
	Reason string    `json:"reason,omitempty"`
	Until  time.Time `json:"until,omitzero"`
}

// Name implements Event.
func (TicketHeld) Name() string { return "ticket.held" }

// Topic implements Event.
func (TicketHeld) Topic() string { return TopicQueue }

func (e TicketHeld) apply(s *State, r Record) {
	_, l := s.leg(e.about)
	s.remember(e, l, e.Window, "", r)
	s.windows[e.Window].since = r.At
	s.leave(l)
	s.change(l, func(l *Leg) { l.State, l.Back = LegHeld, e.Until })
}

// Resume goes on with a held ticket at its window, or lets it wait there
// again.
type Resume struct {
	Ticket string `json:"ticket"`
	Wait   bool   `json:"wait,omitempty"` // does not go on at once but waits, before all others
}

func (c Resume) decide(s *State, _ Input) (Outcome, error) {
	t, l, r := s.live(c.Ticket)
	if r == nil {
		r = s.moving()
	}
	if r == nil {
		l = t.among(LegHeld)
		r = l.in(LegHeld)
	}
	if r == nil {
		r = s.personFree(l)
	}
	if r != nil {
		return Outcome{}, r
	}
	if c.Wait {
		return events1(nil, s.returned(l))
	}
	w, r := s.openWindow(l.Window)
	if r == nil && w.leg != nil {
		r = refuse("window_busy.other", w.id, w.leg.Ticket)
	}
	if r != nil {
		return Outcome{}, r
	}
	return events1(nil, TicketResumed{about: l.about(), Window: l.Window})
}

// returned is a held leg that waits again: for its window, or where that is
// closed, in front of all others at its service.
func (s *State) returned(l *Leg) TicketResumed {
	w := s.windows[l.Window]
	return TicketResumed{about: l.about(), Window: l.Window, Waits: true, Anywhere: w == nil || !w.open}
}

// TicketResumed: service goes on at the window, or the citizen is back and
// waits for it.
type TicketResumed struct {
	about
	Window   string `json:"window"`
	Waits    bool   `json:"waits,omitempty"`
	Anywhere bool   `json:"anywhere,omitempty"` // the window is closed: any that serves the service
}

// Name implements Event.
func (TicketResumed) Name() string { return "ticket.resumed" }

// Topic implements Event.
func (TicketResumed) Topic() string { return TopicQueue }

func (e TicketResumed) apply(s *State, r Record) {
	_, l := s.leg(e.about)
	if e.Waits {
		s.change(l, func(l *Leg) {
			l.State, l.Back, l.Window, l.Front = LegWaiting, time.Time{}, "", e.Anywhere
			if !e.Anywhere {
				l.Direct, l.ForStaff = e.Window, ""
			}
		})
		return
	}
	s.remember(e, l, e.Window, "", r)
	s.change(l, func(l *Leg) {
		l.State, l.Back = LegServing, time.Time{}
		if l.Started.IsZero() {
			l.Started = r.At
		}
	})
	w := s.windows[e.Window]
	w.leg, w.since = l, r.At
}

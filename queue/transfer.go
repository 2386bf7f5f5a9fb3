package queue

import (
	"cmp"
	"time"
)

// Transfer sends the citizen at a window on to a service, a window or staff.
// The guide desk may send a ticket that waits.
type Transfer struct {
	Window    string `json:"window,omitempty"`
	Ticket    string `json:"ticket,omitempty"` // that waits or is held, in place of the one at a window
	ToService string `json:"to_service,omitempty"`
	ToWindow  string `json:"to_window,omitempty"`
	ToStaff   string `json:"to_staff,omitempty"`
	Keep      bool   `json:"keep,omitempty"`  // seniority is kept
	Force     bool   `json:"force,omitempty"` // also to a window that is closed
}

func (c Transfer) decide(s *State, in Input) (Outcome, error) {
	l, r := s.transferred(c)
	if r == nil {
		r = s.target(c)
	}
	if r != nil {
		return Outcome{}, r
	}
	to := TicketTransferred{
		about: l.about(), Window: c.Window, ToWindow: c.ToWindow, ToStaff: c.ToStaff, ToService: cmp.Or(c.ToService, l.Service),
		Class: l.Class, Seniority: in.At, NewLeg: legID(l.Ticket, len(s.tickets[l.Ticket].Legs)+1),
	}
	if c.Keep {
		to.Seniority = l.Seniority
	}
	return events1(nil, to)
}

// transferred is the leg that is sent on.
func (s *State) transferred(c Transfer) (*Leg, *Refusal) {
	if c.Ticket == "" {
		_, l, r := s.here(c.Window, LegCalled, LegServing)
		return l, r
	}
	_, l, r := s.live(c.Ticket)
	if r == nil {
		r = l.in(LegWaiting, LegHeld)
	}
	return l, r
}

// target refuses a place that does not exist or is closed.
func (s *State) target(c Transfer) *Refusal {
	if c.ToService == "" && c.ToWindow == "" && c.ToStaff == "" {
		return refuse("bad_command.transfer")
	}
	if _, ok := s.index.services[c.ToService]; c.ToService != "" && !ok {
		return refuse(CodeNoService, c.ToService)
	}
	if c.ToWindow == "" {
		return nil
	}
	w, ok := s.windows[c.ToWindow]
	switch {
	case !ok:
		return refuse(CodeNoWindow, c.ToWindow)
	case !w.open && !c.Force:
		return refuse(CodeWindowClosed, c.ToWindow)
	}
	return nil
}

// TicketTransferred ends one leg and begins the next.
type TicketTransferred struct {
	about
	Window    string    `json:"window"`
	ToService string    `json:"to_service"`
	ToWindow  string    `json:"to_window,omitempty"`
	ToStaff   string    `json:"to_staff,omitempty"`
	NewLeg    string    `json:"new_leg"`
	Class     string    `json:"class"`
	Seniority time.Time `json:"seniority"`
}

// Name implements Event.
func (TicketTransferred) Name() string { return "ticket.transferred" }

// Topic implements Event.
func (TicketTransferred) Topic() string { return TopicQueue }

func (e TicketTransferred) apply(s *State, r Record) {
	t, l := s.leg(e.about)
	if w := s.windows[e.Window]; w != nil {
		s.remember(e, l, e.Window, e.NewLeg, r)
		w.since = r.At
	}
	s.end(e.about, LegTransferred, r.At)
	next := &Leg{
		ID: e.NewLeg, Ticket: e.Ticket, Order: r.Seq, Service: e.ToService, Class: e.Class, Touched: r.Seq,
		State: LegWaiting, Seniority: e.Seniority, Direct: e.ToWindow, ForStaff: e.ToStaff,
	}
	t.Legs = append(t.Legs, next)
	s.settle(next)
}

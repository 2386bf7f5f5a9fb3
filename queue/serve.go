package queue

import "time"

// Arrive says that the called citizen has come.
type Arrive struct {
	Window string `json:"window"`
}

func (c Arrive) decide(s *State, _ Input) (Outcome, error) {
	_, l, r := s.here(c.Window, LegCalled)
	if r != nil {
		return Outcome{}, r
	}
	return events1(nil, TicketArrived{about: l.about(), Window: c.Window})
}

// TicketArrived: service begins.
type TicketArrived struct {
	about
	Window string `json:"window"`
}

// Name implements Event.
func (TicketArrived) Name() string { return "ticket.arrived" }

// Topic implements Event.
func (TicketArrived) Topic() string { return TopicQueue }

func (e TicketArrived) apply(s *State, r Record) {
	_, l := s.leg(e.about)
	s.change(l, func(l *Leg) { l.State, l.Started = LegServing, r.At })
	s.windows[e.Window].since = r.At
}

// Finish ends the service at a window and asks for a rating.
type Finish struct {
	Window  string `json:"window"`
	Outcome string `json:"outcome,omitempty"` // accepted, done, returned, …; free text of the hall
}

func (c Finish) decide(s *State, in Input) (Outcome, error) {
	w, _, r := s.here(c.Window, LegServing)
	if r != nil {
		return Outcome{}, r
	}
	return events1(nil, s.done(w, c.Outcome, in))
}

// done is the end of the service at a window. The prompt is part of the same
// fact, so that the keypad asks only about what is on disk.
func (s *State) done(w *windowState, outcome string, in Input) TicketDone {
	return TicketDone{
		about: w.leg.about(), Window: w.id, Staff: w.staff, Service: w.leg.Service, Outcome: outcome,
		Prompt: in.Nonce[:min(len(in.Nonce), 12)], Until: in.At.Add(time.Duration(s.config.Rules.RateWithin)),
	}
}

// TicketDone: the leg was served, and the keypad asks for a rating.
type TicketDone struct {
	about
	Window  string    `json:"window"`
	Staff   string    `json:"staff,omitempty"`
	Service string    `json:"service"`
	Outcome string    `json:"outcome,omitempty"`
	Prompt  string    `json:"prompt"`       // nonce of the question
	Until   time.Time `json:"prompt_until"` // later presses are late
}

// Name implements Event.
func (TicketDone) Name() string { return "ticket.done" }

// Topic implements Event.
func (TicketDone) Topic() string { return TopicQueue }

func (e TicketDone) apply(s *State, r Record) {
	_, l := s.leg(e.about)
	w := s.windows[e.Window]
	p := s.pace[l.Service]
	s.pace[l.Service] = pace{n: p.n + 1, sum: p.sum + r.At.Sub(l.Started)}
	s.end(e.about, LegDone, r.At)
	l.Prompt, l.Until = e.Prompt, e.Until
	s.prompts[e.Prompt] = l
	w.since = r.At
	w.done++
	s.figures.Served++
}

// Hold interrupts a service; the citizen comes back to the same window.
type Hold struct {
	Window string `json:"window"`
	Reason string `json:"reason,omitempty"`
}

func (c Hold) decide(s *State, _ Input) (Outcome, error) {
	_, l, r := s.here(c.Window, LegCalled, LegServing)
	if r != nil {
		return Outcome{}, r
	}
	return events1(nil, TicketHeld{about: l.about(), Window: c.Window, Reason: c.Reason})
}

// TicketHeld: the leg rests until it is resumed at its window.
type TicketHeld struct {
	about
	Window string `json:"window"`
	Reason string `json:"reason,omitempty"`
}

// Name implements Event.
func (TicketHeld) Name() string { return "ticket.held" }

// Topic implements Event.
func (TicketHeld) Topic() string { return TopicQueue }

func (e TicketHeld) apply(s *State, r Record) {
	_, l := s.leg(e.about)
	s.windows[e.Window].since = r.At
	s.leave(l)
	s.change(l, func(l *Leg) { l.State = LegHeld })
}

// Resume goes on with a held ticket at its window.
type Resume struct {
	Ticket string `json:"ticket"`
}

func (c Resume) decide(s *State, _ Input) (Outcome, error) {
	t, l, r := s.live(c.Ticket)
	if r == nil {
		l = t.among(LegHeld)
		r = l.in(LegHeld)
	}
	if r == nil {
		r = t.free(l)
	}
	if r != nil {
		return Outcome{}, r
	}
	w, r := s.openWindow(l.Window)
	if r == nil && w.leg != nil {
		r = refuse(CodeWindowBusy, "%s 号窗口正在办理 %s", w.id, w.leg.Ticket)
	}
	if r != nil {
		return Outcome{}, r
	}
	return events1(nil, TicketResumed{about: l.about(), Window: l.Window})
}

// TicketResumed: service goes on at the window.
type TicketResumed struct {
	about
	Window string `json:"window"`
}

// Name implements Event.
func (TicketResumed) Name() string { return "ticket.resumed" }

// Topic implements Event.
func (TicketResumed) Topic() string { return TopicQueue }

func (e TicketResumed) apply(s *State, r Record) {
	_, l := s.leg(e.about)
	s.change(l, func(l *Leg) {
		l.State = LegServing
		if l.Started.IsZero() {
			l.Started = r.At
		}
	})
	w := s.windows[e.Window]
	w.leg, w.since = l, r.At
}

// Transfer sends the citizen at a window on to a service or a window.
type Transfer struct {
	Window    string `json:"window"`
	ToService string `json:"to_service,omitempty"`
	ToWindow  string `json:"to_window,omitempty"`
	Keep      bool   `json:"keep,omitempty"` // seniority is kept
}

func (c Transfer) decide(s *State, in Input) (Outcome, error) {
	_, l, r := s.here(c.Window, LegCalled, LegServing)
	if r != nil {
		return Outcome{}, r
	}
	to := TicketTransferred{about: l.about(), Window: c.Window, ToWindow: c.ToWindow, ToService: c.ToService, Class: l.Class, Seniority: in.At}
	if c.Keep {
		to.Seniority = l.Seniority
	}
	if _, ok := s.windows[c.ToWindow]; c.ToWindow != "" && !ok {
		return Outcome{}, refuse(CodeNoWindow, "没有 %q 号窗口", c.ToWindow)
	}
	if to.ToService == "" && c.ToWindow != "" {
		to.ToService = l.Service
	}
	if _, ok := s.index.services[to.ToService]; !ok {
		return Outcome{}, refuse(CodeNoService, "没有编号为 %q 的业务", to.ToService)
	}
	to.NewLeg = legID(l.Ticket, len(s.tickets[l.Ticket].Legs)+1)
	return events1(nil, to)
}

// TicketTransferred ends one leg and begins the next.
type TicketTransferred struct {
	about
	Window    string    `json:"window"`
	ToService string    `json:"to_service"`
	ToWindow  string    `json:"to_window,omitempty"`
	NewLeg    string    `json:"new_leg"`
	Class     string    `json:"class"`
	Seniority time.Time `json:"seniority"`
}

// Name implements Event.
func (TicketTransferred) Name() string { return "ticket.transferred" }

// Topic implements Event.
func (TicketTransferred) Topic() string { return TopicQueue }

func (e TicketTransferred) apply(s *State, r Record) {
	t, _ := s.leg(e.about)
	s.end(e.about, LegTransferred, r.At)
	s.windows[e.Window].since = r.At
	l := &Leg{
		ID: e.NewLeg, Ticket: e.Ticket, Order: r.Seq, Service: e.ToService, Class: e.Class,
		State: LegWaiting, Seniority: e.Seniority, Direct: e.ToWindow,
	}
	t.Legs = append(t.Legs, l)
	s.settle(l)
}

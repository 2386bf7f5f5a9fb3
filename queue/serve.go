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
	s.remember(e, l, e.Window, "", r)
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
		Standard: s.config.Standard.Version,
		Prompt:   in.Nonce[:min(len(in.Nonce), 12)], Until: in.At.Add(time.Duration(s.config.Rules.RateWithin)),
	}
}

// TicketDone: the leg was served, and the keypad asks for a rating.
type TicketDone struct {
	about
	Window   string    `json:"window"`
	Staff    string    `json:"staff,omitempty"`
	Service  string    `json:"service"`
	Outcome  string    `json:"outcome,omitempty"`
	Standard string    `json:"standard,omitempty"` // version that the rating is by
	Prompt   string    `json:"prompt"`             // nonce of the question
	Until    time.Time `json:"prompt_until"`       // later presses are late
}

// Name implements Event.
func (TicketDone) Name() string { return "ticket.done" }

// Topic implements Event.
func (TicketDone) Topic() string { return TopicQueue }

func (e TicketDone) apply(s *State, r Record) {
	_, l := s.leg(e.about)
	w := s.windows[e.Window]
	s.remember(e, l, e.Window, "", r)
	p := s.pace[l.Service]
	s.pace[l.Service] = pace{n: p.n + 1, sum: p.sum + r.At.Sub(l.Started)}
	s.end(e.about, LegDone, r.At)
	s.ballots.add(&Ballot{
		about: e.about, Day: s.day, Token: s.tickets[e.Ticket].Token, Prompt: e.Prompt,
		Window: e.Window, Staff: e.Staff, Service: e.Service, Standard: e.Standard, Done: r.At, Until: e.Until,
	})
	s.windBallots()
	w.since = r.At
	w.done++
	s.figures.Served++
}

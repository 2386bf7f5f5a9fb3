package queue

import "time"

// NoShow gives a called ticket up.
type NoShow struct {
	Window string `json:"window"`
}

func (c NoShow) decide(s *State, in Input) (Outcome, error) {
	_, l, r := s.here(c.Window, LegCalled)
	if r == nil {
		r = s.calledEnough(l, in.At)
	}
	if r != nil {
		return Outcome{}, r
	}
	return events1(nil, TicketNoShow{about: l.about(), Window: c.Window})
}

// calledEnough refuses to give up a citizen who had no fair chance to come.
func (s *State) calledEnough(l *Leg, at time.Time) *Refusal {
	rules := s.config.Rules
	wait := time.Duration(rules.NoShowMin) - at.Sub(l.Called)
	switch {
	case rules.NoShowCalls == 0 && rules.NoShowMin == 0:
	case rules.NoShowCalls > 0 && l.Recalls >= rules.NoShowCalls:
	case rules.NoShowMin > 0 && wait <= 0:
	default:
		return refuse(CodeNoShowTooSoon, l.Ticket, max(wait, 0))
	}
	return nil
}

// TicketNoShow: the citizen did not come.
type TicketNoShow struct {
	about
	Window string `json:"window"`
	Reason string `json:"reason,omitempty"` // "timeout" when nobody pressed a key
}

// Name implements Event.
func (TicketNoShow) Name() string { return "ticket.no_show" }

// Topic implements Event.
func (TicketNoShow) Topic() string { return TopicQueue }

func (e TicketNoShow) apply(s *State, r Record) {
	_, l := s.leg(e.about)
	s.remember(e, l, e.Window, "", r)
	s.windows[e.Window].since = r.At
	s.leave(l)
	s.change(l, func(l *Leg) { l.State, l.Absent, l.Missed = LegNoShow, r.At, l.Missed+1 })
	s.figures.NoShow++
}

// Recover lets a citizen who missed the call wait again.
type Recover struct {
	Ticket string `json:"ticket"`
}

// The policies of recovering.
const (
	RecoverFront = "front" // came back in time: next at the service
	RecoverHalf  = "half"  // came late: half of the time waited counts
	RecoverRest  = "rest"  // by itself, after the rest for missed calls
)

func (c Recover) decide(s *State, in Input) (Outcome, error) {
	t, l, r := s.live(c.Ticket)
	if r == nil {
		l = t.among(LegNoShow)
		r = l.in(LegNoShow)
	}
	if r != nil {
		return Outcome{}, r
	}
	e := TicketRecovered{about: l.about(), Seniority: l.Seniority, Policy: RecoverFront, Missed: l.Missed}
	if in.At.Sub(l.Absent) > time.Duration(s.config.Rules.Tolerance) {
		e.Policy = RecoverHalf
		e.Seniority = in.At.Add(-in.At.Sub(l.Seniority) / 2).Truncate(time.Millisecond)
	}
	return events1(nil, e)
}

// TicketRecovered: a no-show waits again, with the seniority given.
type TicketRecovered struct {
	about
	Seniority time.Time `json:"seniority"`
	Policy    string    `json:"policy,omitempty"`
	Missed    int       `json:"missed,omitempty"` // calls missed so far
}

// Name implements Event.
func (TicketRecovered) Name() string { return "ticket.recovered" }

// Topic implements Event.
func (TicketRecovered) Topic() string { return TopicQueue }

func (e TicketRecovered) apply(s *State, _ Record) {
	_, l := s.leg(e.about)
	s.change(l, func(l *Leg) {
		l.State, l.Seniority, l.Window, l.Front = LegWaiting, e.Seniority, "", e.Policy == RecoverFront
	})
	s.figures.NoShow--
}

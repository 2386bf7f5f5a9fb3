package queue

import (
	"slices"
	"time"
)

// CallNext calls whoever the rule says is next.
type CallNext struct {
	Window string `json:"window"`
}

// CallResult is the answer to CallNext and Call.
type CallResult struct {
	Ticket  string `json:"ticket"`
	Window  string `json:"window"`
	Service string `json:"service"`
	Why     Why    `json:"why"`
}

func (c CallNext) decide(s *State, in Input) (Outcome, error) {
	w, r := s.openWindow(c.Window)
	if r == nil {
		r = w.readyToCall()
	}
	if r != nil {
		return Outcome{}, r
	}
	before, r := s.finishBefore(w, in)
	if r != nil {
		return Outcome{}, r
	}
	l, why := s.next(w, in.At)
	if l == nil && len(before) == 0 {
		return Outcome{}, refuse(CodeNothingWaiting, "%s 号窗口可办的业务没有人等候", c.Window)
	}
	if l == nil {
		return events1(nil, before...)
	}
	return w.call(l, why, before)
}

// readyToCall refuses while the window is paused or a called citizen has not
// come yet.
func (w *windowState) readyToCall() *Refusal {
	switch {
	case w.paused:
		return refuse(CodeWindowPaused, "%s 号窗口已暂停，请先恢复", w.id)
	case w.leg != nil && w.leg.State == LegCalled:
		return refuse(CodeWindowBusy, "号码 %s 已呼叫，请先按「到」「重呼」或「过号」", w.leg.Ticket)
	}
	return nil
}

// finishBefore ends the service that is going on at the window, where the
// rules let "next" do so.
func (s *State) finishBefore(w *windowState, in Input) ([]Event, *Refusal) {
	if w.leg == nil {
		return nil, nil
	}
	if !s.config.Rules.AutoFinish {
		return nil, refuse(CodeWindowBusy, "请先办结号码 %s", w.leg.Ticket)
	}
	return []Event{s.done(w, "", in)}, nil
}

func (w *windowState) call(l *Leg, why Why, before []Event) (Outcome, error) {
	called := TicketCalled{about: l.about(), Window: w.id, Staff: w.staff, Service: l.Service, Why: why}
	res := CallResult{Ticket: l.Ticket, Window: w.id, Service: l.Service, Why: why}
	return events1(res, append(before, called)...)
}

// Call calls one ticket out of order, for a reason.
type Call struct {
	Window string `json:"window"`
	Ticket string `json:"ticket"`
	Reason string `json:"reason"`
}

func (c Call) decide(s *State, in Input) (Outcome, error) {
	w, r := s.openWindow(c.Window)
	if r == nil {
		r = w.readyToCall()
	}
	if r == nil && c.Reason == "" {
		r = refuse(CodeReasonMissing, "不按顺序呼叫必须写明原因")
	}
	if r != nil {
		return Outcome{}, r
	}
	t, l, r := s.live(c.Ticket)
	if r == nil {
		l = s.forWindow(t, l, w)
		r = l.in(LegWaiting, LegHeld, LegNoShow)
	}
	if r == nil {
		r = t.free(l)
	}
	if r != nil {
		return Outcome{}, r
	}
	before, r := s.finishBefore(w, in)
	if r != nil {
		return Outcome{}, r
	}
	others := s.candidates(w, in.At, 2+runners)
	others = slices.DeleteFunc(others, func(o candidate) bool { return o.leg == l })
	why := Why{Rule: "chosen", Tier: tierChosen, Credit: s.credit(l, in.At), RunnersUp: runnersUp(others), Reason: c.Reason}
	return w.call(l, why, before)
}

// TicketCalled: the citizen is invited to a window.
type TicketCalled struct {
	about
	Window  string `json:"window"`
	Staff   string `json:"staff,omitempty"`
	Service string `json:"service"`
	Why     Why    `json:"why"`
}

// Name implements Event.
func (TicketCalled) Name() string { return "ticket.called" }

// Topic implements Event.
func (TicketCalled) Topic() string { return TopicQueue }

func (e TicketCalled) apply(s *State, r Record) {
	_, l := s.leg(e.about)
	w := s.windows[e.Window]
	if l.State == LegNoShow {
		s.figures.NoShow--
	}
	s.change(l, func(l *Leg) {
		l.State, l.Window, l.Staff, l.Called, l.Rung, l.Recalls = LegCalled, e.Window, e.Staff, r.At, r.At, 0
	})
	w.leg, w.since = l, r.At
	s.figures.Calls++
	s.figures.waited += r.At.Sub(l.Seniority)
	s.ring(l, r.At)
}

// ring puts a call at the top of the list of recent calls.
func (s *State) ring(l *Leg, at time.Time) {
	s.calls = slices.DeleteFunc(s.calls, func(c CallView) bool { return c.Ticket == l.Ticket })
	s.calls = slices.Insert(s.calls, 0, CallView{Ticket: l.Ticket, Window: l.Window, Service: l.Service, At: at, Recalls: l.Recalls})
	s.calls = s.calls[:min(len(s.calls), maxCalls)]
}

// here finds the window and the leg that stands at it.
func (s *State) here(window string, states ...LegState) (*windowState, *Leg, *Refusal) {
	w, r := s.openWindow(window)
	switch {
	case r != nil:
		return nil, nil, r
	case w.leg == nil:
		return nil, nil, refuse(CodeNobodyHere, "%s 号窗口现在没有号码", window)
	}
	return w, w.leg, w.leg.in(states...)
}

// Recall invites the called citizen again.
type Recall struct {
	Window string `json:"window"`
}

func (c Recall) decide(s *State, in Input) (Outcome, error) {
	_, l, r := s.here(c.Window, LegCalled)
	switch {
	case r != nil:
	case l.Recalls >= s.config.Rules.Recalls:
		r = refuse(CodeRecallLimit, "号码 %s 已重呼 %d 次，请按「过号」", l.Ticket, l.Recalls)
	case in.At.Sub(l.Rung) < time.Duration(s.config.Rules.RecallGap):
		r = refuse(CodeRecallTooSoon, "两次呼叫之间至少隔 %v", time.Duration(s.config.Rules.RecallGap))
	}
	if r != nil {
		return Outcome{}, r
	}
	return events1(nil, TicketRecalled{about: l.about(), Window: c.Window, N: l.Recalls + 1})
}

// TicketRecalled: the same invitation again.
type TicketRecalled struct {
	about
	Window string `json:"window"`
	N      int    `json:"n"` // 1 for the first recall
}

// Name implements Event.
func (TicketRecalled) Name() string { return "ticket.recalled" }

// Topic implements Event.
func (TicketRecalled) Topic() string { return TopicQueue }

func (e TicketRecalled) apply(s *State, r Record) {
	_, l := s.leg(e.about)
	s.change(l, func(l *Leg) { l.Recalls, l.Rung = e.N, r.At })
	s.ring(l, r.At)
}

// NoShow gives a called ticket up.
type NoShow struct {
	Window string `json:"window"`
}

func (c NoShow) decide(s *State, _ Input) (Outcome, error) {
	_, l, r := s.here(c.Window, LegCalled)
	if r != nil {
		return Outcome{}, r
	}
	return events1(nil, TicketNoShow{about: l.about(), Window: c.Window})
}

// TicketNoShow: the citizen did not come.
type TicketNoShow struct {
	about
	Window string `json:"window"`
}

// Name implements Event.
func (TicketNoShow) Name() string { return "ticket.no_show" }

// Topic implements Event.
func (TicketNoShow) Topic() string { return TopicQueue }

func (e TicketNoShow) apply(s *State, r Record) {
	_, l := s.leg(e.about)
	s.windows[e.Window].since = r.At
	s.leave(l)
	s.change(l, func(l *Leg) { l.State = LegNoShow })
	s.figures.NoShow++
}

// Recover lets a citizen who missed the call wait again.
type Recover struct {
	Ticket string `json:"ticket"`
}

func (c Recover) decide(s *State, in Input) (Outcome, error) {
	t, l, r := s.live(c.Ticket)
	if r == nil {
		l = t.among(LegNoShow)
		r = l.in(LegNoShow)
	}
	if r != nil {
		return Outcome{}, r
	}
	return events1(nil, TicketRecovered{about: l.about(), Seniority: l.Seniority})
}

// TicketRecovered: a no-show waits again, with the seniority given.
type TicketRecovered struct {
	about
	Seniority time.Time `json:"seniority"`
}

// Name implements Event.
func (TicketRecovered) Name() string { return "ticket.recovered" }

// Topic implements Event.
func (TicketRecovered) Topic() string { return TopicQueue }

func (e TicketRecovered) apply(s *State, _ Record) {
	_, l := s.leg(e.about)
	s.change(l, func(l *Leg) { l.State, l.Seniority, l.Window = LegWaiting, e.Seniority, "" })
	s.figures.NoShow--
}

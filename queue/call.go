package queue

import (
	"slices"
	"strings"
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
	w, r := s.readyWindow(c.Window)
	if r != nil {
		return Outcome{}, r
	}
	before, r := s.finishBefore(w, in)
	if r != nil {
		return Outcome{}, r
	}
	l, why := s.next(w, in.At)
	if l == nil && len(before) == 0 {
		return Outcome{}, refuse(CodeNothingWaiting, c.Window)
	}
	if l == nil {
		return events1(nil, before...)
	}
	return w.call(l, why, before)
}

// readyWindow finds a window that may call now: it is open and not paused,
// and whoever was called there has come.
func (s *State) readyWindow(id string) (*windowState, *Refusal) {
	w, r := s.openWindow(id)
	if r == nil {
		r = s.moving()
	}
	switch {
	case r != nil:
	case w.paused:
		r = refuse(CodeWindowPaused, id)
	case w.leg != nil && w.leg.State == LegCalled:
		r = refuse("window_busy.called", w.leg.Ticket)
	}
	return w, r
}

// finishBefore ends the service that is going on at the window, where the
// rules let "next" do so.
func (s *State) finishBefore(w *windowState, in Input) ([]Event, *Refusal) {
	if w.leg == nil {
		return nil, nil
	}
	if !s.config.Rules.AutoFinish {
		return nil, refuse("window_busy.serving", w.leg.Ticket)
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
	Window  string `json:"window"`
	Ticket  string `json:"ticket"`
	Reason  string `json:"reason"`
	Manager string `json:"manager,omitempty"` // who allows what staff alone may not
}

func (c Call) decide(s *State, in Input) (Outcome, error) {
	w, r := s.readyWindow(c.Window)
	if r == nil {
		r = s.reasonAllowed(c.Reason)
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
		r = s.mayChoose(w, l, c.Manager, in.At)
	}
	if r != nil {
		return Outcome{}, r
	}
	before, r := s.finishBefore(w, in)
	if r != nil {
		return Outcome{}, r
	}
	others := s.candidates(w, in.At, 2+runners)
	others = slices.DeleteFunc(others, func(o Candidate) bool { return o.Leg == l })
	why := Why{
		Rule: tierChosen, Tier: tierChosen, Credit: s.chooser.credit(l, in.At), RunnersUp: runnersUp(others),
		Reason: c.Reason, Allowed: c.Manager,
	}
	return w.call(l, why, before)
}

// reasonAllowed refuses a call out of order without a reason, or with one
// that is not on the hall's list.
func (s *State) reasonAllowed(reason string) *Refusal {
	allowed := s.config.Rules.CallReasons
	switch {
	case reason == "":
		return refuse("reason_missing.call")
	case len(allowed) > 0 && !slices.Contains(allowed, reason):
		return refuse(CodeReasonUnknown, reason, strings.Join(allowed, "、"))
	}
	return nil
}

// mayChoose refuses a call out of order that staff may not make alone, or
// that would call a person to two places.
func (s *State) mayChoose(w *windowState, l *Leg, manager string, at time.Time) *Refusal {
	if v := s.visits[s.visitOf(l)]; v.isBusy() && v.busy != w.leg {
		return refuse(CodePersonBusy, l.Ticket, v.busy.Window)
	}
	if manager != "" {
		return nil
	}
	mine := l.Direct == w.id || l.State == LegHeld && l.Window == w.id || l.ForStaff != "" && l.ForStaff == w.staff
	served := slices.Contains(s.index.windows[w.id].Services, l.Service)
	if !mine && (!served || l.Direct != "" || l.ForStaff != "") {
		return refuse(CodeNotEligible, l.Ticket, w.id)
	}
	spent := 0
	for _, called := range w.chosen {
		if at.Sub(called) < time.Hour {
			spent++
		}
	}
	if limit := s.config.Rules.CallsPerHour; limit > 0 && spent >= limit {
		return refuse(CodeCallsSpent, w.id, spent)
	}
	return nil
}

// personFree refuses while the person of a leg is called or served elsewhere.
func (s *State) personFree(l *Leg) *Refusal {
	if v := s.visits[s.visitOf(l)]; v.isBusy() && v.busy != l {
		return refuse(CodePersonBusy, l.Ticket, v.busy.Window)
	}
	return nil
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
	s.remember(e, l, e.Window, "", r)
	if l.State == LegNoShow {
		s.figures.NoShow--
	}
	s.change(l, func(l *Leg) {
		l.State, l.Window, l.Staff, l.Called, l.Rung, l.Recalls = LegCalled, e.Window, e.Staff, r.At, r.At, 0
		l.Front = false
	})
	switch e.Why.Rule {
	case OrderRatio:
		w.turn = e.Why.Turn
	case tierChosen:
		w.chosen = append(slices.DeleteFunc(w.chosen, func(at time.Time) bool { return r.At.Sub(at) >= time.Hour }), r.At)
	}
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
		return nil, nil, refuse(CodeNobodyHere, window)
	}
	return w, w.leg, w.leg.in(states...)
}

// Recall invites the called citizen again.
type Recall struct {
	Window string `json:"window"`
}

func (c Recall) decide(s *State, in Input) (Outcome, error) {
	_, l, r := s.here(c.Window, LegCalled)
	if r == nil {
		r = s.moving()
	}
	switch {
	case r != nil:
	case l.Recalls >= s.config.Rules.Recalls:
		r = refuse(CodeRecallLimit, l.Ticket, l.Recalls)
	case in.At.Sub(l.Rung) < time.Duration(s.config.Rules.RecallGap):
		r = refuse(CodeRecallTooSoon, time.Duration(s.config.Rules.RecallGap))
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

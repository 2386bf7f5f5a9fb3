package queue

import (
	"fmt"
	"time"
)

// Take asks for a number.
type Take struct {
	Service string `json:"service"`
	Chain   string `json:"chain,omitempty"` // starts a journey; its first step decides the queue
	Item    string `json:"item,omitempty"`  // the matter, for the trail; the service decides the queue
	Class   string `json:"class,omitempty"` // empty means the first configured class
	Kiosk   string `json:"kiosk,omitempty"` // where it is taken; decides the printer
	Lang    string `json:"lang,omitempty"`  // language of slip and voice
}

// TakeResult is the answer to Take.
type TakeResult struct {
	Ticket   string   `json:"ticket"`
	Day      string   `json:"day"`
	Token    string   `json:"token"`
	Ahead    int      `json:"ahead"`
	Forecast Forecast `json:"forecast"`
	Print    Print    `json:"print"`
}

func (c Take) decide(s *State, in Input) (Outcome, error) {
	if c.Chain != "" {
		return c.depart(s, in)
	}
	return c.issue(s, in)
}

// issue gives a number for one service.
func (c Take) issue(s *State, in Input) (Outcome, error) {
	if r := s.dayOpen(); r != nil {
		return Outcome{}, r
	}
	service, ok := s.index.services[c.Service]
	if !ok {
		return Outcome{}, refuse(CodeNoService, "没有编号为 %q 的业务", c.Service)
	}
	class, r := s.class(c.Class)
	if r != nil {
		return Outcome{}, r
	}
	kiosk := s.index.kiosks[c.Kiosk]
	if c.Kiosk != "" && kiosk.ID == "" {
		return Outcome{}, refuse(CodeNoKiosk, "没有编号为 %q 的取号机", c.Kiosk)
	}
	number := fmt.Sprintf("%s%03d", service.Prefix, s.numbers[service.Prefix]+1)
	issued := TicketIssued{
		about: about{Ticket: number, LegID: legID(number, 1)}, Day: s.day, Token: in.Nonce,
		Prefix: service.Prefix, Service: service.ID, Item: c.Item, Class: class, Kiosk: c.Kiosk, Printer: kiosk.Printer, Lang: c.Lang,
	}
	f, p := s.forecast(&Leg{Ticket: number, Service: service.ID, Class: class, Seniority: in.At, Order: s.seq + 1}, in.At)
	res := TakeResult{Ticket: number, Day: s.day, Token: in.Nonce, Ahead: f.Ahead, Forecast: f, Print: issued.print()}
	return events1(res, issued, ForecastGiven{about: issued.about, Forecast: f, promised: p})
}

func (s *State) class(id string) (string, *Refusal) {
	if id == "" && len(s.config.Classes) > 0 {
		return s.config.Classes[0].ID, nil
	}
	if _, ok := s.index.classes[id]; !ok {
		return "", refuse(CodeNoClass, "没有编号为 %q 的类别", id)
	}
	return id, nil
}

// TicketIssued: a number belongs to somebody from now on. With a printer
// named it is also the intent to print, which is on disk before the first
// byte of the slip.
type TicketIssued struct {
	about
	Day     string `json:"day"`
	Token   string `json:"token"`
	Prefix  string `json:"prefix"`
	Service string `json:"service"`
	Item    string `json:"item,omitempty"`
	Class   string `json:"class"`
	Kiosk   string `json:"kiosk,omitempty"`
	Printer string `json:"printer,omitempty"`
	Lang    string `json:"lang,omitempty"`
}

// Name implements Event.
func (TicketIssued) Name() string { return "ticket.issued" }

// Topic implements Event.
func (TicketIssued) Topic() string { return TopicQueue }

func (e TicketIssued) print() Print {
	if e.Printer == "" {
		return PrintNone
	}
	return Printing
}

func (e TicketIssued) apply(s *State, r Record) {
	l := &Leg{ID: e.LegID, Ticket: e.Ticket, Order: r.Seq, Service: e.Service, Class: e.Class, State: LegWaiting, Seniority: r.At}
	if e.print() == Printing {
		l.State = LegReserved
	}
	s.tickets[e.Ticket] = &Ticket{
		Number: e.Ticket, Day: e.Day, Token: e.Token, Item: e.Item, Kiosk: e.Kiosk, Lang: e.Lang,
		Issued: r.At, Print: e.print(), Printer: e.Printer, Legs: []*Leg{l},
	}
	if e.Token != "" { // it may have been erased
		s.tokens[e.Token] = e.Ticket
	}
	s.numbers[e.Prefix]++
	s.figures.Issued++
	s.settle(l)
}

// Cancel takes a waiting ticket back.
type Cancel struct {
	Ticket string `json:"ticket"`
	Reason string `json:"reason,omitempty"`
}

func (c Cancel) decide(s *State, _ Input) (Outcome, error) {
	t, l, r := s.live(c.Ticket)
	if r == nil && l.over() && t.underWay() { // only papers of the chain are left
		return events1(nil, JourneyAborted{Ticket: t.Number, Reason: c.Reason})
	}
	if r == nil {
		r = l.in(LegReserved, LegWaiting, LegHeld, LegNoShow)
	}
	if r != nil {
		return Outcome{}, r
	}
	return events1(nil, TicketCancelled{about: l.about(), Reason: c.Reason})
}

// TicketCancelled ends a leg that was not served.
type TicketCancelled struct {
	about
	Reason string `json:"reason,omitempty"`
}

// Name implements Event.
func (TicketCancelled) Name() string { return "ticket.cancelled" }

// Topic implements Event.
func (TicketCancelled) Topic() string { return TopicQueue }

func (e TicketCancelled) apply(s *State, r Record) { s.end(e.about, LegCancelled, r.At) }

// end moves a leg into a terminal state.
func (s *State) end(a about, state LegState, at time.Time) {
	_, l := s.leg(a)
	s.leave(l)
	s.change(l, func(l *Leg) { l.State, l.Ended = state, at })
}

// Reclass gives a waiting ticket another class.
type Reclass struct {
	Ticket string `json:"ticket"`
	Class  string `json:"class"`
	Reason string `json:"reason"`
}

func (c Reclass) decide(s *State, _ Input) (Outcome, error) {
	_, l, r := s.live(c.Ticket)
	if r == nil {
		r = l.in(LegReserved, LegWaiting)
	}
	if r == nil && c.Reason == "" {
		r = refuse(CodeReasonMissing, "更改类别必须写明原因")
	}
	if _, ok := s.index.classes[c.Class]; r == nil && !ok {
		r = refuse(CodeNoClass, "没有编号为 %q 的类别", c.Class)
	}
	if r != nil {
		return Outcome{}, r
	}
	return events1(nil, TicketReclassed{about: l.about(), From: l.Class, To: c.Class, Reason: c.Reason})
}

// TicketReclassed changes the class of a leg.
type TicketReclassed struct {
	about
	From   string `json:"from"`
	To     string `json:"to"`
	Reason string `json:"reason"`
}

// Name implements Event.
func (TicketReclassed) Name() string { return "ticket.reclassed" }

// Topic implements Event.
func (TicketReclassed) Topic() string { return TopicQueue }

func (e TicketReclassed) apply(s *State, _ Record) {
	_, l := s.leg(e.about)
	s.change(l, func(l *Leg) { l.Class = e.To })
}

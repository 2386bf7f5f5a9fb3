package queue

import (
	"time"
)

// Take asks for a number.
type Take struct {
	Service  string `json:"service"`
	Chain    string `json:"chain,omitempty"`    // starts a journey; its first step decides the queue
	Item     string `json:"item,omitempty"`     // the matter, for the trail; the service decides the queue
	Class    string `json:"class,omitempty"`    // empty means the first configured class
	Kiosk    string `json:"kiosk,omitempty"`    // where it is taken; decides the printer
	Lang     string `json:"lang,omitempty"`     // language of slip and voice
	Person   string `json:"person,omitempty"`   // keyed hash of the citizen's identity, never the identity itself
	Again    bool   `json:"again,omitempty"`    // one more number is really wanted
	Override string `json:"override,omitempty"` // why a number is given although the day is full
}

// TakeResult is the answer to Take.
type TakeResult struct {
	Ticket   string   `json:"ticket"`
	Day      string   `json:"day"`
	Token    string   `json:"token"`
	Ahead    int      `json:"ahead"`
	Forecast Forecast `json:"forecast"`
	Print    Print    `json:"print"`
	Printer  string   `json:"printer,omitempty"` // where the slip comes out; not always the kiosk's own
}

func (c Take) decide(s *State, in Input) (Outcome, error) {
	if c.Chain != "" {
		return c.depart(s, in)
	}
	return c.issue(s, in)
}

// issue gives a number for one service.
func (c Take) issue(s *State, in Input) (Outcome, error) {
	r := s.moving()
	service, ok := s.index.services[c.Service]
	if r == nil && !ok {
		r = refuse(CodeNoService, c.Service)
	}
	var class string
	if r == nil {
		class, r = s.class(c.Class)
	}
	kiosk := s.index.kiosks[c.Kiosk]
	if r == nil && c.Kiosk != "" && kiosk.ID == "" {
		r = refuse(CodeNoKiosk, c.Kiosk)
	}
	if r == nil {
		r = s.mayTake(c, service, in.At)
	}
	if r != nil {
		return Outcome{}, r
	}
	return s.giveNumber(TicketIssued{
		Service: service.ID, Item: c.Item, Class: class, Kiosk: c.Kiosk, Printer: s.printer(kiosk),
		Lang: c.Lang, Person: c.Person, Override: c.Override,
	}, in)
}

// giveNumber gives the next number of a service.
func (s *State) giveNumber(e TicketIssued, in Input) (Outcome, error) {
	if r := s.clockSure(); r != nil {
		return Outcome{}, r
	}
	if r := s.diskFull(); r != nil {
		return Outcome{}, r
	}
	service := s.index.services[e.Service]
	n, band := s.nextNumber(service)
	number := band.name(n)
	e.about, e.Day, e.Token = about{Ticket: number, LegID: legID(number, 1)}, s.day, in.Nonce
	e.Prefix = service.Prefix
	if band.key != e.Prefix || n != s.numbers[band.key]+1 {
		e.Band, e.N = band.key, n
	}
	f, p := s.forecast(&Leg{Ticket: number, Service: e.Service, Class: e.Class, Seniority: in.At, Order: s.seq + 1, Slot: e.Slot}, in.At)
	if e.Override == "" && s.overdue(p, in.At) {
		return Outcome{}, refuse(CodeTooLate, s.config.Rules.Closes)
	}
	res := TakeResult{Ticket: number, Day: s.day, Token: in.Nonce, Ahead: f.Ahead, Forecast: f, Print: e.print(), Printer: e.Printer}
	events := []Event{e, ForecastGiven{about: e.about, Forecast: f, promised: p}}
	return events1(res, append(events, s.shortOfNumbers(band, n)...)...)
}

func (s *State) class(id string) (string, *Refusal) {
	if id == "" && len(s.config.Classes) > 0 {
		return s.config.Classes[0].ID, nil
	}
	if _, ok := s.index.classes[id]; !ok {
		return "", refuse(CodeNoClass, id)
	}
	return id, nil
}

// TicketIssued: a number belongs to somebody from now on. With a printer
// named it is also the intent to print, which is on disk before the first
// byte of the slip.
type TicketIssued struct {
	about
	Day      string    `json:"day"`
	Token    string    `json:"token"`
	Prefix   string    `json:"prefix"`
	Band     string    `json:"band,omitempty"` // row of numbers, if not that of the prefix
	N        int       `json:"n,omitempty"`    // its number there, if not the next one
	Service  string    `json:"service"`
	Item     string    `json:"item,omitempty"`
	Class    string    `json:"class"`
	Kiosk    string    `json:"kiosk,omitempty"`
	Printer  string    `json:"printer,omitempty"`
	Lang     string    `json:"lang,omitempty"`
	Person   string    `json:"person,omitempty"`
	Booking  string    `json:"booking,omitempty"`  // code of the appointment
	Slot     time.Time `json:"slot,omitzero"`      // of the appointment
	Late     bool      `json:"late,omitempty"`     // after the grace of the appointment
	Override string    `json:"override,omitempty"` // why it was given although the day was full
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
	l := &Leg{
		ID: e.LegID, Ticket: e.Ticket, Order: r.Seq, Service: e.Service, Class: e.Class, State: LegWaiting,
		Seniority: r.At, Touched: r.Seq, Slot: e.Slot, Late: e.Late,
	}
	if !e.Slot.IsZero() && !e.Late {
		l.Seniority = e.Slot
	}
	if e.print() == Printing {
		l.State = LegReserved
	}
	s.numbers[e.band()] = e.number(s)
	s.addTicket(&Ticket{
		Number: e.Ticket, Day: e.Day, Token: e.Token, Item: e.Item, Kiosk: e.Kiosk, Lang: e.Lang, Person: e.Person, Booking: e.Booking,
		Issued: r.At, Print: e.print(), Printer: e.Printer, Legs: []*Leg{l},
	})
	s.figures.Issued++
	s.settle(l)
}

// band is the row of numbers, where it is not the prefix's only one.
func (e TicketIssued) band() string {
	if e.Band == "" {
		return e.Prefix
	}
	return e.Band
}

func (e TicketIssued) number(s *State) int {
	if e.N == 0 {
		return s.numbers[e.band()] + 1
	}
	return e.N
}

// addTicket enters a ticket into everything that is looked up by it.
func (s *State) addTicket(t *Ticket) {
	s.tickets[t.Number] = t
	if t.Token != "" { // it may have been erased
		s.tokens[t.Token] = t.Number
	}
	if t.Booking != "" {
		s.checkedIn[t.Booking] = t.Number
	}
	if t.Kiosk != "" {
		s.latest[t.Kiosk] = t
	}
	s.spend(t, 1)
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

func (e TicketCancelled) apply(s *State, r Record) {
	s.end(e.about, LegCancelled, r.At)
	s.figures.Cancelled++
}

// end moves a leg into a terminal state.
func (s *State) end(a about, state LegState, at time.Time) {
	_, l := s.leg(a)
	if l.State == LegNoShow {
		s.figures.NoShow--
	}
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
		r = refuse("reason_missing.class")
	}
	if _, ok := s.index.classes[c.Class]; r == nil && !ok {
		r = refuse(CodeNoClass, c.Class)
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

package queue

// printer is where a kiosk's next slip goes: its own printer, or the first of
// the spare ones that is not down while that one is. With all of them down it
// is its own, which people look at first.
func (s *State) printer(k Kiosk) string {
	for _, name := range append([]string{k.Printer}, k.Spare...) {
		if d := s.devices["printer/"+name]; name != "" && (d == nil || d.State != "down") {
			return name
		}
	}
	return k.Printer
}

// PrintResult is the device layer's word about a slip. Lobby itself gives it,
// once for every intent to print.
type PrintResult struct {
	Ticket  string
	Copy    int // which intent: 0 for the first slip, n for the n-th reprint
	Outcome Print
	Why     string
}

func (c PrintResult) decide(s *State, _ Input) (Outcome, error) {
	t, l, r := s.live(c.Ticket)
	if r == nil && (t.Print != Printing || t.Copies != c.Copy) {
		r = refuse("wrong_ticket_state.no_print", c.Ticket)
	}
	if r != nil {
		return Outcome{}, r
	}
	p := printed{about: l.about(), Printer: t.Printer, Copy: c.Copy, Why: c.Why}
	switch c.Outcome {
	case PrintDone:
		return events1(nil, TicketPrinted{p})
	case PrintFailed:
		return events1(nil, TicketPrintFailed{p})
	default:
		return events1(nil, TicketPrintUnknown{p})
	}
}

// printed is what the three print outcomes have in common.
type printed struct {
	about
	Printer string `json:"printer"`
	Copy    int    `json:"copy"`
	Why     string `json:"why,omitempty"`
}

// outcome settles the intent. A reserved leg begins to wait unless the slip
// certainly failed: then the citizen holds nothing until the number is kept
// or printed again.
func (p printed) outcome(s *State, print Print) {
	t, l := s.leg(p.about)
	s.change(l, func(l *Leg) {
		t.Print, t.Why = print, p.Why
		if l.State == LegReserved && print != PrintFailed {
			l.State = LegWaiting
		}
	})
}

// TicketPrinted: the printer itself confirmed the slip.
type TicketPrinted struct{ printed }

// TicketPrintUnknown: bytes were sent and nobody knows what came out. The
// number is valid; it is never printed again by itself.
type TicketPrintUnknown struct{ printed }

// TicketPrintFailed: certainly no slip came out.
type TicketPrintFailed struct{ printed }

// Name implements Event.
func (TicketPrinted) Name() string { return "ticket.printed" }

// Name implements Event.
func (TicketPrintUnknown) Name() string { return "ticket.print_unknown" }

// Name implements Event.
func (TicketPrintFailed) Name() string { return "ticket.print_failed" }

// Topic implements Event.
func (printed) Topic() string { return TopicQueue }

func (e TicketPrinted) apply(s *State, _ Record)      { e.outcome(s, PrintDone) }
func (e TicketPrintUnknown) apply(s *State, _ Record) { e.outcome(s, PrintUnconfirmed) }
func (e TicketPrintFailed) apply(s *State, _ Record)  { e.outcome(s, PrintFailed) }

// Reprint asks for another slip of the same number, marked as such.
type Reprint struct {
	Ticket string `json:"ticket"`
}

// ReprintResult is the answer to Reprint.
type ReprintResult struct {
	Printer string `json:"printer"` // where the copy comes out
}

func (c Reprint) decide(s *State, _ Input) (Outcome, error) {
	t, l, r := s.live(c.Ticket)
	switch {
	case r != nil:
	case t.Printer == "":
		r = refuse(CodeNoPrinter, c.Ticket)
	case t.Print == Printing:
		r = refuse("wrong_ticket_state.printing", c.Ticket)
	case t.Copies >= s.config.Rules.Reprints:
		r = refuse(CodeReprintLimit, c.Ticket, t.Copies)
	default:
		r = l.in(LegReserved, LegWaiting, LegCalled, LegServing, LegHeld, LegNoShow)
	}
	if r != nil {
		return Outcome{}, r
	}
	where := s.reprinter(t)
	return events1(ReprintResult{Printer: where}, TicketReprinted{about: l.about(), Printer: where, Copy: t.Copies + 1})
}

// reprinter is where a copy comes out: where the first slip did, or, while that
// printer is down, where the kiosk's slips go now.
func (s *State) reprinter(t *Ticket) string {
	if d := s.devices["printer/"+t.Printer]; d == nil || d.State != "down" {
		return t.Printer
	}
	if k := s.index.kiosks[t.Kiosk]; k.Printer != "" {
		return s.printer(k)
	}
	return t.Printer
}

// TicketReprinted is the intent to print a marked copy.
type TicketReprinted struct {
	about
	Printer string `json:"printer"`
	Copy    int    `json:"copy"`
}

// Name implements Event.
func (TicketReprinted) Name() string { return "ticket.reprinted" }

// Topic implements Event.
func (TicketReprinted) Topic() string { return TopicQueue }

func (e TicketReprinted) apply(s *State, _ Record) {
	t, l := s.leg(e.about)
	s.change(l, func(*Leg) { t.Print, t.Printer, t.Copies, t.Why = Printing, e.Printer, e.Copy, "" })
}

// Keep says that the citizen knows a number whose slip failed, from the
// kiosk's screen or phone.
type Keep struct {
	Ticket string `json:"ticket"`
}

func (c Keep) decide(s *State, _ Input) (Outcome, error) {
	t, l, r := s.live(c.Ticket)
	if r == nil {
		r = l.in(LegReserved)
	}
	if r == nil && t.Print == Printing {
		r = refuse("wrong_ticket_state.printing", c.Ticket)
	}
	if r != nil {
		return Outcome{}, r
	}
	return events1(nil, TicketKept{about: l.about()})
}

// TicketKept: the number goes on without a slip.
type TicketKept struct{ about }

// Name implements Event.
func (TicketKept) Name() string { return "ticket.kept" }

// Topic implements Event.
func (TicketKept) Topic() string { return TopicQueue }

func (e TicketKept) apply(s *State, _ Record) {
	_, l := s.leg(e.about)
	s.change(l, func(l *Leg) { l.State = LegWaiting })
}

// Void takes back a number that was never called, for the guide desk.
type Void struct {
	Ticket string `json:"ticket"`
	Reason string `json:"reason"`
}

func (c Void) decide(s *State, _ Input) (Outcome, error) {
	t, l, r := s.live(c.Ticket)
	if r == nil {
		r = l.in(LegReserved, LegWaiting)
	}
	switch {
	case r != nil:
	case len(t.Legs) > 1 || !l.Called.IsZero():
		r = refuse("wrong_ticket_state.called", c.Ticket)
	case c.Reason == "":
		r = refuse("reason_missing.void")
	}
	if r != nil {
		return Outcome{}, r
	}
	return events1(nil, TicketVoided{about: l.about(), Reason: c.Reason})
}

// voidUnprinted is why a number is void whose slip failed and nobody kept.
const voidUnprinted = "print_failed"

// TicketVoided ends a number that never reached anybody.
type TicketVoided struct {
	about
	Reason string `json:"reason"`
}

// Name implements Event.
func (TicketVoided) Name() string { return "ticket.voided" }

// Topic implements Event.
func (TicketVoided) Topic() string { return TopicQueue }

func (e TicketVoided) apply(s *State, r Record) {
	t, _ := s.leg(e.about)
	s.end(e.about, LegVoid, r.At)
	s.spend(t, -1)
	s.figures.Voided++
}

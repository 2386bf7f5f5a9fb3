package queue

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Ticket is one number of the day with its legs, the current one last.
type Ticket struct {
	Number  string    `json:"ticket"`
	Day     string    `json:"day"`
	Token   string    `json:"token"`
	Item    string    `json:"item,omitempty"`
	Kiosk   string    `json:"kiosk,omitempty"`
	Lang    string    `json:"lang,omitempty"`
	Issued  time.Time `json:"issued"`
	Print   Print     `json:"print"`
	Copies  int       `json:"copies"` // reprints asked for
	Printer string    `json:"printer,omitempty"`
	Why     string    `json:"print_why,omitempty"` // why the slip failed or is unsure
	Person  string    `json:"-"`                   // keyed hash of who took it; empty for nobody known
	Booking string    `json:"-"`                   // code of the appointment it was taken with
	Promise Forecast  `json:"promise,omitzero"`    // told when the number was taken
	Legs    []*Leg    `json:"legs"`
	Journey *Journey  `json:"journey,omitempty"` // of a number taken for a chain
}

// Print is what is known about a ticket's slip.
type Print string

// The print states. A ticket whose intent is on disk and whose outcome is not
// is printing; found so at start-up it is unconfirmed.
const (
	PrintNone        Print = "none"
	Printing         Print = "printing"
	PrintDone        Print = "printed"
	PrintUnconfirmed Print = "unconfirmed"
	PrintFailed      Print = "failed"
)

// LegState is where a leg stands in its life.
type LegState string

// The states of a leg; see the picture in the package comment.
const (
	LegReserved    LegState = "reserved"
	LegWaiting     LegState = "waiting"
	LegCalled      LegState = "called"
	LegServing     LegState = "serving"
	LegHeld        LegState = "held"
	LegNoShow      LegState = "no_show"
	LegTransferred LegState = "transferred"
	LegDone        LegState = "done"
	LegCancelled   LegState = "cancelled"
	LegExpired     LegState = "expired"
	LegVoid        LegState = "void"

	// LegBlocked is what a waiting leg is shown as while another step of its
	// journey has the person. It keeps its seniority, and waits again by itself.
	LegBlocked LegState = "blocked"
)

// Leg is one wait-and-serve cycle.
type Leg struct {
	ID        string    `json:"leg"` // "M045/1"
	Ticket    string    `json:"ticket"`
	Order     uint64    `json:"-"` // sequence of the record that made it; the last tie-breaker
	Service   string    `json:"service"`
	Class     string    `json:"class"`
	Step      string    `json:"step,omitempty"` // of a chain
	State     LegState  `json:"state"`
	Since     time.Time `json:"since,omitzero"` // in this state
	Seniority time.Time `json:"seniority"`
	Direct    string    `json:"direct,omitempty"` // the only window that may call it
	Window    string    `json:"window,omitempty"`
	Staff     string    `json:"staff,omitempty"`
	Called    time.Time `json:"called,omitzero"`
	Rung      time.Time `json:"rung,omitzero"` // last call or recall
	Recalls   int       `json:"recalls"`
	Started   time.Time `json:"started,omitzero"`
	Ended     time.Time `json:"ended,omitzero"`
	Level     int       `json:"-"` // the counted rating; 0 for none
	NotBefore time.Time `json:"-"` // nobody calls it earlier; zero for no rest

	ForStaff string    `json:"for_staff,omitempty"` // whoever alone may call it, at any window
	Front    bool      `json:"front,omitempty"`     // goes before all others at its service
	Slot     time.Time `json:"slot,omitzero"`       // of the appointment
	Late     bool      `json:"late,omitempty"`      // came after the grace of the appointment
	Missed   int       `json:"missed,omitempty"`    // how often the citizen did not come
	Absent   time.Time `json:"-"`                   // when the last call was given up
	Back     time.Time `json:"-"`                   // when a held leg returns by itself
	Touched  uint64    `json:"-"`                   // sequence of the last record that changed it
	Before   *memory   `json:"-"`                   // what undo brings back; nil for nothing

	line *line // in which it stands, if it does
}

// Leg is the ticket's current leg. Of several that are alive, as a chain may
// have, it is the one nearest to a window, then the most senior.
func (t Ticket) Leg() *Leg {
	current := t.Legs[len(t.Legs)-1]
	for _, l := range t.Legs[:len(t.Legs)-1] {
		if c := cmp.Compare(nearness[l.State], nearness[current.State]); c > 0 || c == 0 && !l.over() && bySeniority(l, current) < 0 {
			current = l
		}
	}
	return current
}

// nearness says how near to a window a leg is; 0 when it is over.
var nearness = map[LegState]int{LegNoShow: 1, LegReserved: 2, LegWaiting: 2, LegHeld: 3, LegCalled: 4, LegServing: 4}

// among is the leg that a command about a ticket means: the first in one of
// the states, or the current one.
func (t *Ticket) among(states ...LegState) *Leg {
	for _, l := range t.Legs {
		if slices.Contains(states, l.State) {
			return l
		}
	}
	return t.Leg()
}

func (t *Ticket) copy() Ticket {
	c := *t
	c.Journey = t.Journey.copy()
	c.Legs = make([]*Leg, len(t.Legs))
	for i, l := range t.Legs {
		c.Legs[i] = l.copy()
	}
	return c
}

func (l *Leg) copy() *Leg {
	c := *l
	c.line, c.Before = nil, nil
	return &c
}

func legID(ticket string, n int) string { return fmt.Sprintf("%s/%d", ticket, n) }

// about is embedded in events of one ticket.
type about struct {
	Ticket string `json:"ticket"`
	LegID  string `json:"leg"`
}

// TicketNumber makes the event a Subject.
func (a about) TicketNumber() string { return a.Ticket }

func (l *Leg) about() about { return about{Ticket: l.Ticket, LegID: l.ID} }

// leg finds the leg an event is about. Events are only ever made for legs
// that exist, so a missing one is a broken trail.
func (s *State) leg(a about) (*Ticket, *Leg) {
	t, ok := s.tickets[a.Ticket]
	if !ok {
		panic("queue: record about a ticket that was never issued: " + a.Ticket)
	}
	l := s.findLeg(a.LegID)
	if l == nil {
		panic("queue: record about a leg that was never made: " + a.LegID)
	}
	return t, l
}

// live finds a ticket of the open day for a command.
func (s *State) live(number string) (*Ticket, *Leg, *Refusal) {
	if r := s.dayOpen(); r != nil {
		return nil, nil, r
	}
	t, ok := s.tickets[number]
	if !ok {
		return nil, nil, refuse(CodeNoTicket, number)
	}
	return t, t.Leg(), nil
}

// in checks that a leg is in one of the states.
func (l *Leg) in(states ...LegState) *Refusal {
	for _, st := range states {
		if l.State == st {
			return nil
		}
	}
	return refuse(CodeWrongState, l.Ticket, word(string(l.State)))
}

// over tells whether nothing more can happen to a leg but a rating.
func (l *Leg) over() bool {
	switch l.State {
	case LegTransferred, LegDone, LegCancelled, LegExpired, LegVoid:
		return true
	}
	return false
}

// ticketOf is the number in a leg's id.
func ticketOf(leg string) string {
	number, _, _ := strings.Cut(leg, "/")
	return number
}

// findLeg finds a leg by its id, "M045/1"; nil when there is none.
func (s *State) findLeg(id string) *Leg {
	t := s.tickets[ticketOf(id)]
	if t == nil {
		return nil
	}
	for _, l := range t.Legs {
		if l.ID == id {
			return l
		}
	}
	return nil
}

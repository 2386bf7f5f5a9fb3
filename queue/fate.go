package queue

// Fate is what has become of a number. Every number that was given has exactly
// one at any record, so that what was received is always the sum of all.
type Fate string

// The fates of a number.
const (
	FateOpen      Fate = "open" // somebody waits, is served, or has a journey under way
	FateDone      Fate = "done"
	FateNoShow    Fate = "no_show" // and has not come back yet
	FateCancelled Fate = "cancelled"
	FateExpired   Fate = "expired"
	FateVoid      Fate = "void"
)

// Fate tells what has become of a number of the day; false for one that was
// not given.
func (s *State) Fate(number string) (Fate, bool) {
	t, ok := s.tickets[number]
	if !ok {
		return "", false
	}
	return t.fate(), true
}

// fate looks at all legs: a number is open while one of them is, and otherwise
// what the last one came to.
func (t *Ticket) fate() Fate {
	missed := false
	for _, l := range t.Legs {
		switch {
		case l.State == LegNoShow:
			missed = true
		case !l.over():
			return FateOpen
		}
	}
	switch last := t.Legs[len(t.Legs)-1].State; {
	case t.underWay():
		return FateOpen
	case missed:
		return FateNoShow
	case last == LegDone:
		return FateDone
	case last == LegCancelled:
		return FateCancelled
	case last == LegExpired:
		return FateExpired
	default:
		return FateVoid
	}
}

// Tickets returns copies of all tickets of the day in the order of their issue.
func (s *State) Tickets() []Ticket {
	ts := make([]Ticket, 0, len(s.tickets))
	for _, t := range s.byNumber() {
		ts = append(ts, t.copy())
	}
	return ts
}

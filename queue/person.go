package queue

import "slices"

// busy tells whether the person is at a window or expected at one.
func (t *Ticket) busy() bool { return slices.ContainsFunc(t.Legs, (*Leg).atWindow) }

// forWindow is the leg of a ticket that a window means when it names the
// ticket: one that the window serves, if there is one.
func (s *State) forWindow(t *Ticket, current *Leg, w *windowState) *Leg {
	for _, l := range t.Legs {
		if slices.Contains([]LegState{LegWaiting, LegHeld, LegNoShow}, l.State) && serves(s.index.windows[w.id], l.Service) {
			return l
		}
	}
	return current
}

// served is the leg that ended last at a window; nil when there is none.
func (t *Ticket) served() *Leg {
	var last *Leg
	for _, l := range t.Legs {
		if l.State == LegDone && (last == nil || l.Ended.After(last.Ended)) {
			last = l
		}
	}
	return last
}

// atWindow tells whether the leg stands at a window.
func (l *Leg) atWindow() bool { return l.State == LegCalled || l.State == LegServing }

// leg finds a leg of the ticket; nil when there is none.
func (t *Ticket) leg(id string) *Leg {
	i := slices.IndexFunc(t.Legs, func(l *Leg) bool { return l.ID == id })
	if i < 0 {
		return nil
	}
	return t.Legs[i]
}

// stepOf finds the step a leg is for; nil when it is for none.
func (t *Ticket) stepOf(leg string) *StepState {
	l := t.leg(leg)
	if l == nil || l.Step == "" {
		return nil
	}
	return t.Journey.step(l.Step)
}

// ahead lists the tickets under way in a chain whose steps, now or later, only
// this window serves.
func (s *State) ahead(w *windowState) (numbers []string) {
	for _, t := range s.underWay() {
		needs := func(p *StepState) bool {
			here := p.State == StepPending || p.State == StepOpen
			return here && !p.paper() && serves(s.index.windows[w.id], p.Service) && !s.servedBeside(w, p.Service)
		}
		if slices.ContainsFunc(t.Journey.Steps, needs) {
			numbers = append(numbers, t.Number)
		}
	}
	return numbers
}

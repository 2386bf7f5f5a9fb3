package queue

import "time"

// follow keeps a journey in step with an event about its ticket, so that
// every step's clock counts the right thing.
func (s *State) follow(t *Ticket, r Record) {
	j := t.Journey
	switch e := r.Event.(type) {
	case TicketTransferred: // the step goes on as another leg
		if old, next := t.leg(e.LegID), t.leg(e.NewLeg); old != nil && next != nil && old.Step != "" {
			next.Step = old.Step
			j.step(old.Step).Leg = next.ID
		}
	case TicketCalled:
		if p := t.stepOf(e.LegID); p != nil && !j.Free.IsZero() {
			j.Waited += Duration(max(0, r.At.Sub(latest(j.Free, p.Started, t.leg(e.LegID).NotBefore))))
		}
	case TicketRecovered:
		if !j.Free.IsZero() {
			j.Free = r.At // whoever was absent did not wait
		}
	case TicketPrinted, TicketPrintUnknown, TicketKept:
		s.release(t)
	}
	switch busy := t.busy(); {
	case busy:
		j.Free = time.Time{}
	case j.Free.IsZero():
		j.Free = r.At
	}
	for _, p := range j.Steps {
		p.count(t, r.At)
	}
	if turns(r.Event) {
		j.Turned = r.At
	}
	s.setDue(dueKey{dueJourney, t.Number}, j.due())
}

// turns tells whether an event changes what is ahead of a journey.
func turns(e Event) bool {
	switch e.(type) {
	case TicketCalled, TicketArrived, TicketNoShow, TicketRecovered, TicketHeld, TicketTransferred,
		JourneyStepStarted, JourneyStepDone, JourneyStepSkipped, JourneyStepRepeated:
		return true
	}
	return false
}

// release lets the other first steps wait once the number has its slip.
func (s *State) release(t *Ticket) {
	if t.Legs[0].State == LegReserved {
		return
	}
	for _, l := range t.Legs[1:] {
		if l.State == LegReserved {
			s.change(l, func(l *Leg) { l.State = LegWaiting })
		}
	}
}

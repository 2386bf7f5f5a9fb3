package queue

import (
	"slices"
	"time"
)

// onward adds to what a command leads to what follows from it for journeys.
// It is asked after every decision, so that no command needs to know them.
func (s *State) onward(events []Event, in Input) []Event {
	if len(s.journeys) == 0 {
		return events
	}
	var out []Event
	for i, e := range events {
		if _, ok := e.(DayClosed); ok {
			out = append(out, s.abandon(events)...)
		}
		out = append(out, e)
		if about, ok := e.(Subject); ok {
			if t := s.journeys[about.TicketNumber()]; t != nil {
				out = append(out, s.consequence(t, e, events[i+1:], in)...)
			}
		}
	}
	return out
}

// consequence is what one event means for the journey of its ticket.
func (s *State) consequence(t *Ticket, e Event, rest []Event, in Input) []Event {
	switch e := e.(type) {
	case TicketDone:
		return s.served(t, e, rest, in)
	case JourneyStepDone:
		return s.stepEnds(t, e.Step, "", in)
	case JourneyStepSkipped:
		return append(t.withdraw(t.Journey.step(e.Step), e.Reason), s.stepEnds(t, e.Step, "", in)...)
	case JourneyStepRepeated:
		return s.again(t, e, in)
	case TicketNoShow:
		if p := t.stepOf(e.LegID); p != nil {
			return []Event{JourneySuspended{onJourney{t.Number, p.Step.ID}, causeAbsent}}
		}
	case TicketRecovered:
		return t.resumed(e.LegID)
	case TicketCalled:
		return t.resumed(e.LegID)
	case TicketCancelled:
		return t.aborted(e.LegID, e.Reason, func(l *Leg) Event { return TicketCancelled{about: l.about(), Reason: e.Reason} })
	case TicketReclassed:
		return t.reclassed(e)
	case TicketVoided:
		return t.aborted(e.LegID, e.Reason, func(l *Leg) Event { return TicketCancelled{about: l.about(), Reason: e.Reason} })
	}
	return nil
}

// served is the end of a person's step at a window, or its return for
// something that was missing.
func (s *State) served(t *Ticket, e TicketDone, rest []Event, in Input) []Event {
	p := t.stepOf(e.LegID)
	if p == nil {
		return nil
	}
	if e.Outcome == outcomeRepeat {
		if slices.ContainsFunc(rest, func(o Event) bool { _, ok := o.(JourneyStepRepeated); return ok }) {
			return nil // the command says itself what is missing
		}
		again := JourneyStepRepeated{onJourney: onJourney{t.Number, p.Step.ID}, Reason: e.Outcome}
		return append([]Event{again}, s.again(t, again, in)...)
	}
	area := s.index.windows[e.Window].Area
	done := JourneyStepDone{onJourney: onJourney{t.Number, p.Step.ID}, Outcome: e.Outcome, Area: area, Ways: s.ways(t, e.LegID, area, in.At)}
	return append([]Event{done}, s.stepEnds(t, p.Step.ID, area, in)...)
}

// ways tells which open legs cannot be called before the citizen has walked.
func (s *State) ways(t *Ticket, served, area string, at time.Time) []LegTime {
	var ways []LegTime
	for _, l := range t.Legs {
		if walk := s.walk(area, s.index.services[l.Service].Area); walk > 0 && l.ID != served && l.State == LegWaiting {
			ways = append(ways, LegTime{l.ID, at.Add(walk)})
		}
	}
	return ways
}

// stepEnds starts what a step was waited for by, or ends the journey. Area is
// where the citizen stands; empty when nobody moved.
func (s *State) stepEnds(t *Ticket, step, area string, in Input) []Event {
	j := t.Journey
	if j.complete(step) {
		return s.ends(t, step, in.At)
	}
	var out []Event
	legs := len(t.Legs)
	for _, p := range j.ready(step) {
		out = append(out, s.begin(t, p, area, &legs, in.At))
	}
	return out
}

// begin starts one step. The time already waited in this visit counts in
// part, so that nobody joins the tail of the next queue.
func (s *State) begin(t *Ticket, p Step, area string, legs *int, at time.Time) JourneyStepStarted {
	e := JourneyStepStarted{
		onJourney: onJourney{t.Number, p.ID}, Mode: p.Mode, Service: p.Service, Class: t.Leg().Class,
		Seniority: at, Direct: s.substitutes[p.Service],
	}
	if p.paper() {
		return e
	}
	*legs++
	e.Leg = legID(t.Number, *legs)
	e.Seniority = at.Add(-time.Duration(s.config.Rules.VisitCredit * float64(t.Journey.Waited)))
	if area == "" {
		area = t.Journey.Area
	}
	if walk := s.walk(area, s.index.services[p.Service].Area); walk > 0 {
		e.Ready = at.Add(walk)
	}
	return e
}

// again opens a step once more and takes back the legs of steps that have to
// wait for it.
func (s *State) again(t *Ticket, e JourneyStepRepeated, in Input) []Event {
	var out []Event
	for _, p := range t.Journey.undone(e.Step) {
		out = append(out, t.withdraw(p, outcomeRepeat)...)
	}
	if p := t.Journey.step(e.Step).Step; t.Journey.joined(p, "") < p.need() {
		return out // it begins when what it follows, which is done anew as well, has ended
	}
	legs := len(t.Legs)
	started := s.begin(t, t.Journey.step(e.Step).Step, "", &legs, in.At)
	if away := in.At.Add(time.Duration(e.Away)); e.Away > 0 && away.After(started.Ready) {
		started.Ready = away
	}
	return append(out, started)
}

// ends is the end of the whole journey; what is still open is not needed any
// more. Where the last step was a paper's, the citizen may stand at a window
// with another one: nobody is sent away there, and that leg goes on by itself.
func (s *State) ends(t *Ticket, last string, at time.Time) []Event {
	j := t.Journey
	var out []Event
	for _, p := range j.Steps {
		if p.Step.ID != last {
			out = append(out, t.withdraw(p, "not_needed")...)
		}
	}
	e := JourneyEnded{Ticket: t.Number, Took: Duration(at.Sub(j.Started))}
	if end := j.deadline(); !end.IsZero() && at.After(end) {
		e.Over = Duration(at.Sub(end))
		e.Step, e.Cause = j.ate(at)
	}
	return append(out, e)
}

// withdraw takes the waiting leg of a step back.
func (t *Ticket) withdraw(p *StepState, reason string) []Event {
	l := t.leg(p.Leg)
	if p.State != StepOpen || l == nil || l.over() || l.atWindow() {
		return nil
	}
	return []Event{TicketCancelled{about: l.about(), Reason: reason}}
}

// resumed ends a suspension when the absent leg is back.
func (t *Ticket) resumed(leg string) []Event {
	p := t.stepOf(leg)
	if p == nil || t.leg(leg).State != LegNoShow || t.absent(leg) {
		return nil
	}
	return []Event{JourneyResumed{onJourney{t.Number, p.Step.ID}}}
}

// reclassed gives the other legs the class of the person.
func (t *Ticket) reclassed(e TicketReclassed) []Event {
	var out []Event
	for _, l := range t.Legs {
		if l.ID != e.LegID && !l.over() {
			out = append(out, TicketReclassed{about: l.about(), From: l.Class, To: e.To, Reason: e.Reason})
		}
	}
	return out
}

// absent tells whether another leg than the one named was a no-show.
func (t *Ticket) absent(but string) bool {
	return slices.ContainsFunc(t.Legs, func(l *Leg) bool { return l.State == LegNoShow && l.ID != but })
}

// aborted ends a journey whose number was taken back, with all its legs.
func (t *Ticket) aborted(ended, reason string, end func(*Leg) Event) []Event {
	var out []Event
	for _, l := range t.Legs {
		if l.ID != ended && !l.over() {
			out = append(out, end(l))
		}
	}
	return append(out, JourneyAborted{Ticket: t.Number, Reason: reason})
}

// abandon ends all journeys at the end of the day. Legs that the day's end
// expires already are left to it.
func (s *State) abandon(events []Event) []Event {
	gone := map[string]bool{}
	for _, e := range events {
		if e, ok := e.(TicketExpired); ok {
			gone[e.LegID] = true
		}
	}
	const reason = "day_closed"
	var out []Event
	for _, t := range s.underWay() {
		for _, l := range t.Legs {
			if !l.over() && !gone[l.ID] {
				out = append(out, TicketExpired{about: l.about(), Reason: reason})
			}
		}
		out = append(out, JourneyAborted{Ticket: t.Number, Reason: reason})
	}
	return out
}

package queue

import "slices"

// depart takes a number for the first step of a chain and starts the journey.
// The gates of a number (quota, closing time, …) are those of that step.
func (c Take) depart(s *State, in Input) (Outcome, error) {
	chain, r := s.chain(c.Chain)
	if r != nil {
		return Outcome{}, r
	}
	entry := chain.entry()
	c.Service = entry.Service
	out, err := c.issue(s, in)
	if err != nil {
		return out, err
	}
	issued := out.Events[slices.IndexFunc(out.Events, isIssue)].(TicketIssued)
	out.Events = append(out.Events, JourneyStarted{Ticket: issued.Ticket, Chain: chain})
	legs := 1
	for _, p := range chain.Steps {
		if len(p.After) > 0 {
			continue
		}
		start := JourneyStepStarted{
			onJourney: onJourney{Ticket: issued.Ticket, Step: p.ID}, Mode: p.Mode,
			Service: p.Service, Class: issued.Class, Seniority: in.At, Direct: s.substitutes[p.Service],
		}
		switch {
		case p.ID == entry.ID:
			start.Leg = issued.LegID
		case !p.paper():
			legs++
			start.Leg = legID(issued.Ticket, legs)
		}
		out.Events = append(out.Events, start)
	}
	return out, nil
}

func isIssue(e Event) bool {
	_, ok := e.(TicketIssued)
	return ok
}

// JourneyStarted: the number is the number of a journey. It carries the whole
// graph, so that the trail explains itself and no later version changes it.
type JourneyStarted struct {
	Ticket string `json:"ticket"`
	Chain  Chain  `json:"chain"`
}

// TicketNumber implements Subject.
func (e JourneyStarted) TicketNumber() string { return e.Ticket }

// Name implements Event.
func (JourneyStarted) Name() string { return "journey.started" }

// Topic implements Event.
func (JourneyStarted) Topic() string { return TopicQueue }

func (e JourneyStarted) apply(s *State, r Record) {
	j := &Journey{Chain: e.Chain, State: JourneyStateRunning, Started: r.At, Free: r.At}
	for _, p := range e.Chain.Steps {
		j.Steps = append(j.Steps, &StepState{Step: p, State: StepPending})
	}
	s.tickets[e.Ticket].Journey = j
	s.journeys[e.Ticket] = s.tickets[e.Ticket]
}

// JourneySuspended: the person did not come to a step. Other steps may be
// called, nothing follows this one, and the clock runs on.
type JourneySuspended struct {
	onJourney
	Cause string `json:"cause"` // absent
}

// Name implements Event.
func (JourneySuspended) Name() string { return "journey.suspended" }

func (e JourneySuspended) apply(s *State, _ Record) {
	s.tickets[e.Ticket].Journey.State = JourneyStateSuspended
}

// JourneyResumed: the person is back.
type JourneyResumed struct{ onJourney }

// Name implements Event.
func (JourneyResumed) Name() string { return "journey.resumed" }

func (e JourneyResumed) apply(s *State, _ Record) {
	s.tickets[e.Ticket].Journey.State = JourneyStateRunning
}

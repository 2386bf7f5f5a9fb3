package queue

import "time"

// warnShare is the part of a chain's limit after which somebody is told.
const warnShare = 0.7

// shareSince is when most of a chain's limit will be used up.
func (s *State) shareSince(ticket string) (at time.Time, ok bool) {
	t := s.journeys[ticket]
	if t == nil || t.Journey.Chain.Limit == 0 {
		return at, false
	}
	j := t.Journey
	left := time.Duration((1 - warnShare) * float64(j.Chain.Limit))
	return j.deadline().Add(-left), true
}

// lateSince is since when the end of a journey is forecast beyond its limit.
func (s *State) lateSince(ticket string) (at time.Time, ok bool) {
	t := s.journeys[ticket]
	if t == nil || t.Journey.Chain.Limit == 0 || !t.Journey.Finish.After(t.Journey.deadline()) {
		return at, false
	}
	return atOnce, true
}

// overSince is when the limit of a journey is broken.
func (s *State) overSince(ticket string) (at time.Time, ok bool) {
	t := s.journeys[ticket]
	if t == nil || t.Journey.Chain.Limit == 0 {
		return at, false
	}
	return t.Journey.deadline(), true
}

// aboutJourney names the step that ate the time, and on what.
func aboutJourney(text string) func(*State, string, time.Time) AlertRaised {
	return func(s *State, ticket string, at time.Time) AlertRaised {
		j := s.tickets[ticket].Journey
		step, cause := j.ate(at)
		p := j.step(step)
		return AlertRaised{
			Ticket: ticket, Service: p.Service, Step: step, Why: cause, Text: text,
			Args: []string{ticket, j.Chain.Name, p.Name, word("cause " + cause)},
		}
	}
}

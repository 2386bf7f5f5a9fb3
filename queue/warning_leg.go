package queue

import (
	"strings"
	"time"
)

// waitsSince is when a leg will have waited beyond its limit. While another
// step of the journey has the person, and on the way, nobody waits.
func (s *State) waitsSince(leg string) (at time.Time, ok bool) {
	l := s.findLeg(leg)
	if l == nil || l.State != LegWaiting || s.visits[s.visitOf(l)].isBusy() {
		return at, false
	}
	since, limit := l.Since, time.Duration(s.warn(l.Service).Wait)
	if t := s.tickets[l.Ticket]; t.Journey != nil {
		if p := t.stepOf(l.ID); p != nil {
			since, limit = p.Since, limit-time.Duration(p.Spent.Wait)
		}
	}
	return later(since, l.NotBefore).Add(limit), true
}

// calledSince is when a called citizen will be late.
func (s *State) calledSince(leg string) (at time.Time, ok bool) {
	l := s.findLeg(leg)
	if l == nil || l.State != LegCalled {
		return at, false
	}
	return l.Called.Add(time.Duration(s.warn(l.Service).Arrive)), true
}

// servedSince is when a service will have lasted too long.
func (s *State) servedSince(leg string) (at time.Time, ok bool) {
	l := s.findLeg(leg)
	if l == nil || l.State != LegServing {
		return at, false
	}
	return l.Started.Add(time.Duration(s.warn(l.Service).Serve)), true
}

// aboutLeg speaks of a leg: its ticket, service, window and step.
func aboutLeg(text, cause string) func(*State, string, time.Time) AlertRaised {
	return func(s *State, leg string, at time.Time) AlertRaised {
		l := s.findLeg(leg)
		e := AlertRaised{Ticket: l.Ticket, Service: l.Service, Window: l.Window, Step: l.Step, Why: cause, Text: text}
		if cause == causeWait && s.serving(l.Service) == 0 {
			e.Why = causeNobody
		}
		e.Args = []string{l.Ticket, s.index.services[l.Service].Name, l.Window, word("cause " + e.Why)}
		return e
	}
}

// causeNobody is the cause of a wait at a service that no window serves.
const causeNobody = "no_window"

// paperSince is when a paper step will have taken longer than is usual.
func (s *State) paperSince(subject string) (at time.Time, ok bool) {
	number, step, _ := strings.Cut(subject, "/")
	t := s.journeys[number]
	if t == nil {
		return at, false
	}
	p := t.Journey.step(step)
	if p == nil || p.State != StepOpen || p.Usual == 0 {
		return at, false
	}
	return p.Started.Add(time.Duration(p.Usual)), true
}

func aboutPaper(s *State, subject string, _ time.Time) AlertRaised {
	number, step, _ := strings.Cut(subject, "/")
	p := s.tickets[number].Journey.step(step)
	return AlertRaised{Ticket: number, Step: step, Service: p.Service, Why: causePaper, Text: "alert.paper", Args: []string{number, p.Name}}
}

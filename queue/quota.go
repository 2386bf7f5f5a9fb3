package queue

import (
	"fmt"
	"time"
)

// mayTake refuses a number that the person or the day should not get.
func (s *State) mayTake(c Take, service Service, at time.Time) *Refusal {
	if l := s.waitingFor(c.Person, service.ID); l != nil {
		return refuse(CodeAlreadyWaiting, l.Ticket)
	}
	last := s.latest[c.Kiosk]
	if again := time.Duration(s.config.Rules.AskAgain); last != nil && !c.Again && last.Legs[0].Service == service.ID && at.Sub(last.Issued) < again {
		return refuse(CodeOneMore, last.Number)
	}
	if c.Override != "" {
		return nil
	}
	if service.Quota > 0 && s.spent[spentOn(service.ID, "")] >= service.Quota {
		return refuse(CodeQuotaDay, service.Name, service.Quota)
	}
	if slice, ok := service.slice(s.sinceMidnight(at)); ok && s.spent[spentOn(service.ID, slice.From)] >= slice.Quota {
		return refuse(CodeQuotaSlice, service.Name, slice.From+"–"+slice.To)
	}
	return nil
}

// waitingFor finds the leg with which a person waits for a service; nil for
// none, or when nobody knows who it is.
func (s *State) waitingFor(person, service string) *Leg {
	if person == "" || s.visits[visitOfPerson(person)] == nil {
		return nil
	}
	for _, l := range s.visits[visitOfPerson(person)].legs {
		if l.Service == service && (l.State == LegWaiting || l.State == LegReserved) {
			return l
		}
	}
	return nil
}

// slice finds the part of the day that a time belongs to.
func (l Limits) slice(sinceMidnight time.Duration) (Slice, bool) {
	for _, s := range l.Slices {
		from, _ := clock(s.From)
		to, _ := clock(s.To)
		if from <= sinceMidnight && sinceMidnight < to {
			return s, true
		}
	}
	return Slice{}, false
}

// sinceMidnight is the hall's time of day.
func (s *State) sinceMidnight(at time.Time) time.Duration {
	local := at.Add(s.offset)
	return local.Sub(local.Truncate(24 * time.Hour))
}

// closing is when the business day ends by the rules; false where they do not
// say.
func (s *State) closing() (time.Time, bool) {
	if s.config.Rules.Closes == "" {
		return time.Time{}, false
	}
	since, ok := clock(s.config.Rules.Closes)
	midnight, err := time.Parse(time.DateOnly, s.day)
	return midnight.Add(since - s.offset), ok && err == nil
}

// overdue tells whether a wait would end after closing: its middle decides.
// While forecasts are not proven nobody can tell, and a number is given.
func (s *State) overdue(p promised, at time.Time) bool {
	end, ok := s.closing()
	if !ok || p.Shadow || len(p.Quantiles) == 0 {
		return false
	}
	return at.Add(time.Duration(p.Quantiles[1] * float64(time.Second))).After(end)
}

// spentOn is the key of what is counted against a quota.
func spentOn(service, from string) string { return fmt.Sprint(service, " ", from) }

// spend counts a ticket against the quotas of its service, or gives it back.
func (s *State) spend(t *Ticket, n int) {
	service := t.Legs[0].Service
	s.spent[spentOn(service, "")] += n
	if slice, ok := s.index.services[service].slice(s.sinceMidnight(t.Issued)); ok {
		s.spent[spentOn(service, slice.From)] += n
	}
}

// respend counts all tickets of the day again, under new limits.
func (s *State) respend() {
	s.spent = map[string]int{}
	for _, t := range s.tickets {
		if t.Leg().State != LegVoid {
			s.spend(t, 1)
		}
	}
}

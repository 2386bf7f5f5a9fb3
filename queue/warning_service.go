package queue

import (
	"strconv"
	"time"
)

// stalledSince is when people will have waited too long at a service that no
// window serves. When its last window only pauses it is stalled at once.
func (s *State) stalledSince(service string) (at time.Time, ok bool) {
	if !s.open || s.serving(service) > 0 {
		return at, false
	}
	var left time.Time // when the last window stopped serving
	for _, w := range s.servers[service] {
		if w.open && w.paused {
			at, ok = later(at, w.since), true
		}
		left = later(left, w.since)
	}
	first := s.waitingSince(service)
	if ok || first.IsZero() {
		return later(at, left), ok
	}
	return later(left, first).Add(time.Duration(s.config.Rules.Warn.Stall)), true
}

// waitingSince is since when the foremost of a service wait; zero when nobody
// could be called.
func (s *State) waitingSince(service string) (at time.Time) {
	for _, class := range s.config.Classes {
		if first := s.lines[lineKey{linePool, service, class.ID}].first(1); len(first) > 0 && (at.IsZero() || first[0].Since.Before(at)) {
			at = first[0].Since
		}
	}
	return at
}

// longSince is now when too many people wait for a service. Once somebody was
// warned it is over only when a fifth of them has gone.
func (s *State) longSince(service string) (at time.Time, ok bool) {
	most := s.warn(service).Queue
	if s.alerts["queue:"+service] != nil {
		most -= most / 5
	}
	return atOnce, s.counts[service] > most
}

// slowSince is now when a newcomer is expected to wait beyond the limit: told
// ahead of the waits themselves, from the mean of the services and the windows
// that serve.
func (s *State) slowSince(service string) (at time.Time, ok bool) {
	limit := time.Duration(s.warn(service).Wait)
	if s.alerts["forecast:"+service] != nil {
		limit -= limit / 5
	}
	wait, ok := s.newcomerWaits(service)
	return atOnce, ok && wait > limit
}

// newcomerWaits is the expected wait at a service, by its own mean and its
// windows; false while too little of it was seen, or nobody waits or serves.
func (s *State) newcomerWaits(service string) (time.Duration, bool) {
	p, windows := s.pace[service], s.serving(service)
	if p.n < leastServed || windows == 0 || s.counts[service] == 0 {
		return 0, false
	}
	return p.sum / time.Duration(p.n) * time.Duration(s.counts[service]) / time.Duration(windows), true
}

func aboutService(text string) func(*State, string, time.Time) AlertRaised {
	return func(s *State, service string, _ time.Time) AlertRaised {
		wait, _ := s.newcomerWaits(service)
		n, minutes := strconv.Itoa(s.counts[service]), strconv.Itoa(int(wait.Minutes()))
		e := AlertRaised{Service: service, Text: text, Args: []string{s.index.services[service].Name, n, minutes}}
		if text == "alert.stalled" {
			e.Why = causeNobody
		}
		return e
	}
}

package main

import (
	"math"
	"time"

	"lobby/queue"
	"lobby/queue/forecast"
	"lobby/queue/simulate"
)

const (
	rehearsed      = 800 // numbers taken
	rehearsedPaths = 16
	// fastest is how fast the demo's people may be for a rehearsal to be like
	// them: the simulation's walk at the pace of life.
	fastest = 4
)

// rehearse lets a forecaster live through simulated days of the demo's people,
// so that a visitor is told minutes at once. A real hall has to earn them on
// its own log.
func (h *hallFile) rehearse(f *forecast.Forecaster) error {
	s, err := h.scenario()
	if err != nil {
		return err
	}
	const each = serviceMean + walkMean + 26*time.Second // with the simulation's longer ways
	perMinute := busy * float64(len(h.Windows)) / each.Minutes()
	minutes := min(max(60, rehearsed/perMinute), float64(s.Closes-s.Opens))
	days := int(math.Ceil(rehearsed / (perMinute * minutes)))
	s.Closes = s.Opens + queue.Clock(minutes)
	s.Tickets, s.Load = perMinute*minutes, busy
	s.First = time.Date(2026, 1, 5, 0, 0, 0, 0, s.Location)
	s = s.WithDefaults()
	paths := f.Paths
	defer func() { f.Paths = paths }()
	f.Paths = rehearsedPaths
	hall := simulate.NewHall(1)
	hall.Forecaster, hall.Write = f, func(queue.Record) error { return nil }
	if err := hall.Activate(s.Config, s.Opens.On(s.Date(0))); err != nil {
		return err
	}
	for n := range days {
		if err := hall.Play(s.Day(1, n)); err != nil {
			return err
		}
	}
	return nil
}

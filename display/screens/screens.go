// Package screens knows which screens of the hall are alive. The page on a
// screen says so every few seconds over the feed, from the loop that draws it:
// a browser that has stopped drawing has stopped saying so too.
package screens

import (
	"context"
	"maps"
	"sync"
	"time"
)

// Silence is how long a screen may say nothing before it counts as gone.
const Silence = 30 * time.Second

// Report is told when a screen comes or goes. It must not wait.
type Report func(screen string, alive bool)

// Screens watches screens by their names, "wall:main" or "kiosk:k1".
type Screens struct {
	report Report

	mu    sync.Mutex
	heard map[string]time.Time // when each was heard last, or when watching began
	alive map[string]bool      // what was reported
}

// New makes a watch over the named screens; others are not its business.
func New(names []string, report Report) *Screens {
	s := &Screens{report: report, heard: map[string]time.Time{}, alive: map[string]bool{}}
	for _, name := range names {
		s.heard[name] = time.Time{}
	}
	return s
}

// Beat says that a screen lives.
func (s *Screens) Beat(screen string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ours := s.heard[screen]; !ours {
		return
	}
	s.heard[screen] = time.Now()
	if known, was := s.alive[screen]; !was || !known {
		s.alive[screen] = true
		s.report(screen, true)
	}
}

// Run looks for silent screens until the context ends. A screen that has never
// been heard is gone a whole silence after the beginning: all need a moment
// after the hall's machine was started.
func (s *Screens) Run(ctx context.Context) error {
	s.begin()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			s.look()
		}
	}
}

func (s *Screens) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, at := range maps.Clone(s.heard) {
		if at.IsZero() {
			s.heard[name] = time.Now()
		}
	}
}

func (s *Screens) look() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, at := range s.heard {
		known, was := s.alive[name]
		if time.Since(at) < Silence || was && !known {
			continue
		}
		s.alive[name] = false
		s.report(name, false)
	}
}

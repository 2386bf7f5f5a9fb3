package emulator

import (
	"fmt"
	"maps"
	"sync"
)

// Switches are the fault switches of one emulator; embedded, they make it
// Troubled. They may be used from any goroutine.
type Switches struct {
	name string

	mu   sync.Mutex
	on   map[string]bool
	once map[string]func()
}

// NewSwitches makes switches that are all off. The name of the emulator stands
// in the error for an unknown fault.
func NewSwitches(name string, faults ...string) *Switches {
	s := &Switches{name: name, on: map[string]bool{}, once: map[string]func(){}}
	for _, f := range faults {
		s.on[f] = false
	}
	return s
}

// Once adds a switch that does something when it is switched on and falls back
// by itself. It is to be called before the switches are used.
func (s *Switches) Once(fault string, do func()) { s.on[fault], s.once[fault] = false, do }

// On says whether a switch is on.
func (s *Switches) On(fault string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.on[fault]
}

// Faults implements Troubled.
func (s *Switches) Faults() map[string]bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.on)
}

// SetFault implements Troubled.
func (s *Switches) SetFault(name string, on bool) error {
	s.mu.Lock()
	_, known := s.on[name]
	do := s.once[name]
	if known && do == nil {
		s.on[name] = on
	}
	s.mu.Unlock()
	switch {
	case !known:
		return fmt.Errorf("%s: no fault %q", s.name, name)
	case on && do != nil:
		do()
	}
	return nil
}

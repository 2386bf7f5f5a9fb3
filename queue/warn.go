package queue

import (
	"cmp"
	"time"
)

// Warn says when somebody is warned. A service may have its own; what it does
// not say is the hall's.
type Warn struct {
	Wait   Duration `json:"wait,omitempty" yaml:"wait"`     // a person waits longer, or is expected to; max_wait
	Arrive Duration `json:"arrive,omitempty" yaml:"arrive"` // called, and not there; 90 s
	Serve  Duration `json:"serve,omitempty" yaml:"serve"`   // one service lasts longer; 30 min
	Queue  int      `json:"queue,omitempty" yaml:"queue"`   // more people wait for one service; 30
}

// Watches are the hall's own limits, and whom a warning reaches when nobody
// takes it on.
type Watches struct {
	Wait   Duration `json:"wait,omitempty" yaml:"wait"`     // as in Warn
	Arrive Duration `json:"arrive,omitempty" yaml:"arrive"` // as in Warn
	Serve  Duration `json:"serve,omitempty" yaml:"serve"`   // as in Warn
	Queue  int      `json:"queue,omitempty" yaml:"queue"`   // as in Warn
	Idle   Duration `json:"idle,omitempty" yaml:"idle"`     // a window is free while somebody waits whom it may call; 60 s
	Pause  Duration `json:"pause,omitempty" yaml:"pause"`   // a pause that named no end lasts longer; 15 min
	Stall  Duration `json:"stall,omitempty" yaml:"stall"`   // people wait and nobody serves, after this time; 60 s. A pause of the last window warns at once
	Level  Duration `json:"level,omitempty" yaml:"level"`   // nobody took the warning on: it goes one level up; 5 min
}

// withDefaults fills what is not set.
func (w Watches) withDefaults(maxWait Duration) Watches {
	set := func(d *Duration, v time.Duration) {
		if *d == 0 {
			*d = Duration(v)
		}
	}
	set(&w.Wait, time.Duration(maxWait))
	set(&w.Arrive, 90*time.Second)
	set(&w.Serve, 30*time.Minute)
	set(&w.Idle, time.Minute)
	set(&w.Pause, 15*time.Minute)
	set(&w.Stall, time.Minute)
	set(&w.Level, 5*time.Minute)
	if w.Queue == 0 {
		w.Queue = 30
	}
	return w
}

// warn are the limits of a service.
func (s *State) warn(service string) Warn {
	own, hall := s.index.services[service].Warn, s.config.Rules.Warn
	return Warn{
		Wait: cmp.Or(own.Wait, hall.Wait), Arrive: cmp.Or(own.Arrive, hall.Arrive),
		Serve: cmp.Or(own.Serve, hall.Serve), Queue: cmp.Or(own.Queue, hall.Queue),
	}
}

// The levels a warning goes up: who is told, beside those who were before.
var levels = []string{"window", "section", "manager", "supervision"}

package queue

import "time"

// serving lists the windows that could call for a service now.
func (s *State) serving(service string) (ws []*windowState) {
	for _, id := range s.index.serving[service] {
		if w := s.windows[id]; w != nil && w.open && !w.paused && !w.draining {
			ws = append(ws, w)
		}
	}
	return ws
}

// idleSince is when a free window will have let somebody wait too long whom it
// may call.
func (s *State) idleSince(window string) (at time.Time, ok bool) {
	w := s.windows[window]
	if w == nil || w.mode() != WindowModeIdle {
		return at, false
	}
	var oldest time.Time
	for _, key := range s.callable(w) {
		if l, ok := s.lines[key].head(); ok && (oldest.IsZero() || l.Since.Before(oldest)) {
			oldest = later(l.Since, l.NotBefore)
		}
	}
	if oldest.IsZero() {
		return at, false
	}
	return later(w.since, oldest).Add(time.Duration(s.config.Rules.Warn.Idle)), true
}

// pausedSince is when a pause will have lasted longer than was said.
func (s *State) pausedSince(window string) (at time.Time, ok bool) {
	w := s.windows[window]
	if w == nil || !w.open || !w.paused {
		return at, false
	}
	declared := w.declared
	if declared == 0 {
		declared = s.config.Rules.Warn.Pause
	}
	return later(w.since, s.thawed).Add(time.Duration(declared)), true
}

func aboutWindow(text string) func(*State, string, time.Time) AlertRaised {
	return func(s *State, window string, _ time.Time) AlertRaised {
		return AlertRaised{Window: window, Text: text, Args: []string{window, s.windows[window].reason}}
	}
}

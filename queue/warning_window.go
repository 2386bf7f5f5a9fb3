package queue

import "time"

// serving is how many windows call for a service now.
func (s *State) serving(service string) (n int) {
	for _, w := range s.servers[service] {
		if w.calls() {
			n++
		}
	}
	return n
}

// idleSince is when a free window will have let somebody wait too long whom it
// may call.
func (s *State) idleSince(window string) (at time.Time, ok bool) {
	w := s.windows[window]
	if w == nil || w.mode() != WindowModeIdle {
		return at, false
	}
	oldest := s.oldest(time.Time{}, lineKey{lineWindow, w.id, ""})
	if w.staff != "" {
		oldest = s.oldest(oldest, lineKey{lineStaff, w.staff, ""})
	}
	for _, service := range s.index.windows[window].Services {
		oldest = earlier(oldest, s.foremost(service))
	}
	if oldest.IsZero() {
		return at, false
	}
	return later(w.since, oldest).Add(time.Duration(s.config.Rules.Warn.Idle)), true
}

// foremost is since when somebody could have been called for a service; zero
// when nobody waits for it.
func (s *State) foremost(service string) time.Time {
	at := s.oldest(time.Time{}, lineKey{lineFront, service, ""})
	at = s.oldest(at, lineKey{lineSlot, service, ""})
	for _, class := range s.config.Classes {
		at = s.oldest(at, lineKey{linePool, service, class.ID})
		at = s.oldest(at, lineKey{lineLate, service, class.ID})
	}
	return at
}

// oldest is the earlier of a time and of when the head of a line could have
// been called.
func (s *State) oldest(at time.Time, key lineKey) time.Time {
	l, ok := s.lines[key].head()
	if !ok {
		return at
	}
	return earlier(at, later(l.Since, l.NotBefore))
}

// earlier is the earlier of two times, of which the zero one is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
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

package queue

import (
	"maps"
	"slices"
	"strings"
)

// idleAlert begins the name of the warning that a window lets people wait.
const idleAlert = "idle:"

// watch sets the clocks of the warnings that a record touches, and of no
// others: what it costs does not grow with the number of tickets.
func (s *State) watch(e Event) {
	seen := s.watchSubject(e)
	for _, l := range s.moved {
		if !slices.Contains(seen, l) {
			s.watchLeg(l)
		}
	}
	s.moved = s.moved[:0]
	switch e := e.(type) {
	case WindowOpened:
		s.watchWindow(e.Window)
	case WindowPaused:
		s.watchWindow(e.Window)
	case WindowResumed:
		s.watchWindow(e.Window)
	case WindowDraining:
		s.watchWindow(e.Window)
	case WindowClosed:
		s.watchWindow(e.Window)
	case CommandUndone:
		s.watchIdle(e.Window) // its leg may have left no trace of it
	case AlertRaised:
		s.watchAlert(e.Alert)
	case AlertAcknowledged:
		s.watchAlert(e.Alert)
	case AlertEscalated:
		s.watchAlert(e.Alert)
	case AlertCleared:
		s.watchAlert(e.Alert)
	}
}

// watchSubject looks after the ticket that an event is about, and tells which
// legs these were. A promise moves no clock.
func (s *State) watchSubject(e Event) []*Leg {
	about, ok := e.(Subject)
	if _, promise := e.(ForecastGiven); promise || !ok {
		return nil
	}
	t := s.tickets[about.TicketNumber()]
	if t == nil {
		return nil
	}
	s.watchTicket(t)
	return t.Legs
}

// watchTicket looks after a ticket's legs, its journey, and the queues and
// windows these legs have to do with.
func (s *State) watchTicket(t *Ticket) {
	for _, l := range t.Legs {
		s.watchLeg(l)
	}
	if t.Journey != nil {
		s.watchJourney(t)
	}
}

// watchLeg looks after a leg, its queue, and the windows that may call it.
func (s *State) watchLeg(l *Leg) {
	for _, rule := range []string{"wait:", "arrive:", "serve:"} {
		s.rewatch(rule + l.ID)
	}
	s.watchService(l.Service)
	for _, window := range []string{l.Window, l.Direct} {
		switch w := s.windows[window]; {
		case w == nil:
		case w.calls():
			s.watchIdle(window)
		default:
			s.watchWindow(window) // a leg that ends at a paused window changes since when it is
		}
	}
	if l.ForStaff == "" {
		return
	}
	for id, w := range s.windows {
		if w.staff == l.ForStaff {
			s.watchIdle(id)
		}
	}
}

func (s *State) watchJourney(t *Ticket) {
	for _, rule := range []string{"share:", "finish:", "limit:"} {
		s.rewatch(rule + t.Number)
	}
	for _, p := range t.Journey.Steps {
		if p.paper() {
			s.rewatch("paper:" + t.Number + "/" + p.Step.ID)
		}
	}
}

// watchService notes that a queue has to be looked after. It is when somebody
// asks what is due: once for all commands of a batch at one service.
func (s *State) watchService(service string) { s.stirred[service] = true }

// watchIdle notes that a window may have another one to call. It is looked after
// when the queues are, and not at once: a foremost that changes and changes back
// in between is no change to a queue, and would be one to the window.
func (s *State) watchIdle(window string) { s.roused[window] = true }

// watchAlert looks after a warning that was raised or has changed.
func (s *State) watchAlert(id string) {
	if window, idle := strings.CutPrefix(id, idleAlert); idle {
		s.watchIdle(window)
		return
	}
	s.rewatch(id)
}

// watchStirred looks after the queues and windows that were touched since the
// last time.
func (s *State) watchStirred() {
	for _, service := range slices.Sorted(maps.Keys(s.stirred)) {
		s.watchQueue(service)
	}
	for window := range s.roused {
		s.rewatch(idleAlert + window)
	}
	clear(s.stirred)
	clear(s.roused)
}

// watchQueue looks after a queue, and after the free windows that serve it
// when another leg is foremost: of those behind it no window takes notice.
func (s *State) watchQueue(service string) {
	for _, rule := range []string{"stalled:", "queue:", "forecast:"} {
		s.rewatch(rule + service)
	}
	foremost := s.foremost(service)
	if was, known := s.heads[service]; known && was.Equal(foremost) {
		return
	}
	s.heads[service] = foremost
	for _, w := range s.servers[service] {
		if w.mode() == WindowModeIdle {
			s.watchIdle(w.id)
		}
	}
}

func (s *State) watchWindow(id string) {
	s.watchIdle(id)
	s.rewatch("pause:" + id)
	for _, service := range s.index.windows[id].Services {
		s.watchService(service)
	}
}

// rewatchAll sets all clocks of warnings anew, after rules or times have
// changed for all, or a state was loaded.
func (s *State) rewatchAll() {
	s.moved = s.moved[:0]
	clear(s.heads)
	for _, t := range s.tickets {
		s.watchTicket(t)
	}
	for id := range s.windows {
		s.watchWindow(id)
	}
	for id := range s.alerts {
		s.watchAlert(id)
	}
}

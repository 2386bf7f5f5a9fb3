package queue

import (
	"slices"
	"strings"
	"time"
)

// WindowMode is what a window is doing, as the feed names it.
type WindowMode string

// The modes of a window.
const (
	WindowModeClosed   WindowMode = "closed"
	WindowModeIdle     WindowMode = "idle"
	WindowModeCalling  WindowMode = "calling"
	WindowModeServing  WindowMode = "serving"
	WindowModePaused   WindowMode = "paused"
	WindowModeDraining WindowMode = "draining"
)

// windowState is a window's part of the state.
type windowState struct {
	id       string
	open     bool
	paused   bool
	draining bool
	reason   string   // of the pause
	declared Duration // how long it was said to last; 0 for not said
	staff    string
	since    time.Time // of the present mode
	leg      *Leg      // called or serving here
	done     int       // legs finished today
	ratings  map[int]int
	turn     int         // place in the ratio of classes
	chosen   []time.Time // calls out of order within the last hour
	press    *press      // what undo takes back; nil for nothing
}

// set changes what a window does; the press before it can no more be undone.
func (w *windowState) set(open, paused, draining bool, at time.Time) {
	w.open, w.paused, w.draining, w.since, w.press = open, paused, draining, at, nil
}

// calls tells whether a window calls whoever is next, when it is free.
func (w *windowState) calls() bool { return w.open && !w.paused && !w.draining }

// seat finds the windows of every service.
func (s *State) seat() {
	s.servers = make(map[string][]*windowState, len(s.index.serving))
	for service, ids := range s.index.serving {
		for _, id := range ids {
			s.servers[service] = append(s.servers[service], s.windows[id])
		}
	}
}

func (w *windowState) mode() WindowMode {
	switch {
	case !w.open:
		return WindowModeClosed
	case w.leg != nil && w.leg.State == LegCalled:
		return WindowModeCalling
	case w.leg != nil:
		return WindowModeServing
	case w.paused:
		return WindowModePaused
	case w.draining:
		return WindowModeDraining
	}
	return WindowModeIdle
}

// WindowMode tells what a window is doing; false for one that is not there.
func (s *State) WindowMode(id string) (WindowMode, bool) {
	w, ok := s.windows[id]
	if !ok {
		return "", false
	}
	return w.mode(), true
}

// window finds a window for a command on an open day.
func (s *State) window(id string) (*windowState, *Refusal) {
	if r := s.dayOpen(); r != nil {
		return nil, r
	}
	w, ok := s.windows[id]
	if !ok {
		return nil, refuse(CodeNoWindow, id)
	}
	return w, nil
}

// openWindow finds a window where somebody sits.
func (s *State) openWindow(id string) (*windowState, *Refusal) {
	w, r := s.window(id)
	if r == nil && !w.open {
		r = refuse(CodeWindowClosed, id)
	}
	return w, r
}

// leave takes a leg away from its window, if it stands at one.
func (s *State) leave(l *Leg) {
	if w := s.windows[l.Window]; w != nil && w.leg == l {
		w.leg = nil
	}
}

// WindowOpen says that staff sit down at a window.
type WindowOpen struct {
	Window string `json:"window"`
	Staff  string `json:"staff,omitempty"`
}

func (c WindowOpen) decide(s *State, _ Input) (Outcome, error) {
	w, r := s.window(c.Window)
	if r == nil && w.open {
		r = refuse(CodeWindowOpen, c.Window)
	}
	if r != nil {
		return Outcome{}, r
	}
	return events1(nil, WindowOpened(c))
}

// WindowOpened: a window serves from now on.
type WindowOpened struct {
	Window string `json:"window"`
	Staff  string `json:"staff,omitempty"`
}

// Name implements Event.
func (WindowOpened) Name() string { return "window.opened" }

// Topic implements Event.
func (WindowOpened) Topic() string { return TopicQueue }

func (e WindowOpened) apply(s *State, r Record) {
	w := s.windows[e.Window]
	w.set(true, false, false, r.At)
	w.staff = e.Staff
	for _, service := range s.index.windows[e.Window].Services {
		delete(s.substitutes, service)
	}
}

// WindowPause interrupts a window that serves nobody.
type WindowPause struct {
	Window string   `json:"window"`
	Reason string   `json:"reason,omitempty"`
	For    Duration `json:"for,omitempty"` // how long it will last
}

func (c WindowPause) decide(s *State, _ Input) (Outcome, error) {
	w, r := s.openWindow(c.Window)
	switch {
	case r != nil:
	case w.leg != nil:
		r = refuse("window_busy.leave", w.leg.Ticket)
	case w.paused:
		r = refuse("window_paused.already", c.Window)
	}
	if r != nil {
		return Outcome{}, r
	}
	return events1(nil, WindowPaused(c))
}

// WindowPaused: the window calls nobody for a while.
type WindowPaused struct {
	Window string   `json:"window"`
	Reason string   `json:"reason,omitempty"`
	For    Duration `json:"for,omitempty"` // how long it was said to last
}

// Name implements Event.
func (WindowPaused) Name() string { return "window.paused" }

// Topic implements Event.
func (WindowPaused) Topic() string { return TopicQueue }

func (e WindowPaused) apply(s *State, r Record) {
	w := s.windows[e.Window]
	w.set(true, true, w.draining, r.At)
	w.reason, w.declared = e.Reason, e.For
}

// WindowResume ends a pause or a draining.
type WindowResume struct {
	Window string `json:"window"`
}

func (c WindowResume) decide(s *State, _ Input) (Outcome, error) {
	w, r := s.openWindow(c.Window)
	if r == nil && !w.paused && !w.draining {
		r = refuse("window_already_open.going", c.Window)
	}
	if r != nil {
		return Outcome{}, r
	}
	return events1(nil, WindowResumed(c))
}

// WindowResumed: the window calls again.
type WindowResumed struct {
	Window string `json:"window"`
}

// Name implements Event.
func (WindowResumed) Name() string { return "window.resumed" }

// Topic implements Event.
func (WindowResumed) Topic() string { return TopicQueue }

func (e WindowResumed) apply(s *State, r Record) {
	w := s.windows[e.Window]
	w.set(true, false, false, r.At)
	w.reason = ""
}

// WindowDrain lets a window finish only what is directed to it.
type WindowDrain struct {
	Window string `json:"window"`
}

func (c WindowDrain) decide(s *State, _ Input) (Outcome, error) {
	if _, r := s.openWindow(c.Window); r != nil {
		return Outcome{}, r
	}
	return events1(nil, WindowDraining(c))
}

// WindowDraining: the window takes directed legs only.
type WindowDraining struct {
	Window string `json:"window"`
}

// Name implements Event.
func (WindowDraining) Name() string { return "window.draining" }

// Topic implements Event.
func (WindowDraining) Topic() string { return TopicQueue }

func (e WindowDraining) apply(s *State, r Record) {
	w := s.windows[e.Window]
	w.set(true, false, true, r.At)
	w.reason = ""
}

// WindowClose says that staff leave a window. While somebody waits whom no
// other open window may call, it needs a substitute or force.
type WindowClose struct {
	Window     string `json:"window"`
	Substitute string `json:"substitute,omitempty"` // the open window that takes over whoever waits for this one alone
	Force      bool   `json:"force,omitempty"`
}

func (c WindowClose) decide(s *State, _ Input) (Outcome, error) {
	w, r := s.openWindow(c.Window)
	if r == nil && w.leg != nil {
		r = refuse("window_busy.leave", w.leg.Ticket)
	}
	if r == nil && c.Substitute != "" {
		_, r = s.openWindow(c.Substitute)
	}
	if r == nil && c.Substitute == "" && !c.Force {
		r = s.alone(w)
	}
	if r != nil {
		return Outcome{}, r
	}
	e := WindowClosed{Window: c.Window, Substitute: c.Substitute}
	for _, service := range s.index.windows[w.id].Services {
		if c.Substitute != "" && !s.servedBeside(w, service) {
			e.Services = append(e.Services, service)
		}
	}
	return events1(nil, e)
}

// maxNamed bounds how many tickets a sentence names.
const maxNamed = 10

// alone refuses to leave people behind whom only this window may call.
func (s *State) alone(w *windowState) *Refusal {
	var left []*Leg
	for _, key := range s.callable(w) {
		if key.kind == lineStaff || key.kind != lineWindow && s.servedBeside(w, key.id) {
			continue
		}
		left = append(left, s.lines[key].first(s.lines[key].len())...)
	}
	slices.SortFunc(left, bySeniority)
	var names []string
	for _, l := range left {
		names = append(names, l.Ticket)
	}
	for _, number := range s.ahead(w) {
		if !slices.Contains(names, number) {
			names = append(names, number)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return refuse(CodePeopleWaiting, w.id, len(names), strings.Join(names[:min(len(names), maxNamed)], " "))
}

// servedBeside tells whether another open window serves a service.
func (s *State) servedBeside(w *windowState, service string) bool {
	for _, other := range s.config.Windows {
		st := s.windows[other.ID]
		if st != w && st.open && !st.draining && serves(other, service) {
			return true
		}
	}
	return false
}

// WindowClosed: the window serves nobody.
type WindowClosed struct {
	Window     string   `json:"window"`
	Substitute string   `json:"substitute,omitempty"`
	Services   []string `json:"services,omitempty"` // that the substitute takes over, until a window opens that serves them
}

// Name implements Event.
func (WindowClosed) Name() string { return "window.closed" }

// Topic implements Event.
func (WindowClosed) Topic() string { return TopicQueue }

func (e WindowClosed) apply(s *State, r Record) {
	w := s.windows[e.Window]
	w.set(false, false, false, r.At)
	w.reason, w.staff, w.chosen = "", "", nil
	for _, service := range e.Services {
		s.substitutes[service] = e.Substitute
	}
	for _, l := range s.liveLegs() {
		switch {
		case l.State != LegWaiting && l.State != LegReserved:
		case l.Direct == w.id:
			s.change(l, func(l *Leg) { l.Direct, l.Front = e.Substitute, e.Substitute == "" })
		case l.Direct == "" && l.ForStaff == "" && slices.Contains(e.Services, l.Service):
			s.change(l, func(l *Leg) { l.Direct = e.Substitute })
		}
	}
}

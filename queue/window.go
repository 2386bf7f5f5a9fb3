package queue

import "time"

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
	reason   string // of the pause
	staff    string
	since    time.Time // of the present mode
	leg      *Leg      // called or serving here
	done     int       // legs finished today
	ratings  map[int]int
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
		return nil, refuse(CodeNoWindow, "没有 %q 号窗口", id)
	}
	return w, nil
}

// openWindow finds a window where somebody sits.
func (s *State) openWindow(id string) (*windowState, *Refusal) {
	w, r := s.window(id)
	if r == nil && !w.open {
		r = refuse(CodeWindowClosed, "%s 号窗口没有开放，请先开窗", id)
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
		r = refuse(CodeWindowOpen, "%s 号窗口已经开放", c.Window)
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
	w.open, w.paused, w.draining, w.staff, w.since = true, false, false, e.Staff, r.At
}

// WindowPause interrupts a window that serves nobody.
type WindowPause struct {
	Window string `json:"window"`
	Reason string `json:"reason,omitempty"`
}

func (c WindowPause) decide(s *State, _ Input) (Outcome, error) {
	w, r := s.openWindow(c.Window)
	switch {
	case r != nil:
	case w.leg != nil:
		r = refuse(CodeWindowBusy, "请先办结或处理号码 %s，再暂停", w.leg.Ticket)
	case w.paused:
		r = refuse(CodeWindowPaused, "%s 号窗口已经暂停", c.Window)
	}
	if r != nil {
		return Outcome{}, r
	}
	return events1(nil, WindowPaused(c))
}

// WindowPaused: the window calls nobody for a while.
type WindowPaused struct {
	Window string `json:"window"`
	Reason string `json:"reason,omitempty"`
}

// Name implements Event.
func (WindowPaused) Name() string { return "window.paused" }

// Topic implements Event.
func (WindowPaused) Topic() string { return TopicQueue }

func (e WindowPaused) apply(s *State, r Record) {
	w := s.windows[e.Window]
	w.paused, w.reason, w.since = true, e.Reason, r.At
}

// WindowResume ends a pause or a draining.
type WindowResume struct {
	Window string `json:"window"`
}

func (c WindowResume) decide(s *State, _ Input) (Outcome, error) {
	w, r := s.openWindow(c.Window)
	if r == nil && !w.paused && !w.draining {
		r = refuse(CodeWindowOpen, "%s 号窗口没有暂停", c.Window)
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
	w.paused, w.draining, w.reason, w.since = false, false, "", r.At
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
	w.draining, w.paused, w.since = true, false, r.At
}

// WindowClose says that staff leave a window.
type WindowClose struct {
	Window string `json:"window"`
}

func (c WindowClose) decide(s *State, _ Input) (Outcome, error) {
	w, r := s.openWindow(c.Window)
	if r == nil && w.leg != nil {
		r = refuse(CodeWindowBusy, "请先办结或处理号码 %s，再关窗", w.leg.Ticket)
	}
	if r != nil {
		return Outcome{}, r
	}
	return events1(nil, WindowClosed(c))
}

// WindowClosed: the window serves nobody.
type WindowClosed struct {
	Window string `json:"window"`
}

// Name implements Event.
func (WindowClosed) Name() string { return "window.closed" }

// Topic implements Event.
func (WindowClosed) Topic() string { return TopicQueue }

func (e WindowClosed) apply(s *State, r Record) {
	w := s.windows[e.Window]
	w.open, w.paused, w.draining, w.reason, w.staff, w.since = false, false, false, "", "", r.At
}

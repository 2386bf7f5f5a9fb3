package queue

import (
	"strings"
	"time"
)

// warning is one rule by which somebody is warned. All that it needs is in the
// state, so that a warning is raised once, stands while it holds, and is
// cleared by itself; no command has to think of it.
type warning struct {
	colour string // red, amber, teal
	level  string // who is told first
	// since is from when on the rule holds for a subject if nothing more
	// happens; false when it does not hold. The subject may be gone.
	since func(s *State, subject string) (time.Time, bool)
	// about is what the warning speaks of at the moment it is raised.
	about func(s *State, subject string, at time.Time) AlertRaised
}

// warnings are the rules that have a clock. An alert's id is the rule's name
// and its subject: a leg, a window, a service, a ticket, or a ticket's step.
var warnings = map[string]warning{
	"wait":     {"amber", "window", (*State).waitsSince, aboutLeg("alert.wait", causeWait)},
	"arrive":   {"amber", "window", (*State).calledSince, aboutLeg("alert.arrive", causeAbsent)},
	"serve":    {"amber", "window", (*State).servedSince, aboutLeg("alert.serve", causeServe)},
	"idle":     {"amber", "window", (*State).idleSince, aboutWindow("alert.idle")},
	"pause":    {"amber", "window", (*State).pausedSince, aboutWindow("alert.pause")},
	"stalled":  {"red", "section", (*State).stalledSince, aboutService("alert.stalled")},
	"queue":    {"amber", "section", (*State).longSince, aboutService("alert.queue")},
	"forecast": {"amber", "section", (*State).slowSince, aboutService("alert.forecast")},
	"paper":    {"amber", "section", (*State).paperSince, aboutPaper},
	"share":    {"teal", "section", (*State).shareSince, aboutJourney("alert.share")},
	"finish":   {"amber", "section", (*State).lateSince, aboutJourney("alert.finish")},
	"limit":    {"red", "manager", (*State).overSince, aboutJourney("alert.limit")},
}

// atOnce is the time of what the next tick brings about. It is the same
// whenever it is asked for, so that a state that was loaded is due like the one
// that was saved.
var atOnce = time.Unix(0, 0).UTC()

// ruled finds the rule and the subject of an alert; false for one that no
// clock raises.
func ruled(alert string) (warning, string, bool) {
	rule, subject, _ := strings.Cut(alert, ":")
	w, ok := warnings[rule]
	return w, subject, ok
}

// rewatch sets the clock of a warning anew: to when it will be raised, at once
// when it has to be cleared, or to when it goes a level up.
func (s *State) rewatch(alert string) {
	key := dueKey{dueAlert, alert}
	a := s.alerts[alert]
	w, subject, clocked := ruled(alert)
	switch {
	case !clocked && a == nil:
		s.setDue(key, time.Time{})
		return
	case !clocked:
		s.setDue(key, s.escalates(a))
		return
	}
	from, holds := w.since(s, subject)
	switch {
	case a == nil && holds:
		s.setDue(key, from)
	case a == nil:
		s.setDue(key, time.Time{})
	case holds && !from.After(a.Raised):
		s.setDue(key, s.escalates(a))
	default:
		s.setDue(key, atOnce) // over: cleared by the next tick
	}
}

// alertTick is what becomes of a warning whose time has come.
func (s *State) alertTick(alert string, at time.Time) []Event {
	a := s.alerts[alert]
	w, subject, clocked := ruled(alert)
	if clocked {
		from, holds := w.since(s, subject)
		switch {
		case a == nil && holds && !from.After(at):
			return []Event{w.raise(s, alert, subject, at)}
		case a != nil && (!holds || from.After(a.Raised)): // what it was raised for is over
			return []Event{AlertCleared{Alert: alert}}
		}
	}
	if a != nil && !s.escalates(a).IsZero() && !s.escalates(a).After(at) {
		return []Event{AlertEscalated{Alert: alert, To: levelAbove(a.Stage)}}
	}
	return nil
}

func (w warning) raise(s *State, alert, subject string, at time.Time) AlertRaised {
	e := w.about(s, subject, at)
	e.Alert, e.Level, e.Stage, e.Subject = alert, w.colour, w.level, subject
	return e.spoken()
}

// escalates is when a warning that nobody takes on goes a level up; zero when
// it does not.
func (s *State) escalates(a *AlertView) time.Time {
	after := time.Duration(s.config.Rules.Warn.Level)
	if a.Acknowledged != nil || after == 0 || levelAbove(a.Stage) == "" {
		return time.Time{}
	}
	return a.Staged.Add(after)
}

// levelAbove is who is told next; empty at the top, and for warnings of before
// there were levels.
func levelAbove(level string) string {
	for i, l := range levels[:len(levels)-1] {
		if l == level {
			return levels[i+1]
		}
	}
	return ""
}

// AlertEscalated: nobody took a warning on in time; somebody higher is told.
type AlertEscalated struct {
	Alert string `json:"alert"`
	To    string `json:"to"` // section, manager, supervision
}

// Name implements Event.
func (AlertEscalated) Name() string { return "alert.escalated" }

// Topic implements Event.
func (AlertEscalated) Topic() string { return TopicAlerts }

func (e AlertEscalated) apply(s *State, r Record) {
	if a := s.alerts[e.Alert]; a != nil {
		a.Stage, a.Staged = e.To, r.At
	}
}

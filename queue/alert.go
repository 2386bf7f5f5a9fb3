package queue

import (
	"strings"
	"time"
)

// AlertView is a warning as the feed shows it.
type AlertView struct {
	ID           string     `json:"id"`
	Level        string     `json:"level"` // red, amber, teal
	Subject      string     `json:"subject"`
	Say          string     `json:"say"`
	Raised       time.Time  `json:"raised"`
	Acknowledged *time.Time `json:"acknowledged,omitempty"`
	Cause        string     `json:"cause,omitempty"`
	By           string     `json:"by,omitempty"`

	Ticket  string            `json:"ticket,omitempty"`
	Window  string            `json:"window,omitempty"`
	Service string            `json:"service,omitempty"`
	Step    string            `json:"step,omitempty"`  // of a chain: which ate the time
	Why     string            `json:"why,omitempty"`   // and on what: wait, walk, serve, hold, absent, paper, no_window
	Stage   string            `json:"stage,omitempty"` // who is told: window, section, manager, supervision
	Staged  time.Time         `json:"staged,omitzero"` // since when
	Text    string            `json:"text,omitempty"`  // which sentence Say is
	Args    []string          `json:"args,omitempty"`  // what the sentence speaks of
	Says    map[string]string `json:"says,omitempty"`  // the sentence in further languages
}

// AlertAck says that somebody has seen a warning and knows its cause.
type AlertAck struct {
	Alert string `json:"alert"`
	Cause string `json:"cause"`
}

func (c AlertAck) decide(s *State, _ Input) (Outcome, error) {
	if s.alerts[c.Alert] == nil {
		return Outcome{}, refuse(CodeNoAlert, c.Alert)
	}
	if c.Cause == "" {
		return Outcome{}, refuse("reason_missing.alert")
	}
	if rule, _, _ := strings.Cut(c.Alert, ":"); once[rule] {
		return events1(nil, AlertAcknowledged(c), AlertCleared{Alert: c.Alert})
	}
	return events1(nil, AlertAcknowledged(c))
}

// AlertRaised: something needs a person.
type AlertRaised struct {
	Alert   string `json:"alert"`
	Level   string `json:"level"`
	Subject string `json:"subject"`
	Say     string `json:"say"`

	Ticket  string   `json:"ticket,omitempty"`
	Window  string   `json:"window,omitempty"`
	Service string   `json:"service,omitempty"`
	Step    string   `json:"step,omitempty"`  // of a chain: which ate the time
	Why     string   `json:"why,omitempty"`   // and on what
	Stage   string   `json:"stage,omitempty"` // who is told first
	Text    string   `json:"text,omitempty"`  // which sentence Say is
	Args    []string `json:"args,omitempty"`  // what the sentence speaks of
}

// AlertAcknowledged: a person has taken it on.
type AlertAcknowledged struct {
	Alert string `json:"alert"`
	Cause string `json:"cause"`
}

// AlertCleared: it is over.
type AlertCleared struct {
	Alert string `json:"alert"`
}

// Name implements Event.
func (AlertRaised) Name() string { return "alert.raised" }

// Name implements Event.
func (AlertAcknowledged) Name() string { return "alert.acknowledged" }

// Name implements Event.
func (AlertCleared) Name() string { return "alert.cleared" }

// Topic implements Event.
func (AlertRaised) Topic() string { return TopicAlerts }

// Topic implements Event.
func (AlertAcknowledged) Topic() string { return TopicAlerts }

// Topic implements Event.
func (AlertCleared) Topic() string { return TopicAlerts }

func (e AlertRaised) apply(s *State, r Record) {
	s.alerts[e.Alert] = &AlertView{
		ID: e.Alert, Level: e.Level, Subject: e.Subject, Say: e.Say, Raised: r.At,
		Ticket: e.Ticket, Window: e.Window, Service: e.Service, Step: e.Step, Why: e.Why,
		Stage: e.Stage, Staged: r.At, Text: e.Text, Args: e.Args,
	}
}

func (e AlertAcknowledged) apply(s *State, r Record) {
	if a := s.alerts[e.Alert]; a != nil {
		at := r.At
		a.Acknowledged, a.Cause, a.By = &at, e.Cause, r.Actor
	}
}

func (e AlertCleared) apply(s *State, _ Record) { delete(s.alerts, e.Alert) }

// spoken is the warning with its sentence in all languages.
func (a *AlertView) spoken() AlertView {
	v := *a
	if v.Text != "" {
		v.Says = map[string]string{"zh-TW": say(a.Text, a.Args, "zh-TW"), "en": say(a.Text, a.Args, "en")}
	}
	return v
}

// later moves a warning with the clock it is about.
func (a *AlertView) later(d time.Duration) {
	a.Raised, a.Staged = a.Raised.Add(d), a.Staged.Add(d)
}

package queue

import "time"

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
	return events1(nil, AlertAcknowledged(c))
}

// AlertRaised: something needs a person.
type AlertRaised struct {
	Alert   string `json:"alert"`
	Level   string `json:"level"`
	Subject string `json:"subject"`
	Say     string `json:"say"`
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
	s.alerts[e.Alert] = &AlertView{ID: e.Alert, Level: e.Level, Subject: e.Subject, Say: e.Say, Raised: r.At}
}

func (e AlertAcknowledged) apply(s *State, r Record) {
	if a := s.alerts[e.Alert]; a != nil {
		at := r.At
		a.Acknowledged, a.Cause, a.By = &at, e.Cause, r.Actor
	}
}

func (e AlertCleared) apply(s *State, _ Record) { delete(s.alerts, e.Alert) }

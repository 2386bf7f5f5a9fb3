package queue

import (
	"slices"
	"strconv"
	"time"
)

// ConfigScheduled: these rules will hold from their time on, unless somebody
// here still needs then what they lack.
type ConfigScheduled struct {
	ConfigVersion
	Config Config `json:"config"`
}

// Name implements Event.
func (ConfigScheduled) Name() string { return "config.scheduled" }

// Topic implements Event.
func (ConfigScheduled) Topic() string { return TopicQueue }

func (e ConfigScheduled) apply(s *State, _ Record) {
	s.scheduled = slices.DeleteFunc(s.scheduled, func(o ConfigScheduled) bool { return o.Version == e.Version })
	s.scheduled = append(s.scheduled, e)
	slices.SortStableFunc(s.scheduled, func(a, b ConfigScheduled) int { return a.From.Compare(b.From) })
	s.setSchedule()
}

// setSchedule sets the clock of the next configuration.
func (s *State) setSchedule() {
	at := time.Time{}
	if len(s.scheduled) > 0 {
		at = s.scheduled[0].From
	}
	s.setDue(dueKey{dueConfig, ""}, at)
}

// configTick puts the configuration in force whose time has come, or says why
// it cannot be.
func (s *State) configTick() []Event {
	next := s.scheduled[0]
	r := s.successor(next.ConfigVersion)
	if r == nil {
		r = s.altered(next.Config)
	}
	if r == nil {
		r = s.orphans(next.Config)
	}
	if r == nil {
		return []Event{ConfigActivated(next)}
	}
	version := strconv.Itoa(next.Version)
	raised := AlertRaised{
		Alert: "config:" + version, Level: "red", Subject: "config", Stage: "manager", Text: "alert.config", Args: []string{version, r.Say},
	}
	return []Event{ConfigRefused{ConfigVersion: next.ConfigVersion, Code: r.Code, Say: r.Say}, raised.spoken()}
}

// ConfigRefused: a configuration could not take effect at its time. The one
// before stays in force.
type ConfigRefused struct {
	ConfigVersion
	Code string `json:"code"`
	Say  string `json:"say"`
}

// Name implements Event.
func (ConfigRefused) Name() string { return "config.refused" }

// Topic implements Event.
func (ConfigRefused) Topic() string { return TopicQueue }

func (e ConfigRefused) apply(s *State, _ Record) {
	s.scheduled = slices.DeleteFunc(s.scheduled, func(o ConfigScheduled) bool { return o.Version == e.Version })
	s.setSchedule()
}

// ConfigView is the configuration in force and what comes after it.
type ConfigView struct {
	ConfigVersion
	Scheduled []ConfigVersion `json:"scheduled,omitempty"`
}

func (s *State) configView() ConfigView {
	v := ConfigView{ConfigVersion: s.version}
	for _, next := range s.scheduled {
		v.Scheduled = append(v.Scheduled, next.ConfigVersion)
	}
	return v
}

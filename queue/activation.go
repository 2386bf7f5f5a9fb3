package queue

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"
)

// Activate puts a configuration in force, now or at a later time. The same one
// again changes nothing.
type Activate struct {
	Config   Config
	Hash     string    // of the configuration as it was read
	Version  int       // 0 takes the next
	From     time.Time // when it takes effect; zero and the past mean now
	Author   string
	Approver string // somebody else than the author, where both are named
}

func (c Activate) decide(s *State, in Input) (Outcome, error) {
	if err := c.Config.Validate(); err != nil {
		return Outcome{}, refuse("bad_command.config", err)
	}
	later := c.From.After(in.At) && s.hash != "" // the first configuration takes effect at once
	if c.active(s) || later && s.isScheduled(c) {
		return Outcome{}, nil
	}
	v := ConfigVersion{Hash: c.Hash, Version: c.Version, From: in.At, Author: c.Author, Approver: c.Approver}
	if later {
		v.From = c.From.UTC()
	}
	if v.Version == 0 {
		v.Version = s.version.Version + 1
	}
	r := s.successor(v)
	if r == nil {
		r = s.altered(c.Config)
	}
	if r == nil {
		r = s.rewritten(c.Config)
	}
	if r == nil && !later { // at a later time others will be here
		r = s.orphans(c.Config)
	}
	switch {
	case r != nil:
		return Outcome{}, r
	case later:
		return events1(nil, ConfigScheduled{ConfigVersion: v, Config: c.Config})
	}
	return events1(nil, ConfigActivated{ConfigVersion: v, Config: c.Config})
}

// successor refuses a version that does not follow the one in force, and one
// that its author approved alone.
func (s *State) successor(v ConfigVersion) *Refusal {
	switch {
	case v.Version <= s.version.Version:
		return refuse(CodeConfigOld, v.Version, s.version.Version)
	case v.Author != "" && v.Author == v.Approver:
		return refuse("second_person.config", v.Author)
	}
	return nil
}

// ConfigVersion says which configuration it is, from when it holds, and who
// answers for it.
type ConfigVersion struct {
	Hash     string    `json:"hash"`
	Version  int       `json:"version"`
	From     time.Time `json:"from"` // in effect
	Author   string    `json:"author,omitempty"`
	Approver string    `json:"approver,omitempty"`
}

// active tells whether this very configuration is in force already, so that a
// restart leaves no mark in the trail.
func (c Activate) active(s *State) bool { return s.hash == c.Hash && sameConfig(c.Config, s.config) }

func (s *State) isScheduled(c Activate) bool {
	return slices.ContainsFunc(s.scheduled, func(o ConfigScheduled) bool {
		return o.Hash == c.Hash && o.From.Equal(c.From) && sameConfig(o.Config, c.Config)
	})
}

func sameConfig(a, b Config) bool {
	a.Rules, b.Rules = a.Rules.WithDefaults(), b.Rules.WithDefaults()
	a.Standard, b.Standard = a.Standard.withDefaults(), b.Standard.withDefaults()
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}

// orphans refuses a configuration that lacks what somebody here still needs: a
// window where somebody sits, or a service, class or window of a ticket. It
// names the tickets.
func (s *State) orphans(c Config) *Refusal {
	next := c.index()
	for _, id := range slices.Sorted(maps.Keys(s.windows)) {
		if _, ok := next.windows[id]; !ok && s.windows[id].open {
			return refuse("configuration_in_use.window", id)
		}
	}
	if !s.open {
		return nil
	}
	var named []string
	note := func(ticket, lacks string) {
		if lacks != "" && !slices.Contains(named, ticket+"（"+lacks+"）") {
			named = append(named, ticket+"（"+lacks+"）")
		}
	}
	for _, l := range s.liveLegs() {
		note(l.Ticket, s.index.lacks(next, l))
	}
	for _, t := range s.underWay() {
		note(t.Number, t.Journey.lacks(next))
	}
	if len(named) == 0 {
		return nil
	}
	return refuse("configuration_in_use.tickets", len(named), strings.Join(named[:min(len(named), maxNamed)], " "))
}

// lacks names what a live leg needs and the next configuration has not; empty
// when it has all.
func (i index) lacks(next index, l *Leg) string {
	window := l.Direct
	if l.State == LegHeld {
		window = l.Window // the citizen comes back there
	}
	_, service := next.services[l.Service]
	_, class := next.classes[l.Class]
	_, there := next.windows[window]
	switch {
	case !service:
		return l.Service
	case !class:
		return l.Class
	case window != "" && !there:
		return window
	case len(i.serving[l.Service]) > 0 && len(next.serving[l.Service]) == 0:
		return l.Service // nobody would serve it any more
	}
	return ""
}

// lacks names the service of a step ahead that the next configuration has not:
// the chain of a journey stays what it was.
func (j *Journey) lacks(next index) string {
	for _, p := range j.Steps {
		if _, ok := next.services[p.Service]; p.State == StepPending && p.Service != "" && !ok {
			return p.Service
		}
	}
	return ""
}

// ConfigActivated: these rules hold from now on.
type ConfigActivated struct {
	ConfigVersion
	Config Config `json:"config"`
}

// Name implements Event.
func (ConfigActivated) Name() string { return "config.activated" }

// Topic implements Event.
func (ConfigActivated) Topic() string { return TopicQueue }

func (e ConfigActivated) apply(s *State, r Record) {
	s.config, s.hash, s.version = e.Config, e.Hash, e.ConfigVersion
	s.scheduled = slices.DeleteFunc(s.scheduled, func(o ConfigScheduled) bool { return o.Version <= e.Version })
	s.config.Rules, s.config.Standard = e.Config.Rules.WithDefaults(), e.Config.Standard.withDefaults()
	s.standards[s.config.Standard.Version] = s.config.Standard
	s.index, s.chooser = e.Config.index(), e.Config.Chooser()
	for _, k := range e.Config.Chains {
		s.fixed[k.key()] = k.mark()
	}
	for _, w := range e.Config.Windows {
		if s.windows[w.ID] == nil {
			s.windows[w.ID] = &windowState{id: w.ID, since: r.At, ratings: map[int]int{}}
		}
	}
	for id := range s.windows {
		if _, ok := s.index.windows[id]; !ok {
			delete(s.windows, id)
		}
	}
	s.respend()
	s.resettle()
	s.windBallots()
}

func (c Config) index() index {
	i := index{map[string]Service{}, map[string]Class{}, map[string]Window{}, map[string]Kiosk{}, map[string][]string{}}
	for _, v := range c.Services {
		i.services[v.ID] = v
	}
	for _, v := range c.Classes {
		i.classes[v.ID] = v
	}
	for _, v := range c.Windows {
		i.windows[v.ID] = v
		for _, service := range v.Services {
			i.serving[service] = append(i.serving[service], v.ID)
		}
	}
	for _, v := range c.Kiosks {
		i.kiosks[v.ID] = v
	}
	return i
}

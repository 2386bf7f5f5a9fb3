package queue

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// Config is everything the rules depend on. It enters the state by an event,
// so that a trail explains itself without any file beside it.
type Config struct {
	Services []Service `json:"services"`
	Classes  []Class   `json:"classes"`
	Windows  []Window  `json:"windows"`
	Kiosks   []Kiosk   `json:"kiosks"`
	Chains   []Chain   `json:"chains,omitempty"`
	Walks    []Walk    `json:"walks,omitempty"`
	Rules    Rules     `json:"rules"`
	Calendar Calendar  `json:"calendar,omitzero"`
	Standard Standard  `json:"rating,omitzero"` // the national one where it is missing
}

// Service is one queue. Services with the same prefix share one number range,
// so that a number is unique in the hall on its day.
type Service struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	Prefix     string `json:"prefix"`               // one or two capital letters
	Department string `json:"department,omitempty"` // services of one department are alike to the forecaster
	Area       string `json:"area,omitempty"`
	Warn       Warn   `json:"warn,omitzero"` // in place of the hall's
	Limits
}

// Limits bound what a service gives out. Zero values are no limit.
type Limits struct {
	First   int      `json:"first,omitempty" yaml:"first"`       // of its numbers; 1 when zero
	Last    int      `json:"last,omitempty" yaml:"last"`         // of its numbers; 999 when zero; beyond it they grow a digit
	Quota   int      `json:"quota,omitempty" yaml:"quota"`       // numbers a day
	Slices  []Slice  `json:"slices,omitempty" yaml:"slices"`     // numbers by time of day
	MaxWait Duration `json:"max_wait,omitempty" yaml:"max_wait"` // in place of the hall's
}

// Slice is a part of the day with its own quota, "09:00" to before "10:00".
type Slice struct {
	From  string `json:"from" yaml:"from"`
	To    string `json:"to" yaml:"to"`
	Quota int    `json:"quota" yaml:"quota"`
}

// Class is a priority class.
type Class struct {
	ID     string   `json:"id"`
	Name   string   `json:"name"`
	Rate   float64  `json:"rate"`             // credit earned for each second of waiting; above 0
	Offset Duration `json:"offset,omitempty"` // credit it begins with
}

// Window is one place of service.
type Window struct {
	ID       string     `json:"id"`
	Services []string   `json:"services"`         // what may be called here
	Prefer   [][]string `json:"prefer,omitempty"` // groups of its services, the preferred first; the rest is the last group
	Keypad   string     `json:"keypad,omitempty"` // the only device whose ratings count here
	Roster   []Shift    `json:"roster,omitempty"` // when it is meant to be staffed; empty means all day
	Area     string     `json:"area,omitempty"`
}

// Kiosk is a place where numbers are taken.
type Kiosk struct {
	ID      string `json:"id"`
	Printer string `json:"printer,omitempty"` // empty where no slip is printed

	// Spare are printers nearby, in order of preference. The next slip goes to
	// one of them while the kiosk's own printer is down.
	Spare []string `json:"spare,omitempty"`
}

// Validate reports everything that is wrong with the configuration.
func (c Config) Validate() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	services := map[string]bool{}
	for _, s := range c.Services {
		if s.ID == "" || services[s.ID] {
			bad("service %q: the id is empty or used twice", s.ID)
		}
		if !validPrefix(s.Prefix) {
			bad("service %q: the prefix %q is not one or two capital letters", s.ID, s.Prefix)
		}
		s.Limits.validate(s.ID, bad)
		services[s.ID] = true
	}
	c.validateBands(bad)
	classes := map[string]bool{}
	for _, k := range c.Classes {
		if k.ID == "" || classes[k.ID] || !(k.Rate > 0) || math.IsInf(k.Rate, 1) {
			bad("class %q: the id is empty or used twice, or the rate is not a number above 0", k.ID)
		}
		classes[k.ID] = true
	}
	windows := map[string]bool{}
	for _, w := range c.Windows {
		if w.ID == "" || windows[w.ID] {
			bad("window %q: the id is empty or used twice", w.ID)
		}
		windows[w.ID] = true
		w.validate(services, bad)
		if err := checkRoster(w.Roster); err != nil {
			bad("window %q: %v", w.ID, err)
		}
	}
	for _, k := range c.Chains {
		k.validate(services, bad)
	}
	c.Rules.validate(classes, bad)
	c.Calendar.validate(bad)
	c.Standard.validate(bad)
	return errors.Join(errs...)
}

// complain notes one thing that is wrong.
type complain func(format string, args ...any)

func (w Window) validate(services map[string]bool, bad complain) {
	for i, id := range w.Services {
		if !services[id] {
			bad("window %q: no service %q", w.ID, id)
		}
		if slices.Contains(w.Services[:i], id) {
			bad("window %q: the service %q is named twice", w.ID, id)
		}
	}
	for _, id := range slices.Concat(w.Prefer...) {
		if !slices.Contains(w.Services, id) {
			bad("window %q: prefers %q, which it does not serve", w.ID, id)
		}
	}
}

func (l Limits) validate(service string, bad complain) {
	if l.First < 0 || l.Last < 0 || l.last() < l.first() {
		bad("service %q: the numbers %d to %d are no range", service, l.first(), l.last())
	}
	if l.Quota < 0 {
		bad("service %q: the quota %d is negative", service, l.Quota)
	}
	for _, s := range l.Slices {
		from, okFrom := clock(s.From)
		to, okTo := clock(s.To)
		if !okFrom || !okTo || to <= from || s.Quota < 0 {
			bad("service %q: the slice from %q to %q with %d numbers is wrong, write times like 09:00", service, s.From, s.To, s.Quota)
		}
	}
}

// validateBands refuses number ranges of one prefix that overlap without
// being the same: a number would be given twice.
func (c Config) validateBands(bad complain) {
	for i, a := range c.Services {
		for _, b := range c.Services[:i] {
			same := a.first() == b.first() && a.last() == b.last()
			if a.Prefix == b.Prefix && !same && a.first() <= b.last() && b.first() <= a.last() {
				bad("services %q and %q: their numbers %s%d–%d and %s%d–%d overlap", b.ID, a.ID, b.Prefix, b.first(), b.last(), a.Prefix, a.first(), a.last())
			}
		}
	}
}

func validPrefix(p string) bool {
	if len(p) < 1 || len(p) > 2 {
		return false
	}
	for _, r := range p {
		if r < 'A' || r > 'Z' {
			return false
		}
	}
	return true
}

// clock reads a time of day, "09:30", as the time since midnight.
func clock(text string) (time.Duration, bool) {
	t, err := time.Parse("15:04", text)
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, err == nil
}

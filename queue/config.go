package queue

import (
	"errors"
	"fmt"
	"math"
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
}

// Service is one queue. Services with the same prefix share one number range,
// so that a number is unique in the hall on its day.
type Service struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	Prefix     string `json:"prefix"`               // one or two capital letters
	Department string `json:"department,omitempty"` // services of one department are alike to the forecaster
	Area       string `json:"area,omitempty"`
}

// Class is a priority class.
type Class struct {
	ID   string  `json:"id"`
	Name string  `json:"name"`
	Rate float64 `json:"rate"` // credit earned for each second of waiting; above 0
}

// Window is one place of service.
type Window struct {
	ID       string   `json:"id"`
	Services []string `json:"services"`         // what may be called here
	Keypad   string   `json:"keypad,omitempty"` // the only device whose ratings count here
	Roster   []Shift  `json:"roster,omitempty"` // when it is meant to be staffed; empty means all day
	Area     string   `json:"area,omitempty"`
}

// Kiosk is a place where numbers are taken.
type Kiosk struct {
	ID      string `json:"id"`
	Printer string `json:"printer,omitempty"` // empty where no slip is printed
}

// Rules are the settings of a hall. Zero values take the defaults.
type Rules struct {
	AutoFinish bool     `json:"auto_finish" yaml:"auto_finish"` // next finishes the service that is going on
	Recalls    int      `json:"recall_limit" yaml:"recall_limit"`
	RecallGap  Duration `json:"recall_gap" yaml:"recall_gap"`   // least time between two calls of one ticket
	RateWithin Duration `json:"rate_within" yaml:"rate_within"` // how long a prompt stays open
	VoidAfter  Duration `json:"void_after" yaml:"void_after"`   // life of a number whose slip failed and nobody kept
	MaxWait    Duration `json:"max_wait" yaml:"max_wait"`       // beyond it nobody is overtaken
	Reprints   int      `json:"reprint_limit" yaml:"reprint_limit"`
	// VisitCredit is the part of the time already waited in a visit that counts
	// at the next step of a chain; it moves the seniority before the end of the
	// step before. Zero takes the default, a half.
	VisitCredit float64 `json:"visit_credit" yaml:"visit_credit"`
}

// DefaultMaxWait is the longest wait before nobody is overtaken any more.
const DefaultMaxWait = 45 * time.Minute

// withDefaults fills what is not set.
func (r Rules) withDefaults() Rules {
	set := func(d *Duration, v time.Duration) {
		if *d == 0 {
			*d = Duration(v)
		}
	}
	if r.Recalls == 0 {
		r.Recalls = 3
	}
	if r.Reprints == 0 {
		r.Reprints = 3
	}
	if r.VisitCredit == 0 {
		r.VisitCredit = 0.5
	}
	set(&r.RecallGap, 10*time.Second)
	set(&r.RateWithin, 20*time.Second)
	set(&r.VoidAfter, 2*time.Minute)
	set(&r.MaxWait, DefaultMaxWait)
	return r
}

// Duration is a time.Duration that reads and writes itself as "10s".
type Duration time.Duration

// MarshalText writes the duration as Go does.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads what MarshalText writes.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err == nil && v < 0 {
		err = fmt.Errorf("duration %q is negative", text)
	}
	*d = Duration(v)
	return err
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
		services[s.ID] = true
	}
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
		for _, id := range w.Services {
			if !services[id] {
				bad("window %q: no service %q", w.ID, id)
			}
		}
		if err := checkRoster(w.Roster); err != nil {
			bad("window %q: %v", w.ID, err)
		}
	}
	for _, k := range c.Chains {
		k.validate(services, bad)
	}
	return errors.Join(errs...)
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

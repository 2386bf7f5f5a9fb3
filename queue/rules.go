package queue

import (
	"fmt"
	"time"
)

// Rules are the settings of a hall. Zero values take the defaults; where none
// is named, zero means that the hall does without.
type Rules struct {
	// Order is how the waiting are ordered: "accumulating" (the default: credit
	// grows with the class's rate), "fifo", "strict" (the higher rate always
	// first) or "ratio" (the classes in turn, as in Ratio).
	Order        string   `json:"order,omitempty" yaml:"order"`
	Ratio        []Share  `json:"ratio,omitempty" yaml:"ratio"`
	MaxWait      Duration `json:"max_wait" yaml:"max_wait"`           // beyond it nobody is overtaken; 45 min
	PreferMargin Duration `json:"prefer_margin" yaml:"prefer_margin"` // credit that a window's preference may cost others; 5 min

	AutoFinish    bool     `json:"auto_finish" yaml:"auto_finish"`                   // next finishes the service that is going on
	AutoCallAfter Duration `json:"auto_call_after,omitempty" yaml:"auto_call_after"` // an idle window calls by itself after this time
	Recalls       int      `json:"recall_limit" yaml:"recall_limit"`                 // 3
	RecallGap     Duration `json:"recall_gap" yaml:"recall_gap"`                     // least time between two calls of one ticket; 10 s
	CallReasons   []string `json:"call_reasons,omitempty" yaml:"call_reasons"`       // the only ones for a call out of order; empty allows any
	CallsPerHour  int      `json:"calls_per_hour,omitempty" yaml:"calls_per_hour"`   // out of order at one window; more needs a manager
	UndoWithin    Duration `json:"undo_within" yaml:"undo_within"`                   // 10 s

	NoShowCalls int      `json:"no_show_calls,omitempty" yaml:"no_show_calls"` // recalls before a ticket may be given up …
	NoShowMin   Duration `json:"no_show_min,omitempty" yaml:"no_show_min"`     // … or time since its call
	NoShowAfter Duration `json:"no_show_after,omitempty" yaml:"no_show_after"` // after the last call it is given up by itself
	MissedRest  Duration `json:"missed_rest,omitempty" yaml:"missed_rest"`     // after which a citizen who missed the first call waits again
	Tolerance   Duration `json:"tolerance" yaml:"tolerance"`                   // within it a late-comer is next at the service; 20 min
	HoldFor     Duration `json:"hold_for,omitempty" yaml:"hold_for"`           // a held ticket returns by itself after this time

	AskAgain   Duration `json:"ask_again,omitempty" yaml:"ask_again"`     // a second number for the same service at a kiosk is asked about
	Closes     string   `json:"closes,omitempty" yaml:"closes"`           // "17:00"; no numbers whose turn would come later
	SlotEarly  Duration `json:"slot_early" yaml:"slot_early"`             // an appointment is due so long before its time; 5 min
	SlotGrace  Duration `json:"slot_grace" yaml:"slot_grace"`             // whoever checks in later than this after it is late; 10 min
	LateCredit Duration `json:"late_credit,omitempty" yaml:"late_credit"` // credit a late-comer begins with

	// VisitCredit is the part of the time already waited in a visit that counts
	// at the next step of a chain; it moves the seniority before the end of the
	// step before. Zero takes the default, a half.
	VisitCredit float64 `json:"visit_credit" yaml:"visit_credit"`

	Warn Watches `json:"warn" yaml:"warn"` // when somebody is warned

	RateWithin Duration `json:"rate_within" yaml:"rate_within"` // how long a prompt stays open; 20 s
	RatePeriod Duration `json:"rate_period" yaml:"rate_period"` // after the service, to rate on a page; 7 days
	// FollowupDays are the working days to put a bad rating right; 15, as is the
	// field's practice.
	FollowupDays int `json:"followup_days,omitempty" yaml:"followup_days"`

	VoidAfter Duration `json:"void_after" yaml:"void_after"`       // life of a number whose slip failed and nobody kept; 2 min
	Reprints  int      `json:"reprint_limit" yaml:"reprint_limit"` // 3
}

// Share is one class's turns in a ratio: two normal, then one priority.
type Share struct {
	Class string `json:"class" yaml:"class"`
	Turns int    `json:"turns" yaml:"turns"`
}

// The orders of the waiting.
const (
	OrderAccumulating = "accumulating"
	OrderFIFO         = "fifo"
	OrderStrict       = "strict"
	OrderRatio        = "ratio"
)

// DefaultMaxWait is the longest wait before nobody is overtaken any more.
const DefaultMaxWait = 45 * time.Minute

// WithDefaults fills what is not set.
func (r Rules) WithDefaults() Rules {
	set := func(d *Duration, v time.Duration) {
		if *d == 0 {
			*d = Duration(v)
		}
	}
	if r.Order == "" {
		r.Order = OrderAccumulating
	}
	if r.Recalls == 0 {
		r.Recalls = 3
	}
	if r.FollowupDays == 0 {
		r.FollowupDays = 15
	}
	if r.Reprints == 0 {
		r.Reprints = 3
	}
	if r.VisitCredit == 0 {
		r.VisitCredit = 0.5
	}
	set(&r.RecallGap, 10*time.Second)
	set(&r.UndoWithin, 10*time.Second)
	set(&r.RateWithin, 20*time.Second)
	set(&r.RatePeriod, 7*24*time.Hour)
	set(&r.VoidAfter, 2*time.Minute)
	set(&r.PreferMargin, 5*time.Minute)
	set(&r.SlotEarly, 5*time.Minute)
	set(&r.SlotGrace, 10*time.Minute)
	set(&r.Tolerance, 20*time.Minute)
	set(&r.MaxWait, DefaultMaxWait)
	r.Warn = r.Warn.withDefaults(r.MaxWait)
	return r
}

func (r Rules) validate(classes map[string]bool, bad complain) {
	switch r.Order {
	case "", OrderAccumulating, OrderFIFO, OrderStrict:
	case OrderRatio:
		if len(r.Ratio) == 0 {
			bad("rules: the order %q needs a ratio of classes", r.Order)
		}
	default:
		bad("rules: no order %q, there are accumulating, fifo, strict and ratio", r.Order)
	}
	for _, s := range r.Ratio {
		if !classes[s.Class] || s.Turns < 1 || s.Turns > maxTurns {
			bad("rules: the ratio gives %d turns to the class %q; it needs a class and 1 to %d turns", s.Turns, s.Class, maxTurns)
		}
	}
	if _, ok := clock(r.Closes); r.Closes != "" && !ok {
		bad("rules: the closing time %q is not like 17:00", r.Closes)
	}
}

// maxTurns bounds a ratio, so that its cycle can be walked at every call.
const maxTurns = 100

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

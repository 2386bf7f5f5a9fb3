package queue

import "time"

// ClockJump says that the wall clock was set.
type ClockJump struct {
	By    time.Duration // of the wall clock
	Moved time.Duration // of the hall's time with it, 0 or more
	Ahead time.Duration // of the hall's time before the wall clock now
}

func (c ClockJump) decide(s *State, _ Input) (Outcome, error) {
	out, err := events1(nil, ClockJumped{By: Duration(c.By), Moved: Duration(c.Moved), Ahead: Duration(c.Ahead)})
	if s.clockHeld && c.Ahead == 0 {
		out.Events = append(out.Events, s.clockConfirmed()...)
	}
	return out, err
}

// ClockJumped: the wall clock was set by more than two seconds. Where the
// hall's time moved with it, so did the clocks of everybody who waits or is
// served, because that time has not passed.
type ClockJumped struct {
	By    Duration `json:"by"`
	Moved Duration `json:"moved"`
	Ahead Duration `json:"ahead"`
}

// Name implements Event.
func (ClockJumped) Name() string { return "clock.jumped" }

// Topic implements Event.
func (ClockJumped) Topic() string { return TopicQueue }

func (e ClockJumped) apply(s *State, r Record) {
	moved := time.Duration(e.Moved)
	if moved == 0 {
		return
	}
	before := r.At.Add(-moved)
	for _, t := range s.tickets {
		t.later(moved)
	}
	for _, w := range s.windows {
		w.later(moved)
	}
	for _, b := range s.ballots.all {
		if b.Until.After(before) { // the keypad's keys are lit
			laterTime(&b.Until, moved)
		}
	}
	for _, a := range s.alerts {
		a.later(moved)
	}
	for _, at := range []*time.Time{&s.frozen, &s.thawed} {
		laterTime(at, moved)
	}
	s.resettle()
}

// later moves what is still open of a ticket.
func (t *Ticket) later(d time.Duration) {
	for _, l := range t.Legs {
		if !l.over() {
			l.later(d)
		}
	}
	if !t.Leg().over() {
		laterTime(&t.Issued, d)
	}
	if j := t.Journey; j != nil && !j.over() {
		for _, at := range []*time.Time{&j.Started, &j.Free, &j.Finish, &j.Foretold, &j.Turned} {
			laterTime(at, d)
		}
		j.laterSteps(d)
	}
}

func (w *windowState) later(d time.Duration) {
	laterTime(&w.since, d)
	for i := range w.chosen {
		laterTime(&w.chosen[i], d)
	}
}

// laterTime moves a time unless it is none.
func laterTime(at *time.Time, d time.Duration) {
	if !at.IsZero() {
		*at = at.Add(d)
	}
}

// ClockDoubt says that the hall was started with a clock before its last
// record, as after years in a drawer or with an empty battery.
type ClockDoubt struct {
	Clock, Last time.Time
}

const clockAlert = "clock"

func (c ClockDoubt) decide(*State, Input) (Outcome, error) {
	raised := AlertRaised{Alert: clockAlert, Level: "amber", Subject: "clock", Text: "alert.clock", Args: []string{c.Clock.Format(time.DateTime), c.Last.Format(time.DateTime)}}
	return events1(nil, ClockDoubted(c), raised.spoken())
}

// ClockDoubted: no day is opened and no number given until somebody has
// confirmed the clock, or it is right again.
type ClockDoubted struct {
	Clock time.Time `json:"clock"`
	Last  time.Time `json:"last"` // of the record before
}

// Name implements Event.
func (ClockDoubted) Name() string { return "clock.doubted" }

// Topic implements Event.
func (ClockDoubted) Topic() string { return TopicQueue }

func (ClockDoubted) apply(s *State, _ Record) { s.clockHeld = true }

// ClockConfirm says that the hall may go on with the clock as it is.
type ClockConfirm struct{}

func (ClockConfirm) decide(s *State, _ Input) (Outcome, error) {
	if !s.clockHeld {
		return Outcome{}, refuse(CodeClockSure)
	}
	return events1(nil, s.clockConfirmed()...)
}

func (s *State) clockConfirmed() []Event {
	es := []Event{ClockConfirmed{}}
	if s.alerts[clockAlert] != nil {
		es = append(es, AlertCleared{Alert: clockAlert})
	}
	return es
}

// ClockConfirmed: numbers are given again.
type ClockConfirmed struct{}

// Name implements Event.
func (ClockConfirmed) Name() string { return "clock.confirmed" }

// Topic implements Event.
func (ClockConfirmed) Topic() string { return TopicQueue }

func (ClockConfirmed) apply(s *State, _ Record) { s.clockHeld = false }

// ClockHeld tells whether the giving of numbers waits for the clock.
func (s *State) ClockHeld() bool { return s.clockHeld }

// clockSure refuses what must not be done by a clock that is in doubt.
func (s *State) clockSure() *Refusal {
	if s.clockHeld {
		return refuse(CodeClockUnsure)
	}
	return nil
}

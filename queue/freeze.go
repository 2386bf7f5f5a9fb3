package queue

import "time"

// Freeze stops the hall, for an evacuation: nobody is called, no number is
// given, all clocks stand still and all tickets stay as they are.
type Freeze struct {
	Reason string `json:"reason"`
}

func (c Freeze) decide(s *State, _ Input) (Outcome, error) {
	r := s.moving()
	if r == nil && c.Reason == "" {
		r = refuse("reason_missing.freeze")
	}
	if r != nil {
		return Outcome{}, r
	}
	return events1(nil, HallFrozen(c))
}

// moving refuses while the hall is frozen or the day is not open.
func (s *State) moving() *Refusal {
	r := s.dayOpen()
	if r == nil && !s.frozen.IsZero() {
		r = refuse(CodeFrozen, s.frozenWhy)
	}
	return r
}

// HallFrozen: all clocks of the hall stand still from now on.
type HallFrozen struct {
	Reason string `json:"reason"`
}

// Name implements Event.
func (HallFrozen) Name() string { return "hall.frozen" }

// Topic implements Event.
func (HallFrozen) Topic() string { return TopicQueue }

func (e HallFrozen) apply(s *State, r Record) { s.frozen, s.frozenWhy = r.At, e.Reason }

// Unfreeze lets the hall go on.
type Unfreeze struct{}

func (Unfreeze) decide(s *State, in Input) (Outcome, error) {
	r := s.dayOpen()
	if r == nil && s.frozen.IsZero() {
		r = refuse(CodeNotFrozen)
	}
	if r != nil {
		return Outcome{}, r
	}
	return events1(nil, HallUnfrozen{Stood: Duration(in.At.Sub(s.frozen))})
}

// HallUnfrozen: the clocks go on where they stood, so that the time between
// counts neither as waiting nor as service.
type HallUnfrozen struct {
	Stood Duration `json:"stood"`
}

// Name implements Event.
func (HallUnfrozen) Name() string { return "hall.unfrozen" }

// Topic implements Event.
func (HallUnfrozen) Topic() string { return TopicQueue }

func (e HallUnfrozen) apply(s *State, r Record) {
	stood := time.Duration(e.Stood)
	for _, t := range s.tickets {
		for _, l := range t.Legs {
			if !l.over() {
				l.later(stood)
				l.Touched = r.Seq
			}
		}
	}
	for _, t := range s.journeys {
		t.Journey.later(stood)
	}
	for _, a := range s.alerts {
		a.later(stood)
	}
	s.frozen, s.frozenWhy, s.thawed = time.Time{}, "", r.At
	s.resettle()
}

// later moves all clocks of a leg.
func (l *Leg) later(d time.Duration) {
	for _, at := range []*time.Time{&l.Seniority, &l.Called, &l.Rung, &l.Started, &l.NotBefore, &l.Absent, &l.Back, &l.Slot, &l.Since} {
		if !at.IsZero() {
			*at = at.Add(d)
		}
	}
}

package queue

import (
	"cmp"
	"slices"
	"time"
)

// Journey is one person's way through a chain, under one number. It keeps the
// chain as it was when the number was taken.
type Journey struct {
	Chain    Chain        `json:"chain"`
	State    JourneyState `json:"state"`
	Started  time.Time    `json:"started"`
	Ended    time.Time    `json:"ended,omitzero"`
	Steps    []*StepState `json:"steps"`
	Waited   Duration     `json:"waited"`            // spent on waiting in this visit so far
	Free     time.Time    `json:"free,omitzero"`     // since when the person stands at no window; zero while there
	Area     string       `json:"area,omitempty"`    // where the person was served last
	Finish   time.Time    `json:"finish,omitzero"`   // forecast of the end
	Foretold time.Time    `json:"foretold,omitzero"` // when that was forecast
	Turned   time.Time    `json:"turned,omitzero"`   // when it had to be done anew; zero when it has been
	Stood    Duration     `json:"stood,omitempty"`   // while the hall was frozen
}

// JourneyState is where a journey stands.
type JourneyState string

// The states of a journey. A suspended one waits for a person who did not
// come; its clock runs on.
const (
	JourneyStateRunning   JourneyState = "running"
	JourneyStateSuspended JourneyState = "suspended"
	JourneyStateDone      JourneyState = "done"
	JourneyStateAborted   JourneyState = "aborted"
)

// over tells whether nothing more will happen.
func (j *Journey) over() bool { return j.State == JourneyStateDone || j.State == JourneyStateAborted }

// deadline is the end of the total limit; zero when there is none.
func (j *Journey) deadline() time.Time {
	if j.Chain.Limit == 0 {
		return time.Time{}
	}
	return j.Started.Add(time.Duration(j.Chain.Limit + j.Stood))
}

// later moves all clocks of a journey, which stood while the hall was frozen.
func (j *Journey) later(d time.Duration) {
	j.Stood += Duration(d)
	for _, at := range []*time.Time{&j.Free, &j.Finish, &j.Foretold, &j.Turned} {
		laterTime(at, d)
	}
	j.laterSteps(d)
}

func (j *Journey) laterSteps(d time.Duration) {
	for _, p := range j.Steps {
		for _, at := range []*time.Time{&p.Started, &p.Since, &p.Ready} {
			laterTime(at, d)
		}
	}
}

// underWay tells whether the ticket has a journey that is not over.
func (t *Ticket) underWay() bool { return t.Journey != nil && !t.Journey.over() }

func (j *Journey) step(id string) *StepState {
	i := slices.IndexFunc(j.Steps, func(p *StepState) bool { return p.Step.ID == id })
	if i < 0 {
		return nil
	}
	return j.Steps[i]
}

func (j *Journey) copy() *Journey {
	if j == nil {
		return nil
	}
	c := *j
	c.Steps = make([]*StepState, len(j.Steps))
	for i, p := range j.Steps {
		k := *p
		c.Steps[i] = &k
	}
	return &c
}

// ready lists the steps that may begin once the one named has ended as well.
func (j *Journey) ready(ending string) []Step {
	var next []Step
	for _, p := range j.Steps {
		if p.State == StepPending && j.joined(p.Step, ending) >= p.Step.need() {
			next = append(next, p.Step)
		}
	}
	return next
}

// joined counts the predecessors of a step that have ended.
func (j *Journey) joined(p Step, ending string) int {
	n := 0
	for _, id := range p.After {
		if id == ending || j.step(id).ended() {
			n++
		}
	}
	return n
}

// complete tells whether every last step has ended once the one named has,
// and every step that was asked for again.
func (j *Journey) complete(ending string) bool {
	for _, p := range j.Steps {
		wanted := !j.followed(p.Step.ID) || p.Times > 1
		if wanted && p.Step.ID != ending && !p.ended() {
			return false
		}
	}
	return true
}

// followed tells whether some step comes after the one named.
func (j *Journey) followed(id string) bool {
	return slices.ContainsFunc(j.Steps, func(p *StepState) bool { return slices.Contains(p.Step.After, id) })
}

// underWay lists the tickets with a live journey, oldest first.
func (s *State) underWay() []*Ticket {
	ts := make([]*Ticket, 0, len(s.journeys))
	for _, t := range s.journeys {
		ts = append(ts, t)
	}
	slices.SortFunc(ts, func(a, b *Ticket) int { return cmp.Compare(a.Legs[0].Order, b.Legs[0].Order) })
	return ts
}

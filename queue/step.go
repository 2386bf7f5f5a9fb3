package queue

import (
	"slices"
	"time"
)

// StepState is where one step of a journey stands.
type StepState struct {
	Step
	State   StepMode  `json:"state"`
	Leg     string    `json:"leg,omitempty"` // of a person's step: its current one
	Times   int       `json:"times"`         // how often it was begun
	Started time.Time `json:"started,omitzero"`
	Ended   time.Time `json:"ended,omitzero"`
	Spent   Spent     `json:"spent"`
	Phase   string    `json:"phase,omitempty"` // what its clock counts now
	Since   time.Time `json:"since,omitzero"`  // since when
	Ready   time.Time `json:"ready,omitzero"`  // until then it counts the way there
}

// StepMode is what a step is doing.
type StepMode string

// The states of a step. Withdrawn is one that the journey ended without.
const (
	StepPending   StepMode = "pending"
	StepOpen      StepMode = "open"
	StepDone      StepMode = "done"
	StepSkipped   StepMode = "skipped"
	StepWithdrawn StepMode = "withdrawn"
)

func (p *StepState) ended() bool { return p.State == StepDone || p.State == StepSkipped }

func (p *StepState) end(state StepMode, at time.Time) {
	p.State, p.Ended = state, at
}

// onJourney is embedded in events about one step.
type onJourney struct {
	Ticket string `json:"ticket"`
	Step   string `json:"step"`
}

// TicketNumber makes the event a Subject.
func (o onJourney) TicketNumber() string { return o.Ticket }

// Topic implements Event.
func (onJourney) Topic() string { return TopicQueue }

func (o onJourney) find(s *State) (*Journey, *StepState) {
	j := s.tickets[o.Ticket].Journey
	return j, j.step(o.Step)
}

// JourneyStepStarted: all that the step follows has ended. A person's step
// begins to wait, a paper step begins to run.
type JourneyStepStarted struct {
	onJourney
	Leg       string    `json:"leg,omitempty"` // of a person's step
	Mode      Mode      `json:"mode,omitempty"`
	Service   string    `json:"service,omitempty"`
	Class     string    `json:"class"`
	Seniority time.Time `json:"seniority"`
	Ready     time.Time `json:"ready,omitzero"` // the citizen can have walked there
	Direct    string    `json:"direct,omitempty"`
}

// Name implements Event.
func (JourneyStepStarted) Name() string { return "journey.step_started" }

func (e JourneyStepStarted) apply(s *State, r Record) {
	_, p := e.find(s)
	p.State, p.Leg, p.Started, p.Ended = StepOpen, e.Leg, r.At, time.Time{}
	p.Times++
	if e.Leg == "" {
		return
	}
	t := s.tickets[e.Ticket]
	if l := t.leg(e.Leg); l != nil { // the leg the number was taken for
		l.Step = e.Step
		return
	}
	l := &Leg{
		ID: e.Leg, Ticket: e.Ticket, Order: r.Seq, Service: e.Service, Class: e.Class, Step: e.Step,
		State: LegWaiting, Seniority: e.Seniority, NotBefore: e.Ready, Direct: e.Direct,
	}
	if t.Legs[0].State == LegReserved {
		l.State = LegReserved // until the slip is out
	}
	t.Legs = append(t.Legs, l)
	s.settle(l)
}

// JourneyStepDone: the step has its result.
type JourneyStepDone struct {
	onJourney
	Outcome string    `json:"outcome,omitempty"`
	Area    string    `json:"area,omitempty"` // where the citizen was served
	Ways    []LegTime `json:"ways,omitempty"` // legs that cannot be called before the citizen has walked
}

// LegTime is a leg and the time before which it cannot be called.
type LegTime struct {
	Leg   string    `json:"leg"`
	Ready time.Time `json:"ready"`
}

// Name implements Event.
func (JourneyStepDone) Name() string { return "journey.step_done" }

func (e JourneyStepDone) apply(s *State, r Record) {
	j, p := e.find(s)
	p.end(StepDone, r.At)
	if e.Area != "" {
		j.Area = e.Area
	}
	for _, w := range e.Ways {
		s.change(s.tickets[e.Ticket].leg(w.Leg), func(l *Leg) { l.NotBefore = w.Ready })
	}
}

// StepFinish finishes a paper step from the back office's list.
type StepFinish struct {
	Ticket  string `json:"ticket"`
	Step    string `json:"step"`
	Outcome string `json:"outcome,omitempty"`
}

func (c StepFinish) decide(s *State, _ Input) (Outcome, error) {
	_, p, r := s.liveStep(c.Ticket, c.Step, StepOpen)
	if r == nil && !p.paper() {
		r = refuse(CodeStepAtWindow, p.Name)
	}
	if r != nil {
		return Outcome{}, r
	}
	return events1(nil, JourneyStepDone{onJourney: onJourney{c.Ticket, c.Step}, Outcome: c.Outcome})
}

// StepSkip leaves out an optional step.
type StepSkip struct {
	Ticket string `json:"ticket"`
	Step   string `json:"step"`
	Reason string `json:"reason"`
}

func (c StepSkip) decide(s *State, _ Input) (Outcome, error) {
	t, p, r := s.liveStep(c.Ticket, c.Step, StepPending, StepOpen)
	switch {
	case r != nil:
	case !p.Optional:
		r = refuse(CodeStepRequired, p.Name)
	case c.Reason == "":
		r = refuse("reason_missing.skip")
	default:
		r = t.awayFrom(p)
	}
	if r != nil {
		return Outcome{}, r
	}
	return events1(nil, JourneyStepSkipped{onJourney: onJourney{c.Ticket, c.Step}, Reason: c.Reason})
}

// awayFrom refuses while the person stands at a window for the step.
func (t *Ticket) awayFrom(p *StepState) *Refusal {
	if l := t.leg(p.Leg); p.State == StepOpen && l != nil && l.atWindow() {
		return refuse("window_busy.step", t.Number, p.Name, l.Window)
	}
	return nil
}

// JourneyStepSkipped: the journey goes on without the step.
type JourneyStepSkipped struct {
	onJourney
	Reason string `json:"reason"`
}

// Name implements Event.
func (JourneyStepSkipped) Name() string { return "journey.step_skipped" }

func (e JourneyStepSkipped) apply(s *State, r Record) {
	_, p := e.find(s)
	p.end(StepSkipped, r.At)
}

// StepRepeat opens a step again: a paper was missing and the citizen comes
// back with it. Steps that follow and have not been served wait for it anew.
type StepRepeat struct {
	Ticket string   `json:"ticket"`
	Step   string   `json:"step"`
	Reason string   `json:"reason"`
	Away   Duration `json:"away,omitempty"` // so long the citizen is away at least, and is not called
}

func (c StepRepeat) decide(s *State, in Input) (Outcome, error) {
	t, p, r := s.liveStep(c.Ticket, c.Step, StepDone, StepSkipped, StepOpen)
	switch {
	case r != nil:
	case c.Reason == "":
		r = refuse("reason_missing.repeat")
	case p.State == StepOpen:
		return c.atWindow(s, t, p, in)
	default:
		r = t.beyond(p.Step.ID)
	}
	if r != nil {
		return Outcome{}, r
	}
	return events1(nil, JourneyStepRepeated{onJourney: onJourney{c.Ticket, c.Step}, Reason: c.Reason, Away: c.Away})
}

// atWindow ends the service that is going on and opens the step again.
func (c StepRepeat) atWindow(s *State, t *Ticket, p *StepState, in Input) (Outcome, error) {
	l := t.leg(p.Leg)
	if l == nil || l.State != LegServing {
		return Outcome{}, refuse("wrong_ticket_state.unserved", c.Ticket, p.Name)
	}
	repeated := JourneyStepRepeated{onJourney: onJourney{c.Ticket, c.Step}, Reason: c.Reason, Away: c.Away}
	return events1(nil, s.done(s.windows[l.Window], outcomeRepeat, in), repeated)
}

// beyond refuses while a step that would have to wait anew is at a window.
func (t *Ticket) beyond(step string) *Refusal {
	for _, p := range t.Journey.undone(step) {
		if r := t.awayFrom(p); r != nil {
			return r
		}
	}
	return nil
}

// undone lists the open steps that lack a predecessor when one is done anew.
func (j *Journey) undone(step string) []*StepState {
	var lacking []*StepState
	for _, p := range j.Steps {
		ended := j.joined(p.Step, step)
		if p.State == StepOpen && slices.Contains(p.After, step) && ended-1 < p.need() {
			lacking = append(lacking, p)
		}
	}
	return lacking
}

// JourneyStepRepeated: the step is to be done once more, and open steps that
// follow it go back to waiting for it.
type JourneyStepRepeated struct {
	onJourney
	Reason string   `json:"reason"`
	Away   Duration `json:"away,omitempty"`
}

// Name implements Event.
func (JourneyStepRepeated) Name() string { return "journey.step_repeated" }

func (e JourneyStepRepeated) apply(s *State, _ Record) {
	j, p := e.find(s)
	p.State, p.Leg = StepPending, ""
	for _, q := range j.undone(e.Step) {
		q.State, q.Leg = StepPending, ""
	}
}

// outcomeRepeat is the outcome of a service that ended because something was
// missing.
const outcomeRepeat = "repeat"

// liveStep finds a step of a live journey for a command.
func (s *State) liveStep(ticket, step string, states ...StepMode) (*Ticket, *StepState, *Refusal) {
	t, _, r := s.live(ticket)
	switch {
	case r != nil:
		return nil, nil, r
	case t.Journey == nil || t.Journey.over():
		return nil, nil, refuse(CodeNoJourney, ticket)
	}
	p := t.Journey.step(step)
	if p == nil {
		return nil, nil, refuse(CodeNoStep, ticket, step)
	}
	if !slices.Contains(states, p.State) {
		return nil, nil, refuse("wrong_ticket_state.step", p.Name, word("step "+string(p.State)))
	}
	return t, p, nil
}

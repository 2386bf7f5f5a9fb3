package queue

import "time"

// JourneyView is one journey as pages show it.
type JourneyView struct {
	Ticket   string       `json:"ticket"`
	Chain    string       `json:"chain"`
	Version  int          `json:"version"`
	Name     string       `json:"name"`
	State    JourneyState `json:"state"`
	Started  time.Time    `json:"started"`
	Ended    time.Time    `json:"ended,omitzero"`
	Deadline time.Time    `json:"deadline,omitzero"` // of the total limit
	Finish   time.Time    `json:"finish,omitzero"`   // forecast
	Next     *NextStep    `json:"next,omitempty"`    // where the person goes; none while only papers move
	Steps    []StepView   `json:"steps"`
}

// NextStep is where the person of a journey goes, or is.
type NextStep struct {
	Step    string    `json:"step"`
	Service string    `json:"service"`
	Window  string    `json:"window,omitempty"` // called or served there
	Ready   time.Time `json:"ready,omitzero"`   // not called before
	Walk    Duration  `json:"walk,omitempty"`   // from where the person was served last
}

// StepView is one step of a journey.
type StepView struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Service  string    `json:"service,omitempty"`
	Mode     Mode      `json:"mode"`
	State    StepMode  `json:"state"`
	Phase    string    `json:"phase,omitempty"` // wait, serve, hold, absent, paper
	Optional bool      `json:"optional,omitempty"`
	Times    int       `json:"times"`
	Started  time.Time `json:"started,omitzero"`
	Ended    time.Time `json:"ended,omitzero"`
	Since    time.Time `json:"since,omitzero"` // in this phase
	Took     Duration  `json:"took"`           // up to this phase; while another step had the person is not counted
}

// Journey shows the journey of a ticket, under way or over; nil when the
// number was taken for no chain.
func (s *State) Journey(number string) *JourneyView {
	t := s.tickets[number]
	if t == nil || t.Journey == nil {
		return nil
	}
	v := s.journeyView(t)
	return &v
}

func (s *State) journeyView(t *Ticket) JourneyView {
	j := t.Journey
	v := JourneyView{
		Ticket: t.Number, Chain: j.Chain.ID, Version: j.Chain.Version, Name: j.Chain.Name, State: j.State,
		Started: j.Started, Ended: j.Ended, Deadline: j.deadline(), Finish: j.Finish, Next: s.nextStep(t),
	}
	for _, p := range j.Steps {
		v.Steps = append(v.Steps, p.view())
	}
	return v
}

// nextStep is the step of the ticket's current leg.
func (s *State) nextStep(t *Ticket) *NextStep {
	l := t.Leg()
	if l.over() || l.Step == "" {
		return nil
	}
	n := &NextStep{Step: l.Step, Service: l.Service}
	switch {
	case l.atWindow(), l.State == LegHeld:
		n.Window = l.Window
	default:
		n.Walk = Duration(s.walk(t.Journey.Area, s.index.services[l.Service].Area))
		n.Ready = l.NotBefore
	}
	return n
}

func (p *StepState) view() StepView {
	took, _ := p.Spent.largest()
	v := StepView{
		ID: p.Step.ID, Name: p.Name, Service: p.Service, Mode: ModePerson, State: p.State, Phase: p.Phase, Optional: p.Optional,
		Times: p.Times, Started: p.Started, Ended: p.Ended, Took: Duration(took),
	}
	if p.Phase != "" {
		v.Since = p.Since
	}
	if p.paper() {
		v.Mode = ModePaper
	}
	return v
}

// journeyViews lists the journeys under way, oldest first.
func (s *State) journeyViews() []JourneyView {
	vs := []JourneyView{}
	for _, t := range s.underWay() {
		vs = append(vs, s.journeyView(t))
	}
	return vs
}

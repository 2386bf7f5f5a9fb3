package queue

import (
	"slices"
	"time"
)

// usualStep is what a step is taken to last while nothing else is known.
const usualStep = 10 * time.Minute

// outlook forecasts the end of a journey: the steps that are left, one after
// the other where one person has to be there, side by side where papers go
// their own way.
type outlook struct {
	s      *State
	t      *Ticket
	at     time.Time
	end    map[string]time.Time // of each step, known or forecast
	person time.Time            // when the person is free
	area   string               // where the person is then
}

// finish is the forecast end of a journey, as things stand.
func (s *State) finish(t *Ticket, at time.Time) time.Time {
	o := &outlook{s: s, t: t, at: at, end: map[string]time.Time{}, person: at, area: t.Journey.Area}
	for _, p := range t.Journey.Steps {
		o.known(p)
	}
	for o.next() {
	}
	last := at
	for _, p := range t.Journey.Steps {
		if end := o.end[p.Step.ID]; !t.Journey.followed(p.Step.ID) && end.After(last) {
			last = end
		}
	}
	return last
}

// known notes steps that have ended, and the one that has the person now.
func (o *outlook) known(p *StepState) {
	l := o.t.leg(p.Leg)
	switch {
	case p.ended():
		o.end[p.Step.ID] = p.Ended
	case p.State == StepOpen && l != nil && (l.atWindow() || l.State == LegHeld):
		served := p.spent(o.at).Serve
		o.end[p.Step.ID] = o.at.Add(max(0, o.s.lasts(p.Step)-time.Duration(served)))
		o.person, o.area = o.end[p.Step.ID], o.s.index.windows[l.Window].Area
	}
}

// next forecasts the step that would end first of those that can go on.
func (o *outlook) next() bool {
	var first *StepState
	var end time.Time
	for _, p := range o.t.Journey.Steps {
		if _, ok := o.end[p.Step.ID]; ok {
			continue
		}
		if from, ok := o.from(p); ok {
			if e := o.through(p, from); first == nil || e.Before(end) {
				first, end = p, e
			}
		}
	}
	if first == nil {
		return false
	}
	o.end[first.Step.ID] = end
	if !first.paper() {
		o.person, o.area = end, o.s.index.services[first.Service].Area
	}
	return true
}

// from is when enough of what a step follows has ended; false while that
// cannot be told.
func (o *outlook) from(p *StepState) (time.Time, bool) {
	if p.State == StepOpen || len(p.After) == 0 {
		return o.at, true
	}
	var ends []time.Time
	for _, id := range p.After {
		if end, ok := o.end[id]; ok {
			ends = append(ends, end)
		}
	}
	if len(ends) < p.need() {
		return time.Time{}, false
	}
	slices.SortFunc(ends, time.Time.Compare)
	return latest(o.at, ends[p.need()-1]), true
}

// through is when a step ends that may begin at a moment.
func (o *outlook) through(p *StepState, from time.Time) time.Time {
	if p.paper() {
		return from.Add(max(0, o.s.lasts(p.Step)-time.Duration(p.spent(o.at).Paper)))
	}
	there := o.person.Add(o.s.walk(o.area, o.s.index.services[p.Service].Area))
	called := from.Add(o.s.waits(o.t.leg(p.Leg), p.Service))
	return latest(there, called).Add(o.s.lasts(p.Step))
}

// lasts is how long a step takes once it has begun.
func (s *State) lasts(p Step) time.Duration {
	if p.Usual > 0 {
		return time.Duration(p.Usual)
	}
	if mean, ok := s.meanService(p.Service); ok && !p.paper() {
		return mean
	}
	return usualStep
}

// waits is how long the queue of a service is for a leg, or for a newcomer.
func (s *State) waits(l *Leg, service string) time.Duration {
	if l == nil || l.State != LegWaiting {
		l = &Leg{Service: service, Class: s.firstClass(), Seniority: s.at, Order: s.seq + 1}
	}
	f, _ := s.position(l)
	mean, ok := s.meanService(service)
	if !ok {
		mean = usualStep
	}
	return mean * time.Duration(f.Ahead) / time.Duration(max(1, f.Windows))
}

// due is when a journey has to be forecast again: at once after a step,
// and often enough that its end cannot slip unseen.
func (j *Journey) due() time.Time {
	switch {
	case j.over():
		return time.Time{}
	case !j.Turned.IsZero():
		return j.Turned
	}
	every := min(max(time.Duration(j.Chain.Limit)/30, time.Minute), 10*time.Minute)
	return j.Foretold.Add(every)
}

// JourneyForecast: when the journey will be over, as things stand.
type JourneyForecast struct {
	Ticket string    `json:"ticket"`
	Finish time.Time `json:"finish"`
}

// TicketNumber implements Subject.
func (e JourneyForecast) TicketNumber() string { return e.Ticket }

// Name implements Event.
func (JourneyForecast) Name() string { return "journey.forecast" }

// Topic implements Event.
func (JourneyForecast) Topic() string { return TopicQueue }

func (e JourneyForecast) apply(s *State, r Record) {
	j := s.tickets[e.Ticket].Journey
	j.Finish, j.Foretold, j.Turned = e.Finish, r.At, time.Time{}
}

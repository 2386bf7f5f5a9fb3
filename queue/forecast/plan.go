package forecast

import (
	"slices"
	"time"

	"lobby/queue"
)

// plan is a hall's configuration by small numbers, so that a simulated path
// looks nothing up by name.
type plan struct {
	services, classes, windows map[string]int
	names                      []queue.Line // of each line
	departments                []string     // of each service
	rates                      []float64    // credit of each class for a second of waiting
	serves                     [][]int      // services of each window
	parts                      []int        // the part of the hall each service belongs to
	partOf                     []int        // the same of each window; -1 for a window without services
	rosters                    [][]shift
	evening                    float64 // the end of the last shift, from which on whoever waits is still served
	maxWait                    float64 // seconds
}

// shift is a span of a roster in seconds of the day.
type shift struct{ from, to float64 }

func newPlan(c queue.Config) *plan {
	p := &plan{
		services: map[string]int{}, classes: map[string]int{}, windows: map[string]int{},
		maxWait: time.Duration(c.Rules.MaxWait).Seconds(),
	}
	if p.maxWait == 0 {
		p.maxWait = queue.DefaultMaxWait.Seconds()
	}
	for i, s := range c.Services {
		p.services[s.ID] = i
		p.departments = append(p.departments, s.Department)
		for _, k := range c.Classes {
			p.names = append(p.names, queue.Line{Service: s.ID, Class: k.ID})
		}
	}
	for i, k := range c.Classes {
		p.classes[k.ID] = i
		p.rates = append(p.rates, k.Rate)
	}
	for i, w := range c.Windows {
		p.windows[w.ID] = i
		var served []int
		for _, id := range w.Services {
			served = append(served, p.services[id])
		}
		p.serves = append(p.serves, served)
		var shifts []shift
		for _, text := range w.Roster {
			from, to, _ := text.Span() // the configuration was checked before it was activated
			shifts = append(shifts, shift{from.Seconds(), to.Seconds()})
			p.evening = max(p.evening, to.Seconds())
		}
		p.rosters = append(p.rosters, shifts)
	}
	p.divide()
	return p
}

// divide finds the parts of the hall that have no window in common: a wait in
// one part says nothing about another.
func (p *plan) divide() {
	p.parts = make([]int, len(p.services))
	for i := range p.parts {
		p.parts[i] = i
	}
	for _, served := range p.serves {
		for _, s := range served {
			p.join(p.parts[served[0]], p.parts[s])
		}
	}
	p.partOf = make([]int, len(p.serves))
	for w, served := range p.serves {
		p.partOf[w] = -1
		if len(served) > 0 {
			p.partOf[w] = p.parts[served[0]]
		}
	}
}

func (p *plan) join(a, b int) {
	for i, part := range p.parts {
		if part == b {
			p.parts[i] = a
		}
	}
}

// lines is how many pairs of service and class there are.
func (p *plan) lines() int { return len(p.names) }

func (p *plan) line(service, class int) int { return service*len(p.classes) + class }

// overtakes tells whether one of the class who comes later may be called before
// somebody who waits.
func (p *plan) overtakes(class int) bool { return p.rates[class] > slices.Min(p.rates) }

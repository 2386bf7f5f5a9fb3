package forecast

import (
	"cmp"
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
	rates, offsets             []float64    // of each class: credit for a second of waiting, and to begin with
	serves                     [][]int      // services of each window
	parts                      []int        // the part of the hall each service belongs to
	partOf                     []int        // the same of each window; -1 for a window without services
	rosters                    [][]shift
	evening                    float64   // the end of the last shift, from which on whoever waits is still served
	prefers                    [][][]int // groups of services that each window prefers
	maxWait                    []float64 // of each service, in seconds
	order                      string
	cycle                      []int   // classes of the ratio, written out
	margin                     float64 // credit that a preference may cost, in seconds
	slotEarly, lateCredit      float64 // seconds
}

// shift is a span of a roster in seconds of the day.
type shift struct{ from, to float64 }

func newPlan(c queue.Config) *plan {
	rules := c.Rules.WithDefaults()
	p := &plan{
		services: map[string]int{}, classes: map[string]int{}, windows: map[string]int{}, order: rules.Order,
		margin: seconds(rules.PreferMargin), slotEarly: seconds(rules.SlotEarly), lateCredit: seconds(rules.LateCredit),
	}
	for i, s := range c.Services {
		p.services[s.ID] = i
		p.departments = append(p.departments, s.Department)
		p.maxWait = append(p.maxWait, seconds(cmp.Or(s.MaxWait, rules.MaxWait)))
		for _, k := range c.Classes {
			p.names = append(p.names, queue.Line{Service: s.ID, Class: k.ID})
		}
	}
	for i, k := range c.Classes {
		p.classes[k.ID] = i
		p.rates, p.offsets = append(p.rates, k.Rate), append(p.offsets, seconds(k.Offset))
	}
	for _, share := range rules.Ratio {
		for range share.Turns {
			p.cycle = append(p.cycle, p.classes[share.Class])
		}
	}
	for i, w := range c.Windows {
		p.windows[w.ID] = i
		p.window(w)
	}
	p.divide()
	return p
}

func seconds(d queue.Duration) float64 { return time.Duration(d).Seconds() }

// window adds what one window serves, prefers and when.
func (p *plan) window(w queue.Window) {
	p.serves = append(p.serves, p.numbers(w.Services))
	var groups [][]int
	for _, g := range w.Prefer {
		groups = append(groups, p.numbers(g))
	}
	p.prefers = append(p.prefers, groups)
	var shifts []shift
	for _, text := range w.Roster {
		from, to, _ := text.Span() // the configuration was checked before it was activated
		shifts = append(shifts, shift{from.Seconds(), to.Seconds()})
		p.evening = max(p.evening, to.Seconds())
	}
	p.rosters = append(p.rosters, shifts)
}

func (p *plan) numbers(services []string) (ns []int) {
	for _, id := range services {
		ns = append(ns, p.services[id])
	}
	return ns
}

// distance is how many turns of the ratio pass until a class has its own.
func (p *plan) distance(turn, class int) int {
	for d := range p.cycle {
		if p.cycle[(turn+d)%len(p.cycle)] == class {
			return d
		}
	}
	return len(p.cycle)
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

// of tells whether a floor is one of this plan: between a change of the
// configuration and its record it may not be.
func (p *plan) of(now queue.Floor) bool {
	for i, w := range now.Windows {
		if at, ok := p.windows[w.ID]; !ok || at != i {
			return false
		}
	}
	return len(now.Windows) == len(p.serves)
}

// lines is how many pairs of service and class there are.
func (p *plan) lines() int { return len(p.names) }

func (p *plan) line(service, class int) int { return service*len(p.classes) + class }

// overtakes tells whether one of the class who comes later may be called before
// somebody who waits.
func (p *plan) overtakes(class int) bool {
	bent := slices.ContainsFunc(p.prefers, func(groups [][]int) bool { return len(groups) > 0 })
	switch p.order {
	case queue.OrderAccumulating:
		return bent || p.rates[class] > slices.Min(p.rates) || p.offsets[class] > slices.Min(p.offsets)
	case queue.OrderStrict:
		return bent || p.rates[class] > slices.Min(p.rates)
	case queue.OrderRatio:
		return true
	}
	return bent
}

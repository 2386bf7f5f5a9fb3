package forecast

import (
	"math"
	"slices"
	"time"
)

// setting lays out the part of the hall that a service belongs to, as it is at
// a moment.
func (f *Forecaster) setting(part int, at time.Time) *scene {
	fl, pl := f.floor, f.floor.plan
	s := &scene{
		plan: pl, laws: make([]law, len(pl.services)), rates: make([][slots]float64, pl.lines()),
		second: fl.second(at), turn: f.paces.turn.or(10), missing: f.paces.missing.or(60),
		lines: make([][]waiter, pl.lines()), head: make([]int, pl.lines()), next: make([]float64, pl.lines()),
	}
	for line := range s.next {
		s.next[line] = never
		service, class := line/len(pl.rates), line%len(pl.rates)
		if pl.parts[service] != part {
			continue
		}
		if class == 0 {
			s.laws[service] = f.paces.law(pl.names[line].Service, pl.departments[service])
		}
		if pl.overtakes(class) {
			s.rates[line] = f.flow.rates(pl.names[line])
			s.newcome = append(s.newcome, line)
		}
	}
	at0 := map[int]int{} // place of each window
	for w, p := range pl.partOf {
		if p == part {
			at0[w] = len(s.windows)
			s.windows = append(s.windows, f.place(s, w, at))
		}
	}
	s.seat(fl, part, at0, at)
	s.free, s.own = make([]float64, len(s.windows)), make([]int, len(s.windows))
	return s
}

// seat puts those who wait into their lines.
func (s *scene) seat(fl *floor, part int, at0 map[int]int, at time.Time) {
	for id, l := range fl.waiting {
		x := waiter{seniority: l.seniority.Sub(at).Seconds(), service: l.service, id: id}
		if l.direct >= 0 {
			if w, ok := at0[l.direct]; ok {
				s.windows[w].directed = append(s.windows[w].directed, x)
			}
			continue
		}
		if fl.plan.parts[l.service] == part {
			line := fl.plan.line(l.service, l.class)
			s.lines[line] = append(s.lines[line], x)
		}
	}
}

// place is a window as it stands: when it can call next.
func (f *Forecaster) place(s *scene, w int, at time.Time) place {
	x := &f.floor.windows[w]
	p := place{index: w, draining: x.draining}
	duty := s.onDuty(w, 0)
	switch {
	case !x.open && duty > 0:
		p.off = duty // opens by the roster
	case !x.open && s.young(w):
		p.off, p.wobble = 0, 120 // about to open
	case !x.open:
		p.off = never
	case x.paused && duty > 0:
		p.off = duty
	case x.paused:
		p.off, p.wobble = 0, f.paces.pause.or(900)
	}
	if x.leg != nil {
		p.busy, p.law, p.elapsed = true, s.laws[x.leg.service], max(1, at.Sub(x.from).Seconds())
		p.tail = 0.5 * (1 + math.Erf((math.Log(p.elapsed)-p.law.mu)/(p.law.sigma*math.Sqrt2)))
	}
	return p
}

// young tells whether a shift of the window began a moment ago, so that one
// that is still closed is only late.
func (s *scene) young(w int) bool {
	return slices.ContainsFunc(s.plan.rosters[w], func(shift shift) bool {
		return s.second >= shift.from && s.second < shift.from+600
	})
}

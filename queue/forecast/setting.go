package forecast

import (
	"math"
	"slices"
	"time"

	"lobby/queue"
)

// setting lays out the part of the hall that a service belongs to, as it is at
// a moment.
func (f *Forecaster) setting(now queue.Floor, part int, at time.Time) *scene {
	pl := f.floor.plan
	s := &scene{
		plan: pl, laws: make([]law, len(pl.services)), rates: make([]rate, pl.lines()),
		second: f.floor.second(at), turn: f.paces.turn.or(10), missing: f.paces.missing.or(60),
		lines: make([][]waiter, pl.lines()), apart: make([][]int, len(pl.services)), head: make([]int, pl.lines()), next: make([]float64, pl.lines()),
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
			s.rates[line] = f.flow.rate(pl.names[line])
			s.newcome = append(s.newcome, line)
		}
	}
	most := 0
	for w, p := range pl.partOf {
		if p == part {
			s.windows = append(s.windows, f.place(s, now.Windows[w], w, at))
			most = max(most, len(pl.serves[w]))
		}
	}
	for id := range now.Waiting {
		s.seat(now, &now.Waiting[id], id, part, at)
	}
	s.free, s.turns, s.taken = make([]float64, len(s.windows)), make([]int, len(s.windows)), make([]bool, len(s.extras))
	s.each, s.with = make([]choice, most), make([]choice, most)
	return s
}

// seat puts one who waits where the queue has him.
func (s *scene) seat(now queue.Floor, l *queue.Waiter, id, part int, at time.Time) {
	service, ok := s.plan.services[l.Service]
	class, known := s.plan.classes[l.Class]
	if !ok || !known {
		return
	}
	x := waiter{
		seniority: l.Seniority.Sub(at).Seconds(), service: service, class: class, id: id,
		front: l.Front, late: l.Late, slot: never, direct: l.Direct != "" || l.ForStaff != "", rest: max(0, l.NotBefore.Sub(at).Seconds()),
	}
	if !l.Slot.IsZero() {
		x.slot = l.Slot.Sub(at).Seconds()
	}
	switch {
	case x.direct:
		for w := range s.windows {
			if p := now.Windows[s.windows[w].index]; p.ID == l.Direct || l.Direct == "" && p.Staff == l.ForStaff {
				s.windows[w].own = append(s.windows[w].own, len(s.extras))
			}
		}
		s.extras = append(s.extras, x)
	case s.plan.parts[service] != part:
	case x.front || x.late || x.slot != never || x.rest > 0:
		s.apart[service] = append(s.apart[service], len(s.extras))
		s.extras = append(s.extras, x)
	default:
		line := s.plan.line(service, class)
		s.lines[line] = append(s.lines[line], x)
	}
}

// place is a window as it stands: when it can call next.
func (f *Forecaster) place(s *scene, now queue.Place, w int, at time.Time) place {
	p := place{index: w, draining: now.Draining, turn: now.Turn}
	duty := s.onDuty(w, 0)
	switch {
	case !now.Open && duty > 0:
		p.off = duty // opens by the roster
	case !now.Open && s.young(w):
		p.off, p.wobble = 0, 120 // about to open
	case !now.Open:
		p.off = never
	case now.Paused && duty > 0:
		p.off = duty
	case now.Paused:
		p.off, p.wobble = 0, f.paces.pause.or(900)
	}
	if !now.Called.IsZero() {
		p.busy, p.law, p.elapsed = true, s.laws[s.plan.services[now.Service]], max(1, at.Sub(now.Called).Seconds())
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

package forecast

import (
	"slices"

	"lobby/queue"
)

// waiter is one who waits, or may come to wait. Times are seconds from the
// scene's moment.
type waiter struct {
	seniority      float64
	service, class int
	id             int     // among those who wait, in order of seniority; the last tie-breaker
	front, late    bool    // as the queue's legs have it
	slot           float64 // of the appointment; never for none
	rest           float64 // nobody calls it earlier
	direct         bool    // meant for one window, or its staff
}

// The ids of who is not there yet: both come behind everybody who waits.
const (
	joinerID  = 1 << 30
	arrivalID = 1 << 31
)

// choice is one who would be called, with the standing that the rule gives.
type choice struct {
	from, id          int // line, or place among the extras counted down from -1
	service, class    int
	tier              int
	major             float64
	credit, seniority float64
}

// nobody is the line of a choice that is none.
const nobody = -1 << 30

// The tiers of the rule, strongest first, as the queue has them.
const (
	tierDirected = iota
	tierFront
	tierGuard
	tierDue
	tierPool
	tierEarly
)

// choose is the queue's selection in small numbers: tiers, within the pool the
// hall's order, and what the window prefers. Within a line the first is always
// the best, so that only the heads are looked at. TestPathsCallWhomTheQueueCalls
// holds it against the queue itself.
func (s *scene) choose(w int, t float64) choice {
	p := &s.windows[w]
	best := choice{from: nobody}
	s.best(w, t, p.own, &best)
	if p.draining || best.from != nobody {
		return best
	}
	served := s.plan.serves[p.index]
	if len(s.plan.prefers[p.index]) == 0 {
		for _, service := range served {
			s.bestOf(w, t, service, &best)
		}
		return best
	}
	for i, service := range served {
		s.each[i] = choice{from: nobody}
		s.bestOf(w, t, service, &s.each[i])
		if s.each[i].beats(&best) {
			best = s.each[i]
		}
	}
	return s.prefer(p, best, s.each[:len(served)])
}

// best looks for a better one among extras: those who stand apart from the
// lines.
func (s *scene) best(w int, t float64, places []int, best *choice) {
	for _, at := range places {
		if x := &s.extras[at]; !s.taken[at] && x.rest <= t {
			c := s.standing(w, x.service, x.class, x.seniority, t)
			c.from, c.id, c.tier = -1-at, x.id, s.tier(x, t-x.seniority, t)
			if x.late && s.plan.order == queue.OrderAccumulating {
				c.credit += s.plan.lateCredit
			}
			if c.beats(best) {
				*best = c
			}
		}
	}
}

// bestOf looks for a better one among those who wait for a service.
func (s *scene) bestOf(w int, t float64, service int, best *choice) {
	s.best(w, t, s.apart[service], best)
	for class := range s.plan.rates {
		line := s.plan.line(service, class)
		seniority, id := s.next[line], arrivalID
		if q := s.lines[line]; s.head[line] < len(q) {
			seniority, id = q[s.head[line]].seniority, q[s.head[line]].id
		} else if seniority > t {
			continue
		}
		c := s.standing(w, service, class, seniority, t)
		c.from, c.id = line, id
		if c.beats(best) {
			*best = c
		}
	}
}

// standing is the place that the rule gives to one of the pool at a window and
// moment.
func (s *scene) standing(w, service, class int, seniority, t float64) choice {
	pl, wait := s.plan, t-seniority
	c := choice{service: service, class: class, tier: tierPool, credit: wait, seniority: seniority}
	if wait >= pl.maxWait[service] {
		c.tier = tierGuard
	}
	switch pl.order {
	case queue.OrderAccumulating:
		c.credit = pl.offsets[class] + pl.rates[class]*wait
	case queue.OrderStrict:
		c.major = pl.rates[class]
	case queue.OrderRatio:
		c.major = -float64(pl.distance(s.turns[w], class))
	}
	return c
}

// tier is that of one who stands apart.
func (s *scene) tier(x *waiter, wait, t float64) int {
	switch {
	case x.direct:
		return tierDirected
	case x.front:
		return tierFront
	case wait >= s.plan.maxWait[x.service]:
		return tierGuard
	case x.slot == never || x.late:
		return tierPool
	case t < x.slot-s.plan.slotEarly:
		return tierEarly
	}
	return tierDue
}

// beats tells whether c is called before d; anybody is before nobody.
func (c *choice) beats(d *choice) bool {
	if c.from == nobody || d.from == nobody {
		return c.from != nobody
	}
	if c.tier != d.tier {
		return c.tier < d.tier
	}
	if c.tier == tierPool {
		if c.major != d.major {
			return c.major > d.major
		}
		if c.credit != d.credit {
			return c.credit > d.credit
		}
	}
	return c.seniority < d.seniority || c.seniority == d.seniority && c.id < d.id
}

// prefer gives way to the best of the first preferred group that is within the
// margin of the best of all.
func (s *scene) prefer(p *place, best choice, each []choice) choice {
	groups := s.plan.prefers[p.index]
	if len(groups) == 0 || best.from == nobody || best.tier != tierPool {
		return best
	}
	for _, group := range groups {
		own := choice{from: nobody}
		for _, c := range each {
			if slices.Contains(group, c.service) && c.beats(&own) {
				own = c
			}
		}
		if own.from != nobody && own.tier == tierPool && own.major == best.major && own.credit >= best.credit-s.plan.margin {
			return own
		}
	}
	return best
}

// join calls every joiner who would be called at the window before the one
// the rule has chosen. A joiner takes nobody's place: each asks alone what
// would happen to it.
func (s *scene) join(w int, t float64, chosen choice) {
	p := &s.windows[w]
	if p.draining || chosen.from != nobody && chosen.tier == tierDirected {
		return
	}
	served := s.plan.serves[p.index]
	for j, line := range s.joiners {
		service := line / len(s.plan.rates)
		at := slices.Index(served, service)
		if s.gone[j] || at < 0 {
			continue
		}
		c := s.standing(w, service, line%len(s.plan.rates), 0, t)
		c.from, c.id = line, joinerID
		if s.wins(p, c, at, chosen, len(served)) {
			s.gone[j] = true
			s.waits[j] = append(s.waits[j], t)
			s.left--
		}
	}
}

// wins tells whether a joiner would be called instead of the one chosen.
func (s *scene) wins(p *place, c choice, at int, chosen choice, served int) bool {
	if len(s.plan.prefers[p.index]) == 0 {
		return c.beats(&chosen)
	}
	with := s.with[:served] // as if the joiner were there
	copy(with, s.each[:served])
	if c.beats(&with[at]) {
		with[at] = c
	}
	best := with[0]
	for i := range with {
		if with[i].beats(&best) {
			best = with[i]
		}
	}
	return s.prefer(p, best, with).id == joinerID
}

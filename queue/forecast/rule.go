package forecast

import "slices"

// choice is who would be called: the first of a line, with the standing that
// the rule gives.
type choice struct {
	line      int
	tier      int
	credit    float64
	seniority float64
}

// The lines that are none.
const (
	nobody   = -1
	directed = -2
)

// The tiers of the rule, strongest first; the queue's own words for them are
// directed, guard and pool.
const (
	tierDirected = iota
	tierGuard
	tierPool
)

// choose is the queue's selection: legs directed to the window, then whoever
// has waited beyond the limit, then the largest credit; always the senior one
// of two equals. Within a line the first is always the best, so that only the
// heads are looked at. A test holds it against the queue itself.
func (s *scene) choose(w int, t float64) choice {
	p := &s.windows[w]
	if s.own[w] < len(p.directed) {
		return choice{line: directed}
	}
	best := choice{line: nobody}
	if p.draining {
		return best
	}
	classes := len(s.plan.rates)
	for _, service := range s.plan.serves[p.index] {
		for class := range classes {
			line := service*classes + class
			seniority, ok := s.first(line, t)
			if !ok {
				continue
			}
			if c := s.standing(line, class, seniority, t); best.line == nobody || c.beats(best) {
				best = c
			}
		}
	}
	return best
}

// first is the seniority of the first who waits in a line at a moment.
func (s *scene) first(line int, t float64) (float64, bool) {
	if q := s.lines[line]; s.head[line] < len(q) {
		return q[s.head[line]].seniority, true
	}
	at := s.next[line]
	return at, at <= t
}

func (s *scene) standing(line, class int, seniority, t float64) choice {
	wait := t - seniority
	c := choice{line: line, tier: tierPool, credit: s.plan.rates[class] * wait, seniority: seniority}
	if wait >= s.plan.maxWait {
		c.tier = tierGuard
	}
	return c
}

// beats tells whether c is called before d.
func (c choice) beats(d choice) bool {
	switch {
	case c.tier != d.tier:
		return c.tier < d.tier
	case c.tier == tierPool && c.credit != d.credit:
		return c.credit > d.credit
	}
	return c.seniority < d.seniority
}

// join calls every joiner who would be called at the window before the one
// the rule has chosen. A joiner takes nobody's place: each asks alone what
// would happen to it.
func (s *scene) join(p *place, t float64, best choice) {
	if p.draining || best.line == directed {
		return
	}
	classes := len(s.plan.rates)
	for j, line := range s.joiners {
		if s.gone[j] || !slices.Contains(s.plan.serves[p.index], line/classes) {
			continue
		}
		if c := s.standing(line, line%classes, 0, t); best.line == nobody || c.beats(best) {
			s.gone[j] = true
			s.waits[j] = append(s.waits[j], t)
			s.left--
		}
	}
}

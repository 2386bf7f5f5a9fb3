package forecast

import (
	"math"
	"math/rand/v2"
	"slices"
)

// scene is a part of the hall at one moment, laid out for being played many
// times. Times are seconds from that moment; seniorities lie before it.
type scene struct {
	plan    *plan
	laws    []law
	rates   []rate  // of arrivals, by line; only of those in newcome
	second  float64 // of the day, now
	turn    float64 // from the end of one citizen to the call of the next
	missing float64 // from the call to the no-show
	windows []place
	lines   [][]waiter // of those who stand in lines, by seniority
	extras  []waiter   // who stands apart: meant for a window, in front, with an appointment, resting
	apart   [][]int    // the extras of each service
	newcome []int      // lines whose future arrivals may overtake somebody
	joiners []int      // lines for which the wait of a newcomer is wanted

	waits  [][]float64 // of the joiners, one for each path
	called [][]float64 // of who waits already, by waiter.id; nil when not wanted

	// What one path changes.
	free       []float64
	head       []int
	next       []float64 // next arrival, by line
	turns      []int     // of each window in the ratio
	taken      []bool    // extras called already
	gone       []bool    // joiners called already
	left       int       // joiners and waiters not called yet
	each, with []choice  // scratch, by service of a window
}

// place is a window of the scene.
type place struct {
	index    int
	draining bool
	off      float64 // not before this moment; never for a window that stays closed
	wobble   float64 // mean of an exponential delay on top of off
	busy     bool    // a residual service comes on top
	law      law     // of who is there
	elapsed  float64 // since the call
	tail     float64 // share of the law that is over
	turn     int
	own      []int // extras meant for this window alone
}

const (
	never = math.MaxFloat64
	// longest bounds a simulated wait: longer than any day.
	longest = 12 * 3600.0
)

// play runs the hall forward once and notes when the joiners, and whoever
// waits already, are called.
func (s *scene) play(rng *rand.Rand) {
	s.begin(rng)
	for s.left > 0 {
		w, t := s.soonest()
		if t >= longest {
			break
		}
		p := &s.windows[w]
		if on := s.onDuty(p.index, t); on > t {
			s.free[w] = on
			continue
		}
		best := s.choose(w, t)
		s.join(w, t, best)
		if best.from == nobody {
			s.free[w] = s.somebodyFor(p, t)
			continue
		}
		s.take(w, t, best, rng)
		s.free[w] = t + s.occupation(best.service, rng) + s.turn
	}
	s.finish()
}

// begin draws what is not known about the present: how long those at the
// windows will still stay, and when absent staff come back.
func (s *scene) begin(rng *rand.Rand) {
	for w := range s.windows {
		p := &s.windows[w]
		s.free[w], s.turns[w] = p.off, p.turn
		if p.off < never && p.wobble > 0 {
			s.free[w] += rng.ExpFloat64() * p.wobble
		}
		if p.busy {
			s.free[w] = max(s.free[w], p.residual(rng)+s.turn)
		}
	}
	clear(s.head)
	clear(s.taken)
	clear(s.gone)
	s.left = len(s.joiners) + len(s.called)
	for _, line := range s.newcome {
		s.next[line] = s.arrival(line, 0, rng)
	}
}

// residual is how long a citizen who has been at the window for a while will
// still stay: the law beyond what has passed.
func (p *place) residual(rng *rand.Rand) float64 {
	u := p.tail + (1-p.tail)*rng.Float64()
	u = min(u, 1-1e-12)
	z := math.Sqrt2 * math.Erfinv(2*u-1)
	return max(1, math.Exp(p.law.mu+p.law.sigma*z)-p.elapsed)
}

// soonest is the window that is free first.
func (s *scene) soonest() (int, float64) {
	w, t := 0, never
	for i, at := range s.free {
		if at < t {
			w, t = i, at
		}
	}
	return w, t
}

// onDuty is the next moment, from t on, at which the roster has somebody at
// the window.
func (s *scene) onDuty(window int, t float64) float64 {
	roster := s.plan.rosters[window]
	if len(roster) == 0 {
		return t
	}
	day := s.second + t
	for _, shift := range roster {
		if day < shift.to || shift.to == s.plan.evening {
			return t + max(0, shift.from-day)
		}
	}
	return never
}

// somebodyFor is when the next one comes, or has rested, whom an idle window
// may call.
func (s *scene) somebodyFor(p *place, t float64) float64 {
	at := never
	for _, x := range p.own {
		if !s.taken[x] && s.extras[x].rest > t {
			at = min(at, s.extras[x].rest)
		}
	}
	if p.draining {
		return at
	}
	for _, service := range s.plan.serves[p.index] {
		for _, x := range s.apart[service] {
			if !s.taken[x] && s.extras[x].rest > t {
				at = min(at, s.extras[x].rest)
			}
		}
	}
	for _, line := range s.newcome {
		if s.next[line] > t && slices.Contains(s.plan.serves[p.index], line/len(s.plan.rates)) {
			at = min(at, s.next[line])
		}
	}
	return at
}

// arrival draws who comes next in a line.
func (s *scene) arrival(line int, after float64, rng *rand.Rand) float64 {
	for t := after; t < longest; {
		rate := s.rates[line].at(s.second + t)
		end := (math.Floor((s.second+t)/slotLength) + 1) * slotLength
		if rate > 0 {
			if at := t + rng.ExpFloat64()/rate; s.second+at < end {
				return at
			}
		}
		t = end - s.second
	}
	return never
}

// occupation draws how long a window is taken by one who is called there.
func (s *scene) occupation(service int, rng *rand.Rand) float64 {
	l := s.laws[service]
	if rng.Float64() < l.absent {
		return s.missing
	}
	return math.Exp(l.mu + l.sigma*rng.NormFloat64())
}

// take moves the chosen one from where he stands to the window.
func (s *scene) take(w int, t float64, c choice, rng *rand.Rand) {
	if c.tier == tierPool && len(s.plan.cycle) > 0 {
		if d := s.plan.distance(s.turns[w], c.class); d < len(s.plan.cycle) {
			s.turns[w] = (s.turns[w] + d + 1) % len(s.plan.cycle)
		}
	}
	switch {
	case c.from < 0:
		s.taken[-1-c.from] = true
		s.note(c.id, t)
	case s.head[c.from] < len(s.lines[c.from]):
		s.head[c.from]++
		s.note(c.id, t)
	default:
		s.next[c.from] = s.arrival(c.from, s.next[c.from], rng)
	}
}

func (s *scene) note(id int, t float64) {
	if s.called != nil {
		s.called[id] = append(s.called[id], t)
		s.left--
	}
}

// finish gives those who were never called in this path the longest wait.
func (s *scene) finish() {
	for j, gone := range s.gone {
		if !gone {
			s.waits[j] = append(s.waits[j], longest)
		}
	}
}

package queue

import (
	"cmp"
	"slices"
	"time"
)

// Why explains a call: which rule chose the ticket, and what the next ones
// had.
type Why struct {
	Rule      string   `json:"rule"`             // "accumulating", or "chosen" for a call by staff
	Tier      string   `json:"tier"`             // directed, guard, pool, chosen
	Credit    float64  `json:"credit"`           // of the ticket called, in seconds
	RunnersUp []Credit `json:"runners_up"`       // at most two, best first
	Reason    string   `json:"reason,omitempty"` // given by staff for a chosen ticket
}

// Credit is what one waiting ticket had earned.
type Credit struct {
	Ticket string  `json:"ticket"`
	Tier   string  `json:"tier"`
	Credit float64 `json:"credit"`
}

// The tiers of selection, strongest first.
const (
	tierDirected = "directed" // legs meant for this very window
	tierGuard    = "guard"    // legs that have waited beyond the limit
	tierPool     = "pool"     // everybody else, by credit
	tierChosen   = "chosen"   // named by staff
)

// candidate is a waiting leg with its standing at one moment.
type candidate struct {
	leg    *Leg
	tier   string
	rank   int // of the tier
	credit float64
}

// better orders candidates: tier, then credit (within the guard seniority
// alone), then seniority, then age of the leg. It is total, so that a replay
// chooses the same.
func better(a, b candidate) int {
	if c := cmp.Compare(a.rank, b.rank); c != 0 {
		return c
	}
	if a.tier == tierPool {
		if c := cmp.Compare(b.credit, a.credit); c != 0 {
			return c
		}
	}
	return bySeniority(a.leg, b.leg)
}

// candidates are the legs that a window may call at a moment, best first. At
// most n of each line are looked at: within a line nobody beats whoever stands
// before, so the best n of all are among them.
func (s *State) candidates(w *windowState, at time.Time, n int) []candidate {
	var cs []candidate
	for _, key := range s.callable(w) {
		for _, l := range s.lines[key].first(n) {
			cs = append(cs, s.candidate(l, key.kind, at))
		}
	}
	for _, l := range s.rested(at) {
		if key, ok := s.standing(l); ok && slices.Contains(s.callable(w), key) {
			cs = append(cs, s.candidate(l, key.kind, at))
		}
	}
	slices.SortFunc(cs, better)
	return cs
}

// callable names the lines that a window may call from.
func (s *State) callable(w *windowState) []lineKey {
	keys := []lineKey{{lineWindow, w.id, ""}}
	if w.draining {
		return keys
	}
	for _, service := range s.index.windows[w.id].Services {
		for _, class := range s.config.Classes {
			keys = append(keys, lineKey{linePool, service, class.ID})
		}
	}
	return keys
}

func (s *State) candidate(l *Leg, kind lineKind, at time.Time) candidate {
	c := candidate{leg: l, tier: tierPool, rank: 2, credit: s.credit(l, at)}
	switch {
	case kind == lineWindow:
		c.tier, c.rank = tierDirected, 0
	case at.Sub(l.Seniority) >= time.Duration(s.config.Rules.MaxWait):
		c.tier, c.rank = tierGuard, 1
	}
	return c
}

// credit is rate times waiting time, in seconds.
func (s *State) credit(l *Leg, at time.Time) float64 {
	return s.index.classes[l.Class].Rate * at.Sub(l.Seniority).Seconds()
}

// next chooses the leg that the window calls at a moment, and says why; nil
// when nobody waits.
func (s *State) next(w *windowState, at time.Time) (*Leg, Why) {
	cs := s.candidates(w, at, 1+runners)
	if len(cs) == 0 {
		return nil, Why{}
	}
	return cs[0].leg, Why{Rule: "accumulating", Tier: cs[0].tier, Credit: cs[0].credit, RunnersUp: runnersUp(cs[1:])}
}

// runners is how many of those behind are named in an explanation.
const runners = 2

func runnersUp(cs []candidate) []Credit {
	up := []Credit{}
	for _, c := range cs[:min(runners, len(cs))] {
		up = append(up, Credit{Ticket: c.leg.Ticket, Tier: c.tier, Credit: c.credit})
	}
	return up
}

// aheadOf counts the legs of the same service that are more senior than l and
// whose class earns at least as fast: these are called before l for certain.
func (s *State) aheadOf(l *Leg) int {
	n := 0
	rate := s.index.classes[l.Class].Rate
	for _, class := range s.config.Classes {
		if class.Rate >= rate {
			n += s.lines[lineKey{linePool, l.Service, class.ID}].before(l)
			n += s.lines[lineKey{lineReserved, l.Service, class.ID}].before(l)
		}
	}
	return n
}

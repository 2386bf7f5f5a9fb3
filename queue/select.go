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

// candidates are the legs that a window may call at a moment, best first.
func (s *State) candidates(w *windowState, at time.Time) []candidate {
	var cs []candidate
	mine := s.index.windows[w.id].Services
	for service, legs := range s.waiting {
		served := slices.Contains(mine, service)
		for _, l := range legs {
			switch {
			case l.State != LegWaiting:
			case l.Direct == w.id:
				cs = append(cs, s.candidate(l, tierDirected, 0, at))
			case l.Direct != "" || !served || w.draining:
			case at.Sub(l.Seniority) >= time.Duration(s.config.Rules.MaxWait):
				cs = append(cs, s.candidate(l, tierGuard, 1, at))
			default:
				cs = append(cs, s.candidate(l, tierPool, 2, at))
			}
		}
	}
	slices.SortFunc(cs, better)
	return cs
}

func (s *State) candidate(l *Leg, tier string, rank int, at time.Time) candidate {
	return candidate{leg: l, tier: tier, rank: rank, credit: s.credit(l, at)}
}

// credit is rate times waiting time, in seconds.
func (s *State) credit(l *Leg, at time.Time) float64 {
	return s.index.classes[l.Class].Rate * at.Sub(l.Seniority).Seconds()
}

// next chooses the leg that the window calls at a moment, and says why; nil
// when nobody waits.
func (s *State) next(w *windowState, at time.Time) (*Leg, Why) {
	cs := s.candidates(w, at)
	if len(cs) == 0 {
		return nil, Why{}
	}
	return cs[0].leg, Why{Rule: "accumulating", Tier: cs[0].tier, Credit: cs[0].credit, RunnersUp: runnersUp(cs[1:])}
}

func runnersUp(cs []candidate) []Credit {
	up := []Credit{}
	for _, c := range cs[:min(2, len(cs))] {
		up = append(up, Credit{Ticket: c.leg.Ticket, Tier: c.tier, Credit: c.credit})
	}
	return up
}

// aheadOf counts the legs of the same service that are more senior than l and
// whose class earns at least as fast: these are called before l for certain.
func (s *State) aheadOf(l *Leg) int {
	n := 0
	rate := s.index.classes[l.Class].Rate
	for _, o := range s.waiting[l.Service] {
		senior := bySeniority(o, l) < 0
		if o.Ticket != l.Ticket && senior && s.index.classes[o.Class].Rate >= rate {
			n++
		}
	}
	return n
}

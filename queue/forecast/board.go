package forecast

import (
	"math"
	"time"
)

// promise is a forecast that waits for its judgement.
type promise struct {
	at        time.Time
	key       groupKey
	name      string
	view      view
	quantiles [3]float64
	shadow    bool
	told      *told
	rivals    [len(rivals)]float64 // their point forecasts
}

// told is what the citizen was told, rounded.
type told struct {
	low, high float64 // seconds
	before    time.Time
}

// rivals are the simple ways of forecasting that have to be beaten: the queue's
// length over the pace of its windows, the wait of the last one called, and the
// wait so far of the first in line.
var rivals = [...]string{"QL", "LES", "HOL"}

// levels are the quantiles that are promised.
var levels = [3]float64{0.1, 0.5, 0.9}

// tally sums up how one way of forecasting has done.
type tally struct {
	n, covered, width float64
	below             [3]float64 // waits no longer than each quantile
	loss              [3]float64 // pinball, by level
	groups            map[string]*coverage
	recent            float64 // pinball loss that forgets
}

// coverage counts the waits of one group that fell into their interval.
type coverage struct{ n, covered float64 }

// memory is how many promises the recent loss remembers.
const memory = 1000

func (t *tally) add(group string, wait float64, q [3]float64) {
	inside := indicator(wait >= q[0] && wait <= q[2])
	t.n, t.covered, t.width = t.n+1, t.covered+inside, t.width+q[2]-q[0]
	total := 0.0
	for i, level := range levels {
		loss := pinball(wait, q[i], level)
		t.loss[i] += loss
		t.below[i] += indicator(wait <= q[i])
		total += loss
	}
	t.recent += (total - t.recent) / math.Min(memory, t.n)
	if t.groups == nil {
		t.groups = map[string]*coverage{}
	}
	g := entry(t.groups, group)
	g.n, g.covered = g.n+1, g.covered+inside
}

// pinball is the loss that a true quantile of the level makes least.
func pinball(wait, q, level float64) float64 {
	if wait >= q {
		return level * (wait - q)
	}
	return (1 - level) * (q - wait)
}

// board judges the promises, and the rivals on the same waits.
type board struct {
	own      tally
	rivals   [len(rivals)]tally
	past     [len(rivals)]scores // of the rivals, which are given intervals by them
	censored int                 // promised, but never called
	shadow   int
	told     toldTally
}

type toldTally struct{ n, covered, before float64 }

func newBoard() board { return board{} }

// leastJudged is how many promises must have been judged before minutes may be
// told at all.
const leastJudged = 200

// proven tells whether the forecasts beat every rival on the hall's own log.
func (b *board) proven() bool {
	if b.own.n < leastJudged {
		return false
	}
	for i := range b.rivals {
		if b.own.recent >= b.rivals[i].recent {
			return false
		}
	}
	return true
}

// judge compares a promise with the wait it was about.
func (b *board) judge(p *promise, called time.Time) {
	wait := called.Sub(p.at).Seconds()
	b.own.add(p.name, wait, p.quantiles)
	if p.shadow {
		b.shadow++
	}
	if t := p.told; t != nil {
		b.told.n++
		b.told.covered += indicator(wait >= t.low && wait <= t.high)
		b.told.before += indicator(!called.After(t.before))
	}
	for i := range rivals {
		point, past := p.rivals[i], &b.past[i]
		q := [3]float64{point, point, point}
		if len(past.sorted) >= leastScores {
			for j, level := range levels {
				q[j] = unscore(quantile(past.sorted, level), point)
			}
		}
		b.rivals[i].add(p.name, wait, q)
		past.add(score(wait, point), memory)
	}
}

package forecast

import (
	"fmt"
	"math"
)

// softening keeps the score of a wait of nothing finite, in seconds.
const softening = 60.0

// score is how far a wait missed its centre.
func score(wait, centre float64) float64 {
	return math.Log((wait + softening) / (centre + softening))
}

// unscore is the wait that has the score.
func unscore(x, centre float64) float64 {
	return max(0, math.Exp(x)*(centre+softening)-softening)
}

// view is what the paths say of a wait: its centre, and how sure they are of
// it. Scores are told in its unit, so that those of sure and unsure forecasts
// can stand in for each other.
type view struct{ centre, spread float64 }

const (
	// leastSpread is how sure the paths may be at most.
	leastSpread = 0.1
	// farthest bounds a score: one forecast that was sure and wrong must not
	// make those that are unsure say nothing.
	farthest = 10
	// widest bounds the logarithm by which an interval may leave its centre.
	widest = 3
)

// newView sums up simulated waits by their quantiles 0.1, 0.5 and 0.9; between
// the outer ones a normal law has 2.56 deviations.
func newView(low, mid, high float64) view {
	return view{mid, max(leastSpread, (score(high, mid)-score(low, mid))/2.56)}
}

func (v view) score(wait float64) float64 {
	return min(max(score(wait, v.centre)/v.spread, -farthest), farthest)
}

func (v view) wait(score float64) float64 {
	return min(longest, unscore(min(max(score*v.spread, -widest), widest), v.centre))
}

const (
	// mostScores is how many promises a group remembers.
	mostScores = 500
	// enoughScores is how many it needs to stand alone; below it borrows from
	// its neighbours.
	enoughScores = 200
	// leastScores is how many the hall needs before any minutes are told.
	leastScores = 50
	// step is the gain of the adaptive levels (Gibbs and Candès, 2021).
	step = 0.03
)

// bands are the upper ends of predicted waits that are judged together, in
// seconds.
var bands = [...]float64{180, 360, 600, 900, 1320, 1980, 3000, never}

func bandOf(centre float64) int {
	for i, end := range bands {
		if centre < end {
			return i
		}
	}
	return len(bands) - 1
}

// groupKey says what is judged together.
type groupKey struct {
	band              int
	class, department string
}

// everything stands for all classes, or all departments; allBands for all bands.
const (
	everything = "*"
	allBands   = -1
)

// group is the memory of past promises that were alike.
type group struct {
	scores
	low, high float64 // the adaptive shares of waits below and above the interval
}

// groups correct a centre by what became of earlier ones.
type groups struct {
	all map[groupKey]*group
}

func newGroups() groups { return groups{all: map[groupKey]*group{}} }

// get finds a group or makes it. A new one begins with the levels of its wider
// circle.
func (g *groups) get(k groupKey) *group {
	x := g.all[k]
	if x == nil {
		x = &group{low: 0.1, high: 0.1}
		if wide := g.all[groupKey{k.band, k.class, everything}]; wide != nil {
			x.low, x.high = wide.low, wide.high
		}
		g.all[k] = x
	}
	return x
}

// circles are the groups a promise belongs to, the narrowest first. What a wait
// depends on most is the class: who is slow to be called is overtaken.
func (k groupKey) circles() [4]groupKey {
	return [...]groupKey{k, {k.band, k.class, everything}, {allBands, k.class, everything}, {allBands, everything, everything}}
}

// seen notes what became of a promise.
func (g *groups) seen(k groupKey, v view, wait, low, high float64) {
	x := v.score(wait)
	for _, c := range k.circles() {
		y := g.get(c)
		y.add(x, mostScores)
		y.low = level(y.low + step*(0.1-indicator(wait < low)))
		y.high = level(y.high + step*(0.1-indicator(wait > high)))
	}
}

// level bounds an adaptive level, so that bad days can be made good again.
func level(x float64) float64 { return min(max(x, -0.3), 0.4) }

func indicator(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// correct makes the quantiles of a centre from the scores of its group, or of
// the smallest circle of neighbours that has seen enough; false when the hall
// as a whole has not.
func (g *groups) correct(k groupKey, v view) (low, mid, high float64, ok bool) {
	own, sorted := g.get(k), g.memory(k)
	if len(sorted) < leastScores {
		return 0, 0, 0, false
	}
	low = v.wait(quantile(sorted, own.low))
	mid = v.wait(quantile(sorted, 0.5))
	high = v.wait(quantile(sorted, 1-own.high))
	mid = min(max(mid, low), max(low, high))
	return low, mid, max(mid, high), true
}

// memory is the scores to learn from.
func (g *groups) memory(k groupKey) []float64 {
	circles := k.circles()
	own := g.get(circles[0])
	if len(own.sorted) >= enoughScores {
		return own.sorted
	}
	for _, c := range circles[:2] { // its neighbours, then the same class elsewhere
		if near := union(&g.get(c).scores, g.near(c, -1), g.near(c, 1)); len(near) >= enoughScores {
			return near
		}
	}
	if x := g.get(circles[2]); len(x.sorted) >= enoughScores {
		return x.sorted
	}
	return g.get(circles[3]).sorted
}

// near is the same group one band up or down.
func (g *groups) near(k groupKey, by int) *scores {
	k.band += by
	if x := g.all[k]; x != nil {
		return &x.scores
	}
	return nil
}

// name is how a group is called in the trail and in reports.
func (k groupKey) name() string {
	from := 0.0
	if k.band > 0 {
		from = bands[k.band-1]
	}
	band := fmt.Sprintf("%g-%g min", from/60, bands[k.band]/60)
	if bands[k.band] == never {
		band = fmt.Sprintf("over %g min", from/60)
	}
	if k.department == "" {
		return band + ", " + k.class
	}
	return band + ", " + k.class + ", " + k.department
}

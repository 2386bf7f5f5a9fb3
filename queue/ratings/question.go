package ratings

import "math"

// Question is something a supervisor may want to look into at a window. N of Of
// is what was seen there, Elsewhere the share in the rest of the hall, and Chance
// how likely as much would be if the window were like the rest. It is no
// verdict: a new keypad, a blind citizen or a kind clerk explain as much.
type Question struct {
	Kind      string  `json:"kind"`
	Window    string  `json:"window"`
	N         int     `json:"n"`
	Of        int     `json:"of"`
	Elsewhere float64 `json:"elsewhere"`
	Chance    float64 `json:"chance"`
}

// The kinds of questions.
const (
	// AtOnce: many presses within two seconds of the end of the service. Did
	// somebody else than the citizen press?
	AtOnce = "at_once"
	// OneLevel: nothing but very satisfied. Were citizens told what to press?
	OneLevel = "one_level"
	// Run: the same level many times in a row. Did the keypad stick?
	Run = "run"
	// NotAsked: many services without an invitation. Why were they not asked?
	NotAsked = "not_asked"
)

// leastVotes is how many votes, or services, there must be before anything is
// asked; rare is how unlikely something must be. With 80 windows and four kinds
// of questions an honest hall is asked about one question in four years.
const (
	leastVotes = 20
	rare       = 3e-6
)

// questions holds a window against the rest of the hall.
func questions(window string, here, all []*service) []Question {
	var qs []Question
	ask := func(kind string, n, of int, elsewhere, chance float64) {
		if of >= leastVotes && chance < rare {
			qs = append(qs, Question{kind, window, n, of, elsewhere, chance})
		}
	}
	rest := without(all, window)
	quick, votes := count(here, isQuick), count(here, isVote)
	p := share(count(rest, isQuick), count(rest, isVote))
	ask(AtOnce, quick, votes, p, tail(quick, votes, p))

	best := count(here, isBest)
	p = share(count(rest, isBest), count(rest, isVote))
	if best == votes {
		ask(OneLevel, best, votes, p, tail(best, votes, p))
	}

	level, run := longestRun(here)
	p = share(count(rest, func(s *service) bool { return isVote(s) && s.level == level }), count(rest, isVote))
	ask(Run, run, votes, p, min(1, float64(votes)*math.Pow(p, float64(run))))

	missed := count(here, isMissed)
	p = share(count(rest, isMissed), len(rest))
	ask(NotAsked, missed, len(here), p, tail(missed, len(here), p))
	return qs
}

func isVote(s *service) bool   { return s.level > 0 && !s.excluded }
func isQuick(s *service) bool  { return isVote(s) && s.quick }
func isBest(s *service) bool   { return isVote(s) && s.level == 5 }
func isMissed(s *service) bool { return !s.invited }

func without(all []*service, window string) (rest []*service) {
	for _, s := range all {
		if s.window != window {
			rest = append(rest, s)
		}
	}
	return rest
}

func count(services []*service, is func(*service) bool) (n int) {
	for _, s := range services {
		if is(s) {
			n++
		}
	}
	return n
}

// share estimates a probability from n of m, drawn towards a half by one
// observation each way, so that a rest of the hall that is small or has never
// seen something does not make it impossible.
func share(n, m int) float64 { return (float64(n) + 1) / (float64(m) + 2) }

// longestRun is the longest row of votes with one level.
func longestRun(services []*service) (level, length int) {
	last, n := 0, 0
	for _, s := range services {
		if !isVote(s) {
			continue
		}
		if s.level != last {
			last, n = s.level, 0
		}
		if n++; n > length {
			level, length = last, n
		}
	}
	return level, length
}

// tail is how likely n or more of m are, when each has the probability p: the
// upper tail of the binomial distribution, summed from its logarithms.
func tail(n, m int, p float64) float64 {
	sum := 0.0
	all, _ := math.Lgamma(float64(m + 1))
	for k := n; k <= m; k++ {
		a, _ := math.Lgamma(float64(k + 1))
		b, _ := math.Lgamma(float64(m - k + 1))
		sum += math.Exp(all - a - b + float64(k)*math.Log(p) + float64(m-k)*math.Log1p(-p))
	}
	return min(1, sum)
}

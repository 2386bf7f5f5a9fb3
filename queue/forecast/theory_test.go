package forecast

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"lobby/queue/plaintest"
)

// The tests here hold the simple ways of forecasting against the theory of the
// queue with s servers, exponential service of mean 1 and no abandonment, on
// those arrivals that have to wait.

// arrivals draws times between arrivals of mean 1: "M" exponential, "D" all the
// same, "H2" hyperexponential with balanced means and c² = 4.
func arrivals(law string, rng *rand.Rand) float64 {
	switch law {
	case "D":
		return 1
	case "H2":
		p := 0.5 * (1 + math.Sqrt(3.0/5))
		if rng.Float64() < p {
			return rng.ExpFloat64() / (2 * p)
		}
		return rng.ExpFloat64() / (2 * (1 - p))
	}
	return rng.ExpFloat64()
}

// errors2 sums squared errors of one batch.
type errors2 struct{ n, ql, les, hol float64 }

// run sends arrivals through s servers and judges each that has to wait.
func run(law string, s int, load float64, n int, rng *rand.Rand, each func(ahead int, wait float64)) errors2 {
	var sum errors2
	free := make([]float64, s)  // heap of the servers' times
	came := make([]float64, n)  // arrival of each
	began := make([]float64, n) // start of each
	front, now := 0, 0.0        // the first who still waits
	for i := range n {
		now += arrivals(law, rng) / (load * float64(s))
		for front < i && began[front] <= now {
			front++
		}
		came[i], began[i] = now, max(now, free[0])
		free[0] = began[i] + rng.ExpFloat64()
		sink(free)
		if wait := began[i] - now; wait > 0 && i > n/20 {
			ahead, les, hol := i-front, 0.0, 0.0
			if ahead > 0 {
				les, hol = began[front-1]-came[front-1], now-came[front]
			}
			ql := queueLength(ahead, s, 1)
			sum.n, sum.ql, sum.les, sum.hol = sum.n+1, sum.ql+square(ql-wait), sum.les+square(les-wait), sum.hol+square(hol-wait)
			if each != nil {
				each(ahead, wait)
			}
		}
	}
	return sum
}

// sink restores the heap after its first has changed.
func sink(h []float64) {
	for i := 0; ; {
		c := 2*i + 1
		if c >= len(h) {
			return
		}
		if c+1 < len(h) && h[c+1] < h[c] {
			c++
		}
		if h[i] <= h[c] {
			return
		}
		h[i], h[c] = h[c], h[i]
		i = c
	}
}

func square(x float64) float64 { return x * x }

// measured are the mean squared error of QL and the ratios of the others to
// it, with their standard errors.
type measured struct{ ql, qlErr, les, hol, holErr float64 }

// batches runs independent batches.
func batches(law string, s int, load float64, count, n int) measured {
	var all errors2
	var ql, hol []float64
	for b := range count {
		e := run(law, s, load, n, rand.New(rand.NewPCG(uint64(b), uint64(s))), nil)
		ql, hol = append(ql, e.ql/e.n), append(hol, e.hol/e.ql)
		all = errors2{all.n + e.n, all.ql + e.ql, all.les + e.les, all.hol + e.hol}
	}
	return measured{all.ql / all.n, standardError(ql), all.les / all.ql, all.hol / all.ql, standardError(hol)}
}

func standardError(xs []float64) float64 {
	n, mean, sum := float64(len(xs)), 0.0, 0.0
	for _, x := range xs {
		mean += x / n
	}
	for _, x := range xs {
		sum += square(x - mean)
	}
	return math.Sqrt(sum / n / (n - 1))
}

// TestQueueLengthHasTheErrorOfTheory: MSE = 1/((sμ)²(1−ρ)) for M/M/s.
func TestQueueLengthHasTheErrorOfTheory(t *testing.T) {
	if plaintest.Elsewhere(t) {
		return
	}
	for _, s := range []int{1, 10, 100} {
		for _, load := range []float64{0.85, 0.9, 0.95} {
			got := batches("M", s, load, 20, 30_000*length())
			want := 1 / (float64(s*s) * (1 - load))
			t.Logf("s=%d ρ=%.2f: %.4g ± %.2g, theory %.4g", s, load, got.ql, got.qlErr, want)
			if math.Abs(got.ql-want) > 3*got.qlErr {
				t.Errorf("s=%d ρ=%.2f: the error of QL is %.4g ± %.2g, theory says %.4g", s, load, got.ql, got.qlErr, want)
			}
		}
	}
}

// erlang is a quantile of the wait behind so many at windows whose service
// times are exponential: the law Erlang(ahead+1), by Wilson and Hilferty
// (1931).
func erlang(ahead, windows int, mean, normal float64) float64 {
	a := float64(ahead + 1)
	c := 1 - 1/(9*a) + normal/(3*math.Sqrt(a))
	return queueLength(0, windows, mean) * a * max(0, c*c*c)
}

// outer is the standard normal quantile 0.9.
const outer = 1.2816

// TestErlangIntervalCovers: the interval of the law Erlang holds four waits in
// five of 100,000.
func TestErlangIntervalCovers(t *testing.T) {
	if plaintest.Elsewhere(t) {
		return
	}
	n, inside := 0, 0
	for b := uint64(0); n < 100_000; b++ {
		run("M", 10, 0.9, 20_000, rand.New(rand.NewPCG(b, 99)), func(ahead int, wait float64) {
			n++
			if wait >= erlang(ahead, 10, 1, -outer) && wait <= erlang(ahead, 10, 1, outer) {
				inside++
			}
		})
	}
	share := float64(inside) / float64(n)
	t.Logf("%.2f %% of %d waits", 100*share, n)
	if math.Abs(share-0.8) > 0.005 {
		t.Errorf("the 80 %% interval of Erlang covers %.2f %% of %d waits", 100*share, n)
	}
}

// grid is the reference: MSE(LES)/MSE(QL) and MSE(HOL)/MSE(QL).
var grid = []struct {
	law      string
	s        int
	load     float64
	les, hol float64
}{
	{"M", 10, .98, 2.03, 1.99}, {"M", 10, .95, 2.10, 2.01}, {"M", 10, .93, 2.13, 2.00}, {"M", 10, .90, 2.18, 2.00}, {"M", 10, .85, 2.26, 2.00},
	{"D", 10, .98, 1.06, 1.02}, {"D", 10, .95, 1.14, 1.05}, {"D", 10, .93, 1.20, 1.07}, {"D", 10, .90, 1.28, 1.11}, {"D", 10, .85, 1.41, 1.17},
	{"H2", 10, .98, 4.75, 4.71}, {"H2", 10, .95, 4.56, 4.46}, {"H2", 10, .93, 4.45, 4.32}, {"H2", 10, .90, 4.27, 4.09}, {"H2", 10, .85, 3.98, 3.73},
	{"M", 100, .98, 2.04, 2.00}, {"M", 100, .95, 2.09, 1.99}, {"M", 100, .93, 2.12, 1.99}, {"M", 100, .90, 2.16, 1.98}, {"M", 100, .85, 2.22, 1.97},
	{"D", 100, .98, 1.06, 1.02}, {"D", 100, .95, 1.14, 1.05}, {"D", 100, .93, 1.20, 1.07}, {"D", 100, .90, 1.28, 1.11}, {"D", 100, .85, 1.40, 1.17},
	{"H2", 100, .98, 4.68, 4.64}, {"H2", 100, .95, 4.52, 4.42}, {"H2", 100, .93, 4.43, 4.29}, {"H2", 100, .90, 4.25, 4.07}, {"H2", 100, .85, 3.96, 3.71},
}

// TestRivalsAreThoseOfTheLiterature: HOL loses to QL by the ratio of the
// reference grid, within 2 % or, where a few long queues decide, within the
// chance of both simulations. Every night the whole grid is run; otherwise the
// rows that need not many arrivals.
func TestRivalsAreThoseOfTheLiterature(t *testing.T) {
	if plaintest.Elsewhere(t) {
		return
	}
	for _, row := range grid {
		if length() == 1 && (row.load > 0.9 && row.s == 10 || row.load != 0.93 && row.s == 100) {
			continue
		}
		n := 5_000 * max(row.s, 20) // the queue of many servers forgets slowly
		if length() > 1 {
			n = 750_000
		}
		got := batches(row.law, row.s, row.load, 8, n)
		name := fmt.Sprintf("%s s=%d ρ=%.2f", row.law, row.s, row.load)
		t.Logf("%-14s LES/QL %.2f (%.2f)  HOL/QL %.3f ± %.3f (%.2f)", name, got.les, row.les, got.hol, got.holErr, row.hol)
		if off := math.Abs(got.hol - row.hol); off > max(0.02*row.hol, 3*math.Sqrt2*got.holErr) {
			t.Errorf("%s: HOL/QL is %.3f ± %.3f, the reference says %.2f", name, got.hol, got.holErr, row.hol)
		}
	}
}

// length is how much longer than usual the statistical proofs run: every night
// they see ten times as much.
func length() int {
	if os.Getenv("LOBBY_NIGHTLY") != "" {
		return 10
	}
	return 1
}

package simulate

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// visits draws who comes on a day.
func (s Scenario) visits(d Day, demands []demand, rng *rand.Rand) []Visit {
	mean := s.Tickets * lognormal(rng, 1, 0.12)
	if d.Opens.Weekday() == time.Monday {
		mean *= 1.1
	}
	n := poisson(rng, mean)
	times := make([]time.Time, n)
	for i := range times {
		times[i] = arrival(d, rng)
	}
	slices.SortFunc(times, time.Time.Compare)
	visits := make([]Visit, n)
	for i, at := range times {
		visits[i] = s.visit(at, demands, rng)
	}
	return visits
}

// visit draws one citizen.
func (s Scenario) visit(at time.Time, demands []demand, rng *rand.Rand) Visit {
	v := s.errand(demands, rng)
	v.At, v.Class, v.Rating = at, s.class(rng), 0
	if len(s.Config.Kiosks) > 0 {
		v.Kiosk = s.Config.Kiosks[rng.IntN(len(s.Config.Kiosks))].ID
	}
	if rng.Float64() < s.Absent {
		v.Absent = true
		if rng.Float64() < comesBack {
			v.Again = seconds(lognormal(rng, 480, 0.8))
		}
	}
	if rng.Float64() < impatient {
		v.Patience = seconds(lognormal(rng, 2400, 0.6))
	}
	if rng.Float64() < sentOn {
		then := s.errand(demands, rng)
		v.Then, v.Keep = &then, rng.Float64() < 0.5
	}
	if rng.Float64() < rates {
		v.Rating = 5 - int(math.Min(4, rng.ExpFloat64()*0.7))
	}
	return v
}

// errand draws what somebody comes for and how long it takes.
func (s Scenario) errand(demands []demand, rng *rand.Rand) Visit {
	at, i := rng.Float64(), 0
	for ; i < len(demands)-1 && at >= demands[i].share; i++ {
		at -= demands[i].share
	}
	return Visit{
		Service: s.Config.Services[i].ID,
		Walk:    seconds(lognormal(rng, walk.Seconds(), 0.6)), Serve: seconds(lognormal(rng, max(30, demands[i].serve), spread)),
	}
}

// class draws a class: most are of the first one.
func (s Scenario) class(rng *rand.Rand) string {
	at := 0
	if rng.Float64() < 0.15 && len(s.Config.Classes) > 1 {
		at = 1 + min(len(s.Config.Classes)-2, int(rng.ExpFloat64()*0.6))
	}
	return s.Config.Classes[at].ID
}

// arrival draws a time of the day with a peak before noon and a lower one in
// the afternoon.
func arrival(d Day, rng *rand.Rand) time.Time {
	open := d.Closes.Sub(d.Opens)
	span := max(open-lastTaken, open/2).Seconds() // also of a day that is shorter than any
	for {
		var at float64
		switch peak := rng.Float64(); {
		case peak < 0.35:
			at = span * (0.18 + 0.10*rng.NormFloat64())
		case peak < 0.60:
			at = span * (0.74 + 0.10*rng.NormFloat64())
		default:
			at = span * rng.Float64()
		}
		if at >= 0 && at < span {
			return d.Opens.Add(seconds(at))
		}
	}
}

// poisson draws a count; its means here are large enough for the normal law.
func poisson(rng *rand.Rand, mean float64) int {
	return max(0, int(math.Round(mean+math.Sqrt(mean)*rng.NormFloat64())))
}

package queue

import (
	"math"
	"time"
)

// Forecast is what a citizen is told about the wait: how many are ahead, how
// many windows serve, and, once enough has been seen, an interval that holds
// with probability P.
type Forecast struct {
	Ahead   int     `json:"ahead"`
	Windows int     `json:"windows"`        // open ones that serve the service
	Low     *int    `json:"low,omitempty"`  // minutes, rounded down to 5
	High    *int    `json:"high,omitempty"` // minutes, rounded up to 5
	P       float64 `json:"p,omitempty"`    // 0.8
}

const (
	forecastModel = "erlang-1" // queue length over pooled windows, Erlang quantiles
	forecastP     = 0.8
	// forecastLeast is how many services must have been seen before minutes
	// are named; below it only the number ahead is told.
	forecastLeast = 5
)

// forecast tells the wait of a leg that is about to join. With n ahead at s
// windows of mean service time m the wait is Erlang(n+1, s/m); when a window
// is free and nobody is ahead there is no wait to speak of.
func (s *State) forecast(l *Leg) Forecast {
	f := Forecast{Ahead: s.aheadOf(l)}
	free := false
	for _, w := range s.config.Windows {
		st := s.windows[w.ID]
		if !serves(w, l.Service) || !st.open || st.paused || st.draining {
			continue
		}
		f.Windows++
		free = free || st.leg == nil
	}
	mean, ok := s.meanService(l.Service)
	if !ok || f.Windows == 0 {
		return f
	}
	low, high := 0.0, 0.0
	if f.Ahead > 0 || !free {
		scale := mean.Minutes() / float64(f.Windows)
		low, high = scale*gammaQuantile(f.Ahead+1, -1.2816), scale*gammaQuantile(f.Ahead+1, 1.2816)
	}
	lo, hi := 5*int(math.Floor(low/5)), max(5, 5*int(math.Ceil(high/5)))
	f.Low, f.High, f.P = &lo, &hi, forecastP
	return f
}

// gammaQuantile is the quantile of Gamma(k, 1) at the standard normal
// quantile z, by Wilson and Hilferty (1931).
func gammaQuantile(k int, z float64) float64 {
	a := float64(k)
	c := 1 - 1/(9*a) + z/(3*math.Sqrt(a))
	return a * max(0, c*c*c)
}

// meanService is the mean service time of a service, or of the hall while too
// little of the service itself has been seen.
func (s *State) meanService(service string) (time.Duration, bool) {
	p := s.pace[service]
	if p.n < forecastLeast {
		p = pace{}
		for _, q := range s.pace {
			p.n, p.sum = p.n+q.n, p.sum+q.sum
		}
	}
	if p.n < forecastLeast {
		return 0, false
	}
	return p.sum / time.Duration(p.n), true
}

// ForecastFor tells the present forecast of a ticket that waits; nothing is
// forecast for one that does not.
func (s *State) ForecastFor(t Ticket) Forecast {
	l := t.Leg()
	if l.State != LegWaiting && l.State != LegReserved {
		return Forecast{}
	}
	return s.forecast(l)
}

package queue

import (
	"math"
	"time"
)

// Forecast is what a citizen is told about the wait: how many are ahead, how
// many windows serve, and, where the forecaster has proven itself, an interval
// that holds with probability P. A bare number is never told.
type Forecast struct {
	Ahead   int       `json:"ahead"`
	Windows int       `json:"windows"`         // open ones that serve the service
	Low     *int      `json:"low,omitempty"`   // minutes, rounded down to 5
	High    *int      `json:"high,omitempty"`  // minutes, rounded up to 5
	Before  time.Time `json:"before,omitzero"` // the call comes before this whole five minutes of the clock, 9 times in 10
	P       float64   `json:"p,omitempty"`     // 0.8, of the interval
}

const forecastP = 0.8

// positionOnly is the model of a forecast that names no minutes.
const positionOnly = "position"

// Line is a service and a class: everybody in a line is called in the order of
// seniority.
type Line struct{ Service, Class string }

// Foresight is what the forecaster expects of the queues, at one moment. It is
// made beside the rules, from records, and enters a decision as data; what was
// promised is then a fact of its own, so that a replay needs no foresight.
type Foresight struct {
	At      time.Time
	Model   string
	Shadow  bool // the promises are recorded and judged, but nobody is told
	Lines   map[Line]Expectation
	Tickets map[string]Expectation // of those who wait already, by number
	Closes  time.Time              // nobody is called after it; zero where the hall names no hour
}

// Expectation is the expected wait of one ticket from the foresight's moment.
// All times are seconds.
type Expectation struct {
	Centre         float64 // the middle of the simulated waits, as it came out
	Spread         float64 // how far apart they lie: the deviation of the logarithm
	Low, Mid, High float64 // quantiles 0.1, 0.5 and 0.9 after the correction by what really happened
	Pace           float64 // what one more ahead adds
	Group          string  // which past promises it was corrected by

	ahead int // for how many ahead it was made
}

// stale is the age at which a foresight stops saying anything.
const stale = 30 * time.Second

// Foresee gives the state a foresight for the decisions to come; nil takes it
// away. It belongs to the state from then on. It is no record's doing and no
// part of what a trail folds to.
func (s *State) Foresee(o *Foresight) {
	s.foresight = o
	if o == nil {
		return
	}
	for line, e := range o.Lines {
		e.ahead = s.aheadOf(&Leg{Service: line.Service, Class: line.Class, Seniority: s.at, Order: s.seq + 1})
		o.Lines[line] = e
	}
}

// Foresight is the foresight in force, or nil.
func (s *State) Foresight() *Foresight { return s.foresight }

// forecast tells the wait of a leg that is about to join at a moment. Who has
// an appointment was promised its time and nothing else.
func (s *State) forecast(l *Leg, at time.Time) (Forecast, promised) {
	f, free := s.position(l)
	o := s.foresight
	if o == nil || !l.Slot.IsZero() || f.Windows == 0 || free && f.Ahead == 0 || at.Sub(o.At) > stale {
		return f, promised{Model: positionOnly}
	}
	e, ok := o.Lines[Line{l.Service, l.Class}]
	if !ok {
		return f, promised{Model: positionOnly}
	}
	e = e.moved(f.Ahead)
	return o.tell(f, e, at), promised{
		Model: o.Model, Shadow: o.Shadow, Group: e.Group, Centre: tenth(e.Centre), Spread: math.Round(e.Spread*1000) / 1000,
		Quantiles: []float64{tenth(e.Low), tenth(e.Mid), tenth(e.High)},
	}
}

// position counts who is ahead and which windows serve, and tells whether one
// of them is free.
func (s *State) position(l *Leg) (f Forecast, free bool) {
	f.Ahead = s.aheadOf(l)
	for _, w := range s.servers[l.Service] {
		if w.calls() {
			f.Windows++
			free = free || w.leg == nil
		}
	}
	return f, free
}

// moved is the expectation for another place in the line than it was made for:
// somebody joined or left since.
func (e Expectation) moved(ahead int) Expectation {
	by := float64(ahead-e.ahead) * e.Pace
	if by == 0 {
		return e
	}
	grown := (max(0, e.Centre+by) + 60) / (e.Centre + 60)
	shift := func(q float64) float64 { return max(0, (q+60)*grown-60) }
	e.Centre, e.Low, e.Mid, e.High = max(0, e.Centre+by), shift(e.Low), shift(e.Mid), shift(e.High)
	return e
}

// tell rounds outward to five minutes and never promises a call after the
// hall has closed. In shadow nothing is told but the position.
func (o *Foresight) tell(f Forecast, e Expectation, at time.Time) Forecast {
	if o.Shadow {
		return f
	}
	before := at.Add(time.Duration(e.High * float64(time.Second)))
	if whole := before.Truncate(5 * time.Minute); whole.Before(before) {
		before = whole.Add(5 * time.Minute)
	}
	low, high := 5*int(math.Floor(e.Low/300)), max(5, 5*int(math.Ceil(e.High/300)))
	if !o.Closes.IsZero() && before.After(o.Closes) {
		before = o.Closes
		high = max(low, min(high, 5*int(math.Ceil(o.Closes.Sub(at).Minutes()/5))))
	}
	f.Low, f.High, f.Before, f.P = &low, &high, before, forecastP
	return f
}

func tenth(seconds float64) float64 { return math.Round(seconds*10) / 10 }

// promised is what stands behind a forecast, so that it can be judged later.
type promised struct {
	Model     string    `json:"model"`               // positionOnly where no minutes were forecast
	Quantiles []float64 `json:"quantiles,omitempty"` // seconds of waiting: 0.1, 0.5 and 0.9
	Centre    float64   `json:"centre,omitempty"`    // seconds, before the correction
	Spread    float64   `json:"spread,omitempty"`    // of the simulated waits: the deviation of the logarithm
	Group     string    `json:"group,omitempty"`     // which past promises corrected it
	Shadow    bool      `json:"shadow,omitempty"`    // not told to anybody
}

// leastServed is how many services must have been seen before their mean says
// anything.
const leastServed = 5

// meanService is the mean service time of a service, or of the hall while too
// little of the service itself has been seen.
func (s *State) meanService(service string) (time.Duration, bool) {
	p := s.pace[service]
	if p.n < leastServed {
		p = pace{}
		for _, q := range s.pace {
			p.n, p.sum = p.n+q.n, p.sum+q.sum
		}
	}
	if p.n < leastServed {
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
	f, _ := s.position(l)
	if o := s.foresight; o != nil && f.Windows > 0 && s.at.Sub(o.At) <= stale {
		if e, ok := o.Tickets[t.Number]; ok {
			return o.tell(f, e, o.At)
		}
	}
	return f
}

// ForecastGiven: an interval was promised to the citizen, or would have been.
type ForecastGiven struct {
	about
	Forecast
	promised
}

// Name implements Event.
func (ForecastGiven) Name() string { return "forecast.given" }

// Topic implements Event.
func (ForecastGiven) Topic() string { return TopicQueue }

func (e ForecastGiven) apply(s *State, _ Record) {
	t, _ := s.leg(e.about)
	t.Promise = e.Forecast
}

package forecast

import (
	"math/rand/v2"
	"slices"
	"time"

	"lobby/queue"
)

// model names this way of forecasting in the trail; it changes whenever the
// same records would give other promises.
const model = "paths-1"

// Options are what a forecaster is given.
type Options struct {
	Seed     uint64
	Paths    int            // simulated futures; 0 means 200
	Location *time.Location // of the hall, whose clock rosters follow
	Closes   queue.Clock    // 0 where the hall names no hour
}

// Forecaster learns from records and foresees waits. It is not safe for
// concurrent use.
type Forecaster struct {
	Options
	floor  *floor
	paces  paces
	flow   flow
	groups groups
	board  board
}

// New makes a forecaster that has seen nothing yet.
func New(o Options) *Forecaster {
	if o.Paths == 0 {
		o.Paths = 200
	}
	if o.Location == nil {
		o.Location = time.UTC
	}
	return &Forecaster{Options: o, floor: newFloor(o.Location), paces: newPaces(), flow: newFlow(), groups: newGroups(), board: newBoard()}
}

// Foresee foresees the whole hall: a newcomer of every line, and everybody who
// waits.
func (f *Forecaster) Foresee(now queue.Floor, at time.Time) *queue.Foresight {
	o := f.blank(at)
	if !f.floor.plan.of(now) {
		return o
	}
	pl := f.floor.plan
	o.Tickets = map[string]queue.Expectation{}
	for _, part := range slices.Compact(slices.Sorted(slices.Values(pl.parts))) {
		s := f.setting(now, part, at)
		for line := range pl.names {
			if pl.parts[line/len(pl.rates)] == part {
				s.joiners = append(s.joiners, line)
			}
		}
		s.called = make([][]float64, len(now.Waiting))
		f.play(s, at)
		f.lines(o, s)
		f.tickets(o, s, now)
	}
	return o
}

// ForeseeLine foresees one newcomer alone, which is much quicker.
func (f *Forecaster) ForeseeLine(now queue.Floor, at time.Time, line queue.Line) *queue.Foresight {
	o := f.blank(at)
	pl := f.floor.plan
	service, ok := pl.services[line.Service]
	class, known := pl.classes[line.Class]
	if !ok || !known || !pl.of(now) {
		return o
	}
	s := f.setting(now, pl.parts[service], at)
	s.joiners = []int{pl.line(service, class)}
	f.play(s, at)
	f.lines(o, s)
	return o
}

func (f *Forecaster) blank(at time.Time) *queue.Foresight {
	o := &queue.Foresight{At: at, Model: model, Shadow: !f.board.proven(), Lines: map[queue.Line]queue.Expectation{}}
	if f.Closes > 0 {
		o.Closes = f.Closes.On(at.In(f.Location)).UTC()
	}
	return o
}

// play runs all paths. The chance is made of the seed and the moment, so that
// the same records give the same foresight.
func (f *Forecaster) play(s *scene, at time.Time) {
	s.gone, s.waits = make([]bool, len(s.joiners)), make([][]float64, len(s.joiners))
	if !f.paces.enough() {
		return
	}
	rng := rand.New(rand.NewPCG(f.Seed, uint64(at.UnixMilli())))
	for range f.Paths {
		s.play(rng)
	}
}

// lines adds what the paths say of the newcomers.
func (f *Forecaster) lines(o *queue.Foresight, s *scene) {
	for j, line := range s.joiners {
		name := s.plan.names[line]
		service := line / len(s.plan.rates)
		if e, ok := f.expect(s.waits[j], service, name.Class); ok {
			e.Pace = s.laws[service].mean() / float64(max(1, s.serving(service)))
			o.Lines[name] = e
		}
	}
}

// tickets adds what the paths say of those who wait.
func (f *Forecaster) tickets(o *queue.Foresight, s *scene, now queue.Floor) {
	for id, times := range s.called {
		l := now.Waiting[id]
		if service, ok := s.plan.services[l.Service]; ok {
			if e, ok := f.expect(times, service, l.Class); ok {
				o.Tickets[l.Ticket] = e
			}
		}
	}
}

// expect turns simulated waits into a corrected expectation. Where the hall's
// own past is too short to correct anything the quantiles are as simulated.
func (f *Forecaster) expect(waits []float64, service int, class string) (queue.Expectation, bool) {
	if len(waits) < f.Paths/2 {
		return queue.Expectation{}, false
	}
	slices.Sort(waits)
	e := queue.Expectation{Low: share(waits, 0.1), Mid: share(waits, 0.5), High: share(waits, 0.9)}
	if e.Mid >= longest {
		return queue.Expectation{}, false
	}
	v := newView(e.Low, e.Mid, e.High)
	e.Centre, e.Spread = v.centre, v.spread
	key := groupKey{bandOf(e.Centre), class, f.floor.plan.departments[service]}
	e.Group = key.name()
	if low, mid, high, ok := f.groups.correct(key, v); ok {
		e.Low, e.Mid, e.High = low, mid, high
	}
	return e, true
}

// share is a quantile of sorted waits.
func share(sorted []float64, p float64) float64 {
	return sorted[min(len(sorted)-1, int(p*float64(len(sorted))))]
}

// serving is how many windows of the scene are at work for a service.
func (s *scene) serving(service int) int {
	n := 0
	for _, p := range s.windows {
		if p.off == 0 && !p.draining && slices.Contains(s.plan.serves[p.index], service) {
			n++
		}
	}
	return n
}

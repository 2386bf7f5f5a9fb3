package forecast

import "lobby/queue"

// slots divide the day into half hours.
const (
	slots      = 48
	slotLength = 1800.0
)

// flow is how many come, by line and half hour of the day.
type flow struct {
	days  float64
	count map[queue.Line]*[slots]float64
}

func newFlow() flow { return flow{count: map[queue.Line]*[slots]float64{}} }

func (f *flow) seen(line queue.Line, second float64) { entry(f.count, line)[slot(second)]++ }

// rate is how many of a line come in a second.
type rate struct {
	count *[slots]float64 // nil for none
	scale float64
}

func (f *flow) rate(line queue.Line) rate {
	return rate{f.count[line], 1 / max(1, f.days) / slotLength}
}

func (r rate) at(second float64) float64 {
	if r.count == nil {
		return 0
	}
	return r.count[slot(second)] * r.scale
}

// day begins a new day and lets the past fade.
func (f *flow) day() {
	for _, count := range f.count {
		for i := range count {
			count[i] *= decay
		}
	}
	f.days = f.days*decay + 1
}

func slot(second float64) int { return int(second/slotLength) % slots }

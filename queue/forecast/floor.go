package forecast

import (
	"cmp"
	"slices"
	"time"

	"lobby/queue"
)

// floor is the hall as its records tell it: who waits, and what the windows
// do. It follows the records alone, so that a trail judges itself.
type floor struct {
	plan    *plan
	zone    *time.Location
	day     time.Time // the hall's midnight, from which its clocks count
	legs    map[string]*leg
	waiting []*leg // in order of seniority
	windows []window
	last    []float64 // wait of the last who was called, by service
}

// leg is one wait of one citizen.
type leg struct {
	ticket    string
	service   int
	class     int
	direct    int // the only window that may call it, or -1
	seniority time.Time
	order     uint64
	promise   *promise // what was promised, until it is judged
}

// window is one place of service.
type window struct {
	open, paused, draining bool
	since                  time.Time // of the pause
	leg                    *leg      // called or served here
	from                   time.Time // its call, or its return from hold
	back                   bool      // it has returned from hold
	ready                  time.Time // the end of the last one, if somebody waited then
}

func newFloor(zone *time.Location) *floor {
	return &floor{plan: newPlan(queue.Config{}), zone: zone, legs: map[string]*leg{}}
}

// replan puts a new configuration in force; windows that stay keep their state.
func (f *floor) replan(c queue.Config) {
	old, windows, last := f.plan, f.windows, f.last
	f.plan = newPlan(c)
	f.windows, f.last = make([]window, len(c.Windows)), make([]float64, len(c.Services))
	for id, i := range old.windows {
		if j, ok := f.plan.windows[id]; ok {
			f.windows[j] = windows[i]
		}
	}
	for id, i := range old.services {
		if j, ok := f.plan.services[id]; ok {
			f.last[j] = last[i]
		}
	}
	back := func(m map[string]int) map[int]string {
		names := map[int]string{}
		for id, i := range m {
			names[i] = id
		}
		return names
	}
	services, classes, places := back(old.services), back(old.classes), back(old.windows)
	for _, l := range f.legs {
		l.service, l.class = f.plan.services[services[l.service]], f.plan.classes[classes[l.class]]
		if l.direct >= 0 {
			l.direct = f.plan.windows[places[l.direct]]
		}
	}
}

// open begins a day: nothing of the day before is left.
func (f *floor) open(at time.Time) {
	f.day = queue.Clock(0).On(at.In(f.zone))
	f.legs, f.waiting = map[string]*leg{}, nil
	clear(f.windows)
	clear(f.last)
}

// second is the second of the day; past midnight it goes on.
func (f *floor) second(at time.Time) float64 { return at.Sub(f.day).Seconds() }

func (f *floor) enqueue(l *leg) {
	at, _ := slices.BinarySearchFunc(f.waiting, l, senior)
	f.waiting = slices.Insert(f.waiting, at, l)
}

func (f *floor) dequeue(l *leg) {
	if at := slices.Index(f.waiting, l); at >= 0 {
		f.waiting = slices.Delete(f.waiting, at, at+1)
	}
}

func senior(a, b *leg) int {
	return cmp.Or(a.seniority.Compare(b.seniority), cmp.Compare(a.order, b.order))
}

// at finds the window a leg stands at.
func (f *floor) at(l *leg) *window {
	for i := range f.windows {
		if f.windows[i].leg == l {
			return &f.windows[i]
		}
	}
	return nil
}

// waitsFor tells whether anybody waits whom the window may call.
func (f *floor) waitsFor(w int) bool {
	return slices.ContainsFunc(f.waiting, func(l *leg) bool {
		return l.direct == w || l.direct < 0 && slices.Contains(f.plan.serves[w], l.service)
	})
}

// head is how long the first in the line of a service has waited.
func (f *floor) head(service int, at time.Time) float64 {
	for _, l := range f.waiting {
		if l.service == service {
			return at.Sub(l.seniority).Seconds()
		}
	}
	return 0
}

// index is a window's place in the plan.
func (f *floor) index(w *window) int {
	for i := range f.windows {
		if &f.windows[i] == w {
			return i
		}
	}
	return -1
}

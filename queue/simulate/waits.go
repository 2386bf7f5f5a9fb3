package simulate

import (
	"cmp"
	"slices"
	"time"

	"lobby/queue"
)

// Waits are what a manager asks of a day: how long people of each class
// waited, and how many were called after somebody who came later.
type Waits struct {
	byClass map[string]*classWaits
	waiting map[string][]*lined // by service
	legs    map[string]*lined   // by leg
}

type classWaits struct {
	waits     []time.Duration
	overtaken int
	never     int
}

// lined is somebody in a line.
type lined struct {
	class     string
	service   string
	seniority time.Time
	overtaken bool
}

// ClassWaits sums up one class.
type ClassWaits struct {
	Class       string  `json:"class"`
	Called      int     `json:"called"`
	MeanMinutes float64 `json:"mean_minutes"`
	P95Minutes  float64 `json:"p95_minutes"`
	MaxMinutes  float64 `json:"max_minutes"`
	Overtaken   int     `json:"overtaken"` // of the called ones, those who saw a later one called first at their service
	Never       int     `json:"never"`     // left, expired or void
}

// NewWaits begins to count.
func NewWaits() *Waits {
	return &Waits{byClass: map[string]*classWaits{}, waiting: map[string][]*lined{}, legs: map[string]*lined{}}
}

// See takes the next record.
func (w *Waits) See(r queue.Record) {
	switch e := r.Event.(type) {
	case queue.DayOpened:
		w.waiting, w.legs = map[string][]*lined{}, map[string]*lined{}
	case queue.TicketIssued:
		l := &lined{class: e.Class, service: e.Service, seniority: r.At}
		w.legs[e.LegID] = l
		w.waiting[e.Service] = append(w.waiting[e.Service], l)
	case queue.TicketReclassed:
		if l := w.legs[e.LegID]; l != nil {
			l.class = e.To
		}
	case queue.TicketCalled:
		w.called(e.LegID, r.At)
	case queue.TicketCancelled:
		w.never(e.LegID)
	case queue.TicketExpired:
		w.never(e.LegID)
	case queue.TicketVoided:
		w.never(e.LegID)
	}
}

func (w *Waits) class(id string) *classWaits {
	c := w.byClass[id]
	if c == nil {
		c = &classWaits{}
		w.byClass[id] = c
	}
	return c
}

// called counts the first call of a leg that was taken at a kiosk.
func (w *Waits) called(leg string, at time.Time) {
	l := w.legs[leg]
	if l == nil {
		return
	}
	w.leave(leg, l)
	for _, o := range w.waiting[l.service] {
		o.overtaken = o.overtaken || o.seniority.Before(l.seniority)
	}
	c := w.class(l.class)
	c.waits = append(c.waits, at.Sub(l.seniority))
	if l.overtaken {
		c.overtaken++
	}
}

func (w *Waits) never(leg string) {
	if l := w.legs[leg]; l != nil {
		w.leave(leg, l)
		w.class(l.class).never++
	}
}

func (w *Waits) leave(leg string, l *lined) {
	delete(w.legs, leg)
	q := w.waiting[l.service]
	if at := slices.Index(q, l); at >= 0 {
		w.waiting[l.service] = slices.Delete(q, at, at+1)
	}
}

// Classes sums up, the class with the most calls first.
func (w *Waits) Classes() []ClassWaits {
	all := []ClassWaits{}
	for id, c := range w.byClass {
		all = append(all, c.sum(id))
	}
	slices.SortFunc(all, func(a, b ClassWaits) int {
		return cmp.Or(cmp.Compare(b.Called, a.Called), cmp.Compare(a.Class, b.Class))
	})
	return all
}

func (c *classWaits) sum(id string) ClassWaits {
	s := ClassWaits{Class: id, Called: len(c.waits), Overtaken: c.overtaken, Never: c.never}
	if s.Called == 0 {
		return s
	}
	slices.Sort(c.waits)
	for _, d := range c.waits {
		s.MeanMinutes += d.Minutes() / float64(s.Called)
	}
	s.P95Minutes = c.waits[min(s.Called-1, s.Called*95/100)].Minutes()
	s.MaxMinutes = c.waits[s.Called-1].Minutes()
	return s
}

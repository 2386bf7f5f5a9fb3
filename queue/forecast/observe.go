package forecast

import (
	"time"

	"lobby/queue"
)

// Observe takes the next record of the hall. Records must come in order, from
// the opening of a day at the latest.
func (f *Forecaster) Observe(r queue.Record) {
	switch e := r.Event.(type) {
	case queue.ConfigActivated:
		f.floor.replan(e.Config)
	case queue.DayOpened:
		f.floor.open(r.At)
		f.paces.fade()
		f.flow.day()
	case queue.WindowOpened, queue.WindowPaused, queue.WindowResumed, queue.WindowDraining, queue.WindowClosed:
		f.shift(r)
	case queue.TicketIssued:
		f.issued(e, r)
	case queue.ForecastGiven:
		f.given(e, r.At)
	case queue.TicketReclassed:
		if l := f.floor.legs[e.LegID]; l != nil {
			l.class = f.floor.plan.classes[e.To]
		}
	case queue.Subject:
		f.moved(r)
	}
}

// shift follows a window that opens, pauses or closes.
func (f *Forecaster) shift(r queue.Record) {
	switch e := r.Event.(type) {
	case queue.WindowOpened:
		f.set(e.Window, func(w *window) { *w = window{open: true} })
	case queue.WindowPaused:
		f.set(e.Window, func(w *window) { w.paused, w.since, w.ready = true, r.At, time.Time{} })
	case queue.WindowResumed:
		f.set(e.Window, func(w *window) {
			if w.paused && f.onDuty(e.Window, w.since) {
				f.paces.pause.seen(r.At.Sub(w.since).Seconds())
			}
			w.paused, w.draining = false, false
		})
	case queue.WindowDraining:
		f.set(e.Window, func(w *window) { w.paused, w.draining = false, true })
	case queue.WindowClosed:
		f.set(e.Window, func(w *window) { *w = window{} })
	}
}

// set changes a window that the configuration knows.
func (f *Forecaster) set(id string, change func(*window)) {
	if w := f.window(id); w != nil {
		change(w)
	}
}

// onDuty tells whether the roster had the window staffed at a moment.
func (f *Forecaster) onDuty(id string, at time.Time) bool {
	s := scene{plan: f.floor.plan, second: f.floor.second(at)}
	return s.onDuty(f.floor.plan.windows[id], 0) == 0
}

func (f *Forecaster) issued(e queue.TicketIssued, r queue.Record) {
	service, ok := f.floor.plan.services[e.Service]
	class, known := f.floor.plan.classes[e.Class]
	if !ok || !known {
		return
	}
	l := &leg{ticket: e.Ticket, service: service, class: class, direct: -1, seniority: r.At, order: r.Seq}
	f.floor.legs[e.LegID] = l
	f.floor.enqueue(l)
	f.flow.seen(queue.Line{Service: e.Service, Class: e.Class}, f.floor.second(r.At))
}

// given notes a promise, with what the rivals would have said.
func (f *Forecaster) given(e queue.ForecastGiven, at time.Time) {
	l := f.floor.legs[e.LegID]
	if l == nil || len(e.Quantiles) != len(levels) {
		return
	}
	pl := f.floor.plan
	name := pl.names[pl.line(l.service, l.class)]
	p := &promise{
		at: at, key: groupKey{bandOf(e.Centre), name.Class, pl.departments[l.service]}, name: e.Group,
		view: view{e.Centre, max(leastSpread, e.Spread)}, quantiles: [3]float64(e.Quantiles), shadow: e.Shadow,
	}
	if e.High != nil {
		p.told = &told{low: 60 * float64(*e.Low), high: 60 * float64(*e.High), before: e.Before}
	}
	mean := f.paces.law(name.Service, pl.departments[l.service]).mean() + f.paces.turn.or(10)
	p.rivals = [...]float64{
		queueLength(e.Ahead, e.Windows, mean),
		f.floor.last[l.service],
		f.floor.head(l.service, at),
	}
	l.promise = p
}

// moved follows a leg from line to window and to its end.
func (f *Forecaster) moved(r queue.Record) {
	switch e := r.Event.(type) {
	case queue.TicketCalled:
		f.calls(e, r.At)
	case queue.TicketResumed:
		l, w := f.floor.legs[e.LegID], f.window(e.Window)
		if l != nil && e.Waits {
			f.floor.enqueue(l)
		} else if l != nil && w != nil {
			w.leg, w.from, w.back, w.ready = l, r.At, true, time.Time{}
		}
	case queue.TicketRecovered:
		if l := f.floor.legs[e.LegID]; l != nil {
			l.seniority = e.Seniority
			f.floor.enqueue(l)
		}
	case queue.TicketDone:
		f.leaves(e.LegID, r.At, true)
	case queue.TicketHeld:
		f.leaves(e.LegID, r.At, true)
	case queue.TicketTransferred:
		f.leaves(e.LegID, r.At, true)
		f.joins(e.NewLeg, e.Ticket, queue.Line{Service: e.ToService, Class: e.Class}, e.ToWindow, e.Seniority, r.Seq)
	case queue.TicketNoShow:
		f.leaves(e.LegID, r.At, false)
	case queue.TicketCancelled:
		f.ends(e.LegID, r.At)
	case queue.JourneyStepStarted:
		f.joins(e.Leg, e.Ticket, queue.Line{Service: e.Service, Class: e.Class}, e.Direct, e.Seniority, r.Seq)
	case queue.TicketExpired:
		f.ends(e.LegID, r.At)
	case queue.TicketVoided:
		f.ends(e.LegID, r.At)
	}
}

func (f *Forecaster) window(id string) *window {
	if i, ok := f.floor.plan.windows[id]; ok {
		return &f.floor.windows[i]
	}
	return nil
}

func (f *Forecaster) calls(e queue.TicketCalled, at time.Time) {
	l, w := f.floor.legs[e.LegID], f.window(e.Window)
	if l == nil || w == nil {
		return
	}
	f.floor.dequeue(l)
	if !w.ready.IsZero() {
		f.paces.turn.seen(min(600, at.Sub(w.ready).Seconds()))
	}
	w.leg, w.from, w.back, w.ready = l, at, false, time.Time{}
	f.floor.last[l.service] = at.Sub(l.seniority).Seconds()
	if p := l.promise; p != nil {
		f.board.judge(p, at)
		f.groups.seen(p.key, p.view, at.Sub(p.at).Seconds(), p.quantiles[0], p.quantiles[2])
		l.promise = nil
	}
}

// leaves frees the window of a leg and learns from how long it was taken.
func (f *Forecaster) leaves(id string, at time.Time, came bool) {
	l := f.floor.legs[id]
	if l == nil {
		return
	}
	w := f.floor.at(l)
	if w == nil {
		return
	}
	taken := at.Sub(w.from).Seconds()
	pl := f.floor.plan
	for _, p := range f.paces.of(pl.names[pl.line(l.service, 0)].Service, pl.departments[l.service]) {
		switch {
		case !came:
			p.called, p.missed = p.called+1, p.missed+1
		case !w.back:
			p.called++
			p.seen(taken)
		}
	}
	if !came {
		f.paces.missing.seen(taken)
	}
	w.leg, w.ready = nil, time.Time{}
	if i := f.floor.index(w); f.floor.waitsFor(i) {
		w.ready = at
	}
}

// joins adds a leg that was not made at a kiosk.
func (f *Forecaster) joins(id, ticket string, line queue.Line, direct string, seniority time.Time, order uint64) {
	service, ok := f.floor.plan.services[line.Service]
	if !ok || id == "" {
		return
	}
	l := &leg{ticket: ticket, service: service, class: f.floor.plan.classes[line.Class], direct: -1, seniority: seniority, order: order}
	if w, ok := f.floor.plan.windows[direct]; ok {
		l.direct = w
	}
	f.floor.legs[id] = l
	f.floor.enqueue(l)
}

// ends takes a leg away that was not served; what it was promised cannot be
// judged.
func (f *Forecaster) ends(id string, at time.Time) {
	l := f.floor.legs[id]
	if l == nil {
		return
	}
	f.floor.dequeue(l)
	if w := f.floor.at(l); w != nil {
		w.leg = nil
	}
	if l.promise != nil {
		f.board.censored++
		l.promise = nil
	}
}

package simulate

import (
	"fmt"
	"time"

	"lobby/queue"
)

// printing is how long a slip takes.
const printing = 3 * time.Second

// play is one day on its way.
type play struct {
	*Hall
	day     Day
	agenda  agenda
	windows []desk
	index   map[string]int
	visits  map[string]*visit // by ticket
}

// desk is a window with its staff.
type desk struct {
	id      string
	pending []queue.Command // to be done when nobody stands here
	busy    bool
	calling bool // a call is on the agenda
}

// visit is a Visit that has a ticket.
type visit struct {
	*Visit
	ticket string
	missed bool
}

// Play lives through a day. The hall must have its configuration.
func (h *Hall) Play(d Day) error {
	p := &play{Hall: h, day: d, index: map[string]int{}, visits: map[string]*visit{}}
	for i, w := range h.state.Config().Windows {
		p.windows = append(p.windows, desk{id: w.ID})
		p.index[w.ID] = i
	}
	h.at = d.Opens
	if err := h.must("lobby", queue.DayOpen{Day: d.Name}); err != nil {
		return err
	}
	for i := range d.Moves {
		p.note(d.Moves[i].At, func() { p.move(d.Moves[i].Command) })
	}
	for i := range d.Visits {
		p.note(d.Visits[i].At, func() { p.take(&d.Visits[i]) })
	}
	ends := d.Ends.UnixMilli()
	for len(p.agenda.entries) > 0 && h.err == nil {
		e := p.agenda.pop()
		if e.at > ends {
			break
		}
		at := time.UnixMilli(e.at).UTC()
		p.tick(at)
		h.at = at
		e.do()
	}
	return p.close()
}

// tick lets the queue do what time alone brings about before a moment, as a
// hall's timer does.
func (p *play) tick(before time.Time) {
	for due, ok := p.state.Due(); ok && due.Before(before); due, ok = p.state.Due() {
		if due.After(p.at) {
			p.at = due.Truncate(time.Millisecond)
		}
		if out, err := p.do("lobby", queue.Tick{}); err != nil || len(out.Events) == 0 {
			return // nothing came of it; the next record looks again
		}
	}
}

func (p *play) note(at time.Time, do func()) { p.agenda.note(at.UnixMilli(), do) }

func (p *play) after(d time.Duration, do func()) { p.note(p.at.Add(d), do) }

// close sends everybody home.
func (p *play) close() error {
	p.at = p.day.Ends
	for i := range p.windows {
		w := &p.windows[i]
		if !w.busy {
			continue
		}
		if _, err := p.do("window:"+w.id, queue.Finish{Window: w.id}); refused(err) {
			_, err = p.do("window:"+w.id, queue.NoShow{Window: w.id})
			if err != nil {
				return fmt.Errorf("simulate: empty window %s: %w", w.id, err)
			}
		}
	}
	if p.err != nil {
		return p.err
	}
	return p.must("lobby", queue.DayClose{})
}

// take is a citizen at the kiosk.
func (p *play) take(v *Visit) {
	if p.Forecaster != nil {
		p.state.Foresee(p.Forecaster.ForeseeLine(p.state.Floor(), p.at, queue.Line{Service: v.Service, Class: v.Class}))
	}
	out, err := p.do("kiosk:"+v.Kiosk, queue.Take{Service: v.Service, Class: v.Class, Item: v.Item, Kiosk: v.Kiosk})
	if err != nil {
		return // closed, or no such service under these rules: the citizen goes away
	}
	res := out.Result.(queue.TakeResult)
	w := &visit{Visit: v, ticket: res.Ticket}
	p.visits[res.Ticket] = w
	if v.Patience > 0 {
		p.after(v.Patience, func() { _, _ = p.do("phone", queue.Cancel{Ticket: w.ticket, Reason: "left"}) })
	}
	if res.Print == queue.Printing {
		p.after(printing, func() {
			_, _ = p.do("printer", queue.PrintResult{Ticket: w.ticket, Outcome: queue.PrintDone})
			p.wake(v.Service)
		})
		return
	}
	p.wake(v.Service)
}

// wake lets an idle window look for the one who has just begun to wait.
func (p *play) wake(service string) {
	for i, w := range p.state.Config().Windows {
		d := &p.windows[i]
		if d.busy || d.calling || len(d.pending) > 0 || !serves(w, service) || !p.working(i) {
			continue
		}
		p.callSoon(i, 0)
		return
	}
}

func serves(w queue.Window, service string) bool {
	for _, s := range w.Services {
		if s == service {
			return true
		}
	}
	return false
}

// working tells whether the window may call at all.
func (p *play) working(i int) bool {
	mode, ok := p.state.WindowMode(p.windows[i].id)
	return ok && (mode == queue.WindowModeIdle || mode == queue.WindowModeDraining)
}

func (p *play) callSoon(i int, in time.Duration) {
	p.windows[i].calling = true
	p.after(in, func() { p.call(i) })
}

// call presses "next" at a window.
func (p *play) call(i int) {
	w := &p.windows[i]
	w.calling = false
	if w.busy {
		return
	}
	p.moves(w)
	if !p.working(i) {
		return
	}
	out, err := p.do("window:"+w.id, queue.CallNext{Window: w.id})
	if err != nil {
		return
	}
	p.called(i, out.Result.(queue.CallResult).Ticket)
}

// called is what the citizen does who was called to a window.
func (p *play) called(i int, ticket string) {
	w, v := &p.windows[i], p.visits[ticket]
	w.busy = true
	if v.Absent && !v.missed {
		v.missed = true
		p.after(p.day.Gone, func() { p.miss(i, v) })
		return
	}
	p.after(v.Walk, func() {
		_, _ = p.do("window:"+w.id, queue.Arrive{Window: w.id})
		p.after(time.Duration(float64(v.Serve)*p.pace(i)), func() { p.finish(i, v) })
	})
}

func (p *play) pace(i int) float64 {
	if i < len(p.day.Pace) {
		return p.day.Pace[i]
	}
	return 1
}

// miss gives up one who did not come; some come back later.
func (p *play) miss(i int, v *visit) {
	_, _ = p.do("window:"+p.windows[i].id, queue.NoShow{Window: p.windows[i].id})
	if v.Again > 0 {
		p.after(v.Again, func() {
			if _, err := p.do("guide", queue.Recover{Ticket: v.ticket}); err == nil {
				p.wake(v.Service)
			}
		})
	}
	p.freed(i)
}

// finish ends the service at a window, or sends the citizen on.
func (p *play) finish(i int, v *visit) {
	w := &p.windows[i]
	if v.Then != nil {
		next := v.Then
		if _, err := p.do("window:"+w.id, queue.Transfer{Window: w.id, ToService: next.Service, Keep: v.Keep}); err == nil {
			p.visits[v.ticket] = &visit{Visit: next, ticket: v.ticket}
			p.freed(i)
			p.wake(next.Service)
			return
		}
	}
	_, _ = p.do("window:"+w.id, queue.Finish{Window: w.id, Outcome: "accepted"})
	if v.Rating > 0 {
		p.after(4*time.Second, func() { _, _ = p.do("phone", queue.Rate{Ticket: v.ticket, Level: v.Rating}) })
	}
	p.freed(i)
}

// freed goes on after a citizen has left the window.
func (p *play) freed(i int) {
	w := &p.windows[i]
	w.busy = false
	p.moves(w)
	p.callSoon(i, p.day.Turn)
}

// move does what the clock says with a window, or notes it until the citizen
// there has left.
func (p *play) move(c queue.Command) {
	i, ok := p.index[windowOf(c)]
	if !ok {
		return
	}
	w := &p.windows[i]
	w.pending = append(w.pending, c)
	if w.busy {
		return
	}
	p.moves(w)
	if !w.calling {
		p.callSoon(i, p.day.Turn)
	}
}

func (p *play) moves(w *desk) {
	for _, c := range w.pending {
		_, _ = p.do("window:"+w.id, c) // one that does not fit the window's state any more is void
	}
	w.pending = w.pending[:0]
}

// windowOf is the window a move is about.
func windowOf(c queue.Command) string {
	switch c := c.(type) {
	case queue.WindowOpen:
		return c.Window
	case queue.WindowPause:
		return c.Window
	case queue.WindowResume:
		return c.Window
	case queue.WindowDrain:
		return c.Window
	case queue.WindowClose:
		return c.Window
	}
	return ""
}

package audit

import (
	"reflect"

	"lobby/queue"
)

// called holds a call against the rule in force (I11) and against the line it
// is taken from (I3).
func (a *Auditor) called(e queue.TicketCalled, r queue.Record) *Fault {
	if e.Why.Rule == "chosen" {
		return nil // staff answer for it, and the record says so
	}
	w, ok := a.wanted[e.Window]
	if !ok || w.command != r.Command || !w.at.Equal(r.At) {
		w.choice, w.found = a.state.Next(e.Window, r.At)
	}
	delete(a.wanted, e.Window)
	if a.erased {
		return nil
	}
	switch {
	case !w.found:
		return fault("I11", "window %s calls %s, and by the rule nobody waits for it", e.Window, e.LegID)
	case w.choice.Leg.ID != e.LegID:
		return fault("I11", "window %s calls %s, the rule gives %s", e.Window, e.LegID, w.choice.Leg.ID)
	case !reflect.DeepEqual(w.choice.Why, e.Why):
		return fault("I11", "%s is called because of %+v, the rule gives %+v", e.LegID, e.Why, w.choice.Why)
	}
	return a.books.overtaken(e, r.At)
}

package audit

import (
	"testing"
	"time"

	"lobby/queue"
)

// The fold and the rule are the hall's own, so that records alone cannot make
// them wrong; here the books are held against a wrong fold and a wrong rule.

func TestTheBooksCatchARuleThatOvertakes(t *testing.T) {
	b := newBooks()
	nine := time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)
	for i, id := range []string{"A001", "A002"} {
		b.legs[id] = map[string]queue.Leg{}
		l := queue.Leg{ID: id + "/1", Ticket: id, Service: "a", Class: "normal", State: queue.LegWaiting, Seniority: nine.Add(time.Duration(i) * time.Minute)}
		if f := b.put(l, false); f != nil {
			t.Fatal(f)
		}
	}
	called := func(number, tier string) queue.TicketCalled {
		e := queue.TicketCalled{Why: queue.Why{Tier: tier}}
		e.Ticket, e.LegID = number, number+"/1"
		return e
	}
	if f := b.overtaken(called("A001", "pool"), nine.Add(time.Hour)); f != nil {
		t.Errorf("the oldest was called, and %v", f)
	}
	if f := b.overtaken(called("A002", "pool"), nine.Add(time.Hour)); f == nil || f.Promise != "I3" {
		t.Errorf("the younger was called, and the books say %v", f)
	}
}

func TestTheBooksCatchSumsThatAreOff(t *testing.T) {
	b := newBooks()
	b.numbers["A001"] = true
	b.states[queue.LegCancelled] = 1
	sound := queue.Figures{Issued: 1, Cancelled: 1}
	if f := b.sums(sound); f != nil {
		t.Errorf("sound sums, and %v", f)
	}
	for name, off := range map[string]queue.Figures{
		"a lost ticket":     {Issued: 1},
		"one done too many": {Issued: 1, Cancelled: 1, Served: 1},
		"one absent":        {Issued: 1, Cancelled: 1, NoShow: 1},
		"one void":          {Issued: 1, Cancelled: 1, Voided: 1},
		"one expired":       {Issued: 1, Cancelled: 1, Expired: 1},
		"one more given":    {Issued: 2, Cancelled: 1},
	} {
		if f := b.sums(off); f == nil || f.Promise != "I5" {
			t.Errorf("%s: the books say %v", name, f)
		}
	}
}

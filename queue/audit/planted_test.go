package audit_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"lobby/queue"
	"lobby/queue/audit"
	"lobby/queue/queuetest"
)

// morning is a sound piece of a day: three numbers, one of them printed, two
// windows, a service that is rated, an absence and an end.
func morning(t *testing.T) []queue.Record {
	t.Helper()
	w := queuetest.NewWalk(queuetest.Config(queue.OrderAccumulating), func(int) int { return 0 })
	for _, c := range []queue.Command{
		queue.Take{Service: "a", Kiosk: "k"}, queue.PrintResult{Ticket: "A001", Outcome: queue.PrintDone},
		queue.Take{Service: "a"}, queue.Take{Service: "a", Person: "p"}, queue.Take{Service: "b", Person: "p"},
		queue.CallNext{Window: "1"}, queue.Arrive{Window: "1"}, queue.CallNext{Window: "3"}, queue.Finish{Window: "1"}, queue.Rate{Ticket: "A001", Level: 5},
		queue.CallNext{Window: "1"}, queue.NoShow{Window: "3"}, queue.Cancel{Ticket: "A002"}, queue.Arrive{Window: "1"}, queue.Finish{Window: "1"}, queue.DayClose{},
	} {
		w.At = w.At.Add(20 * time.Second)
		if _, err := w.Do(c); err != nil {
			t.Fatalf("%#v: %v", c, err)
		}
	}
	return w.Records
}

// first is where the n-th event of a kind is, from 0.
func first[E queue.Event](rs []queue.Record, n int) int {
	for i, r := range rs {
		if _, ok := r.Event.(E); ok {
			if n == 0 {
				return i
			}
			n--
		}
	}
	panic("there is no such event in the morning")
}

// alter changes one event.
func alter[E queue.Event](rs []queue.Record, n int, f func(*E)) int {
	i := first[E](rs, n)
	e := rs[i].Event.(E)
	f(&e)
	rs[i].Event = e
	return i
}

// renumber closes the gaps that an insertion or removal leaves, as a forger
// would.
func renumber(rs []queue.Record) []queue.Record {
	for i := range rs {
		rs[i].Seq = uint64(i + 1)
	}
	return rs
}

// doubled has the n-th event of a kind twice.
func doubled[E queue.Event](rs []queue.Record, n int) ([]queue.Record, int) {
	i := first[E](rs, n)
	return renumber(slices.Insert(rs, i+1, rs[i])), i + 1
}

func TestEachPromiseCatchesItsPlantedBug(t *testing.T) {
	for name, c := range map[string]struct {
		promise string
		plant   func([]queue.Record) ([]queue.Record, int)
	}{
		"a record is missing": {"seq", func(rs []queue.Record) ([]queue.Record, int) {
			i := first[queue.TicketArrived](rs, 0)
			return slices.Delete(rs, i, i+1), i
		}},
		"a time goes back": {"seq", func(rs []queue.Record) ([]queue.Record, int) {
			i := first[queue.TicketArrived](rs, 0)
			rs[i].At = rs[i].At.Add(-time.Hour)
			return rs, i
		}},
		"a ticket that was never given": {"fold", func(rs []queue.Record) ([]queue.Record, int) {
			return rs, alter(rs, 0, func(e *queue.TicketCancelled) { e.Ticket, e.LegID = "A777", "A777/1" })
		}},
		"numbers made by counting (TheQ)": {"I1", func(rs []queue.Record) ([]queue.Record, int) {
			return rs, alter(rs, 1, func(e *queue.TicketIssued) { e.Ticket, e.LegID = "A001", "A001/1" })
		}},
		"two tickets at one window": {"I2", func(rs []queue.Record) ([]queue.Record, int) {
			return rs, alter(rs, 1, func(e *queue.TicketCalled) { e.Window, e.Why = "1", queue.Why{Rule: "chosen"} })
		}},
		"the last to come is called first (Novo SGA)": {"I11", func(rs []queue.Record) ([]queue.Record, int) {
			return rs, alter(rs, 0, func(e *queue.TicketCalled) { e.Ticket, e.LegID = "A003", "A003/1" })
		}},
		"a call with another reason": {"I11", func(rs []queue.Record) ([]queue.Record, int) {
			return rs, alter(rs, 0, func(e *queue.TicketCalled) { e.Why.Credit++ })
		}},
		"done without having come": {"I4", func(rs []queue.Record) ([]queue.Record, int) {
			i := first[queue.TicketArrived](rs, 0)
			rs = renumber(slices.Delete(rs, i, i+1))
			return rs, first[queue.TicketDone](rs, 0)
		}},
		"done by somebody else": {"I4", func(rs []queue.Record) ([]queue.Record, int) {
			return rs, alter(rs, 0, func(e *queue.TicketDone) { e.Staff = "s4" })
		}},
		"a slip that nobody asked for": {"I7", func(rs []queue.Record) ([]queue.Record, int) { return doubled[queue.TicketPrinted](rs, 0) }},
		"a leg rated twice":            {"I9", func(rs []queue.Record) ([]queue.Record, int) { return doubled[queue.RatingGiven](rs, 0) }},
		"one person at two windows": {"I12", func(rs []queue.Record) ([]queue.Record, int) {
			i := first[queue.TicketNoShow](rs, 0) // A003, whose holder also has B001, is at window 1 then
			forged := queue.TicketCalled{Window: "4", Staff: "s4", Service: "b", Why: queue.Why{Rule: "chosen", Reason: "x"}}
			forged.Ticket, forged.LegID = "B001", "B001/1"
			r := rs[i]
			r.Event = forged
			return renumber(slices.Insert(rs, i, r)), i
		}},
	} {
		t.Run(name, func(t *testing.T) {
			rs, at := c.plant(morning(t))
			a := audit.New()
			for i, r := range rs {
				err := a.Check(r)
				var f *audit.Fault
				if err == nil {
					continue
				}
				if !errors.As(err, &f) || f.Promise != c.promise || i != at {
					t.Fatalf("record %d: %v; want a fault of %s at record %d", r.Seq, err, c.promise, rs[at].Seq)
				}
				return
			}
			t.Fatalf("nothing was found; want a fault of %s at record %d", c.promise, rs[at].Seq)
		})
	}
}

// A verifier is told what is wrong with a record, in words: also where the fold
// comes upon it by a pointer to nothing.
func TestARecordThatCannotHaveHappenedIsToldInWords(t *testing.T) {
	cancelled := queue.TicketCancelled{}
	cancelled.Ticket, cancelled.LegID = "A777", "A777/1"
	const follows = " does not follow from the records before it"
	for want, forged := range map[string]queue.Event{
		"ticket.cancelled of ticket A777" + follows + ": record about a ticket that was never issued: A777": cancelled,
		"window.paused" + follows: queue.WindowPaused{Window: "99"},
	} {
		rs := morning(t)
		i := first[queue.TicketCalled](rs, 0)
		r := rs[i]
		r.Event = forged
		a := audit.New()
		var f *audit.Fault
		for _, r := range append(slices.Clone(rs[:i]), r) {
			if err := a.Check(r); err != nil && !errors.As(err, &f) {
				t.Fatal(err)
			}
		}
		if f == nil || f.Seq != r.Seq || f.Promise != "fold" || f.Say != want {
			t.Errorf("record %d: %v; want %q", r.Seq, f, want)
		}
	}
}

func TestASoundMorningHasNoFault(t *testing.T) {
	a := audit.New()
	for _, r := range morning(t) {
		if err := a.Check(r); err != nil {
			t.Fatal(err)
		}
	}
}

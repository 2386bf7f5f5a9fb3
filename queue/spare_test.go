package queue_test

import (
	"testing"

	"lobby/queue"
)

// spareStage is a hall where two kiosks stand side by side.
func spareStage(t *testing.T) *stage {
	t.Helper()
	s := newStage(t)
	c := testConfig()
	c.Kiosks = []queue.Kiosk{{ID: "k1", Printer: "p1", Spare: []string{"p2", "p3"}}, {ID: "k2", Printer: "p2"}}
	s.must(t, queue.Activate{Config: c, Hash: "spare"})
	return s
}

func (s *stage) printer(t *testing.T, state string, names ...string) {
	t.Helper()
	for _, name := range names {
		s.must(t, queue.DeviceReport{Device: "printer/" + name, Kind: "printer", State: state, Why: state})
	}
}

// While a kiosk's own printer is down, the next slip comes out beside it.
func TestNextSlipGoesToTheNeighbour(t *testing.T) {
	s := spareStage(t)
	takes := func(want string) string {
		t.Helper()
		r := s.must(t, queue.Take{Service: "social", Kiosk: "k1"}).Result.(queue.TakeResult)
		if ticket, _ := s.state.Ticket(r.Ticket); r.Printer != want || ticket.Printer != want {
			t.Errorf("%s comes out at %s, the answer says %s, want %s", r.Ticket, ticket.Printer, r.Printer, want)
		}
		return r.Ticket
	}
	takes("p1")
	s.printer(t, "degraded", "p1")
	takes("p1") // little paper is paper
	s.printer(t, "down", "p1")
	takes("p2")
	s.printer(t, "down", "p2")
	takes("p3")
	s.printer(t, "down", "p3")
	takes("p1") // nobody can; people look at their own kiosk
	s.printer(t, "up", "p1")
	takes("p1")
}

// A slip that was begun is never moved: the copy beside it is marked as one.
func TestCopyGoesToTheNeighbourWithItsMark(t *testing.T) {
	s := spareStage(t)
	number := s.must(t, queue.Take{Service: "social", Kiosk: "k1"}).Result.(queue.TakeResult).Ticket
	s.printer(t, "down", "p1")
	if open := s.state.Printing("p2"); len(open) != 0 {
		t.Fatalf("a slip was moved by itself: %v", open)
	}
	s.must(t, queue.PrintResult{Ticket: number, Outcome: queue.PrintUnconfirmed})
	s.must(t, queue.Reprint{Ticket: number})
	open := s.state.Printing("p2")
	if len(open) != 1 || open[0].Copies != 1 || len(s.state.Printing("p1")) != 0 {
		t.Errorf("printing at the neighbour: %+v", open)
	}
}

package queue_test

import (
	"fmt"
	"testing"
	"time"

	"lobby/queue"
)

// The defects that users of other queue systems report. Each is a test here,
// so that this hall does not have them.

// Novo SGA orders by arrival descending: the last to come is called first.
func TestLateArrivalsAreNotCalledFirst(t *testing.T) {
	s := newStage(t)
	s.must(t, queue.WindowOpen{Window: "2"})
	var taken, called []string
	for range 20 {
		taken = append(taken, s.take(t, "social", ""))
		s.at = s.at.Add(time.Second)
	}
	for range taken {
		called = append(called, s.must(t, queue.CallNext{Window: "2"}).Result.(queue.CallResult).Ticket)
		s.must(t, queue.NoShow{Window: "2"})
	}
	if fmt.Sprint(called) != fmt.Sprint(taken) {
		t.Errorf("called %v, taken %v", called, taken)
	}
}

// TheQ makes a number of how many there are today: one that went away makes
// the next one a double.
func TestNumbersAreNotMadeByCounting(t *testing.T) {
	s := newStage(t)
	seen := map[string]bool{}
	for i := range 30 {
		number := s.must(t, queue.Take{Service: "social", Kiosk: "k1"}).Result.(queue.TakeResult).Ticket
		if seen[number] {
			t.Fatalf("%s is given twice", number)
		}
		seen[number] = true
		switch i % 3 { // go away in every way there is
		case 0:
			s.must(t, queue.Cancel{Ticket: number})
		case 1:
			s.must(t, queue.PrintResult{Ticket: number, Outcome: queue.PrintFailed})
			s.must(t, queue.Void{Ticket: number, Reason: "paper"})
		}
	}
}

// Novo SGA commits before it writes, so that two windows get one ticket.
func TestTwoWindowsDoNotGetOneTicket(t *testing.T) {
	s := newStage(t)
	s.must(t, queue.WindowOpen{Window: "1"})
	s.must(t, queue.WindowOpen{Window: "2"})
	first := s.take(t, "social", "")
	s.must(t, queue.CallNext{Window: "1"})
	s.refused(t, queue.CallNext{Window: "2"}, queue.CodeNothingWaiting)
	s.refused(t, queue.Call{Window: "2", Ticket: first, Reason: "x"}, queue.CodeWrongState)
}

// MADO #24: a double tap at the kiosk gives two numbers. (The same tap sent
// twice is one command; see TestTheSameIDGetsTheSameAnswer of queue/hall.)
func TestADoubleTapIsAskedAbout(t *testing.T) {
	s := newStage(t)
	c := testConfig()
	c.Rules.AskAgain = queue.Duration(2 * time.Second)
	s.must(t, queue.Activate{Config: c})
	s.must(t, queue.Take{Service: "social", Kiosk: "k2"})
	s.at = s.at.Add(1999 * time.Millisecond)
	s.refused(t, queue.Take{Service: "social", Kiosk: "k2"}, queue.CodeOneMore)
	s.must(t, queue.Take{Service: "social", Kiosk: "k1"})
	s.must(t, queue.Take{Service: "social", Kiosk: "k2", Again: true})
	s.at = s.at.Add(2 * time.Second)
	s.must(t, queue.Take{Service: "social", Kiosk: "k2"})
}

// Novo SGA #431: priorities that keep coming starve the normal ones.
func TestPriorityDoesNotStarveTheOthers(t *testing.T) {
	s := newStage(t)
	s.must(t, queue.WindowOpen{Window: "2"})
	normal := s.take(t, "social", "normal")
	for minute := 1; ; minute++ {
		if minute > 60 {
			t.Fatal("after an hour the normal ticket still waits")
		}
		s.at = s.at.Add(time.Minute)
		s.take(t, "social", "priority")
		s.take(t, "social", "priority") // more than the window can call
		res := s.must(t, queue.CallNext{Window: "2"}).Result.(queue.CallResult)
		s.must(t, queue.NoShow{Window: "2"})
		if res.Ticket == normal {
			return
		}
	}
}

package audit_test

import (
	"os"
	"testing"

	"pgregory.net/rapid"

	"lobby/queue"
	"lobby/queue/audit"
	"lobby/queue/plaintest"
	"lobby/queue/queuetest"
)

func TestMain(m *testing.M) { os.Exit(plaintest.Main(m)) }

// steps is how far a walk goes; LOBBY_NIGHTLY=1 goes much farther.
func steps(n int) int {
	if os.Getenv("LOBBY_NIGHTLY") != "" {
		return 10 * n
	}
	return n
}

// TestWhateverHappensThePromisesHold walks through days in which anything may
// happen, under every order, with restarts in between: from what was saved, or
// from the records. What was copied of the state does not change with it.
func TestWhateverHappensThePromisesHold(t *testing.T) {
	if plaintest.Elsewhere(t) {
		return
	}
	orders := []string{queue.OrderAccumulating, queue.OrderFIFO, queue.OrderStrict, queue.OrderRatio}
	seen := map[string]int{}
	longest := 0
	rapid.Check(t, func(t *rapid.T) {
		w := queuetest.NewWalk(queuetest.Config(rapid.SampledFrom(orders).Draw(t, "order")), func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "pick") })
		a := audit.New()
		checked, copied := 0, copyOf(t, w.State)
		for range rapid.IntRange(1, steps(300)).Draw(t, "steps") {
			c, _ := w.Step()
			for _, r := range w.Records[checked:] {
				if err := a.Check(r); err != nil {
					t.Fatalf("%#v: %v", c, err)
				}
				seen[r.Event.Name()]++
			}
			checked = len(w.Records)
			longest = max(longest, checked)
			switch rapid.IntRange(0, 99).Draw(t, "restart") {
			case 0:
				w.State = reloaded(t, w.State)
			case 1:
				w.State = replayed(t, w)
			case 2, 3, 4, 5:
				copied.check(t)
				copied = copyOf(t, w.State)
			}
		}
		copied.check(t)
	})
	t.Logf("the longest walk led to %d records", longest)
	if testing.Short() {
		return // a fifth of the walks need not come by everything
	}
	for _, name := range []string{
		"ticket.called", "ticket.done", "ticket.no_show", "ticket.recovered", "ticket.held", "ticket.resumed", "ticket.transferred", "command.undone",
		"appointment.booked", "hall.unfrozen", "ticket.voided", "journey.step_done", "rating.given", "day.closed", "window.closed",
	} {
		if seen[name] == 0 {
			t.Errorf("no walk came by %s, so nothing was promised about it", name)
		}
	}
}

// copied is a copy of the state, and what it was when it was made.
type copied struct {
	snapshot queue.Snapshot
	data     []byte
}

func copyOf(t *rapid.T, s *queue.State) copied {
	data, err := s.Save()
	if err != nil {
		t.Fatalf("%v", err)
	}
	return copied{s.Snapshot(), data}
}

func (c copied) check(t *rapid.T) {
	if late, err := c.snapshot.Encode(); err != nil || string(late) != string(c.data) {
		t.Fatalf("%v: a copy of the state at record %d was\n%s\nand became\n%s", err, c.snapshot.Seq(), c.data, late)
	}
}

// reloaded is a restart from what was saved.
func reloaded(t *rapid.T, s *queue.State) *queue.State {
	data, err := s.Save()
	if err != nil {
		t.Fatalf("%v", err)
	}
	other, err := queue.Load(data)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return other
}

// replayed is a restart from the records; it must come to the same (I6).
func replayed(t *rapid.T, w *queuetest.Walk) *queue.State {
	other := queue.NewState()
	for _, r := range w.Records {
		other.Apply(r)
	}
	a, errA := w.State.Save()
	b, errB := other.Save()
	if errA != nil || errB != nil || string(a) != string(b) {
		t.Fatalf("%v %v: the records make\n%s\nthe hall is\n%s", errA, errB, b, a)
	}
	return other
}

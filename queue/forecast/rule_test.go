package forecast

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lobby/queue"
)

// twin is the queue itself and a forecaster that sees the same records.
type twin struct {
	state *queue.State
	f     *Forecaster
	at    time.Time
	nonce int
}

func newTwin(c queue.Config) *twin {
	w := &twin{state: queue.NewState(), f: New(Options{Paths: 1}), at: time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)}
	w.do(queue.Activate{Config: c})
	w.do(queue.DayOpen{Day: "2026-11-23"})
	return w
}

func (w *twin) do(c queue.Command) (queue.Outcome, error) {
	w.nonce++
	out, err := w.state.Decide(queue.Input{At: w.at, Nonce: fmt.Sprintf("nonce-%06d-nonce-nonce", w.nonce)}, c)
	for _, e := range out.Events {
		r := queue.Record{Seq: w.state.Seq() + 1, At: w.at, Event: e}
		w.state.Apply(r)
		w.f.Observe(r)
	}
	return out, err
}

// aHall draws rules: every order, with preferences, offsets and limits.
func aHall(t *rapid.T) queue.Config {
	c := queue.Config{
		Services: []queue.Service{{ID: "a", Prefix: "A"}, {ID: "b", Prefix: "B"}, {ID: "c", Prefix: "C"}},
		Classes:  []queue.Class{{ID: "normal", Rate: 1}, {ID: "priority", Rate: 2.5}, {ID: "green", Rate: 2.5}},
		Windows:  []queue.Window{{ID: "1", Services: []string{"a", "b"}}, {ID: "2", Services: []string{"b", "c"}}, {ID: "3", Services: []string{"a", "b", "c"}}},
		Rules:    queue.Rules{Order: rapid.SampledFrom([]string{"", queue.OrderFIFO, queue.OrderStrict, queue.OrderRatio}).Draw(t, "order")},
	}
	if c.Rules.Order == queue.OrderRatio {
		c.Rules.Ratio = []queue.Share{{Class: "normal", Turns: 2}, {Class: "priority", Turns: 1}}
	}
	if rapid.Bool().Draw(t, "prefers") {
		c.Windows[2].Prefer = [][]string{{"c"}, {"a"}}
	}
	if rapid.Bool().Draw(t, "offset") {
		c.Classes[2].Offset = queue.Duration(10 * time.Minute)
	}
	if rapid.Bool().Draw(t, "limit") {
		c.Services[1].MaxWait = queue.Duration(20 * time.Minute)
	}
	return c
}

// TestPathsCallWhomTheQueueCalls: in any hall the rule of the simulated paths
// chooses the ticket that the queue itself calls, so that there are not two
// rules.
func TestPathsCallWhomTheQueueCalls(t *testing.T) {
	calls := 0
	rapid.Check(t, func(t *rapid.T) {
		config := aHall(t)
		w := newTwin(config)
		for _, window := range config.Windows {
			w.do(queue.WindowOpen{Window: window.ID, Staff: "staff-" + window.ID})
		}
		var missed []string
		for range rapid.IntRange(1, 80).Draw(t, "steps") {
			w.at = w.at.Add(time.Duration(rapid.IntRange(0, 400).Draw(t, "seconds")) * time.Second)
			window := rapid.SampledFrom([]string{"1", "2", "3"}).Draw(t, "window")
			switch rapid.IntRange(0, 8).Draw(t, "what") {
			case 0, 1, 2:
				w.do(queue.Take{Service: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "service"), Class: rapid.SampledFrom([]string{"normal", "priority", "green"}).Draw(t, "class")})
			case 3, 4, 5:
				calls += w.agree(t, window)
			case 6:
				w.do(queue.Arrive{Window: window})
				w.leave(t, window)
			case 7:
				out, _ := w.do(queue.NoShow{Window: window})
				for _, e := range out.Events {
					missed = append(missed, e.(queue.TicketNoShow).Ticket)
				}
			case 8:
				if len(missed) > 0 {
					w.do(queue.Recover{Ticket: rapid.SampledFrom(missed).Draw(t, "ticket")})
				}
			}
		}
	})
	if calls < 20 { // of a short run, which is a fifth of a whole one
		t.Errorf("only %d calls were compared", calls)
	}
}

// leave ends a service in one of its ways.
func (w *twin) leave(t *rapid.T, window string) {
	to := rapid.SampledFrom([]string{"1", "2", "3"}).Draw(t, "to")
	switch rapid.IntRange(0, 3).Draw(t, "end") {
	case 0:
		w.do(queue.Transfer{Window: window, ToWindow: to, Keep: rapid.Bool().Draw(t, "keep")})
	case 1:
		w.do(queue.Transfer{Window: window, ToService: "b", ToStaff: "staff-" + to})
	default:
		w.do(queue.Finish{Window: window})
	}
}

// agree has both call somebody to a window.
func (w *twin) agree(t *rapid.T, window string) int {
	expected := w.expected(window)
	out, err := w.do(queue.CallNext{Window: window})
	if err != nil {
		return 0 // not the rule's doing: busy, or nobody waits
	}
	if got := out.Result.(queue.CallResult).Ticket; got != expected {
		t.Fatalf("the queue calls %s to window %s, the paths %q", got, window, expected)
	}
	return 1
}

// expected is whom the paths would call to a window now.
func (w *twin) expected(window string) string {
	index, floor := w.f.floor.plan.windows[window], w.state.Floor()
	s := w.f.setting(floor, w.f.floor.plan.partOf[index], w.at)
	for place := range s.windows {
		s.turns[place] = s.windows[place].turn
		if s.windows[place].index != index {
			continue
		}
		if c := s.choose(place, 0); c.from != nobody {
			return floor.Waiting[c.id].Ticket
		}
	}
	return ""
}

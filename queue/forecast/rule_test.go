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

// TestPathsCallWhomTheQueueCalls: in any hall the rule of the simulated paths
// chooses the ticket that the queue itself calls, so that there are not two
// rules.
func TestPathsCallWhomTheQueueCalls(t *testing.T) {
	config := queue.Config{
		Services: []queue.Service{{ID: "a", Prefix: "A"}, {ID: "b", Prefix: "B"}, {ID: "c", Prefix: "C"}},
		Classes:  []queue.Class{{ID: "normal", Rate: 1}, {ID: "priority", Rate: 2.5}, {ID: "green", Rate: 2.5}},
		Windows:  []queue.Window{{ID: "1", Services: []string{"a", "b"}}, {ID: "2", Services: []string{"b", "c"}}, {ID: "3", Services: []string{"c"}}},
	}
	rapid.Check(t, func(t *rapid.T) {
		w := newTwin(config)
		for _, window := range config.Windows {
			w.do(queue.WindowOpen{Window: window.ID})
		}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			w.at = w.at.Add(time.Duration(rapid.IntRange(0, 600).Draw(t, "seconds")) * time.Second)
			window := rapid.SampledFrom([]string{"1", "2", "3"}).Draw(t, "window")
			switch rapid.IntRange(0, 5).Draw(t, "what") {
			case 0, 1, 2:
				w.do(queue.Take{Service: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "service"), Class: rapid.SampledFrom([]string{"normal", "priority", "green"}).Draw(t, "class")})
			case 3:
				w.agree(t, window)
			case 4:
				w.do(queue.Arrive{Window: window})
				if rapid.Bool().Draw(t, "transfer") {
					w.do(queue.Transfer{Window: window, ToWindow: rapid.SampledFrom([]string{"1", "2", "3"}).Draw(t, "to"), Keep: rapid.Bool().Draw(t, "keep")})
				} else {
					w.do(queue.Finish{Window: window})
				}
			case 5:
				w.do(queue.NoShow{Window: window})
			}
		}
	})
}

// agree has both call somebody to a window.
func (w *twin) agree(t *rapid.T, window string) {
	expected := w.expected(window)
	out, err := w.do(queue.CallNext{Window: window})
	if err != nil {
		return // not the rule's doing: busy, or nobody waits
	}
	if got := out.Result.(queue.CallResult).Ticket; got != expected {
		t.Fatalf("the queue calls %s to window %s, the paths %q", got, window, expected)
	}
}

// expected is whom the paths would call to a window now.
func (w *twin) expected(window string) string {
	index := w.f.floor.plan.windows[window]
	s := w.f.setting(w.f.floor.plan.partOf[index], w.at)
	s.gone = make([]bool, 0)
	for place, p := range s.windows {
		if p.index != index {
			continue
		}
		switch c := s.choose(place, 0); c.line {
		case nobody:
			return ""
		case directed:
			return w.f.floor.waiting[p.directed[0].id].ticket
		default:
			return w.f.floor.waiting[s.lines[c.line][0].id].ticket
		}
	}
	return ""
}

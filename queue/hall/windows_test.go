package hall_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"lobby/queue"
)

// call is one call_next as its window saw it: when it began and ended by one
// clock for all, and what it got.
type call struct {
	began, ended int64
	seq          uint64
	window       string
	ticket       string
}

// Eighty windows press "next" as fast as they can. That they behave like one
// after the other is seen from two things: a call that ended before another
// began has the smaller number, and in the order of the numbers the tickets
// are called one by one.
func TestEightyWindowsCallEveryTicketOnceAndInOrder(t *testing.T) {
	const windows, tickets = 80, 2000
	h := build(t, newMemory())
	defer h.stop()
	h.open(windows)
	for range tickets {
		h.must("", queue.Take{Service: "social"})
	}
	var clock atomic.Int64
	var mu sync.Mutex
	var calls []call
	var wg sync.WaitGroup
	for w := range windows {
		wg.Go(func() {
			mine := h.serve(fmt.Sprint(w+1), &clock)
			mu.Lock()
			defer mu.Unlock()
			calls = append(calls, mine...)
		})
	}
	wg.Wait()
	slices.SortFunc(calls, func(a, b call) int { return int(int64(a.seq) - int64(b.seq)) })
	if len(calls) != tickets {
		t.Fatalf("%d tickets were called, want %d", len(calls), tickets)
	}
	latest := int64(0) // the latest beginning of a call with a smaller number
	for i, c := range calls {
		if want := fmt.Sprintf("M%03d", i+1); c.ticket != want {
			t.Fatalf("call %d at window %s is %s, want %s", i, c.window, c.ticket, want)
		}
		if latest = max(latest, c.began); c.ended < latest {
			t.Fatalf("call %d ended before a call with a smaller number began", c.seq)
		}
	}
}

// serve calls and serves at one window until nobody waits.
func (h *house) serve(window string, clock *atomic.Int64) (calls []call) {
	for {
		c := call{window: window, began: clock.Add(1)}
		a, err := h.do("", queue.CallNext{Window: window})
		c.ended = clock.Add(1)
		if err != nil {
			h.t.Error(err)
			return calls
		}
		if !a.OK {
			if a.Refusal.Code != queue.CodeNothingWaiting {
				h.t.Errorf("window %s: %v", window, a.Refusal)
			}
			return calls
		}
		var res queue.CallResult
		if err := json.Unmarshal(a.Result, &res); err != nil {
			h.t.Error(err)
		}
		c.seq, c.ticket = a.Seq[len(a.Seq)-1], res.Ticket
		calls = append(calls, c)
		for _, next := range []queue.Command{queue.Arrive{Window: window}, queue.Finish{Window: window}} {
			if a, err := h.do("", next); err != nil || !a.OK {
				h.t.Errorf("window %s: %v %v", window, a.Refusal, err)
			}
		}
	}
}

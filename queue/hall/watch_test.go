package hall_test

import (
	"context"
	"testing"
	"testing/synctest"

	"lobby/queue"
	"lobby/queue/hall"
)

// watch watches until the test is over.
func (h *house) watch(t *testing.T, buffer int) hall.Watcher {
	t.Helper()
	w, err := h.Watch(t.Context(), buffer)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestALateWatcherIsClosedAndNobodyWaitsForIt(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		late, prompt := h.watch(t, 2), h.watch(t, 100)
		for range 10 {
			h.must("", queue.Take{Service: "social"})
		}
		got := 0
		for range late.Records {
			got++
		}
		if got != 2 {
			t.Errorf("the late one got %d batches before it was closed, want its buffer of 2", got)
		}
		next := prompt.View.Seq
		for range 10 {
			for _, r := range <-prompt.Records {
				if next++; r.Seq != next {
					t.Errorf("record %d came in place of %d", r.Seq, next)
				}
			}
		}
		again := h.watch(t, 2)
		if again.View.Seq != next {
			t.Errorf("a new watch begins at %d, want %d", again.View.Seq, next)
		}
	})
}

func TestAWatchEndsWithItsContext(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		ctx, cancel := context.WithCancel(context.Background())
		w, err := h.Watch(ctx, 5)
		if err != nil {
			t.Fatal(err)
		}
		cancel()
		synctest.Wait()
		h.must("", queue.Take{Service: "social"})
		if rs, open := <-w.Records; open {
			t.Errorf("told of %v after its end", rs)
		}
	})
}

func TestAWatcherHearsOnlyWhatIsDurable(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		w := h.watch(t, 5)
		gate := make(chan struct{})
		h.trail.set(func() { h.trail.gate = gate })
		go func() { _, _ = h.do("", queue.Take{Service: "social"}) }()
		synctest.Wait()
		select {
		case rs := <-w.Records:
			t.Errorf("told of %v before it was on disk", rs)
		default:
		}
		close(gate)
		if rs := <-w.Records; len(rs) != 2 || rs[0].Seq != w.View.Seq+1 {
			t.Errorf("told of %+v", rs)
		}
	})
}

func TestARefusalTellsNobody(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		w := h.watch(t, 5)
		if a, _ := h.do("", queue.CallNext{Window: "1"}); a.OK {
			t.Fatal("called nobody")
		}
		synctest.Wait()
		select {
		case rs := <-w.Records:
			t.Errorf("told of %v", rs)
		default:
		}
	})
}

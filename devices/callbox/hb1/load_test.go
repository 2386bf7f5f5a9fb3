package hb1

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"lobby/devices"
)

// crowd is a bus of many boards, every tenth of which is dead.
func crowd(n int) (driven, present map[string]string) {
	driven, present = map[string]string{}, map[string]string{}
	for i := 1; i <= n; i++ {
		name := fmt.Sprintf("box-%03d", i)
		driven[name] = fmt.Sprintf("address: %d", i)
		if i%10 != 0 {
			present[name] = driven[name]
		}
	}
	return driven, present
}

// However many boards there are, and though all of them have something to say
// at once and some are dead, each gets its turn as often as any other, and what
// they say arrives once.
func TestEveryBoardGetsItsTurnUnderLoad(t *testing.T) {
	for _, n := range []int{16, 64, 200} {
		synctest.Test(t, func(t *testing.T) {
			driven, present := crowd(n)
			b, e := startWith(t, driven, present, 1)
			until(t, "all that live to be up", func() bool { return len(b.reported()) == n })
			before := b.bus.Figures()
			for name := range present {
				for range 3 {
					mustPress(t, e, name, devices.KeyNext, "")
				}
			}
			pressed := time.Now()
			until(t, "all presses", func() bool { return queuedIn(e) == 0 })
			took := time.Since(pressed)
			pass(10 * time.Second)
			ids := map[string]bool{}
			for _, s := range b.seen() {
				ids[s.ID] = true
			}
			if want := 3 * len(present); len(ids) != want || len(b.seen()) != want {
				t.Errorf("%d boards: %d signals with %d names, want %d", n, len(b.seen()), len(ids), want)
			}
			// Three events of a board are one turn; 78 ms are lost with each dead one.
			if limit := time.Duration(n) * 50 * time.Millisecond; took > limit {
				t.Errorf("%d boards: all pressed at once, the last arrived after %v, want %v at most", n, took, limit)
			}
			turns := map[uint64]int{}
			for i, f := range b.bus.Figures() {
				if present[f.Unit] != "" {
					turns[f.Asked-before[i].Asked]++
				}
			}
			if len(turns) > 2 {
				t.Errorf("%d boards: turns differ: %v boards by number of questions", n, turns)
			}
		})
	}
}

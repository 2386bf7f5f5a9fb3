package pipe

import (
	"testing"
	"time"
)

func TestPatienceCountsOnlyTheTimeThatTheProcessRan(t *testing.T) {
	now := time.Unix(1_790_000_000, 0)
	p := NewPatience(time.Second, now)
	tick := func(after, want time.Duration) {
		t.Helper()
		now = now.Add(after)
		if got := p.Tick(now); got != want {
			t.Errorf("silent for %v, want %v", got, want)
		}
	}
	tick(time.Second, time.Second)
	tick(time.Second, 2*time.Second)
	tick(time.Hour, 4*time.Second) // the machine stood still
	p.Heard()
	tick(time.Second, 0)
	done := p.Work()
	tick(time.Second, 0) // nobody listens
	done()
	tick(time.Second, time.Second)
	tick(-time.Second, time.Second)
}

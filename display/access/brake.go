package access

import (
	"sync"
	"time"
)

// brake makes guessing slow without ever locking anybody out for good: after
// three wrong secrets for one account, or from one address, each further one
// doubles the wait.
type brake struct {
	mu    sync.Mutex
	tries map[string]try
}

type try struct {
	wrong int
	until time.Time // nothing is tried before
}

const (
	freeTries  = 3
	longest    = 5 * time.Minute
	forgetting = time.Hour // after which a wrong try counts no more
	maxTries   = 10_000    // names that are remembered
)

// wait is how long until a name may be tried again.
func (b *brake) wait(names []string, now time.Time) (d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, n := range names {
		d = max(d, b.tries[n].until.Sub(now))
	}
	return d
}

// wrong counts a wrong secret.
func (b *brake) wrong(names []string, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.tries == nil || len(b.tries) > maxTries {
		b.tries = map[string]try{}
	}
	for _, n := range names {
		t := b.tries[n]
		if now.Sub(t.until) > forgetting {
			t.wrong = 0
		}
		t.wrong++
		t.until = now
		if over := t.wrong - freeTries; over >= 0 {
			t.until = now.Add(min(time.Second<<min(over, 20), longest))
		}
		b.tries[n] = t
	}
}

// right forgets what was wrong with an account; an address stays slow.
func (b *brake) right(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.tries, name)
}

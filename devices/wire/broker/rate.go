package broker

import (
	"sync"
	"time"
)

// bucket lets a number of things through at once and then so many a second.
type bucket struct {
	mu     sync.Mutex
	size   float64
	refill float64 // a second
	level  float64
	at     time.Time
}

func newBucket(perSecond, burst int) *bucket {
	return &bucket{size: float64(burst), refill: float64(perSecond), level: float64(burst)}
}

// full says whether as many may pass at once as ever may.
func (b *bucket) full(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.level+b.refill*now.Sub(b.at).Seconds() >= b.size
}

// take says whether one more may pass now.
func (b *bucket) take(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.at.IsZero() {
		b.level = min(b.size, b.level+b.refill*now.Sub(b.at).Seconds())
	}
	b.at = now
	if b.level < 1 {
		return false
	}
	b.level--
	return true
}

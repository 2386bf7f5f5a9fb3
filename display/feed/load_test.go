package feed_test

import (
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"
)

// loaded is a hall with followers: how late records come to those who read,
// and what the memory grew by. Pages are stood in for by clients with the
// topics of a page, for fifty browsers do not fit a test machine.
type loaded struct {
	p99  time.Duration
	grew int64 // bytes on the heap while all are connected, after collecting
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// load takes numbers while clients follow, some of which never read.
func load(t *testing.T, reading, pages, stalled, takes int) loaded {
	w := build(t, t.TempDir(), true)
	w.open()
	before := heap()
	var mu sync.Mutex
	var late []time.Duration
	var followers sync.WaitGroup
	for n := range reading + pages {
		query := ""
		if n >= reading {
			query = "topics=queue,devices,alerts,view"
		}
		c := w.dial(query, false)
		c.until(10)
		followers.Go(func() {
			mine := make([]time.Duration, 0, 2*takes)
			for c.seq < uint64(10+2*takes) {
				m, err := c.next()
				if err != nil {
					t.Errorf("a client that reads ended: %v", err)
					return
				}
				c.check(m) // the order, without a gap
				if at, err := time.Parse(time.RFC3339, m.At); err == nil && m.Type == "record" {
					mine = append(mine, time.Since(at))
				}
			}
			mu.Lock()
			late = append(late, mine...)
			mu.Unlock()
		})
	}
	for range stalled {
		w.dial("", true).until(10) // and never reads again
	}
	w.takes(takes) // fails the test if one is not answered
	followers.Wait()
	grew := heap() - before
	slices.Sort(late)
	return loaded{late[len(late)*99/100], grew}
}

// TestLoadOfTwoHundredClients: of 200 clients of the feed 20 are stalled, and
// 50 pages look on; every command is answered and every record comes in order.
func TestLoadOfTwoHundredClients(t *testing.T) {
	const takes = 40 // less than a client may be behind: readers of one process share two processors
	idle := load(t, 1, 0, 0, takes)
	full := load(t, 180, 50, 20, takes)
	t.Logf("p99 of delivery: %v to 230 that read beside 20 stalled, %v to one alone: %.1f times; memory %+.1f MiB and %+.1f MiB",
		full.p99, idle.p99, float64(full.p99)/float64(idle.p99), float64(full.grew)/(1<<20), float64(idle.grew)/(1<<20))
	if limit := int64(256 << 20); full.grew > limit {
		t.Errorf("250 clients cost %d bytes of memory, want at most %d", full.grew, limit)
	}
}

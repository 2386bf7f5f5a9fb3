package hall_test

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// groupedRate is the floor under any store: how often a second callers have
// some bytes appended to a file, when all that wait at once are written and
// synced together, as the hall does it.
func groupedRate(b *testing.B, callers, size int, during time.Duration) float64 {
	b.Helper()
	f, err := os.Create(filepath.Join(b.TempDir(), "plain"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	line := bytes.Repeat([]byte("x"), size)
	asks := make(chan chan struct{}, callers)
	var writer, wg sync.WaitGroup
	writer.Go(func() { appendGrouped(b, f, line, asks) })
	var done atomic.Int64
	begin := time.Now()
	for range callers {
		wg.Go(func() {
			synced := make(chan struct{}, 1)
			for time.Since(begin) < during {
				asks <- synced
				<-synced
				done.Add(1)
			}
		})
	}
	wg.Wait()
	rate := float64(done.Load()) / time.Since(begin).Seconds()
	close(asks)
	writer.Wait()
	return rate
}

func appendGrouped(b *testing.B, f *os.File, line []byte, asks <-chan chan struct{}) {
	for first := range asks {
		group, data := []chan struct{}{first}, bytes.Clone(line)
		for quiet := 0; quiet < 2; {
			select {
			case next, ok := <-asks:
				if !ok {
					quiet = 2
					continue
				}
				group, data, quiet = append(group, next), append(data, line...), 0
			default:
				runtime.Gosched()
				quiet++
			}
		}
		if _, err := f.Write(data); err != nil {
			b.Error(err)
		}
		if err := fdatasync(f); err != nil {
			b.Error(err)
		}
		for _, synced := range group {
			synced <- struct{}{}
		}
	}
}

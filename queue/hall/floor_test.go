package hall_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lobby/queue"
)

// BenchmarkStore lets 1, 8 and 80 callers have a call and its answer appended
// to a real trail, without any rules, all that wait in one transaction, and in
// turns the same bytes to a file.
//
//	go test -run '^$' -bench Store -benchtime 3x ./queue/hall
func BenchmarkStore(b *testing.B) {
	for _, callers := range []int{1, 8, 80} {
		b.Run(fmt.Sprint("callers=", callers), func(b *testing.B) {
			var ratios, rates, effort []float64
			for range max(3, b.N) {
				used := cpu()
				rate, size := storeRate(b, disks[0], callers, turn)
				effort = append(effort, float64((cpu()-used).Microseconds())/(rate*turn.Seconds()))
				ratios, rates = append(ratios, rate/groupedRate(b, disks[0], callers, size, turn)), append(rates, rate)
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(median(ratios), "×floor")
			b.ReportMetric(median(rates), "appends/s")
			b.ReportMetric(median(effort), "cpu-µs/append")
		})
	}
}

// storeRate is how many appends a second a trail makes durable, and the bytes
// of one as JSON.
func storeRate(b *testing.B, d disk, callers int, during time.Duration) (rate float64, size int) {
	b.Helper()
	tr := d.open(b)
	defer tr.Close()
	if err := tr.Replay(nil, func(queue.Record) error { return nil }); err != nil {
		b.Fatal(err)
	}
	seq, at := uint64(0), time.Now().UTC().Truncate(time.Millisecond)
	n := grouped(callers, during, func(n int) {
		batch := queue.Batch{Day: "2026-11-23"}
		for range n {
			seq++
			e := queue.TicketCalled{Window: "12", Staff: "zhang", Service: "social"}
			e.Ticket, e.LegID = fmt.Sprintf("M%03d", seq), fmt.Sprintf("M%03d/1", seq)
			id := fmt.Sprint("c", seq)
			batch.Records = append(batch.Records, queue.Record{Seq: seq, At: at, Day: batch.Day, Actor: "window:12", Command: id, Event: e})
			batch.Answers = append(batch.Answers, queue.Answer{ID: id, OK: true, Seq: []uint64{seq}})
		}
		if err := tr.Append(batch.Alone()); err != nil {
			b.Error(err)
		}
	})
	return float64(n) / during.Seconds(), written(b, tr) / max(1, n)
}

// groupedRate is the floor under any store: how often a second callers have
// some bytes appended to a file, when all that wait at once are written and
// synced together, as the hall does it.
func groupedRate(b *testing.B, d disk, callers, size int, during time.Duration) float64 {
	b.Helper()
	f, err := os.Create(filepath.Join(b.TempDir(), "plain"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	line := bytes.Repeat([]byte("x"), size)
	n := grouped(callers, during, func(n int) {
		if _, err := f.Write(bytes.Repeat(line, n)); err != nil {
			b.Error(err)
		}
		if err := d.sync(f); err != nil {
			b.Error(err)
		}
	})
	return float64(n) / during.Seconds()
}

// grouped lets callers ask for commits, all that wait at once in one, and tells
// how many were answered.
func grouped(callers int, during time.Duration, commit func(n int)) int {
	asks := make(chan chan struct{}, callers)
	var writer, wg sync.WaitGroup
	writer.Go(func() {
		for first := range asks {
			group := gather(first, asks)
			commit(len(group))
			for _, answered := range group {
				answered <- struct{}{}
			}
		}
	})
	var done atomic.Int64
	begin := time.Now()
	for range callers {
		wg.Go(func() {
			answered := make(chan struct{}, 1)
			for time.Since(begin) < during {
				asks <- answered
				<-answered
				done.Add(1)
			}
		})
	}
	wg.Wait()
	close(asks)
	writer.Wait()
	return int(done.Load())
}

// gather takes all that wait, as the hall does.
func gather(first chan struct{}, asks <-chan chan struct{}) []chan struct{} {
	group := []chan struct{}{first}
	for quiet := 0; quiet < 2; {
		select {
		case next, ok := <-asks:
			if !ok {
				return group
			}
			group, quiet = append(group, next), 0
		default:
			runtime.Gosched()
			quiet++
		}
	}
	return group
}

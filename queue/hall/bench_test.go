package hall_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lobby/queue"
	"lobby/queue/hall"
	"lobby/queue/trail"
)

// BenchmarkTicketsAgainstFdatasync takes and calls tickets at 1, 8 and 80
// windows on a real trail, and beside it, in turns on the same disk, lets one
// writer append the same bytes and fdatasync each. The ratios are durable
// commands a second over synced writes a second, the median of the turns.
//
//	go test -run '^$' -bench TicketsAgainstFdatasync -benchtime 3x ./queue/hall
func BenchmarkTicketsAgainstFdatasync(b *testing.B) {
	for _, windows := range []int{1, 8, 80} {
		b.Run(fmt.Sprint("windows=", windows), func(b *testing.B) {
			var ratios, commands, floors []float64
			for range max(3, b.N) { // at least three turns
				rate, size := ticketRate(b, windows, 700*time.Millisecond)
				floor := syncRate(b, size, 700*time.Millisecond)
				ratios, commands, floors = append(ratios, rate/floor), append(commands, rate), append(floors, floor)
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(median(ratios), "×fdatasync")
			b.ReportMetric(median(commands), "commands/s")
			b.ReportMetric(median(floors), "syncs/s")
		})
	}
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

// ticketRate is how many durable commands a second the windows get through,
// and the mean size of what one of them writes. Each window takes a ticket,
// calls the next and says that nobody came.
func ticketRate(b *testing.B, windows int, during time.Duration) (rate float64, size int) {
	b.Helper()
	tr, err := trail.Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer tr.Close()
	h := run(b, tr, windows)
	defer h.stop()
	var done atomic.Int64
	var wg sync.WaitGroup
	begin := time.Now()
	for w := range windows {
		wg.Go(func() {
			id := fmt.Sprint(w + 1)
			for i := 0; time.Since(begin) < during; i++ {
				for j, c := range []queue.Command{queue.Take{Service: "social"}, queue.CallNext{Window: id}, queue.NoShow{Window: id}} {
					a, err := h.Do(context.Background(), hall.Request{ID: fmt.Sprint(id, "-", i, "-", j), Actor: "window:" + id, Command: c})
					if err != nil || !a.OK {
						b.Errorf("%T: %+v %v", c, a.Refusal, err)
						return
					}
					done.Add(1)
				}
			}
		})
	}
	wg.Wait()
	n := done.Load()
	rate = float64(n) / time.Since(begin).Seconds()
	return rate, written(b, tr) / int(max(1, n))
}

// written is how many bytes the records of a trail have as JSON.
func written(b *testing.B, tr *trail.Trail) (n int) {
	b.Helper()
	for seq := uint64(0); ; {
		rs, err := tr.Since(seq, 10_000)
		if err != nil {
			b.Fatal(err)
		}
		if len(rs) == 0 {
			return n
		}
		for _, r := range rs {
			data, err := json.Marshal(r)
			if err != nil {
				b.Fatal(err)
			}
			n += len(data)
		}
		seq = rs[len(rs)-1].Seq
	}
}

// run opens the hall of a benchmark.
func run(b *testing.B, tr hall.Trail, windows int) *house {
	b.Helper()
	var nonce atomic.Int64
	h := &house{t: b, ended: make(chan error, 1)}
	var err error
	h.Hall, err = hall.Open(hall.Options{
		Trail: tr, Now: time.Now, Location: time.UTC, Log: slog.New(slog.DiscardHandler),
		Nonce: func() string { return fmt.Sprintf("nonce-%026d", nonce.Add(1)) },
	})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	h.end = cancel
	go func() { h.ended <- h.Run(ctx) }()
	config := queue.Config{Services: []queue.Service{{ID: "social", Prefix: "M"}}, Classes: []queue.Class{{ID: "normal", Rate: 1}}}
	prepare := []queue.Command{queue.DayOpen{}}
	for w := range windows {
		id := fmt.Sprint(w + 1)
		config.Windows = append(config.Windows, queue.Window{ID: id, Services: []string{"social"}})
		prepare = append(prepare, queue.WindowOpen{Window: id})
	}
	for _, c := range append([]queue.Command{queue.Activate{Config: config}}, prepare...) {
		if a, err := h.Do(ctx, hall.Request{Command: c}); err != nil || !a.OK {
			b.Fatalf("%T: %+v %v", c, a.Refusal, err)
		}
	}
	return h
}

// syncRate is how often a second one writer appends some bytes to a file and
// syncs them.
func syncRate(b *testing.B, size int, during time.Duration) float64 {
	b.Helper()
	f, err := os.Create(filepath.Join(b.TempDir(), "plain"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	line := bytes.Repeat([]byte("x"), size)
	n := 0
	begin := time.Now()
	for ; time.Since(begin) < during; n++ {
		if _, err := f.Write(line); err != nil {
			b.Fatal(err)
		}
		if err := fdatasync(f); err != nil {
			b.Fatal(err)
		}
	}
	return float64(n) / time.Since(begin).Seconds()
}

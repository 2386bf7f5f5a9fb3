package hall_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lobby/queue"
	"lobby/queue/hall"
	"lobby/queue/trail"
)

// BenchmarkWindows takes and calls tickets at 1, 8 and 80 windows on a real
// trail, and beside it, in turns on the same disk, lets as many callers append
// the same bytes to a file, all that wait written and synced together: on the
// disk that is here, and on one whose syncs take as long as a usual one's. The
// ratios are durable commands a second, the median of the turns.
//
//	go test -run '^$' -bench Windows -benchtime 3x ./queue/hall
func BenchmarkWindows(b *testing.B) {
	for _, d := range disks {
		for _, windows := range []int{1, 8, 80} {
			b.Run(fmt.Sprint("disk=", d.name, "/windows=", windows), func(b *testing.B) {
				var m turns
				for range max(3, b.N) { // at least three turns
					m.take(b, d, windows)
				}
				m.report(b)
			})
		}
	}
}

// turns are the measures of several turns.
type turns struct {
	ratios, rates, half, most, effort []float64
	size                              int
}

const turn = 1500 * time.Millisecond

func (m *turns) take(b *testing.B, d disk, windows int) {
	b.Helper()
	ours := ticketRate(b, d, windows, turn)
	floor := groupedRate(b, d, windows, ours.size, turn)
	m.ratios, m.rates, m.size = append(m.ratios, ours.rate/floor), append(m.rates, ours.rate), ours.size
	m.half, m.most = append(m.half, share(ours.waits, 50)), append(m.most, share(ours.waits, 99))
	m.effort = append(m.effort, float64(ours.cpu.Microseconds())/float64(len(ours.waits)))
}

func (m *turns) report(b *testing.B) {
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(m.ratios), "×floor")
	b.ReportMetric(median(m.rates), "commands/s")
	b.ReportMetric(median(m.effort), "cpu-µs/command")
	b.ReportMetric(median(m.half), "p50-ms")
	b.ReportMetric(median(m.most), "p99-ms")
	b.ReportMetric(float64(m.size), "B/command")
}

// share is how many milliseconds a share of sorted waits is no longer than.
func share(waits []time.Duration, hundredths int) float64 {
	return waits[(len(waits)*hundredths+99)/100-1].Seconds() * 1000
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

// load is what windows got through.
type load struct {
	rate  float64         // durable commands a second
	size  int             // bytes that one of them writes, as JSON
	waits []time.Duration // for each answer, the shortest first
	cpu   time.Duration
}

// ticketRate lets each window take a ticket, call the next and say that nobody
// came, again and again.
func ticketRate(b *testing.B, d disk, windows int, during time.Duration) (l load) {
	b.Helper()
	tr := d.open(b)
	defer tr.Close()
	h := run(b, tr, windows)
	defer h.stop()
	var mu sync.Mutex
	var wg sync.WaitGroup
	begin, used := time.Now(), cpu()
	for w := range windows {
		wg.Go(func() {
			id := fmt.Sprint(w + 1)
			var mine []time.Duration
			for i := 0; time.Since(begin) < during; i++ {
				for j, c := range []queue.Command{queue.Take{Service: "social"}, queue.CallNext{Window: id}, queue.NoShow{Window: id}} {
					asked := time.Now()
					a, err := h.Do(context.Background(), hall.Request{ID: fmt.Sprint(id, "-", i, "-", j), Actor: "window:" + id, Command: c})
					if err != nil || !a.OK {
						b.Errorf("%T: %+v %v", c, a.Refusal, err)
						return
					}
					mine = append(mine, time.Since(asked))
				}
			}
			mu.Lock()
			defer mu.Unlock()
			l.waits = append(l.waits, mine...)
		})
	}
	wg.Wait()
	l.rate, l.cpu = float64(len(l.waits))/time.Since(begin).Seconds(), cpu()-used
	l.size = written(b, tr) / max(1, len(l.waits))
	slices.Sort(l.waits)
	return l
}

// written is how many bytes a trail keeps as JSON: its records and the answers
// of its last day, both of which have to be durable.
func written(b *testing.B, tr *trail.Trail) (n int) {
	b.Helper()
	day := ""
	for seq := uint64(0); ; {
		rs, err := tr.Since(seq, 10_000)
		if err != nil {
			b.Fatal(err)
		}
		if len(rs) == 0 {
			break
		}
		for _, r := range rs {
			n += length(b, r)
		}
		seq, day = rs[len(rs)-1].Seq, rs[len(rs)-1].Day
	}
	answers, err := tr.Answers(day)
	if err != nil {
		b.Fatal(err)
	}
	for _, a := range answers {
		n += length(b, a)
	}
	return n
}

func length(b *testing.B, v any) int {
	b.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		b.Fatal(err)
	}
	return len(data)
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

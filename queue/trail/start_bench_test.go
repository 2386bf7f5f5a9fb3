package trail_test

import (
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"testing"
	"time"

	"lobby/queue"
	"lobby/queue/hall"
	"lobby/queue/simulate"
	"lobby/queue/trail"
)

// BenchmarkStart opens a hall on trails of 10⁴ and 10⁶ records (and 10⁷ with
// LOBBY_NIGHTLY=1) of a simulated hall of 80 windows, in the middle of a day,
// and beside it reads all records of the smallest, which is what a start
// without snapshots would have to do.
//
//	go test -run '^$' -bench Start -benchtime 5x -timeout 0 ./queue/trail
func BenchmarkStart(b *testing.B) {
	sizes := []int{10_000, 1_000_000}
	if os.Getenv("LOBBY_NIGHTLY") != "" {
		sizes = append(sizes, 10_000_000)
	}
	for _, size := range sizes {
		b.Run(fmt.Sprint("records=", size), func(b *testing.B) {
			dir := b.TempDir()
			records := lived(b, dir, size)
			e := extent(b, dir)
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			var tr *trail.Trail
			for b.Loop() {
				if tr != nil {
					b.StopTimer()
					if err := tr.Close(); err != nil {
						b.Fatal(err)
					}
					b.StartTimer()
				}
				tr = startOn(b, dir)
			}
			runtime.ReadMemStats(&after)
			b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N), "ms/start")
			b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/float64(b.N)/(1<<20), "MB/start")
			b.ReportMetric(float64(e.Bytes)/float64(records), "B/record")
			b.ReportMetric(float64(e.Parts), "parts")
			begin, n := time.Now(), 0
			if err := tr.Replay(nil, func(queue.Record) error { n++; return nil }); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(time.Since(begin).Seconds()*1000, "ms/read-all")
			b.ReportMetric(0, "ns/op")
			if err := tr.Close(); err != nil || n != records {
				b.Fatalf("%d of %d records, %v", n, records, err)
			}
		})
	}
}

func startOn(b *testing.B, dir string) *trail.Trail {
	b.Helper()
	tr, err := trail.Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := hall.Open(hall.Options{Trail: tr, Now: time.Now, Nonce: func() string { return "" }, Location: time.UTC, Log: slog.New(slog.DiscardHandler)}); err != nil {
		b.Fatal(err)
	}
	return tr
}

func extent(b *testing.B, dir string) trail.Extent {
	b.Helper()
	r, err := trail.Read(dir)
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	e, err := r.Extent()
	if err != nil {
		b.Fatal(err)
	}
	return e
}

// life writes the records of a simulated hall as a real one would: snapshots
// when a day is opened and every 4,096 records, closed days moved to parts.
type life struct {
	tr    *trail.Trail
	hall  *simulate.Hall
	batch queue.Batch
	tail  int
	size  int
}

func (l *life) write(r queue.Record) error {
	if int(r.Seq) > l.size {
		return errFull
	}
	if l.batch.Records = append(l.batch.Records, r); len(l.batch.Records) < 500 {
		return nil
	}
	return l.flush()
}

// flush is called between two commands only, when the state is that after the
// last record.
func (l *life) flush() error {
	l.batch.Day, _ = l.hall.State().Day()
	opened := l.tail == 0
	l.tail += len(l.batch.Records)
	err := l.tr.Append(l.batch)
	l.batch.Records = nil
	if err != nil || !opened && l.tail < 4096 {
		return err
	}
	l.tail = 0
	state, err := l.hall.State().Save()
	if err != nil {
		return err
	}
	return l.tr.Keep(l.hall.State().Seq(), state)
}

var errFull = fmt.Errorf("as many records as were wanted")

// lived fills a trail with a number of records and tells how many they are.
func lived(b *testing.B, dir string, size int) int {
	b.Helper()
	tr, err := trail.Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	if err := tr.Replay(nil, func(queue.Record) error { return nil }); err != nil {
		b.Fatal(err)
	}
	s := centre()
	l := &life{tr: tr, hall: simulate.NewHall(1), size: size}
	l.hall.Write = l.write
	if err := l.hall.Activate(s.Config, s.Date(0)); err != nil {
		b.Fatal(err)
	}
	for n := 0; err == nil; n++ {
		err = l.hall.Play(s.Day(1, n))
		if n%20 == 19 {
			tidy(b, tr)
		}
	}
	if l.hall.State().Seq() < uint64(size) {
		b.Fatal(err)
	}
	if err := tr.Append(l.batch); err != nil {
		b.Fatal(err)
	}
	tidy(b, tr)
	if err := tr.Close(); err != nil {
		b.Fatal(err)
	}
	return size
}

// centre is a hall of 80 windows with 20 services.
func centre() simulate.Scenario {
	zone := time.FixedZone("CST", 8*3600)
	c := queue.Config{Classes: []queue.Class{{ID: "normal", Rate: 1}, {ID: "priority", Rate: 2.5}}}
	for i := range 20 {
		c.Services = append(c.Services, queue.Service{ID: fmt.Sprint("s", i), Prefix: string(rune('A' + i))})
	}
	for i := range 80 {
		c.Windows = append(c.Windows, queue.Window{ID: fmt.Sprint(i + 1), Services: []string{fmt.Sprint("s", i%20), fmt.Sprint("s", (i+1)%20)}})
	}
	return simulate.Scenario{Config: c, Location: zone, First: time.Date(2016, 1, 4, 0, 0, 0, 0, zone), Tickets: 2000}.WithDefaults()
}

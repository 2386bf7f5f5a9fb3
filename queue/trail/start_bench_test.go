package trail_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"lobby/queue"
	"lobby/queue/audit"
	"lobby/queue/hall"
	"lobby/queue/plaintest"
	"lobby/queue/simulate"
	"lobby/queue/trail"
	"lobby/queue/trail/checkpoint"
	"lobby/queue/trail/leaf"
	"lobby/queue/trail/verify"
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
			lived(b, dir, centre(), size)
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
			b.ReportMetric(float64(e.Bytes)/float64(size), "B/record")
			b.ReportMetric(float64(e.Parts), "parts")
			begin, n := time.Now(), 0
			if err := tr.Replay(nil, func(queue.Record) error { n++; return nil }); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(time.Since(begin).Seconds()*1000, "ms/read-all")
			b.ReportMetric(0, "ns/op")
			if err := tr.Close(); err != nil || n != size {
				b.Fatalf("%d of %d records, %v", n, size, err)
			}
		})
	}
}

func startOn(t testing.TB, dir string) *trail.Trail {
	t.Helper()
	tr, err := trail.Open(dir)
	must(t, err)
	begun(t, tr)
	return tr
}

// begun is the hall on a trail.
func begun(t testing.TB, tr *trail.Trail) *hall.Hall {
	t.Helper()
	h, err := hall.Open(hall.Options{Trail: tr, Now: time.Now, Nonce: func() string { return "" }, Location: time.UTC, Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	return h
}

func extent(t testing.TB, dir string) trail.Extent {
	t.Helper()
	r, err := trail.Read(dir)
	must(t, err)
	defer r.Close()
	e, err := r.Extent()
	must(t, err)
	return e
}

// life writes the records of a simulated hall as a real one would: snapshots
// when a day is opened and every 4,096 records, closed days moved to parts.
type life struct {
	tr    *trail.Trail
	state func() *queue.State
	batch queue.Batch
	tail  int
}

func (l *life) write(r queue.Record) error {
	if l.batch.Records = append(l.batch.Records, r); len(l.batch.Records) < 500 {
		return nil
	}
	return l.flush()
}

// flush is called between two commands only, when the state is that after the
// last record.
func (l *life) flush() error {
	l.batch.Day, _ = l.state().Day()
	opened := l.tail == 0
	l.tail += len(l.batch.Records)
	err := l.tr.Append(l.batch.Alone())
	l.batch.Records = nil
	if err != nil || !opened && l.tail < 4096 {
		return err
	}
	l.tail = 0
	state, err := l.state().Save()
	if err != nil {
		return err
	}
	return l.tr.Keep(l.state().Seq(), state)
}

// week is a week that a hall lived through, to be lived through again and
// again: what was before its first day, and its days.
type week struct {
	before []donor
	days   [][]donor
}

// donor is a record that others are made of.
type donor struct {
	leaf     leaf.Leaf
	personal leaf.Personal
	ticket   string
}

func simulated(t testing.TB, s simulate.Scenario) (w week) {
	t.Helper()
	h := simulate.NewHall(1)
	h.Write = func(r queue.Record) error {
		var d donor
		var err error
		if d.leaf, d.personal, err = leaf.New(r, "0123abcd", rand.Reader); err != nil {
			return err
		}
		if s, ok := r.Event.(queue.Subject); ok {
			d.ticket = s.TicketNumber()
		}
		if n := len(w.days); n > 0 {
			w.days[n-1] = append(w.days[n-1], d)
		} else {
			w.before = append(w.before, d)
		}
		return nil
	}
	must(t, h.Activate(s.Config, s.Date(0)))
	for n := range 5 {
		w.days = append(w.days, nil)
		must(t, h.Play(s.Day(1, n)))
	}
	return w
}

// day is the n-th day of many weeks.
func (w week) day(n int) (ds []donor) {
	weeks := n / len(w.days)
	for _, d := range w.days[n%len(w.days)] {
		l := &d.leaf
		was, day := l.Day, l.Day
		if date, err := time.Parse(time.DateOnly, was); err == nil { // not before the very first day
			day = date.AddDate(0, 0, 7*weeks).Format(time.DateOnly)
		}
		l.At, l.Day, l.Data = l.At.AddDate(0, 0, 7*weeks), day, bytes.ReplaceAll(l.Data, []byte(was), []byte(day))
		ds = append(ds, d)
	}
	return ds
}

// lived fills a trail with a number of records, of the same week again and
// again. What is left over is of the day that is not over yet.
func lived(t testing.TB, dir string, s simulate.Scenario, size int) {
	t.Helper()
	tr := open(t, dir)
	bulk, state := trail.NewBulk(tr), queue.NewState()
	var seq uint64
	apply := func(d donor) queue.Record {
		r, err := d.leaf.Record(d.personal)
		must(t, err)
		state.Apply(r)
		return r
	}
	w := simulated(t, s)
	todo := slices.Concat(w.before, w.day(0))
	for n := 1; size-int(seq) > len(todo); n++ {
		next, left := w.day(n), size-int(seq)-len(todo)
		month := todo[len(todo)-1].leaf.Day[:len("2006-01")]
		for _, d := range todo {
			seq++
			d.leaf.Seq = seq
			must(t, bulk.Add(month, d.leaf, d.personal, d.ticket))
			if left <= len(next) || d.leaf.Day == "" { // nothing else is left of days that are over
				apply(d)
			}
		}
		todo = next
	}
	must(t, bulk.Close())
	saved, err := state.Save()
	must(t, err)
	must(t, tr.Keep(seq, saved))
	l := &life{tr: tr, state: func() *queue.State { return state }}
	for _, d := range todo[:size-int(seq)] {
		seq++
		d.leaf.Seq = seq
		must(t, l.write(apply(d)))
	}
	must(t, tr.Append(l.batch.Alone()))
	must(t, tr.Close())
}

// A trail made in bulk is one: every record is what the tree says, and the
// rules of the queue were kept at each.
func TestALongTrailIsATrail(t *testing.T) {
	if plaintest.Elsewhere(t) {
		return
	}
	dir, s := memoryDir(t), centre()
	s.Tickets = 10
	const size = 20_000
	lived(t, dir, s, size)
	tr := open(t, dir) // and reads all of it
	var file bytes.Buffer
	keys, err := checkpoint.ReadKeys(key(t).Verifier())
	must(t, err)
	must(t, tr.Export(&file, "fuyang", key(t), trail.Selection{}))
	auditor := audit.New()
	r, err := verify.File(bytes.NewReader(file.Bytes()), int64(file.Len()), verify.Options{Keys: keys, Check: auditor.Check})
	if err != nil || r.Records != size || !r.Replayed {
		t.Errorf("%+v, %v", r, err)
	}
	if e := extent(t, dir); e.Parts < 2 {
		t.Errorf("%d parts", e.Parts)
	}
	begun(t, tr)
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

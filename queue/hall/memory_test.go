package hall_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"lobby/queue"
	"lobby/queue/hall"
)

// memory is a trail without a disk, whose faults the test decides.
type memory struct {
	mu        sync.Mutex
	records   []queue.Record
	answers   map[string]kept
	batches   [][]queue.Record
	snapshots []taken
	doubtful  bool // an append failed and nothing was replayed since

	gate           chan struct{} // an append waits for one element, unless nil
	refuse         error         // of the next append, which keeps nothing
	refusePiece    int           // of the next append that has so many; it keeps nothing
	lost           error         // of the next append, which keeps everything
	unreadable     error
	refuseSnapshot error // of the next one
}

// taken is a snapshot and the record it was made after.
type taken struct {
	seq   uint64
	state []byte
}

type kept struct {
	day    string
	answer []byte
}

var errDisk = errors.New("disk: input/output error")

func (m *memory) Append(pieces iter.Seq[queue.Batch]) error {
	given := slices.Collect(pieces)
	m.mu.Lock()
	gate := m.gate
	m.mu.Unlock()
	if gate != nil {
		<-gate
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.doubtful {
		return errors.New("memory: append without a replay after a failure")
	}
	if err := m.refuse; err != nil {
		m.refuse, m.doubtful = nil, true
		return err
	}
	if n := m.refusePiece; n > 0 && len(given) >= n {
		m.refusePiece, m.doubtful = 0, true
		return errDisk
	}
	from := len(m.records)
	for _, p := range given {
		if err := m.keep(p); err != nil {
			return err
		}
	}
	m.batches = append(m.batches, slices.Clone(m.records[from:]))
	if err := m.lost; err != nil {
		m.lost, m.doubtful = nil, true
		return err
	}
	return nil
}

func (m *memory) keep(p queue.Batch) error {
	m.records = append(m.records, p.Records...)
	for _, a := range p.Answers {
		data, err := json.Marshal(a)
		if err != nil {
			return err
		}
		m.answers[a.ID] = kept{p.Day, data}
	}
	return nil
}

// Keep remembers a snapshot with the number of the record it was made after.
func (m *memory) Keep(seq uint64, snapshot []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.doubtful {
		return errors.New("memory: keep without a replay after a failure")
	}
	if err := m.refuseSnapshot; err != nil {
		m.refuseSnapshot, m.doubtful = nil, true
		return err
	}
	if last := m.records[len(m.records)-1].Seq; seq > last {
		return fmt.Errorf("memory: a snapshot after record %d, the last is %d", seq, last)
	}
	m.snapshots = append(m.snapshots, taken{seq, snapshot})
	return nil
}

func (m *memory) Replay(load func([]byte) error, apply func(queue.Record) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.unreadable != nil {
		return m.unreadable
	}
	m.doubtful = false
	rest := m.records
	for _, s := range slices.Backward(m.snapshots) {
		if load(s.state) == nil {
			rest = m.records[s.seq:]
			break
		}
	}
	for _, r := range rest {
		if err := apply(r); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) Answers(day string) (map[string]queue.Answer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	answers := map[string]queue.Answer{}
	for id, k := range m.answers {
		var a queue.Answer
		if err := json.Unmarshal(k.answer, &a); err != nil {
			return nil, err
		}
		if k.day == day {
			answers[id] = a
		}
	}
	return answers, nil
}

func (m *memory) set(f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f()
}

// house is a running hall with its trail and clock.
type house struct {
	*hall.Hall
	t     testing.TB
	trail *memory
	ahead *atomic.Int64 // nanoseconds its clock is before the true one
	end   context.CancelFunc
	ended chan error
}

func newMemory() *memory { return &memory{answers: map[string]kept{}} }

// build opens a hall on a trail and lets it run.
func build(t *testing.T, m *memory) *house { return buildAt(t, m, 0) }

// buildAt is build with a wall clock that is wrong.
func buildAt(t *testing.T, m *memory, ahead time.Duration) *house {
	t.Helper()
	h := &house{t: t, trail: m, ahead: new(atomic.Int64), ended: make(chan error, 1)}
	h.set(ahead)
	var nonce atomic.Int64
	var err error
	h.Hall, err = hall.Open(hall.Options{
		Trail: m, Location: time.UTC, Log: slog.New(slog.DiscardHandler),
		Now:   func() time.Time { return time.Now().Add(time.Duration(h.ahead.Load())) },
		Nonce: func() string { return fmt.Sprintf("%016d-%016p", nonce.Add(1), h) },
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	h.end = cancel
	go func() { h.ended <- h.Run(ctx) }()
	return h
}

// stop ends the hall and waits for it.
func (h *house) stop() {
	h.end()
	if err := <-h.ended; err != nil {
		h.t.Errorf("the hall ended with %v", err)
	}
}

func (h *house) do(id string, c queue.Command) (queue.Answer, error) {
	return h.Do(context.Background(), hall.Request{ID: id, Actor: "test", Command: c})
}

// must does a command that has to succeed.
func (h *house) must(id string, c queue.Command) queue.Answer {
	h.t.Helper()
	a, err := h.do(id, c)
	if err != nil || !a.OK {
		h.t.Fatalf("%T: %+v %v", c, a.Refusal, err)
	}
	return a
}

// open prepares a day with windows "1" to "n", all for one service.
func (h *house) open(windows int) {
	h.t.Helper()
	c := queue.Config{
		Services: []queue.Service{{ID: "social", Prefix: "M"}},
		Classes:  []queue.Class{{ID: "normal", Rate: 1}},
		Kiosks:   []queue.Kiosk{{ID: "k1", Printer: "p1"}},
	}
	for i := range windows {
		c.Windows = append(c.Windows, queue.Window{ID: fmt.Sprint(i + 1), Services: []string{"social"}})
	}
	h.must("", queue.Activate{Config: c})
	h.must("", queue.DayOpen{})
	for _, w := range c.Windows {
		h.must("", queue.WindowOpen{Window: w.ID})
	}
}

func (h *house) view() string {
	h.t.Helper()
	v, err := h.View(context.Background())
	if err != nil {
		h.t.Fatal(err)
	}
	data, err := json.Marshal(v)
	if err != nil {
		h.t.Fatal(err)
	}
	return string(data)
}

// bubble runs a test in virtual time with a hall of two windows.
func bubble(t *testing.T, test func(*testing.T, *house)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := build(t, newMemory())
		h.open(2)
		test(t, h)
		h.stop()
	})
}

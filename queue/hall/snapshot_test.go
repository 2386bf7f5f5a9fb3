package hall_test

import (
	"bytes"
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"lobby/queue"
)

// The clean end makes a snapshot, so that the next start reads no record; a
// state that goes on from a snapshot is the one that went on by itself.
func TestAHallGoesOnFromItsSnapshot(t *testing.T) {
	m := newMemory()
	h := build(t, m)
	h.open(2)
	h.must("", queue.Take{Service: "social"})
	h.must("", queue.Take{Service: "social"})
	h.must("", queue.CallNext{Window: "1"})
	before := h.view()
	h.stop()
	if last := m.snapshots[len(m.snapshots)-1]; last.seq != uint64(len(m.records)) {
		t.Errorf("the last snapshot was made after record %d of %d", last.seq, len(m.records))
	}
	clear(m.records[:len(m.records)-1]) // nothing but the last record's number is read any more
	h = build(t, m)
	defer h.stop()
	if after := h.view(); after != before {
		t.Errorf("before the stop\n%s\nafter the start\n%s", before, after)
	}
	if a := h.must("", queue.CallNext{Window: "2"}); string(a.Result) == "" {
		t.Error("the second ticket is not called")
	}
}

func TestASnapshotIsMadeWhenTheDayBeginsAndWhenTheTailWeighsAsMuch(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		m := h.trail
		synctest.Wait()
		if n := len(m.snapshots); n != 1 {
			t.Fatalf("%d snapshots after the day was opened, want 1", n)
		}
		for range 6000 { // two records each
			h.must("", queue.Take{Service: "social"})
			synctest.Wait()
		}
		if n := len(m.snapshots); n < 2 || n > 3 {
			t.Fatalf("%d snapshots after 12,000 records", n)
		}
		for i, s := range m.snapshots[1:] {
			if n := s.seq - m.snapshots[i].seq; n < 4096 || int(n)*256 < len(m.snapshots[i].state) {
				t.Errorf("a snapshot %d records after one of %d bytes", n, len(m.snapshots[i].state))
			}
		}
	})
}

func TestARefusedSnapshotChangesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		m.refuseSnapshot = errors.New("disk: full")
		h := build(t, m)
		defer h.stop()
		h.open(1)
		synctest.Wait()
		if m.refuseSnapshot != nil || m.doubtful {
			t.Error("the hall did not read the trail again")
		}
		before := h.view()
		h.must("", queue.Take{Service: "social"})
		if a := h.must("", queue.CallNext{Window: "1"}); len(a.Seq) != 1 {
			t.Errorf("the call is answered %+v", a)
		}
		if h.view() == before {
			t.Error("nothing happens any more")
		}
	})
}

func TestASnapshotOfAnotherFormatIsPassedOver(t *testing.T) {
	m := newMemory()
	h := build(t, m)
	h.open(1)
	h.must("", queue.Take{Service: "social"})
	before := h.view()
	h.stop()
	for i := range m.snapshots {
		m.snapshots[i].state = []byte(`{"format":99}`)
	}
	h = build(t, m)
	defer h.stop()
	if after := h.view(); after != before {
		t.Errorf("replayed\n%s\nwant\n%s", after, before)
	}
}

// While commands queue up a snapshot waits, but one is made all the same when the
// tail has become long, and as soon as it is quiet.
func TestSnapshotsWaitWhileCommandsQueueUp(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		made := func() int { synctest.Wait(); return len(h.trail.snapshots) }
		h.rush(2250)
		if n := made(); n != 1 {
			t.Fatalf("%d snapshots in a rush after %d records, want that of the morning alone", n, len(h.trail.records))
		}
		h.must("", queue.WindowPause{Window: "1"})
		if n := made(); n != 2 {
			t.Fatalf("%d snapshots when it is quiet again, want 2", n)
		}
		h.rush(10_000)
		if n := made(); n < 3 {
			t.Fatalf("no snapshot after %d records in one rush", len(h.trail.records))
		}
	})
}

// A snapshot is written down while the hall goes on, and is all the same of the
// state as it was after its record.
func TestASnapshotIsOfItsRecordHoweverTheHallGoesOn(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		for range 5 {
			h.rush(1500)
			for range 20 {
				h.must("", queue.CallNext{Window: "1"})
				h.must("", queue.NoShow{Window: "1"})
			}
		}
		synctest.Wait()
		if n := len(h.trail.snapshots); n < 3 {
			t.Fatalf("%d snapshots in a rush of %d records, want 3 or more", n, len(h.trail.records))
		}
		state, at := queue.NewState(), 0
		for _, s := range h.trail.snapshots {
			for ; uint64(at) < s.seq; at++ {
				state.Apply(h.trail.records[at])
			}
			if want, err := state.Save(); err != nil || !bytes.Equal(s.state, want) {
				t.Errorf("the snapshot after record %d is not of the state then, %v", s.seq, err)
			}
		}
	})
}

// rush takes many tickets at once, of two records each.
func (h *house) rush(tickets int) {
	h.t.Helper()
	gate := make(chan struct{})
	h.trail.set(func() { h.trail.gate = gate })
	var wg sync.WaitGroup
	for range tickets {
		wg.Go(func() {
			if a, err := h.do("", queue.Take{Service: "social"}); err != nil || !a.OK {
				h.t.Errorf("%+v, %v", a.Refusal, err)
			}
		})
	}
	synctest.Wait()
	close(gate)
	wg.Wait()
	h.trail.set(func() { h.trail.gate = nil })
}

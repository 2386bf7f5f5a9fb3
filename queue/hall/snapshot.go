package hall

import (
	"context"

	"lobby/queue"
)

// A start reads the last snapshot and the records after it. A snapshot is made
// when a day is opened, which is when the state is smallest, and when the
// records since the last one weigh as much as it does: then a start never reads
// much more than twice the state, and snapshots never cost more than the
// records themselves. The state is copied in the hall, which takes a moment, and
// written down beside it, so that no command waits for that; what is written has
// to be synced all the same, so that while commands queue up the tail may become
// several times as heavy.
const (
	leastTail    = 4096 // records after a snapshot that are not worth another
	recordWeight = 256  // bytes, about
	busyTails    = 4    // tails that are let pass while commands queue up
)

// snapshots is what the hall knows of its snapshots.
type snapshots struct {
	tail    int  // records since the last one
	weight  int  // bytes of the last one
	owed    bool // one has to be made although the tail is short
	writing bool // one is being written down
	written chan written
}

// written is a snapshot that was written down, and the record it was made after.
type written struct {
	seq  uint64
	data []byte
	err  error
}

// keep begins a snapshot after a batch, if it is time for one.
func (h *Hall) keep(records int, opened, busy bool) {
	s := &h.snapshots
	s.tail += records
	tail := s.tail
	if busy {
		tail /= busyTails
	}
	s.owed = s.owed || opened || tail >= leastTail && tail*recordWeight >= s.weight
	if !s.owed || s.writing {
		return
	}
	s.tail, s.owed, s.writing = 0, false, true
	copied := h.state.Snapshot()
	go func() { s.written <- write(copied) }()
}

func write(p queue.Snapshot) written {
	data, err := p.Encode()
	return written{p.Seq(), data, err}
}

// store makes a snapshot durable that was written down.
func (h *Hall) store(ctx context.Context, w written) {
	h.snapshots.writing, h.snapshots.weight = false, len(w.data)
	if err := h.persist(w); err != nil {
		h.Log.Error("the trail refused a snapshot", "err", err)
		h.recover(ctx)
	}
}

func (h *Hall) persist(w written) error {
	if w.err != nil {
		return w.err
	}
	return h.Trail.Keep(w.seq, w.data)
}

// last makes the snapshot of the end, unless nothing has happened since the one
// before.
func (h *Hall) last() error {
	s := &h.snapshots
	var w written
	if s.writing {
		w = <-s.written
	}
	switch {
	case s.tail > 0:
		return h.persist(write(h.state.Snapshot()))
	case s.writing:
		return h.persist(w)
	}
	return nil
}

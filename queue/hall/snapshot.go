package hall

import "lobby/queue"

// A start reads the last snapshot and the records after it. A snapshot is made
// when a day is opened, which is when the state is smallest, and when the
// records since the last one weigh as much as it does: then a start never reads
// much more than twice the state, and snapshots never cost more than the
// records themselves. While commands queue up nobody is made to wait for a
// snapshot until the tail is several times as heavy.
const (
	leastTail    = 4096 // records after a snapshot that are not worth another
	recordWeight = 256  // bytes, about
	busyTails    = 4    // tails that are let pass while commands queue up
)

// keep makes a snapshot after a batch, if it is time for one.
func (h *Hall) keep(b queue.Batch, opened, busy bool) error {
	h.tail += len(b.Records)
	tail := h.tail
	if busy {
		tail /= busyTails
	}
	if !opened && (tail < leastTail || tail*recordWeight < h.weight) {
		return nil
	}
	return h.snapshot()
}

// snapshot makes one unless nothing has happened since the last.
func (h *Hall) snapshot() error {
	if h.tail == 0 {
		return nil
	}
	data, err := h.state.Save()
	if err != nil {
		return err
	}
	if err := h.Trail.Keep(h.state.Seq(), data); err != nil {
		return err
	}
	h.tail, h.weight = 0, len(data)
	return nil
}

package hall

// A start reads the last snapshot and the records after it. A snapshot is made
// when a day is opened, which is when the state is smallest, and when the
// records since the last one weigh as much as it does: then a start never reads
// much more than twice the state, and snapshots never cost more than the
// records themselves. While commands queue up nobody is made to wait for a
// snapshot until the tail would take a good part of a second to read.
const (
	leastTail    = 4096    // records after a snapshot that are not worth another
	busyTail     = 1 << 15 // the same while commands queue up
	recordWeight = 256     // bytes, about
)

// keep makes a snapshot after a batch, if it is time for one.
func (h *Hall) keep(records int, opened, busy bool) error {
	h.tail += records
	least := leastTail
	if busy {
		least = busyTail
	}
	if !opened && (h.tail < least || h.tail*recordWeight < h.weight) {
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

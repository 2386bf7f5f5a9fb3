package trail

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/ncruces/go-sqlite3"

	"lobby/queue"
)

// row is a record as the table holds it.
type row struct {
	seq                         uint64
	at                          int64 // Unix milliseconds
	actor, command, day, ticket string
	event                       string
	data                        []byte
}

const selectRecords = "SELECT seq, at, actor, command, day, ticket, event, data, hash FROM records"

func newRow(r queue.Record) (row, error) {
	data, err := json.Marshal(r.Event)
	if err != nil {
		return row{}, fmt.Errorf("trail: write %s: %w", r.Event.Name(), err)
	}
	w := row{seq: r.Seq, at: millis(r.At), actor: r.Actor, command: r.Command, day: r.Day, event: r.Event.Name(), data: data}
	if s, ok := r.Event.(queue.Subject); ok {
		w.ticket = s.TicketNumber()
	}
	return w, nil
}

func (w row) bind(s *sqlite3.Stmt, hash []byte) error {
	return errors.Join(s.BindInt64(1, int64(w.seq)), s.BindInt64(2, w.at), s.BindText(3, w.actor), s.BindText(4, w.command),
		s.BindText(5, w.day), s.BindText(6, w.ticket), s.BindText(7, w.event), s.BindRawText(8, w.data), s.BindBlob(9, hash))
}

func scanRow(s *sqlite3.Stmt) row {
	return row{
		seq: uint64(s.ColumnInt64(0)), at: s.ColumnInt64(1), actor: s.ColumnText(2), command: s.ColumnText(3),
		day: s.ColumnText(4), ticket: s.ColumnText(5), event: s.ColumnText(6), data: []byte(s.ColumnText(7)),
	}
}

func (w row) record() (queue.Record, error) {
	e, err := queue.DecodeEvent(w.event, w.data)
	if err != nil {
		return queue.Record{}, fmt.Errorf("trail: record %d: %w", w.seq, err)
	}
	return queue.Record{Seq: w.seq, At: time.UnixMilli(w.at).UTC(), Day: w.day, Actor: w.actor, Command: w.command, Event: e}, nil
}

// head is the last record's place in the chain.
type head struct {
	seq  uint64
	hash [sha256.Size]byte // all zero before the first record
}

// next extends the chain by a row: SHA-256 over the hash before it and every
// field, each text with its length before it, all numbers big endian.
func (h head) next(w row) (head, error) {
	if w.seq != h.seq+1 {
		return h, fmt.Errorf("trail: record %d follows record %d: one is missing or doubled", w.seq, h.seq)
	}
	buf := append([]byte{}, h.hash[:]...)
	buf = binary.BigEndian.AppendUint64(buf, w.seq)
	buf = binary.BigEndian.AppendUint64(buf, uint64(w.at))
	for _, text := range []string{w.actor, w.command, w.day, w.ticket, w.event, string(w.data)} {
		buf = binary.BigEndian.AppendUint32(buf, uint32(len(text)))
		buf = append(buf, text...)
	}
	return head{seq: w.seq, hash: sha256.Sum256(buf)}, nil
}

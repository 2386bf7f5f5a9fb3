package trail

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/ncruces/go-sqlite3"

	"lobby/queue"
	"lobby/queue/trail/leaf"
)

// row is a record as the table holds it: the leaf that is hashed, and beside
// it what is personal, which can be erased, and the ticket it is about.
type row struct {
	leaf     leaf.Leaf
	personal leaf.Personal
	ticket   string
}

// recordsTable has the leaf's parts in columns of their own; hash is its hash
// in the tree. Salt and clear are no part of it.
const recordsTable = `
CREATE TABLE records(
  seq INTEGER PRIMARY KEY, epoch TEXT NOT NULL, at INTEGER NOT NULL, mono INTEGER NOT NULL, day TEXT NOT NULL, actor TEXT NOT NULL,
  command TEXT NOT NULL, event TEXT NOT NULL, data TEXT NOT NULL, commitment BLOB, hash BLOB NOT NULL,
  ticket TEXT NOT NULL, salt BLOB, clear TEXT);
CREATE INDEX records_ticket ON records(day, ticket) WHERE ticket <> '';
`

const (
	columns       = "seq, epoch, at, mono, day, actor, command, event, data, commitment, hash, ticket, salt, clear"
	selectRecords = "SELECT " + columns + " FROM records"
	insertRecord  = "INSERT INTO records VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
)

// bind gives an insert its values.
func (w row) bind(s *sqlite3.Stmt, hash []byte) error {
	l := w.leaf
	err := errors.Join(s.BindInt64(1, int64(l.Seq)), s.BindText(2, l.Epoch), s.BindInt64(3, l.At.UnixMilli()), s.BindInt64(4, l.Mono.Milliseconds()),
		s.BindText(5, l.Day), s.BindText(6, l.Actor), s.BindText(7, l.Command), s.BindText(8, l.Event), s.BindRawText(9, l.Data),
		s.BindBlob(11, hash), s.BindText(12, w.ticket))
	if l.Commitment == nil {
		return errors.Join(err, s.BindNull(10), s.BindNull(13), s.BindNull(14))
	}
	return errors.Join(err, s.BindBlob(10, l.Commitment), s.BindBlob(13, w.personal.Salt[:]), s.BindRawText(14, w.personal.Clear))
}

// scanRow reads the row under a statement, and the hash beside it, which is
// only valid until the next step.
func scanRow(s *sqlite3.Stmt) (w row, hash []byte) {
	w.leaf = leaf.Leaf{
		Seq: uint64(s.ColumnInt64(0)), Epoch: s.ColumnText(1), At: time.UnixMilli(s.ColumnInt64(2)).UTC(), Mono: time.Duration(s.ColumnInt64(3)) * time.Millisecond,
		Day: s.ColumnText(4), Actor: s.ColumnText(5), Command: s.ColumnText(6), Event: s.ColumnText(7),
		Data: []byte(s.ColumnText(8)), Commitment: s.ColumnBlob(9, nil),
	}
	w.ticket = s.ColumnText(11)
	if s.ColumnType(13) != sqlite3.NULL {
		copy(w.personal.Salt[:], s.ColumnRawBlob(12))
		w.personal.Clear = []byte(s.ColumnText(13))
	}
	return w, s.ColumnRawBlob(10)
}

func (w row) record() (queue.Record, error) {
	r, err := w.leaf.Record(w.personal)
	if err != nil {
		return r, fmt.Errorf("trail: %w", err)
	}
	if ticketOf(r.Event) != w.ticket {
		return r, fmt.Errorf("trail: record %d is filed under the ticket %q: the file was changed", r.Seq, w.ticket)
	}
	return r, nil
}

// ticketOf is the number of the ticket that an event is about, if any.
func ticketOf(e queue.Event) string {
	if s, ok := e.(queue.Subject); ok {
		return s.TicketNumber()
	}
	return ""
}

// head is the last record: its number and its hash.
type head struct {
	seq  uint64
	hash [sha256.Size]byte // all zero before the first record
}

// next is the head after one more row. The hash is of the row alone; that no
// row can be exchanged or left out is the tree's affair.
func (h head) next(w row) (head, error) {
	if w.leaf.Seq != h.seq+1 {
		return h, fmt.Errorf("trail: record %d follows record %d: one is missing or doubled", w.leaf.Seq, h.seq)
	}
	return head{seq: w.leaf.Seq, hash: w.leaf.Hash()}, nil
}

// checkRow reads the row under a statement and holds it against its own hash
// and the row before it.
func (h head) checkRow(s *sqlite3.Stmt) (row, head, error) {
	w, hash := scanRow(s)
	next, err := h.next(w)
	if err != nil {
		return w, h, err
	}
	if err := w.check(next.hash, hash); err != nil {
		return w, h, err
	}
	return w, next, nil
}

// check holds the hash of the row's leaf against the one that is stored beside
// it, and what is personal against its commitment.
func (w row) check(is [sha256.Size]byte, stored []byte) error {
	if string(stored) != string(is[:]) {
		return fmt.Errorf("trail: record %d is not as it was written: the file was changed", w.leaf.Seq)
	}
	if c := w.leaf.Commitment; w.personal.Clear != nil && string(c) != string(w.personal.Commitment()) {
		return fmt.Errorf("trail: record %d has another personal part than was written: the file was changed", w.leaf.Seq)
	}
	return nil
}

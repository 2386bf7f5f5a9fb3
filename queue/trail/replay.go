package trail

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/ncruces/go-sqlite3"

	"lobby/queue"
	"lobby/queue/trail/checkpoint"
)

// Replay hands the newest snapshot to load, or an older one when load refuses
// it or it is not as it was written, and then every record after it to apply.
// Without a load, or when there is no good snapshot, it hands on all records
// there are. The hashes of what it hands on are checked. It opens the file
// again if a change had failed.
func (t *Trail) Replay(load func(snapshot []byte) error, apply func(queue.Record) error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.write == nil {
		if err := t.open(); err != nil {
			t.release(err)
			return errors.Join(err, t.disconnect())
		}
	}
	h, tree, err := t.replay(load, apply)
	if err != nil {
		return errors.Join(err, t.disconnect())
	}
	t.head, t.tree = h, tree
	return nil
}

func (t *Trail) replay(load func([]byte) error, apply func(queue.Record) error) (h head, tree checkpoint.Tree, err error) {
	found := false
	if load != nil {
		if h, found, err = t.resume(load); err != nil {
			return h, tree, err
		}
	}
	if !found {
		if h, err = t.origin(); err != nil {
			return h, tree, err
		}
	}
	var seen checkpoint.Tree // of all records, unless some are not read
	err = t.scan(t.write, h.seq, func(s *sqlite3.Stmt) error {
		row, next, err := h.checkRow(s)
		if err != nil {
			return err
		}
		h = next
		seen.Add(h.hash)
		r, err := row.record()
		if err != nil {
			return err
		}
		return apply(r)
	})
	if err == nil {
		if tree, err = readTree(t.write); err == nil {
			err = checkTree(tree, seen, h.seq)
		}
	}
	return h, tree, err
}

// origin is what the first record that is still there follows from.
func (t *Trail) origin() (h head, err error) {
	ps, _, err := parts(t.write)
	for _, p := range ps {
		if p.Gone {
			h = head{p.Last, p.hash}
		}
	}
	return h, err
}

// snapshotsKept is how many snapshots are there at most; each is only wanted
// when those after it are bad.
const snapshotsKept = 3

// resume loads the newest good snapshot and tells the record after which it
// was made. A snapshot is good when its sum is right, when the record it
// names, if that is still in the trail's own file, is the one it was made
// after, and when load accepts it.
func (t *Trail) resume(load func([]byte) error) (h head, found bool, err error) {
	err = query(t.write, `SELECT s.seq, s.head, s.state, s.sum, r.hash FROM snapshots s LEFT JOIN records r ON r.seq=s.seq
		WHERE s.seq <= (SELECT max(seq) FROM records) ORDER BY s.seq DESC`, nil, func(s *sqlite3.Stmt) error {
		at := head{seq: uint64(s.ColumnInt64(0))}
		state, record := s.ColumnBlob(2, nil), s.ColumnRawBlob(4)
		if copy(at.hash[:], s.ColumnRawBlob(1)) != len(at.hash) || !bytes.Equal(s.ColumnRawBlob(3), at.sum(state)) ||
			record != nil && !bytes.Equal(record, at.hash[:]) || load(state) != nil {
			return nil // the next one is older
		}
		h, found = at, true
		return errEnough
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return h, found, err
}

// sum ties a snapshot to the record after which it was made.
func (h head) sum(state []byte) []byte {
	sum := sha256.New()
	sum.Write(binary.BigEndian.AppendUint64(nil, h.seq))
	sum.Write(h.hash[:])
	sum.Write(state)
	return sum.Sum(nil)
}

// Keep makes a snapshot of the state after a record, whose number it is told,
// durable, so that the next Replay need not begin at the first. One after a record
// that has moved to a part meanwhile is left out: the opening of the day that
// moved it makes another. Its error means the same as that of Append.
func (t *Trail) Keep(seq uint64, snapshot []byte) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.write != nil && seq > t.head.seq {
		return fmt.Errorf("trail: keep a snapshot made after record %d: the last is record %d", seq, t.head.seq)
	}
	err := t.change(func(c *sqlite3.Conn) error {
		h, found, err := t.headAt(c, seq)
		if err != nil || !found {
			return err
		}
		st, _, err := c.Prepare("INSERT OR REPLACE INTO snapshots VALUES(?,?,?,?)")
		if err != nil {
			return err
		}
		defer st.Close()
		if err := errors.Join(st.BindInt64(1, int64(h.seq)), st.BindBlob(2, h.hash[:]), st.BindBlob(3, snapshot), st.BindBlob(4, h.sum(snapshot)), st.Exec()); err != nil {
			return err
		}
		return c.Exec(fmt.Sprint("DELETE FROM snapshots WHERE seq NOT IN (SELECT seq FROM snapshots ORDER BY seq DESC LIMIT ", snapshotsKept, ")"))
	})
	if err != nil {
		return fmt.Errorf("trail: keep a snapshot: %w", err)
	}
	return nil
}

// headAt is what the head was when a record was the last; false when the record
// is no longer in the trail's own file.
func (t *Trail) headAt(c *sqlite3.Conn, seq uint64) (h head, found bool, err error) {
	if seq == t.head.seq {
		return t.head, true, nil
	}
	err = query(c, "SELECT hash FROM records WHERE seq=?", func(s *sqlite3.Stmt) error { return s.BindInt64(1, int64(seq)) },
		func(s *sqlite3.Stmt) error {
			found = copy(h.hash[:], s.ColumnRawBlob(0)) == len(h.hash)
			return nil
		})
	h.seq = seq
	return h, found, err
}

package trail

import (
	"errors"
	"io"
	"math/bits"

	"github.com/ncruces/go-sqlite3"
	"golang.org/x/mod/sumdb/note"

	"lobby/queue/trail/export"
)

// ErrNoRecords says that nothing was selected.
var ErrNoRecords = errors.New("trail: export: there are no such records")

// Selection is what of a trail is exported; the zero one is all of it.
type Selection struct {
	Day      string // of this business day alone
	Ticket   string // of this ticket of the day alone
	Personal bool   // with what is personal, where it is not erased
	Progress func(seq uint64)
}

// where is the selection as a condition.
func (s Selection) where() string {
	switch {
	case s.Ticket != "":
		return "day=" + sqlite3.Quote(s.Day) + " AND ticket=" + sqlite3.Quote(s.Ticket)
	case s.Day != "":
		return "day=" + sqlite3.Quote(s.Day)
	}
	return "TRUE"
}

// Export writes a file about what is on disk now. Records that are not
// selected, or whose part is gone, are in it as hashes.
func (r *Reader) Export(w io.Writer, hall string, signer note.Signer, want Selection) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.conn == nil {
		return ErrBroken
	}
	out := export.NewWriter(w, export.Options{Hall: hall, Signer: signer})
	tx := r.conn.Begin()
	defer func() { _ = tx.Rollback() }() // it has read only
	tree, err := readTree(r.conn)
	if err != nil {
		return err
	}
	found := false
	among := func(p Part) bool { return want.Day == "" || p.holds(want.Day) }
	err = r.pick(r.conn, columns, want.where(), among, func(s *sqlite3.Stmt) error {
		row, hash := scanRow(s)
		found = true
		if err := row.check(row.leaf.Hash(), hash); err != nil {
			return err
		}
		if err := r.omit(out, row.leaf.Seq-1); err != nil {
			return err
		}
		return exportRow(out, row, want)
	})
	if err != nil {
		return err
	}
	if !found {
		return ErrNoRecords
	}
	if err := r.omit(out, tree.Size()); err != nil {
		return err
	}
	// What is signed here is taken for true, so that nothing else may be than
	// what the hall's own tree was made over.
	if out.Root() != tree.Root() {
		return errors.New("trail: export: the records are not those that the tree was made over: the file was changed")
	}
	return out.Close()
}

func exportRow(out *export.Writer, w row, want Selection) error {
	if err := out.Leaf(w.leaf); err != nil {
		return err
	}
	if want.Progress != nil {
		want.Progress(w.leaf.Seq)
	}
	if !want.Personal || w.personal.Clear == nil {
		return nil
	}
	return out.Personal(w.personal)
}

// omit brings a file to a number of records by as few hashes as there can be.
func (r *Reader) omit(out *export.Writer, to uint64) error {
	for out.Size() < to {
		from := out.Size()
		level := bits.Len64(to-from) - 1
		if from > 0 {
			level = min(level, bits.TrailingZeros64(from))
		}
		root, err := r.subtree(r.conn, level, from>>level)
		if err != nil {
			return err
		}
		if err := out.Omit(level, root); err != nil {
			return err
		}
	}
	return nil
}

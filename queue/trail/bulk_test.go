package trail

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/ncruces/go-sqlite3"
	"golang.org/x/mod/sumdb/tlog"

	"lobby/queue/trail/leaf"
)

// Bulk writes closed days straight into the files of their months, as Append
// and Tidy would have, but each month in one go that nothing is synced for.
// It is how a trail of many years is made within minutes.
type Bulk struct {
	trail *Trail
	tiles []tile
	part  Part // that is being filled
	conn  *sqlite3.Conn
	row   *sqlite3.Stmt
	index string // made when the part is full
}

// NewBulk begins on a trail that is still empty.
func NewBulk(t *Trail) *Bulk {
	b := &Bulk{trail: t}
	t.tree.Node = func(level int, n uint64, root tlog.Hash) {
		if level%tileHeight == 0 {
			b.tiles = append(b.tiles, tile{level / tileHeight, n, root})
		}
	}
	return b
}

// Add adds the next record to the file of a month.
func (b *Bulk) Add(month string, l leaf.Leaf, p leaf.Personal, ticket string) error {
	if month != b.part.Name {
		if err := errors.Join(b.flush(), b.begin(month, l.Seq)); err != nil {
			return err
		}
	}
	w := row{leaf: l, personal: p, ticket: ticket}
	h, err := b.trail.head.next(w)
	if err != nil {
		return err
	}
	b.trail.head, b.part.Last, b.part.hash = h, h.seq, h.hash
	b.trail.tree.Add(h.hash)
	return errors.Join(w.bind(b.row, h.hash[:]), b.row.Exec())
}

func (b *Bulk) begin(month string, first uint64) (err error) {
	b.part = Part{Name: month, First: first}
	if b.conn, err = b.trail.connect(b.part.file(), sqlite3.OPEN_READWRITE|sqlite3.OPEN_CREATE); err != nil {
		return err
	}
	var table string
	err = query(b.trail.write, "SELECT sql FROM sqlite_schema WHERE tbl_name='records' AND sql IS NOT NULL ORDER BY type DESC", nil, func(s *sqlite3.Stmt) error {
		table, b.index = cmp.Or(table, s.ColumnText(0)), s.ColumnText(0)
		return nil
	})
	if err == nil {
		err = b.conn.Exec("PRAGMA synchronous=OFF; PRAGMA journal_mode=OFF; " + table + "; BEGIN")
	}
	if err == nil {
		b.row, _, err = b.conn.Prepare(insertRecord)
	}
	return err
}

// flush ends a month.
func (b *Bulk) flush() error {
	if b.conn == nil {
		return nil
	}
	err := errors.Join(b.row.Close(), b.conn.Exec("COMMIT; "+b.index), b.conn.Close())
	b.conn = nil
	if err != nil {
		return err
	}
	return b.trail.change(func(c *sqlite3.Conn) error {
		err := c.Exec(fmt.Sprintf("INSERT INTO parts(name, first, last, hash) VALUES('%s',%d,%d,x'%x')", b.part.Name, b.part.First, b.part.Last, b.part.hash))
		if err == nil {
			err = b.trail.writeTree(b.trail.tree, b.tiles)
		}
		b.tiles = nil
		return err
	})
}

// Close ends the last month.
func (b *Bulk) Close() error {
	b.trail.tree.Node = nil
	return b.flush()
}

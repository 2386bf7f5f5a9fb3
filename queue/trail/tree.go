package trail

import (
	"errors"
	"fmt"

	"github.com/ncruces/go-sqlite3"
	"golang.org/x/mod/sumdb/tlog"

	"lobby/queue/trail/checkpoint"
)

// treeSchema holds what is needed of the Merkle tree beside the records' own
// hashes: its right edge, so that it grows without being read again, and the
// roots over every 256, 65,536, … records, so that a proof needs no more than
// a few hundred hashes however long the trail is. Stubs are the hashes of
// records that went with their part while others under the same root stay.
const treeSchema = `
CREATE TABLE tree(one INTEGER PRIMARY KEY CHECK(one=1), size INTEGER NOT NULL, edge BLOB NOT NULL);
CREATE TABLE tiles(level INTEGER, n INTEGER, root BLOB NOT NULL, PRIMARY KEY(level, n)) WITHOUT ROWID;
CREATE TABLE stubs(seq INTEGER PRIMARY KEY, hash BLOB NOT NULL);
INSERT INTO tree VALUES(1, 0, x'');
`

// tileHeight is how many levels of the tree one tile spans, as in C2SP
// tlog-tiles.
const tileHeight = 8

// tile is the root over a power of 256 records.
type tile struct {
	level int
	n     uint64
	root  tlog.Hash
}

// readTree reads the tree's edge.
func readTree(c *sqlite3.Conn) (t checkpoint.Tree, err error) {
	err = query(c, "SELECT size, edge FROM tree", nil, func(s *sqlite3.Stmt) error {
		t, err = checkpoint.TreeOf(uint64(s.ColumnInt64(0)), s.ColumnRawBlob(1))
		return err
	})
	return t, err
}

// writeTree writes the edge and the tiles that were completed.
func (t *Trail) writeTree(tree checkpoint.Tree, tiles []tile) error {
	edge, in := t.run.edge, t.run.tile
	if err := errors.Join(edge.BindInt64(1, int64(tree.Size())), edge.BindBlob(2, tree.Edge()), edge.Exec()); err != nil {
		return err
	}
	for _, tile := range tiles {
		if err := errors.Join(in.BindInt(1, tile.level), in.BindInt64(2, int64(tile.n)), in.BindBlob(3, tile.root[:]), in.Exec()); err != nil {
			return err
		}
	}
	return nil
}

// checkTree compares the tree that was stored with the records that were read:
// its size, and its root where every record has been seen.
func checkTree(stored, seen checkpoint.Tree, last uint64) error {
	if stored.Size() != last {
		return fmt.Errorf("trail: the tree is over %d records and there are %d: the file was changed", stored.Size(), last)
	}
	if seen.Size() == last && seen.Root() != stored.Root() {
		return fmt.Errorf("trail: the records are not those that the tree was made over: the file was changed")
	}
	return nil
}

// Tree is the tree over all records that are on disk.
func (r *Reader) Tree() (t checkpoint.Tree, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.conn == nil {
		return t, ErrBroken
	}
	return readTree(r.conn)
}

// subtree is the root over the n-th 1<<level records.
func (r *Reader) subtree(c *sqlite3.Conn, level int, n uint64) (tlog.Hash, error) {
	count := uint64(1) << (level % tileHeight)
	hs, err := r.tileHashes(c, level/tileHeight, n*count, count)
	if err != nil {
		return tlog.Hash{}, err
	}
	if uint64(len(hs)) != count {
		return tlog.Hash{}, fmt.Errorf("trail: of %d hashes of the tree only %d are there: the file was changed", count, len(hs))
	}
	for len(hs) > 1 {
		for i := range len(hs) / 2 {
			hs[i] = tlog.NodeHash(hs[2*i], hs[2*i+1])
		}
		hs = hs[:len(hs)/2]
	}
	return hs[0], nil
}

// tileHashes are consecutive hashes of one tile level; level 0 are those of the
// records.
func (r *Reader) tileHashes(c *sqlite3.Conn, level int, from, count uint64) (hs []tlog.Hash, err error) {
	take := func(s *sqlite3.Stmt) error {
		var h tlog.Hash
		copy(h[:], s.ColumnRawBlob(0))
		hs = append(hs, h)
		return nil
	}
	if level > 0 {
		err = query(c, fmt.Sprintf("SELECT root FROM tiles WHERE level=%d AND n BETWEEN %d AND %d ORDER BY n", level, from, from+count-1), nil, take)
		return hs, err
	}
	between := fmt.Sprintf("seq BETWEEN %d AND %d", from+1, from+count)
	if err := query(c, "SELECT hash FROM stubs WHERE "+between+" ORDER BY seq", nil, take); err != nil {
		return nil, err
	}
	return hs, r.pick(c, "hash", between, func(p Part) bool { return p.Last > from && p.First <= from+count }, take)
}

// stub keeps the hashes of a part that goes which are under the same tile as
// records that stay; for the others the roots of their tiles are enough.
func (t *Trail) stub(c *sqlite3.Conn, p Part) error {
	if p.Gone {
		return nil
	}
	const tileSize = 1 << tileHeight
	in, _, err := c.Prepare("INSERT OR IGNORE INTO stubs VALUES(?,?)")
	if err != nil {
		return err
	}
	defer in.Close()
	from := max(p.First, p.Last-p.Last%tileSize+1)
	return t.queryPart(p, fmt.Sprintf("SELECT seq, hash FROM records WHERE seq BETWEEN %d AND %d", from, p.Last), nil, func(s *sqlite3.Stmt) error {
		return errors.Join(in.BindInt64(1, s.ColumnInt64(0)), in.BindBlob(2, s.ColumnBlob(1, nil)), in.Exec())
	})
}

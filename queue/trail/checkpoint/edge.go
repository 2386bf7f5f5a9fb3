package checkpoint

import (
	"fmt"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// Edge is what a tree has to be remembered by, beside its size: the roots of
// its complete subtrees, largest first.
func (t *Tree) Edge() []byte {
	b := make([]byte, 0, len(t.edge)*tlog.HashSize)
	for _, h := range t.edge {
		b = append(b, h[:]...)
	}
	return b
}

// TreeOf is a tree of a size by its edge.
func TreeOf(size uint64, edge []byte) (Tree, error) {
	t := Tree{size: size}
	if len(edge) != bits.OnesCount64(size)*tlog.HashSize {
		return t, fmt.Errorf("checkpoint: %d bytes are no edge of a tree over %d records", len(edge), size)
	}
	for ; len(edge) > 0; edge = edge[tlog.HashSize:] {
		t.edge = append(t.edge, tlog.Hash(edge[:tlog.HashSize]))
	}
	return t, nil
}

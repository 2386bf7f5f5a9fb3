package checkpoint

import (
	"crypto/sha256"
	"fmt"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// Tree is the right edge of a Merkle tree as of RFC 6962: what has to be
// remembered of the leaves so far to add more and to know the root. The zero
// Tree is empty. A copy made with Clone goes its own way and tells nobody.
type Tree struct {
	// Node, unless nil, is told the root over the n-th 1<<level leaves as soon
	// as the last of them is there.
	Node func(level int, n uint64, root tlog.Hash)

	size uint64
	edge []tlog.Hash // of complete subtrees, one for each bit of size, largest first
}

// Size is the number of leaves.
func (t *Tree) Size() uint64 { return t.size }

// Clone is a copy of the tree as it is now.
func (t *Tree) Clone() Tree { return Tree{size: t.size, edge: append([]tlog.Hash{}, t.edge...)} }

// Add adds a leaf by its hash.
func (t *Tree) Add(leaf tlog.Hash) {
	t.size++
	t.merge(leaf, 0)
}

// AddSubtree adds 1<<level leaves by the root over them. They must begin where
// a complete subtree of that level begins.
func (t *Tree) AddSubtree(level int, root tlog.Hash) error {
	if level < 0 || level > 62 || t.size&(1<<level-1) != 0 {
		return fmt.Errorf("checkpoint: no subtree of level %d begins after leaf %d", level, t.size)
	}
	t.size += 1 << level
	t.merge(root, level)
	return nil
}

// merge joins the newest subtree with as many neighbours of its own size as
// there are now.
func (t *Tree) merge(h tlog.Hash, level int) {
	for ; level < bits.TrailingZeros64(t.size); level++ {
		last := len(t.edge) - 1
		h = tlog.NodeHash(t.edge[last], h)
		t.edge = t.edge[:last]
		if t.Node != nil {
			t.Node(level+1, t.size>>(level+1)-1, h)
		}
	}
	t.edge = append(t.edge, h)
}

// Root is the root over all leaves.
func (t *Tree) Root() tlog.Hash {
	if t.size == 0 {
		return sha256.Sum256(nil) // RFC 6962, 2.1
	}
	root := t.edge[len(t.edge)-1]
	for i := len(t.edge) - 2; i >= 0; i-- {
		root = tlog.NodeHash(t.edge[i], root)
	}
	return root
}

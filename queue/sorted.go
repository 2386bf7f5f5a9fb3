package queue

// sorted is a set in order whose members know their place: putting in, taking
// out and asking how many come before cost the logarithm of its size. It is a
// treap whose weights come from a counter, so that there is no chance in it.
type sorted[T any] struct {
	compare func(a, b T) int // total; 0 only for the same member
	root    *node[T]
	made    uint64 // members ever put in; the source of the weights
}

type node[T any] struct {
	value       T
	weight      uint64 // a parent weighs more than its children
	size        int    // of the tree below, with itself
	left, right *node[T]
}

func newSorted[T any](compare func(a, b T) int) *sorted[T] { return &sorted[T]{compare: compare} }

// len is how many members there are; a set that was never made has none.
func (s *sorted[T]) len() int {
	if s == nil {
		return 0
	}
	return s.root.count()
}

// put adds a member that is not in the set.
func (s *sorted[T]) put(v T) {
	s.made++
	before, after := s.split(s.root, v)
	s.root = merge(merge(before, &node[T]{value: v, weight: scatter(s.made), size: 1}), after)
}

// take removes a member, if it is there.
func (s *sorted[T]) take(v T) { s.root = s.without(s.root, v) }

// before counts the members that come before v, which need not be one.
func (s *sorted[T]) before(v T) int {
	if s == nil {
		return 0
	}
	n := 0
	for at := s.root; at != nil; {
		if s.compare(at.value, v) < 0 {
			n += at.left.count() + 1
			at = at.right
		} else {
			at = at.left
		}
	}
	return n
}

// each visits the members in order until visit returns false.
func (s *sorted[T]) each(visit func(T) bool) {
	if s != nil {
		s.root.each(visit)
	}
}

// back visits the members in reverse order until visit returns false.
func (s *sorted[T]) back(visit func(T) bool) { s.root.back(visit) }

// head is the first member; false when there is none.
func (s *sorted[T]) head() (v T, ok bool) {
	if s == nil || s.root == nil {
		return v, false
	}
	n := s.root
	for n.left != nil {
		n = n.left
	}
	return n.value, true
}

// first returns up to n members from the front.
func (s *sorted[T]) first(n int) []T {
	vs := make([]T, 0, min(n, s.len()))
	s.each(func(v T) bool {
		if len(vs) < n {
			vs = append(vs, v)
		}
		return len(vs) < n
	})
	return vs
}

// split cuts a tree into what comes before v and the rest.
func (s *sorted[T]) split(n *node[T], v T) (before, after *node[T]) {
	if n == nil {
		return nil, nil
	}
	if s.compare(n.value, v) < 0 {
		n.right, after = s.split(n.right, v)
		return n.sized(), after
	}
	before, n.left = s.split(n.left, v)
	return before, n.sized()
}

func (s *sorted[T]) without(n *node[T], v T) *node[T] {
	if n == nil {
		return nil
	}
	switch c := s.compare(v, n.value); {
	case c < 0:
		n.left = s.without(n.left, v)
	case c > 0:
		n.right = s.without(n.right, v)
	default:
		return merge(n.left, n.right)
	}
	return n.sized()
}

// merge joins two trees of which all of a comes before all of b.
func merge[T any](a, b *node[T]) *node[T] {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	case a.weight > b.weight:
		a.right = merge(a.right, b)
		return a.sized()
	}
	b.left = merge(a, b.left)
	return b.sized()
}

func (n *node[T]) count() int {
	if n == nil {
		return 0
	}
	return n.size
}

func (n *node[T]) sized() *node[T] {
	n.size = n.left.count() + n.right.count() + 1
	return n
}

func (n *node[T]) each(visit func(T) bool) bool {
	return n == nil || n.left.each(visit) && visit(n.value) && n.right.each(visit)
}

func (n *node[T]) back(visit func(T) bool) bool {
	return n == nil || n.right.back(visit) && visit(n.value) && n.left.back(visit)
}

// scatter makes weights of a counter that look thrown by dice: the finisher
// of SplitMix64 (Steele, Lea and Flood, 2014).
func scatter(n uint64) uint64 {
	n *= 0x9e3779b97f4a7c15
	n = (n ^ n>>30) * 0xbf58476d1ce4e5b9
	n = (n ^ n>>27) * 0x94d049bb133111eb
	return n ^ n>>31
}

package queue

import (
	"cmp"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestSortedIsASliceThatIsSortedAgainEachTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newSorted(cmp.Compare[int])
		var obvious []int
		for range rapid.IntRange(0, 200).Draw(t, "steps") {
			v := rapid.IntRange(0, 50).Draw(t, "value")
			if at := slices.Index(obvious, v); at < 0 {
				s.put(v)
				obvious = append(obvious, v)
			} else if rapid.Bool().Draw(t, "take") {
				s.take(v)
				obvious = slices.Delete(obvious, at, at+1)
			}
			slices.Sort(obvious)
			before, _ := slices.BinarySearch(obvious, v)
			if head, ok := s.head(); ok != (len(obvious) > 0) || ok && head != obvious[0] {
				t.Fatalf("the head of %v is %d, %v", obvious, head, ok)
			}
			if s.len() != len(obvious) || s.before(v) != before || !slices.Equal(s.first(3), obvious[:min(3, len(obvious))]) {
				t.Fatalf("%d members, %d before %d, first %v; want %v", s.len(), s.before(v), v, s.first(3), obvious)
			}
		}
		if got := s.first(100); !slices.Equal(got, obvious) {
			t.Fatalf("%v, want %v", got, obvious)
		}
	})
}

func TestSortedStaysShallow(t *testing.T) {
	s := newSorted(cmp.Compare[int])
	for i := range 100_000 {
		s.put(i)
	}
	var depth func(*node[int]) int
	depth = func(n *node[int]) int {
		if n == nil {
			return 0
		}
		return 1 + max(depth(n.left), depth(n.right))
	}
	// A random treap of 100,000 is about 40 deep; a list would be 100,000.
	if d := depth(s.root); d > 80 {
		t.Errorf("a queue of 100,000 is %d deep", d)
	}
}

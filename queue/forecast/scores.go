package forecast

import "slices"

// scores are the newest scores of one group, kept in two orders: as they came,
// so that the oldest is forgotten, and by size, so that quantiles are cheap.
type scores struct {
	ring   []float64
	next   int
	sorted []float64
}

func (s *scores) add(x float64, most int) {
	if len(s.ring) < most {
		s.ring = append(s.ring, x)
	} else {
		at, _ := slices.BinarySearch(s.sorted, s.ring[s.next])
		s.sorted = slices.Delete(s.sorted, at, at+1)
		s.ring[s.next] = x
		s.next = (s.next + 1) % most
	}
	at, _ := slices.BinarySearch(s.sorted, x)
	s.sorted = slices.Insert(s.sorted, at, x)
}

// quantile is the smallest score with at least the given share of scores at or
// below it, with one sample's worth of caution outward, as conformal
// prediction wants it. A level beyond 0 or 1, to which the adaptive level may
// go, reaches beyond the scores by the same share of their spread.
func quantile(sorted []float64, level float64) float64 {
	n := len(sorted)
	if n == 0 {
		return 0
	}
	first, last := sorted[0], sorted[n-1]
	spread := last - first
	switch {
	case level < 0:
		return first + level*spread
	case level > 1:
		return last + (level-1)*spread
	}
	at := level*float64(n+1) - 1
	i := int(at)
	switch {
	case at <= 0:
		return first
	case i >= n-1:
		return last
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// union is the scores of several groups together, by size.
func union(groups ...*scores) []float64 {
	var all []float64
	for _, g := range groups {
		if g != nil {
			all = append(all, g.sorted...)
		}
	}
	slices.Sort(all)
	return all
}

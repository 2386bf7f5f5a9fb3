package queue

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// band is a row of numbers from which services take theirs.
type band struct {
	key         string // among State.numbers
	prefix      string
	first, last int
}

func (l Limits) first() int { return max(l.First, 1) }

func (l Limits) last() int {
	if l.Last == 0 {
		return max(999, l.First)
	}
	return l.Last
}

func (svc Service) band() band {
	b := band{prefix: svc.Prefix, first: svc.first(), last: svc.last()}
	b.key = b.prefix
	if b.first != 1 {
		b.key = fmt.Sprintf("%s%d", b.prefix, b.first)
	}
	return b
}

// nextNumber is the number that the next ticket of a service gets, with the
// band it is taken from. A number never comes twice on one day: when a range
// is used up its numbers grow a digit, beyond all ranges of the prefix.
func (s *State) nextNumber(svc Service) (n int, b band) {
	b = svc.band()
	if n = max(s.numbers[b.key]+1, b.first+s.block.n); n <= b.last {
		return n, b
	}
	over := band{key: b.prefix + "+", prefix: b.prefix, first: 1000}
	for _, other := range s.config.Services {
		for other.Prefix == b.prefix && over.first <= other.last() {
			over.first *= 10
		}
	}
	return max(s.numbers[over.key]+1, over.first+s.block.n), over
}

// name is how a number of the band is written.
func (b band) name(n int) string { return fmt.Sprintf("%s%03d", b.prefix, n) }

// rangeWarning is the share of a range at which somebody is told.
const rangeWarning = 0.8

// running tells whether a number is the one at the warning line of its range.
func (b band) running(n int) bool {
	size := b.last - b.first + 1
	return b.last > 0 && n-b.first+1 == int(math.Ceil(rangeWarning*float64(size)))
}

const rangeAlertPrefix = "numbers:"

// oldRangeAlerts clears the warnings about yesterday's numbers.
func (s *State) oldRangeAlerts() (es []Event) {
	for _, id := range slices.Sorted(maps.Keys(s.alerts)) {
		if strings.HasPrefix(id, rangeAlertPrefix) {
			es = append(es, AlertCleared{Alert: id})
		}
	}
	return es
}

// shortOfNumbers warns that a range is nearly used up.
func (s *State) shortOfNumbers(b band, n int) []Event {
	if !b.running(n) {
		return nil
	}
	raised := AlertRaised{Alert: rangeAlertPrefix + b.key, Level: "amber", Subject: b.key, Text: "alert.numbers", Args: []string{b.prefix, b.name(b.first), b.name(b.last)}}
	return []Event{raised.spoken()}
}

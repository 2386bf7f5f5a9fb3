package figures

import (
	"slices"
	"time"

	"lobby/queue"
)

// group is one line of a report: a key in one way of looking at the legs.
type group struct {
	by  by
	key string
}

// by is a way of looking at the legs.
type by string

// The ways of looking, in the order of a report.
const (
	byHall    by = "hall"
	byDay     by = "day"
	byHour    by = "hour" // of the hall's time, in which the leg began, "09"
	byService by = "service"
	byItem    by = "item"
	byClass   by = "class"
	byWindow  by = "window" // that called last
	byStaff   by = "staff"
)

var ways = []by{byHall, byDay, byHour, byService, byItem, byClass, byWindow, byStaff}

// groupsOf are the groups that a leg belongs to. Whoever was never called has
// no window.
func (b *Books) groupsOf(t queue.Ticket, l *queue.Leg) []group {
	hour := b.legs[l.ID].began.UTC().Add(time.Duration(b.offset) * time.Second).Format("15")
	gs := []group{{byHall, ""}, {byDay, t.Day}, {byHour, hour}, {byService, l.Service}, {byClass, l.Class}}
	for _, g := range []group{{byItem, t.Item}, {byWindow, l.Window}, {byStaff, l.Staff}} {
		if g.key != "" {
			gs = append(gs, g)
		}
	}
	return gs
}

// sums are what a group has seen.
type sums struct {
	numbers, legs, calls, done, missed, transferred, cancelled, expired, void, absent, open int
	waits, services                                                                         []int64 // milliseconds
	rated, satisfied                                                                        int
}

func (s *sums) add(l *queue.Leg, t *times, first bool) {
	if first {
		s.numbers++
	}
	s.legs++
	s.calls += t.rang
	s.missed += t.missed
	switch l.State {
	case queue.LegDone:
		s.done++
	case queue.LegTransferred:
		s.transferred++
	case queue.LegCancelled:
		s.cancelled++
	case queue.LegExpired:
		s.expired++
	case queue.LegVoid:
		s.void++
	case queue.LegNoShow:
		s.absent++
	default:
		s.open++
	}
	if t.called {
		s.waits = append(s.waits, t.waited.Milliseconds())
	}
	if l.State == queue.LegDone && !l.Started.IsZero() {
		s.services = append(s.services, l.Ended.Sub(l.Started).Milliseconds())
	}
	if l.Level > 0 {
		s.rated++
	}
	if l.Level >= 3 {
		s.satisfied++
	}
}

func (s *sums) row(g group) Row {
	return Row{
		By: string(g.by), Key: g.key, Numbers: s.numbers, Legs: s.legs, Calls: s.calls, Done: s.done, NoShows: s.missed,
		Transferred: s.transferred, Cancelled: s.cancelled, Expired: s.expired, Void: s.void, Absent: s.absent, Open: s.open,
		Wait: spread(s.waits), Service: spread(s.services), Rated: s.rated, Satisfied: s.satisfied,
	}
}

// spread sorts durations and says how they lie. A share of them is the nearest
// rank, so that it is one that has really been.
func spread(ms []int64) Spread {
	n := len(ms)
	if n == 0 {
		return Spread{}
	}
	slices.Sort(ms)
	sum := int64(0)
	for _, v := range ms {
		sum += v
	}
	rank := func(hundredths int) Seconds { return Seconds(ms[(n*hundredths+99)/100-1]) }
	return Spread{N: n, Mean: Seconds((sum + int64(n)/2) / int64(n)), Half: rank(50), Most: rank(90), Longest: Seconds(ms[n-1])}
}

package simulate

import (
	"math/rand/v2"
	"slices"
	"time"

	"lobby/queue"
)

// moves draws what staff do by the clock: they come by the roster, a little
// early or late, go to lunch, and on some days several vanish for a while.
func (s Scenario) moves(date time.Time, rng *rand.Rand) []Move {
	var moves []Move
	late := func(most float64) func(queue.Clock) time.Time {
		return func(c queue.Clock) time.Time { return c.On(date).Add(seconds(most * rng.Float64())) }
	}
	for _, w := range s.Config.Windows {
		moves = append(moves, shifts(w, late(180), late(60), s.Closes.On(date))...)
	}
	if rng.Float64() < s.Vanish {
		moves = append(moves, s.vanish(date, rng)...)
	}
	slices.SortStableFunc(moves, func(a, b Move) int { return a.At.Compare(b.At) })
	return moves
}

// shifts are one window's day. Who is there at closing stays until nobody
// waits; an earlier end of the last shift closes the window.
func shifts(w queue.Window, begin, end func(queue.Clock) time.Time, closes time.Time) []Move {
	var moves []Move
	for n, shift := range w.Roster {
		from, to, _ := shift.Span() // the configuration was checked
		if n == 0 {
			moves = append(moves, Move{begin(from), queue.WindowOpen{Window: w.ID, Staff: "staff-" + w.ID}})
		} else {
			moves = append(moves, Move{begin(from), queue.WindowResume{Window: w.ID}})
		}
		switch ends := end(to); {
		case n < len(w.Roster)-1:
			moves = append(moves, Move{ends, queue.WindowPause{Window: w.ID, Reason: "lunch"}})
		case ends.Before(closes):
			moves = append(moves, Move{ends, queue.WindowClose{Window: w.ID}})
		}
	}
	return moves
}

// vanish takes some windows away that nobody said would be.
func (s Scenario) vanish(date time.Time, rng *rand.Rand) []Move {
	span := s.Closes.Seconds() - s.Opens.Seconds()
	at := s.Opens.On(date).Add(seconds(span * (0.05 + 0.7*rng.Float64())))
	var moves []Move
	for _, i := range rng.Perm(len(s.Config.Windows))[:int(vanishing*float64(len(s.Config.Windows))+0.5)] {
		id := s.Config.Windows[i].ID
		moves = append(moves,
			Move{at, queue.WindowPause{Window: id, Reason: "unannounced"}},
			Move{at.Add(seconds(1080 + 6120*rng.Float64())), queue.WindowResume{Window: id}})
	}
	return moves
}

package ratings_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"lobby/queue"
	"lobby/queue/ratings"
)

// hall is a day of services and votes, made without the queue's rules: the
// tally must not need them.
type hall struct {
	*ratings.Tally
	seq uint64
	at  time.Time
	n   int
}

func newHall(t *testing.T) *hall {
	t.Helper()
	h := &hall{Tally: ratings.New("", ""), at: time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)}
	h.record(t, queue.DayOpened{Day: "2026-11-23"})
	return h
}

func (h *hall) record(t *testing.T, e queue.Event) {
	t.Helper()
	h.seq++
	if err := h.Apply(queue.Record{Seq: h.seq, At: h.at, Event: e}); err != nil {
		t.Fatal(err)
	}
}

// serve ends one service; the citizen votes after a time unless level is 0.
func (h *hall) serve(t *testing.T, window string, level int, after time.Duration, more ...func(*queue.RatingGiven)) string {
	t.Helper()
	h.n++
	h.at = h.at.Add(time.Minute)
	var done queue.TicketDone
	done.Ticket, done.LegID, done.Window, done.Staff = fmt.Sprintf("M%03d", h.n), fmt.Sprintf("M%03d/1", h.n), window, "s"+window
	h.record(t, done)
	var asked queue.RatingInvited
	asked.Ticket, asked.LegID = done.Ticket, done.LegID
	h.record(t, asked)
	if level > 0 {
		var given queue.RatingGiven
		given.Ticket, given.LegID, given.Level, given.Channel, given.Pressed = done.Ticket, done.LegID, level, queue.ChannelKeypad, h.at.Add(after)
		for _, f := range more {
			f(&given)
		}
		h.record(t, given)
	}
	return done.LegID
}

func TestDefaultsAreNoVotesAndExcludedOnesCountNoMore(t *testing.T) {
	h := newHall(t)
	h.serve(t, "1", 5, 5*time.Second)
	h.serve(t, "1", 1, 5*time.Second)
	bad := h.serve(t, "1", 1, 5*time.Second)
	h.record(t, queue.RatingExcluded{Followup: "2026-11-23/" + bad})
	silent := h.serve(t, "1", 0, 0)
	h.at = h.at.AddDate(0, 0, 7)
	h.record(t, queue.DayOpened{Day: "2026-11-30"})
	var defaulted queue.RatingDefaulted
	defaulted.LegID, defaulted.Served = silent, "2026-11-23"
	h.record(t, defaulted)
	h.serve(t, "2", 2, 5*time.Second, func(g *queue.RatingGiven) { g.Scale = 4 })
	r := h.Report()
	w := r.Windows[0]
	if w.Served != 4 || w.Votes != 2 || w.Levels[1] != 1 || w.Levels[5] != 1 || w.Defaulted != 1 || w.Excluded != 1 || w.Satisfied.N != 1 {
		t.Errorf("window 1: %+v", w)
	}
	if w := r.Windows[1]; w.Marked != 1 || w.Satisfied.N != 0 || w.Satisfied.Of != 1 {
		t.Errorf("window 2: %+v", w)
	}
	if r.Hall.Served != 5 || len(r.Staff) != 2 || r.Staff[0].ID != "s1" {
		t.Errorf("%+v", r)
	}
}

// The interval by Wilson of 8 of 10, from the formula worked out by hand:
// 0.4902 to 0.9433.
func TestAShareHasItsInterval(t *testing.T) {
	h := newHall(t)
	for i := range 10 {
		level := 5
		if i >= 8 {
			level = 1
		}
		h.serve(t, "1", level, 5*time.Second)
	}
	s := h.Report().Hall.Satisfied
	if s.N != 8 || s.Of != 10 || math.Abs(s.Low-0.4902) > 0.0001 || math.Abs(s.High-0.9433) > 0.0001 {
		t.Errorf("%+v", s)
	}
	if none := newHall(t).Report().Hall.Satisfied; none.Low != 0 || none.High != 1 {
		t.Errorf("of none: %+v", none)
	}
}

// day lets honest citizens vote at twelve windows.
func (h *hall) day(t *testing.T, chance *rand.Rand, each int) {
	t.Helper()
	for range each {
		for w := range 12 {
			level := []int{5, 5, 5, 5, 4, 4, 3, 3, 2, 1}[chance.IntN(10)]
			after := time.Duration(1500+chance.IntN(12000)) * time.Millisecond
			h.serve(t, fmt.Sprint(w+1), level, after)
		}
	}
}

func TestAnHonestHallIsAskedNothing(t *testing.T) {
	for seed := range uint64(200) {
		h := newHall(t)
		h.day(t, rand.New(rand.NewPCG(seed, seed)), 40)
		if qs := h.Report().Questions; len(qs) > 0 {
			t.Errorf("seed %d: %+v", seed, qs)
		}
	}
}

func TestWhatIsOddIsAskedAboutWithItsNumbers(t *testing.T) {
	odd := map[string]func(h *hall, t *testing.T, i int){
		ratings.AtOnce:   func(h *hall, t *testing.T, i int) { h.serve(t, "13", 3+i%3, 500*time.Millisecond) },
		ratings.OneLevel: func(h *hall, t *testing.T, i int) { h.serve(t, "13", 5, 6*time.Second) },
		ratings.Run:      func(h *hall, t *testing.T, i int) { h.serve(t, "13", 2+i/30, 6*time.Second) },
		ratings.NotAsked: func(h *hall, t *testing.T, i int) {
			h.n++
			var done queue.TicketDone
			done.LegID, done.Window = fmt.Sprintf("X%03d/1", h.n), "13"
			h.record(t, done)
		},
	}
	for kind, serve := range odd {
		h := newHall(t)
		h.day(t, rand.New(rand.NewPCG(3, 3)), 40)
		for i := range 40 {
			serve(h, t, i)
		}
		qs := h.Report().Questions
		found := slices.IndexFunc(qs, func(q ratings.Question) bool { return q.Kind == kind })
		if found < 0 || qs[found].Window != "13" || qs[found].N == 0 || qs[found].Chance > 3e-6 {
			t.Errorf("%s: %+v", kind, qs)
		}
		for _, q := range qs {
			if q.Window != "13" {
				t.Errorf("%s: an honest window is asked %+v", kind, q)
			}
		}
	}
}

func TestAnUndoneFinishWasNoService(t *testing.T) {
	h := newHall(t)
	leg := h.serve(t, "1", 0, 0)
	var undone queue.CommandUndone
	undone.LegID, undone.Event = leg, queue.TicketDone{}.Name()
	h.record(t, undone)
	if got := h.Report().Hall.Served; got != 0 {
		t.Errorf("%d served", got)
	}
}

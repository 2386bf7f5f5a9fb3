package trail_test

import (
	"encoding/json"
	"testing"

	"lobby/queue"
	"lobby/queue/figures"
	"lobby/queue/plaintest"
	"lobby/queue/ratings"
	"lobby/queue/simulate"
	"lobby/queue/trail"
)

// Whoever begins at a day comes to the same figures and ratings as whoever
// reads everything, wherever the days' records are by now, and reads less.
func TestBeginningAtADayComesToTheSame(t *testing.T) {
	if plaintest.Elsewhere(t) {
		return
	}
	tr, days := quarter(t)
	for _, moved := range []bool{false, true} {
		if moved {
			tidy(t, tr)
			if ps, err := tr.Parts(); err != nil || len(ps) < 2 {
				t.Fatalf("the parts are %v, %v", ps, err)
			}
		}
		for _, day := range []string{"", days[0], days[len(days)-8], days[len(days)-1], "2016-02", "2030-01-01"} {
			all, whole := folded(t, day, func(each func(queue.Record) error) error { return tr.Each(0, each) })
			some, part := folded(t, day, func(each func(queue.Record) error) error { return tr.From(day, each) })
			if all != some {
				t.Errorf("from %q, moved %v: the figures are\n%s\nwant\n%s", day, moved, some, all)
			}
			if day > "2016-02" && moved && part > whole*2/3 {
				t.Errorf("from %q %d of %d records were read", day, part, whole)
			}
		}
	}
}

// folded are figures and ratings, and how many records they were made of.
func folded(t *testing.T, from string, source func(func(queue.Record) error) error) (text string, n int) {
	t.Helper()
	books, tally := figures.New(from, ""), ratings.New(from, "")
	err := source(func(r queue.Record) error {
		n++
		if err := books.Apply(r); err != nil {
			return err
		}
		return tally.Apply(r)
	})
	if err != nil {
		t.Fatalf("from %q: %v", from, err)
	}
	data, err := json.Marshal(map[string]any{"figures": books.Report(), "ratings": tally.Report()})
	if err != nil {
		t.Fatal(err)
	}
	return string(data), n
}

// quarter is the trail of a small hall over some sixty days.
func quarter(t *testing.T) (tr *trail.Trail, days []string) {
	t.Helper()
	tr = open(t, memoryDir(t))
	s := centre()
	s.Tickets = 4
	h := simulate.NewHall(1)
	l := &life{tr: tr, state: h.State}
	h.Write = func(r queue.Record) error {
		if e, ok := r.Event.(queue.DayOpened); ok {
			days = append(days, e.Day)
		}
		return l.write(r)
	}
	if err := h.Activate(s.Config, s.Date(0)); err != nil {
		t.Fatal(err)
	}
	for n := range 40 {
		if err := h.Play(s.Day(1, n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.flush(); err != nil {
		t.Fatal(err)
	}
	return tr, days
}

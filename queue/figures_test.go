package queue_test

import (
	"maps"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lobby/queue"
)

// recount works the day's sums out from the records alone, by going through
// all of them with a pencil.
func (s *stage) recount() (f queue.Figures) {
	issued, absent, wait := map[string]time.Time{}, map[string]bool{}, map[string]float64{}
	waited := 0.0
	f.Ratings = map[int]int{}
	for _, r := range s.records {
		switch e := r.Event.(type) {
		case queue.DayOpened:
			f, waited = queue.Figures{Ratings: map[int]int{}}, 0
			clear(issued)
			clear(absent)
		case queue.TicketIssued:
			f.Issued++
			issued[e.Ticket] = r.At
		case queue.TicketCalled:
			f.Calls++
			wait[e.Ticket] = r.At.Sub(issued[e.Ticket]).Seconds()
			waited += wait[e.Ticket]
			delete(absent, e.Ticket)
		case queue.TicketTransferred:
			issued[e.Ticket] = e.Seniority
		case queue.TicketDone:
			f.Served++
		case queue.TicketNoShow:
			absent[e.Ticket] = true
		case queue.TicketRecovered:
			delete(absent, e.Ticket)
			issued[e.Ticket] = e.Seniority
		case queue.TicketCancelled:
			f.Cancelled++
			delete(absent, e.Ticket)
		case queue.TicketExpired:
			f.Expired++
		case queue.TicketVoided:
			f.Voided++
		case queue.RatingGiven:
			f.Ratings[e.Level]++
		case queue.HallUnfrozen:
			for ticket, at := range issued {
				issued[ticket] = at.Add(time.Duration(e.Stood))
			}
		case queue.CommandUndone:
			s.pencilBack(e, &f, &waited, issued, absent, wait)
		}
	}
	f.NoShow = len(absent)
	if f.Calls > 0 {
		f.Average = waited / float64(f.Calls)
	}
	return f
}

// pencilBack takes one event out of the sums again.
func (s *stage) pencilBack(e queue.CommandUndone, f *queue.Figures, waited *float64, issued map[string]time.Time, absent map[string]bool, wait map[string]float64) {
	before := queue.Fold(s.ticketRecords(e.Ticket, e.Seq-1))
	switch e.Event {
	case "ticket.called":
		f.Calls--
		*waited -= wait[e.Ticket]
		absent[e.Ticket] = before.Leg().State == queue.LegNoShow
		if !absent[e.Ticket] {
			delete(absent, e.Ticket)
		}
	case "ticket.no_show":
		delete(absent, e.Ticket)
	case "ticket.done":
		f.Served--
	case "ticket.transferred":
		issued[e.Ticket] = before.Leg().Seniority
	}
}

// ticketRecords are the records of one ticket of today up to a sequence.
func (s *stage) ticketRecords(number string, upTo uint64) (rs []queue.Record) {
	for _, r := range s.records {
		if _, ok := r.Event.(queue.DayOpened); ok {
			rs = nil
		}
		if about, ok := r.Event.(queue.Subject); ok && about.TicketNumber() == number && r.Seq <= upTo {
			rs = append(rs, r)
		}
	}
	return rs
}

func (s *stage) checkFigures(t *rapid.T) {
	got, want := s.state.View().Figures, s.recount()
	got.Waiting, got.Serving = 0, 0
	if a, b := mustJSON(t, got), mustJSON(t, want); a != b {
		t.Fatalf("the figures are %s, the records give %s", a, b)
	}
}

func TestSatisfactionIsTheShareOfThreeAndAbove(t *testing.T) {
	for _, c := range []struct {
		ratings map[int]int
		want    float64
		known   bool
	}{{nil, 0, false}, {map[int]int{5: 1, 3: 2, 2: 1}, 0.75, true}, {map[int]int{1: 3}, 0, true}} {
		if got, known := (queue.Figures{Ratings: c.ratings}).Satisfaction(); got != c.want || known != c.known {
			t.Errorf("%v: %v %v, want %v %v", c.ratings, got, known, c.want, c.known)
		}
	}
}

func TestAViewIsACopy(t *testing.T) {
	s := newStage(t)
	number := s.serve(t, "social", "1")
	s.must(t, queue.Finish{Window: "1"})
	s.must(t, queue.Rate{Ticket: number, Level: 5})
	s.must(t, queue.DeviceReport{Device: "board/1", Kind: "board", State: "down", Why: "no answer"})
	s.take(t, "social", "")
	v := s.state.View()
	before := mustJSON(t, v)
	ratings := maps.Clone(v.Windows[0].Ratings)
	s.must(t, queue.CallNext{Window: "1"})
	s.must(t, queue.AlertAck{Alert: "device:board/1", Cause: "cable"})
	s.must(t, queue.DeviceReport{Device: "board/1", Kind: "board", State: "up"})
	if after := mustJSON(t, v); after != before {
		t.Errorf("a view changed after it was given:\n%s\n%s", before, after)
	}
	v.Windows[0].Ratings[5], v.Figures.Ratings[5] = 99, 99
	if got := s.state.View().Windows[0].Ratings; !maps.Equal(got, ratings) {
		t.Errorf("changing a view changed the hall to %v", got)
	}
}

func TestRecentCallsAreBoundedAndNewestFirst(t *testing.T) {
	s := newStage(t)
	s.must(t, queue.WindowOpen{Window: "1"})
	for range 25 {
		s.take(t, "social", "")
	}
	for range 25 {
		s.at = s.at.Add(time.Minute)
		s.must(t, queue.CallNext{Window: "1"})
		s.must(t, queue.Arrive{Window: "1"})
	}
	calls := s.state.View().Calls
	if len(calls) != 20 || calls[0].Ticket != "M025" || calls[19].Ticket != "M006" || !calls[0].At.Equal(s.at) {
		t.Errorf("%d calls, %+v … %+v", len(calls), calls[0], calls[len(calls)-1])
	}
}

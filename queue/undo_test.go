package queue_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"lobby/queue"
)

// still is the hall as everybody sees it, without the place in the trail.
func (s *stage) still(t *testing.T) string {
	v := s.state.View()
	v.Seq, v.At = 0, time.Time{}
	data, err := s.state.Save()
	var saved struct{ Pace json.RawMessage }
	if err != nil || json.Unmarshal(data, &saved) != nil {
		t.Fatalf("%v: %s", err, data)
	}
	return mustJSON(t, v) + string(saved.Pace) // which no view shows, and forecasts need
}

func TestUndoLeavesTheHallAsItWas(t *testing.T) {
	s := newStage(t)
	for _, w := range []string{"1", "2"} {
		s.must(t, queue.WindowOpen{Window: w, Staff: "0412"})
	}
	for range 3 {
		s.take(t, "social", "")
	}
	s.take(t, "estate", "")
	for _, press := range []queue.Command{
		queue.CallNext{Window: "1"}, queue.Arrive{Window: "1"}, queue.Hold{Window: "1"}, queue.Resume{Ticket: "M001"},
		queue.Transfer{Window: "1", ToWindow: "2", Keep: true}, queue.Transfer{Window: "1", ToService: "estate"}, queue.Finish{Window: "1"},
		queue.CallNext{Window: "1"}, // ends M001 and calls the next
		queue.NoShow{Window: "1"}, queue.Call{Window: "1", Ticket: "M002", Reason: "came after all"},
		queue.Arrive{Window: "1"}, queue.Finish{Window: "1"},
	} {
		s.at = s.at.Add(time.Minute)
		before, waited := s.still(t), s.state.Figures()
		s.must(t, press)
		if s.still(t) == before {
			t.Fatalf("%#v changes nothing", press)
		}
		s.at = s.at.Add(9 * time.Second)
		s.must(t, queue.Undo{Window: "1"})
		if after := s.still(t); after != before {
			t.Fatalf("%#v undone leaves\n%s\nwant\n%s", press, after, before)
		}
		if got := s.state.Figures(); mustJSON(t, got) != mustJSON(t, waited) {
			t.Fatalf("%#v undone leaves the sums %+v, want %+v", press, got, waited)
		}
		s.refused(t, queue.Undo{Window: "1"}, queue.CodeNothingToUndo)
		if _, transfer := press.(queue.Transfer); !transfer { // go on where the story goes on
			s.must(t, press)
		}
	}
}

// What the legs were before is kept for the last press of each window alone,
// which is all that can be undone, however long the day.
func TestOnlyTheLastPressOfAWindowIsRemembered(t *testing.T) {
	s := newStage(t)
	for _, w := range []string{"1", "2"} {
		s.must(t, queue.WindowOpen{Window: w, Staff: "0412"})
	}
	for range 10 {
		s.take(t, "social", "")
	}
	for range 4 { // each but the first ends one ticket and calls another
		for _, w := range []string{"1", "2"} {
			s.at = s.at.Add(time.Minute)
			s.must(t, queue.CallNext{Window: w})
			s.must(t, queue.Arrive{Window: w})
		}
	}
	s.must(t, queue.CallNext{Window: "1"})
	data, err := s.state.Save()
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(data, []byte(`"before":`)); n != 3 {
		t.Errorf("%d legs are remembered as they were, want the two of window 1 and the one of window 2", n)
	}
	for _, w := range []string{"1", "2"} {
		s.must(t, queue.Undo{Window: w})
	}
}

func TestUndoIsRefusedOnceSomethingDependsOnIt(t *testing.T) {
	for name, c := range map[string]struct {
		press queue.Command
		then  queue.Command
		code  string
	}{
		"the citizen was called elsewhere": {queue.Transfer{Window: "1", ToWindow: "2", Keep: true}, queue.CallNext{Window: "2"}, queue.CodeUndoDepends},
		"the absent one came back":         {queue.NoShow{Window: "1"}, queue.Recover{Ticket: "M001"}, queue.CodeUndoDepends},
		"the window paused":                {queue.NoShow{Window: "1"}, queue.WindowPause{Window: "1"}, queue.CodeNothingToUndo},
		"the call was repeated":            {queue.Recall{Window: "1"}, queue.Tick{}, queue.CodeUndoDepends},
	} {
		s := newStage(t)
		s.must(t, queue.WindowOpen{Window: "1"})
		s.must(t, queue.WindowOpen{Window: "2"})
		s.take(t, "social", "")
		s.must(t, queue.CallNext{Window: "1"})
		s.at = s.at.Add(10 * time.Second)
		s.must(t, c.press)
		s.must(t, c.then)
		_, err := s.do(queue.Undo{Window: "1"})
		if r, ok := err.(*queue.Refusal); !ok || r.Code != c.code && r.Code != queue.CodeUndoTooLate {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
}

func TestAVoidedNumberGoesBackToTheQuota(t *testing.T) {
	s := newStage(t)
	c := testConfig()
	c.Services[2].Quota = 1
	s.must(t, queue.Activate{Config: c})
	number := s.take(t, "shop", "")
	s.refused(t, queue.Take{Service: "shop"}, queue.CodeQuotaDay)
	s.must(t, queue.Void{Ticket: number, Reason: "wrong key at the kiosk"})
	s.take(t, "shop", "")
	s.refused(t, queue.Take{Service: "shop"}, queue.CodeQuotaDay)
}

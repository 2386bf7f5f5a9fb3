package queue_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"lobby/queue"
)

// estateHall is the part of a hall in which a home gets its four certificates
// and an investment project its reviews: three floors, a stair between them.
func estateHall(t *testing.T) queue.Config {
	t.Helper()
	data, err := os.ReadFile("testdata/journeys.json")
	if err != nil {
		t.Fatal(err)
	}
	var c queue.Config
	if err := json.Unmarshal(data, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// newEstate is a stage in that hall on an open day.
func newEstate(t *testing.T) *stage {
	t.Helper()
	s := &stage{state: queue.NewState(), at: nine}
	s.must(t, queue.Activate{Config: estateHall(t), Hash: "v1"})
	s.must(t, queue.DayOpen{Day: "2026-11-23"})
	return s
}

// pass lets time go on and does what time alone brings about, at its hour.
func (s *stage) pass(t *testing.T, d time.Duration) {
	t.Helper()
	end := s.at.Add(d)
	for {
		due, ok := s.state.Due()
		if !ok || due.After(end) {
			break
		}
		if due.After(s.at) {
			s.at = due
		}
		if out := s.must(t, queue.Tick{}); len(out.Events) == 0 {
			t.Fatalf("at %v a tick was due and led to nothing", s.at)
		}
	}
	s.at = end
}

func (s *stage) open(t *testing.T, windows ...string) {
	t.Helper()
	for _, w := range windows {
		s.must(t, queue.WindowOpen{Window: w})
	}
}

// journey takes a number for a chain.
func (s *stage) journey(t *testing.T, chain string) string {
	t.Helper()
	return s.must(t, queue.Take{Chain: chain}).Result.(queue.TakeResult).Ticket
}

// at serves whoever is next at a window for a time, and tells who it was.
func (s *stage) served(t *testing.T, window string, d time.Duration) string {
	t.Helper()
	number := s.must(t, queue.CallNext{Window: window}).Result.(queue.CallResult).Ticket
	s.must(t, queue.Arrive{Window: window})
	s.pass(t, d)
	s.must(t, queue.Finish{Window: window})
	return number
}

// steps tells in one line where a journey stands.
func (s *stage) steps(number string) string {
	var parts []string
	for _, p := range s.state.Journey(number).Steps {
		parts = append(parts, p.ID+" "+string(p.State))
	}
	return strings.Join(parts, ", ")
}

func TestFourCertificatesInOneNumber(t *testing.T) {
	s := newEstate(t)
	s.open(t, "9", "16", "10")
	m := s.journey(t, "four")
	if got := s.served(t, "9", 15*time.Minute); got != m {
		t.Fatalf("window 9 serves %s", got)
	}
	if got, want := s.steps(m), "accept done, tax open, house open, land open, issue pending"; got != want {
		t.Fatalf("%s, want %s", got, want)
	}
	s.served(t, "16", 10*time.Minute)
	s.pass(t, 5*time.Minute)
	s.must(t, queue.StepFinish{Ticket: m, Step: "house"})
	s.refused(t, queue.CallNext{Window: "10"}, queue.CodeNothingWaiting)
	s.must(t, queue.StepFinish{Ticket: m, Step: "land"})
	if got := s.served(t, "10", 5*time.Minute); got != m {
		t.Fatalf("window 10 serves %s", got)
	}
	v := s.state.Journey(m)
	if v.State != queue.JourneyStateDone || v.Ended.Sub(v.Started) != 35*time.Minute {
		t.Fatalf("the journey is %s after %v", v.State, v.Ended.Sub(v.Started))
	}
}

func TestAWindowThatAStepNeedsIsNotClosedWithoutASubstitute(t *testing.T) {
	s := newEstate(t)
	s.open(t, "9", "16", "10")
	m := s.journey(t, "four")
	s.refused(t, queue.WindowClose{Window: "16"}, queue.CodePeopleWaiting) // the tax comes later
	s.must(t, queue.WindowClose{Window: "16", Substitute: "10"})
	s.served(t, "9", 10*time.Minute)
	if got := s.served(t, "10", 5*time.Minute); got != m || s.steps(m) != "accept done, tax done, house open, land open, issue pending" {
		t.Fatalf("the substitute served %s: %s", got, s.steps(m))
	}
}

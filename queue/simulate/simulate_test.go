package simulate_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"lobby/queue"
	"lobby/queue/simulate"
)

var fuyang = time.FixedZone("CST", 8*3600)

// office is a small hall with two classes and an overlap of windows.
func office() simulate.Scenario {
	return simulate.Scenario{
		Config: queue.Config{
			Services: []queue.Service{{ID: "social", Prefix: "M"}, {ID: "shop", Prefix: "Q"}},
			Classes:  []queue.Class{{ID: "normal", Rate: 1}, {ID: "priority", Rate: 2.5}},
			Windows:  []queue.Window{{ID: "1", Services: []string{"social"}}, {ID: "2", Services: []string{"social", "shop"}}, {ID: "3", Services: []string{"shop"}}},
			Kiosks:   []queue.Kiosk{{ID: "k1", Printer: "p1"}},
		},
		Location: fuyang, First: time.Date(2026, 1, 1, 0, 0, 0, 0, fuyang),
	}.WithDefaults()
}

// live lives through days and returns their records.
func live(t *testing.T, s simulate.Scenario, seed uint64, days int) (records []queue.Record) {
	t.Helper()
	h := simulate.NewHall(seed)
	h.Write = func(r queue.Record) error {
		records = append(records, r)
		return nil
	}
	if err := h.Activate(s.Config, s.Date(0)); err != nil {
		t.Fatal(err)
	}
	for n := range days {
		if err := h.Play(s.Day(seed, n)); err != nil {
			t.Fatal(err)
		}
	}
	return records
}

func digest(t *testing.T, records []queue.Record) string {
	t.Helper()
	sum := sha256.New()
	for _, r := range records {
		if err := json.NewEncoder(sum).Encode(r); err != nil {
			t.Fatal(err)
		}
	}
	return fmt.Sprintf("%x", sum.Sum(nil))
}

func TestTheSameSeedGivesTheSameDays(t *testing.T) {
	a, b, c := live(t, office(), 1, 3), live(t, office(), 1, 3), live(t, office(), 2, 3)
	if digest(t, a) != digest(t, b) {
		t.Error("the same seed gave other records")
	}
	if digest(t, a) == digest(t, c) {
		t.Error("another seed gave the same records")
	}
}

// TestDaysAreFullOfLife: what a hall has to cope with happens.
func TestDaysAreFullOfLife(t *testing.T) {
	seen := map[string]int{}
	for _, r := range live(t, office(), 3, 20) {
		seen[r.Event.Name()]++
		if e, ok := r.Event.(queue.WindowPaused); ok {
			seen[e.Reason]++
		}
		if e, ok := r.Event.(queue.TicketIssued); ok {
			seen[e.Class]++
		}
	}
	for _, name := range []string{
		"ticket.issued", "ticket.printed", "ticket.called", "ticket.arrived", "ticket.done", "ticket.no_show", "ticket.recovered", "ticket.cancelled",
		"ticket.transferred", "rating.given", "window.opened", "window.paused", "window.resumed", "lunch", "unannounced", "normal", "priority",
	} {
		if seen[name] == 0 {
			t.Errorf("in twenty days there was no %s", name)
		}
	}
	if days := seen["day.opened"]; days != 20 || seen["day.closed"] != 20 {
		t.Errorf("%d days were opened, %d closed", days, seen["day.closed"])
	}
}

func TestThereIsNoWorkAtTheWeekend(t *testing.T) {
	s := office() // begins on a Thursday
	var got []string
	for n := range 4 {
		got = append(got, s.Date(n).Weekday().String())
	}
	if fmt.Sprint(got) != "[Thursday Friday Monday Tuesday]" {
		t.Errorf("the days are %v", got)
	}
}

func TestReplayDecidesEveryCallTheSame(t *testing.T) {
	r := simulate.NewReplay()
	for _, record := range live(t, office(), 4, 3) {
		r.Add(record)
	}
	r.End()
	if r.Calls < 100 || len(r.Different) > 0 {
		t.Errorf("%d calls, of which %d are decided otherwise", r.Calls, len(r.Different))
	}
}

// TestReplayNamesACallThatTheRulesDoNotMake: a window that called the second
// in line.
func TestReplayNamesACallThatTheRulesDoNotMake(t *testing.T) {
	records := live(t, office(), 4, 1)
	r := simulate.NewReplay()
	for _, record := range records {
		e, ok := record.Event.(queue.TicketCalled)
		if ok && e.Why.Tier == "pool" && len(e.Why.RunnersUp) > 0 && len(r.Different) == 0 {
			first := e.Ticket
			e.Ticket = e.Why.RunnersUp[0].Ticket
			e.LegID = e.Ticket + "/1"
			record.Event = e
			r.Add(record)
			r.End()
			if len(r.Different) != 1 || r.Different[0].Decided != first || r.Different[0].Record.Seq != record.Seq {
				t.Fatalf("found %+v", r.Different)
			}
			return
		}
		r.Add(record)
	}
	t.Fatal("nobody ever waited behind another")
}

// TestARecordedDayIsLivedAgain: under the same rules the waits come out alike.
func TestARecordedDayIsLivedAgain(t *testing.T) {
	s := office()
	records := live(t, s, 5, 1)
	was, again := simulate.NewWaits(), simulate.NewWaits()
	for _, r := range records {
		was.See(r)
	}
	h := simulate.NewHall(9)
	h.Write = func(r queue.Record) error { again.See(r); return nil }
	if err := h.Activate(s.Config, s.Date(0)); err != nil {
		t.Fatal(err)
	}
	if err := h.Play(simulate.Recorded(records, s.Closes.On(s.Date(0)))); err != nil {
		t.Fatal(err)
	}
	a, b := was.Classes()[0], again.Classes()[0]
	if a.Called < 40 || b.Called < a.Called*9/10 || b.MeanMinutes < a.MeanMinutes*0.8-1 || b.MeanMinutes > a.MeanMinutes*1.2+1 {
		t.Errorf("the day was %+v and is %+v when it is lived again", a, b)
	}
}

// TestAnotherRosterShortensWaits: a day with nobody at lunch.
func TestAnotherRosterShortensWaits(t *testing.T) {
	s := office()
	records := live(t, s, 5, 1)
	d := simulate.Recorded(records, s.Closes.On(s.Date(0)))
	mean := func(c queue.Config, d simulate.Day) float64 {
		w := simulate.NewWaits()
		h := simulate.NewHall(9)
		h.Write = func(r queue.Record) error { w.See(r); return nil }
		if err := h.Activate(c, s.Date(0)); err != nil {
			t.Fatal(err)
		}
		if err := h.Play(d); err != nil {
			t.Fatal(err)
		}
		return w.Classes()[0].MeanMinutes
	}
	always := s.Config
	always.Windows = append([]queue.Window{}, s.Config.Windows...)
	for i := range always.Windows {
		always.Windows[i].Roster = []queue.Shift{"08:30-17:00"}
	}
	with, without := mean(s.Config, d.Staffed(s.Config, fuyang)), mean(always, d.Staffed(always, fuyang))
	if without >= with {
		t.Errorf("people wait %.1f min with lunch and %.1f without", with, without)
	}
}

package figures_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"lobby/queue"
	"lobby/queue/figures"
	"lobby/queue/simulate"
)

// stage is a hall whose commands and times the test chooses.
type stage struct {
	t       *testing.T
	state   *queue.State
	at      time.Time
	records []queue.Record
}

func newStage(t *testing.T) *stage {
	s := &stage{t: t, state: queue.NewState(), at: time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)}
	s.do(queue.Activate{Config: queue.Config{
		Services: []queue.Service{{ID: "social", Prefix: "M"}, {ID: "trade", Prefix: "Q"}},
		Classes:  []queue.Class{{ID: "normal", Rate: 1}, {ID: "priority", Rate: 2}},
		Windows:  []queue.Window{{ID: "1", Services: []string{"social", "trade"}}, {ID: "2", Services: []string{"social", "trade"}}},
	}})
	s.open("2026-11-23")
	return s
}

func (s *stage) open(day string) {
	s.do(queue.DayOpen{Day: day, Offset: 8 * 3600})
	s.do(queue.WindowOpen{Window: "1", Staff: "zhang"})
	s.do(queue.WindowOpen{Window: "2", Staff: "li"})
}

func (s *stage) do(c queue.Command) any {
	s.t.Helper()
	out, err := s.state.Decide(queue.Input{At: s.at, Nonce: fmt.Sprintf("nonce-%020d", s.state.Seq())}, c)
	if err != nil {
		s.t.Fatalf("%T: %v", c, err)
	}
	for _, e := range out.Events {
		r := queue.Record{Seq: s.state.Seq() + 1, At: s.at, Event: e}
		s.state.Apply(r)
		r.Day, _ = s.state.Day()
		s.records = append(s.records, r)
	}
	return out.Result
}

func (s *stage) take(c queue.Take) string { return s.do(c).(queue.TakeResult).Ticket }

// serve calls the next at a window, lets the citizen come after 30 s and stay
// for a while.
func (s *stage) serve(window string, d time.Duration) {
	s.do(queue.CallNext{Window: window})
	s.at = s.at.Add(30 * time.Second)
	s.do(queue.Arrive{Window: window})
	s.at = s.at.Add(d)
	s.do(queue.Finish{Window: window})
}

// aDay has one of everything, at 09:00 and after in the hall's time.
func aDay(t *testing.T) *stage {
	s := newStage(t)
	s.take(queue.Take{Service: "social", Item: "s1"}) // M001 waits 10 minutes, is served 5
	s.take(queue.Take{Service: "social", Item: "s2"}) // M002 is not there
	s.take(queue.Take{Service: "trade", Class: "priority"})
	gone := s.take(queue.Take{Service: "social"}) // M003 goes home
	s.at = s.at.Add(10 * time.Minute)
	s.do(queue.Call{Window: "1", Ticket: "M001", Reason: "test"})
	s.at = s.at.Add(30 * time.Second)
	s.do(queue.Arrive{Window: "1"})
	s.at = s.at.Add(5 * time.Minute)
	s.do(queue.Finish{Window: "1"})
	s.do(queue.Rate{Ticket: "M001", Level: 2})
	s.do(queue.Call{Window: "2", Ticket: "M002", Reason: "test"})
	s.at = s.at.Add(time.Minute)
	s.do(queue.NoShow{Window: "2"})
	s.do(queue.Cancel{Ticket: gone})
	s.at = s.at.Add(50 * time.Minute) // it is 10 by now
	s.serve("2", 12*time.Minute)      // Q001
	s.do(queue.Rate{Ticket: "Q001", Level: 5})
	on := s.take(queue.Take{Service: "social"}) // M004 is sent on
	s.do(queue.Call{Window: "1", Ticket: on, Reason: "test"})
	s.do(queue.Arrive{Window: "1"})
	s.do(queue.Transfer{Window: "1", ToService: "trade"})
	s.at = s.at.Add(2 * time.Minute)
	s.serve("1", 3*time.Minute)
	s.take(queue.Take{Service: "social"}) // M005 is still there when the day is closed
	s.do(queue.DayClose{})
	return s
}

func books(t *testing.T, from, to string, records []queue.Record) figures.Report {
	t.Helper()
	b := figures.New(from, to)
	for _, r := range records {
		if err := b.Apply(r); err != nil {
			t.Fatal(err)
		}
		if balance := b.Balance(); balance.Received != balance.Sum() || balance.Open < 0 {
			t.Fatalf("after record %d, %s, the balance is %+v", r.Seq, r.Event.Name(), balance)
		}
	}
	return b.Report()
}

func table(t *testing.T, r figures.Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The table was worked out by hand from the comments of aDay.
func TestADayIsWhatItWas(t *testing.T) {
	want, err := os.ReadFile(filepath.Join("testdata", "day.csv"))
	if err != nil {
		t.Fatal(err)
	}
	r := books(t, "", "", aDay(t).records)
	if got := table(t, r); got != string(want) {
		t.Errorf("the figures are\n%s\nwant\n%s", got, want)
	}
	if want := (figures.Balance{Received: 6, Done: 3, Cancelled: 1, NoShow: 1, Expired: 1}); r.Balance != want || r.From != "2026-11-23" || r.To != "2026-11-23" {
		t.Errorf("the balance of %s to %s is %+v, want %+v", r.From, r.To, r.Balance, want)
	}
}

func TestFiguresOfSomeDaysOnly(t *testing.T) {
	s := aDay(t)
	s.at = s.at.Add(22 * time.Hour)
	s.open("2026-11-24")
	s.take(queue.Take{Service: "trade"})
	s.serve("1", time.Minute)
	s.take(queue.Take{Service: "trade"})
	for _, c := range []struct {
		from, to string
		want     figures.Balance
	}{
		{"", "", figures.Balance{Received: 8, Done: 4, Cancelled: 1, NoShow: 1, Expired: 1, Open: 1}},
		{"2026-11-24", "", figures.Balance{Received: 2, Done: 1, Open: 1}},
		{"", "2026-11-23", figures.Balance{Received: 6, Done: 3, Cancelled: 1, NoShow: 1, Expired: 1}},
		{"2026-11-25", "", figures.Balance{}},
	} {
		if r := books(t, c.from, c.to, s.records); r.Balance != c.want || r.Records != s.state.Seq() {
			t.Errorf("from %q to %q: %+v after %d records, want %+v", c.from, c.to, r.Balance, r.Records, c.want)
		}
	}
}

// A press that was taken back is none; the time of a frozen hall and of a clock
// that was set is no waiting.
func TestTimeThatDidNotPassIsNoWaiting(t *testing.T) {
	s := newStage(t)
	s.take(queue.Take{Service: "social"})
	s.at = s.at.Add(time.Minute)
	s.do(queue.CallNext{Window: "1"})
	s.do(queue.Undo{Window: "1"})
	s.do(queue.Freeze{Reason: "fire"})
	s.at = s.at.Add(time.Hour)
	s.do(queue.Unfreeze{})
	s.at = s.at.Add(2*time.Minute + 24*time.Hour)
	s.do(queue.ClockJump{By: 24 * time.Hour, Moved: 24 * time.Hour})
	s.serve("2", 4*time.Minute)
	hall := books(t, "", "", s.records).Rows[0]
	if hall.Calls != 1 || hall.Wait.N != 1 || hall.Wait.Longest != 180_000 || hall.Service.Longest != 240_000 {
		t.Errorf("the hall had %+v, want one call after 3 minutes and 4 minutes of service", hall)
	}
}

func TestRecordsThatDoNotFollowAreNamed(t *testing.T) {
	s := aDay(t)
	b := figures.New("", "")
	for _, r := range s.records {
		if r.Event.Name() == "ticket.issued" {
			continue
		}
		if err := b.Apply(r); err != nil {
			if !strings.Contains(err.Error(), fmt.Sprintf("record %d: %s of ticket ", r.Seq, r.Event.Name())) {
				t.Error(err)
			}
			return
		}
	}
	t.Error("records about a number that was never given make figures")
}

func TestAReportSurvivesItsJSON(t *testing.T) {
	r := books(t, "", "", aDay(t).records)
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var again figures.Report
	if err := json.Unmarshal(data, &again); err != nil || !reflect.DeepEqual(again, r) {
		t.Errorf("%v\n%+v\nwant\n%+v", err, again, r)
	}
}

// office is a hall of three windows with a life of its own.
func office(seed uint64, days int) (records []queue.Record, err error) {
	zone := time.FixedZone("CST", 8*3600)
	s := simulate.Scenario{
		Config: queue.Config{
			Services: []queue.Service{{ID: "social", Prefix: "M"}, {ID: "shop", Prefix: "Q"}},
			Classes:  []queue.Class{{ID: "normal", Rate: 1}, {ID: "priority", Rate: 2.5}},
			Windows:  []queue.Window{{ID: "1", Services: []string{"social"}}, {ID: "2", Services: []string{"social", "shop"}}, {ID: "3", Services: []string{"shop"}}},
		},
		Location: zone, First: time.Date(2026, 1, 1, 0, 0, 0, 0, zone),
	}.WithDefaults()
	h := simulate.NewHall(seed)
	h.Write = func(r queue.Record) error { records = append(records, r); return nil }
	err = h.Activate(s.Config, s.Date(0))
	for n := 0; n < days && err == nil; n++ {
		err = h.Play(s.Day(seed, n))
	}
	return records, err
}

// A month of a lively hall balances at every record, and its rows agree with
// what is counted from the events alone.
func TestAMonthBalancesAtEveryRecord(t *testing.T) {
	records, err := office(7, 22)
	if err != nil {
		t.Fatal(err)
	}
	r := books(t, "", "", records)
	n := map[string]int{}
	for _, record := range records {
		n[record.Event.Name()]++
	}
	hall := r.Rows[0]
	if hall.Numbers != n["ticket.issued"] || r.Balance.Received != n["ticket.issued"] || hall.Calls != n["ticket.called"] ||
		hall.Done != n["ticket.done"] || hall.NoShows != n["ticket.no_show"] || hall.Transferred != n["ticket.transferred"] {
		t.Errorf("the hall's row is %+v, the events are %v", hall, n)
	}
	if hall.Legs != hall.Done+hall.Transferred+hall.Cancelled+hall.Expired+hall.Void+hall.Absent+hall.Open || r.Balance.Open != 0 || n["ticket.issued"] < 1000 {
		t.Errorf("the legs do not add up: %+v, %+v", hall, r.Balance)
	}
	sums := map[string]figures.Row{}
	for _, row := range r.Rows {
		s := sums[row.By]
		s.Numbers, s.Legs, s.Done, s.Calls = s.Numbers+row.Numbers, s.Legs+row.Legs, s.Done+row.Done, s.Calls+row.Calls
		sums[row.By] = s
	}
	for _, by := range []string{"day", "hour", "service", "class"} { // everybody is in one of each
		if s := sums[by]; s.Numbers != hall.Numbers || s.Legs != hall.Legs || s.Done != hall.Done || s.Calls != hall.Calls {
			t.Errorf("all rows by %s together are %+v, the hall's is %+v", by, s, hall)
		}
	}
}

// BenchmarkAMonth is how long the books of 22 days of 2,000 numbers take.
func BenchmarkAMonth(b *testing.B) {
	records, err := office(7, 22)
	if err != nil {
		b.Fatal(err)
	}
	numbers := 0
	for b.Loop() {
		books := figures.New("", "")
		for _, r := range records {
			if err := books.Apply(r); err != nil {
				b.Fatal(err)
			}
		}
		numbers += books.Report().Balance.Received
	}
	b.ReportMetric(float64(numbers)/b.Elapsed().Seconds(), "numbers/s")
	b.ReportMetric(b.Elapsed().Seconds()*22*2000/float64(numbers), "s/month-of-2,000-a-day")
}

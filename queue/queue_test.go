package queue_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lobby/queue"
)

var nine = time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC) // 09:00 in Fuyang

func testConfig() queue.Config {
	return queue.Config{
		Services: []queue.Service{{ID: "social", Name: "社会保险", Prefix: "M"}, {ID: "estate", Name: "不动产登记", Prefix: "M"}, {ID: "shop", Name: "企业登记", Prefix: "Q"}},
		Classes:  []queue.Class{{ID: "normal", Rate: 1}, {ID: "priority", Rate: 2.5}},
		Windows: []queue.Window{
			{ID: "1", Services: []string{"social", "estate"}, Keypad: "kp-1"},
			{ID: "2", Services: []string{"social"}, Keypad: "kp-2"},
			{ID: "3", Services: []string{"shop"}, Keypad: "kp-3"},
		},
		Kiosks: []queue.Kiosk{{ID: "k1", Printer: "p1"}, {ID: "k2"}},
		Rules:  queue.Rules{AutoFinish: true},
	}
}

// stage is a hall without a trail: it decides and applies at once.
type stage struct {
	state   *queue.State
	at      time.Time
	nonce   int
	records []queue.Record
}

func newStage(t interface{ Fatalf(string, ...any) }) *stage {
	s := &stage{state: queue.NewState(), at: nine}
	for _, c := range []queue.Command{queue.Activate{Config: testConfig()}, queue.DayOpen{Day: "2026-11-23"}} {
		if _, err := s.do(c); err != nil {
			t.Fatalf("prepare the stage: %v", err)
		}
	}
	return s
}

func (s *stage) do(c queue.Command) (queue.Outcome, error) {
	s.nonce++
	out, err := s.state.Decide(queue.Input{At: s.at, Nonce: fmt.Sprintf("nonce-%04d-nonce-nonce", s.nonce)}, c)
	for _, e := range out.Events {
		r := queue.Record{Seq: s.state.Seq() + 1, At: s.at, Event: e}
		s.state.Apply(r)
		s.records = append(s.records, r)
	}
	return out, err
}

func (s *stage) must(t *testing.T, c queue.Command) queue.Outcome {
	t.Helper()
	out, err := s.do(c)
	if err != nil {
		t.Fatalf("%#v: %v", c, err)
	}
	return out
}

func (s *stage) refused(t *testing.T, c queue.Command, code string) {
	t.Helper()
	_, err := s.do(c)
	r, ok := err.(*queue.Refusal)
	if !ok || r.Code != code || r.Say == "" {
		t.Fatalf("%#v: got %v, want a refusal %s with a sentence", c, err, code)
	}
}

func (s *stage) take(t *testing.T, service, class string) string {
	t.Helper()
	return s.must(t, queue.Take{Service: service, Class: class}).Result.(queue.TakeResult).Ticket
}

func TestServicesWithOnePrefixShareTheirNumbers(t *testing.T) {
	s := newStage(t)
	var got []string
	for _, service := range []string{"social", "estate", "shop", "social"} {
		got = append(got, s.take(t, service, ""))
	}
	if want := []string{"M001", "M002", "Q001", "M003"}; !reflect.DeepEqual(got, want) {
		t.Fatalf("numbers %v, want %v", got, want)
	}
}

func TestSlipDecidesWhetherANumberWaits(t *testing.T) {
	for _, c := range []struct {
		outcome queue.Print
		state   queue.LegState
	}{{queue.PrintDone, queue.LegWaiting}, {queue.PrintUnconfirmed, queue.LegWaiting}, {queue.PrintFailed, queue.LegReserved}} {
		s := newStage(t)
		number := s.must(t, queue.Take{Service: "social", Kiosk: "k1"}).Result.(queue.TakeResult).Ticket
		s.must(t, queue.WindowOpen{Window: "1"})
		s.refused(t, queue.CallNext{Window: "1"}, queue.CodeNothingWaiting)
		s.must(t, queue.PrintResult{Ticket: number, Outcome: c.outcome})
		ticket, _ := s.state.Ticket(number)
		if got := ticket.Leg().State; got != c.state {
			t.Errorf("slip %s: leg is %s, want %s", c.outcome, got, c.state)
		}
		s.refused(t, queue.PrintResult{Ticket: number, Outcome: queue.PrintDone}, queue.CodeWrongState)
	}
}

func TestFailedSlipIsKeptReprintedOrVoided(t *testing.T) {
	for name, rescue := range map[string]func(*stage, string){
		"kept": func(s *stage, n string) { s.must(t, queue.Keep{Ticket: n}) },
		"reprinted": func(s *stage, n string) {
			s.must(t, queue.Reprint{Ticket: n})
			s.must(t, queue.PrintResult{Ticket: n, Copy: 1, Outcome: queue.PrintDone})
		},
		"voided": func(*stage, string) {},
	} {
		s := newStage(t)
		number := s.must(t, queue.Take{Service: "social", Kiosk: "k1"}).Result.(queue.TakeResult).Ticket
		s.must(t, queue.PrintResult{Ticket: number, Outcome: queue.PrintFailed, Why: "no paper"})
		rescue(s, number)
		s.pass(t, 2*time.Minute-time.Second)
		if ticket, _ := s.state.Ticket(number); ticket.Leg().State == queue.LegVoid {
			t.Fatalf("%s: void too early", name)
		}
		s.pass(t, time.Second)
		want := queue.LegWaiting
		if name == "voided" {
			want = queue.LegVoid
		}
		if ticket, _ := s.state.Ticket(number); ticket.Leg().State != want {
			t.Errorf("%s: leg is %s, want %s", name, ticket.Leg().State, want)
		}
	}
}

func TestCallExplainsItself(t *testing.T) {
	s := newStage(t)
	s.must(t, queue.WindowOpen{Window: "1", Staff: "0412"})
	first := s.take(t, "social", "normal")
	s.at = s.at.Add(time.Minute)
	urgent := s.take(t, "estate", "priority")
	s.take(t, "social", "normal")
	s.at = s.at.Add(time.Minute)
	res := s.must(t, queue.CallNext{Window: "1"}).Result.(queue.CallResult)
	want := queue.Why{Rule: "accumulating", Tier: "pool", Credit: 150, RunnersUp: []queue.Credit{{Ticket: first, Tier: "pool", Credit: 120}, {Ticket: "M003", Tier: "pool", Credit: 60}}}
	if res.Ticket != urgent || !reflect.DeepEqual(res.Why, want) {
		t.Fatalf("called %s because %+v, want %s because %+v", res.Ticket, res.Why, urgent, want)
	}
}

func TestNobodyIsOvertakenBeyondTheLongestWait(t *testing.T) {
	s := newStage(t)
	s.must(t, queue.WindowOpen{Window: "1"})
	old := s.take(t, "social", "normal")
	s.at = s.at.Add(20 * time.Minute)
	s.take(t, "social", "priority")
	s.at = s.at.Add(25 * time.Minute)
	res := s.must(t, queue.CallNext{Window: "1"}).Result.(queue.CallResult)
	if res.Ticket != old || res.Why.Tier != "guard" {
		t.Fatalf("called %s by tier %s, want %s by guard", res.Ticket, res.Why.Tier, old)
	}
}

func TestPressAtABusyWindow(t *testing.T) {
	s := newStage(t)
	s.must(t, queue.WindowOpen{Window: "1"})
	a, b := s.take(t, "social", ""), s.take(t, "social", "")
	s.must(t, queue.CallNext{Window: "1"})
	s.refused(t, queue.CallNext{Window: "1"}, queue.CodeWindowBusy)
	s.refused(t, queue.Recall{Window: "1"}, queue.CodeRecallTooSoon)
	s.must(t, queue.Arrive{Window: "1"})
	res := s.must(t, queue.CallNext{Window: "1"})
	if len(res.Events) != 2 || res.Events[0].Name() != "ticket.done" || res.Result.(queue.CallResult).Ticket != b {
		t.Fatalf("next while serving %s gave %v", a, res.Events)
	}
}

func TestRecallHasALimit(t *testing.T) {
	s := newStage(t)
	s.must(t, queue.WindowOpen{Window: "1"})
	s.take(t, "social", "")
	s.must(t, queue.CallNext{Window: "1"})
	for range 3 {
		s.at = s.at.Add(10 * time.Second)
		s.must(t, queue.Recall{Window: "1"})
	}
	s.at = s.at.Add(10 * time.Second)
	s.refused(t, queue.Recall{Window: "1"}, queue.CodeRecallLimit)
	s.must(t, queue.NoShow{Window: "1"})
	s.must(t, queue.Recover{Ticket: "M001"})
	if res := s.must(t, queue.CallNext{Window: "1"}).Result.(queue.CallResult); res.Ticket != "M001" {
		t.Fatalf("the recovered ticket was not called, %s was", res.Ticket)
	}
}

func TestRatingCountsOnce(t *testing.T) {
	s := newStage(t)
	s.must(t, queue.WindowOpen{Window: "1"})
	s.take(t, "social", "")
	s.must(t, queue.CallNext{Window: "1"})
	s.must(t, queue.Arrive{Window: "1"})
	prompt := s.must(t, queue.Finish{Window: "1"}).Events[0].(queue.TicketDone).Prompt
	press := queue.Rate{Device: "kp-1", Prompt: prompt, Level: 5}
	for _, c := range []struct {
		name string
		rate queue.Rate
		wait time.Duration
		want string
	}{
		{"another window's keypad", queue.Rate{Device: "kp-2", Prompt: prompt, Level: 1}, 0, queue.RateRefused},
		{"no prompt", queue.Rate{Device: "kp-1", Level: 1}, 0, queue.RateRefused},
		{"forged prompt", queue.Rate{Device: "kp-1", Prompt: "x", Level: 1}, 0, queue.RateRefused},
		{"in time", press, 0, queue.RateOK},
		{"again", press, 0, queue.RateDup},
		{"on a page, again", queue.Rate{Ticket: "M001", Level: 1}, 0, queue.RateDup},
	} {
		s.at = s.at.Add(c.wait)
		if got := s.must(t, c.rate).Result.(queue.RateResult).R; got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if f := s.state.View().Figures; f.Ratings[5] != 1 || f.Ratings[1] != 0 {
		t.Errorf("counted %v, want one 5", f.Ratings)
	}
}

func TestLateRatingIsKeptButNotCounted(t *testing.T) {
	s := newStage(t)
	s.must(t, queue.WindowOpen{Window: "1"})
	s.take(t, "social", "")
	s.must(t, queue.CallNext{Window: "1"})
	s.must(t, queue.Arrive{Window: "1"})
	prompt := s.must(t, queue.Finish{Window: "1"}).Events[0].(queue.TicketDone).Prompt
	s.at = s.at.Add(30 * time.Second)
	buffered := queue.Rate{Device: "kp-1", Prompt: prompt, Level: 4, Pressed: s.at.Add(-15 * time.Second)}
	if got := s.must(t, queue.Rate{Device: "kp-1", Prompt: prompt, Level: 4}).Result.(queue.RateResult); got.R != queue.RateLate {
		t.Errorf("a press after the prompt is %v, want late", got)
	}
	if got := s.must(t, buffered).Result.(queue.RateResult); got.R != queue.RateOK {
		t.Errorf("a press in time that arrived late is %v, want ok", got)
	}
}

func TestDayBeginsAnew(t *testing.T) {
	s := newStage(t)
	s.take(t, "social", "")
	s.must(t, queue.WindowOpen{Window: "1"})
	out := s.must(t, queue.DayClose{})
	if names := fmt.Sprint(out.Events[0].Name(), out.Events[1].Name(), out.Events[2].Name()); names != "ticket.expiredwindow.closedday.closed" {
		t.Errorf("day close gave %s", names)
	}
	s.refused(t, queue.Take{Service: "social"}, queue.CodeDayNotOpen)
	s.refused(t, queue.DayOpen{Day: "2026-11-23"}, queue.CodeDayPassed)
	s.refused(t, queue.DayOpen{Day: "2026-11-22"}, queue.CodeDayPassed)
	s.must(t, queue.DayOpen{Day: "2026-11-24"})
	if n := s.take(t, "social", ""); n != "M001" {
		t.Errorf("first number of the new day is %s", n)
	}
}

func TestConfigurationInUseIsNotTakenAway(t *testing.T) {
	s := newStage(t)
	s.take(t, "shop", "")
	c := testConfig()
	c.Services = c.Services[:2]
	c.Windows = c.Windows[:2]
	s.refused(t, queue.Activate{Config: c}, queue.CodeConfigInUse)
	s.must(t, queue.Cancel{Ticket: "Q001"})
	s.must(t, queue.Activate{Config: c})
	s.refused(t, queue.Take{Service: "shop"}, queue.CodeNoService)
}

func TestTransferKeepsSeniorityAndGoesToItsWindow(t *testing.T) {
	s := newStage(t)
	s.must(t, queue.WindowOpen{Window: "1"})
	s.must(t, queue.WindowOpen{Window: "2"})
	moved, other := s.take(t, "social", ""), s.take(t, "social", "")
	s.must(t, queue.CallNext{Window: "1"})
	s.must(t, queue.Transfer{Window: "1", ToWindow: "2", Keep: true})
	if res := s.must(t, queue.CallNext{Window: "1"}).Result.(queue.CallResult); res.Ticket != other {
		t.Fatalf("window 1 called %s, which is directed to window 2", res.Ticket)
	}
	if res := s.must(t, queue.CallNext{Window: "2"}).Result.(queue.CallResult); res.Ticket != moved || res.Why.Tier != "directed" {
		t.Fatalf("window 2 called %+v, want %s", res, moved)
	}
}

// someCommand draws any command, sensible or not.
func someCommand(t *rapid.T) queue.Command {
	window := rapid.SampledFrom([]string{"1", "2", "3", "9"}).Draw(t, "window")
	service := rapid.SampledFrom([]string{"social", "estate", "shop", "none"}).Draw(t, "service")
	class := rapid.SampledFrom([]string{"", "normal", "priority"}).Draw(t, "class")
	ticket := fmt.Sprintf("%s%03d", rapid.SampledFrom([]string{"M", "Q"}).Draw(t, "prefix"), rapid.IntRange(1, 12).Draw(t, "number"))
	return rapid.SampledFrom([]queue.Command{
		queue.Take{Service: service, Class: class}, queue.Take{Service: service, Kiosk: "k1"}, queue.Take{Service: service, Class: class},
		queue.PrintResult{Ticket: ticket, Outcome: queue.PrintDone}, queue.PrintResult{Ticket: ticket, Outcome: queue.PrintFailed},
		queue.PrintResult{Ticket: ticket, Copy: 1, Outcome: queue.PrintUnconfirmed},
		queue.Keep{Ticket: ticket}, queue.Reprint{Ticket: ticket}, queue.Cancel{Ticket: ticket}, queue.Reclass{Ticket: ticket, Class: class, Reason: "x"},
		queue.CallNext{Window: window}, queue.CallNext{Window: window}, queue.Call{Window: window, Ticket: ticket, Reason: "x"},
		queue.Recall{Window: window}, queue.Arrive{Window: window}, queue.Finish{Window: window}, queue.NoShow{Window: window},
		queue.Recover{Ticket: ticket}, queue.Hold{Window: window}, queue.Resume{Ticket: ticket},
		queue.Transfer{Window: window, ToService: service}, queue.Transfer{Window: window, ToWindow: "2", Keep: true},
		queue.Rate{Ticket: ticket, Level: 3}, queue.Rate{Device: "kp-1", Prompt: "x", Level: 5},
		queue.Rate{Device: "kp-" + window, Prompt: fmt.Sprintf("nonce-%04d-n", rapid.IntRange(3, 60).Draw(t, "prompt")), Level: 4},
		queue.Activate{Config: without("", "3")}, queue.Activate{Config: without("shop", "")}, queue.Activate{Config: testConfig()},
		queue.WindowOpen{Window: window}, queue.WindowOpen{Window: window}, queue.WindowPause{Window: window}, queue.WindowResume{Window: window},
		queue.WindowDrain{Window: window}, queue.WindowClose{Window: window},
		queue.DayClose{}, queue.DayOpen{Day: "2026-11-24"}, queue.Tick{},
		queue.DeviceReport{Device: "board/1", Kind: "board", State: "down", Why: "no answer"}, queue.DeviceReport{Device: "board/1", Kind: "board", State: "up"},
		queue.AlertAck{Alert: "device:board/1", Cause: "cable"}, queue.Undo{Window: window}, queue.Undo{Window: window}, queue.Void{Ticket: ticket, Reason: "x"},
		queue.Freeze{Reason: "alarm"}, queue.Unfreeze{}, queue.Unfreeze{}, queue.Unfreeze{}, queue.Transfer{Ticket: ticket, ToService: service},
	}).Draw(t, "command")
}

func TestAnyCommandsKeepTheInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newStage(t)
		issued := map[string]bool{}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			s.at = s.at.Add(time.Duration(rapid.IntRange(0, 90).Draw(t, "seconds")) * time.Second)
			before := mustJSON(t, s.state.View())
			c := someCommand(t)
			if _, err := s.state.Decide(queue.Input{At: s.at, Nonce: "a-nonce-of-twenty-chars"}, c); err != nil {
				if _, ok := err.(*queue.Refusal); !ok {
					t.Fatalf("%#v: error %v is not a refusal", c, err)
				}
			}
			if after := mustJSON(t, s.state.View()); after != before {
				t.Fatalf("Decide(%#v) changed the state:\n%s\n%s", c, before, after)
			}
			out, _ := s.do(c)
			for _, e := range out.Events {
				if i, ok := e.(queue.TicketIssued); ok {
					if key := i.Day + i.Ticket; issued[key] {
						t.Fatalf("number %s was issued twice", key)
					} else {
						issued[key] = true
					}
				}
			}
			s.checkInvariants(t)
			s.checkFigures(t)
		}
		s.checkReplay(t)
	})
}

// checkInvariants: no ticket at two windows, nobody waits and is served at
// once, and every ticket issued is somewhere.
func (s *stage) checkInvariants(t *rapid.T) {
	v := s.state.View()
	place := map[string]string{}
	put := func(ticket, where string) {
		if old, ok := place[ticket]; ok {
			t.Fatalf("%s is at %s and at %s", ticket, old, where)
		}
		place[ticket] = where
	}
	for _, w := range v.Windows {
		if w.Ticket != "" {
			put(w.Ticket, "window "+w.ID)
		}
	}
	for _, w := range v.Waiting {
		put(w.Ticket, "the queue")
	}
	waiting := 0
	for _, w := range v.Waiting {
		if w.State == queue.LegWaiting {
			waiting++
		}
	}
	if v.Figures.Waiting != waiting {
		t.Fatalf("%d wait by service, %d by ticket", v.Figures.Waiting, waiting)
	}
}

// checkReplay: the records alone, through their JSON, make the same state.
func (s *stage) checkReplay(t *rapid.T) {
	again := queue.NewState()
	for _, r := range s.records {
		e, err := queue.DecodeEvent(r.Event.Name(), []byte(mustJSON(t, r.Event)))
		if err != nil {
			t.Fatalf("%v", err)
		}
		r.Event = e
		again.Apply(r)
	}
	if a, b := mustJSON(t, s.state.View()), mustJSON(t, again.View()); a != b {
		t.Fatalf("replay differs:\n%s\n%s", a, b)
	}
}

func mustJSON(t interface{ Fatalf(string, ...any) }, v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return string(b)
}

func TestCommandsAreDecodedOrRefusedWithASentence(t *testing.T) {
	c, err := queue.DecodeCommand([]byte(`{"id":"1","type":"call_next","window":"12","later":true}`))
	if err != nil || c != (queue.CallNext{Window: "12"}) {
		t.Fatalf("got %#v, %v", c, err)
	}
	for _, bad := range []string{``, `[]`, `{}`, `{"type":"fly"}`, `{"type":"call_next","window":12}`} {
		if _, err := queue.DecodeCommand([]byte(bad)); err == nil {
			t.Errorf("%q was taken for a command", bad)
		}
	}
}

func FuzzDecodeCommand(f *testing.F) {
	for _, name := range queue.CommandNames() {
		f.Add([]byte(`{"type":"` + name + `","window":"1","ticket":"M001","service":"social","level":3}`))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s := newStage(t)
		if c, err := queue.DecodeCommand(data); err == nil {
			_, _ = s.do(c)
			_ = mustJSON(t, s.state.View())
		}
	})
}

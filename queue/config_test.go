package queue_test

import (
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"lobby/queue"
)

// without is the test configuration with a service or window taken away.
func without(service, window string) queue.Config {
	c := testConfig()
	c.Windows = slices.DeleteFunc(c.Windows, func(w queue.Window) bool { return w.ID == window })
	c.Services = slices.DeleteFunc(c.Services, func(s queue.Service) bool { return s.ID == service })
	for i, w := range c.Windows {
		c.Windows[i].Services = slices.DeleteFunc(slices.Clone(w.Services), func(id string) bool { return id == service })
	}
	return c
}

func TestConfigurationThatSomebodyNeedsIsNotTakenAway(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(*stage)
		config  queue.Config
	}{
		"a service with a waiting ticket": {func(s *stage) { s.take(t, "shop", "") }, without("shop", "")},
		"an open window":                  {func(s *stage) { s.must(t, queue.WindowOpen{Window: "3"}) }, without("", "3")},
		"the service of a held ticket": {func(s *stage) {
			s.serve(t, "shop", "3")
			s.must(t, queue.Hold{Window: "3"})
		}, without("shop", "")},
		"the service of an absent citizen": {func(s *stage) {
			s.must(t, queue.WindowOpen{Window: "3"})
			s.take(t, "shop", "")
			s.must(t, queue.CallNext{Window: "3"})
			s.must(t, queue.NoShow{Window: "3"})
		}, without("shop", "")},
		"the service that is being served": {func(s *stage) { s.serve(t, "shop", "3") }, without("shop", "")},
		"the window of a held ticket": {func(s *stage) {
			s.serve(t, "shop", "3")
			s.must(t, queue.Hold{Window: "3"})
			s.must(t, queue.WindowClose{Window: "3"})
		}, without("", "3")},
		"the only window that may call a ticket": {func(s *stage) {
			s.serve(t, "shop", "3")
			s.must(t, queue.Transfer{Window: "3", ToWindow: "2", Force: true})
		}, without("", "2")},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			c.prepare(s)
			s.refused(t, queue.Activate{Config: c.config}, queue.CodeConfigInUse)
		})
	}
}

// serve brings a ticket of a service to a window.
func (s *stage) serve(t *testing.T, service, window string) string {
	t.Helper()
	s.must(t, queue.WindowOpen{Window: window})
	number := s.take(t, service, "")
	s.must(t, queue.CallNext{Window: window})
	s.must(t, queue.Arrive{Window: window})
	return number
}

func TestRatingOutlivesItsWindow(t *testing.T) {
	s := newStage(t)
	number := s.serve(t, "shop", "3")
	s.must(t, queue.Finish{Window: "3"})
	s.must(t, queue.WindowClose{Window: "3"})
	s.must(t, queue.Activate{Config: without("", "3")})
	if got := s.must(t, queue.Rate{Ticket: number, Level: 4}).Result.(queue.RateResult).R; got != queue.RateOK {
		t.Errorf("a rating on a page after the window was taken away is %s", got)
	}
	if f := s.state.View().Figures; f.Ratings[4] != 1 {
		t.Errorf("counted %v, want one 4", f.Ratings)
	}
}

func TestWrongConfigurationIsRefusedWithEverythingThatIsWrong(t *testing.T) {
	c := queue.Config{
		Services: []queue.Service{{ID: "a", Prefix: "A"}, {ID: "a", Prefix: "B"}, {ID: "c", Prefix: "abc"}},
		Classes:  []queue.Class{{ID: "n", Rate: 0}, {ID: "nan", Rate: math.NaN()}, {ID: "inf", Rate: math.Inf(1)}},
		Windows:  []queue.Window{{ID: "1", Services: []string{"a", "zzz"}}, {ID: "1"}, {ID: ""}},
	}
	err := c.Validate()
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{`service "a"`, `prefix "abc"`, `class "n"`, `class "nan"`, `class "inf"`, `"zzz"`, `window "1"`, `window ""`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not speak of %s:\n%v", want, err)
		}
	}
	s := newStage(t)
	s.refused(t, queue.Activate{Config: c}, queue.CodeBadCommand)
}

func TestRulesFillInWhatIsNotSet(t *testing.T) {
	s := newStage(t)
	got := s.state.Config().Rules
	want := queue.Rules{
		AutoFinish: true, Recalls: 3, Reprints: 3, RecallGap: queue.Duration(10 * time.Second), RateWithin: queue.Duration(20 * time.Second),
		VoidAfter: queue.Duration(2 * time.Minute), MaxWait: queue.Duration(45 * time.Minute), VisitCredit: 0.5, Order: queue.OrderAccumulating,
		UndoWithin: queue.Duration(10 * time.Second), PreferMargin: queue.Duration(5 * time.Minute), Tolerance: queue.Duration(20 * time.Minute),
		SlotEarly: queue.Duration(5 * time.Minute), SlotGrace: queue.Duration(10 * time.Minute),
		RatePeriod: queue.Duration(7 * 24 * time.Hour), FollowupDays: 15,
	}
	want.Warn = queue.Watches{
		Wait: want.MaxWait, Arrive: queue.Duration(90 * time.Second), Serve: queue.Duration(30 * time.Minute), Queue: 30,
		Idle: queue.Duration(time.Minute), Pause: queue.Duration(15 * time.Minute), Stall: queue.Duration(time.Minute), Level: queue.Duration(5 * time.Minute),
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("rules %+v, want %+v", got, want)
	}
}

func TestDurationsAreWrittenAsPeopleDo(t *testing.T) {
	var r queue.Rules
	if err := json.Unmarshal([]byte(`{"max_wait":"1h30m"}`), &r); err != nil || time.Duration(r.MaxWait) != 90*time.Minute {
		t.Errorf("1h30m was read as %v, %v", time.Duration(r.MaxWait), err)
	}
	for _, bad := range []string{`"-1s"`, `"soon"`, `5`} {
		if err := json.Unmarshal([]byte(`{"max_wait":`+bad+`}`), &r); err == nil {
			t.Errorf("%s was taken for a duration", bad)
		}
	}
}

func TestNewRulesHoldAtOnceAndKeepTheQueue(t *testing.T) {
	s := newStage(t)
	number := s.serve(t, "social", "1")
	c := testConfig()
	c.Rules.AutoFinish = false
	s.must(t, queue.Activate{Config: c})
	s.take(t, "social", "")
	s.refused(t, queue.CallNext{Window: "1"}, queue.CodeWindowBusy)
	if w := s.state.View().Windows[0]; w.Ticket != number || w.State != queue.WindowModeServing {
		t.Errorf("after new rules window 1 is %s with %q", w.State, w.Ticket)
	}
}

func TestTheSameConfigurationAgainLeavesNoMark(t *testing.T) {
	s := newStage(t)
	s.must(t, queue.Activate{Config: testConfig(), Hash: "1f"})
	if out := s.must(t, queue.Activate{Config: testConfig(), Hash: "1f"}); len(out.Events) != 0 {
		t.Errorf("the same configuration again gave %v", out.Events)
	}
	renamed := testConfig()
	renamed.Services[0].Name = "社保"
	if out := s.must(t, queue.Activate{Config: renamed, Hash: "1f"}); len(out.Events) != 1 {
		t.Errorf("another configuration with the same hash gave %v", out.Events)
	}
	if out := s.must(t, queue.Activate{Config: renamed, Hash: "2e"}); len(out.Events) != 1 {
		t.Errorf("another hash gave %v", out.Events)
	}
}

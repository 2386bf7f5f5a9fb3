package queue_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lobby/queue"
	"lobby/queue/plaintest"
)

// hasty are limits short enough to be met often within a random day.
var hasty = queue.Watches{
	Wait: queue.Duration(5 * time.Minute), Arrive: queue.Duration(time.Minute), Serve: queue.Duration(2 * time.Minute), Queue: 3,
	Idle: queue.Duration(time.Minute), Pause: queue.Duration(2 * time.Minute), Level: queue.Duration(4 * time.Minute),
}

// settle lets ticks do what is due by now.
func (c *crowd) settle(t *rapid.T) {
	for range 1000 {
		due, ok := c.state.Due()
		if !ok || due.After(c.at) {
			return
		}
		if out, err := c.do(queue.Tick{}); err != nil || len(out.Events) == 0 {
			t.Fatalf("at %v a tick was due at %v and led to %v, %v", c.at, due, out.Events, err)
		}
	}
	t.Fatalf("at %v ticks do not come to an end", c.at)
}

// expected goes through the whole hall with a pencil for the warnings of which
// the view tells enough.
func (c *crowd) expected() map[string]bool {
	want := map[string]bool{}
	when := func(id string, since time.Time, limit queue.Duration) {
		if !since.IsZero() && !c.at.Before(since.Add(time.Duration(limit))) {
			want[id] = true
		}
	}
	v := c.state.View()
	for _, number := range c.tickets {
		ticket, _ := c.state.Ticket(number)
		for _, l := range ticket.Legs {
			switch l.State {
			case queue.LegCalled:
				when("arrive:"+l.ID, l.Called, hasty.Arrive)
			case queue.LegServing:
				when("serve:"+l.ID, l.Started, hasty.Serve)
			}
		}
	}
	for _, w := range v.Windows {
		if w.State == queue.WindowModePaused {
			when("pause:"+w.ID, w.Since, hasty.Pause)
		}
	}
	for _, j := range v.Journeys {
		when("limit:"+j.Ticket, j.Deadline, 0)
		if j.Finish.After(j.Deadline) {
			want["finish:"+j.Ticket] = true
		}
	}
	return want
}

func TestWarningsStandWhileTheyHold(t *testing.T) {
	if plaintest.Elsewhere(t) {
		return
	}
	hall := estateHall(t)
	hall.Rules.Warn = hasty
	rapid.Check(t, func(t *rapid.T) {
		c := newCrowd(t, hall)
		for range rapid.IntRange(1, 100).Draw(t, "things") {
			c.something(t)
			c.settle(t)
			standing := c.standing(t)
			for _, rule := range []string{"arrive", "serve", "pause", "limit", "finish"} {
				got, want := ofRule(standing, rule), ofRule(c.expected(), rule)
				if !slices.Equal(got, want) {
					t.Fatalf("at %v the warnings %s stand for %v, want %v", c.at, rule, got, want)
				}
			}
			if rapid.IntRange(0, 19).Draw(t, "restart") == 0 {
				c.restart(t)
			}
		}
	})
}

func ofRule(alerts map[string]bool, rule string) []string {
	var ids []string
	for _, id := range slices.Sorted(maps.Keys(alerts)) {
		if strings.HasPrefix(id, rule+":") {
			ids = append(ids, id)
		}
	}
	return ids
}

// standing goes through the records: a warning is raised once, and cleared
// only while it stands.
func (c *crowd) standing(t *rapid.T) map[string]bool {
	alerts := map[string]bool{}
	for _, r := range c.records {
		switch e := r.Event.(type) {
		case queue.AlertRaised:
			if alerts[e.Alert] {
				t.Fatalf("%s was raised twice", e.Alert)
			}
			alerts[e.Alert] = true
		case queue.AlertCleared:
			if !alerts[e.Alert] {
				t.Fatalf("%s was cleared and did not stand", e.Alert)
			}
			delete(alerts, e.Alert)
		}
	}
	return alerts
}

func TestBadRatingsStandUntilTakenOn(t *testing.T) {
	s := newEstate(t)
	s.open(t, "53")
	s.must(t, queue.Take{Service: "project"})
	number := s.served(t, "53", time.Minute)
	s.must(t, queue.Rate{Ticket: number, Level: 2, Reasons: []string{"214"}})
	s.pass(t, time.Minute)
	alert := "rating:" + number + "/1"
	s.refused(t, queue.AlertAck{Alert: alert}, queue.CodeReasonMissing)
	out := s.must(t, queue.AlertAck{Alert: alert, Cause: "已电话回访"})
	if len(out.Events) != 2 {
		t.Fatalf("taken on: %v, want acknowledged and cleared", out.Events)
	}
	s.refused(t, queue.AlertAck{Alert: alert, Cause: "再次"}, queue.CodeNoAlert)
}

func TestWhoeverCouldNotRateIsTold(t *testing.T) {
	s := newStage(t)
	s.must(t, queue.DeviceReport{Device: "keypad/kp-3", Kind: "keypad", State: "down", Why: "断线"})
	s.must(t, queue.WindowOpen{Window: "3"})
	s.take(t, "shop", "")
	number := s.served(t, "3", time.Minute)
	var alerts []string
	for _, a := range s.state.View().Alerts {
		alerts = append(alerts, a.ID)
	}
	if !slices.Contains(alerts, "uninvited:"+number+"/1") {
		t.Fatalf("alerts %v", alerts)
	}
}

func TestAWarningIsSaidInThreeLanguages(t *testing.T) {
	s := newEstate(t)
	s.open(t, "53")
	s.must(t, queue.WindowPause{Window: "53"})
	s.pass(t, time.Second)
	a := s.state.View().Alerts[0]
	if a.Say == "" || a.Says["en"] != "No window serves 项目立项; 0 people wait" || a.Says["zh-TW"] == "" {
		t.Fatalf("%q %v", a.Say, a.Says)
	}
}

// A call that is taken back leaves the queue as it was when somebody last asked
// what is due, and a window that became free meanwhile is told all the same.
func TestAFreeWindowIsToldOfACallTakenBack(t *testing.T) {
	s := newStage(t)
	for _, c := range []queue.Command{
		queue.WindowOpen{Window: "1"}, queue.WindowOpen{Window: "2"}, queue.WindowPause{Window: "2"}, queue.Take{Service: "social"},
	} {
		s.must(t, c)
	}
	s.state.Due()
	for _, c := range []queue.Command{queue.CallNext{Window: "1"}, queue.WindowResume{Window: "2"}, queue.Undo{Window: "1"}, queue.WindowPause{Window: "1"}} {
		s.must(t, c)
	}
	s.at = s.at.Add(2 * time.Minute)
	out := s.must(t, queue.Tick{})
	if !slices.ContainsFunc(out.Events, func(e queue.Event) bool { a, ok := e.(queue.AlertRaised); return ok && a.Alert == "idle:2" }) {
		t.Errorf("window 2 was free for two minutes while somebody waited, and the tick led to %v", out.Events)
	}
}

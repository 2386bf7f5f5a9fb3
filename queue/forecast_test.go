package queue_test

import (
	"testing"
	"time"

	"lobby/queue"
)

// busyStage is a hall with both windows of social taken and three who wait,
// and a foresight made at this moment.
func busyStage(t *testing.T) (*stage, *queue.Foresight) {
	s := newStage(t)
	for _, w := range []string{"1", "2"} {
		s.must(t, queue.WindowOpen{Window: w})
		s.take(t, "social", "")
		s.must(t, queue.CallNext{Window: w})
	}
	for range 3 {
		s.take(t, "social", "")
	}
	o := &queue.Foresight{At: s.at, Model: "paths-1", Lines: map[queue.Line]queue.Expectation{
		{Service: "social", Class: "normal"}: {Centre: 1500, Low: 1210, Mid: 1500, High: 2090, Pace: 300, Group: "22-33 min, normal"},
	}}
	return s, o
}

func (s *stage) takeForecast(t *testing.T) (queue.Forecast, queue.ForecastGiven) {
	t.Helper()
	out := s.must(t, queue.Take{Service: "social"})
	return out.Result.(queue.TakeResult).Forecast, out.Events[1].(queue.ForecastGiven)
}

func TestForecastIsRoundedOutwardToFiveMinutes(t *testing.T) {
	s, o := busyStage(t)
	s.state.Foresee(o)
	told, given := s.takeForecast(t)
	// 1210 to 2090 seconds are 20.2 to 34.8 minutes; 09:34:50 becomes 09:35.
	if got := mustJSON(t, told); got != `{"ahead":3,"windows":2,"low":20,"high":35,"before":"2026-11-23T01:35:00Z","p":0.8}` {
		t.Errorf("told %s", got)
	}
	if got := mustJSON(t, given.Quantiles); got != `[1210,1500,2090]` || given.Model != "paths-1" || given.Centre != 1500 {
		t.Errorf("recorded %s of %s, centre %v", got, given.Model, given.Centre)
	}
	ticket, _ := s.state.Ticket(given.Ticket)
	if mustJSON(t, ticket.Promise) != mustJSON(t, told) {
		t.Errorf("the ticket remembers %s", mustJSON(t, ticket.Promise))
	}
}

// TestForecastFollowsTheLine: the foresight was made for three ahead; with one
// more the wait is longer by the pace of the windows.
func TestForecastFollowsTheLine(t *testing.T) {
	s, o := busyStage(t)
	s.state.Foresee(o)
	s.takeForecast(t)
	told, given := s.takeForecast(t)
	if told.Ahead != 4 || given.Centre != 1800 || given.Quantiles[1] != 1800 || given.Quantiles[0] <= 1210 {
		t.Errorf("with %d ahead %v, centre %v", told.Ahead, given.Quantiles, given.Centre)
	}
}

func TestForecastTellsOnlyThePositionUntilItHasProvenItself(t *testing.T) {
	s, o := busyStage(t)
	o.Shadow = true
	s.state.Foresee(o)
	told, given := s.takeForecast(t)
	if told.Low != nil || told.High != nil || !told.Before.IsZero() || told.Ahead != 3 || told.Windows != 2 {
		t.Errorf("in shadow the citizen is told %s", mustJSON(t, told))
	}
	if !given.Shadow || len(given.Quantiles) != 3 {
		t.Errorf("in shadow the record is %s", mustJSON(t, given))
	}
}

func TestForecastIsSilentWithoutAFreshOutlook(t *testing.T) {
	for name, change := range map[string]func(*stage, *queue.Foresight) *queue.Foresight{
		"none":    func(*stage, *queue.Foresight) *queue.Foresight { return nil },
		"an old":  func(s *stage, o *queue.Foresight) *queue.Foresight { s.at = s.at.Add(31 * time.Second); return o },
		"another": func(_ *stage, o *queue.Foresight) *queue.Foresight { clear(o.Lines); return o },
	} {
		s, o := busyStage(t)
		s.state.Foresee(change(s, o))
		if told, given := s.takeForecast(t); told.Low != nil || given.Model != "position" {
			t.Errorf("%s foresight: told %s", name, mustJSON(t, given))
		}
	}
}

// TestForecastOfTheNextNamesNoMinutes: a free window calls at once.
func TestForecastOfTheNextNamesNoMinutes(t *testing.T) {
	s, o := busyStage(t)
	for range 3 {
		s.must(t, queue.NoShow{Window: "1"})
		s.must(t, queue.CallNext{Window: "1"})
	}
	s.must(t, queue.NoShow{Window: "2"})
	s.state.Foresee(o)
	if told, _ := s.takeForecast(t); told.Low != nil || told.Ahead != 0 {
		t.Errorf("with a free window and nobody ahead: %s", mustJSON(t, told))
	}
}

func TestForecastPromisesNothingAfterClosing(t *testing.T) {
	s, o := busyStage(t)
	o.Closes = s.at.Add(24 * time.Minute)
	s.state.Foresee(o)
	if told, _ := s.takeForecast(t); *told.High != 25 || !told.Before.Equal(o.Closes) {
		t.Errorf("closing in 24 minutes: %s", mustJSON(t, told))
	}
}

func TestForecastOfOneWhoWaits(t *testing.T) {
	s, o := busyStage(t)
	last := s.state.View().Waiting[2].Ticket
	o.Tickets = map[string]queue.Expectation{last: {Low: 610, Mid: 700, High: 890}}
	s.state.Foresee(o)
	ticket, _ := s.state.Ticket(last)
	if f := s.state.ForecastFor(ticket); f.Ahead != 2 || *f.Low != 10 || *f.High != 15 {
		t.Errorf("%s is told %s", last, mustJSON(t, f))
	}
}

func TestRosterIsChecked(t *testing.T) {
	for text, want := range map[string]bool{"08:30-11:45": true, "8:30-11:45": false, "11:45-08:30": false, "08:30": false, "08:61-09:00": false, "00:00-24:00": true, "23:00-24:01": false} {
		if _, _, err := queue.Shift(text).Span(); (err == nil) != want {
			t.Errorf("%s: %v", text, err)
		}
	}
	c := testConfig()
	c.Windows[0].Roster = []queue.Shift{"13:00-17:00", "08:30-11:45"}
	if err := c.Validate(); err == nil {
		t.Error("shifts out of order were accepted")
	}
}

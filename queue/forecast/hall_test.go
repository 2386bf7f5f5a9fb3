package forecast_test

import (
	"fmt"
	"testing"
	"time"

	"lobby/queue"
	"lobby/queue/forecast"
	"lobby/queue/simulate"
)

var fuyang = time.FixedZone("CST", 8*3600)

// dipHall is a hall whose windows go to lunch at 5, 8, 4, 7 and 5 staffed
// windows: two offices that share some windows.
func dipHall() simulate.Scenario {
	c := queue.Config{
		Services: []queue.Service{
			{ID: "social", Name: "社会保险", Prefix: "A", Department: "labor"}, {ID: "fund", Name: "公积金", Prefix: "B", Department: "fund"},
			{ID: "medical", Name: "医疗保险", Prefix: "A", Department: "labor"},
		},
		Classes: []queue.Class{{ID: "normal", Rate: 1}, {ID: "priority", Rate: 2.5}},
		Kiosks:  []queue.Kiosk{{ID: "k1"}},
	}
	serves := [][]string{{"social", "medical"}, {"social"}, {"social", "fund"}, {"fund"}, {"medical", "fund"}, {"social", "medical"}, {"social", "medical", "fund"}, {"medical"}}
	rosters := [][]queue.Shift{
		{"08:30-17:00"}, {"08:30-12:00", "13:00-17:00"}, {"08:30-17:00"}, {"08:30-11:30", "12:30-17:00"},
		{"08:30-17:00"}, {"09:30-11:30", "13:00-16:00"}, {"09:30-12:00", "13:00-16:00"}, {"09:30-11:45", "12:45-15:30"},
	}
	for i := range serves {
		c.Windows = append(c.Windows, queue.Window{ID: fmt.Sprint(i + 1), Services: serves[i], Roster: rosters[i]})
	}
	return simulate.Scenario{Config: c, Location: fuyang, First: time.Date(2026, 1, 5, 0, 0, 0, 0, fuyang), Tickets: 300, Load: 0.9}.WithDefaults()
}

// live plays days of a scenario with a forecaster, and hands on the records.
func live(t testing.TB, s simulate.Scenario, seed uint64, days int, f *forecast.Forecaster, each func(day int, r queue.Record)) {
	t.Helper()
	h := simulate.NewHall(seed)
	n := 0
	h.Write = func(r queue.Record) error {
		each(n, r)
		return nil
	}
	h.Forecaster = f
	if err := h.Activate(s.Config, s.Date(0).Add(7*time.Hour)); err != nil {
		t.Fatal(err)
	}
	for ; n < days; n++ {
		if err := h.Play(s.Day(seed, n)); err != nil {
			t.Fatal(err)
		}
	}
}

package forecast_test

import (
	"fmt"
	"testing"
	"time"

	"lobby/queue"
	"lobby/queue/forecast"
	"lobby/queue/simulate"
)

// largeHall is a hall of 80 windows in 20 offices of 4, with 40 services.
func largeHall() simulate.Scenario {
	c := queue.Config{Classes: []queue.Class{{ID: "normal", Rate: 1}, {ID: "priority", Rate: 2.5}}, Kiosks: []queue.Kiosk{{ID: "k1"}}}
	for i := range 40 {
		c.Services = append(c.Services, queue.Service{ID: fmt.Sprint("s", i), Prefix: "A", Department: fmt.Sprint("d", i/2)})
	}
	for i := range 80 {
		office := i / 4
		c.Windows = append(c.Windows, queue.Window{ID: fmt.Sprint(i + 1), Services: []string{fmt.Sprint("s", 2*office), fmt.Sprint("s", 2*office+1)}})
	}
	return simulate.Scenario{Config: c, Location: fuyang, First: time.Date(2026, 1, 5, 0, 0, 0, 0, fuyang)}.WithDefaults()
}

// crowd is a forecaster that has learnt for a day, and a hall of 80 windows
// where so many wait behind as many as are served.
func crowd(b *testing.B, waiting int) (*forecast.Forecaster, queue.Floor, time.Time) {
	s := largeHall()
	f := forecast.New(forecast.Options{Seed: 1, Location: fuyang})
	live(b, s, 1, 1, f, func(int, queue.Record) {})
	at := s.Opens.On(s.Date(1)).Add(time.Hour)
	f.Observe(queue.Record{At: at, Event: queue.DayOpened{Day: at.Format(time.DateOnly)}})
	var floor queue.Floor
	for _, w := range s.Config.Windows {
		floor.Windows = append(floor.Windows, queue.Place{ID: w.ID, Open: true, Service: w.Services[0], Called: at.Add(-5 * time.Minute)})
	}
	for i := range waiting {
		ago := time.Duration(waiting-i) * time.Second
		floor.Waiting = append(floor.Waiting, queue.Waiter{Ticket: fmt.Sprint("A", i), Service: fmt.Sprint("s", i%40), Class: "normal", Seniority: at.Add(-ago)})
	}
	return f, floor, at
}

// BenchmarkForesee is one foresight of a hall of 80 windows, as a hall makes
// at most once a second, and of one newcomer alone, as a simulation does.
func BenchmarkForesee(b *testing.B) {
	for _, waiting := range []int{0, 100, 400} {
		f, floor, at := crowd(b, waiting)
		b.Run(fmt.Sprintf("hall/waiting=%d", waiting), func(b *testing.B) {
			for b.Loop() {
				f.Foresee(floor, at)
			}
		})
		b.Run(fmt.Sprintf("newcomer/waiting=%d", waiting), func(b *testing.B) {
			for b.Loop() {
				f.ForeseeLine(floor, at, queue.Line{Service: "s0", Class: "normal"})
			}
		})
	}
}

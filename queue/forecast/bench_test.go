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

// crowd is a forecaster that has learnt for a day and sees a hall of 80 windows
// where so many wait behind as many as are served.
func crowd(b *testing.B, waiting int) (*forecast.Forecaster, time.Time) {
	s := largeHall()
	f := forecast.New(forecast.Options{Seed: 1, Location: fuyang})
	var last uint64
	h := simulate.NewHall(1)
	h.Write = func(r queue.Record) error { last = r.Seq; f.Observe(r); return nil }
	if err := h.Activate(s.Config, s.Date(0)); err != nil {
		b.Fatal(err)
	}
	if err := h.Play(s.Day(1, 0)); err != nil {
		b.Fatal(err)
	}
	at := s.Opens.On(s.Date(1))
	see := func(e queue.Event) { last++; f.Observe(queue.Record{Seq: last, At: at, Event: e}) }
	see(queue.DayOpened{Day: at.Format(time.DateOnly)})
	for i, w := range s.Config.Windows {
		see(queue.WindowOpened{Window: w.ID})
		take(see, fmt.Sprint("W", i), w.Services[0])
		e := queue.TicketCalled{Window: w.ID}
		e.Ticket, e.LegID = fmt.Sprint("W", i), fmt.Sprint("W", i)
		see(e)
	}
	for i := range waiting {
		at = at.Add(time.Second)
		take(see, fmt.Sprint("A", i), fmt.Sprint("s", i%40))
	}
	return f, at
}

func take(see func(queue.Event), ticket, service string) {
	e := queue.TicketIssued{Service: service, Class: "normal"}
	e.Ticket, e.LegID = ticket, ticket
	see(e)
}

// BenchmarkForesee is one foresight of a hall of 80 windows, as a hall makes
// at most once a second, and of one newcomer alone, as a simulation does.
func BenchmarkForesee(b *testing.B) {
	for _, waiting := range []int{0, 100, 400} {
		f, at := crowd(b, waiting)
		b.Run(fmt.Sprintf("hall/waiting=%d", waiting), func(b *testing.B) {
			for b.Loop() {
				f.Foresee(at)
			}
		})
		b.Run(fmt.Sprintf("newcomer/waiting=%d", waiting), func(b *testing.B) {
			for b.Loop() {
				f.ForeseeLine(at, queue.Line{Service: "s0", Class: "normal"})
			}
		})
	}
}

package queue_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"lobby/queue"
)

// seedHall is as large as the hall of the seed: 80 windows, 36 services, of
// which each window serves eight.
func seedHall() queue.Config {
	c := queue.Config{
		Classes: []queue.Class{{ID: "normal", Rate: 1}, {ID: "priority", Rate: 2.5}},
		Rules:   queue.Rules{MaxWait: queue.Duration(1000 * time.Hour)}, // so that the pool decides, not the guard
	}
	for i := range 36 {
		c.Services = append(c.Services, queue.Service{ID: fmt.Sprint("s", i), Prefix: fmt.Sprintf("%c%c", 'A'+i/26, 'A'+i%26), Limits: queue.Limits{Last: 999_999}})
	}
	for i := range 80 {
		w := queue.Window{ID: fmt.Sprint(i + 1)}
		for j := range 8 {
			w.Services = append(w.Services, fmt.Sprint("s", (i+j*5)%36))
		}
		c.Windows = append(c.Windows, w)
	}
	return c
}

// crowdedHall has a number of people waiting, one priority in seven.
func crowdedHall(b *testing.B, waiting int) *stage {
	s := &stage{state: queue.NewState(), at: nine}
	for _, c := range []queue.Command{queue.Activate{Config: seedHall()}, queue.DayOpen{Day: "2026-11-23"}} {
		if _, err := s.do(c); err != nil {
			b.Fatal(err)
		}
	}
	for i := range 80 {
		_, _ = s.do(queue.WindowOpen{Window: fmt.Sprint(i + 1)})
	}
	for i := range waiting {
		s.at = s.at.Add(100 * time.Millisecond)
		class := "normal"
		if i%7 == 0 {
			class = "priority"
		}
		if _, err := s.do(queue.Take{Service: fmt.Sprint("s", i%36), Class: class}); err != nil {
			b.Fatal(err)
		}
	}
	s.records = nil
	return s
}

// round is what one citizen costs: a number, a call, the arrival, the end.
func (s *stage) round(b *testing.B, i int) {
	window := fmt.Sprint(i%80 + 1)
	s.at = s.at.Add(100 * time.Millisecond)
	for _, c := range []queue.Command{queue.Take{Service: fmt.Sprint("s", i%36)}, queue.CallNext{Window: window}, queue.Arrive{Window: window}, queue.Finish{Window: window}} {
		if _, err := s.do(c); err != nil {
			b.Fatalf("%#v: %v", c, err)
		}
	}
	s.state.Due() // as the hall asks after each batch
	s.records = s.records[:0]
}

// BenchmarkCommandsByCrowd measures Decide and Apply of one command at 80
// windows with 100 to 100,000 people waiting, and prints by how much the cost
// grows each time the crowd is ten times as large ("×/decade"). A cost that
// grew with the logarithm of the crowd would grow by 1.5, 1.33 and 1.25 from
// one to the next; one that grew with the crowd, by 10.
//
//	go test -run '^$' -bench CommandsByCrowd ./queue
func BenchmarkCommandsByCrowd(b *testing.B) {
	var costs []float64
	sizes := []int{100, 1000, 10_000, 100_000}
	halls := make([]*stage, len(sizes))
	best := make([]float64, len(sizes))
	for i, n := range sizes {
		halls[i], best[i] = crowdedHall(b, n), math.Inf(1)
	}
	b.ResetTimer()
	const rounds = 100
	n := 0
	for range max(20, b.N) { // in turns, and the best of them, so that a busy machine disturbs all alike
		for i, s := range halls {
			begin := time.Now()
			for range rounds {
				n++
				s.round(b, n)
			}
			best[i] = min(best[i], float64(time.Since(begin).Nanoseconds())/(4*rounds))
		}
	}
	for i, n := range sizes {
		costs = append(costs, best[i])
		b.ReportMetric(best[i], fmt.Sprintf("ns/command@%d", n))
		if i > 0 {
			b.ReportMetric(costs[i]/costs[i-1], fmt.Sprintf("×@%d", n))
		}
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(math.Pow(costs[3]/costs[0], 1.0/3), "×/decade")
}

package queue

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// bench is a small hall to choose from.
type bench struct {
	state *State
	at    time.Time
	n     int
}

func newBench() *bench {
	b := &bench{state: NewState(), at: time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)}
	b.do(Activate{Config: Config{
		Services: []Service{{ID: "a", Prefix: "A"}, {ID: "b", Prefix: "B"}, {ID: "c", Prefix: "A"}},
		Classes:  []Class{{ID: "normal", Rate: 1}, {ID: "priority", Rate: 2.5}, {ID: "soldier", Rate: 2.5}},
		Windows:  []Window{{ID: "1", Services: []string{"a", "b"}}, {ID: "2", Services: []string{"c"}}, {ID: "3", Services: []string{"a", "b", "c"}}, {ID: "4"}},
		Kiosks:   []Kiosk{{ID: "k", Printer: "p"}},
		Rules:    Rules{AutoFinish: true, MaxWait: Duration(20 * time.Minute)},
	}})
	b.do(DayOpen{Day: "2026-11-23"})
	for _, w := range []string{"1", "2", "3", "4"} {
		b.do(WindowOpen{Window: w})
	}
	return b
}

func (b *bench) do(c Command) {
	b.n++
	out, _ := b.state.Decide(Input{At: b.at, Nonce: fmt.Sprintf("nonce-%04d-nonce-nonce", b.n)}, c)
	for _, e := range out.Events {
		b.state.Apply(Record{Seq: b.state.Seq() + 1, At: b.at, Event: e})
	}
}

// obviousOrder is the rule as one would tell it to somebody at the counter,
// in no hurry: look at everybody in the hall again for each next place.
func (b *bench) obviousOrder(window string) []string {
	s := b.state
	rank := func(l *Leg) int {
		serves := false
		for _, w := range s.config.Windows {
			for _, id := range w.Services {
				serves = serves || w.ID == window && id == l.Service
			}
		}
		switch {
		case l.State != LegWaiting, l.Direct != "" && l.Direct != window:
			return 0
		case l.Direct == window:
			return 3
		case !serves, s.windows[window].draining:
			return 0
		case !b.at.Before(l.Seniority.Add(20 * time.Minute)):
			return 2
		}
		return 1
	}
	credit := func(l *Leg) float64 {
		for _, c := range s.config.Classes {
			if c.ID == l.Class {
				return c.Rate * b.at.Sub(l.Seniority).Seconds()
			}
		}
		return 0
	}
	beats := func(l, o *Leg) bool {
		if rank(l) != rank(o) {
			return rank(l) > rank(o)
		}
		if rank(l) == 1 && credit(l) != credit(o) {
			return credit(l) > credit(o)
		}
		if !l.Seniority.Equal(o.Seniority) {
			return l.Seniority.Before(o.Seniority)
		}
		return l.Order < o.Order
	}
	var order []string
	placed := map[*Leg]bool{}
	for {
		var best *Leg
		for _, t := range s.tickets {
			if l := t.Legs[len(t.Legs)-1]; rank(l) > 0 && !placed[l] && (best == nil || beats(l, best)) {
				best = l
			}
		}
		if best == nil {
			return order
		}
		placed[best] = true
		order = append(order, fmt.Sprintf("%s %d %.3f", best.Ticket, rank(best), credit(best)))
	}
}

func TestSelectionAgreesWithTheObviousRule(t *testing.T) {
	ranks := map[string]int{tierDirected: 3, tierGuard: 2, tierPool: 1}
	seen := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		b := newBench()
		for range rapid.IntRange(1, 50).Draw(t, "steps") {
			b.at = b.at.Add(time.Duration(rapid.SampledFrom([]int{0, 0, 10, 60, 400}).Draw(t, "seconds")) * time.Second)
			b.do(b.someCommand(t))
		}
		for id, w := range b.state.windows {
			var got []string
			for _, c := range b.state.candidates(w, b.at, 1000) {
				got = append(got, fmt.Sprintf("%s %d %.3f", c.leg.Ticket, ranks[c.tier], c.credit))
				seen[c.tier]++
			}
			if want := b.obviousOrder(id); strings.Join(got, "\n") != strings.Join(want, "\n") {
				t.Fatalf("window %s would call\n%s\nwant\n%s", id, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}
	})
	for tier := range ranks {
		if seen[tier] == 0 {
			t.Errorf("no state had anybody in the tier %s, so it was not compared", tier)
		}
	}
}

func (b *bench) someCommand(t *rapid.T) Command {
	window := rapid.SampledFrom([]string{"1", "2", "3", "4"}).Draw(t, "window")
	service := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "service")
	class := rapid.SampledFrom([]string{"normal", "priority", "soldier"}).Draw(t, "class")
	ticket := fmt.Sprintf("%s%03d", rapid.SampledFrom([]string{"A", "B"}).Draw(t, "prefix"), rapid.IntRange(1, 9).Draw(t, "number"))
	return rapid.SampledFrom([]Command{
		Take{Service: service, Class: class}, Take{Service: service, Class: class}, Take{Service: service, Class: class}, Take{Service: service, Kiosk: "k"},
		CallNext{Window: window}, Arrive{Window: window}, NoShow{Window: window}, Recover{Ticket: ticket}, Hold{Window: window}, Cancel{Ticket: ticket},
		Transfer{Window: window, ToWindow: "4", Keep: true}, Transfer{Window: window, ToWindow: "1"}, Transfer{Window: window, ToService: service, Keep: true},
		Reclass{Ticket: ticket, Class: class, Reason: "x"}, WindowDrain{Window: window}, WindowResume{Window: window},
	}).Draw(t, "command")
}

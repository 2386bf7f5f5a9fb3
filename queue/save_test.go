package queue

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"lobby/queue/plaintest"
)

// followsFromLegs are the fields of the state that are not saved, because
// resettle and Load make them of the tickets and the configuration. A foresight
// is no record's doing and goes with the program.
var followsFromLegs = []string{"foresight", "index", "servers", "tokens", "lines", "resting", "visits", "counts", "clocks", "dues", "heads", "stirred", "roused", "journeys", "moved", "chooser", "spent", "latest", "checkedIn"}

func TestEveryFieldOfTheStateIsSavedOrFollows(t *testing.T) {
	written := map[string]bool{}
	for i := range reflect.TypeFor[saved]().NumField() {
		written[reflect.TypeFor[saved]().Field(i).Name] = true
	}
	for i := range reflect.TypeFor[State]().NumField() {
		name := reflect.TypeFor[State]().Field(i).Name
		title := string(name[0]-'a'+'A') + name[1:]
		if !written[title] && !slices.Contains(followsFromLegs, name) {
			t.Errorf("State.%s is neither saved as %s nor among what follows from the legs", name, title)
		}
	}
}

func TestEveryFieldOfALegAndAWindowIsSaved(t *testing.T) {
	l := Leg{}
	fillAll(t, reflect.ValueOf(&l).Elem(), "leg")
	ticket := Ticket{Number: "A001", Legs: []*Leg{&l}}
	s := NewState()
	s.loadTicket(through(t, ticket.save()))
	if got := *s.tickets["A001"].Legs[0]; !reflect.DeepEqual(got, l) {
		t.Errorf("a leg came back as\n%+v\nwant\n%+v", got, l)
	}
	w := windowState{leg: s.tickets["A001"].Legs[0], ratings: map[int]int{5: 1}}
	w.leg.ID = "A001/1"
	fillAll(t, reflect.ValueOf(&w).Elem(), "window")
	if err := s.loadWindow(through(t, w.save())); err != nil || !reflect.DeepEqual(s.windows[w.id], &w) {
		t.Errorf("a window came back as\n%+v, %v\nwant\n%+v", s.windows[w.id], err, w)
	}
}

// TestASavedStateGoesOnTheSame: at any step a state that was saved and loaded
// gives the same view, is saved the same, and decides the same from then on.
func TestASavedStateGoesOnTheSame(t *testing.T) {
	if plaintest.Elsewhere(t) {
		return
	}
	rapid.Check(t, func(t *rapid.T) {
		b := newBench(rapid.SampledFrom([]string{OrderAccumulating, OrderRatio}).Draw(t, "order"))
		for range rapid.IntRange(1, longer(30)).Draw(t, "steps") {
			b.pass(t)
			c := b.someCommand(t)
			other := reload(t, b.state)
			in := Input{At: b.at, Nonce: "nonce-of-twenty-letters"}
			want, errWant := b.state.Decide(in, c)
			got, errGot := other.Decide(in, c)
			if !reflect.DeepEqual(got, want) || fmt.Sprint(errGot) != fmt.Sprint(errWant) {
				t.Fatalf("%#v: the loaded state decides\n%+v, %v\nwant\n%+v, %v", c, got, errGot, want, errWant)
			}
			_ = b.do(c)
			if rapid.IntRange(0, 9).Draw(t, "restart") == 0 {
				b.state = reload(t, b.state)
			}
			dueGot, okGot := reload(t, b.state).Due()
			if due, ok := b.state.Due(); !due.Equal(dueGot) || ok != okGot {
				t.Fatalf("the loaded state is due at %v %v, want %v %v", dueGot, okGot, due, ok)
			}
		}
	})
}

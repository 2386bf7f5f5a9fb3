package queue_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"lobby/queue"
)

// filled is an event of a name with something in every field.
func filled(t *testing.T, name string) queue.Event {
	t.Helper()
	blank, err := queue.DecodeEvent(name, []byte("{}"))
	if err != nil {
		t.Fatal(err)
	}
	full := reflect.New(reflect.TypeOf(blank)).Elem()
	fill(t, full, "canary of "+name)
	return full.Interface().(queue.Event)
}

func TestAPartedEventIsWholeAgain(t *testing.T) {
	for _, name := range queue.EventNames() {
		want, ok := filled(t, name).(queue.Personal)
		if !ok {
			continue
		}
		public, personal := want.Part()
		a, errA := json.Marshal(public)
		b, errB := json.Marshal(personal)
		if errA != nil || errB != nil || personal == nil {
			t.Fatalf("%s: %v, %v, %v", name, personal, errA, errB)
		}
		got, err := queue.DecodeEvent(name, a, b)
		if err != nil || !reflect.DeepEqual(got, queue.Event(want)) {
			t.Errorf("%s\n%s\n%s\ncame back as %+v, %v", name, a, b, got, err)
		}
		blank, _ := queue.DecodeEvent(name, []byte("{}"))
		if _, personal := blank.(queue.Personal).Part(); personal != nil {
			t.Errorf("%s: nothing is personal and yet %v is", name, personal)
		}
	}
}

// codes are reasons that the rules give, not people, and lists of such.
var codes = []string{"config.activated", "config.scheduled", "hall.frozen", "ticket.expired", "ticket.no_show", "window.paused"}

// answeredFor are reasons that staff give for looking at citizens, or for taking
// what is personal out of the house. The hall
// answers for them longer than for anything personal; pages ask for the number
// of a case there, and for no name.
var answeredFor = []string{"access.noted", "camera.shuttered", "footage.asked", "footage.kept", "footage.viewed"}

func TestNoTokenAndNoWordsOfPeopleStayPublic(t *testing.T) {
	for _, name := range queue.EventNames() {
		e := filled(t, name)
		if whole, ok := e.(queue.Personal); ok {
			e, _ = whole.Part()
		}
		data, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		for _, member := range []string{"token", "person", "reason", "reasons"} {
			if strings.Contains(string(data), `"`+member+`":`) && strings.Contains(strings.ToLower(string(data)), "."+member) && !slices.Contains(append(answeredFor, codes...), name) {
				t.Errorf("%s keeps its %s where it cannot be erased: %s", name, member, data)
			}
		}
	}
}

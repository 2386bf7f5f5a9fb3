package main

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lobby/devices"
	"lobby/devices/emulator/ff68"
	"lobby/queue"
)

// The devices of the small hall's first two windows give way to others: what
// clerks press there reaches the queue, and what the queue says comes back.

// pads replaces the call boxes of windows 1 and 2 by pads that speak FF 68.
var pads = [][2]string{
	{"      box-1: {address: 1}\n      box-2: {address: 2}\n", ""},
	{"callboxes:\n", `callboxes:
  pads:
    model: ff68
    wire: "serial:///dev/lobby/callbox-2?baud=9600"
    units:
      box-1: {address: 1}
      box-2: {address: 2, profile: lcd21}
`},
}

// numpads replaces them by USB keypads.
var numpads = [][2]string{
	pads[0],
	{"callboxes:\n", `callboxes:
  desk-1: {model: numpad, wire: "input:///dev/input/event1", units: {box-1: {}}}
  desk-2: {model: numpad, wire: "input:///dev/input/event2", units: {box-2: {keys: {kpenter: next}}}}
`},
}

// on plays f in the small hall with other devices.
func on(t *testing.T, edits [][2]string, f func(s *stage)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(8 * time.Hour)
		s := furnished(t, edits...)
		defer s.end()
		f(s)
	})
}

// at presses a key and gives the queue time to act.
func (s *stage) at(unit string, key devices.Key, digits string) {
	s.t.Helper()
	if err := s.press([]string{unit, string(key), digits}); err != nil {
		s.t.Fatal(err)
	}
	s.settle(2 * time.Second)
}

// window is what the queue says of a window.
func (s *stage) window(id string) queue.WindowView {
	s.t.Helper()
	v, err := s.lobby.hall.View(s.lobby.group.ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, w := range v.Windows {
		if w.ID == id {
			return w
		}
	}
	s.t.Fatalf("no window %s", id)
	return queue.WindowView{}
}

// come takes numbers for a service at the touch kiosk.
func (s *stage) come(service string, people int) {
	s.t.Helper()
	for range people {
		if err := s.take([]string{"k1", service}); err != nil {
			s.t.Fatal(err)
		}
	}
	s.settle(10 * time.Second)
}

// shownOn is what the display of a pad shows.
func (s *stage) shownOn(unit string) string {
	for _, e := range s.lobby.emulators.List() {
		if v, ok := e.View.(ff68.View); ok {
			for _, u := range v.Units {
				if u.Name == unit {
					return u.Shown
				}
			}
		}
	}
	return "no such pad"
}

func TestPadsCallHoldAndCallBack(t *testing.T) {
	on(t, pads, func(s *stage) {
		s.come("social", 3)
		s.at("box-1", devices.KeyNext, "") // opens and calls
		first := s.window("1").Ticket
		if first == "" || !strings.HasSuffix(first, s.shownOn("box-1")) || s.shownOn("box-1") == "" {
			t.Fatalf("window 1 calls %q and its pad shows %q", first, s.shownOn("box-1"))
		}
		s.at("box-1", devices.KeyHold, "")
		s.at("box-1", devices.KeyNext, "")
		if second := s.window("1").Ticket; second == first || second == "" {
			t.Errorf("after hold and next, window 1 has %q", second)
		}
		s.at("box-1", devices.KeyServed, "")
		s.at("box-1", devices.KeyServed, "") // nobody is there: refused
		s.at("box-1", devices.KeyCallHeld, "")
		if w := s.window("1"); w.Ticket != first {
			t.Errorf("the held %s is not back, but %q", first, w.Ticket)
		}
		s.at("box-2", devices.KeyNext, "")
		if w := s.window("2"); w.Ticket == "" {
			t.Error("the 21-key box calls nobody")
		}
	})
}

func TestAPadWithAWrongSumCallsNobody(t *testing.T) {
	on(t, pads, func(s *stage) {
		s.come("social", 2)
		for _, fault := range []string{"bad_sum", "truncated"} {
			if err := s.lobby.emulators.SetFault("callbox/pads", fault, true); err != nil {
				t.Fatal(err)
			}
			s.at("box-1", devices.KeyNext, "")
			if w := s.window("1"); w.State != queue.WindowModeClosed {
				t.Errorf("%s: window 1 is %s", fault, w.State)
			}
			if err := s.lobby.emulators.SetFault("callbox/pads", fault, false); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.lobby.emulators.SetFault("callbox/pads", "duplicate", true); err != nil {
			t.Fatal(err)
		}
		s.at("box-1", devices.KeyNext, "")
		v, err := s.lobby.hall.View(s.lobby.group.ctx)
		if err != nil || v.Figures.Calls != 1 {
			t.Errorf("frames said twice called %d times, %v", v.Figures.Calls, err)
		}
	})
}

func TestUSBKeypadsCallAndTransfer(t *testing.T) {
	on(t, numpads, func(s *stage) {
		s.come("social", 2)
		s.at("box-1", devices.KeyNext, "")
		first := s.window("1").Ticket
		s.at("box-2", devices.KeyNext, "")
		second := s.window("2").Ticket
		if first == "" || second == "" || first == second {
			t.Fatalf("windows 1 and 2 call %q and %q", first, second)
		}
		s.at("box-4", devices.KeyRecall, "") // opens window 4
		s.at("box-1", devices.KeyTransfer, "4")
		if w := s.window("1"); w.Ticket != "" {
			t.Errorf("window 1 still has %q", w.Ticket)
		}
		s.at("box-4", devices.KeyNext, "")
		if w := s.window("4"); w.Ticket != first {
			t.Errorf("window 4 has %q, want the transferred %q", w.Ticket, first)
		}
	})
}

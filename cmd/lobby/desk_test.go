package main

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lobby/devices"
	"lobby/devices/emulator/ff68"
	"lobby/display/api"
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

// kioskScanners puts a scanner of each kind at the touch kiosk.
var kioskScanners = [][2]string{{"speakers:\n", `scanners:
  k1: {model: line, wire: "serial:///dev/lobby/scanner-k1?baud=9600", kiosk: k1}
  k2: {model: wedge, wire: "input:///dev/input/event7", kiosk: k1}

speakers:
`}}

// hold holds a code before a scanner and returns what the kiosk's page hears.
func (s *stage) hold(unit, text string) api.Scan {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.lobby.group.ctx, 5*time.Second)
	defer cancel()
	before, known, err := s.lobby.kioskScans.Scan(ctx, "k1", 0, false)
	if err != nil || !known {
		s.t.Fatalf("the kiosk has a scanner: %v, %v", known, err)
	}
	if err := s.lobby.emulators.Press("scanner/"+unit, unit, "scan", text); err != nil {
		s.t.Fatal(err)
	}
	heard, _, err := s.lobby.kioskScans.Scan(ctx, "k1", before.N, true)
	if err != nil {
		s.t.Fatalf("%s before %s: nothing was heard: %v", text, unit, err)
	}
	return heard
}

func TestScannersOpenProgressAndTakeArrivals(t *testing.T) {
	on(t, kioskScanners, func(s *stage) {
		s.come("social", 1)
		var token, number string
		err := s.lobby.hall.Read(s.lobby.group.ctx, func(state *queue.State) {
			v, ok := state.Ticket("M001")
			if number = v.Number; ok {
				token = v.Token
			}
		})
		if err != nil || token == "" {
			t.Fatalf("no ticket: %v", err)
		}
		for _, unit := range []string{"k1", "k2"} {
			for _, text := range []string{"https://fuchun.example/t/" + token, token} {
				if got := s.hold(unit, text); got.Ticket != number {
					t.Errorf("%s: a slip gave %+v, want %s", unit, got, number)
				}
			}
			code := "APT-77-" + unit
			slot := time.Now().Add(5 * time.Minute)
			if err := s.send("page", queue.Book{Code: code, Service: "trade", Slot: slot}); err != nil {
				t.Fatal(err)
			}
			var taken queue.TakeResult
			if got := s.hold(unit, code); json.Unmarshal(got.Taken, &taken) != nil || taken.Ticket == "" || taken.Printer != "p1" {
				t.Errorf("%s: an appointment gave %+v", unit, got)
			}
			if got := s.hold(unit, code); got.Refusal == nil || got.Refusal.Code != queue.CodeAlreadyWaiting {
				t.Errorf("%s: the same code again gave %+v", unit, got)
			}
			for text, want := range map[string]string{
				"https://elsewhere.example/t/" + strings.Repeat("x", 26): "unknown", "javascript:alert(1)": "unknown", "WIFI:S:hall;;": "unknown",
				"abc": "unknown", strings.Repeat("x", 150): "too_long",
			} {
				if got := s.hold(unit, text); got.Problem != want || got.Ticket != "" || got.Taken != nil {
					t.Errorf("%s: %q gave %+v, want %s", unit, text, got, want)
				}
			}
			if got := s.hold(unit, "APT-none"); got.Refusal == nil || got.Refusal.Code != queue.CodeNoBooking {
				t.Errorf("%s: a code of nobody gave %+v", unit, got)
			}
		}
		if err := s.lobby.emulators.SetFault("scanner/k1", "garbage", true); err != nil {
			t.Fatal(err)
		}
		if got := s.hold("k1", "APT-1234"); got.Problem != "binary" {
			t.Errorf("bytes that are no text gave %+v", got)
		}
	})
}

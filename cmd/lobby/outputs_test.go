package main

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpiotest"

	"lobby/devices"
	"lobby/queue"
)

func TestALampIsOnWhileItsWindowCallsAndABellSoundsOnce(t *testing.T) {
	on(t, nil, func(s *stage) {
		lamp, bell := &gpiotest.Pin{N: "GPIO22"}, &gpiotest.Pin{N: "GPIO23"}
		s.lobby.inputs.lamps = map[string][]*beacon{}
		s.lobby.startOutput("output/lamp-1", "lamp-1", Output{Kind: "lamp", Window: "1"}, lamp)
		s.lobby.startOutput("output/bell-1", "bell-1", Output{Kind: "bell", Window: "1", Active: "high", On: queue.Duration(3 * time.Second)}, bell)
		want := func(when string, lit, sounds bool) {
			t.Helper()
			synctest.Wait()
			if lamp.Read() == gpio.Low != lit || bell.Read() == gpio.High != sounds {
				t.Errorf("%s: lamp %s, bell %s", when, lamp.Read(), bell.Read())
			}
		}
		want("before", false, false)
		s.come("social", 1)
		s.at("box-1", devices.KeyNext, "")
		want("called", true, true)
		s.settle(10 * time.Second)
		want("10 s later", true, false)
		s.at("box-1", devices.KeyRecall, "")
		want("recalled", true, false)
		s.lobby.inputs.frame(devices.Frame{Window: "1", Ticket: s.window("1").Ticket, Blink: true}) // as after a reconnection
		want("told again", true, false)
		s.at("box-1", devices.KeyArrive, "")
		want("arrived", false, false)
		s.lobby.group.cancel()
		want("ended", false, false)
	})
}

// A sensor beside a printer is a device of its own, and its word is the
// printer's: thin paper is an alert, no paper sends the next slip next door.
func TestAPaperSensorIsItsPrintersWord(t *testing.T) {
	on(t, nil, func(s *stage) {
		low, out := &gpiotest.Pin{N: "GPIO24"}, &gpiotest.Pin{N: "GPIO25"}
		s.lobby.startPaper("paper/p1-low", PaperSensor{Printer: "p1", Means: "near_end"}, low)
		s.lobby.startPaper("paper/p1-out", PaperSensor{Printer: "p1", Means: "out"}, out)
		for i, c := range []struct {
			low, out      gpio.Level
			printer, slip string
		}{
			{gpio.High, gpio.High, "up", "p1"},
			{gpio.Low, gpio.High, "degraded", "p1"},
			{gpio.Low, gpio.Low, "down", "p1b"},
			{gpio.High, gpio.High, "up", "p1"},
		} {
			synctest.Wait() // the pulls are on
			if err := errors.Join(low.Out(c.low), out.Out(c.out)); err != nil {
				t.Fatal(err)
			}
			s.settle(3 * time.Second)
			s.come("social", 1)
			number := fmt.Sprintf("M%03d", i+1)
			s.settle(10 * time.Second)
			v, err := s.lobby.hall.View(s.lobby.group.ctx)
			if err != nil {
				t.Fatal(err)
			}
			states := map[string]string{}
			for _, d := range v.Devices {
				states[d.ID] = string(d.State)
			}
			if states["paper/p1-low"] != "up" || states["paper/p1-out"] != "up" || states["printer/p1"] != c.printer {
				t.Errorf("%d: %v", i, states)
			}
			var ticket queue.Ticket
			if err := s.lobby.hall.Read(s.lobby.group.ctx, func(q *queue.State) { ticket, _ = q.Ticket(number) }); err != nil {
				t.Fatal(err)
			}
			if ticket.Printer != c.slip || ticket.Print != queue.PrintDone {
				t.Errorf("%d: the slip of %s is %s on %s, want printed on %s", i, number, ticket.Print, ticket.Printer, c.slip)
			}
		}
	})
}

func TestPinsInTheHallFileAreChecked(t *testing.T) {
	for _, o := range []string{"{kind: siren, window: \"1\"}", "{kind: lamp, window: \"99\"}", "{kind: bell, window: \"1\", on: 1h}", "{kind: bell, window: \"1\", active: up}"} {
		if _, err := editedFile(t, [2]string{"speakers:\n", "outputs: {x: " + o + "}\nspeakers:\n"}); err == nil {
			t.Errorf("%s was accepted", o)
		}
	}
	for _, o := range []string{"{printer: none, means: out}", "{printer: p1, means: low}"} {
		if _, err := editedFile(t, [2]string{"speakers:\n", "paper: {x: " + o + "}\nspeakers:\n"}); err == nil {
			t.Errorf("%s was accepted", o)
		}
	}
}

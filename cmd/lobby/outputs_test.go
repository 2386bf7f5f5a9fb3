package main

import (
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

func TestAPaperSensorIsADeviceOfItsOwn(t *testing.T) {
	on(t, nil, func(s *stage) {
		pin := &gpiotest.Pin{N: "GPIO24", L: gpio.High}
		s.lobby.startPaper("paper/p1-low", PaperSensor{Printer: "p1", Means: "near_end"}, pin)
		state := func() string {
			s.settle(3 * time.Second)
			v, err := s.lobby.hall.View(s.lobby.group.ctx)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range v.Devices {
				if d.ID == "paper/p1-low" {
					return string(d.State)
				}
			}
			return "unknown"
		}
		for _, c := range []struct {
			level gpio.Level
			want  string
		}{{gpio.High, "up"}, {gpio.Low, "degraded"}, {gpio.High, "up"}} {
			if err := pin.Out(c.level); err != nil {
				t.Fatal(err)
			}
			if got := state(); got != c.want {
				t.Errorf("level %s: %s, want %s", c.level, got, c.want)
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

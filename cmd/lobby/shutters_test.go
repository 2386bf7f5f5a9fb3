package main

import (
	"testing"
	"time"

	"lobby/queue"
)

func TestTheScheduleOfAShutter(t *testing.T) {
	zone := time.FixedZone("hall", 8*3600)
	schedule := []queue.Shift{"07:00-08:00", "12:00-13:30"}
	for clock, want := range map[string]struct {
		shift  queue.Shift
		closed bool
	}{
		"06:00": {"12:00-13:30", false}, "07:00": {"07:00-08:00", true}, "07:59": {"07:00-08:00", true}, "08:00": {"07:00-08:00", false},
		"12:00": {"12:00-13:30", true}, "13:29": {"12:00-13:30", true}, "13:30": {"12:00-13:30", false}, "23:00": {"12:00-13:30", false},
	} {
		at, err := time.ParseInLocation("2006-01-02 15:04", "2026-11-26 "+clock, zone)
		if err != nil {
			t.Fatal(err)
		}
		if shift, closed := within(schedule, at); shift != want.shift || closed != want.closed {
			t.Errorf("%s: %s closed %v, want %+v", clock, shift, closed, want)
		}
	}
}

func TestASizeIsReadAsPeopleWriteIt(t *testing.T) {
	for text, want := range map[string]size{"200GB": 200e9, "1.5TB": 1.5e12, "64MiB": 64 << 20, "7B": 7, "1 GiB": 1 << 30} {
		var s size
		if err := s.UnmarshalText([]byte(text)); err != nil || s != want {
			t.Errorf("%s is %d, %v, want %d", text, s, err, want)
		}
	}
	for _, text := range []string{"", "200", "-1GB", "GB", "NaNGB", "1e30TB", "viel"} {
		var s size
		if err := s.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was read as %d", text, s)
		}
	}
}

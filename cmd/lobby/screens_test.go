package main

import (
	"strings"
	"testing"
	"time"

	"lobby/queue"
)

// alertOn is the alert about a subject; empty for none.
func (s *stage) alertOn(subject string) string {
	s.t.Helper()
	var say string
	err := s.lobby.hall.Read(s.t.Context(), func(q *queue.State) {
		for _, a := range q.View().Alerts {
			if a.Subject == subject {
				say = a.Say
			}
		}
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return say
}

// A wall that stops beating raises an alert 30 seconds later, with what the
// hall loses; it goes when the wall is back. What is not named is not watched.
func TestFaultF31_SilentScreenRaisesAnAlert(t *testing.T) {
	on(t, [][2]string{{"\nwalls:\n", "\nscreens: [\"wall:main\"]\nwalls:\n"}}, func(s *stage) {
		beat := s.lobby.startScreens()
		beat("wall:main")
		beat("kiosk:k1")
		s.settle(29 * time.Second)
		if say := s.alertOn("screen/wall:main"); say != "" {
			t.Errorf("an alert before its time: %s", say)
		}
		s.settle(3 * time.Second)
		if say := s.alertOn("screen/wall:main"); !strings.Contains(say, "大厅大屏") || !strings.Contains(say, "30 秒没有回应") {
			t.Errorf("alert %q", say)
		}
		beat("wall:main")
		s.settle(time.Second)
		if say := s.alertOn("screen/wall:main") + s.alertOn("screen/kiosk:k1"); say != "" {
			t.Errorf("alerts that should not stand: %s", say)
		}
	})
}

func TestScreensAreWallsAndKiosksOfTheHall(t *testing.T) {
	for id, good := range map[string]bool{"wall:main": true, "kiosk:k1": true, "kiosk:b1": false, "wall:none": false, "main": false} {
		c := edited(t).Config
		if got := c.screenName(id) != ""; got != good {
			t.Errorf("%s: %v, want %v", id, got, good)
		}
	}
}

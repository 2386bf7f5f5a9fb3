package main

import (
	"lobby/devices"
	"lobby/display/screens"
)

// startScreens watches the screens that the hall file names, and returns what
// hears their beats.
func (l *lobby) startScreens() func(screen string) {
	report := l.health.of("screen")
	s := screens.New(l.file.Screens, func(screen string, alive bool) {
		if alive {
			report(screen, devices.Up, "")
		} else {
			report(screen, devices.Down, "")
		}
	})
	l.group.add(s.Run)
	return s.Beat
}

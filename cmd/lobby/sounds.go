package main

import "lobby/display/api"

// sounds fits the pages that play to the API.
type sounds struct{ l *lobby }

// Has implements api.Sounds.
func (s sounds) Has(wall string) bool { return s.l.file.hasSound(wall) }

// Lease implements api.Sounds.
func (s sounds) Lease(wall string, p api.Player) (over <-chan struct{}, release func()) {
	return s.l.wires.walls.Lease(wall, p)
}

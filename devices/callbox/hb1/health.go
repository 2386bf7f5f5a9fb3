package hb1

import (
	"fmt"
	"math/bits"
	"time"

	"lobby/devices"
)

// A unit whose line loses many questions works, but somebody should look at
// the wiring: it is degraded from poorFrom lost questions among the last 64,
// and up again at goodFrom. The distance keeps it from flapping.
const (
	poorFrom = 8
	goodFrom = 2
)

// health is what is known about the line to one board.
type health struct {
	state  devices.State // empty until something was reported
	misses int           // unanswered questions in a row
	lost   uint64        // the last 64 questions, newest in bit 0; 1 is lost
}

// answered notes a good answer.
func (b *Bus) answered(u *unit) {
	h := &u.health
	h.misses, h.lost = 0, h.lost<<1
	lost := bits.OnesCount64(h.lost)
	switch {
	case lost >= poorFrom:
		b.become(u, devices.Degraded, fmt.Sprintf("%d of its last 64 answers were lost or broken; check wiring and termination of the bus", lost))
	case h.state != devices.Degraded || lost <= goodFrom:
		b.become(u, devices.Up, "")
	}
}

// missed notes a question without a usable answer. The third in a row puts the
// board down, and from then on it is only asked now and then, beginning with
// who it is: a board that comes back has usually forgotten everything.
func (b *Bus) missed(u *unit, m *unanswered) {
	h := &u.health
	h.misses++
	h.lost = h.lost<<1 | 1
	if h.misses < missesAllowed && !m.final {
		return
	}
	h.lost = 0 // being away says nothing about the line
	u.probe = time.Now().Add(probeEvery)
	u.greeted = false
	b.become(u, devices.Down, m.why)
}

// become reports a change of state, and only a change.
func (b *Bus) become(u *unit, s devices.State, why string) {
	if u.health.state == s {
		return
	}
	u.health.state = s
	b.report(u.name, s, why)
}

package hb1

import (
	"fmt"
	"maps"
)

// The fault switches. They hold for all boards of the bus.
const (
	silent  = "silent"   // the boards neither hear nor answer, but take presses
	noise   = "noise"    // bits turn over in both directions
	lostAck = "lost_ack" // the boards do not hear acknowledgements and repeat
	reboot  = "reboot"   // all boards boot once; the switch falls back by itself
)

// noiseOdds is one flipped bit in so many bytes: about every fifth exchange
// is lost, far more than a bus should ever have.
const noiseOdds = 200

// Faults implements emulator.Troubled.
func (e *Emulator) Faults() map[string]bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	all := map[string]bool{silent: false, noise: false, lostAck: false, reboot: false}
	maps.Copy(all, e.faults)
	return all
}

// SetFault implements emulator.Troubled.
func (e *Emulator) SetFault(name string, on bool) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch name {
	case silent, noise, lostAck:
		e.faults[name] = on
	case reboot:
		for _, u := range e.units {
			if on {
				u.boot(e.rand)
			}
		}
	default:
		return fmt.Errorf("hb1: an emulated bus has no fault %q", name)
	}
	return nil
}

// disturb turns over some bits of b, in place, when there is noise.
func (e *Emulator) disturb(b []byte) []byte {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.faults[noise] {
		return b
	}
	for i := range b {
		if e.rand.IntN(noiseOdds) == 0 {
			b[i] ^= 1 << e.rand.IntN(8)
		}
	}
	return b
}

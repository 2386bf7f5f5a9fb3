package line

import (
	"fmt"

	"lobby/devices/emulator"
	"lobby/devices/wire"
)

// The fault switches of every line.
const (
	unplugged = "unplugged" // the cable is out
	noise     = "noise"     // one bit in a thousand turns over
	slow      = "slow"      // 300 baud, whatever the driver believes
)

var _ emulator.Troubled = (*Line)(nil)

// Faults implements emulator.Troubled.
func (l *Line) Faults() map[string]bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return map[string]bool{unplugged: l.link == nil, noise: l.noise, slow: l.slow}
}

// SetFault implements emulator.Troubled. When unplugged is switched off it
// returns with the new link in place, usually under another path.
func (l *Line) SetFault(name string, on bool) error {
	switch name {
	case unplugged:
		if !on {
			return l.plug()
		}
		l.unplug()
	case noise:
		l.set(&l.noise, on)
	case slow:
		l.set(&l.slow, on)
	default:
		return fmt.Errorf("line: %s has no fault %q", l.options.Name, name)
	}
	return nil
}

func (l *Line) set(flag *bool, on bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	*flag = on
}

// baud is the present speed; 0 is as fast as possible.
func (l *Line) baud() wire.Baud {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.slow {
		return slowBaud
	}
	return l.options.Baud
}

// disturb turns bits over while the line is noisy.
func (l *Line) disturb(b []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.noise {
		return
	}
	for i := range b {
		for bit := range 8 {
			if l.rand.Float64() < noiseRate {
				b[i] ^= 1 << bit
			}
		}
	}
}

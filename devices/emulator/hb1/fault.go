package hb1

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

// boot lets all boards boot.
func (e *Emulator) boot() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, u := range e.units {
		u.boot(e.rand)
	}
}

// disturb turns over some bits of b, in place, when there is noise.
func (e *Emulator) disturb(b []byte) []byte {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.On(noise) {
		return b
	}
	for i := range b {
		if e.rand.IntN(noiseOdds) == 0 {
			b[i] ^= 1 << e.rand.IntN(8)
		}
	}
	return b
}

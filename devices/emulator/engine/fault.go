package engine

import (
	"fmt"
	"maps"
)

// The faults. Unplugging is not among them: that is done to the wire.
const (
	PaperOut     = "paper_out"      // stops before the next line
	PaperNearEnd = "paper_near_end" // says so and prints on
	CoverOpen    = "cover_open"     // stops before the next line
	CutterJam    = "cutter_jam"     // prints, then stops with the slip uncut
	Silent       = "silent"         // takes everything, says nothing
	Stalled      = "stalled"        // takes nothing
	Busy         = "busy"           // says XOFF and takes no more than its buffer holds
	NoEcho       = "no_echo"        // says it is well, never that a slip is done
	Garbage      = "garbage"        // talks without end
)

func usualFaults() []string {
	return []string{PaperOut, PaperNearEnd, CoverOpen, CutterJam, Silent, Stalled, Busy, NoEcho, Garbage}
}

// Faults lists the switches.
func (p *Printer) Faults() map[string]bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.faults)
}

// SetFault switches a fault. Ending paper_out loads a roll that never ends.
func (p *Printer) SetFault(name string, on bool) error {
	if _, ok := p.Faults()[name]; !ok {
		return fmt.Errorf("printer emulator: fault %q is not known", name)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if name == PaperOut && !on && p.faults[PaperOut] {
		p.roll.Load(0)
		p.faults[PaperNearEnd] = false
	}
	if name == Busy && on != p.faults[Busy] {
		p.Say([]byte{flow(on)})
	}
	p.faults[name] = on
	p.touch()
	return nil
}

func flow(stop bool) byte {
	if stop {
		return 0x13
	}
	return 0x11
}

// Offline says whether the printer has stopped and waits for a person; for
// languages.
func (p *Printer) Offline() bool {
	return p.faults[PaperOut] || p.faults[CoverOpen] || (p.faults[CutterJam] && p.stuck)
}

// On says whether a fault is switched on; for languages.
func (p *Printer) On(fault string) bool { return p.faults[fault] }

// Say says something, unless the printer was told to be silent; for languages.
func (p *Printer) Say(b []byte) {
	if p.faults[Silent] || p.faults[NoEcho] && p.language.Proves(b) {
		return
	}
	p.answer(b)
}

package escpos

import (
	"fmt"
	"maps"
)

// The faults. Unplugging is not among them: that is done to the wire.
const (
	paperOut     = "paper_out"      // stops before the next line
	paperNearEnd = "paper_near_end" // says so and prints on
	coverOpen    = "cover_open"     // stops before the next line
	cutterJam    = "cutter_jam"     // prints, then stops with the slip uncut
	silent       = "silent"         // takes everything, says nothing
	stalled      = "stalled"        // takes nothing
	busy         = "busy"           // says XOFF and takes no more than its buffer holds
	noEcho       = "no_echo"        // says it is well, never that a slip is done
	garbage      = "garbage"        // talks without end
)

// Faults lists the switches.
func (p *Printer) Faults() map[string]bool {
	all := map[string]bool{
		paperOut: false, paperNearEnd: false, coverOpen: false, cutterJam: false,
		silent: false, stalled: false, busy: false, noEcho: false, garbage: false,
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	maps.Copy(all, p.faults)
	return all
}

// SetFault switches a fault. Ending paper_out loads a roll that never ends.
func (p *Printer) SetFault(name string, on bool) error {
	if _, ok := p.Faults()[name]; !ok {
		return fmt.Errorf("escpos emulator: fault %q is not known", name)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if name == paperOut && !on && p.faults[paperOut] {
		p.roll.load(0)
		p.faults[paperNearEnd] = false
	}
	if name == busy && on != p.faults[busy] {
		p.reply([]byte{flow(on)})
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

// offline says whether the printer has stopped and waits for a person.
func (p *Printer) offline() bool {
	return p.faults[paperOut] || p.faults[coverOpen] || (p.faults[cutterJam] && p.machine.stuck)
}

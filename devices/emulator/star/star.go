// Package star is a Star Line Mode ticket printer made of software. It is
// written from the maker's manual (hardware-docs/printers/star.md), not from the
// driver: it interprets bytes, prints on a roll of paper that can be looked at,
// answers as a printer does, and fails on demand.
package star

import (
	"fmt"

	"lobby/devices"
	"lobby/devices/emulator"
	"lobby/devices/emulator/engine"
	"lobby/devices/emulator/paper"
)

var _ emulator.New = New

// restart is a fault that ends by itself: the printer is switched off and on.
const restart = "restart"

// Printer is one emulated printer: an engine that understands Star Line Mode.
type Printer struct {
	*engine.Printer
	machine *machine
	tail    [2]byte
	auto    bool
	said    [9]byte // the last status that was sent
}

// options are those of the driver, because both are made from the same lines of
// the configuration. The driver's font says nothing about the printer.
type options struct {
	Profile string `json:"profile" yaml:"profile"`
	Font    string `json:"font" yaml:"font"`
	Draw    bool   `json:"draw" yaml:"draw"`
}

// model is what differs between the emulated makes.
type model struct {
	dots      int
	qr        bool // knows ESC GS y
	bladeless bool // slips are torn off by hand
}

// New makes the printer on a wire; there is one unit on it.
func New(units []devices.Unit) (emulator.Emulator, error) {
	if len(units) != 1 {
		return nil, fmt.Errorf("star emulator: %d units on a wire, a printer has it for itself", len(units))
	}
	var o options
	if err := units[0].Options(&o); err != nil {
		return nil, err
	}
	m, ok := map[string]model{
		"":        {dots: 576, qr: true},
		"star80":  {dots: 576, qr: true},
		"kiosk80": {dots: 576},
		"star58":  {dots: 384, qr: true, bladeless: true},
	}[o.Profile]
	if !ok {
		return nil, fmt.Errorf("star emulator: profile %q is not known", o.Profile)
	}
	p := &Printer{Printer: engine.New(units[0].Name, m.dots, restart)}
	p.machine = newMachine(m, p.Printer, paper.NewGlyphs(paper.FindFont()))
	p.machine.setAuto = p.setAuto
	p.Speak(language{p})
	return p, nil
}

// language is the printer as its engine sees it.
type language struct{ *Printer }

// Feed implements engine.Language.
func (l language) Feed(c byte) { l.machine.feed(c) }

// Font implements engine.Language.
func (l language) Font(path string) { l.machine.glyphs = paper.NewGlyphs(path) }

// Proves implements engine.Language. Every status holds the counter; a printer
// that never says that a slip is done does not count.
func (l language) Proves([]byte) bool { return false }

// SetFault implements emulator.Troubled.
func (p *Printer) SetFault(name string, on bool) error {
	if err := p.Printer.SetFault(name, on); err != nil || name != restart || !on {
		return err
	}
	p.Printer.Restart(p.machine.powerUp)
	return p.Printer.SetFault(restart, false)
}

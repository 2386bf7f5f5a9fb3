// Package escpos is an ESC/POS ticket printer made of software. It is written
// from the makers' manuals (hardware-docs/printers/escpos.md), not from the
// driver: it interprets bytes, prints on a roll of paper that can be looked at,
// answers as a printer does, and fails on demand.
package escpos

import (
	"cmp"
	"fmt"
	"strings"

	"lobby/devices"
	"lobby/devices/emulator"
	"lobby/devices/emulator/engine"
	"lobby/devices/emulator/paper"
)

var _ emulator.New = New

// Printer is one emulated printer: an engine that understands ESC/POS.
type Printer struct {
	*engine.Printer
	model   model
	tail    [2]byte
	machine *machine
	auto    byte
	said    [4]byte // the last automatic report
}

// model is what differs between the emulated makes.
type model struct {
	dots        int
	maker, name string // empty: GS I is not known
	serial      string
	ids         bool // knows GS ( H
	qr          bool // knows GS ( k
	fourByte    bool // has the four-byte part of GB18030
	bladeless   bool // slips are torn off by hand
}

// options are those of the driver, because both are made from the same lines of
// the configuration. The ways of confirming and the driver's font say nothing
// about the printer.
type options struct {
	Profile string `json:"profile" yaml:"profile"`
	Confirm string `json:"confirm" yaml:"confirm"`
	Font    string `json:"font" yaml:"font"`
	Draw    bool   `json:"draw" yaml:"draw"`
	Serial  string `json:"serial" yaml:"serial"`
}

func modelNamed(profile string) (model, bool) {
	m := model{dots: 576, qr: true}
	if strings.HasSuffix(profile, "58") {
		m.dots = 384
	}
	switch profile {
	case "", "generic80", "generic58", "kiosk80":
	case "old80":
		m.qr = false
	case "old58":
		m.qr, m.bladeless = false, true
	case "epson-t88":
		m.maker, m.name, m.ids, m.fourByte = "EPSON", "TM-T88V", true, true
	default:
		return model{}, false
	}
	return m, true
}

// New makes the printer on a wire; there is one unit on it.
func New(units []devices.Unit) (emulator.Emulator, error) {
	if len(units) != 1 {
		return nil, fmt.Errorf("escpos emulator: %d units on a wire, a printer has it for itself", len(units))
	}
	var o options
	if err := units[0].Options(&o); err != nil {
		return nil, err
	}
	m, ok := modelNamed(o.Profile)
	if !ok {
		return nil, fmt.Errorf("escpos emulator: profile %q is not known", o.Profile)
	}
	m.serial = cmp.Or(o.Serial, "EMU00001")
	return newPrinter(units[0].Name, m, paper.FindFont()), nil
}

func newPrinter(name string, m model, font string) *Printer {
	p := &Printer{Printer: engine.New(name, m.dots, swapped), model: m}
	p.machine = newMachine(m, p.Roll(), paper.NewGlyphs(font))
	p.machine.say = p.Say
	p.machine.drop = p.Printer.Cut
	p.machine.setAuto = p.enableAuto
	p.machine.paper = p.paperBits
	p.machine.serial = p.serial
	p.Speak(language{p})
	return p
}

// language is the printer as its engine sees it.
type language struct{ *Printer }

// Feed implements engine.Language.
func (l language) Feed(c byte) { l.machine.feed(c) }

// Font implements engine.Language.
func (l language) Font(path string) { l.machine.glyphs = paper.NewGlyphs(path) }

// swapped is the fault that the plugs of two printers were exchanged.
const swapped = "swapped"

func (p *Printer) serial() string {
	if p.On(swapped) {
		return "EMU99999"
	}
	return p.model.serial
}

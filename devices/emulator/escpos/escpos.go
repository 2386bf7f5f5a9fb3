// Package escpos is an ESC/POS ticket printer made of software. It is written
// from the makers' manuals (hardware-docs/printers/escpos.md), not from the
// driver: it interprets bytes, prints on a roll of paper that can be looked at,
// answers as a printer does, and fails on demand.
package escpos

import (
	"fmt"
	"io"
	"strings"
	"sync"

	"lobby/devices"
	"lobby/devices/emulator"
)

// What the emulator can do beyond speaking.
var (
	_ emulator.New      = New
	_ emulator.Emulator = (*Printer)(nil)
	_ emulator.Troubled = (*Printer)(nil)
	_ emulator.Drawer   = (*Printer)(nil)
)

// usualBuffer is the receive buffer of a usual model (TM-T88III: 4 KB).
const usualBuffer = 4096

// Printer is one emulated printer. All methods may be called at any time from
// any goroutine.
type Printer struct {
	name  string
	model model

	mu      sync.Mutex
	changed chan struct{} // closed and replaced whenever anything below changes
	faults  map[string]bool
	input   []byte // received and not yet interpreted
	tail    [2]byte
	machine *machine
	roll    *roll
	speed   int // millimetres a second; 0 prints at once
	buffer  int // bytes
	auto    byte
	said    [4]byte // the last automatic report
	answer  func([]byte)
}

// model is what differs between the emulated makes.
type model struct {
	dots        int
	maker, name string // empty: GS I is not known
	ids         bool   // knows GS ( H
	qr          bool   // knows GS ( k
	fourByte    bool   // has the four-byte part of GB18030
	bladeless   bool   // slips are torn off by hand
}

// options are those of the driver, because both are made from the same lines of
// the configuration. The ways of confirming and the driver's font say nothing
// about the printer.
type options struct {
	Profile string `json:"profile" yaml:"profile"`
	Confirm string `json:"confirm" yaml:"confirm"`
	Font    string `json:"font" yaml:"font"`
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
	return newPrinter(units[0].Name, m, FindFont()), nil
}

func newPrinter(name string, m model, font string) *Printer {
	p := &Printer{
		name:    name,
		model:   m,
		changed: make(chan struct{}),
		faults:  make(map[string]bool),
		roll:    newRoll(m.dots),
		buffer:  usualBuffer,
		answer:  func([]byte) {},
	}
	p.machine = newMachine(m, p.roll, newGlyphs(font))
	p.machine.say = p.reply
	p.machine.setAuto = p.enableAuto
	p.machine.paper = p.paperBits
	return p
}

// Speed sets how fast paper moves, in millimetres a second. At 0, as a new
// printer has it, slips come out at once.
func (p *Printer) Speed(mmPerSecond int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.speed = mmPerSecond
}

// Buffer sets the size of the receive buffer in bytes; a new printer has 4096.
func (p *Printer) Buffer(bytes int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.buffer = bytes
}

// Font sets the file that Chinese characters are drawn with from now on. With
// no file they are boxes with the code point.
func (p *Printer) Font(path string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.machine.glyphs = newGlyphs(path)
}

// Load puts in a roll of the given length in millimetres, 0 for one that never
// ends, and thereby ends paper_out and paper_near_end. The roll is nearly at
// its end with its last 200 mm.
func (p *Printer) Load(mm int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.roll.load(mm)
	p.faults[paperOut], p.faults[paperNearEnd] = false, p.roll.near()
	p.touch()
}

// touch tells everybody who waits that something changed. The mutex is held.
func (p *Printer) touch() {
	close(p.changed)
	p.changed = make(chan struct{})
	p.report()
}

// SlipView is one slip that came out.
type SlipView struct {
	N     int      `json:"n"`     // counted from 0 since the printer was made
	Lines []string `json:"lines"` // pictures as [picture 440x127], codes as [QR]
	QR    []string `json:"qr"`    // contents of the codes the printer drew itself
}

// PrinterView is what a person before the printer sees.
type PrinterView struct {
	Kind    string     `json:"kind"` // "printer"
	Name    string     `json:"name"`
	Slips   []SlipView `json:"slips"`   // the last fifty, oldest first
	Hanging []string   `json:"hanging"` // printed and not cut off
	Paper   string     `json:"paper"`   // ok, near_end or out
	Cover   string     `json:"cover"`   // closed or open
	Jam     bool       `json:"jam"`     // the blade is stuck
	Printed int        `json:"printed"` // slips since the printer was made
}

// View returns a PrinterView.
func (p *Printer) View() any {
	p.mu.Lock()
	defer p.mu.Unlock()
	v := PrinterView{
		Kind: "printer", Name: p.name, Paper: "ok", Cover: "closed",
		Jam: p.faults[cutterJam], Printed: p.roll.next,
		Slips:   []SlipView{},
		Hanging: append([]string{}, p.roll.now.lines...),
	}
	if p.faults[paperNearEnd] {
		v.Paper = "near_end"
	}
	if p.faults[paperOut] {
		v.Paper = "out"
	}
	if p.faults[coverOpen] {
		v.Cover = "open"
	}
	for i, s := range p.roll.slips {
		v.Slips = append(v.Slips, SlipView{
			N:     p.roll.first() + i,
			Lines: append([]string{}, s.lines...),
			QR:    append([]string{}, s.qr...),
		})
	}
	return v
}

// Pictures says which slips can be drawn.
func (p *Printer) Pictures() (first, next int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.roll.first(), p.roll.next
}

// PNG draws slip n dot by dot as it lies on the counter.
func (p *Printer) PNG(w io.Writer, n int) error {
	p.mu.Lock()
	i := n - p.roll.first()
	if i < 0 || i >= len(p.roll.slips) {
		p.mu.Unlock()
		return fmt.Errorf("escpos emulator: slip %d is not kept", n)
	}
	s := p.roll.slips[i]
	p.mu.Unlock()
	// A slip that was cut off never changes again.
	return s.png(w)
}

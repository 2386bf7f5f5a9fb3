// Package engine is what all emulated ticket printers have in common: paper
// and a blade, a receive buffer, and faults. What the bytes mean is the
// language's matter, which each printer package brings along.
package engine

import (
	"fmt"
	"io"
	"sync"

	"lobby/devices/emulator"
	"lobby/devices/emulator/paper"
)

// What an engine can do beyond speaking.
var (
	_ emulator.Emulator = (*Printer)(nil)
	_ emulator.Troubled = (*Printer)(nil)
	_ emulator.Drawer   = (*Printer)(nil)
)

// Language interprets bytes. Its methods are called with the engine locked, and
// may use those of the engine that say so.
type Language interface {
	Feed(c byte)          // interprets the next byte
	Arrive(b []byte)      // sees bytes as they arrive, for real-time commands
	Report()              // something about the engine may have changed
	Proves(b []byte) bool // whether an answer says that a slip is done
	Font(path string)     // the file that Chinese characters are drawn with
}

// usualBuffer is the receive buffer of a usual model (TM-T88III: 4 KB).
const usualBuffer = 4096

// Printer is the mechanism of one printer. Its exported methods may be called
// at any time from any goroutine, but for those that are for languages.
type Printer struct {
	name     string
	language Language

	mu      sync.Mutex
	changed chan struct{} // closed and replaced whenever anything below changes
	faults  map[string]bool
	input   []byte // received and not yet interpreted
	roll    *paper.Roll
	stuck   bool // the blade did not move
	speed   int  // millimetres a second; 0 prints at once
	buffer  int  // bytes
	answer  func([]byte)
}

// New makes an engine with paper of the given width, which can fail in the
// usual ways and in those of its model. Speak must be called before it is used.
func New(name string, dots int, faults ...string) *Printer {
	p := &Printer{
		name:    name,
		changed: make(chan struct{}),
		faults:  make(map[string]bool),
		roll:    paper.New(dots),
		buffer:  usualBuffer,
		answer:  func([]byte) {},
	}
	for _, f := range append(usualFaults(), faults...) {
		p.faults[f] = false
	}
	return p
}

// Speak gives the engine its language.
func (p *Printer) Speak(l Language) { p.language = l }

// Roll is the paper; for languages.
func (p *Printer) Roll() *paper.Roll { return p.roll }

// Stuck says whether the blade stands in the paper; for languages.
func (p *Printer) Stuck() bool { return p.stuck }

// Cut drops the slip into the hand, or sticks; for languages.
func (p *Printer) Cut() {
	if p.faults[CutterJam] {
		p.stuck = true
		return
	}
	p.roll.Cut()
}

// Discard throws away what was received and is not printed; for languages.
func (p *Printer) Discard() {
	p.input = p.input[:0]
	p.touch()
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
	p.language.Font(path)
}

// Load puts in a roll of the given length in millimetres, 0 for one that never
// ends, and thereby ends paper_out and paper_near_end. The roll is nearly at
// its end with its last 200 mm.
func (p *Printer) Load(mm int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.roll.Load(mm)
	p.faults[PaperOut], p.faults[PaperNearEnd] = false, p.roll.Near()
	p.touch()
}

// touch tells everybody who waits that something changed. The mutex is held.
func (p *Printer) touch() {
	close(p.changed)
	p.changed = make(chan struct{})
	p.language.Report()
}

// SlipView is one slip that came out.
type SlipView struct {
	N     int      `json:"n"`     // counted from 0 since the printer was made
	Lines []string `json:"lines"` // pictures as [picture 440x127], codes as [QR]
	QR    []string `json:"qr"`    // contents of the codes the printer drew itself
}

// View is what a person before the printer sees.
type View struct {
	Kind    string     `json:"kind"` // "printer"
	Name    string     `json:"name"`
	Slips   []SlipView `json:"slips"`   // the last fifty, oldest first
	Hanging []string   `json:"hanging"` // printed and not cut off
	Paper   string     `json:"paper"`   // ok, near_end or out
	Cover   string     `json:"cover"`   // closed or open
	Jam     bool       `json:"jam"`     // the blade is stuck
	Printed int        `json:"printed"` // slips since the printer was made
}

// View returns a View.
func (p *Printer) View() any {
	p.mu.Lock()
	defer p.mu.Unlock()
	v := View{
		Kind: "printer", Name: p.name, Paper: "ok", Cover: "closed",
		Jam: p.faults[CutterJam], Printed: p.roll.Next,
		Slips:   []SlipView{},
		Hanging: append([]string{}, p.roll.Now.Lines...),
	}
	if p.faults[PaperNearEnd] {
		v.Paper = "near_end"
	}
	if p.faults[PaperOut] {
		v.Paper = "out"
	}
	if p.faults[CoverOpen] {
		v.Cover = "open"
	}
	for i, s := range p.roll.Slips {
		v.Slips = append(v.Slips, SlipView{
			N:     p.roll.First() + i,
			Lines: append([]string{}, s.Lines...),
			QR:    append([]string{}, s.QR...),
		})
	}
	return v
}

// Pictures says which slips can be drawn.
func (p *Printer) Pictures() (first, next int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.roll.First(), p.roll.Next
}

// PNG draws slip n dot by dot as it lies on the counter.
func (p *Printer) PNG(w io.Writer, n int) error {
	p.mu.Lock()
	i := n - p.roll.First()
	if i < 0 || i >= len(p.roll.Slips) {
		p.mu.Unlock()
		return fmt.Errorf("printer emulator: slip %d is not kept", n)
	}
	s := p.roll.Slips[i]
	p.mu.Unlock()
	// A slip that was cut off never changes again.
	return s.PNG(w)
}

// Restart switches the printer off and on: what was received and not printed is
// lost, and with it whatever the language forgets.
func (p *Printer) Restart(forget func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.input = p.input[:0]
	forget()
	p.touch()
}

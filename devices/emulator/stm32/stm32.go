// Package stm32 is an STM32 that was reset into its boot loader, made of
// software after ST's AN3155 and AN2606. It keeps its own notion of the
// protocol and shares nothing with the host in firmware-bridge/stm32.
package stm32

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"lobby/devices"
	"lobby/devices/emulator"
)

// Options are the chip; the zero value is an STM32F103C8.
type Options struct {
	ID    uint16 `json:"id" yaml:"id"`       // product ID, 0x410 if 0
	Flash int    `json:"flash" yaml:"flash"` // bytes, 65536 if 0
	Page  int    `json:"page" yaml:"page"`   // bytes, 1024 if 0
	Old   bool   `json:"old" yaml:"old"`     // has Erase instead of Extended Erase
}

// The fault switches.
const (
	silent    = "silent"    // the chip hears nothing
	protected = "protected" // read protection: most commands are refused
	slow      = "slow"      // erasing takes a second, with BUSY meanwhile
	reset     = "reset"     // boots into the loader again; falls back by itself
)

// Emulator is one chip.
type Emulator struct {
	*emulator.Switches
	options Options

	mu      sync.Mutex
	flash   []byte
	ram     []byte
	running uint32 // where the program was started; 0 in the loader
	erased  int    // pages, since it was made
	resets  int
}

var (
	_ emulator.New      = New
	_ emulator.Troubled = (*Emulator)(nil)
)

// New makes the chip of the one unit; none is a chip as the zero Options say.
func New(units []devices.Unit) (emulator.Emulator, error) {
	var o Options
	if len(units) > 1 {
		return nil, fmt.Errorf("stm32: %d chips on one wire", len(units))
	}
	if len(units) == 1 {
		if err := units[0].Options(&o); err != nil {
			return nil, fmt.Errorf("stm32: chip %s: %w", units[0].Name, err)
		}
	}
	return NewWith(o), nil
}

// NewWith makes a chip with an empty flash.
func NewWith(o Options) *Emulator {
	if o.ID == 0 {
		o.ID = 0x410
	}
	if o.Flash == 0 {
		o.Flash = 64 << 10
	}
	if o.Page == 0 {
		o.Page = 1 << 10
	}
	e := &Emulator{
		Switches: emulator.NewSwitches("stm32 emulator", silent, protected, slow),
		options:  o, flash: make([]byte, o.Flash), ram: make([]byte, 20<<10),
	}
	e.Once(reset, e.reset)
	for i := range e.flash {
		e.flash[i] = 0xFF
	}
	return e
}

func (e *Emulator) reset() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.running = 0
	e.resets++
}

// Serve implements emulator.Emulator.
func (e *Emulator) Serve(ctx context.Context, line io.ReadWriter) error {
	return emulator.Converse(ctx, line, func(ctx context.Context, heard <-chan []byte) error {
		p := &port{e: e, ctx: ctx, heard: heard, line: line}
		for {
			err := p.boot()
			if !errors.Is(err, errReset) {
				return err
			}
		}
	})
}

// View is what a person who reads the chip out would see.
type View struct {
	Kind    string `json:"kind"` // always "stm32"
	Running uint32 `json:"running"`
	Erased  int    `json:"erased"` // pages so far
	Flash   []byte `json:"flash"`
}

// View implements emulator.Emulator; it returns a View.
func (e *Emulator) View() any {
	e.mu.Lock()
	defer e.mu.Unlock()
	return View{Kind: "stm32", Running: e.running, Erased: e.erased, Flash: append([]byte(nil), e.flash...)}
}

// memory gives n bytes at an address, or nil where the chip has none.
func (e *Emulator) memory(address uint32, n int) []byte {
	for _, m := range []struct {
		at uint32
		b  []byte
	}{{0x08000000, e.flash}, {0x20000000, e.ram}} {
		if address >= m.at && int(address-m.at)+n <= len(m.b) {
			return m.b[address-m.at:][:n]
		}
	}
	return nil
}

// program writes to memory as the hardware does: flash that is not empty does
// not take another value (PM0075, "PGERR").
func (e *Emulator) program(address uint32, data []byte) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	m := e.memory(address, len(data))
	if m == nil || address%4 != 0 || len(data)%4 != 0 {
		return false
	}
	for i, v := range data {
		if address < 0x20000000 && m[i] != 0xFF && m[i] != v {
			return false
		}
		m[i] = v
	}
	return true
}

// erase erases pages; nil is all of them.
func (e *Emulator) erase(pages []int) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	all := len(e.flash) / e.options.Page
	if pages == nil {
		for p := range all {
			pages = append(pages, p)
		}
	}
	for _, p := range pages {
		if p >= all {
			return false
		}
		page := e.flash[p*e.options.Page:][:e.options.Page]
		for i := range page {
			page[i] = 0xFF
		}
		e.erased++
	}
	return true
}

// start begins the program at an address and leaves the loader. A program
// begins with its stack, which lies in RAM (AN3155, "Go command").
func (e *Emulator) start(address uint32) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	m := e.memory(address, 8)
	if m == nil || binary.LittleEndian.Uint32(m)>>20 != 0x200 {
		return false
	}
	e.running = address
	return true
}

// eraseTime is how long a slow chip erases.
const eraseTime = time.Second

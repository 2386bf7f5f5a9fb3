// Package scanner is the other end of a line with a serial code scanner on it,
// as makers set them: the code, CR and LF.
package scanner

import (
	"fmt"
	"strings"
	"sync"

	"lobby/devices"
	"lobby/devices/emulator"
)

// Key is the trigger: the code that lies before the scanner stands in the place
// of digits.
const Key devices.Key = "scan"

// The fault switches.
const (
	silent  = "silent"   // its window is dirty
	garbage = "garbage"  // a byte that is no text stands in the code
	noEnd   = "no_end"   // it is set to end no line
	crOnly  = "cr_only"  // it ends lines with CR alone
	endless = "too_long" // somebody holds a code of another kind before it
	twice   = "twice"    // it reads the same code twice
)

// Emulator is one scanner.
type Emulator struct {
	*emulator.Switches
	*emulator.Outbox
	name string

	mu   sync.Mutex
	last string
}

var (
	_ emulator.New      = New
	_ emulator.Presser  = (*Emulator)(nil)
	_ emulator.Troubled = (*Emulator)(nil)
)

// New makes the scanner on a wire, which has room for one.
func New(units []devices.Unit) (emulator.Emulator, error) {
	name, err := emulator.Only("scanner", units, &struct{}{})
	if err != nil {
		return nil, err
	}
	return &Emulator{
		Switches: emulator.NewSwitches("scanner emulator", silent, garbage, noEnd, crOnly, endless, twice),
		Outbox:   emulator.NewOutbox(), name: name,
	}, nil
}

// Press implements emulator.Presser: it reads a code.
func (e *Emulator) Press(unit string, key devices.Key, text string) error {
	switch {
	case unit != e.name || key != Key:
		return fmt.Errorf("scanner %s has no %s at %s", e.name, key, unit)
	case e.On(silent):
		return nil
	case e.On(garbage):
		text = text[:len(text)/2] + "\x00\xfe" + text[len(text)/2:]
	case e.On(endless):
		text = strings.Repeat(text+"-", 200)
	}
	end := "\r\n"
	switch {
	case e.On(noEnd):
		end = ""
	case e.On(crOnly):
		end = "\r"
	}
	e.mu.Lock()
	e.last = text
	e.mu.Unlock()
	e.Put([]byte(text + end))
	if e.On(twice) {
		e.Put([]byte(text + end))
	}
	return nil
}

// View is what stands before the scanner.
type View struct {
	Kind  string     `json:"kind"` // always "scanner"
	Units []UnitView `json:"units"`
}

// UnitView is the scanner as a person sees it.
type UnitView struct {
	Name string        `json:"name"`
	Up   bool          `json:"up"`
	Read string        `json:"read"` // the code before it
	Keys []devices.Key `json:"keys"`
}

// View implements emulator.Emulator; it returns a View.
func (e *Emulator) View() any {
	e.mu.Lock()
	defer e.mu.Unlock()
	return View{Kind: "scanner", Units: []UnitView{{Name: e.name, Up: !e.On(silent), Read: e.last, Keys: []devices.Key{Key}}}}
}

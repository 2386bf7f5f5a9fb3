package keyboard

import (
	"fmt"
	"strings"

	"lobby/devices"
	"lobby/devices/emulator"
)

// scan is the trigger of a scanner that plays keyboard: the code that lies
// before it stands in the place of digits.
const scan devices.Key = "scan"

// Wedge is a scanner that types what it reads on an American keyboard.
type Wedge struct{ *Emulator }

// NewWedge makes such a scanner.
func NewWedge(units []devices.Unit) (emulator.Emulator, error) {
	e, err := NewNumpad(units)
	if err != nil {
		return nil, err
	}
	return &Wedge{e.(*Emulator)}, nil
}

// letters are the keys from 1 to the slash, line by line, with their codes.
const (
	plain   = "1234567890-= qwertyuiop[] asdfghjkl;'` \\zxcvbnm,./"
	shifted = "!@#$%^&*()_+ QWERTYUIOP{} ASDFGHJKL:\"~ |ZXCVBNM<>?"
)

var begins = [4]uint16{2, 16, 30, 43}

// typed finds the key of a character.
func typed(c byte) (code uint16, shift, ok bool) {
	for i, row := range strings.Fields(plain) {
		if at := strings.IndexByte(row, c); at >= 0 {
			return begins[i] + uint16(at), false, true
		}
		if at := strings.IndexByte(strings.Fields(shifted)[i], c); at >= 0 {
			return begins[i] + uint16(at), true, true
		}
	}
	return 57, false, c == ' '
}

// Press implements emulator.Presser: it reads a code.
func (w *Wedge) Press(unit string, key devices.Key, text string) error {
	if unit != w.name || key != scan {
		return fmt.Errorf("scanner %s has no %s at %s", w.name, key, unit)
	}
	var b []byte
	for i := range len(text) {
		code, shift, ok := typed(text[i])
		if !ok {
			return fmt.Errorf("scanner: no key types %q", text[i])
		}
		if shift {
			b = w.event(w.event(b, evKey, 42, 1), evSyn, 0, 0)
		}
		b = w.event(w.event(w.event(b, evMsc, 4, 0x70000+uint32(code)), evKey, code, 1), evSyn, 0, 0)
		b = w.event(w.event(b, evKey, code, 0), evSyn, 0, 0)
		if shift {
			b = w.event(w.event(b, evKey, 42, 0), evSyn, 0, 0)
		}
	}
	if w.On(overflow) {
		b = w.event(b, evSyn, 3, 0)
	}
	b = w.event(w.event(b, evKey, 28, 1), evSyn, 0, 0)
	b = w.event(w.event(b, evKey, 28, 0), evSyn, 0, 0)
	if !w.On(silent) {
		w.Put(b)
		w.struck.Add(int64(len(text) + 1))
	}
	return nil
}

// ScannerView is what stands before the scanner.
type ScannerView struct {
	Kind  string     `json:"kind"` // always "scanner"
	Units []UnitView `json:"units"`
}

// View implements emulator.Emulator; it returns a ScannerView.
func (w *Wedge) View() any {
	u := w.Emulator.View().(View).Units[0]
	u.Keys = []devices.Key{scan}
	return ScannerView{Kind: "scanner", Units: []UnitView{u}}
}

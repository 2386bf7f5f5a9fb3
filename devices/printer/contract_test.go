package printer

import (
	"testing"

	"lobby/devices/emulator"
	"lobby/devices/emulator/escpos"
	"lobby/devices/emulator/star"
	"lobby/devices/printer/printertest"
)

// emulators are what the models are held against.
var emulators = map[string]emulator.New{"escpos": escpos.New, "star": star.New}

// Whoever is in the catalogue keeps the contract of all printers.
func TestEveryPrinterKeepsTheContract(t *testing.T) {
	for name, open := range Catalog {
		t.Run(name, func(t *testing.T) {
			if emulators[name] == nil {
				t.Fatal("no emulator to be held against")
			}
			printertest.Run(t, printertest.Model{Open: open, New: emulators[name], Options: func(any) error { return nil }})
		})
	}
}

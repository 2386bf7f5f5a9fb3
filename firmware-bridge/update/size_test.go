package update_test

import (
	"debug/elf"
	"testing"

	"lobby/firmware-bridge/firmwaretest"
)

// TestUpdateSuitsSmallChips: the receiver compiles without a warning where an
// int has 16 bits, and is as small as the page says.
func TestUpdateSuitsSmallChips(t *testing.T) {
	firmwaretest.Needs(t, "avr-gcc")
	f, err := elf.Open(firmwaretest.Build(t, "update-avr.o"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var flash, ram uint64
	for _, s := range f.Sections {
		switch {
		case s.Flags&elf.SHF_ALLOC == 0:
		case s.Type == elf.SHT_NOBITS:
			ram += s.Size
		default:
			flash += s.Size
			if s.Flags&elf.SHF_WRITE != 0 {
				ram += s.Size // its beginning is copied from the flash
			}
		}
	}
	t.Logf("%d bytes of flash, %d bytes of RAM", flash, ram)
	if flash == 0 || flash >= 8<<10 || ram >= 512 {
		t.Errorf("%d bytes of flash, %d bytes of RAM", flash, ram)
	}
}

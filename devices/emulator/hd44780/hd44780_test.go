package hd44780

import (
	"testing"
)

// newDisplay is one of two lines that was just switched on.
func newDisplay() *display {
	d := &display{columns: 16}
	d.PowerUp()
	return d
}

// The initialisation by instruction of the data sheet, figure 24, then an H, by
// half bytes with E up and down.
func TestDataSheet(t *testing.T) {
	d := newDisplay()
	half := func(b byte) { d.Take([]byte{b | 4, b}) }
	for _, b := range []byte{0x30, 0x30, 0x30, 0x20, 0x20, 0x80, 0x00, 0xc0, 0x00, 0x10, 0x00, 0x60, 0x41, 0x81} {
		half(b)
	}
	if d.Text() != "H" || d.Frames() != 1 {
		t.Errorf("%q after %d frames", d.Text(), d.Frames())
	}
	half(0xc0)
	half(0x00)
	half(0x41)
	half(0x91)
	if d.Text() != "H\nI" {
		t.Errorf("%q", d.Text())
	}
	half(0x00)
	half(0x80)
	if d.Text() != "" {
		t.Errorf("switched off it shows %q", d.Text())
	}
}

func FuzzTake(f *testing.F) {
	f.Add([]byte{0x3c, 0x38, 0x2c, 0x28, 0x0d, 0x09})
	f.Fuzz(func(t *testing.T, b []byte) {
		d := newDisplay()
		d.Take(b)
		d.Text()
	})
}

package hd44780

import (
	"testing"

	"lobby/devices"
)

func mustNew(t testing.TB) *Emulator {
	t.Helper()
	e, err := New([]devices.Unit{{Name: "3", Options: func(any) error { return nil }}})
	if err != nil {
		t.Fatal(err)
	}
	return e.(*Emulator)
}

// The initialisation by instruction of the data sheet, figure 24, then an H, by
// half bytes with E up and down.
func TestDataSheet(t *testing.T) {
	e := mustNew(t)
	half := func(b byte) { e.take([]byte{b | 4, b}) }
	for _, b := range []byte{0x30, 0x30, 0x30, 0x20, 0x20, 0x80, 0x00, 0xc0, 0x00, 0x10, 0x00, 0x60, 0x41, 0x81} {
		half(b)
	}
	if u := e.View().(View).Units[0]; u.Text != "H" || u.Frames != 1 {
		t.Errorf("%+v", u)
	}
	half(0xc0)
	half(0x00)
	half(0x41)
	half(0x91)
	if u := e.View().(View).Units[0]; u.Text != "H\nI" {
		t.Errorf("%+v", u)
	}
	half(0x00)
	half(0x80)
	if u := e.View().(View).Units[0]; u.Text != "" {
		t.Errorf("switched off it shows %+v", u)
	}
}

func FuzzTake(f *testing.F) {
	f.Add([]byte{0x3c, 0x38, 0x2c, 0x28, 0x0d, 0x09})
	f.Fuzz(func(t *testing.T, b []byte) {
		e := mustNew(t)
		e.take(b)
		e.View()
	})
}

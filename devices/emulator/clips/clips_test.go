package clips

import (
	"testing"

	"lobby/devices"
)

func mustNew(t testing.TB) *Emulator {
	t.Helper()
	e, err := New([]devices.Unit{{Name: "hall", Options: func(any) error { return nil }}})
	if err != nil {
		t.Fatal(err)
	}
	return e.(*Emulator)
}

// A file by hand: 16 kHz, mono, 16 bits, the comment "hi", four samples.
const file = "RIFF\x3e\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x80\x3e\x00\x00\x00\x7d\x00\x00\x02\x00\x10\x00" +
	"LIST\x10\x00\x00\x00INFOICMT\x04\x00\x00\x00hi\x00\x00data\x02\x00\x00\x00\x01\x00"

func TestFilesArePlayed(t *testing.T) {
	e := mustNew(t)
	e.take([]byte("noise" + file[:20]))
	e.take([]byte(file[20:] + file))
	v := e.View().(View)
	if len(v.Said) != 2 || v.Said[0].Text != "hi" || !v.Said[0].Loud || v.Said[0].Lasts != 62500 {
		t.Errorf("%+v", v)
	}
}

func FuzzTake(f *testing.F) {
	f.Add([]byte(file))
	f.Fuzz(func(t *testing.T, b []byte) {
		e := mustNew(t)
		e.take(b)
		e.View()
	})
}

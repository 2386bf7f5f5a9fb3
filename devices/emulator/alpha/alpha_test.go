package alpha

import (
	"testing"

	"lobby/devices"
)

func mustNew(t testing.TB) *Emulator {
	t.Helper()
	e, err := New([]devices.Unit{{Name: "3", Options: func(into any) error { *into.(*options) = options{3, true}; return nil }}})
	if err != nil {
		t.Fatal(err)
	}
	return e.(*Emulator)
}

// The makers' rules: the checksum may be missing and must not be wrong, the
// address may be 00, and broadcasts are not answered.
func TestPackets(t *testing.T) {
	const zeros = "\x00\x00\x00\x00\x00"
	for _, c := range []struct{ packet, text, answer string }{
		{zeros + "\x01Z03\x02A0\x1b bA015 -> 3\x0302C8", "A015 -> 3", "\x06\x40"},
		{zeros + "\x01Z03\x02A0\x1b bA015 -> 3\x0302C9", "", ""},
		{zeros + "\x01Z00\x02A0\x1b bHELLO", "HELLO", ""},
		{zeros + "\x01Z04\x02A0\x1b bHELLO", "", ""},
		{"\x01Z03\x02A0\x1b bHELLO", "", ""},
		{zeros + "\x01Z03\x02X", "", "\x15\x60"},
		{"noise" + zeros + "\x01Z03\x02A0\x1b mGO\x03", "GO", "\x06\x40"},
	} {
		e := mustNew(t)
		if got := string(e.obey([]byte(c.packet))); got != c.answer {
			t.Errorf("%q is answered with %q, want %q", c.packet, got, c.answer)
		}
		if got := e.View().(View).Units[0].Text; got != c.text {
			t.Errorf("%q shows %q, want %q", c.packet, got, c.text)
		}
	}
}

func FuzzObey(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x00\x00\x01Z03\x02A0\x1b bA015\x03"))
	f.Fuzz(func(t *testing.T, b []byte) { mustNew(t).obey(b) })
}

package modbus

import (
	"testing"

	"lobby/devices"
	"lobby/devices/devicetest"
	"lobby/devices/emulator/line"
	emu "lobby/devices/emulator/modbus"
)

// TestLongestTicketAt9600: the longest request that there is, in the time that
// a line of the slowest speed needs for it.
func TestLongestTicketAt9600(t *testing.T) {
	options := devicetest.Decode("{unit: 5, map: embeddedart, digits: 32}")
	e, err := emu.New([]devices.Unit{{Name: "wide", Options: options}})
	if err != nil {
		t.Fatal(err)
	}
	l, err := line.Open(t.Context(), e, line.Options{Name: "wide", Baud: 9600})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	wire, err := l.Opener()(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer wire.Close()
	b, err := Open(wire, options)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Show(t.Context(), devices.Frame{Ticket: "M045"}); err != nil {
		t.Error(err)
	}
	if got := e.View().(emu.View).Units[0].Text; got != "M045" {
		t.Errorf("the display shows %q", got)
	}
}

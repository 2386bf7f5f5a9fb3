package fixed

import (
	"fmt"
	"testing"

	"lobby/devices"
	"lobby/devices/devicetest"
)

func mustNew(t testing.TB, sheet string, addresses ...int) *Emulator {
	t.Helper()
	var units []devices.Unit
	for _, a := range addresses {
		units = append(units, devices.Unit{Name: fmt.Sprint(a), Options: func(into any) error {
			*into.(*options) = options{Sheet: sheet, Address: a}
			return nil
		}})
	}
	e, err := New(units)
	if err != nil {
		t.Fatal(err)
	}
	return e.(*Emulator)
}

// The examples of the makers' sheets, byte for byte.
func TestSheets(t *testing.T) {
	e := mustNew(t, "kanban4", 4, 5)
	if answer, rest := e.hear(devicetest.Bytes("05 03 E7 EF")); len(answer)+len(rest) > 0 {
		t.Errorf("answers % X, keeps % X", answer, rest)
	}
	if v := e.View().(View); v.Units[0].Text != "" || v.Units[1].Text != "999" {
		t.Errorf("%+v", v)
	}
	e = mustNew(t, "sunpn", 0)
	answer, rest := e.hear(devicetest.Bytes("00 3A 00 78 03 01 B6 0A"))
	if fmt.Sprintf("% X", answer) != "2A 00 78 03 01 A6 0A" || len(rest) > 0 {
		t.Errorf("answers % X, keeps % X", answer, rest)
	}
	if v := e.View().(View); v.Units[0].Text != "888" || v.Units[0].Color != "green" {
		t.Errorf("%+v", v)
	}
}

func TestBrokenFramesShowNothing(t *testing.T) {
	e := mustNew(t, "kanban4", 5)
	e.hear(devicetest.Bytes("05 03 E7 EE 05 03"))
	f := mustNew(t, "sunpn", 0)
	f.hear(devicetest.Bytes("3A 00 78 03 01 B7 0A"))
	for _, v := range []View{e.View().(View), f.View().(View)} {
		if v.Units[0].Text != "" || v.Units[0].Frames != 0 {
			t.Errorf("%+v", v)
		}
	}
}

func TestUnknownSheetsAreRefused(t *testing.T) {
	u := devices.Unit{Name: "x", Options: func(into any) error { into.(*options).Sheet = "other"; return nil }}
	if _, err := New([]devices.Unit{u}); err == nil {
		t.Error("an unknown sheet was accepted")
	}
}

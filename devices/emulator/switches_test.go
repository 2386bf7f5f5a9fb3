package emulator

import (
	"maps"
	"testing"
)

func TestSwitches(t *testing.T) {
	s := NewSwitches("printer", "silent", "busy")
	cycles := 0
	s.Once("power_cycle", func() {
		if s.On("busy") { // what it does may look at the switches
			cycles++
		}
	})
	for _, name := range []string{"busy", "power_cycle"} {
		if err := s.SetFault(name, true); err != nil {
			t.Error(err)
		}
	}
	if err := s.SetFault("power_cycle", false); err != nil || cycles != 1 {
		t.Errorf("%d power cycles, %v", cycles, err)
	}
	want := map[string]bool{"silent": false, "busy": true, "power_cycle": false}
	if got := s.Faults(); !maps.Equal(got, want) {
		t.Errorf("switches %v, want %v", got, want)
	}
	if err := s.SetFault("fire", true); err == nil || err.Error() != `printer: no fault "fire"` {
		t.Errorf("an unknown fault: %v", err)
	}
	s.Faults()["busy"] = false
	if !s.On("busy") {
		t.Error("the list is not a copy")
	}
	if err := s.SetFault("busy", false); err != nil || s.On("busy") {
		t.Errorf("switched off: %v", err)
	}
}

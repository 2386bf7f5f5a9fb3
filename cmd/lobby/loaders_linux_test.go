package main

import (
	"bytes"
	"strings"
	"testing"

	"lobby/devices/emulator/esp32"
	"lobby/devices/emulator/line"
	"lobby/devices/emulator/stm32"
)

// TestFlashAnSTM32: another way in, for a chip that cannot say which board it is
// on.
func TestFlashAnSTM32(t *testing.T) {
	w := newWorkshop(t)
	program := append([]byte{0x00, 0x10, 0x00, 0x20, 0x09, 0x00, 0x00, 0x08}, bytes.Repeat([]byte("stm32"), 900)...)
	w.write("stm32.bin", program)
	w.sign("maker", 12, "2.0.0", "stm32.bin", "stm32.lfw")
	chip := stm32.NewWith(stm32.Options{})
	l, err := line.Open(t.Context(), chip, line.Options{Name: "stm32"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	flash := []string{"flash", "--key", w.path("maker.pub"), "--hall", doors(t, false), "--loader", "stm32", "--wire"}
	w.refuses("wrong_board", append(flash, "serial://"+l.Path()+"?mode=8E1", w.path("stm32.lfw"))...)
	if _, err := w.firmware(append(flash, "serial://"+l.Path(), "--board", "12", w.path("stm32.lfw"))...); err == nil || !strings.Contains(err.Error(), "mode=8E1") {
		t.Errorf("without parity: %v", err)
	}
	w.must(append(flash, "serial://"+l.Path()+"?mode=8E1", "--board", "12", w.path("stm32.lfw"))...)
	if v := chip.View().(stm32.View); !bytes.HasPrefix(v.Flash, program) || v.Running == 0 {
		t.Errorf("the chip runs at %08x", v.Running)
	}
}

func TestFlashAnESP32(t *testing.T) {
	w := newWorkshop(t)
	em, err := esp32.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	l, err := line.Open(t.Context(), em, line.Options{Name: "esp32"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	flash := []string{"flash", "--key", w.path("maker.pub"), "--hall", doors(t, false), "--loader", "esp32", "--wire", "serial://" + l.Path() + "?baud=115200"}
	w.refuses("wrong_board", append(flash, w.path("v2.lfw"))...)
	if out := w.must(append(flash, "--board", "7", w.path("v2.lfw"))...); !strings.Contains(out, "unknown → 1.1.0") {
		t.Errorf("it says %s", out)
	}
	if v := em.View().(esp32.View); !bytes.Contains(v.Flash, bytes.Repeat([]byte("v2.bin"), 1000)) || !v.Running {
		t.Errorf("the chip runs: %v", v.Running)
	}
}

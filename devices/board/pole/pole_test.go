package pole

import (
	"fmt"
	"testing"

	"lobby/devices"
	"lobby/devices/board/boardtest"
	"lobby/devices/devicetest"
	"lobby/devices/emulator"
	emu "lobby/devices/emulator/pole"
)

func frames() map[string][]byte {
	cd := Options{Mode: "cd5220", Label: "WINDOW"}
	epson := Options{Mode: "epson", Label: "WINDOW"}
	called := devices.Frame{Ticket: "A015", Window: "3"}
	return map[string][]byte{
		"cd5220":      cd.encode(called),
		"cd5220-idle": cd.encode(devices.Frame{Window: "3"}),
		"epson":       epson.encode(called),
		"epson-blink": Options{Mode: "epson", Label: "WINDOW", Brightness: 4}.encode(devices.Frame{Ticket: "A015", Window: "3", Blink: true}),
		"hostile":     cd.encode(devices.Frame{Ticket: "张\x1b@\x0cA015 and much more than fits", Window: "3"}),
	}
}

func TestFrames(t *testing.T) {
	for name, b := range frames() {
		devicetest.Golden(t, name, b, fmt.Sprintf("%q", b))
	}
	page := frames()
	delete(page, "hostile")
	devicetest.Page(t, "../../../hardware-docs/boards/pole.md", page)
}

func TestDisplayShowsTheTicket(t *testing.T) {
	for options, want := range map[string]string{
		"{mode: cd5220}":                "M045 -> WINDOW 3",
		"{mode: epson, label: COUNTER}": "M045\nCOUNTER 3",
		"{mode: epson, brightness: 2}":  "M045\nWINDOW 3",
	} {
		boardtest.On(t, Open, emu.New, options, func(b *boardtest.Bench) {
			text := func() string { return b.Emulator.View().(emulator.BoardView).Units[0].Text }
			if err := b.Show("M045"); err != nil || text() != want {
				t.Errorf("%s shows %q, %v", options, text(), err)
			}
			b.Fault("power_cycle", true)
			if err := b.Show("M045"); err != nil || text() != want {
				t.Errorf("%s after a power failure: %q, %v", options, text(), err)
			}
			if err := b.Show(""); err != nil || text() == want {
				t.Errorf("%s does not forget: %q, %v", options, text(), err)
			}
		})
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for _, o := range []string{"{}", "{mode: other}", "{mode: epson, brightness: 5}", "{mode: epson, colour: red}"} {
		if _, err := Open(nil, devicetest.Decode(o)); err == nil {
			t.Errorf("%s was accepted", o)
		}
	}
}

// FuzzEncode: no text commands the display, and none is wider than a line.
func FuzzEncode(f *testing.F) {
	f.Add("A015", "3", true)
	f.Add("\x1b@\x0c\r", "\x1f", false)
	f.Fuzz(func(t *testing.T, ticket, window string, blink bool) {
		for _, mode := range []string{"cd5220", "epson"} {
			b := Options{Mode: mode, Label: "WINDOW"}.encode(devices.Frame{Ticket: ticket, Window: window, Blink: blink})
			controls := 0
			for _, c := range b {
				if c < ' ' {
					controls++
				}
			}
			if controls > 13 || len(b) > 2*columns+20 {
				t.Fatalf("%s: %q", mode, b)
			}
		}
	})
}

package hd44780

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"testing/synctest"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/i2c/i2ctest"

	"lobby/devices"
	"lobby/devices/board/boardtest"
	"lobby/devices/devicetest"
	"lobby/devices/emulator"
	emu "lobby/devices/emulator/hd44780"
	"lobby/devices/wire/chip"
)

func frames() map[string][]byte {
	join := func(o Options, f devices.Frame) []byte {
		var all [][]byte
		for _, s := range o.encode(f) {
			all = append(all, s.bytes)
		}
		return bytes.Join(all, nil)
	}
	o := Options{Columns: 16, Label: "Window"}
	return map[string][]byte{
		"call":    join(Options{Columns: 16}, devices.Frame{Ticket: "A015", Window: "3"}),
		"hostile": join(o, devices.Frame{Ticket: "张\x01\\A015 and much more than fits", Window: "3"}),
	}
}

func TestFrames(t *testing.T) {
	for name, b := range frames() {
		devicetest.Golden(t, name, b, twin(b))
	}
	devicetest.Page(t, "../../../hardware-docs/boards/hd44780.md", map[string][]byte{"call": frames()["call"]})
}

// twin puts the halves together again, behind the four of the start.
func twin(b []byte) string {
	var out string
	for i := 8; i+3 < len(b); i += 4 {
		c := b[i]&0xf0 | b[i+2]>>4
		if b[i]&pinRS != 0 {
			out += fmt.Sprintf("%q ", c)
			continue
		}
		out += fmt.Sprintf("command %02X ", c)
	}
	return out
}

// The very transactions, over periph's playback, to the address 27.
func TestTransactions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bus := &i2ctest.Playback{DontPanic: true}
		for _, s := range (Options{Columns: 16, Label: "Window"}).encode(devices.Frame{Ticket: "M045", Window: "3"}) {
			bus.Ops = append(bus.Ops, i2ctest.IO{Addr: 0x27, W: s.bytes})
		}
		// The first ones as the data sheet has them: E falls with 3, 3, 3, 2.
		for i, want := range []string{"3C 38", "3C 38", "3C 38", "2C 28", "2C 28 8C 88 0C 08 CC C8 0C 08 6C 68", "0C 08 1C 18"} {
			if got := fmt.Sprintf("% X", bus.Ops[i].W); got != want {
				t.Errorf("transaction %d is %s, want %s", i, got, want)
			}
		}
		b, err := Open(chip.Wrap("i2c", &i2c.Dev{Bus: bus, Addr: 0x27}, bus), devicetest.Decode("{}"))
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Show(context.Background(), devices.Frame{Ticket: "M045", Window: "3"}); err != nil {
			t.Error(err)
		}
		if err := bus.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestDisplayShowsTheTicket(t *testing.T) {
	for options, want := range map[string]string{"{}": "M045\nWindow 3", "{columns: 20, label: Counter}": "M045\nCounter 3"} {
		boardtest.On(t, Open, emu.New, options, func(b *boardtest.Bench) {
			text := func() string { return b.Emulator.View().(emulator.BoardView).Units[0].Text }
			if err := b.Show("M045"); err != nil || text() != want {
				t.Errorf("%s: %q, %v", options, text(), err)
			}
			// Whatever half of a byte a broken frame left it in.
			b.Fault("half", true)
			if err := b.Show("M045"); err != nil || text() != want {
				t.Errorf("%s after a broken frame: %q, %v", options, text(), err)
			}
			b.Fault("power_cycle", true)
			if err := b.Show("M045"); err != nil || text() != want {
				t.Errorf("%s after a power failure: %q, %v", options, text(), err)
			}
		})
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for _, o := range []string{"{columns: 17}", "{colour: red}"} {
		if _, err := Open(nil, devicetest.Decode(o)); err == nil {
			t.Errorf("%s was accepted", o)
		}
	}
}

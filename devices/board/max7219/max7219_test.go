package max7219

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"periph.io/x/conn/v3/conntest"
	"periph.io/x/conn/v3/spi"
	"periph.io/x/conn/v3/spi/spitest"

	"lobby/devices"
	"lobby/devices/board/boardtest"
	"lobby/devices/devicetest"
	"lobby/devices/emulator"
	emu "lobby/devices/emulator/max7219"
	"lobby/devices/wire/chip"
)

func frames() map[string][]byte {
	join := func(o Options, ticket string) []byte {
		f, _ := o.encode(ticket)
		return bytes.Join(f, nil)
	}
	return map[string][]byte{
		"one-chip":  join(Options{Digits: 4, Brightness: 8}, "M045"),
		"two-chips": join(Options{Digits: 16, Brightness: 15}, "A015"),
		"dark":      join(Options{Digits: 4, Brightness: 8}, ""),
	}
}

func TestFrames(t *testing.T) {
	for name, b := range frames() {
		devicetest.Golden(t, name, b, twin(b))
	}
	devicetest.Page(t, "../../../hardware-docs/boards/max7219.md", frames())
}

func twin(b []byte) string {
	names := map[byte]string{9: "decode", 10: "intensity", 11: "limit", 12: "shutdown", 15: "test"}
	var out []string
	for i := 0; i < len(b); i += 2 {
		name := names[b[i]]
		if name == "" {
			name = fmt.Sprintf("digit %d", b[i])
		}
		out = append(out, fmt.Sprintf("%s = %d", name, b[i+1]))
	}
	return strings.Join(out, ", ")
}

// The very transactions, one chip select each, over periph's playback.
func TestTransactions(t *testing.T) {
	ops := []conntest.IO{
		{W: []byte{0x0f, 0}}, {W: []byte{9, 0xff}}, {W: []byte{0x0b, 7}}, {W: []byte{0x0a, 8}}, {W: []byte{0x0c, 1}},
		{W: []byte{1, 5}}, {W: []byte{2, 4}}, {W: []byte{3, 0}},
		{W: []byte{4, 15}}, {W: []byte{5, 15}}, {W: []byte{6, 15}}, {W: []byte{7, 15}}, {W: []byte{8, 15}},
	}
	port := &spitest.Playback{Playback: conntest.Playback{Ops: ops, DontPanic: true}}
	c, err := port.Connect(1000000, spi.Mode0, 8)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Open(chip.Wrap("spi", c, io.NopCloser(nil)), devicetest.Decode("{}"))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Show(context.Background(), devices.Frame{Ticket: "M045"}); err != nil {
		t.Error(err)
	}
	if err := port.Close(); err != nil {
		t.Error(err)
	}
}

func TestDigitsAreLit(t *testing.T) {
	for options, tickets := range map[string]map[string]string{
		"{}":           {"M045": "045", "M1234": "1234", "": ""},
		"{digits: 12}": {"M123456789012": "123456789012", "7": "7"},
	} {
		boardtest.On(t, Open, emu.New, options, func(b *boardtest.Bench) {
			text := func() string { return b.Emulator.View().(emulator.BoardView).Units[0].Text }
			for ticket, want := range tickets {
				if err := b.Show(ticket); err != nil || text() != want {
					t.Errorf("%s %s: %q, %v", options, ticket, text(), err)
				}
			}
			b.Fault("power_cycle", true)
			if err := b.Show("M045"); err != nil || text() != "045" {
				t.Errorf("after a power failure: %q, %v", text(), err)
			}
			if err := b.Show("M1234567890123"); !errors.Is(err, devices.ErrTooLong) || text() != "" {
				t.Errorf("too long: %q, %v", text(), err)
			}
		})
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for _, o := range []string{"{digits: 0}", "{digits: 33}", "{brightness: 16}", "{colour: red}"} {
		if _, err := Open(nil, devicetest.Decode(o)); err == nil {
			t.Errorf("%s was accepted", o)
		}
	}
}

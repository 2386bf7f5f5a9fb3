package alpha

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"lobby/devices"
	"lobby/devices/board/boardtest"
	"lobby/devices/devicetest"
	emu "lobby/devices/emulator/alpha"
)

func frames() map[string][]byte {
	return map[string][]byte{
		"call":    packet(3, priority(devices.Frame{Ticket: "A015", Window: "3"})),
		"clear":   packet(3, priority(devices.Frame{Window: "3"})),
		"fresh":   packet(26, priority(devices.Frame{Ticket: "M045", Window: "12", Blink: true})),
		"hostile": packet(3, priority(devices.Frame{Ticket: "张\x04\x1bA015", Window: "\x033"})),
	}
}

func TestFrames(t *testing.T) {
	for name, b := range frames() {
		devicetest.Golden(t, name, b, fmt.Sprintf("%q", b))
	}
	page := frames()
	delete(page, "hostile")
	devicetest.Page(t, "../../../hardware-docs/boards/alpha.md", page)
}

func text(b *boardtest.Bench) string { return b.Emulator.View().(emu.View).Units[0].Text }

func TestSignShowsTheTicket(t *testing.T) {
	for _, options := range []string{"{address: 3}", "{address: 3, ack: true}"} {
		boardtest.On(t, Open, emu.New, options, func(b *boardtest.Bench) {
			for ticket, want := range map[string]string{"M045": "M045 -> 3", "A001": "A001 -> 3"} {
				if err := b.Show(ticket); err != nil || text(b) != want {
					t.Errorf("%s: %q, %v", options, text(b), err)
				}
			}
			if err := b.Show(""); err != nil || text(b) != "" {
				t.Errorf("%s: not cleared: %q, %v", options, text(b), err)
			}
		})
	}
}

// A sign that acknowledges is heard; one that does not cannot be.
func TestRefusalAndSilenceAreNoticed(t *testing.T) {
	for fault, want := range map[string]error{"silent": os.ErrDeadlineExceeded, "refuse": ErrRefused, "noise": os.ErrDeadlineExceeded} {
		boardtest.On(t, Open, emu.New, "{address: 3, ack: true}", func(b *boardtest.Bench) {
			b.Fault(fault, true)
			if err := b.Show("M045"); !errors.Is(err, want) {
				t.Errorf("%s: %v", fault, err)
			}
			b.Fault(fault, false)
			if err := b.Show("M046"); err != nil || text(b) != "M046 -> 3" {
				t.Errorf("after %s: %q, %v", fault, text(b), err)
			}
		})
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for _, o := range []string{"{}", "{address: 0}", "{address: 256}", "{address: 3, colour: red}"} {
		if _, err := Open(nil, devicetest.Decode(o)); err == nil {
			t.Errorf("%s was accepted", o)
		}
	}
}

// FuzzAnswer: whatever a sign says, only ACK or NAK with a status is an answer.
func FuzzAnswer(f *testing.F) {
	f.Add([]byte{ack, 0x40})
	f.Add([]byte{0, nak, 0x50})
	f.Fuzz(func(t *testing.T, heard []byte) {
		var a answer
		said, done := a.take(heard)
		if done && len(heard) < 2 || !done && said != nil {
			t.Fatalf("% X: %v, %v", heard, said, done)
		}
	})
}

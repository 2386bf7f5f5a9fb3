package wedge

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"lobby/devices"
	"lobby/devices/devicetest"
	"lobby/devices/emulator/keyboard"
	"lobby/devices/scanner/scannertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// printable is every character that a code may have.
func printable() string {
	var s strings.Builder
	for c := byte(' '); c <= '~'; c++ {
		s.WriteByte(c)
	}
	return s.String()
}

func TestEveryCharacterIsTyped(t *testing.T) {
	for _, options := range []string{"{}", "{bits: 32}", "{bits: 64}"} {
		scannertest.On(t, Open, keyboard.NewWedge, devicetest.Decode(options), func(b *scannertest.Bench) {
			for _, text := range []string{printable(), "https://fuchun.example/t/abc-DEF_123"} {
				b.Hold(text)
				b.Want(devices.Scan{Text: text})
			}
			b.Hold(strings.Repeat("A", 129))
			b.Want(devices.Scan{Trouble: devices.ScanTooLong})
			b.Fault("overflow", true)
			b.Hold("APT-7731")
			b.Want(devices.Scan{Trouble: devices.ScanBinary})
			b.Fault("overflow", false)
			b.Hold("APT-7731")
			b.Want(devices.Scan{Text: "APT-7731"})
		})
	}
}

// The golden events are written down from the kernel's headers: shift, A, shift
// up, 1, Enter on a 64-bit machine.
func TestGoldenEvents(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "a1.golden"))
	if err != nil {
		t.Fatal(err)
	}
	twin, err := os.ReadFile(filepath.Join("testdata", "a1.txt"))
	if err != nil {
		t.Fatal(err)
	}
	scannertest.On(t, Open, nil, devicetest.Decode("{bits: 64}"), func(b *scannertest.Bench) {
		b.Say(devicetest.Bytes(string(text)))
		devicetest.Settle(time.Second)
		b.Want(devices.Scan{Text: strings.TrimSpace(string(twin))})
	})
}

func TestBytesOfAnotherDeviceEndTheSession(t *testing.T) {
	scannertest.On(t, Open, nil, devicetest.Decode("{bits: 64}"), func(b *scannertest.Bench) {
		b.Say([]byte("a serial scanner on an input wire\r\n"))
		if err := <-b.Ended; err == nil || !strings.Contains(err.Error(), "is it an input device") {
			t.Errorf("ended with %v", err)
		}
	})
}

func TestOptionsAreChecked(t *testing.T) {
	for _, o := range []string{"{bits: 8}", "{layout: us}"} {
		if _, err := Open(nil, devicetest.Decode(o)); err == nil {
			t.Errorf("%s was accepted", o)
		}
	}
}

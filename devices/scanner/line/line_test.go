package line

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"go.uber.org/goleak"

	"lobby/devices"
	"lobby/devices/devicetest"
	emulated "lobby/devices/emulator/scanner"
	"lobby/devices/scanner/scannertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var none = devicetest.Decode("{}")

// lines are what scanners send, with what it is.
func lines() map[string]struct {
	bytes []byte
	scan  devices.Scan
} {
	return map[string]struct {
		bytes []byte
		scan  devices.Scan
	}{
		"cr":      {[]byte("A015\r"), devices.Scan{Text: "A015"}},
		"crlf":    {[]byte("http://h/t/7f3cq9\r\n"), devices.Scan{Text: "http://h/t/7f3cq9"}},
		"garbage": {[]byte("A0\x0015\r"), devices.Scan{Trouble: devices.ScanBinary}},
	}
}

func TestLinesAndThePage(t *testing.T) {
	frames := map[string][]byte{}
	for name, l := range lines() {
		frames[name] = l.bytes
		devicetest.Golden(t, name, l.bytes, fmt.Sprintf("text %q, trouble %q", l.scan.Text, l.scan.Trouble))
		scannertest.On(t, Open, nil, none, func(b *scannertest.Bench) {
			for _, c := range l.bytes { // byte by byte
				b.Say([]byte{c})
			}
			devicetest.Settle(time.Second)
			b.Want(l.scan)
		})
	}
	devicetest.Page(t, "../../../hardware-docs/scanners.md", frames)
}

func TestFaultsOfTheScanner(t *testing.T) {
	good := devices.Scan{Text: "APT-7731"}
	for fault, want := range map[string][]devices.Scan{
		"garbage": {{Trouble: devices.ScanBinary}}, "no_end": {{Trouble: devices.ScanNoEnd}}, "too_long": {{Trouble: devices.ScanTooLong}},
		"cr_only": {good}, "twice": {good, good}, "silent": nil,
	} {
		scannertest.On(t, Open, emulated.New, none, func(b *scannertest.Bench) {
			b.Fault(fault, true)
			b.Hold("APT-7731")
			b.Want(want...)
			b.Fault(fault, false)
			b.Hold("APT-7731")
			b.Want(good)
		})
	}
}

func TestAPulledCableEndsTheSession(t *testing.T) {
	scannertest.On(t, Open, nil, none, func(b *scannertest.Bench) {
		b.Far.Close()
		if err := <-b.Ended; !errors.Is(err, devices.ErrGone) {
			t.Errorf("ended with %v", err)
		}
	})
}

func TestOptionsAreChecked(t *testing.T) {
	if _, err := Open(nil, devicetest.Decode("{baud: 9600}")); err == nil {
		t.Error("an option was accepted")
	}
}

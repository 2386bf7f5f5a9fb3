package numpad

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"lobby/devices"
	"lobby/devices/callbox/callboxtest"
	"lobby/devices/devicetest"
	"lobby/devices/emulator/keyboard"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const page = "../../../hardware-docs/numpad.md"

// on runs f with a keypad of software, or without one where the test writes the
// kernel's records itself.
func on(t *testing.T, options string, emulate bool, f func(b *callboxtest.Bench)) {
	t.Helper()
	made := keyboard.NewNumpad
	if !emulate {
		made = nil
	}
	callboxtest.On(t, Open, made, devicetest.Units("box", options), f)
}

func TestKeysAndDigitsOfBothSizes(t *testing.T) {
	for _, options := range []string{"{}", "{bits: 32}", "{bits: 64}"} {
		on(t, options, true, func(b *callboxtest.Bench) {
			b.Press(devices.KeyNext, "")
			b.Press(devices.KeyTransfer, "12")
			b.Press(erase, "34")
			b.Press(devices.KeyRecall, "")
			b.Press(devices.KeyTransfer, "123456789") // nobody's number
			b.Want("next", "transfer 12", "recall")
		})
	}
}

func TestOneFingerIsOnePress(t *testing.T) {
	for fault, want := range map[string]string{"stuck": "transfer 12", "bouncing": "transfer 12", "overflow": "transfer", "silent": ""} {
		on(t, "{}", true, func(b *callboxtest.Bench) {
			b.Fault(fault, true)
			b.Press(devices.KeyTransfer, "12")
			if want == "" {
				b.Want()
			} else {
				b.Want(want)
			}
		})
	}
}

func TestDigitsDoNotWaitForEver(t *testing.T) {
	on(t, "{keys: {kpenter: transfer}}", false, func(b *callboxtest.Bench) {
		for i, p := range []time.Duration{digitsLast + time.Second, 0} {
			b.Say(records(t, "digit-7"))
			devicetest.Settle(p)
			b.Say(records(t, "enter"))
			devicetest.Settle(time.Second)
			b.Want([]string{"transfer", "transfer 7"}[:i+1]...)
		}
	})
}

func TestAPressIsOfferedUntilItIsTaken(t *testing.T) {
	on(t, "{}", true, func(b *callboxtest.Bench) {
		b.Refuse(2)
		b.Press(devices.KeyNext, "")
		b.Want("next")
		b.Refuse(100)
		b.Press(devices.KeyRecall, "")
		devicetest.Settle(offerFor)
		if err := <-b.Ended; err == nil || !strings.Contains(err.Error(), "nobody took") {
			t.Errorf("ended with %v", err)
		}
	})
}

func TestBytesOfAnotherDeviceEndTheSession(t *testing.T) {
	on(t, "{bits: 64}", false, func(b *callboxtest.Bench) {
		b.Say([]byte("no keypad writes such a long line of text\r\n"))
		if err := <-b.Ended; err == nil || !strings.Contains(err.Error(), "is it an input device") {
			t.Errorf("ended with %v", err)
		}
	})
}

func TestOptionsAreChecked(t *testing.T) {
	for _, o := range []string{"{bits: 16}", "{keys: {KPWRONG: next}}", "{keys: {KPENTER: \"\"}}", "{address: 1}"} {
		if _, err := Open(nil, devicetest.Units("box", o)); err == nil {
			t.Errorf("%s was accepted", o)
		}
	}
	if _, err := Open(nil, devicetest.Units("box", "{}", "{}")); err == nil {
		t.Error("two keypads on one wire were accepted")
	}
}

// records reads the golden events of a 64-bit machine. They are written down,
// not made by the emulator.
func records(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name+".golden"))
	if err != nil {
		t.Fatal(err)
	}
	return devicetest.Bytes(string(text))
}

// The golden events give the press of their twin, and stand on the page.
func TestGoldenEvents(t *testing.T) {
	frames := map[string][]byte{}
	for _, name := range []string{"digit-7", "enter"} {
		b := records(t, name)
		frames[name] = b
		on(t, "{bits: 64}", false, func(bench *callboxtest.Bench) {
			bench.Say(append(slices.Clone(b), records(t, "enter")...))
			devicetest.Settle(time.Second)
			twin, err := os.ReadFile(filepath.Join("testdata", name+".txt"))
			if err != nil {
				t.Fatal(err)
			}
			s := bench.Signals()[0]
			if got := fmt.Sprintf("key %s, digits %q\n", s.Key, s.Digits); got != string(twin) {
				t.Errorf("%s: %s, want %s", name, got, twin)
			}
		})
	}
	devicetest.Page(t, page, frames)
}

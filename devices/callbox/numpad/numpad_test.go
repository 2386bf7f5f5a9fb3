package numpad

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"lobby/devices"
	"lobby/devices/board/boardtest"
	"lobby/devices/devicetest"
	"lobby/devices/emulator/keyboard"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const page = "../../../hardware-docs/numpad.md"

// bench is a keypad and what came of it. It lives in a bubble.
type bench struct {
	t       *testing.T
	far     devicetest.Conn
	pad     *keyboard.Emulator
	ended   chan error
	mu      sync.Mutex
	signals []devices.Signal
	refuse  int
}

func unit(options string) []devices.Unit {
	return []devices.Unit{{Name: "pad-1", Options: boardtest.Decode(options)}}
}

// on runs f with a keypad; emulate says whether there is one of software.
func on(t *testing.T, options string, emulate bool, f func(b *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		near, far := devicetest.Pipe()
		in, err := Open(near, unit(options))
		if err != nil {
			t.Fatal(err)
		}
		b := &bench{t: t, far: far, ended: make(chan error, 1)}
		ctx, stop := context.WithCancel(context.Background())
		var all sync.WaitGroup
		if emulate {
			e, err := keyboard.NewNumpad(unit(options))
			if err != nil {
				t.Fatal(err)
			}
			b.pad = e.(*keyboard.Emulator)
			all.Go(func() { _ = b.pad.Serve(ctx, far) })
		}
		all.Go(func() { b.ended <- in.Run(ctx, b.emit) })
		f(b)
		stop()
		far.Close()
		all.Wait()
		near.Close()
	})
}

func (b *bench) emit(_ context.Context, s devices.Signal) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.refuse > 0 {
		b.refuse--
		return errors.New("the disk is full")
	}
	b.signals = append(b.signals, s)
	return nil
}

// settle lets time pass in the bubble.
func settle(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func (b *bench) press(key devices.Key, digits string) {
	b.t.Helper()
	if err := b.pad.Press("pad-1", key, digits); err != nil {
		b.t.Fatal(err)
	}
	settle(time.Second)
}

func (b *bench) fault(name string, on bool) {
	b.t.Helper()
	if err := b.pad.SetFault(name, on); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) want(keys ...string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	var got []string
	for _, s := range b.signals {
		got = append(got, strings.TrimSpace(string(s.Key)+" "+s.Digits))
	}
	if !slices.Equal(got, keys) {
		b.t.Errorf("pressed %q, want %q", got, keys)
	}
}

func TestKeysAndDigitsOfBothSizes(t *testing.T) {
	for _, options := range []string{"{}", "{bits: 32}", "{bits: 64}"} {
		on(t, options, true, func(b *bench) {
			b.press(devices.KeyNext, "")
			b.press(devices.KeyTransfer, "12")
			b.press(erase, "34")
			b.press(devices.KeyRecall, "")
			b.press(devices.KeyTransfer, "123456789") // nobody's number
			b.want("next", "transfer 12", "recall")
		})
	}
}

func TestOneFingerIsOnePress(t *testing.T) {
	for fault, want := range map[string]string{"stuck": "transfer 12", "bouncing": "transfer 12", "overflow": "transfer", "silent": ""} {
		on(t, "{}", true, func(b *bench) {
			b.fault(fault, true)
			b.press(devices.KeyTransfer, "12")
			if want == "" {
				b.want()
			} else {
				b.want(want)
			}
		})
	}
}

func TestDigitsDoNotWaitForEver(t *testing.T) {
	on(t, "{keys: {kpenter: transfer}}", false, func(b *bench) {
		for i, p := range []time.Duration{digitsLast + time.Second, 0} {
			if _, err := b.far.Write(records(t, "digit-7")); err != nil {
				t.Fatal(err)
			}
			settle(p)
			if _, err := b.far.Write(records(t, "enter")); err != nil {
				t.Fatal(err)
			}
			settle(time.Second)
			b.want([]string{"transfer", "transfer 7"}[:i+1]...)
		}
	})
}

func TestAPressIsOfferedUntilItIsTaken(t *testing.T) {
	on(t, "{}", true, func(b *bench) {
		b.refuse = 2
		b.press(devices.KeyNext, "")
		b.want("next")
		b.refuse = 100
		b.press(devices.KeyRecall, "")
		settle(offerFor)
		if err := <-b.ended; err == nil || !strings.Contains(err.Error(), "nobody took") {
			t.Errorf("ended with %v", err)
		}
	})
}

func TestBytesOfAnotherDeviceEndTheSession(t *testing.T) {
	on(t, "{bits: 64}", false, func(b *bench) {
		if _, err := b.far.Write([]byte("no keypad writes such a long line of text\r\n")); err != nil {
			t.Fatal(err)
		}
		if err := <-b.ended; err == nil || !strings.Contains(err.Error(), "is it an input device") {
			t.Errorf("ended with %v", err)
		}
	})
}

func TestOptionsAreChecked(t *testing.T) {
	for _, o := range []string{"{bits: 16}", "{keys: {KPWRONG: next}}", "{keys: {KPENTER: \"\"}}", "{address: 1}"} {
		if _, err := Open(nil, unit(o)); err == nil {
			t.Errorf("%s was accepted", o)
		}
	}
	if _, err := Open(nil, append(unit("{}"), unit("{}")...)); err == nil {
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
	b, err := hex.DecodeString(strings.Join(strings.Fields(string(text)), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The golden events give the press of their twin, and stand on the page.
func TestGoldenEvents(t *testing.T) {
	frames := map[string][]byte{}
	for _, name := range []string{"digit-7", "enter"} {
		b := records(t, name)
		frames[name] = b
		on(t, "{bits: 64}", false, func(bench *bench) {
			if _, err := bench.far.Write(append(slices.Clone(b), records(t, "enter")...)); err != nil {
				t.Fatal(err)
			}
			settle(time.Second)
			twin, err := os.ReadFile(filepath.Join("testdata", name+".txt"))
			if err != nil {
				t.Fatal(err)
			}
			s := bench.signals[0]
			if got := fmt.Sprintf("key %s, digits %q\n", s.Key, s.Digits); got != string(twin) {
				t.Errorf("%s: %s, want %s", name, got, twin)
			}
		})
	}
	boardtest.Page(t, page, frames)
}

package esp32_test

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"lobby/devices"
	"lobby/devices/devicetest"
	chip "lobby/devices/emulator/esp32"
	"lobby/firmware-bridge/esp32"
	"lobby/firmware-bridge/frametest"
	"lobby/firmware-bridge/internal/line"
)

// The frames of Espressif's page and of a captured session; the checksum is
// EF with 01, 02, 03 and 1021 times FF.
func TestGoldenFrames(t *testing.T) {
	sync := append(append([]byte{0xC0, 0x00, 0x08, 0x24, 0x00, 0x00, 0x00, 0x00, 0x00, 0x07, 0x07, 0x12, 0x20}, bytes.Repeat([]byte{0x55}, 32)...), 0xC0)
	data := []byte{0xC0, 0x00, 0x03, 0x10, 0x04, 0xEF ^ 1 ^ 2 ^ 3 ^ 0xFF, 0, 0, 0, 0x00, 0x04, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3}
	data = append(append(data, bytes.Repeat([]byte{0xFF}, 1021)...), 0xC0)
	for name, c := range map[string]struct{ got, want []byte }{
		"SYNC": {esp32.AppendSync(nil), sync},
		"FLASH_BEGIN": {esp32.AppendBegin(nil, 2500, 0x10000),
			[]byte{0xC0, 0, 2, 16, 0, 0, 0, 0, 0, 0xC4, 0x09, 0, 0, 3, 0, 0, 0, 0, 4, 0, 0, 0, 0, 1, 0, 0xC0}},
		"FLASH_DATA": {esp32.AppendData(nil, 5, []byte{1, 2, 3}), data},
		"FLASH_END":  {esp32.AppendRequest(nil, esp32.FlashEnd, 0, []byte{0, 0, 0, 0}), []byte{0xC0, 0, 4, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xC0}},
		"READ_REG": {esp32.AppendRequest(nil, esp32.ReadReg, 0, []byte{0x00, 0x10, 0x00, 0x40}),
			[]byte{0xC0, 0, 0x0A, 4, 0, 0, 0, 0, 0, 0, 0x10, 0, 0x40, 0xC0}},
		"SLIP": {esp32.AppendSLIP(nil, []byte{0xC0, 1, 0xDB}), []byte{0xC0, 0xDB, 0xDC, 1, 0xDB, 0xDD, 0xC0}},
	} {
		if !bytes.Equal(c.got, c.want) {
			t.Errorf("%s is\n% x, want\n% x", name, c.got, c.want)
		}
	}
}

func TestWorkedFramesOfThePage(t *testing.T) {
	const page = "../../hardware-docs/firmware-update.md"
	answer := frametest.Blocks(t, page, "esp32-sync-answer")["esp32-sync-answer"]
	if n, r, err := esp32.Next(answer[1:]); n != len(answer)-1 || r.Command != esp32.Sync || r.Error != 0 || err != nil {
		t.Errorf("the answer is read as %d, %+v, %v", n, r, err)
	}
	frametest.Same(t, page, "esp32-", map[string][]byte{
		"esp32-sync": esp32.AppendSync(nil), "esp32-sync-answer": answer, "esp32-begin": esp32.AppendBegin(nil, 2500, esp32.AppOffset),
	})
}

func TestResponses(t *testing.T) {
	good := []byte{0xC0, 1, 0x0A, 4, 0, 0x83, 0x1D, 0xF0, 0, 0, 0, 0, 0, 0xC0}
	n, _, err := esp32.Next(good)
	if n != -1 || err != nil {
		t.Errorf("the first end: %d, %v", n, err)
	}
	n, r, err := esp32.Next(good[1:])
	if n != len(good)-1 || r.Value != 0x00F01D83 || r.Error != 0 || err != nil {
		t.Errorf("a good response: %d, %+v, %v", n, r, err)
	}
	if n, _, _ := esp32.Next(good[1:8]); n != 0 {
		t.Errorf("a part of one: %d", n)
	}
	bad := bytes.Clone(good[1:])
	bad[8], bad[9] = 1, 7
	if _, r, err := esp32.Next(bad); r.Error != 7 || err != nil {
		t.Errorf("a refusal: %+v, %v", r, err)
	}
	bad[2] = 9
	if n, _, err := esp32.Next(bad); n >= 0 || !errors.Is(err, esp32.ErrFrame) {
		t.Errorf("a wrong size: %d, %v", n, err)
	}
}

// bench is a chip with the host's end of its wire, in a bubble.
type bench struct {
	t    *testing.T
	chip *chip.Emulator
	wire devicetest.BadLine
	far  devicetest.Conn
}

func newBench(t *testing.T) *bench {
	t.Helper()
	em, err := chip.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, chip: em.(*chip.Emulator)}
	b.wire.Wire, b.far = devicetest.Attach(t, b.chip)
	return b
}

func image(size int) []byte {
	r := rand.New(rand.NewPCG(2, uint64(size)))
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func (b *bench) check(image []byte) {
	b.t.Helper()
	v := b.chip.View().(chip.View)
	if !bytes.Equal(v.Flash[esp32.AppOffset:][:len(image)], image) || !v.Running {
		b.t.Errorf("the flash is not the image, or it does not run (%v)", v.Running)
	}
}

func (b *bench) fault(name string) {
	b.t.Helper()
	if err := b.chip.SetFault(name, true); err != nil {
		b.t.Fatal(err)
	}
}

func TestFlash(t *testing.T) {
	for _, size := range []int{1, 1024, 10000} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t)
			last := 0
			if err := esp32.Flash(t.Context(), &b.wire, image(size), esp32.AppOffset, func(done int) { last = done }); err != nil || last != size {
				t.Errorf("%d bytes: %v, progress ended at %d", size, err, last)
			}
			b.check(image(size))
		})
	}
}

func TestNoiseIsOvercome(t *testing.T) {
	for seed := range uint64(10) {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t)
			noise := devicetest.Noise(rand.New(rand.NewPCG(seed, 4)), 8000)
			b.wire.There, b.wire.Back = noise, noise
			if err := esp32.Flash(t.Context(), &b.wire, image(6000), esp32.AppOffset, nil); err != nil {
				t.Errorf("seed %d: %v", seed, err)
			}
			b.check(image(6000))
		})
	}
}

func TestFaultsAreNamed(t *testing.T) {
	for fault, want := range map[string]error{"silent": line.ErrSilence, "worn": esp32.ErrDiffers} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t)
			b.fault(fault)
			if err := esp32.Flash(t.Context(), &b.wire, image(3000), esp32.AppOffset, nil); !errors.Is(err, want) {
				t.Errorf("%s: %v", fault, err)
			}
			if b.chip.View().(chip.View).Running {
				t.Errorf("%s: the image runs", fault)
			}
		})
	}
}

func TestResetInTheMiddleIsOvercome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		once := false
		err := esp32.Flash(t.Context(), &b.wire, image(6000), esp32.AppOffset, func(done int) {
			if done > 3000 && !once {
				once = true
				b.fault("reset")
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		b.check(image(6000))
	})
}

func TestUnpluggedInTheMiddle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		err := esp32.Flash(t.Context(), &b.wire, image(6000), esp32.AppOffset, func(done int) {
			if done > 3000 {
				b.far.Close()
			}
		})
		if !errors.Is(err, devices.ErrGone) {
			t.Errorf("it ends with %v", err)
		}
	})
}

// FuzzNext: no bytes make it panic, and a response behind them is found.
func FuzzNext(f *testing.F) {
	good := []byte{0xC0, 1, 0x0A, 4, 0, 0x83, 0x1D, 0xF0, 0, 0, 0, 0, 0, 0xC0}
	f.Add(good)
	f.Add([]byte{0xC0, 0xDB, 0xC0})
	f.Add(bytes.Repeat([]byte{0x30}, 5000))
	f.Fuzz(func(t *testing.T, b []byte) {
		stream := append(append(bytes.Clone(b), 0xC0), good...)
		for {
			n, r, _ := esp32.Next(stream)
			if n == 0 {
				t.Fatalf("the response after % x is not found", b)
			}
			if n > 0 && n == len(stream) && r.Value == 0x00F01D83 {
				return
			}
			stream = stream[max(n, -n):]
		}
	})
}

// FuzzFlash: whatever the chip says, the host comes to an end.
func FuzzFlash(f *testing.F) {
	f.Add(bytes.Repeat([]byte{0xC0, 1, 8, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xC0}, 3))
	f.Add([]byte{1, 2, 3})
	f.Fuzz(func(t *testing.T, said []byte) {
		synctest.Test(t, func(t *testing.T) {
			host, far := devicetest.Pipe()
			defer host.Close()
			spoken := make(chan struct{})
			defer func() {
				far.Close()
				<-spoken
			}()
			go func() {
				defer close(spoken)
				for i, b := range said {
					time.Sleep(time.Duration(i%7) * 20 * time.Millisecond)
					if _, err := far.Write([]byte{b}); err != nil {
						return
					}
				}
			}()
			ctx, stop := context.WithTimeout(t.Context(), 2*time.Hour)
			defer stop()
			if err := esp32.Flash(ctx, host, image(600), esp32.AppOffset, nil); err == nil || errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("% x ends with %v", said, err)
			}
		})
	})
}

package stm32_test

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
	chip "lobby/devices/emulator/stm32"
	"lobby/firmware-bridge/frametest"
	"lobby/firmware-bridge/internal/line"
	"lobby/firmware-bridge/stm32"
)

// program makes an image that begins as programs do, with the stack.
func program(size int, seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 1))
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	copy(b, []byte{0x00, 0x10, 0x00, 0x20, 0x09, 0x00, 0x00, 0x08})
	return b
}

// bench is a chip with the host's end of its wire, in a bubble.
type bench struct {
	t    *testing.T
	chip *chip.Emulator
	wire devicetest.BadLine
	far  devicetest.Conn
}

func newBench(t *testing.T, o chip.Options) *bench {
	t.Helper()
	b := &bench{t: t, chip: chip.NewWith(o)}
	b.wire.Wire, b.far = devicetest.Attach(t, b.chip)
	return b
}

func (b *bench) flash(ctx context.Context, image []byte, progress func(int)) error {
	l, err := stm32.Open(ctx, &b.wire)
	if err != nil {
		return err
	}
	defer l.Close()
	return l.Flash(ctx, image, stm32.FlashStart, progress)
}

// check demands that the chip runs the image.
func (b *bench) check(image []byte) {
	b.t.Helper()
	v := b.chip.View().(chip.View)
	if !bytes.HasPrefix(v.Flash, image) || v.Running != stm32.FlashStart {
		b.t.Errorf("the flash is not the image, or it does not run: running at %08x", v.Running)
	}
}

func (b *bench) fault(name string, on bool) {
	b.t.Helper()
	if err := b.chip.SetFault(name, on); err != nil {
		b.t.Fatal(err)
	}
}

// The frames of AN3155, most of them with the checksums that the note prints.
func TestWorkedFrames(t *testing.T) {
	for _, c := range []struct {
		name      string
		got, want []byte
	}{
		{"Get", stm32.AppendCommand(nil, stm32.Get), []byte{0x00, 0xFF}},
		{"Get ID", stm32.AppendCommand(nil, stm32.GetID), []byte{0x02, 0xFD}},
		{"Read", stm32.AppendCommand(nil, stm32.Read), []byte{0x11, 0xEE}},
		{"Go", stm32.AppendCommand(nil, stm32.Go), []byte{0x21, 0xDE}},
		{"Write", stm32.AppendCommand(nil, stm32.Write), []byte{0x31, 0xCE}},
		{"address", stm32.AppendAddress(nil, 0x08000000), []byte{8, 0, 0, 0, 8}},
		{"block", stm32.AppendBlock(nil, []byte{1, 2, 3, 4}), []byte{3, 1, 2, 3, 4, 7}},
		{"odd block", stm32.AppendBlock(nil, []byte{1}), []byte{3, 1, 0xFF, 0xFF, 0xFF, 0xFD}},
		{"count", stm32.AppendCount(nil, 256), []byte{0xFF, 0x00}},
		{"erase all", stm32.AppendPages(nil, stm32.Erase, nil), []byte{0xFF, 0x00}},
		{"erase all, extended", stm32.AppendPages(nil, stm32.EraseExtend, nil), []byte{0xFF, 0xFF, 0x00}},
		{"erase two", stm32.AppendPages(nil, stm32.Erase, []uint16{4, 5}), []byte{1, 4, 5, 0}},
		{"erase two, extended", stm32.AppendPages(nil, stm32.EraseExtend, []uint16{4, 0x105}), []byte{0, 1, 0, 4, 1, 5, 1}},
	} {
		if !bytes.Equal(c.got, c.want) {
			t.Errorf("%s: % x, want % x", c.name, c.got, c.want)
		}
	}
}

func TestWorkedFramesOfThePage(t *testing.T) {
	frametest.Same(t, "../../hardware-docs/firmware-update.md", "stm32-", map[string][]byte{
		"stm32-hello": {0x7F}, "stm32-get-id": stm32.AppendCommand(nil, stm32.GetID),
		"stm32-address": stm32.AppendAddress(nil, stm32.FlashStart), "stm32-block": stm32.AppendBlock(nil, []byte{1, 2, 3, 4}),
	})
}

func TestFlashErasesOnlyWhatItNeeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, chip.Options{})
		first := program(20000, 1)
		last := 0
		if err := b.flash(t.Context(), first, func(done int) { last = done }); err != nil {
			t.Fatal(err)
		}
		b.check(first)
		if v := b.chip.View().(chip.View); v.Erased != 20 || last != len(first) {
			t.Errorf("%d pages were erased, progress ended at %d", v.Erased, last)
		}
		b.fault("reset", true)
		second := append(program(9000, 2), first[9000:]...)
		if err := b.flash(t.Context(), second[:9000], nil); err != nil {
			t.Fatal(err)
		}
		v := b.chip.View().(chip.View)
		if !bytes.Equal(v.Flash[:9000], second[:9000]) || !bytes.Equal(v.Flash[9<<10:20000], first[9<<10:]) {
			t.Error("pages behind the image were touched")
		}
	})
}

func TestCutOffFlashGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, chip.Options{})
		image := program(40000, 1)
		ctx, stop := context.WithCancel(t.Context())
		err := b.flash(ctx, image, func(done int) {
			if done > 30000 {
				stop()
			}
		})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("cut off, it ends with %v", err)
		}
		if err := b.flash(t.Context(), image, nil); err != nil {
			t.Fatal(err)
		}
		b.check(image)
		if v := b.chip.View().(chip.View); v.Erased > 48 {
			t.Errorf("%d pages of 40 were erased", v.Erased)
		}
	})
}

func TestEveryKindOfChip(t *testing.T) {
	for name, o := range map[string]chip.Options{
		"old":     {Old: true},
		"unknown": {ID: 0x413, Flash: 32 << 10},
		"large":   {ID: 0x414, Page: 2 << 10, Flash: 256 << 10},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, o)
			image := program(10001, 1)
			if err := b.flash(t.Context(), image, nil); err != nil {
				t.Errorf("%s: %v", name, err)
				return
			}
			b.check(image)
		})
	}
}

func TestNoiseIsOvercome(t *testing.T) {
	for seed := range uint64(10) {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, chip.Options{})
			noise := devicetest.Noise(rand.New(rand.NewPCG(seed, 9)), 3000)
			b.wire.There, b.wire.Back = noise, noise
			image := program(10000, 1)
			if err := b.flash(t.Context(), image, nil); err != nil {
				// Only the last answer may be lost for good.
				if v := b.chip.View().(chip.View); v.Running == 0 {
					t.Errorf("seed %d: %v", seed, err)
				}
			}
			b.check(image)
		})
	}
}

func TestResetInTheMiddleIsOvercome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, chip.Options{})
		image := program(20000, 1)
		once := false
		err := b.flash(t.Context(), image, func(done int) {
			if done > 8000 && !once {
				once = true
				b.fault("reset", true)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		b.check(image)
	})
}

func TestFaultsAreNamed(t *testing.T) {
	for _, c := range []struct {
		fault string
		want  error
	}{{"silent", line.ErrSilence}, {"protected", stm32.ErrRefused}, {"slow", nil}} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, chip.Options{})
			b.fault(c.fault, true)
			if err := b.flash(t.Context(), program(3000, 1), nil); !errors.Is(err, c.want) {
				t.Errorf("%s: %v", c.fault, err)
			}
		})
	}
}

func TestUnpluggedInTheMiddle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, chip.Options{})
		err := b.flash(t.Context(), program(20000, 1), func(done int) {
			if done > 8000 {
				b.far.Close()
			}
		})
		if !errors.Is(err, devices.ErrGone) {
			t.Errorf("it ends with %v", err)
		}
	})
}

func TestTooLargeAnImage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, chip.Options{Flash: 8 << 10})
		if err := b.flash(t.Context(), program(9000, 1), nil); !errors.Is(err, stm32.ErrRefused) {
			t.Errorf("it ends with %v", err)
		}
	})
}

// FuzzLoader: whatever the chip says, the host comes to an end.
func FuzzLoader(f *testing.F) {
	f.Add([]byte{0x79, 0x79, 7, 0x22, 0, 1, 2, 0x11, 0x21, 0x31, 0x44, 0x79, 0x79, 1, 4, 0x10, 0x79})
	f.Add([]byte{0x79, 0x79, 255})
	f.Add(bytes.Repeat([]byte{0x1F}, 300))
	f.Add(bytes.Repeat([]byte{0x79}, 300))
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
			l, err := stm32.Open(ctx, host)
			if err == nil {
				err = l.Flash(ctx, program(600, 1), stm32.FlashStart, nil)
				l.Close()
			}
			if err == nil || errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("% x ends with %v", said, err)
			}
		})
	})
}

// One XOR over a block does not see two equal errors; reading back does.
func TestErrorThatTheChecksumMissesIsRepaired(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, chip.Options{})
		blocks := 0
		b.wire.There = func(p []byte) []byte {
			if len(p) < stm32.MaxBlock {
				return p
			}
			if blocks++; blocks == 3 {
				p[10] ^= 4
				p[20] ^= 4
			}
			return p
		}
		image := program(5000, 1)
		if err := b.flash(t.Context(), image, nil); err != nil {
			t.Fatal(err)
		}
		b.check(image)
	})
}

package ff68

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
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
	emulated "lobby/devices/emulator/ff68"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const page = "../../../hardware-docs/ff68.md"

// golden are frames of both sides.
func golden() map[string][]byte {
	u := &unit{address: 5, profile: Profile{Show: 2}}
	shown := func(text string) []byte { f, _ := u.shows(text); return f.bytes() }
	return map[string][]byte{
		"next":      frame{5, 1, []byte{0x0c}}.bytes(),
		"no_show":   frame{5, 1, []byte{6, 0x0f}}.bytes(),
		"transfer":  frame{5, 1, []byte{1, 2, 0x13}}.bytes(),
		"show":      shown("M045"),
		"show-dark": shown("----"),
		"beep":      frame{5, 3, nil}.bytes(),
	}
}

func TestFrames(t *testing.T) {
	for name, b := range golden() {
		f, used, found, err := next(b)
		if !found || used != len(b) || err != nil || !bytes.Equal(f.bytes(), b) {
			t.Errorf("%s: read back as %v, %d, %v, %v", name, f, used, found, err)
		}
		boardtest.Golden(t, name, b, fmt.Sprintf("address %d, command %02X, data % X", f.address, f.command, f.data))
	}
	boardtest.Page(t, page, golden())
}

// bench is a line with emulated boxes and what came of it. It lives in a bubble.
type bench struct {
	t       *testing.T
	bus     *Bus
	boxes   *emulated.Emulator
	far     devicetest.Conn // a box played by hand, where there is no emulator
	stop    func()
	mu      sync.Mutex
	signals []devices.Signal
	states  []string
	refuse  int // presses that emit refuses
}

func units(options ...string) (us []devices.Unit) {
	for i, o := range options {
		us = append(us, devices.Unit{Name: fmt.Sprintf("box-%d", i+1), Options: boardtest.Decode(o)})
	}
	return us
}

// begin runs the driver; emulate says whether boxes answer by themselves.
func begin(t *testing.T, emulate bool, options ...string) *bench {
	t.Helper()
	near, far := devicetest.Pipe()
	in, err := Open(near, units(options...))
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, bus: in.(*Bus), far: far}
	b.bus.Health(func(unit string, s devices.State, _ string) { b.states = append(b.states, unit+" "+string(s)) })
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	if emulate {
		e, err := emulated.New(units(options...))
		if err != nil {
			t.Fatal(err)
		}
		b.boxes = e.(*emulated.Emulator)
		all.Go(func() { _ = b.boxes.Serve(ctx, far) })
	}
	all.Go(func() { _ = b.bus.Run(ctx, b.emit) })
	b.stop = func() {
		cancel()
		far.Close()
		all.Wait()
		near.Close()
	}
	return b
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

func (b *bench) pressed() (keys []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.signals {
		keys = append(keys, strings.TrimSpace(string(s.Key)+" "+s.Digits))
	}
	return keys
}

func (b *bench) want(keys ...string) {
	b.t.Helper()
	if got := b.pressed(); !slices.Equal(got, keys) {
		b.t.Errorf("pressed %q, want %q", got, keys)
	}
}

func (b *bench) press(key devices.Key, digits string) {
	b.t.Helper()
	if err := b.boxes.Press("box-1", key, digits); err != nil {
		b.t.Fatal(err)
	}
	settle(time.Second)
}

func (b *bench) fault(name string, on bool) {
	b.t.Helper()
	if err := b.boxes.SetFault(name, on); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) box() emulated.UnitView { return b.boxes.View().(emulated.View).Units[0] }

func TestEveryKeyPressesOnceAndIsAcknowledged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := begin(t, true, "{address: 5}")
		defer b.stop()
		for _, key := range b.box().Keys {
			b.press(key, "")
			b.want(string(key))
			if b.box().Queued != 0 {
				t.Errorf("%s is not acknowledged", key)
			}
			b.signals = nil
		}
		b.press(devices.KeyTransfer, "12")
		b.want("transfer 12")
	})
}

func TestBadLinesPressOnceOrNever(t *testing.T) {
	for fault, want := range map[string][]string{
		"bad_sum": nil, "truncated": nil, "silent": nil,
		"duplicate": {"next"}, "lost_ack": {"next"}, "garbage": {"next"},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := begin(t, true, "{address: 5}")
			defer b.stop()
			b.fault(fault, true)
			b.press(devices.KeyNext, "")
			b.want(want...)
			b.fault(fault, false)
			settle(time.Second)
			b.press(devices.KeyRecall, "")
			b.want(append(want, "recall")...)
		})
	}
}

func TestTheSameKeyAfterAWhileIsAnotherPress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := begin(t, true, "{address: 5}")
		defer b.stop()
		b.press(devices.KeyNext, "")
		b.press(devices.KeyNext, "")
		b.want("next", "next")
		if b.signals[0].ID == b.signals[1].ID {
			t.Errorf("two presses share the ID %s", b.signals[0].ID)
		}
	})
}

func TestAPressThatNobodyTookIsNotAcknowledged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := begin(t, true, "{address: 5}")
		defer b.stop()
		b.refuse = 1
		if err := b.boxes.Press("box-1", devices.KeyNext, ""); err != nil {
			t.Fatal(err)
		}
		settle(100 * time.Millisecond)
		if b.want(); b.box().Queued != 1 {
			t.Error("a press that was refused is acknowledged")
		}
		settle(time.Second) // the box says it again
		if b.want("next"); b.box().Queued != 0 {
			t.Error("the repeated press is not acknowledged")
		}
	})
}

func TestTheBoxShowsTheTicketAndBeepsForTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := begin(t, true, "{address: 5}")
		defer b.stop()
		for _, c := range []struct {
			text, shown string
			beeps       int
		}{{"M045", "045", 0}, {"A12", "12", 0}, {"----", "", 0}, {"Err", "", 1}, {"Q1234", "234", 1}} {
			if err := b.bus.Tell(t.Context(), "box-1", c.text); err != nil {
				t.Fatal(err)
			}
			settle(time.Second)
			if v := b.box(); v.Shown != c.shown || v.Beeps != c.beeps {
				t.Errorf("%q: shows %q and beeped %d times", c.text, v.Shown, v.Beeps)
			}
		}
		b.fault("silent", true)
		if err := b.bus.Tell(t.Context(), "box-1", "M007"); err != nil {
			t.Fatal(err)
		}
		settle(time.Second)
		b.fault("silent", false)
		settle(refresh + time.Second)
		if v := b.box(); v.Shown != "007" || v.Beeps != 1 {
			t.Errorf("a box that was off shows %q and beeped %d times", v.Shown, v.Beeps)
		}
		if err := b.bus.Tell(t.Context(), "nobody", "1"); err == nil {
			t.Error("a text for no unit is taken")
		}
	})
}

func TestHealthFollowsTheLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := begin(t, true, "{address: 5}")
		b.press(devices.KeyNext, "")
		b.fault("bad_sum", true)
		b.press(devices.KeyRecall, "")
		b.fault("bad_sum", false)
		b.press(devices.KeyServed, "")
		b.stop()
		if want := []string{"box-1 up", "box-1 degraded", "box-1 up"}; !slices.Equal(b.states, want) {
			t.Errorf("states %q, want %q", b.states, want)
		}
	})
}

// An adapter that hears itself sends everything back. It must not talk to
// itself for ever.
func TestAnEchoingAdapterComesToRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := begin(t, false, "{address: 5}")
		heard := 0
		var echo sync.WaitGroup
		echo.Go(func() {
			var p [64]byte
			for {
				n, err := b.far.Read(p[:])
				if err != nil {
					return
				}
				heard += n
				if _, err := b.far.Write(p[:n]); err != nil {
					return
				}
			}
		})
		if _, err := b.far.Write(golden()["next"]); err != nil {
			t.Fatal(err)
		}
		settle(time.Minute)
		b.want("next")
		b.stop()
		echo.Wait()
		if most := answers * len(golden()["next"]); heard > most {
			t.Errorf("%d bytes were said to the echo, at most %d expected", heard, most)
		}
	})
}

// However a line cuts, loses and turns over, no key comes out that was not
// pressed, and the line recovers.
func TestNoiseNeverPresses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := begin(t, false, "{address: 5}")
		defer b.stop()
		r := rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
		for range 300 {
			f := golden()["next"]
			for range 1 + r.IntN(2) { // two bits at most: sums see every single one
				f = slices.Clone(f)
			}
			i := 5 + r.IntN(len(f)-6) // address to sum
			f[i] ^= 1 << r.IntN(8)
			if _, err := b.far.Write(f[:len(f)-r.IntN(3)]); err != nil {
				t.Fatal(err)
			}
			settle(200 * time.Millisecond)
		}
		b.want()
		if _, err := b.far.Write(golden()["next"]); err != nil {
			t.Fatal(err)
		}
		settle(time.Second)
		b.want("next")
	})
}

func TestOptionsAreChecked(t *testing.T) {
	for _, o := range [][]string{{}, {"{address: 0}"}, {"{address: 256}"}, {"{address: 1, profile: other}"}, {"{address: 1, keys: {}}"}, {"{address: 1}", "{address: 1}"}} {
		if _, err := Open(nil, units(o...)); err == nil {
			t.Errorf("%v was accepted", o)
		}
	}
	for _, name := range Profiles() {
		if _, err := Open(nil, units("{address: 1, profile: "+name+"}")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if found, _ := filepath.Glob("profiles/*.yaml"); len(found) != len(Profiles()) {
		t.Errorf("%d files, %d profiles", len(found), len(Profiles()))
	}
}

func TestAProfileIsTestedByItsExamples(t *testing.T) {
	const good = "{code: data, keys: {0x0C: next}, examples: [{sends: FF 68 03 03 68 05 01 0C 12 16, address: 5, key: next}]}"
	if _, err := parseProfile([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for _, change := range [][2]string{{"12 16", "13 16"}, {"key: next", "key: recall"}, {"address: 5", "address: 6"}, {"code: data", "code: nowhere"}, {"examples", "others"}, {"FF 68 03", "68 03"}} {
		if _, err := parseProfile([]byte(strings.Replace(good, change[0], change[1], 1))); err == nil {
			t.Errorf("accepted with %q for %q", change[1], change[0])
		}
	}
}

// FuzzNext: whatever is heard, the reader ends, never takes more than there is,
// and gives only frames that stand in the bytes with a right sum.
func FuzzNext(f *testing.F) {
	for _, b := range golden() {
		f.Add(b)
		f.Add(append([]byte{0x68, 0x03}, b...))
	}
	f.Fuzz(func(t *testing.T, heard []byte) {
		for len(heard) > 0 {
			g, used, found, _ := next(heard)
			if used < 0 || used > len(heard) || found && used == 0 {
				t.Fatalf("used %d of %d", used, len(heard))
			}
			if found && !bytes.HasSuffix(heard[:used], g.bytes()[1:]) {
				t.Fatalf("% X is not the end of % X", g.bytes(), heard[:used])
			}
			if used == 0 {
				return
			}
			heard = heard[used:]
		}
	})
}

// FuzzProfile: no file stops a hall.
func FuzzProfile(f *testing.F) {
	f.Add([]byte("{code: data, keys: {0x0C: next}, examples: [{sends: FF 68 03 03 68 05 01 0C 12 16, address: 5, key: next}]}"))
	f.Add([]byte("examples: !x 0"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if p, err := parseProfile(data); err == nil && len(p.Examples) == 0 {
			t.Error("accepted without an example")
		}
	})
}

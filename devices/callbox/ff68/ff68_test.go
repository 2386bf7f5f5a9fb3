package ff68

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"lobby/devices"
	"lobby/devices/callbox/callboxtest"
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
		devicetest.Golden(t, name, b, fmt.Sprintf("address %d, command %02X, data % X", f.address, f.command, f.data))
	}
	devicetest.Page(t, page, golden())
}

// on runs f with boxes of software; where there is one, it is box-1.
func on(t *testing.T, f func(b *callboxtest.Bench)) {
	t.Helper()
	callboxtest.On(t, Open, emulated.New, devicetest.Units("box", "{address: 5}"), f)
}

// byHand runs f with a box that the test plays.
func byHand(t *testing.T, f func(b *callboxtest.Bench)) {
	t.Helper()
	callboxtest.On(t, Open, nil, devicetest.Units("box", "{address: 5}"), f)
}

// box is the emulated box as a person sees it.
func box(b *callboxtest.Bench) emulated.UnitView { return b.Emulator.View().(emulated.View).Units[0] }

func TestEveryKeyPressesOnceAndIsAcknowledged(t *testing.T) {
	on(t, func(b *callboxtest.Bench) {
		var pressed []string
		for _, key := range box(b).Keys {
			b.Press(key, "")
			pressed = append(pressed, string(key))
			b.Want(pressed...)
			if box(b).Queued != 0 {
				t.Errorf("%s is not acknowledged", key)
			}
		}
		b.Press(devices.KeyTransfer, "12")
		b.Want(append(pressed, "transfer 12")...)
	})
}

func TestBadLinesPressOnceOrNever(t *testing.T) {
	for fault, want := range map[string][]string{
		"bad_sum": nil, "truncated": nil, "silent": nil,
		"duplicate": {"next"}, "lost_ack": {"next"}, "garbage": {"next"},
	} {
		on(t, func(b *callboxtest.Bench) {
			b.Fault(fault, true)
			b.Press(devices.KeyNext, "")
			b.Want(want...)
			b.Fault(fault, false)
			devicetest.Settle(time.Second)
			b.Press(devices.KeyRecall, "")
			b.Want(append(want, "recall")...)
		})
	}
}

func TestTheSameKeyAfterAWhileIsAnotherPress(t *testing.T) {
	on(t, func(b *callboxtest.Bench) {
		b.Press(devices.KeyNext, "")
		b.Press(devices.KeyNext, "")
		b.Want("next", "next")
		if pressed := b.Signals(); pressed[0].ID == pressed[1].ID {
			t.Errorf("two presses share the ID %s", pressed[0].ID)
		}
	})
}

func TestAPressThatNobodyTookIsNotAcknowledged(t *testing.T) {
	on(t, func(b *callboxtest.Bench) {
		b.Refuse(1)
		b.Strike(devices.KeyNext, "")
		devicetest.Settle(100 * time.Millisecond)
		if b.Want(); box(b).Queued != 1 {
			t.Error("a press that was refused is acknowledged")
		}
		devicetest.Settle(time.Second) // the box says it again
		if b.Want("next"); box(b).Queued != 0 {
			t.Error("the repeated press is not acknowledged")
		}
	})
}

func TestTheBoxShowsTheTicketAndBeepsForTrouble(t *testing.T) {
	on(t, func(b *callboxtest.Bench) {
		for _, c := range []struct {
			text, shown string
			beeps       int
		}{{"M045", "045", 0}, {"A12", "12", 0}, {"----", "", 0}, {"Err", "", 1}, {"Q1234", "234", 1}} {
			if err := b.Driver.(devices.Teller).Tell(t.Context(), "box-1", c.text); err != nil {
				t.Fatal(err)
			}
			devicetest.Settle(time.Second)
			if v := box(b); v.Shown != c.shown || v.Beeps != c.beeps {
				t.Errorf("%q: shows %q and beeped %d times", c.text, v.Shown, v.Beeps)
			}
		}
		b.Fault("silent", true)
		if err := b.Driver.(devices.Teller).Tell(t.Context(), "box-1", "M007"); err != nil {
			t.Fatal(err)
		}
		devicetest.Settle(time.Second)
		b.Fault("silent", false)
		devicetest.Settle(refresh + time.Second)
		if v := box(b); v.Shown != "007" || v.Beeps != 1 {
			t.Errorf("a box that was off shows %q and beeped %d times", v.Shown, v.Beeps)
		}
		if err := b.Driver.(devices.Teller).Tell(t.Context(), "nobody", "1"); err == nil {
			t.Error("a text for no unit is taken")
		}
	})
}

func TestHealthFollowsTheLine(t *testing.T) {
	on(t, func(b *callboxtest.Bench) {
		b.Press(devices.KeyNext, "")
		b.Fault("bad_sum", true)
		b.Press(devices.KeyRecall, "")
		b.Fault("bad_sum", false)
		b.Press(devices.KeyServed, "")
		b.WantStates("box-1 up", "box-1 degraded", "box-1 up")
	})
}

// An adapter that hears itself sends everything back. It must not talk to
// itself for ever.
func TestAnEchoingAdapterComesToRest(t *testing.T) {
	byHand(t, func(b *callboxtest.Bench) {
		var heard atomic.Int64
		b.Run(func(context.Context) error {
			var p [64]byte
			for {
				n, err := b.Far.Read(p[:])
				if err != nil {
					return err
				}
				heard.Add(int64(n))
				if _, err := b.Far.Write(p[:n]); err != nil {
					return err
				}
			}
		})
		b.Say(golden()["next"])
		devicetest.Settle(time.Minute)
		b.Want("next")
		if most := int64(answers * len(golden()["next"])); heard.Load() > most {
			t.Errorf("%d bytes were said to the echo, at most %d expected", heard.Load(), most)
		}
	})
}

// However a line cuts, loses and turns over, no key comes out that was not
// pressed, and the line recovers.
func TestNoiseNeverPresses(t *testing.T) {
	byHand(t, func(b *callboxtest.Bench) {
		r := rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
		for range 300 {
			f := golden()["next"]
			for range 1 + r.IntN(2) { // two bits at most: sums see every single one
				f = slices.Clone(f)
			}
			i := 5 + r.IntN(len(f)-6) // address to sum
			f[i] ^= 1 << r.IntN(8)
			b.Say(f[:len(f)-r.IntN(3)])
			devicetest.Settle(200 * time.Millisecond)
		}
		b.Want()
		b.Say(golden()["next"])
		devicetest.Settle(time.Second)
		b.Want("next")
	})
}

func TestOptionsAreChecked(t *testing.T) {
	for _, o := range [][]string{{}, {"{address: 0}"}, {"{address: 256}"}, {"{address: 1, profile: other}"}, {"{address: 1, keys: {}}"}, {"{address: 1}", "{address: 1}"}} {
		if _, err := Open(nil, devicetest.Units("box", o...)); err == nil {
			t.Errorf("%v was accepted", o)
		}
	}
	for _, name := range Profiles() {
		if _, err := Open(nil, devicetest.Units("box", "{address: 1, profile: "+name+"}")); err != nil {
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

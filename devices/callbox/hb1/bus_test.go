package hb1

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"lobby/devices"
	bridge "lobby/firmware-bridge"
)

func TestPressArrivesWithAllItSays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, e := startWith(t, twoBoxes, twoBoxes, 1)
		pass(time.Second)
		mustPress(t, e, "box-1", devices.KeyTransfer, "12")
		mustPress(t, e, "panel", "2", "")
		pass(time.Second)
		mustPress(t, e, "box-1", devices.KeyNext, "")
		pass(time.Second)
		got := b.seen()
		if len(got) == 3 && got[2].Digits != "" {
			t.Errorf("digits are used twice: %+v", got[2])
		}
		if len(got) != 3 {
			t.Fatalf("signals %+v", got)
		}
		got = got[:2]
		slices.SortFunc(got, func(x, y devices.Signal) int { return bytes.Compare([]byte(x.Unit), []byte(y.Unit)) })
		if s := got[0]; s.Unit != "box-1" || s.Key != devices.KeyTransfer || s.Digits != "12" || s.Ago > time.Second {
			t.Errorf("call box: %+v", s)
		}
		if s := got[1]; s.Unit != "panel" || s.Key != "2" || s.Digits != "" {
			t.Errorf("panel: %+v", s)
		}
		if queuedIn(e) != 0 {
			t.Error("a press was not acknowledged")
		}
		if want := []string{"box-1 up", "panel up"}; !slices.Equal(b.reported(), want) {
			t.Errorf("health %q, want %q", b.reported(), want)
		}
	})
}

// Every fault of the emulator, alone and together: what was pressed arrives
// in order and once.
func TestPressArrivesOnceInTrouble(t *testing.T) {
	for seed := range uint64(6) {
		synctest.Test(t, func(t *testing.T) {
			b, e := startWith(t, twoBoxes, twoBoxes, seed)
			mustFault(t, e, "noise", seed%2 == 0)
			r := rand.New(rand.NewPCG(seed, 2))
			var want []string
			for i := range 30 {
				mustFault(t, e, "lost_ack", seed >= 2 && r.IntN(3) == 0)
				digits := fmt.Sprint(100 + i)
				mustPress(t, e, "box-1", devices.KeyTransfer, digits)
				want = append(want, digits)
				pass(time.Duration(r.IntN(2000)) * time.Millisecond)
				mustFault(t, e, "lost_ack", false)
				until(t, "an empty queue", func() bool { return queuedIn(e) == 0 })
			}
			var got []string
			ids := map[string]bool{}
			for _, s := range b.seen() {
				got = append(got, s.Digits)
				ids[s.ID] = true
			}
			if !slices.Equal(got, want) || len(ids) != len(want) {
				t.Errorf("seed %d: %d different IDs\n got %q\nwant %q", seed, len(ids), got, want)
			}
		})
	}
}

func TestLostAcknowledgementsRepeatNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, e := startWith(t, oneBox, oneBox, 1)
		mustFault(t, e, "lost_ack", true)
		mustPress(t, e, "box-1", devices.KeyNext, "")
		pass(10 * time.Second)
		if n := len(b.seen()); n != 1 || queuedIn(e) != 1 {
			t.Errorf("%d signals, %d queued; want 1 and 1", n, queuedIn(e))
		}
		mustFault(t, e, "lost_ack", false)
		pass(time.Second)
		if n := len(b.seen()); n != 1 || queuedIn(e) != 0 {
			t.Errorf("%d signals, %d queued; want 1 and 0", n, queuedIn(e))
		}
	})
}

func TestRebootLosesNoTextAndDoublesNoPress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, e := startWith(t, oneBox, oneBox, 1)
		if err := b.bus.Tell(t.Context(), "box-1", "M045"); err != nil {
			t.Fatal(err)
		}
		for range 20 {
			mustPress(t, e, "box-1", devices.KeyNext, "")
			pass(time.Second)
			mustFault(t, e, "lost_ack", true)
			mustPress(t, e, "box-1", devices.KeyRecall, "")
			pass(time.Second) // it was emitted, but the board does not know
			mustFault(t, e, "reboot", true)
			mustFault(t, e, "lost_ack", false)
			until(t, "the text after a reboot", func() bool { return boxOf(e, "box-1").Shown == "M045" })
		}
		ids := map[string]bool{}
		for _, s := range b.seen() {
			ids[s.ID] = true
		}
		if n := len(b.seen()); n != 40 || len(ids) != 40 {
			t.Errorf("%d signals with %d IDs, want 40", n, len(ids))
		}
	})
}

func TestDeadUnitDoesNotSlowTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, e := startWith(t, map[string]string{"a-dead": "address: 9", "box-1": "address: 1", "z-dead": "address: 10"}, oneBox, 1)
		pass(3 * time.Second)
		for range 100 {
			pressed := time.Now()
			mustPress(t, e, "box-1", devices.KeyNext, "")
			pass(617 * time.Millisecond)
			b.mu.Lock()
			last := b.times[len(b.times)-1]
			b.mu.Unlock()
			if late := last.Sub(pressed); late < 0 || late > 250*time.Millisecond {
				t.Fatalf("a press took %v", late)
			}
		}
		if n := len(b.seen()); n != 100 {
			t.Errorf("%d signals, want 100", n)
		}
		if want := []string{"box-1 up", "a-dead down", "z-dead down"}; !slices.Equal(b.reported(), want) {
			t.Errorf("health %q, want %q", b.reported(), want)
		}
	})
}

func TestHealthFollowsTheLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, e := startWith(t, oneBox, oneBox, 1)
		pass(time.Second)
		mustFault(t, e, "silent", true)
		mustPress(t, e, "box-1", devices.KeyNext, "")
		pass(time.Minute)
		mustFault(t, e, "silent", false)
		pass(2 * probeEvery)
		if want := []string{"box-1 up", "box-1 down", "box-1 up"}; !slices.Equal(b.reported(), want) {
			t.Errorf("health %q, want %q", b.reported(), want)
		}
		if got := b.seen(); len(got) != 1 || got[0].Ago < 55*time.Second {
			t.Errorf("the press during silence arrived as %+v", got)
		}
		mustFault(t, e, "noise", true)
		until(t, "a report of the poor line", func() bool { return slices.Contains(b.reported(), "box-1 degraded") })
		mustFault(t, e, "noise", false)
		until(t, "the line to be good again", func() bool { return b.reported()[len(b.reported())-1] == "box-1 up" })
	})
}

func TestRefusedPressComesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, e := startWith(t, oneBox, oneBox, 1)
		b.setRefuse(true)
		mustPress(t, e, "box-1", devices.KeyTransfer, "7")
		pass(time.Second)
		refused := b.seen()
		if len(refused) < 2 || queuedIn(e) != 1 {
			t.Fatalf("emitted %d times, %d queued", len(refused), queuedIn(e))
		}
		b.setRefuse(false)
		pass(time.Second)
		all := b.seen()
		if len(all) != len(refused)+1 || queuedIn(e) != 0 {
			t.Fatalf("emitted %d times after %d refusals, %d queued", len(all), len(refused), queuedIn(e))
		}
		for _, s := range all {
			if s.ID != all[0].ID || s.Digits != "7" {
				t.Errorf("one press, but %+v and %+v", all[0], s)
			}
		}
	})
}

func TestDigitsWaitHalfAMinute(t *testing.T) {
	for wait, want := range map[time.Duration]string{20 * time.Second: "12", 40 * time.Second: ""} {
		synctest.Test(t, func(t *testing.T) {
			var next byte = bridge.Host
			enter := bridge.Enter{Event: 1, Digits: "12"}
			key := bridge.Key{Key: 8, Action: bridge.Press, Event: 2}
			begin := time.Now()
			b := start(t, unitsOf(oneBox), nil, board(func(s *bridge.Sender, p bridge.Packet) (bridge.Packet, bool) {
				switch {
				case p.Type != bridge.TypePoll:
					return usual(s, p)
				case next == 0:
					next++
					return s.Reliable(bridge.TypeEnter, enter.Payload()), true
				case next == 1 && time.Since(begin) > wait:
					next++
					return s.Reliable(bridge.TypeKey, key.Payload()), true
				}
				return usual(s, p)
			}))
			pass(time.Minute)
			if got := b.seen(); len(got) != 1 || got[0].Digits != want {
				t.Errorf("after %v: %+v, want digits %q", wait, got, want)
			}
		})
	}
}

func TestNewestTextWins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, e := startWith(t, twoBoxes, twoBoxes, 1)
		for _, text := range []string{"", "A015", "A015", "A016", ""} {
			if err := b.bus.Tell(t.Context(), "box-1", text); err != nil {
				t.Fatal(err)
			}
			pass(2 * roundTime)
			if shown := boxOf(e, "box-1").Shown; shown != text {
				t.Errorf("told %q, shows %q", text, shown)
			}
		}
		mustFault(t, e, "noise", true)
		for i := range 50 {
			if err := b.bus.Tell(t.Context(), "box-1", fmt.Sprintf("等候%d人", i)); err != nil {
				t.Fatal(err)
			}
			pass(70 * time.Millisecond)
		}
		until(t, "the newest text", func() bool { return boxOf(e, "box-1").Shown == "等候49人" })
		if shown := boxOf(e, "panel").Shown; shown != "" {
			t.Errorf("the panel shows %q", shown)
		}
		if err := b.bus.Tell(t.Context(), "box-9", "x"); err == nil {
			t.Error("a text for a unit that is not on the bus is taken")
		}
	})
}

func TestRunEndsWithItsContextAndItsWire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, _ := startWith(t, map[string]string{"dead": "address: 9"}, oneBox, 1)
		pass(10 * time.Millisecond) // in the middle of a wait for an answer
		asked := time.Now()
		b.stop()
		if err := <-b.ended; !errors.Is(err, context.Canceled) || time.Since(asked) > 0 {
			t.Errorf("Run ended after %v with %v", time.Since(asked), err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		b, _ := startWith(t, oneBox, oneBox, 1)
		pass(time.Second)
		b.near.Close()
		if err := <-b.ended; err == nil || errors.Is(err, context.Canceled) {
			t.Errorf("a broken wire ends Run with %v", err)
		}
	})
}

func TestOpenChecksOptions(t *testing.T) {
	if _, err := Open(nil, unitsOf(twoBoxes)); err != nil {
		t.Error(err)
	}
	for name, units := range map[string]map[string]string{
		"no units":     {},
		"no address":   {"a": "{}"},
		"host":         {"a": "address: 0"},
		"reserved":     {"a": "address: 240"},
		"twice":        {"a": "address: 7", "b": "address: 7"},
		"key 0":        {"a": "{address: 7, keys: {0: next}}"},
		"key 256":      {"a": "{address: 7, keys: {256: next}}"},
		"key to none":  {"a": `{address: 7, keys: {1: ""}}`},
		"unknown word": {"a": "{address: 7, adress: 8}"},
	} {
		if _, err := Open(nil, unitsOf(units)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	same := append(unitsOf(oneBox), unitsOf(map[string]string{"box-1": "address: 2"})...)
	if _, err := Open(nil, same); err == nil {
		t.Error("two units of one name: accepted")
	}
	b, err := Open(nil, unitsOf(oneBox))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Run(t.Context(), nil); err == nil {
		t.Error("a bus without a wire runs")
	}
}

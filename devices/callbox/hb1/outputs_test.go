package hb1

import (
	"testing"
	"testing/synctest"
	"time"

	"lobby/devices"
	bridge "lobby/firmware-bridge"
)

// A display for citizens blinks, is lit and sounds with a fresh call: once,
// though the frame is told again and though the board boots in between.
func TestFreshCallIsSeenAndHeardOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, e := startWith(t, twoBoxes, twoBoxes, 1)
		show := func(f devices.Frame) {
			t.Helper()
			if err := b.bus.Show(t.Context(), "box-1", f); err != nil {
				t.Fatal(err)
			}
			pass(4 * roundTime)
		}
		want := func(what, text string, blink, lamp bool, beeps int) {
			t.Helper()
			if u := boxOf(e, "box-1"); u.Shown != text || u.Blink != blink || u.Lamp != lamp || u.Beeps != beeps {
				t.Errorf("%s: %+v", what, u)
			}
		}
		show(devices.Frame{Window: "3"})
		want("nobody", "----", false, false, 0)
		call := devices.Frame{Window: "3", Ticket: "A015", Blink: true}
		show(call)
		want("a call", "A015", true, true, 1)
		show(call)
		want("told again", "A015", true, true, 1)
		mustFault(t, e, "reboot", true)
		pass(time.Second)
		want("after a boot", "A015", true, true, 0)
		show(devices.Frame{Window: "3", Ticket: "A015"})
		want("served", "A015", false, false, 0)
		show(devices.Frame{Window: "3", Ticket: "A016", Blink: true})
		want("the next call", "A016", true, true, 1)
		if u := boxOf(e, "panel"); u.Lamp || u.Beeps > 0 {
			t.Errorf("the panel: %+v", u)
		}
	})
}

// A board without lamp and buzzer is asked once for each and then left alone.
func TestWhatABoardLacksIsAskedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		b := start(t, unitsOf(oneBox), nil, board(func(s *bridge.Sender, p bridge.Packet) (bridge.Packet, bool) {
			d.note(p)
			if p.Type == bridge.TypeLight || p.Type == bridge.TypeBeep {
				return s.Nak(p, bridge.Unsupported), true
			}
			return usual(s, p)
		}))
		for _, ticket := range []string{"A1", "A2", "A3"} {
			if err := b.bus.Show(t.Context(), "box-1", devices.Frame{Ticket: ticket, Blink: true}); err != nil {
				t.Fatal(err)
			}
			pass(time.Second)
		}
		for typ, want := range map[bridge.Type]int{bridge.TypeShow: 3, bridge.TypeLight: 1, bridge.TypeBeep: 1} {
			if n := d.count(func(p bridge.Packet) bool { return p.Type == typ }); n != want {
				t.Errorf("%v was sent %d times, want %d", typ, n, want)
			}
		}
	})
}

// The board boots while an order is under way: its answer tells.
func TestBootInTheMiddleOfAnOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		b := start(t, unitsOf(oneBox), nil, board(func(s *bridge.Sender, p bridge.Packet) (bridge.Packet, bool) {
			d.note(p)
			if p.Type == bridge.TypeShow && s.Epoch == 0xA7 {
				s.Epoch = 0xA8
			}
			return usual(s, p)
		}))
		if err := b.bus.Show(t.Context(), "box-1", devices.Frame{Ticket: "A1", Blink: true}); err != nil {
			t.Fatal(err)
		}
		pass(time.Second)
		if n := d.count(func(p bridge.Packet) bool { return p.Type == bridge.TypeShow }); n != 2 {
			t.Errorf("shown %d times, want 2: before and after the boot", n)
		}
	})
}

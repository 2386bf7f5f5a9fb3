package pin

import (
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/gpio"

	"lobby/devices/devicetest"
)

func look(p *Pin) Unit { return p.View().(View).Units[0] }

func TestALampIsDrivenAndCannotBePressed(t *testing.T) {
	p := New("output/lamp-1", "GPIO22", gpio.Low)
	for _, l := range []gpio.Level{gpio.High, gpio.Low, gpio.Low, gpio.High} {
		if err := p.Out(l); err != nil {
			t.Fatal(err)
		}
		if u := look(p); u.On != (l == gpio.Low) || !u.Up || len(u.Keys) != 0 {
			t.Errorf("%s: %+v", l, u)
		}
	}
	if u := look(p); u.Times != 1 {
		t.Errorf("it was on %d times, want 1", u.Times)
	}
	if err := p.Press("output/lamp-1", Tap, ""); err == nil {
		t.Error("a lamp was pressed")
	}
}

func TestAButtonComesBackAndASensorStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New("paper/p1-out", "GPIO25", gpio.High)
		if err := p.Press("paper/p1-out", Tap, ""); err != nil || !look(p).On {
			t.Errorf("tapped: %v, %+v", err, look(p))
		}
		devicetest.Settle(time.Second)
		if look(p).On {
			t.Error("the finger stays")
		}
		if err := p.Press("paper/p1-out", Switch, ""); err != nil {
			t.Error(err)
		}
		devicetest.Settle(time.Second)
		if u := look(p); !u.On || u.Times != 2 {
			t.Errorf("switched: %+v", u)
		}
		if p.Press("paper/other", Tap, "") == nil || p.Press("paper/p1-out", "pull", "") == nil {
			t.Error("a press of nothing was taken")
		}
	})
}

func TestEdgesAreSeenOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New("panel/b1-1", "GPIO5", gpio.Low)
		if p.WaitForEdge(time.Second) {
			t.Error("an edge that nobody made")
		}
		if err := p.Press("panel/b1-1", Tap, ""); err != nil {
			t.Fatal(err)
		}
		for range 2 { // down and up
			if !p.WaitForEdge(time.Second) {
				t.Error("an edge is missing")
			}
		}
		if p.WaitForEdge(time.Second) {
			t.Error("a third edge")
		}
	})
}

func TestABrokenPinRefuses(t *testing.T) {
	p := New("output/lamp-1", "GPIO22", gpio.Low)
	if err := p.SetFault("broken", true); err != nil {
		t.Fatal(err)
	}
	if p.Out(gpio.Low) == nil || p.In(gpio.PullUp, gpio.NoEdge) == nil || look(p).Up || look(p).On {
		t.Errorf("a broken pin obeys: %+v", look(p))
	}
}

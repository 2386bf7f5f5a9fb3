package output_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpiotest"

	"lobby/devices/output"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// pin fails while it is told to.
type pin struct {
	gpiotest.Pin
	stuck atomic.Bool
}

func (p *pin) Out(l gpio.Level) error {
	if p.stuck.Load() {
		return errors.New("the chip is gone")
	}
	return p.Pin.Out(l)
}

// with runs f with an output on a fake pin in a bubble.
func with(t *testing.T, active gpio.Level, f func(o *output.Output, p *pin, on func() bool, told *[]error)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p := &pin{Pin: gpiotest.Pin{N: "GPIO22", L: active}}
		var told []error
		o, err := output.New(p, output.Wiring{Unit: "bell-1", Active: active, Max: 5 * time.Second}, func(err error) { told = append(told, err) })
		if err != nil {
			t.Fatal(err)
		}
		on := func() bool {
			synctest.Wait()
			return p.Read() == active
		}
		if on() {
			t.Error("on from the beginning")
		}
		f(o, p, on, &told)
		p.stuck.Store(false)
		if err := o.Close(); err != nil {
			t.Error(err)
		}
	})
}

// wait lets time pass in the bubble.
func wait(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func TestItGoesOffByItselfWhateverTheCallerWants(t *testing.T) {
	for _, active := range []gpio.Level{gpio.Low, gpio.High} {
		for wanted, lasts := range map[time.Duration]time.Duration{time.Second: time.Second, time.Hour: 5 * time.Second, 0: 5 * time.Second, -1: 5 * time.Second} {
			with(t, active, func(o *output.Output, _ *pin, on func() bool, _ *[]error) {
				if err := o.On(wanted); err != nil {
					t.Fatal(err)
				}
				wait(lasts - time.Millisecond)
				if !on() {
					t.Errorf("%s: off too early", wanted)
				}
				wait(2 * time.Millisecond)
				if on() {
					t.Errorf("%s: still on after %s", wanted, lasts)
				}
			})
		}
	}
}

func TestOnAgainLastsFromThenAndOffIsAtOnce(t *testing.T) {
	with(t, gpio.Low, func(o *output.Output, _ *pin, on func() bool, _ *[]error) {
		for range 3 {
			if err := o.On(2 * time.Second); err != nil {
				t.Fatal(err)
			}
			wait(1500 * time.Millisecond)
		}
		if !on() {
			t.Error("an earlier time ended a later one")
		}
		if err := o.Off(); err != nil || on() {
			t.Errorf("still on: %v", err)
		}
		if err := o.On(4 * time.Second); err != nil {
			t.Fatal(err)
		}
		wait(3 * time.Second)
		if !on() {
			t.Error("a time before Off ended one after it")
		}
	})
}

func TestCloseIsOffForGood(t *testing.T) {
	with(t, gpio.High, func(o *output.Output, _ *pin, on func() bool, _ *[]error) {
		if err := o.On(0); err != nil {
			t.Fatal(err)
		}
		if err := o.Close(); err != nil || on() {
			t.Errorf("on after Close: %v", err)
		}
		if err := o.On(0); !errors.Is(err, output.ErrClosed) || on() {
			t.Errorf("on after Close: %v", err)
		}
	})
}

func TestAPinThatDoesNotGoOffIsToldAndTriedAgain(t *testing.T) {
	with(t, gpio.Low, func(o *output.Output, p *pin, on func() bool, told *[]error) {
		if err := o.On(time.Second); err != nil {
			t.Fatal(err)
		}
		p.stuck.Store(true)
		wait(2 * time.Second)
		if !on() || len(*told) == 0 {
			t.Errorf("a stuck pin was told %d times", len(*told))
		}
		if err := o.Off(); err == nil {
			t.Error("a stuck pin is off")
		}
		p.stuck.Store(false)
		wait(time.Second)
		if on() {
			t.Error("still on when the pin obeys again")
		}
	})
}

func TestAnOutputNeedsAPinAndATime(t *testing.T) {
	if _, err := output.New(nil, output.Wiring{Unit: "x", Max: time.Second}, nil); err == nil {
		t.Error("no pin")
	}
	if _, err := output.New(&pin{}, output.Wiring{Unit: "x"}, nil); err == nil {
		t.Error("no time")
	}
	stuck := &pin{}
	stuck.stuck.Store(true)
	if _, err := output.New(stuck, output.Wiring{Unit: "x", Max: time.Second}, nil); err == nil {
		t.Error("a pin that does not obey")
	}
}

package button_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpiotest"

	"lobby/devices"
	"lobby/devices/button"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var wiring = button.Wiring{Unit: "kiosk-1", Key: "1", Boot: "7"}

// finger presses a button in a bubble and sees what comes of it.
type finger struct {
	pin     *gpiotest.Pin
	signals []devices.Signal
	refuse  int // how many offers are refused
	stop    context.CancelFunc
	ended   chan error
}

// start runs a button in the bubble; the test must end it.
func start(t *testing.T, w button.Wiring, pin gpio.PinIn, fake *gpiotest.Pin) *finger {
	t.Helper()
	f := &finger{pin: fake, ended: make(chan error, 1)}
	b, err := button.New(pin, w)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	f.stop = cancel
	go func() {
		f.ended <- b.Run(ctx, func(_ context.Context, s devices.Signal) error {
			if f.refuse > 0 {
				f.refuse--
				return errRefused
			}
			f.signals = append(f.signals, s)
			return nil
		})
	}()
	synctest.Wait()
	return f
}

var errRefused = errors.New("the hall is closed")

func newPin() *gpiotest.Pin {
	return &gpiotest.Pin{N: "GPIO17", Num: 17, EdgesChan: make(chan gpio.Level, 100)}
}

// set changes the level and reports the edge.
func (f *finger) set(l gpio.Level, hold time.Duration) {
	f.pin.EdgesChan <- l
	time.Sleep(hold)
}

func (f *finger) press() {
	f.set(gpio.Low, 100*time.Millisecond)
	f.set(gpio.High, 100*time.Millisecond)
}

func (f *finger) end(t *testing.T) {
	t.Helper()
	f.stop()
	if err := <-f.ended; !errors.Is(err, context.Canceled) {
		t.Errorf("Run ended with %v", err)
	}
}

func (f *finger) want(t *testing.T, n int) {
	t.Helper()
	synctest.Wait()
	if len(f.signals) != n {
		t.Errorf("%d presses were seen, want %d: %+v", len(f.signals), n, f.signals)
	}
}

func TestEveryPressIsOneSignal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pin := newPin()
		f := start(t, wiring, pin, pin)
		f.press()
		f.press()
		f.want(t, 2)
		f.end(t)
		want := devices.Signal{Unit: "kiosk-1", ID: "kiosk-1-7-1", Key: "1", Ago: 30 * time.Millisecond}
		if f.signals[0] != want {
			t.Errorf("got %+v, want %+v", f.signals[0], want)
		}
		if f.signals[1].ID != "kiosk-1-7-2" {
			t.Errorf("the second press is %q", f.signals[1].ID)
		}
		if pin.Pull() != gpio.PullUp {
			t.Errorf("the pull is %v", pin.Pull())
		}
	})
}

func TestBouncingContactIsOnePress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pin := newPin()
		f := start(t, wiring, pin, pin)
		for range 5 {
			f.set(gpio.Low, 3*time.Millisecond)
			f.set(gpio.High, 2*time.Millisecond)
		}
		f.set(gpio.Low, 200*time.Millisecond)
		for range 5 {
			f.set(gpio.High, 3*time.Millisecond)
			f.set(gpio.Low, 2*time.Millisecond)
		}
		f.set(gpio.High, 200*time.Millisecond)
		f.want(t, 1)
		f.end(t)
	})
}

func TestSpikeIsNoPress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pin := newPin()
		f := start(t, wiring, pin, pin)
		for range 3 {
			f.set(gpio.Low, 10*time.Millisecond)
			f.set(gpio.High, 300*time.Millisecond)
		}
		f.want(t, 0)
		f.end(t)
	})
}

func TestHeldButtonIsOnePress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pin := newPin()
		f := start(t, wiring, pin, pin)
		f.set(gpio.Low, time.Minute)
		f.want(t, 1)
		f.end(t)
	})
}

// stuck is a button held down from the start.
type stuck struct{ *gpiotest.Pin }

func (s stuck) In(pull gpio.Pull, edge gpio.Edge) error {
	err := s.Pin.In(pull, edge)
	s.Out(gpio.Low)
	return err
}

func TestStuckButtonIsSilentUntilLetGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pin := newPin()
		f := start(t, wiring, stuck{pin}, pin)
		time.Sleep(time.Minute)
		f.want(t, 0)
		f.set(gpio.High, 100*time.Millisecond)
		f.press()
		f.want(t, 1)
		f.end(t)
	})
}

// deaf never reports an edge and counts how often it was asked.
type deaf struct {
	*gpiotest.Pin
	asked int
}

func (d *deaf) WaitForEdge(time.Duration) bool { d.asked++; return false }

func TestPinWithoutEdgesIsPolledGently(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pin := newPin()
		d := &deaf{Pin: pin}
		f := start(t, wiring, d, pin)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if d.asked > 1100 {
			t.Errorf("the pin was asked %d times in 10 s", d.asked)
		}
		for range 2 {
			pin.Out(gpio.Low)
			time.Sleep(100 * time.Millisecond)
			pin.Out(gpio.High)
			time.Sleep(100 * time.Millisecond)
		}
		f.want(t, 2)
		f.end(t)
	})
}

// shrill reports edges that are none.
type shrill struct {
	*gpiotest.Pin
	asked int
}

func (s *shrill) WaitForEdge(time.Duration) bool { s.asked++; return true }

func TestPinThatOnlyReportsEdgesDoesNotSpin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pin := newPin()
		s := &shrill{Pin: pin}
		f := start(t, wiring, s, pin)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if s.asked > 1100 {
			t.Errorf("the pin was asked %d times in 10 s", s.asked)
		}
		f.end(t)
	})
}

func TestRefusedPressIsOfferedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pin := newPin()
		f := start(t, wiring, pin, pin)
		f.refuse = 2
		f.set(gpio.Low, 2*time.Second)
		f.want(t, 1)
		if s := f.signals[0]; s.ID != "kiosk-1-7-1" || s.Ago != 1030*time.Millisecond {
			t.Errorf("got %+v", s)
		}
		f.end(t)
	})
}

func TestPressThatNobodyTakesEndsRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pin := newPin()
		f := start(t, wiring, pin, pin)
		f.refuse = 100
		f.set(gpio.Low, 10*time.Second)
		if err := <-f.ended; !errors.Is(err, errRefused) {
			t.Errorf("Run ended with %v", err)
		}
		f.stop()
	})
}

func TestActiveHighButton(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pin := newPin()
		w := wiring
		w.Active = gpio.High
		f := start(t, w, pin, pin)
		f.set(gpio.High, 100*time.Millisecond)
		f.set(gpio.Low, 100*time.Millisecond)
		f.want(t, 1)
		if pin.Pull() != gpio.PullDown {
			t.Errorf("the pull is %v", pin.Pull())
		}
		f.end(t)
	})
}

func TestPinThatCannotBeSetUp(t *testing.T) {
	b, err := button.New(&gpiotest.Pin{N: "GPIO17"}, wiring) // no edges
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Run(t.Context(), nil); err == nil {
		t.Error("Run did not notice")
	}
}

func TestNewRefuses(t *testing.T) {
	pin := newPin()
	for name, make := range map[string]func() (*button.Button, error){
		"no pin":  func() (*button.Button, error) { return button.New(nil, wiring) },
		"no unit": func() (*button.Button, error) { return button.New(pin, button.Wiring{Key: "1", Boot: "7"}) },
		"no key":  func() (*button.Button, error) { return button.New(pin, button.Wiring{Unit: "a", Boot: "7"}) },
		"no boot": func() (*button.Button, error) { return button.New(pin, button.Wiring{Unit: "a", Key: "1"}) },
	} {
		if _, err := make(); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

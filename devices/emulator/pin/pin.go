// Package pin is what hangs on a pin of a computer's header: a lamp or bell that
// is driven, or a button or sensor that is read.
package pin

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpiotest"

	"lobby/devices"
	"lobby/devices/emulator"
)

// The keys: a finger that presses and lets go, and a switch that stays.
const (
	Tap    devices.Key = "tap"
	Switch devices.Key = "switch"
)

// tapped is how long a finger stays on a button.
const tapped = 150 * time.Millisecond

// broken is a pin that does not obey, as when another program has taken it.
const broken = "broken"

// Pin is one pin and what hangs on it.
type Pin struct {
	*gpiotest.Pin
	*emulator.Switches
	unit   string
	active gpio.Level

	mu     sync.Mutex
	driven bool // by the program: there is nothing to press
	times  int  // switched on, or pressed
}

var (
	_ gpio.PinIO        = (*Pin)(nil)
	_ emulator.Presser  = (*Pin)(nil)
	_ emulator.Troubled = (*Pin)(nil)
)

// New makes a pin at rest; active is the level at which what hangs on it is on.
func New(unit, name string, active gpio.Level) *Pin {
	return &Pin{
		Pin:      &gpiotest.Pin{N: name, L: !active, EdgesChan: make(chan gpio.Level, 16)},
		Switches: emulator.NewSwitches("pin emulator", broken),
		unit:     unit, active: active,
	}
}

// String implements conn.Resource.
func (p *Pin) String() string { return p.N }

var errBroken = errors.New("pin: it does not obey")

// Out implements gpio.PinOut.
func (p *Pin) Out(l gpio.Level) error {
	if p.On(broken) {
		return errBroken
	}
	p.mu.Lock()
	p.driven = true
	p.mu.Unlock()
	p.set(l)
	return nil
}

// In implements gpio.PinIn. What hangs on the pin is stronger than its pull.
func (p *Pin) In(gpio.Pull, gpio.Edge) error {
	if p.On(broken) {
		return errBroken
	}
	return nil
}

// WaitForEdge implements gpio.PinIn.
func (p *Pin) WaitForEdge(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-p.EdgesChan:
		return true
	case <-timer.C:
		return false
	}
}

func (p *Pin) set(l gpio.Level) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.Read() == l {
		return
	}
	if l == p.active {
		p.times++
	}
	_ = p.Pin.Out(l) // it never fails
	select {
	case p.EdgesChan <- l:
	default: // kernels lose edges as well
	}
}

// Press implements emulator.Presser.
func (p *Pin) Press(unit string, key devices.Key, _ string) error {
	p.mu.Lock()
	driven := p.driven
	p.mu.Unlock()
	switch {
	case unit != p.unit || driven:
		return fmt.Errorf("pin %s: nothing to press at %s", p.N, unit)
	case key == Switch:
		p.set(!p.Read())
	case key == Tap:
		p.set(p.active)
		time.AfterFunc(tapped, func() { p.set(!p.active) })
	default:
		return fmt.Errorf("pin %s: no key %s", p.N, key)
	}
	return nil
}

// View is what can be seen of the pin.
type View struct {
	Kind  string `json:"kind"` // always "pin"
	Units []Unit `json:"units"`
}

// Unit is what hangs on the pin.
type Unit struct {
	Name   string        `json:"name"`
	Pin    string        `json:"pin"`
	On     bool          `json:"on"`
	Up     bool          `json:"up"`
	Times  int           `json:"times"` // switched on, or pressed
	Keys   []devices.Key `json:"keys"`
	Driven bool          `json:"driven"`
}

// View implements what the page of emulated devices asks; it returns a View.
func (p *Pin) View() any {
	p.mu.Lock()
	defer p.mu.Unlock()
	u := Unit{Name: p.unit, Pin: p.N, On: p.Read() == p.active, Up: !p.On(broken), Times: p.times, Driven: p.driven, Keys: []devices.Key{}}
	if !p.driven {
		u.Keys = []devices.Key{Tap, Switch}
	}
	return View{Kind: "pin", Units: []Unit{u}}
}

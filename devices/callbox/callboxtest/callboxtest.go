// Package callboxtest is what the tests of call boxes and keypads of windows
// share: boxes on an emulated wire in a bubble of time, and what was pressed.
package callboxtest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lobby/devices"
	"lobby/devices/devicetest"
	"lobby/devices/emulator"
)

// Bench is a driver, its wire and what came of it.
type Bench struct {
	*devicetest.Bench
	Driver   devices.Input
	Emulator emulator.Emulator // nil where the test plays the boxes on Far
	Ended    <-chan error
	t        *testing.T

	mu      sync.Mutex
	refuse  int
	signals []devices.Signal
	states  []string
}

// On runs f with a driver and, where made is not nil, an emulator.
func On(t *testing.T, open devices.OpenBus[devices.Input], made emulator.New, units []devices.Unit, f func(b *Bench)) {
	t.Helper()
	devicetest.OnBench(t, func(wire *devicetest.Bench) {
		driver, err := open(wire.Near, units)
		if err != nil {
			t.Fatal(err)
		}
		b := &Bench{Bench: wire, Driver: driver, t: t}
		if d, ok := driver.(interface{ Health(devices.Report) }); ok {
			d.Health(b.report)
		}
		if made != nil {
			if b.Emulator, err = made(units); err != nil {
				t.Fatal(err)
			}
			wire.Serve(b.Emulator)
		}
		b.Ended = wire.Run(func(ctx context.Context) error { return driver.Run(ctx, b.emit) })
		f(b)
	})
}

func (b *Bench) emit(_ context.Context, s devices.Signal) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.refuse > 0 {
		b.refuse--
		return errors.New("the disk is full")
	}
	b.signals = append(b.signals, s)
	return nil
}

func (b *Bench) report(unit string, s devices.State, _ string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.states = append(b.states, unit+" "+string(s))
}

// Refuse has the next presses refused.
func (b *Bench) Refuse(presses int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refuse = presses
}

// Strike presses a key of the first emulated box.
func (b *Bench) Strike(key devices.Key, digits string) {
	b.t.Helper()
	if err := b.Emulator.(emulator.Presser).Press("box-1", key, digits); err != nil {
		b.t.Fatal(err)
	}
}

// Press is Strike and the second after it.
func (b *Bench) Press(key devices.Key, digits string) {
	b.t.Helper()
	b.Strike(key, digits)
	devicetest.Settle(time.Second)
}

// Fault switches a fault of the emulator.
func (b *Bench) Fault(name string, on bool) {
	b.t.Helper()
	if err := b.Emulator.(emulator.Troubled).SetFault(name, on); err != nil {
		b.t.Fatal(err)
	}
}

// Signals are the presses that were taken so far.
func (b *Bench) Signals() []devices.Signal {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.signals)
}

// Want compares all presses so far, each written as its key and digits.
func (b *Bench) Want(keys ...string) {
	b.t.Helper()
	var got []string
	for _, s := range b.Signals() {
		got = append(got, strings.TrimSpace(string(s.Key)+" "+s.Digits))
	}
	if !slices.Equal(got, keys) {
		b.t.Errorf("pressed %q, want %q", got, keys)
	}
}

// WantStates compares what the driver said of its boxes' health.
func (b *Bench) WantStates(states ...string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if !slices.Equal(b.states, states) {
		b.t.Errorf("states %q, want %q", b.states, states)
	}
}

// Recordings plays what was tapped of real boxes, testdata/*.tap, to the driver
// and compares every press with the recording's own lines.
func Recordings(t *testing.T, open devices.OpenBus[devices.Input], usual ...string) {
	t.Helper()
	devicetest.Recordings(t, func(t *testing.T, r devicetest.Tapped) (presses []string) {
		On(t, open, nil, r.Units("box", usual...), func(b *Bench) {
			r.Say(b.Bench)
			for _, s := range b.Signals() {
				presses = append(presses, strings.TrimSpace(s.Unit+" "+string(s.Key)+" "+s.Digits))
			}
		})
		return presses
	})
}

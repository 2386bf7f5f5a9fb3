package hb1

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"net"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/goccy/go-yaml"
	"go.uber.org/goleak"

	"lobby/devices"
	emulated "lobby/devices/emulator/hb1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// unitsOf reads units as a configuration does.
func unitsOf(options map[string]string) []devices.Unit {
	var units []devices.Unit
	for _, name := range slices.Sorted(maps.Keys(options)) {
		units = append(units, devices.Unit{Name: name, Options: func(into any) error {
			return yaml.UnmarshalWithOptions([]byte(options[name]), into, yaml.Strict())
		}})
	}
	return units
}

// bench is a bus, its wire and what came of it. It lives in a bubble.
type bench struct {
	t     *testing.T
	bus   *Bus
	near  net.Conn
	ended chan error
	stop  context.CancelFunc

	mu      sync.Mutex
	signals []devices.Signal
	times   []time.Time
	states  []string
	refuse  bool // emit returns an error
}

// start runs a bus on a wire whose other end is served by far.
func start(t *testing.T, units []devices.Unit, setup func(*bench), far func(context.Context, net.Conn)) *bench {
	t.Helper()
	near, other := net.Pipe()
	bus, err := open(near, units, 0x5C, 0x10)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	b := &bench{t: t, bus: bus, near: near, ended: make(chan error, 1), stop: stop}
	bus.zone = time.UTC
	bus.Health(b.heard)
	if setup != nil {
		setup(b)
	}
	served := make(chan struct{})
	go func() { defer close(served); far(ctx, other) }()
	go func() { b.ended <- bus.Run(ctx, b.emit) }()
	t.Cleanup(func() {
		stop()
		near.Close()
		other.Close()
		<-served
	})
	return b
}

// startWith runs a bus against emulated boards.
func startWith(t *testing.T, driven, emulatedUnits map[string]string, seed uint64) (*bench, *emulated.Emulator) {
	t.Helper()
	e := newEmulator(t, emulatedUnits, seed)
	return start(t, unitsOf(driven), nil, serving(e)), e
}

func newEmulator(t *testing.T, units map[string]string, seed uint64) *emulated.Emulator {
	t.Helper()
	e, err := emulated.NewWith(unitsOf(units), rand.NewPCG(seed, 1))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// serving makes an emulator the far end of a wire.
func serving(e *emulated.Emulator) func(context.Context, net.Conn) {
	return func(ctx context.Context, far net.Conn) { _ = e.Serve(ctx, far) }
}

func (b *bench) emit(_ context.Context, s devices.Signal) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.signals, b.times = append(b.signals, s), append(b.times, time.Now())
	if b.refuse {
		return errors.New("the disk is full")
	}
	return nil
}

func (b *bench) setRefuse(on bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refuse = on
}

func (b *bench) heard(unit string, s devices.State, why string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.states = append(b.states, unit+" "+string(s))
	if (s == devices.Up) != (why == "") {
		b.t.Errorf("%s is %s because %q", unit, s, why)
	}
}

// seen gives the signals so far.
func (b *bench) seen() []devices.Signal {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.signals)
}

func (b *bench) reported() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.states)
}

// pass lets hall time pass.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// until lets time pass until the condition holds.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 12000 {
		if ok() {
			return
		}
		pass(10 * time.Millisecond)
	}
	t.Fatalf("waited two minutes for: %s", what)
}

func mustPress(t *testing.T, e *emulated.Emulator, unit string, key devices.Key, digits string) {
	t.Helper()
	if err := e.Press(unit, key, digits); err != nil {
		t.Fatal(err)
	}
}

func mustFault(t *testing.T, e *emulated.Emulator, name string, on bool) {
	t.Helper()
	if err := e.SetFault(name, on); err != nil {
		t.Fatal(err)
	}
}

func boxOf(e *emulated.Emulator, name string) emulated.UnitView {
	for _, u := range e.View().(emulated.View).Units {
		if u.Name == name {
			return u
		}
	}
	return emulated.UnitView{}
}

func queuedIn(e *emulated.Emulator) int {
	n := 0
	for _, u := range e.View().(emulated.View).Units {
		n += u.Queued
	}
	return n
}

var (
	oneBox   = map[string]string{"box-1": "address: 1"}
	twoBoxes = map[string]string{"box-1": "address: 1", "panel": `{address: 17, keys: {1: "1", 2: "2"}}`}
)

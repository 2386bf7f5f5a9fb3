// Package scannertest is what the tests of scanners share: a scanner on an
// emulated wire in a bubble of time.
package scannertest

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lobby/devices"
	"lobby/devices/devicetest"
	"lobby/devices/emulator"
)

// Bench is a scanner, its wire and what it read.
type Bench struct {
	*devicetest.Bench
	Emulator emulator.Emulator // nil where the test plays the scanner on Far
	Ended    <-chan error
	t        *testing.T
	mu       sync.Mutex
	scans    []devices.Scan
}

// On runs f with a driver and, where made is not nil, an emulator.
func On(t *testing.T, open devices.Open[devices.Scanner], made emulator.New, options devices.Decode, f func(b *Bench)) {
	t.Helper()
	devicetest.OnBench(t, func(wire *devicetest.Bench) {
		driver, err := open(wire.Near, options)
		if err != nil {
			t.Fatal(err)
		}
		b := &Bench{Bench: wire, t: t}
		if made != nil {
			if b.Emulator, err = made([]devices.Unit{{Name: "k1", Options: options}}); err != nil {
				t.Fatal(err)
			}
			wire.Serve(b.Emulator)
		}
		b.Ended = wire.Run(func(ctx context.Context) error { return driver.Run(ctx, b.emit) })
		f(b)
	})
}

func (b *Bench) emit(_ context.Context, s devices.Scan) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.scans = append(b.scans, s)
}

// Hold holds a code before the emulated scanner for a second.
func (b *Bench) Hold(text string) {
	b.t.Helper()
	if err := b.Emulator.(emulator.Presser).Press("k1", "scan", text); err != nil {
		b.t.Fatal(err)
	}
	devicetest.Settle(time.Second)
}

// Fault switches a fault of the emulator.
func (b *Bench) Fault(name string, on bool) {
	b.t.Helper()
	if err := b.Emulator.(emulator.Troubled).SetFault(name, on); err != nil {
		b.t.Fatal(err)
	}
}

// Want compares what was read since the last time.
func (b *Bench) Want(want ...devices.Scan) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if !slices.Equal(b.scans, want) {
		b.t.Errorf("read %+v, want %+v", b.scans, want)
	}
	b.scans = nil
}

// Recordings plays what was tapped of real scanners, testdata/*.tap, to the
// driver and compares every code with the recording's own lines.
func Recordings(t *testing.T, open devices.Open[devices.Scanner]) {
	t.Helper()
	devicetest.Recordings(t, func(t *testing.T, r devicetest.Tapped) (codes []string) {
		On(t, open, nil, r.Units("k", "{}")[0].Options, func(b *Bench) {
			r.Say(b.Bench)
			b.mu.Lock()
			defer b.mu.Unlock()
			for _, s := range b.scans {
				codes = append(codes, strings.TrimSpace(s.Text+" "+string(s.Trouble)))
			}
		})
		return codes
	})
}

// Package scannertest is what the tests of scanners share: a scanner on an
// emulated wire in a bubble of time.
package scannertest

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lobby/devices"
	"lobby/devices/devicetest"
	"lobby/devices/emulator"
)

// Bench is a scanner, its wire and what it read.
type Bench struct {
	Emulator emulator.Emulator // nil where the test plays the scanner on Far
	Far      devicetest.Conn
	Ended    chan error
	t        *testing.T
	mu       sync.Mutex
	scans    []devices.Scan
}

// On runs f with a driver and, where made is not nil, an emulator.
func On(t *testing.T, open devices.Open[devices.Scanner], made emulator.New, options devices.Decode, f func(b *Bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		near, far := devicetest.Pipe()
		driver, err := open(near, options)
		if err != nil {
			t.Fatal(err)
		}
		b := &Bench{Far: far, Ended: make(chan error, 1), t: t}
		ctx, stop := context.WithCancel(context.Background())
		var all sync.WaitGroup
		if made != nil {
			if b.Emulator, err = made([]devices.Unit{{Name: "k1", Options: options}}); err != nil {
				t.Fatal(err)
			}
			all.Go(func() { _ = b.Emulator.Serve(ctx, far) })
		}
		all.Go(func() { b.Ended <- driver.Run(ctx, b.emit) })
		f(b)
		stop()
		far.Close()
		all.Wait()
		near.Close()
	})
}

func (b *Bench) emit(_ context.Context, s devices.Scan) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.scans = append(b.scans, s)
}

// Settle lets a second pass in the bubble.
func (b *Bench) Settle() {
	<-time.After(time.Second)
	synctest.Wait()
}

// Hold holds a code before the emulated scanner.
func (b *Bench) Hold(text string) {
	b.t.Helper()
	if err := b.Emulator.(emulator.Presser).Press("k1", "scan", text); err != nil {
		b.t.Fatal(err)
	}
	b.Settle()
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

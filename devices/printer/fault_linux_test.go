package printer

import (
	"context"
	"encoding/json"
	"log/slog"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"lobby/devices"
	"lobby/devices/emulator/engine"
	"lobby/devices/emulator/line"
	"lobby/devices/wire"
)

// Printers are pulled out and plugged in two hundred times: each time the next
// slip comes out within five seconds, and nothing is left behind.
func TestFaultF01_PulledIdleTwoHundredTimes(t *testing.T) {
	// The collector must not close what was forgotten.
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	// Without questions, which a printer may take half a second for.
	quick := func(into any) error { return json.Unmarshal([]byte(`{"confirm":"none"}`), into) }
	e, err := emulators["escpos"]([]devices.Unit{{Name: "front", Options: quick}})
	if err != nil {
		t.Fatal(err)
	}
	l, err := line.Open(t.Context(), e, line.Options{Name: "front"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	cycles := 200
	if testing.Short() {
		cycles = 20
	}
	done := make(chan error)
	printed := make(chan bool)
	ctx, cancel := context.WithCancel(t.Context())
	k := wire.Keeper{
		Open: l.Opener(), Log: slog.New(slog.DiscardHandler),
		Pauses: wire.Pauses{First: time.Millisecond, Max: 20 * time.Millisecond},
		Use: func(ctx context.Context, w devices.Wire) error {
			p, err := Catalog["escpos"](w, quick)
			if err != nil {
				return err
			}
			outcome, err := p.Print(ctx, devices.Slip{ID: "x", Blocks: []devices.Block{{Text: "M045"}}})
			if outcome != devices.Unconfirmed {
				return err
			}
			printed <- true
			_, err = w.Read(make([]byte, 1)) // until the plug is pulled
			return err
		},
	}
	go func() { done <- k.Run(ctx) }()
	var files, routines int
	for n := range cycles + 1 {
		select {
		case <-printed:
		case <-time.After(30 * time.Second): // of a busy machine; 5 s are promised
			t.Fatalf("cycle %d: no slip was sent", n)
		}
		for deadline := time.Now().Add(30 * time.Second); e.View().(engine.View).Printed <= n; {
			if time.Now().After(deadline) {
				t.Fatalf("cycle %d: no slip came out", n)
			}
			runtime.Gosched()
		}
		if n == 1 {
			files, routines = descriptors(t), runtime.NumGoroutine()
		}
		for _, on := range []bool{true, false} {
			if err := l.SetFault("unplugged", on); err != nil {
				t.Fatal(err)
			}
		}
	}
	<-printed
	if f, r := descriptors(t), runtime.NumGoroutine(); f > files+2 || r > routines+2 {
		t.Errorf("%d descriptors and %d goroutines after %d cycles, %d and %d before", f, r, cycles, files, routines)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

package printer

import (
	"context"
	"errors"
	"os"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"lobby/devices"
	"lobby/devices/printer/printertest"
	"lobby/devices/wire"
)

// eachModel runs a test with every printer of the catalogue, in a bubble.
func eachModel(t *testing.T, f func(t *testing.T, d *printertest.Desk)) {
	for name, open := range Catalog {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := printertest.NewDesk(t, printertest.Model{Open: open, New: emulators[name], Options: func(any) error { return nil }})
				defer d.Close()
				if outcome, _, err := d.Print("M001"); outcome != devices.Printed {
					t.Fatalf("in health: %s, %v", outcome, err)
				}
				f(t, d)
			})
		})
	}
}

// begin switches a fault on when so many bytes of the next slip were sent, and
// says whether that came to pass.
func begin(d *printertest.Desk, after int, fault string) (happened func() bool) {
	sent, done := 0, false
	d.Wire.Tap = func(b []byte) {
		if sent += len(b); sent > after && !done {
			done = true
			d.Fault(fault, true)
		}
	}
	return func() bool { return done }
}

// long is a slip that takes a while.
func long() devices.Slip {
	s := printertest.Ticket("M045")
	s.Blocks = append(s.Blocks, devices.Block{Image: printertest.Checkers(560, 400)})
	return s
}

func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// The paper ends in the middle: the writer is free within three seconds, and
// nobody calls the slip printed.
func TestFaultF03_PaperEndsInTheMiddle(t *testing.T) {
	eachModel(t, func(t *testing.T, d *printertest.Desk) {
		happened := begin(d, 400, "paper_out")
		start := time.Now()
		outcome, err := d.Driver.Print(context.Background(), long())
		if !happened() || outcome != devices.Unconfirmed || err == nil || time.Since(start) > 3*time.Second {
			t.Errorf("happened %v, %s after %v, %v", happened(), outcome, time.Since(start), err)
		}
	})
}

// A printer that says it is well and never that a slip is done, and one whose
// blade jams: unknown within ten seconds.
func TestFaultF04_SaysWellAndPrintsNothing(t *testing.T) {
	for _, fault := range []string{"no_echo", "cutter_jam"} {
		eachModel(t, func(t *testing.T, d *printertest.Desk) {
			happened := begin(d, 400, fault)
			start := time.Now()
			outcome, err := d.Driver.Print(context.Background(), long())
			if !happened() || outcome != devices.Unconfirmed || err == nil || time.Since(start) > 10*time.Second {
				t.Errorf("%s: happened %v, %s after %v, %v", fault, happened(), outcome, time.Since(start), err)
			}
		})
	}
}

// A printer that talks without end is not believed, and does not fill the
// memory: three calls into a megabyte a second leave less than that behind.
func TestFaultF05_EndlessGarbage(t *testing.T) {
	eachModel(t, func(t *testing.T, d *printertest.Desk) {
		d.Fault("garbage", true)
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		for range 3 {
			outcome, took, err := d.Print("M045")
			if outcome == devices.Printed || err == nil || took > 10*time.Second {
				t.Errorf("%s after %v, %v", outcome, took, err)
			}
			paper, err := d.Driver.(devices.PaperSensor).Paper(context.Background())
			if err == nil {
				t.Errorf("it is believed about its paper: %+v", paper)
			}
		}
		d.Fault("garbage", false)
		runtime.GC()
		runtime.ReadMemStats(&after)
		if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 1<<20 {
			t.Errorf("%d bytes more", grown)
		}
	})
}

// The cable is in and the printer is dead: it takes bytes and says nothing.
func TestFaultF06_TakesEverythingSaysNothing(t *testing.T) {
	eachModel(t, func(t *testing.T, d *printertest.Desk) {
		d.Fault("silent", true)
		outcome, took, err := d.Print("M045")
		if outcome != devices.Failed || err == nil || took > 10*time.Second {
			t.Errorf("%s after %v, %v", outcome, took, err)
		}
	})
}

// A hub is reset: forty printers are gone at once, and all are back.
func TestFaultF16_HubReset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		gone := make(chan struct{})
		back := make(chan time.Duration, 100)
		down := time.Now()
		done := make(chan error, 40)
		for range 40 {
			first := true
			k := wire.Keeper{
				Open: func(context.Context) (wire.Conn, error) {
					if !first && time.Since(down) < time.Second {
						return nil, errors.New("no such device")
					}
					return wire.Wrap("hub", nothing{}), nil
				},
				Use: func(ctx context.Context, _ devices.Wire) error {
					if first {
						first = false
						<-gone
						return devices.ErrGone
					}
					back <- time.Since(down)
					<-ctx.Done()
					return nil
				},
				Pauses: wire.URL{Scheme: wire.Serial}.Pauses(),
			}
			go func() { done <- k.Run(ctx) }()
		}
		synctest.Wait()
		down = time.Now()
		close(gone)
		times := map[time.Duration]bool{}
		for range 40 {
			d := <-back
			times[d] = true
			if d > 10*time.Second {
				t.Errorf("back after %v", d)
			}
		}
		if len(times) < 20 {
			t.Errorf("forty came back at only %d different times", len(times))
		}
		cancel()
		for range 40 {
			<-done
		}
	})
}

// nothing is a stream at which nothing happens.
type nothing struct{}

func (nothing) Read([]byte) (int, error)         { return 0, os.ErrDeadlineExceeded }
func (nothing) Write(p []byte) (int, error)      { return len(p), nil }
func (nothing) Close() error                     { return nil }
func (nothing) SetReadDeadline(time.Time) error  { return nil }
func (nothing) SetWriteDeadline(time.Time) error { return nil }

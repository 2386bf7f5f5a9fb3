package printertest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"lobby/devices"
)

// longest is how long a call may take whatever happens.
const longest = 10 * time.Second

// Run holds a model to the contract.
func Run(t *testing.T, m Model) {
	t.Run("GoodSlipIsPrinted", func(t *testing.T) { goodSlip(t, m) })
	t.Run("TroubleBeforeSendsNothing", func(t *testing.T) { troubleBefore(t, m) })
	t.Run("TroubleInTheMiddleIsUnconfirmed", func(t *testing.T) { troubleInTheMiddle(t, m) })
	t.Run("CableCutAnywhere", func(t *testing.T) { cutAnywhere(t, m) })
	t.Run("CancelledContextEndsTheCall", func(t *testing.T) { cancelled(t, m) })
}

func goodSlip(t *testing.T, m Model) {
	synctest.Test(t, func(t *testing.T) {
		d := NewDesk(t, m)
		defer d.Close()
		for n := range 40 {
			if outcome, took, err := d.Print("M045"); outcome != devices.Printed || err != nil || took > longest {
				t.Fatalf("slip %d: %s after %v, %v", n, outcome, took, err)
			}
		}
		if v := d.View(); v.Printed != 40 || len(v.Hanging) != 0 || !whole(v.Slips[0].Lines) {
			t.Errorf("printed %d, hanging %q, first %q", v.Printed, v.Hanging, v.Slips[0].Lines)
		}
	})
}

// whole says whether a slip has its beginning and its end.
func whole(lines []string) bool {
	return slices.Contains(lines, "政务服务大厅") && slices.Contains(lines, "当日有效")
}

func troubleBefore(t *testing.T, m Model) {
	for _, fault := range []string{"paper_out", "cover_open", "silent", "stalled", "garbage"} {
		synctest.Test(t, func(t *testing.T) {
			d := NewDesk(t, m)
			defer d.Close()
			if outcome, _, err := d.Print("M044"); outcome != devices.Printed {
				t.Fatalf("before %s: %s, %v", fault, outcome, err)
			}
			d.Fault(fault, true)
			outcome, took, err := d.Print("M045")
			if outcome != devices.Failed || err == nil || took > longest {
				t.Errorf("%s: %s after %v, %v", fault, outcome, took, err)
			}
			d.Fault(fault, false)
			if v := d.View(); v.Printed != 1 {
				t.Errorf("%s: %d slips", fault, v.Printed)
			}
		})
	}
}

func troubleInTheMiddle(t *testing.T, m Model) {
	for _, fault := range []string{"paper_out", "cover_open", "cutter_jam", "stalled", "busy", "garbage", "silent", "no_echo"} {
		synctest.Test(t, func(t *testing.T) {
			d := NewDesk(t, m)
			defer d.Close()
			if outcome, _, err := d.Print("M044"); outcome != devices.Printed {
				t.Fatalf("before %s: %s, %v", fault, outcome, err)
			}
			sent := 0
			d.Wire.Tap = func(b []byte) {
				if sent += len(b); sent > 300 {
					d.Fault(fault, true)
				}
			}
			long := Ticket("M045")
			long.Blocks = append(long.Blocks, devices.Block{Image: Checkers(560, 400)})
			start := time.Now()
			outcome, err := d.Driver.Print(context.Background(), long)
			if outcome != devices.Unconfirmed || err == nil || time.Since(start) > longest {
				t.Errorf("%s: %s after %v, %v", fault, outcome, time.Since(start), err)
			}
			d.Wire.Tap = nil
			d.Fault(fault, false)
			afterwards(t, d, fault)
		})
	}
}

// afterwards the next slip is whole, on the same wire or on a new one.
func afterwards(t *testing.T, d *Desk, fault string) {
	t.Helper()
	for range 3 {
		outcome, _, err := d.Print("M046")
		if outcome == devices.Printed {
			v := d.View()
			if !whole(v.Slips[len(v.Slips)-1].Lines) {
				t.Errorf("after %s the next slip is %q", fault, v.Slips[len(v.Slips)-1].Lines)
			}
			return
		}
		if errors.Is(err, devices.ErrGone) {
			d.Plug()
		}
	}
	t.Errorf("after %s no slip comes out any more", fault)
}

// cutAnywhere pulls the cable after every k-th byte.
func cutAnywhere(t *testing.T, m Model) {
	total := conversation(t, m)
	step := max(1, total/40)
	if testing.Short() {
		step = max(1, total/25)
	}
	for k := 0; k < total; k += step {
		synctest.Test(t, func(t *testing.T) { cutAt(t, m, k) })
	}
}

// conversation is how many bytes the driver sends for one slip on a new wire.
func conversation(t *testing.T, m Model) int {
	total := 0
	synctest.Test(t, func(t *testing.T) {
		d := NewDesk(t, m)
		defer d.Close()
		d.Wire.Tap = func(b []byte) { total += len(b) }
		if outcome, _, err := d.Print("M045"); outcome != devices.Printed {
			t.Fatalf("%s, %v", outcome, err)
		}
	})
	return total
}

func cutAt(t *testing.T, m Model, k int) {
	d := NewDesk(t, m)
	defer d.Close()
	d.Wire.Left.Store(int64(k))
	outcome, took, err := d.Print("M045")
	v := d.View()
	out := v.Printed > 0 || len(v.Hanging) > 0
	switch {
	case outcome == devices.Printed && v.Printed == 0:
		t.Errorf("cut after %d bytes: called printed", k)
	case outcome == devices.Failed && out:
		t.Errorf("cut after %d bytes: called failed, on paper %q", k, v.Hanging)
	case outcome != devices.Printed && !errors.Is(err, devices.ErrGone):
		t.Errorf("cut after %d bytes: %s, %v", k, outcome, err)
	case took > longest:
		t.Errorf("cut after %d bytes: took %v", k, took)
	}
	d.Plug()
	if outcome, _, err := d.Print("M046"); outcome != devices.Printed {
		t.Errorf("after a cut at %d: %s, %v", k, outcome, err)
	}
	if v := d.View(); len(v.Slips) == 0 || len(v.Slips) > 2 || !whole(v.Slips[len(v.Slips)-1].Lines) {
		t.Errorf("after a cut at %d: %+v", k, v)
	}
}

func cancelled(t *testing.T, m Model) {
	synctest.Test(t, func(t *testing.T) {
		d := NewDesk(t, m)
		defer d.Close()
		d.Fault("stalled", true)
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer cancel()
		start := time.Now()
		if _, err := d.Driver.Print(ctx, Ticket("M045")); err == nil || time.Since(start) > time.Second {
			t.Errorf("ended after %v with %v", time.Since(start), err)
		}
	})
}

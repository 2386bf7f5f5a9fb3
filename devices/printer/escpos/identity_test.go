package escpos

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"lobby/devices"
)

// A printer that says what it is, is driven as what it is, whatever the
// configuration calls it.
func TestPrinterIsDrivenAsWhatItSaysItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, `{"profile":"epson-t88"}`)
		defer d.close()
		d.plug(`{"profile":"old80"}`)
		s := devices.Slip{ID: "rare", Blocks: []devices.Block{{Text: "㐀𠀀"}}}
		outcome, err := d.driver.Print(context.Background(), s)
		if outcome != devices.Printed || err != nil {
			t.Fatalf("%s, %v", outcome, err)
		}
		if got := strings.Join(d.view().Slips[0].Lines, ""); got != "㐀𠀀" {
			t.Errorf("on paper %q", got)
		}
		if how := d.driver.confirmation(); how != ByID {
			t.Errorf("confirmed by %s", how)
		}
	})
}

// Process ids go to no printer that did not say that it knows them.
func TestUnknownPrinterGetsNoIDs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, `{}`)
		defer d.close()
		d.plug(`{"profile":"epson-t88"}`)
		if outcome, _, err := d.print("M045"); outcome != devices.Printed || err != nil {
			t.Fatalf("%s, %v", outcome, err)
		}
		if how := d.driver.confirmation(); how != ByEcho {
			t.Errorf("confirmed by %s", how)
		}
	})
}

// Two printers whose plugs were exchanged print nothing, and say why.
func TestFaultF07_SwappedPrintersAreNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := `{"profile":"epson-t88","serial":"J4XF001"}`
		d := newDesk(t, o)
		defer d.close()
		if outcome, _, err := d.print("M044"); outcome != devices.Printed || err != nil {
			t.Fatalf("the right printer: %s, %v", outcome, err)
		}
		d.fault("swapped", true)
		d.plug(o)
		outcome, _, err := d.print("M045")
		if outcome != devices.Failed || !errors.Is(err, devices.ErrSwapped) {
			t.Errorf("the wrong printer: %s, %v", outcome, err)
		}
		if _, err := d.driver.Paper(context.Background()); !errors.Is(err, devices.ErrSwapped) {
			t.Errorf("asked for paper: %v", err)
		}
		if v := d.view(); v.Printed != 1 {
			t.Errorf("%d slips", v.Printed)
		}
	})
}

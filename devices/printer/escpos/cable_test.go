package escpos

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lobby/devices"
)

// The cable is pulled after every k-th byte: never Printed unless the printer
// said so, never Failed once a byte of the slip was sent, never two slips.
func TestFaultF02_CableCutAnywhere(t *testing.T) {
	slip, _ := Encode(Profiles()[DefaultProfile], ticket("M045"))
	// The questions, the recovery, the slip, and the request to confirm it.
	start := maxHeader + 12 + maxBand + 2 + 3 + 6
	total := start + len(slip) + 3
	header := start + bytes.Index(slip, []byte{gs, 'v', '0'})
	step := 5
	if testing.Short() {
		step = 97
	}
	for k := 0; k <= total; k += cutStep(k, header, step) {
		synctest.Test(t, func(t *testing.T) {
			d := newDesk(t, `{}`)
			defer d.close()
			d.cable.Left.Store(int64(k))
			var wire []byte
			d.cable.Tap = func(b []byte) { wire = append(wire, b...) }
			outcome, took, err := d.print("M045")
			began := strings.Contains(string(wire), "\x1b@\x1c&")
			switch {
			case outcome == devices.Printed:
				t.Errorf("cut after %d bytes: printed", k)
			case began && outcome == devices.Failed:
				t.Errorf("cut after %d bytes: failed, but the slip had begun", k)
			case !errors.Is(err, devices.ErrGone):
				t.Errorf("cut after %d bytes: %v", k, err)
			case took > 10*time.Second:
				t.Errorf("cut after %d bytes: took %v", k, took)
			}
			// Plugged in again, the next slip is whole: whatever was begun does
			// not eat it.
			d.plug(`{}`)
			if outcome, _, err := d.print("M046"); outcome != devices.Printed {
				t.Errorf("after a cut at %d: %s, %v", k, outcome, err)
			}
			if v := d.view(); len(v.Slips) == 0 || len(v.Slips) > 2 || !whole(v.Slips[len(v.Slips)-1].Lines) {
				t.Errorf("after a cut at %d: %+v", k, v)
			}
		})
		if t.Failed() {
			return
		}
	}
}

// cutStep goes fast through the zeros of the recovery, slowly through the slip,
// and byte by byte through the header of a picture, which is the worst place.
func cutStep(k, header, step int) int {
	switch {
	case k > 40 && k < maxBand-600:
		return 500
	case k > header-step && k < header+10:
		return 1
	}
	return step
}

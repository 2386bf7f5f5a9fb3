package star

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"

	"lobby/devices"
	emulated "lobby/devices/emulator/star"
	"lobby/devices/printer/printertest"
)

func model(text string) printertest.Model {
	return printertest.Model{Open: Open, New: emulated.New, Options: func(into any) error {
		d := json.NewDecoder(strings.NewReader(text))
		d.DisallowUnknownFields()
		return d.Decode(into)
	}}
}

// A printer that was switched off in the middle begins to count at zero, which
// proves nothing.
func TestRestartedPrinterProvesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := printertest.NewDesk(t, model(`{}`))
		defer d.Close()
		for range 2 { // so that the counter is far from zero
			if outcome, _, err := d.Print("M044"); outcome != devices.Printed {
				t.Fatalf("%s, %v", outcome, err)
			}
		}
		sent := 0
		d.Wire.Tap = func(b []byte) {
			if sent += len(b); sent > 200 && sent-len(b) <= 200 {
				d.Fault("restart", true)
			}
		}
		long := printertest.Ticket("M045")
		long.Blocks = append(long.Blocks, devices.Block{Image: printertest.Checkers(560, 400)})
		if outcome, err := d.Driver.Print(context.Background(), long); outcome != devices.Unconfirmed {
			t.Errorf("%s, %v", outcome, err)
		}
		d.Wire.Tap = nil
		if outcome, _, err := d.Print("M046"); outcome != devices.Printed {
			t.Errorf("the next: %s, %v", outcome, err)
		}
	})
}

// An ETB of an old slip that is counted late does not prove the new one.
func TestLateCountProvesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := printertest.NewDesk(t, model(`{}`))
		defer d.Close()
		if outcome, _, err := d.Print("M043"); outcome != devices.Printed {
			t.Fatalf("%s, %v", outcome, err)
		}
		d.Fault("busy", true) // everything waits in the buffer
		short := devices.Slip{ID: "M044", Blocks: []devices.Block{{Text: "M044"}}}
		if outcome, err := d.Driver.Print(context.Background(), short); outcome == devices.Printed {
			t.Fatalf("%s, %v", outcome, err)
		}
		d.Fault("busy", false) // and comes out now
		d.Wire.Tap = func(b []byte) {
			if strings.Contains(string(b), "M045") {
				d.Fault("no_echo", true)
			}
		}
		next := devices.Slip{ID: "M045", Blocks: []devices.Block{{Text: "M045"}, {Image: printertest.Checkers(560, 100)}}}
		if outcome, err := d.Driver.Print(context.Background(), next); outcome != devices.Unconfirmed {
			t.Errorf("%s, %v", outcome, err)
		}
	})
}

func TestPaperTellsTheState(t *testing.T) {
	for fault, want := range map[string]devices.Paper{
		"":               {},
		"paper_near_end": {NearEnd: true},
		"paper_out":      {NearEnd: true, Out: true},
		"cover_open":     {Cover: true},
	} {
		synctest.Test(t, func(t *testing.T) {
			d := printertest.NewDesk(t, model(`{}`))
			defer d.Close()
			if fault != "" {
				d.Fault(fault, true)
			}
			got, err := d.Driver.(devices.PaperSensor).Paper(context.Background())
			if got != want || err != nil {
				t.Errorf("%s: %+v, %v", fault, got, err)
			}
		})
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for _, o := range []string{`{"profile":"other"}`, `{"font":"/nowhere.ttc"}`, `{"confirm":"ids"}`} {
		if _, err := Open(nil, model(o).Options); err == nil {
			t.Errorf("%s was accepted", o)
		}
	}
}

// Statuses are found between the answers that bytes of a picture provoke.
func TestStatusesAreFoundInNoise(t *testing.T) {
	var s splitter
	var got []status
	stopped := false
	feed := func(text string) int {
		return s.feed([]byte(text), func(st status) { got = append(got, st) }, func(stop bool) { stopped = stop })
	}
	other := feed("\x00\x10\x23\x06\x00\x00\x13\x00\x0c\x00\x4a\x00\x18\x23\x06")
	other += feed("\x28\x00\x00\x00\x00\x00\x00")
	want := []status{
		{paper: devices.Paper{NearEnd: true, Out: true}, etb: 21},
		{paper: devices.Paper{Cover: true}, offline: true},
	}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] || other != 3 || !stopped {
		t.Errorf("%+v, %d other bytes, stopped %v", got, other, stopped)
	}
}

// The length is in header 1 alone: nine bytes are usual, newer models say more.
func TestLengthStandsInTheFirstHeader(t *testing.T) {
	for header, want := range map[byte]int{0x23: 9, 0x2f: 15, 0x41: 16, 0x4f: 23, 0x0d: 6} {
		if n, ok := statusLength([]byte{header, 0x46}); n != want || !ok {
			t.Errorf("%02X: %d, %v, want %d", header, n, ok, want)
		}
	}
}

// FuzzSplitter: it holds little, and never reads a status that is none.
func FuzzSplitter(f *testing.F) {
	f.Add([]byte("\x23\x06\x00\x00\x00\x0c\x00\x4a\x00"))
	f.Add([]byte{0x2f, 0x46, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		var s splitter
		n, whole, flow := 0, 0, 0
		for _, c := range b {
			n += s.feed([]byte{c}, func(status) { whole++ }, func(bool) { flow++ })
			if len(s.held) > 32 {
				t.Fatalf("holds %d bytes", len(s.held))
			}
		}
		if n+flow+whole*shortest > len(b) {
			t.Fatalf("%d other, %d flow, %d statuses of %d bytes", n, flow, whole, len(b))
		}
	})
}

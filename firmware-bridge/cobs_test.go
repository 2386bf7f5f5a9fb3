package bridge_test

import (
	"bytes"
	"testing"

	bridge "lobby/firmware-bridge"
)

// run gives the bytes from first to last.
func run(first, last int) []byte {
	var b []byte
	for v := first; v <= last; v++ {
		b = append(b, byte(v))
	}
	return b
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// The examples that are printed wherever COBS is explained, first in the
// paper of Cheshire and Baker.
func TestCOBSPublishedExamples(t *testing.T) {
	for _, c := range []struct{ plain, stuffed []byte }{
		{nil, []byte{1}},
		{[]byte{0}, []byte{1, 1}},
		{[]byte{0, 0}, []byte{1, 1, 1}},
		{[]byte{0, 0x11, 0}, []byte{1, 2, 0x11, 1}},
		{[]byte{0x11, 0x22, 0, 0x33}, []byte{3, 0x11, 0x22, 2, 0x33}},
		{[]byte{0x11, 0x22, 0x33, 0x44}, []byte{5, 0x11, 0x22, 0x33, 0x44}},
		{[]byte{0x11, 0, 0, 0}, []byte{2, 0x11, 1, 1, 1}},
		{run(1, 0xFE), join([]byte{0xFF}, run(1, 0xFE))},
		{run(0, 0xFE), join([]byte{1, 0xFF}, run(1, 0xFE))},
		{run(1, 0xFF), join([]byte{0xFF}, run(1, 0xFE), []byte{2, 0xFF})},
		{join(run(2, 0xFF), []byte{0}), join([]byte{0xFF}, run(2, 0xFF), []byte{1, 1})},
		{join(run(3, 0xFF), []byte{0, 1}), join([]byte{0xFE}, run(3, 0xFF), []byte{2, 1})},
	} {
		if got := bridge.AppendCOBS(nil, c.plain); !bytes.Equal(got, c.stuffed) {
			t.Errorf("stuffing % x\n got % x\nwant % x", c.plain, got, c.stuffed)
		}
		if got, err := bridge.DecodeCOBS(nil, c.stuffed); err != nil || !bytes.Equal(got, c.plain) {
			t.Errorf("unstuffing % x\n got % x, %v\nwant % x", c.stuffed, got, err, c.plain)
		}
	}
}

func TestCOBSRefusesBrokenBytes(t *testing.T) {
	for _, b := range [][]byte{{0}, {2}, {3, 1}, {3, 0, 1}, {1, 0}, {0xFF, 1}} {
		if got, err := bridge.DecodeCOBS(nil, b); err == nil {
			t.Errorf("% x is taken as % x", b, got)
		}
	}
}

func FuzzCOBS(f *testing.F) {
	f.Add([]byte{1, 0, 2})
	f.Add(run(1, 0xFF))
	f.Fuzz(func(t *testing.T, b []byte) {
		stuffed := bridge.AppendCOBS(nil, b)
		if bytes.IndexByte(stuffed, 0) >= 0 {
			t.Fatalf("stuffed % x holds a zero", stuffed)
		}
		got, err := bridge.DecodeCOBS(nil, stuffed)
		if err != nil || !bytes.Equal(got, b) {
			t.Fatalf("% x came back as % x, %v", b, got, err)
		}
		_, _ = bridge.DecodeCOBS(nil, b) // any bytes: must not panic
	})
}

package record

import (
	"bytes"
	"testing"
	"time"
)

func FuzzReadIndex(f *testing.F) {
	e := entry{At: noon, Size: 100, Init: true}
	good := appendEntry(appendEntry(appendHeader(nil, "c", [8]byte{1}), e), entry{At: noon, Offset: 100, Size: 7, Key: true, Error: time.Second, Clock: SenderReport})
	f.Add(good)
	f.Add(good[:len(good)-3])
	f.Fuzz(func(t *testing.T, b []byte) {
		x, err := readIndex(bytes.NewReader(b))
		if err != nil {
			return
		}
		end := int64(x.Init.Size)
		for i, e := range x.Entries {
			if e.Offset != end || e.Init {
				t.Fatalf("entry %d lies at %d behind %d", i, e.Offset, end)
			}
			end += int64(e.Size)
		}
		if x.size() != end {
			t.Fatalf("size %d, want %d", x.size(), end)
		}
	})
}

// FuzzShift: bytes that are no fragment are passed on, and only times change.
func FuzzShift(f *testing.F) {
	f.Add(fakeFragment(1, 1000, "picture"), fakeInit('1'), int64(500))
	f.Add(fakeFragment(2, 1000, "picture")[:60], fakeInit('1')[:40], int64(-5000))
	f.Fuzz(func(t *testing.T, fragment, init []byte, by int64) {
		s, err := tracks(init)
		if err != nil {
			return
		}
		moved := bytes.Clone(fragment)
		shift(moved, by, s)
		if len(moved) != len(fragment) {
			t.Fatal("the length changed")
		}
		_, before := decodeTime(fragment, s)
		if _, after := decodeTime(moved, s); before != after {
			t.Fatal("the time went away")
		}
	})
}

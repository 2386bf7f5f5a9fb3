package evdev

import (
	"encoding/binary"
	"errors"
	"reflect"
	"testing"
)

// record writes one event as the kernel of a machine with such words does.
func record(bits int, kind, code uint16, value uint32) []byte {
	b := make([]byte, 2*bits/8)
	b = binary.NativeEndian.AppendUint16(b, kind)
	b = binary.NativeEndian.AppendUint16(b, code)
	return binary.NativeEndian.AppendUint32(b, value)
}

func TestBothSizesInAnyPieces(t *testing.T) {
	for _, bits := range []int{32, 64} {
		var stream []byte
		for _, e := range [][3]uint32{{4, 4, 0x7005b}, {1, 79, 1}, {0, 0, 0}, {1, 79, 2}, {1, 79, 0}, {0, 3, 0}, {1, 96, 1}} {
			stream = append(stream, record(bits, uint16(e[0]), uint16(e[1]), e[2])...)
		}
		want := []Event{{Code: 79, Down: true}, {Code: 79}, {Lost: true}, {Code: 96, Down: true}}
		for piece := 1; piece <= len(stream); piece++ {
			r := Reader{Bits: bits}
			var got []Event
			for at := 0; at < len(stream); at += piece {
				events, err := r.Feed(stream[at:min(at+piece, len(stream))])
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, events...)
			}
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("%d bits in pieces of %d: %v", bits, piece, got)
			}
		}
	}
}

func TestOtherBytesAreRefused(t *testing.T) {
	r := Reader{Bits: 64}
	if _, err := r.Feed([]byte("This is text from a serial line.")); !errors.Is(err, ErrNoEvent) {
		t.Errorf("text gave %v", err)
	}
	if _, err := r.Feed(record(64, typeKey, 79, 9)); !errors.Is(err, ErrNoEvent) {
		t.Errorf("a key that is neither down nor up gave %v", err)
	}
}

// FuzzFeed: no bytes stop the reader, and no record gives more than one event.
func FuzzFeed(f *testing.F) {
	f.Add(record(64, 1, 79, 1), 64)
	f.Add(record(32, 0, 3, 0), 32)
	f.Fuzz(func(t *testing.T, b []byte, bits int) {
		if bits != 32 {
			bits = 64
		}
		r := Reader{Bits: bits}
		events, _ := r.Feed(b)
		if len(events) > len(b)/r.size() || len(r.held) >= r.size() {
			t.Errorf("%d events of %d bytes, %d kept", len(events), len(b), len(r.held))
		}
	})
}

package escpos

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"lobby/devices"
)

func split(cuts int, b []byte) []string {
	var s splitter
	var all []string
	for part := range slices.Chunk(b, max(1, cuts)) {
		s.feed(part, func(r reply) { all = append(all, fmt.Sprintf("%d:% X", r.kind, r.data)) })
	}
	return all
}

func TestReplies(t *testing.T) {
	for _, c := range []struct {
		in   string
		want []string
	}{
		{"\x12\x16", []string{"1:12", "1:16"}},
		{"\x1a\x1e\x32\x52\x72\x7e", []string{"1:1A", "1:1E", "1:32", "1:52", "1:72", "1:7E"}},
		{"\x10\x00\x00\x0f", []string{"2:10 00 00 0F"}},
		{"\x38\x00\x00\x0f", []string{"2:38 00 00 0F"}},
		{"\x18\x00\x13\x0f\x0f", []string{"0:13", "2:18 00 0F 0F"}},
		{"\x18\x08\x00\x0f\x00", []string{"2:18 08 00 0F", "4:00"}},
		{"\x37\x22A015\x00", []string{"3:37 22 41 30 31 35"}},
		{"\x5fEPSON\x00", []string{"3:5F 45 50 53 4F 4E"}},
		{"\x11\x00\x0f", []string{"0:11", "4:00", "4:0F"}},
		{"\x10\x12\x00", []string{"5:10", "1:12", "4:00"}},
		{"\x37\x80\x00", []string{"5:37", "5:80", "4:00"}},
		{"\xff\x90", []string{"5:FF", "5:90"}},
	} {
		for cuts := 1; cuts < 4; cuts++ {
			if got := split(cuts, []byte(c.in)); !slices.Equal(got, c.want) {
				t.Errorf("% X: %q, want %q", c.in, got, c.want)
			}
		}
	}
}

func TestStatesOfTheManual(t *testing.T) {
	for in, want := range map[string]devices.Paper{
		"\x10\x00\x00\x0f": {},
		"\x38\x00\x00\x0f": {Cover: true},
		"\x18\x00\x0f\x0f": {NearEnd: true, Out: true},
		"\x18\x08\x00\x0f": {Fault: true},
		"\x10\x00\x03\x0f": {NearEnd: true},
	} {
		if got, _ := autoPaper([]byte(in)); got != want {
			t.Errorf("% X: %+v", in, got)
		}
	}
	for _, c := range []struct {
		n, b byte
		want devices.Paper
	}{
		{2, 0x12, devices.Paper{}}, {2, 0x16, devices.Paper{Cover: true}},
		{2, 0x32, devices.Paper{Out: true}}, {2, 0x52, devices.Paper{Fault: true}},
		{3, 0x12, devices.Paper{}}, {3, 0x1a, devices.Paper{Fault: true}},
		{3, 0x32, devices.Paper{Fault: true}}, {3, 0x52, devices.Paper{Fault: true}},
		{4, 0x1e, devices.Paper{NearEnd: true}}, {4, 0x72, devices.Paper{Out: true}},
		{4, 0x7e, devices.Paper{NearEnd: true, Out: true}},
	} {
		var got devices.Paper
		if addLive(&got, c.n, c.b); got != c.want {
			t.Errorf("DLE EOT %d, %02X: %+v", c.n, c.b, got)
		}
	}
}

// FuzzReplies: no stream panics, cutting it elsewhere changes nothing, and the
// memory is bounded.
func FuzzReplies(f *testing.F) {
	f.Add([]byte("\x12\x10\x00\x00\x0f\x37\x22A015\x00\x13\x11"))
	f.Add(bytes.Repeat([]byte("\x5fx"), 100))
	f.Add([]byte{0x10, 0x10, 0x10, 0x10, 0x00, 0x00, 0x00})
	f.Fuzz(func(t *testing.T, b []byte) {
		whole := split(len(b), b)
		if single := split(1, b); !slices.Equal(whole, single) {
			t.Fatalf("%q cut into bytes gives %q", whole, single)
		}
		var s splitter
		s.feed(b, func(reply) {})
		if len(s.held) > maxBlock {
			t.Fatalf("holds %d bytes", len(s.held))
		}
	})
}

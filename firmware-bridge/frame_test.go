package bridge_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	bridge "lobby/firmware-bridge"
	"lobby/firmware-bridge/frametest"
)

const corpus = "testdata/frames.txt"

// reasons are the words of the corpus for the errors of Next.
var reasons = map[error]string{
	bridge.ErrCOBS: "stuffing", bridge.ErrShort: "short", bridge.ErrLong: "too long",
	bridge.ErrCRC: "checksum", bridge.ErrVersion: "version", bridge.ErrLength: "length",
}

// receiver is the loop that every user of Next has.
type receiver struct {
	buf     []byte
	packets []bridge.Packet
	found   []string // packets and faults in words
}

func (r *receiver) feed(tb testing.TB, b []byte) {
	tb.Helper()
	r.buf = append(r.buf, b...)
	for {
		n, p, err := bridge.Next(r.buf)
		if n > len(r.buf) || -n > len(r.buf) {
			tb.Fatalf("Next wants %d of %d bytes", n, len(r.buf))
		}
		switch {
		case n == 0:
			return
		case n > 0:
			r.packets = append(r.packets, p)
			r.found = append(r.found, p.String())
		case err != nil:
			r.found = append(r.found, "error: "+word(tb, err))
		}
		r.buf = r.buf[max(n, -n):]
	}
}

func word(tb testing.TB, err error) string {
	tb.Helper()
	for e, w := range reasons {
		if errors.Is(err, e) {
			return w
		}
	}
	tb.Fatalf("Next gives the foreign error %v", err)
	return ""
}

func TestReceiverFindsWhatTheCorpusSays(t *testing.T) {
	for _, f := range frametest.Read(t, corpus) {
		var r receiver
		r.feed(t, f.Wire)
		got := r.found
		if len(r.buf) > 0 {
			got = append(got, "more")
		}
		if !slices.Equal(got, f.Is) {
			t.Errorf("%s:\n got %q\nwant %q", f.Name, got, f.Is)
		}
	}
}

func TestRawBytesOfTheCorpus(t *testing.T) {
	for _, f := range frametest.Read(t, corpus) {
		if f.Raw == nil {
			continue
		}
		p, err := bridge.ParseRaw(f.Raw)
		if err != nil {
			if want := "error: " + word(t, err); !slices.Contains(f.Is, want) {
				t.Errorf("%s: ParseRaw says %q, the corpus %q", f.Name, want, f.Is)
			}
			continue
		}
		if !slices.Contains(f.Is, p.String()) {
			t.Errorf("%s: ParseRaw finds %q, the corpus says %q", f.Name, p, f.Is)
		}
		raw, err := bridge.AppendRaw(nil, p)
		if err != nil || !bytes.Equal(raw, f.Raw) {
			t.Errorf("%s: encoded again\n got % x, %v\nwant % x", f.Name, raw, err, f.Raw)
		}
	}
}

func TestEncoderMakesTheCorpus(t *testing.T) {
	made := 0
	for _, f := range frametest.Read(t, corpus) {
		if !f.Good() || f.Name == "shared-delimiter" || f.Name == "extra-delimiters" {
			continue
		}
		p, err := bridge.ParseRaw(f.Raw)
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		wire, err := bridge.Append(nil, p)
		if err != nil || !bytes.Equal(wire, f.Wire) {
			t.Errorf("%s:\n got % x, %v\nwant % x", f.Name, wire, err, f.Wire)
		}
		made++
	}
	if made < 15 {
		t.Errorf("only %d good frames in the corpus", made)
	}
}

func TestAppendRefusesWhatDoesNotFit(t *testing.T) {
	for name, p := range map[string]bridge.Packet{
		"payload": {Payload: make([]byte, bridge.MaxPayload+1)},
		"kind":    {Kind: 4},
	} {
		if b, err := bridge.Append([]byte{9}, p); err == nil || !bytes.Equal(b, []byte{9}) {
			t.Errorf("%s: Append gives % x, %v", name, b, err)
		}
	}
}

// The longest frames of the corpus are the ones that a splitting mistake hits.
func TestSplittingAStreamChangesNothing(t *testing.T) {
	var stream []byte
	for _, f := range frametest.Read(t, corpus) {
		stream = append(stream, f.Wire...)
	}
	var whole receiver
	whole.feed(t, stream)
	for _, step := range []int{1, 2, 3, 7, 254, 255, 256} {
		var cut receiver
		for part := range slices.Chunk(stream, step) {
			cut.feed(t, part)
		}
		if !slices.Equal(cut.found, whole.found) {
			t.Errorf("in steps of %d:\n got %q\nwant %q", step, cut.found, whole.found)
		}
	}
}

func FuzzNext(f *testing.F) {
	for _, c := range frametest.Read(f, corpus) {
		f.Add(c.Wire, uint16(len(c.Wire)/2))
	}
	beacon, err := bridge.Append(nil, bridge.Packet{Dst: 3, Src: 9, Kind: bridge.Reliable, Seq: 5, Epoch: 7, Type: bridge.TypeBeep, Payload: []byte{0, 1, 2}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, stream []byte, at uint16) {
		var whole, cut receiver
		whole.feed(t, stream)
		k := int(at) % (len(stream) + 1)
		cut.feed(t, stream[:k])
		cut.feed(t, stream[k:])
		if !slices.Equal(whole.found, cut.found) {
			t.Fatalf("cut at %d: %q, whole: %q", k, cut.found, whole.found)
		}
		for _, p := range whole.packets {
			again(t, p)
		}
		whole.feed(t, beacon)
		if n := len(whole.packets); n == 0 || whole.packets[n-1].Src != 9 || len(whole.buf) != 0 {
			t.Fatalf("the frame after % x was not found", stream)
		}
	})
}

// again encodes a received packet and must get the same packet back.
func again(t *testing.T, p bridge.Packet) {
	t.Helper()
	wire, err := bridge.Append(nil, p)
	if err != nil {
		t.Fatal(err)
	}
	var r receiver
	r.feed(t, wire)
	if len(r.packets) != 1 || r.packets[0].String() != p.String() || !bytes.Equal(r.packets[0].Payload, p.Payload) {
		t.Fatalf("%v came back as %v", p, r.packets)
	}
}

func FuzzPacket(f *testing.F) {
	for _, c := range frametest.Read(f, corpus) {
		f.Add(c.Raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := bridge.ParseRaw(raw)
		if err != nil {
			p = bridge.Packet{Kind: bridge.Reliable, Type: bridge.TypeConfig, Payload: raw[:min(len(raw), bridge.MaxPayload)]}
		}
		again(t, p)
	})
}

// Package firmware_test holds the C firmware against the Go side and against
// the pages that describe it.
package firmware_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	bridge "lobby/firmware-bridge"
	"lobby/firmware-bridge/firmwaretest"
	"lobby/firmware-bridge/frametest"
)

func TestMain(m *testing.M) { os.Exit(firmwaretest.Main(m)) }

const corpus = "../testdata/frames.txt"

// reasons are the words of the corpus for enum frame_found.
var reasons = map[string]string{
	"2": "stuffing", "3": "short", "4": "too long", "5": "checksum", "6": "version", "7": "length",
}

// found is what the C receiver finds on a line, in the words of the corpus.
func found(t *testing.T, c *firmwaretest.Core, wire []byte) []string {
	t.Helper()
	list, left, ok := strings.Cut(c.Ask("find 0 %x", wire), "left ")
	if !ok {
		t.Fatal("the core does not say what is left")
	}
	var is []string
	for _, f := range strings.Fields(list) {
		number, packet, _ := strings.Cut(f, ":")
		if number != "1" {
			is = append(is, "error: "+reasons[number])
			continue
		}
		raw, err := hex.DecodeString(packet)
		if err != nil {
			t.Fatal(err)
		}
		p, err := bridge.ParseRaw(raw)
		if err != nil {
			t.Fatalf("% x is a packet in C, but: %v", raw, err)
		}
		is = append(is, p.String())
	}
	if left != "0" {
		is = append(is, "more")
	}
	return is
}

func TestCoreFindsWhatTheCorpusSays(t *testing.T) {
	c := firmwaretest.StartCore(t)
	for _, f := range frametest.Read(t, corpus) {
		if got := found(t, c, f.Wire); !slices.Equal(got, f.Is) {
			t.Errorf("%s:\n got %q\nwant %q", f.Name, got, f.Is)
		}
	}
}

func TestCoreMakesTheFramesOfTheCorpus(t *testing.T) {
	c := firmwaretest.StartCore(t)
	made := 0
	for _, f := range frametest.Read(t, corpus) {
		if !f.Good() || f.Name == "shared-delimiter" || f.Name == "extra-delimiters" {
			continue
		}
		if got := c.Bytes("seal 0 %x", f.Raw[:len(f.Raw)-4]); !bytes.Equal(got, f.Wire) {
			t.Errorf("%s:\n got % x\nwant % x", f.Name, got, f.Wire)
		}
		made++
	}
	if made < 15 {
		t.Errorf("only %d good frames in the corpus", made)
	}
}

// The two receivers were written apart, and what one of them finds the other
// has to find.
func FuzzCoreAgreesWithGo(f *testing.F) {
	c := firmwaretest.StartCore(f)
	for _, frame := range frametest.Read(f, corpus) {
		f.Add(frame.Wire)
		f.Add(append(frame.Wire[1:], frame.Wire...))
	}
	f.Fuzz(func(t *testing.T, wire []byte) {
		if len(wire) > 4096 {
			return
		}
		if got, want := found(t, c.For(t), wire), foundByGo(wire); !slices.Equal(got, want) {
			t.Errorf("% x\n   C: %q\n  Go: %q", wire, got, want)
		}
	})
}

func foundByGo(stream []byte) []string {
	var is []string
	for {
		n, p, err := bridge.Next(stream)
		switch {
		case n == 0 && len(stream) > 0:
			return append(is, "more")
		case n == 0:
			return is
		case n > 0:
			is = append(is, p.String())
		case err != nil:
			is = append(is, "error: "+map[error]string{
				bridge.ErrCOBS: "stuffing", bridge.ErrShort: "short", bridge.ErrLong: "too long",
				bridge.ErrCRC: "checksum", bridge.ErrVersion: "version", bridge.ErrLength: "length",
			}[err])
		}
		stream = stream[max(n, -n):]
	}
}

var definition = regexp.MustCompile(`(?m)^(?:#define|\t)\s*HB1_([A-Z0-9_]+)(?: =)? (0x[0-9A-F]+|\d+)`)

// The C header and the Go constants are one dictionary.
func TestHeaderAndGoAgree(t *testing.T) {
	text, err := os.ReadFile("core/hb1.h")
	if err != nil {
		t.Fatal(err)
	}
	c := map[string]int64{}
	for _, m := range definition.FindAllStringSubmatch(string(text), -1) {
		if c[m[1]], err = strconv.ParseInt(m[2], 0, 64); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]int64{
		"HOST": bridge.Host, "LAST_UNIT": bridge.LastUnit, "UNASSIGNED": bridge.Unassigned, "BROADCAST": bridge.Broadcast,
		"MAX_PAYLOAD": bridge.MaxPayload, "UID": int64(len(bridge.UID{})),
		"PLAIN": int64(bridge.Plain), "RELIABLE": int64(bridge.Reliable), "ACK": int64(bridge.Ack), "NAK": int64(bridge.Nak),
		"ASYNC": int64(bridge.Async), "SEVEN_SEG": int64(bridge.SevenSeg), "GB2312": int64(bridge.GB2312),
		"GB18030": int64(bridge.GB18030), "BITMAP_ONLY": int64(bridge.BitmapOnly),
		"PRESS": int64(bridge.Press), "RELEASE": int64(bridge.Release), "LONG": int64(bridge.Long),
	}
	for n := range 256 {
		if name := bridge.Type(n).String(); !strings.HasPrefix(name, "type ") {
			want["TYPE_"+name] = int64(n)
		}
		if name := bridge.Code(n).String(); !strings.HasPrefix(name, "code ") {
			name = strings.NewReplacer(" ", "_", "signature", "sign").Replace(name)
			want[strings.ToUpper(name)] = int64(n)
		}
	}
	for name, value := range want {
		if got, ok := c[name]; !ok || got != value {
			t.Errorf("HB1_%s is %s in C, %d in Go", name, map[bool]string{true: fmt.Sprint(got), false: "nothing"}[ok], value)
		}
	}
}

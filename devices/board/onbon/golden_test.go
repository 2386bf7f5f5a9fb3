package onbon

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"lobby/devices/devicetest"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// cases are the frames that the driver sends, as bytes on the wire.
func cases() map[string][]byte {
	red := Options{Screen: 3, Width: 128, Height: 32, Color: "red"}
	green := Options{Screen: 3, Width: 64, Height: 32, Color: "green", Font: 24}
	return map[string][]byte{
		"ping":          seal(1, ping()),
		"status":        seal(1, status()),
		"clear":         seal(1, clearAll()),
		"call":          seal(3, red.area("请A015号到3号窗口", false)),
		"call-fresh":    seal(3, red.area("请A015号到3号窗口", true)),
		"escaped":       seal(3, red.area("Z", false)),
		"green-24-dots": seal(3, green.area("M045", false)),
		"hostile-text":  seal(3, red.area("a\\C2b\nc\x1b\u4FD3😀", false)),
	}
}

func TestGolden(t *testing.T) {
	for name, frame := range cases() {
		devicetest.Golden(t, name, frame, strings.TrimSuffix(describe(t, frame), "\n"))
	}
}

// TestPage compares the worked frames of the hardware page with the encoder.
func TestPage(t *testing.T) {
	sent, heard := cases(), answers()
	devicetest.Page(t, "../../../hardware-docs/boards/onbon.md", map[string][]byte{
		"ping": sent["ping"], "clear": sent["clear"], "call": sent["call"],
		"ack": heard["ack"], "nack-checksum": heard["nack-checksum"],
	})
}

// answers are what a card sends, for the page and the parser.
func answers() map[string][]byte {
	return map[string][]byte{
		"ack": devicetest.Bytes("A5 A5 A5 A5 A5 A5 A5 A5 00 80 01 00 00 00 00 00 00 00 FE 02 05 00 A0 00 00 00 00 64 DC 5A"),
		"nack-checksum": devicetest.Bytes("A5 A5 A5 A5 A5 A5 A5 A5 00 80 01 00 00 00 00 00 00 00 FE 02 05 00 " +
			"A0 01 05 00 00 75 21 5A"),
		// Example 4 of the maker's document, with nine start bytes.
		"ack-broadcast": devicetest.Bytes("A5 A5 A5 A5 A5 A5 A5 A5 A5 00 80 FE FF 00 00 00 00 00 00 FE 02 05 00 A0 00 00 00 00 14 AC 5A"),
	}
}

// TestWorkedFrames has the frames of captured traffic and of the maker's
// document, typed in by hand.
func TestWorkedFrames(t *testing.T) {
	start := "A5 A5 A5 A5 A5 A5 A5 A5 "
	worked := map[string]string{
		"ping":  start + "01 00 00 80 00 00 00 00 00 00 FE 02 05 00 A2 00 01 00 00 68 F8 5A",
		"clear": start + "01 00 00 80 00 00 00 00 00 00 FE 02 07 00 A3 06 01 02 00 FF 00 67 CC 5A",
		"call": start + "03 00 00 80 00 00 00 00 00 00 FE 02 38 00 A3 06 01 00 00 00 01 2F 00 00 00 80 00 00 " +
			"80 80 20 00 00 00 00 00 00 00 00 00 02 02 01 00 00 0A 14 00 00 00 5C 43 31 C7 EB 41 30 31 35 BA C5 " +
			"B5 BD 33 BA C5 B4 B0 BF DA 4D AA 5A",
	}
	for name, want := range worked {
		if got := spaced(cases()[name]); got != want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
	}
}

func TestWorkedEscape(t *testing.T) {
	data := Options{Screen: 1, Width: 64, Height: 16}.areaOf([]byte("Z"), false)
	data[9+18] = 1 // the worked frame breaks lines by hand
	got := spaced(seal(1, data))
	if want := "01 00 00 00 5B 02 76 04 5A"; !strings.HasSuffix(got, want) {
		t.Errorf("got %s, want the end %s", got, want)
	}
}

func TestChecksum(t *testing.T) {
	if got := checksum([]byte("123456789")); got != 0xBB3D {
		t.Errorf("checksum = %04X, want BB3D", got)
	}
}

func TestHostileTextIsHarmless(t *testing.T) {
	shown := Options{Color: "red"}.encode("a\\C2b\nc\x1b\u4FD3😀")
	if n := bytes.Count(shown, []byte{'\\'}); n != 1 {
		t.Errorf("%d backslashes reach the sign, want only that of the colour: % X", n, shown)
	}
	if bytes.ContainsFunc(shown, func(r rune) bool { return r < ' ' }) {
		t.Errorf("control characters reach the sign: % X", shown)
	}
}

func TestLongTextIsCutBetweenCharacters(t *testing.T) {
	for _, before := range []string{"", "a"} {
		shown := Options{Color: "red", Font: 16}.encode(before + strings.Repeat("窗", 1000))
		if len(shown) > maxText || len(shown) < maxText-1 {
			t.Errorf("%d bytes, want at most %d", len(shown), maxText)
		}
		back, _ := simplifiedchinese.GBK.NewDecoder().Bytes(shown)
		if strings.Contains(string(back), "\uFFFD") {
			t.Error("a character was cut in two")
		}
	}
}

// describe is the twin of a golden frame for people.
func describe(t *testing.T, frame []byte) string {
	t.Helper()
	var (
		s scanner
		b strings.Builder
	)
	for _, c := range frame {
		content, whole := s.next(c)
		if !whole {
			continue
		}
		e, err := open(content)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "to screen   %d\nfrom        %04X\ndata        %d bytes\n", e.dst, e.src, len(e.data))
		fmt.Fprintf(&b, "command     %02X %02X, answer %02X, % X\n", e.data[0], e.data[1], e.data[2], e.data[3:5])
		describeAreas(&b, e.data)
	}
	return b.String()
}

func describeAreas(b *strings.Builder, data []byte) {
	if data[0] != groupDisplay || data[1] != cmdDynamic {
		return
	}
	fmt.Fprintf(b, "delete      %02X\nareas       %d\n", data[5], data[6])
	if data[6] == 0 {
		return
	}
	a := data[9:]
	fmt.Fprintf(b, "place       x=%04X y=%d width=%04X height=%d\n",
		int(a[2])<<8|int(a[1]), a[3], int(a[6])<<8|int(a[5]), a[7])
	fmt.Fprintf(b, "area        id=%d run=%d timeout=%d sound=%d\n", a[9], a[11], a[12], a[14])
	fmt.Fprintf(b, "layout      align=%d lines=%d wrap=%d mode=%d speed=%d stay=%d\n",
		a[16], a[17], a[18], a[19], a[21], a[22])
	text, _ := simplifiedchinese.GBK.NewDecoder().Bytes(a[27:])
	fmt.Fprintf(b, "text        %q (%d bytes)\n", text, len(a[27:]))
}

func spaced(b []byte) string { return strings.ToUpper(strings.TrimSpace(fmt.Sprintf("% x", b))) }

func TestBrokenFramesAreNotBelieved(t *testing.T) {
	var s scanner
	for _, c := range answers()["ack"] {
		content, whole := s.next(c)
		if !whole {
			continue
		}
		if _, err := open(content); err != nil {
			t.Fatal(err)
		}
		for bit := range 8 * len(content) {
			broken := slices.Clone(content)
			broken[bit/8] ^= 1 << (bit % 8)
			if _, err := open(broken); err == nil {
				t.Errorf("a frame with bit %d flipped is believed", bit)
			}
		}
		for n := range content {
			if _, err := open(content[:n]); err == nil {
				t.Errorf("a frame cut to %d bytes is believed", n)
			}
		}
	}
}

func TestScannerEndsAFrameOnce(t *testing.T) {
	var s scanner
	found := 0
	for _, c := range append(cases()["ping"], 0x00, 0x5A, 0x5A) {
		if _, whole := s.next(c); whole {
			found++
		}
	}
	if found != 1 {
		t.Errorf("found %d frames, want 1", found)
	}
}

func TestScannerStartsAnywhere(t *testing.T) {
	stream := slices.Concat([]byte{0x00, 0xFF, 0x5A, 0xA5, 0x01, 0x5B}, cases()["escaped"], cases()["ping"])
	var s scanner
	var good int
	for _, c := range stream {
		if content, whole := s.next(c); whole {
			if _, err := open(content); err == nil {
				good++
			}
		}
	}
	if good != 2 {
		t.Errorf("found %d frames, want 2", good)
	}
}

func FuzzScanner(f *testing.F) {
	for _, frame := range cases() {
		f.Add(frame)
	}
	for _, frame := range answers() {
		f.Add(frame)
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		var s scanner
		for _, c := range stream {
			content, whole := s.next(c)
			if !whole {
				continue
			}
			if e, err := open(content); err == nil {
				answerTo(ping(), e.data)
				dynamicAreas(e.data)
			}
		}
		// Whatever came before, the next frame is understood.
		want := seal(7, ping())
		for i, c := range want {
			content, whole := s.next(c)
			if whole != (i == len(want)-1) {
				continue // the garbage may end with its own frame
			}
			if whole {
				if e, err := open(content); err != nil || e.dst != 7 {
					t.Fatalf("frame after garbage: %v %v", e, err)
				}
			}
		}
	})
}

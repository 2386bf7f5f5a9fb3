package syn6288

import (
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lobby/devices/devicetest"

	"golang.org/x/text/encoding/simplifiedchinese"
)

const call = "请A015号到3号窗口"

// cases are the frames that the driver sends.
func cases() map[string][]byte {
	say := func(o Options, text string) []byte {
		var all []byte
		for _, p := range o.parts(text) {
			all = append(all, frame(cmdSpeak, append([]byte{codingGBK}, p.text...)...)...)
		}
		return all
	}
	plain := Options{Chime: "soundk", Rate: 5}
	ten, three := 10, 3
	return map[string][]byte{
		"call":    say(plain, call),
		"tuned":   say(Options{Chime: "none", Volume: &ten, Speed: &three, Rate: 5}, call),
		"hostile": say(plain, "[v16]王[x1]\x00五😀\n[soundb"),
		"long":    say(plain, strings.Repeat("请持有身份证原件的市民到大厅东侧等候，", 8)),
		"stop":    frame(cmdStop),
		"query":   frame(cmdQuery),
	}
}

// TestWorkedFrames has frames of the data sheet and others computed by hand.
func TestWorkedFrames(t *testing.T) {
	gbk := func(s string) []byte {
		b, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(s))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, c := range []struct {
		name string
		got  []byte
		want string
	}{
		{"speak", frame(cmdSpeak, append([]byte{codingGBK}, gbk(call)...)...),
			"FD 00 14 01 01 C7 EB 41 30 31 35 BA C5 B5 BD 33 BA C5 B4 B0 BF DA EA"},
		{"data sheet, GB2312", frame(cmdSpeak, append([]byte{0}, gbk("宇音天下")...)...),
			"FD 00 0B 01 00 D3 EE D2 F4 CC EC CF C2 C1"},
		{"stop", frame(cmdStop), "FD 00 02 02 FD"},
		{"pause", frame(3), "FD 00 02 03 FC"},
		{"resume", frame(4), "FD 00 02 04 FB"},
		{"query", frame(cmdQuery), "FD 00 02 21 DE"},
		{"baud", frame(0x31, 0), "FD 00 03 31 00 CF"},
		{"power down", frame(0x88), "FD 00 02 88 77"},
	} {
		if got := spaced(c.got); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestMarks(t *testing.T) {
	zero, five := 0, 5
	for _, c := range []struct {
		options Options
		phrase  string
		want    string
	}{
		{Options{Chime: "soundk", Rate: 5}, call, "soundk,[n1]" + call},
		{Options{Chime: "none", Rate: 5}, call, "[n1]" + call},
		{Options{Chime: "msga", Rate: 5, Volume: &zero, Speed: &five}, "好", "[v0][t5]msga,[n1]好"},
		{Options{Chime: "none", Rate: 5}, "王[v16]五", "[n1]王v16五"},
		{Options{Chime: "none", Rate: 5}, "a\x00b😀c\uFFFDd", "[n1]a b c d"},
	} {
		parts := c.options.parts(c.phrase)
		if len(parts) != 1 {
			t.Fatalf("%q has %d parts", c.phrase, len(parts))
		}
		got, _ := simplifiedchinese.GBK.NewDecoder().Bytes(parts[0].text)
		if string(got) != c.want {
			t.Errorf("%q becomes %q, want %q", c.phrase, got, c.want)
		}
	}
	for _, nothing := range []string{"", "[]", "\n", "。，!"} {
		if n := len((Options{Chime: "soundk", Rate: 5}).parts(nothing)); n != 0 {
			t.Errorf("%q has %d parts", nothing, n)
		}
	}
}

func TestLongPhraseIsSplitAtPunctuation(t *testing.T) {
	for _, phrase := range []string{
		strings.Repeat("请持有身份证原件的市民到大厅东侧等候，", 20),
		strings.Repeat("请持有身份证原件的市民", 50),
		strings.Repeat("a，", 300),
	} {
		parts := Options{Chime: "soundk", Rate: 5}.parts(phrase)
		var all string
		for i, p := range parts {
			if len(p.text) > maxText {
				t.Errorf("a part of %d bytes", len(p.text))
			}
			got, _ := simplifiedchinese.GBK.NewDecoder().Bytes(p.text)
			words := strings.TrimPrefix(strings.TrimPrefix(string(got), "soundk,"), "[n1]")
			if strings.Contains(phrase, "，") && i < len(parts)-1 && !strings.HasSuffix(words, "，") {
				t.Errorf("part %d ends in the middle: %q", i, words)
			}
			all += words
		}
		if all != phrase {
			t.Errorf("the parts of %q make %q", phrase, all)
		}
	}
}

func TestGolden(t *testing.T) {
	for name, frames := range cases() {
		devicetest.Golden(t, name, frames, strings.TrimSuffix(describe(t, frames), "\n"))
	}
}

// describe is the twin of golden frames for people.
func describe(t *testing.T, frames []byte) string {
	t.Helper()
	var b strings.Builder
	for len(frames) > 0 {
		size := int(frames[1])<<8 | int(frames[2])
		body := frames[3 : 3+size-1]
		fmt.Fprintf(&b, "length %d  command %02X", size, body[0])
		if body[0] == cmdSpeak {
			text, err := simplifiedchinese.GBK.NewDecoder().Bytes(body[2:])
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&b, "  coding %d  text %q (%d bytes)", body[1], text, len(body)-2)
		}
		b.WriteString("\n")
		frames = frames[3+size:]
	}
	return b.String()
}

// TestPage compares the worked frames of the hardware page with the encoder.
func TestPage(t *testing.T) {
	frames := cases()
	devicetest.Page(t, "../../../hardware-docs/speakers/syn6288.md", map[string][]byte{
		"call": frames["call"], "stop": frames["stop"], "query": frames["query"],
	})
}

func spaced(b []byte) string { return strings.ToUpper(fmt.Sprintf("% x", b)) }

func FuzzParts(f *testing.F) {
	f.Add(call)
	f.Add("[v16]王[x1]\x00五😀")
	f.Fuzz(func(t *testing.T, phrase string) {
		for i, p := range (Options{Chime: "soundk", Rate: 5}).parts(phrase) {
			if len(p.text) > maxText || p.lasts <= 0 {
				t.Fatalf("part %d: %d bytes, %v", i, len(p.text), p.lasts)
			}
			text, err := simplifiedchinese.GBK.NewDecoder().Bytes(p.text)
			if err != nil {
				t.Fatal(err)
			}
			if marks := strings.Count(string(text), "["); marks != 1 {
				t.Fatalf("part %d of %q has %d marks: %q", i, phrase, marks, text)
			}
		}
	})
}

// TestHexOfGolden keeps the golden files readable as what they are.
func TestHexOfGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.golden")
	if err != nil || len(files) == 0 {
		t.Fatal("no golden files", err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		frames, err := hex.DecodeString(strings.Join(strings.Fields(string(b)), ""))
		if err != nil || frames[0] != frameStart {
			t.Errorf("%s: %v", f, err)
		}
	}
}

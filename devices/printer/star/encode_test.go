package star

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"lobby/devices"
	"lobby/devices/devicetest"
	"lobby/devices/printer/printertest"
)

// cases are the slips of the golden files, each with its profile.
func cases() map[string]struct {
	profile string
	slip    devices.Slip
} {
	type c = struct {
		profile string
		slip    devices.Slip
	}
	one := func(b ...devices.Block) devices.Slip { return devices.Slip{ID: "golden", Blocks: b} }
	return map[string]c{
		"ticket80": {"star80", printertest.Ticket("golden")},
		"ticket58": {"star58", printertest.Ticket("golden")},
		"styles": {"star80", one(
			devices.Block{Text: "plain"},
			devices.Block{Text: "bold 粗", Bold: true},
			devices.Block{Text: "优先", Reverse: true, Align: devices.Center, Scale: 2},
			devices.Block{Text: "right", Align: devices.Right},
			devices.Block{Feed: 200},
		)},
		"hostile": {"star80", one(
			devices.Block{Text: "张\x1b@三\x17\x05\x1d李\n四"},
			devices.Block{QR: "https://x/\x1b\x1d\x17?k=1"},
		)},
		"picture": {"kiosk80", one(devices.Block{QR: "A015", Align: devices.Center})},
	}
}

func TestGolden(t *testing.T) {
	for name, c := range cases() {
		got, _ := Encode(Profiles()[c.profile], c.slip)
		devicetest.File(t, filepath.Join("testdata", name+".golden"), dump(got))
		devicetest.File(t, filepath.Join("testdata", name+".txt"), twin(t, got))
	}
}

// dump is hex in lines of 32 bytes, which a diff can show.
func dump(b []byte) string {
	var out strings.Builder
	for line := range slices.Chunk(b, 32) {
		fmt.Fprintf(&out, "% X\n", line)
	}
	return out.String()
}

// twin writes the bytes of the encoder as one command a line, so that a reviewer
// of a golden file sees what changed. It knows only what the encoder uses.
func twin(t *testing.T, b []byte) string {
	t.Helper()
	var out strings.Builder
	for len(b) > 0 {
		line, n := twinCommand(b)
		if n == 0 {
			t.Fatalf("no twin for % X", b[:min(len(b), 8)])
		}
		fmt.Fprintln(&out, line)
		b = b[n:]
	}
	return out.String()
}

// commands are those without data, with the count of their parameters.
var commands = []struct {
	prefix     string
	parameters int
	says       string
}{
	{"\x1b@", 0, "initialise"}, {"\x1bE", 0, "bold"}, {"\x1bF", 0, "not bold"},
	{"\x1b4", 0, "reverse"}, {"\x1b5", 0, "not reverse"}, {"\x1b0", 0, "line spacing 3 mm"},
	{"\x1bz", 1, "line spacing 4 mm %v"}, {"\x1b\x1da", 1, "align %v"}, {"\x1bi", 2, "expand %v"},
	{"\x1ba", 1, "feed lines %v"}, {"\x1bJ", 1, "feed quarters of a millimetre %v"}, {"\x1bd", 1, "cut %v"},
	{"\x1b\x1dyS0", 1, "QR model %v"}, {"\x1b\x1dyS1", 1, "QR correction %v"}, {"\x1b\x1dyS2", 1, "QR module %v"},
	{"\x1b\x1dyP", 0, "print QR"}, {"\x17", 0, "ETB"},
}

func twinCommand(b []byte) (string, int) {
	for _, c := range commands {
		if bytes.HasPrefix(b, []byte(c.prefix)) {
			n := len(c.prefix) + c.parameters
			if c.parameters == 0 {
				return c.says, n
			}
			return fmt.Sprintf(c.says, b[len(c.prefix):n]), n
		}
	}
	switch {
	case bytes.HasPrefix(b, []byte("\x1bk")):
		n := 4 + int(b[2])*24
		return fmt.Sprintf("picture %dx24, %d dots", int(b[2])*8, dots(b[4:n])), n
	case bytes.HasPrefix(b, []byte("\x1b\x1dyD1")):
		n := 8 + int(b[6]) + int(b[7])<<8
		return fmt.Sprintf("QR data %q", b[8:n]), n
	}
	n := bytes.IndexAny(b, "\n\x1b")
	if n < 0 {
		return "", 0
	}
	text, _ := simplifiedchinese.GBK.NewDecoder().Bytes(b[:n])
	if b[n] == '\n' {
		return fmt.Sprintf("%q LF", text), n + 1
	}
	return fmt.Sprintf("%q", text), n
}

func dots(bits []byte) int {
	n := 0
	for _, b := range bits {
		for ; b != 0; b &= b - 1 {
			n++
		}
	}
	return n
}

// The page for people and the encoder say the same bytes.
func TestHardwareDocs(t *testing.T) {
	file, err := os.ReadFile("../../../hardware-docs/printers/star.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(file)
	one := func(b devices.Block) []byte {
		out, _ := Encode(Profiles()[DefaultProfile], devices.Slip{Blocks: []devices.Block{b}})
		return out
	}
	for name, want := range map[string][]byte{
		"title":   one(devices.Block{Text: "政务服务大厅", Align: devices.Center, Scale: 2}),
		"bold":    one(devices.Block{Text: "社会保险 业务", Bold: true}),
		"number":  one(devices.Block{Text: "A015", Scale: 4}),
		"qr":      one(devices.Block{QR: "https://hall.example.gov.cn/t/A015?k=7F3C", Align: devices.Center}),
		"request": {esc, 0x06, 0x01},
		"done":    {etb},
	} {
		if got := frame(t, page, name); !bytes.Equal(got, want) {
			t.Errorf("%s: the page says\n% X\nthe encoder says\n% X", name, got, want)
		}
	}
	for name, want := range map[string]status{
		"well":      {},
		"cover":     {offline: true, paper: devices.Paper{Cover: true}},
		"paper-out": {offline: true, paper: devices.Paper{Out: true, NearEnd: true}},
		"counted":   {etb: 21},
	} {
		b := frame(t, page, name)
		if n, ok := statusLength(b); !ok || n != len(b) || readStatus(b) != want {
			t.Errorf("%s: % X is %+v, want %+v", name, b, readStatus(b), want)
		}
	}
	for name := range Profiles() {
		if !strings.Contains(page, "`"+name+"`") {
			t.Errorf("profile %s is not on the page", name)
		}
	}
}

// frame is the fenced block "hex name" of a page.
func frame(t *testing.T, page, name string) []byte {
	t.Helper()
	var text strings.Builder
	inside := false
	for s := bufio.NewScanner(strings.NewReader(page)); s.Scan(); {
		switch line := s.Text(); {
		case line == "```hex "+name:
			inside = true
		case inside && line == "```":
			b, err := hex.DecodeString(text.String())
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			return b
		case inside:
			text.WriteString(strings.ReplaceAll(line, " ", ""))
		}
	}
	t.Errorf("the page has no block %q", "hex "+name)
	return nil
}

// FuzzEncode: whatever is on a slip, every byte belongs to a command of ours.
func FuzzEncode(f *testing.F) {
	f.Add("张三\x1b@", "left", "right", "https://x", uint8(1))
	f.Add("", "\x17\x05", "\u202e", "", uint8(7))
	names := []string{"kiosk80", "star58", "star80"}
	f.Fuzz(func(t *testing.T, text, left, right, code string, n uint8) {
		out, _ := Encode(Profiles()[names[int(n)%len(names)]], devices.Slip{Blocks: []devices.Block{
			{Text: text, Scale: int(n % 5), Align: devices.Align(n % 3), Bold: n&1 != 0, Reverse: n&2 != 0},
			{Pair: [2]string{left, right}, Scale: int(n % 3)},
			{QR: code, Beside: []string{text}},
		}})
		twin(t, out)
	})
}

package escpos

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"

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
		"ticket80":   {"generic80", ticket("golden")},
		"ticket58":   {"generic58", ticket("golden")},
		"ticket-old": {"old80", ticket("golden")},
		"epson":      {"epson-t88", one(devices.Block{Text: "A015", Scale: 4}, devices.Block{Text: "㐀𠀀䶮"})},
		"styles": {"kiosk80", one(
			devices.Block{Text: "plain"},
			devices.Block{Text: "bold 粗", Bold: true},
			devices.Block{Text: "优先", Reverse: true, Align: devices.Center, Scale: 2},
			devices.Block{Text: "right", Align: devices.Right},
			devices.Block{Feed: 2},
		)},
		"long": {"generic58", one(
			devices.Block{Text: "请备好：身份证、购房合同、完税证明、不动产权属证书、户口簿和委托书（原件）。"},
			devices.Block{Pair: [2]string{"请到", "一层 A 区 9–16 号窗口（综合受理，不动产专窗）"}},
			devices.Block{Text: "Real estate registration, four certificates in one application"},
		)},
		"hostile": {"generic80", one(
			devices.Block{Text: "张\x1b@三\x10\x04\x01\x1dV\x00\u0085\u202e李\n四"},
			devices.Block{QR: "https://x/\x1d\x10\x14\x08?k=1"},
		)},
		"missing": {"generic80", one(devices.Block{Text: "𠀀㐀 is not in the font, 😀 nowhere"})},
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

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The page for people and the encoder say the same bytes.
func TestHardwareDocs(t *testing.T) {
	page := read(t, "../../../hardware-docs/printers/escpos.md")
	p := Profiles()[DefaultProfile]
	frames := map[string][]byte{
		"title":      encoded(p, devices.Block{Text: "政务服务大厅", Align: devices.Center, Scale: 2}),
		"bold":       encoded(p, devices.Block{Text: "社会保险 业务", Bold: true}),
		"number":     encoded(Profiles()["epson-t88"], devices.Block{Text: "A015", Scale: 4}),
		"qr":         encoded(p, devices.Block{QR: "https://hall.example.gov.cn/t/A015?k=7F3C", Align: devices.Center}),
		"rare":       encoded(Profiles()["epson-t88"], devices.Block{Text: "㐀𠀀䶮"}),
		"rare-lost":  encoded(p, devices.Block{Text: "㐀"}),
		"state":      {dle, eot, 1, dle, eot, 2, dle, eot, 3, dle, eot, 4},
		"auto":       {gs, 'a', 0xff},
		"request":    {gs, 'r', 1},
		"request-id": append([]byte{gs, '(', 'H', 6, 0, '0', '0'}, "A015"...),
	}
	for name, want := range frames {
		if got := frame(t, page, name); !bytes.Equal(got, want) {
			t.Errorf("%s: the page says\n% X\nthe encoder says\n% X", name, got, want)
		}
	}
	for name := range Profiles() {
		if !strings.Contains(page, "`"+name+"`") {
			t.Errorf("profile %s is not on the page", name)
		}
	}
}

func encoded(p Profile, b devices.Block) []byte {
	out, _ := Encode(p, devices.Slip{Blocks: []devices.Block{b}})
	return out
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

func TestLossIsReported(t *testing.T) {
	p := Profiles()[DefaultProfile]
	out, loss := Encode(p, devices.Slip{Blocks: []devices.Block{
		{Text: "㐀a㐀😀"}, {QR: strings.Repeat("x", 1001)}, {Image: printertest.Checkers(600, 8)},
	}})
	if loss == nil || string(loss.Runes) != "㐀😀" || !loss.QR || !loss.Cropped {
		t.Errorf("loss %+v", loss)
	}
	if want := []byte("\xa1\xfea\xa1\xfe\xa1\xfe\n"); !bytes.Contains(out, want) {
		t.Errorf("no visible replacement in % X", out[:40])
	}
	if _, loss := Encode(p, ticket("x")); loss != nil {
		t.Errorf("a plain ticket lost %v", loss)
	}
}

// With a font, a line with a character that the printer lacks is a picture.
func TestRareCharactersAreDrawn(t *testing.T) {
	f, err := opentype.Parse(goregular.TTF)
	if err != nil {
		t.Fatal(err)
	}
	p := Profiles()[DefaultProfile]
	p.Font = f
	out, loss := Encode(p, devices.Slip{Blocks: []devices.Block{{Text: "ſtreet", Align: devices.Center}}})
	if loss != nil {
		t.Errorf("loss %v", loss)
	}
	if text := twin(t, out); !strings.Contains(text, "align 1\npicture 88x24") {
		t.Errorf("not drawn:\n%s", text)
	}
	if _, loss := Encode(p, devices.Slip{Blocks: []devices.Block{{Text: "㐀"}}}); loss == nil {
		t.Error("a character that the font lacks too was not reported")
	}
}

// No picture may ask the printer for anything.
func TestPicturesHoldNoCommands(t *testing.T) {
	for _, bad := range [][]byte{{0x10, 0x04, 0x01, 0}, {0x10, 0x14, 0x08, 0}, {0x10, 0x05, 0x02, 0x10}} {
		img := fromBits(bad, 4)
		p := Profiles()[DefaultProfile]
		out, _ := Encode(p, devices.Slip{Blocks: []devices.Block{{Image: img}}})
		if at := realTime(out); at >= 0 {
			t.Errorf("% X: still there: % X", bad, out[at:at+3])
		}
		if shifted := safe(img, 576); realTime(shifted.Bits) >= 0 || shifted.Bits[0] != 0x08 {
			t.Errorf("% X was not moved by one dot: % X", bad, shifted.Bits)
		}
		if fixed := safe(img, 32); realTime(fixed.Bits) >= 0 || fixed.Stride != 4 {
			t.Errorf("% X without room was not mended: % X", bad, fixed.Bits)
		}
	}
}

// fromBits makes a picture of one row.
func fromBits(b []byte, stride int) *image.Paletted {
	img := image.NewPaletted(image.Rect(0, 0, stride*8, len(b)/stride), color.Palette{color.White, color.Black})
	for i := range img.Pix {
		img.Pix[i] = b[i/8] >> (7 - i%8) & 1
	}
	return img
}

// FuzzEncode: whatever is on a slip, it commands nothing, fits the line, and
// says what got lost.
func FuzzEncode(f *testing.F) {
	f.Add("张三\x1b@", "left", "right", "https://x", []byte{0x10, 0x04, 1}, uint8(1))
	f.Add("", "\x10\x04", "\u202e", "", []byte{0x10, 0x14, 8, 1}, uint8(7))
	names := slices.Sorted(maps.Keys(Profiles()))
	f.Fuzz(func(t *testing.T, text, left, right, code string, bits []byte, n uint8) {
		p := Profiles()[names[int(n)%len(names)]]
		s := devices.Slip{Blocks: []devices.Block{
			{Text: text, Scale: int(n % 5), Align: devices.Align(n % 3), Bold: n&1 != 0, Reverse: n&2 != 0},
			{Pair: [2]string{left, right}, Scale: int(n % 3)},
			{QR: code},
		}}
		if len(bits) > 0 {
			s.Blocks = append(s.Blocks, devices.Block{Image: fromBits(bits, 1)})
		}
		out, _ := Encode(p, s)
		if at := realTime(out); at >= 0 {
			t.Fatalf("a real-time command at %d: % X", at, out)
		}
		twin(t, out) // every byte belongs to a command of ours
	})
}
